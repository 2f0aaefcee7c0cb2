import { describe, expect, it } from 'vitest';
import { messageId, pointId, sessionId, userId } from '../../shared/ids.ts';
import { ticketIssued } from '../../shared/messages/ticket-issued.ts';
import { ANA, Desk, eventOf, OK, START_MS } from './harness-for-tests.ts';
import type { Outcome } from './state.ts';

const INVOICE = { number: '2026-7', kind: 'invoice', corrects: null, ticketCount: 1, totalMinor: 120, currency: 'EUR' };
const AWAY: Outcome = { ok: false, error: 'no answer', mayRetry: true, retryAfterMs: null };
const REFUSED: Outcome = { ok: false, error: 'no such address', mayRetry: false, retryAfterMs: null };
const MINUTE_MS = 60_000;

describe('an event that people are told of', () => {
  it('is sent to whom it concerns, once EV_Central has said where', () => {
    const desk = new Desk();
    desk.event('invoice', INVOICE);
    expect(desk.asks).toMatchObject([{ kind: 'invoice-ready', userIds: ['ana'], siteId: null }]);
    desk.answer(ANA);
    expect(desk.asks, 'asked again at the moment of sending').toHaveLength(1);
    desk.answer(ANA);
    expect(desk.sends).toMatchObject([{ delivery: { channel: 'email', state: 'sending' }, contact: ANA }]);
    desk.outcome();
    expect(desk.states()).toEqual(['email sent']);
    expect(desk.log).toMatchObject([{ outcome: 'sent', userId: 'ana', channel: 'email', providerId: 'p-1' }]);
    expect([desk.state.occasions.size, desk.state.deliveries.size]).toEqual([0, 0]);
  });

  it('is told once, however often it is read', () => {
    const desk = new Desk();
    const event = eventOf('invoice', INVOICE);
    for (let times = 0; times < 2; times += 1) {
      desk.give({ kind: 'event', event });
      desk.answer(ANA);
      desk.answer(ANA);
      desk.outcome();
      desk.restart();
    }
    expect(desk.states()).toEqual(['email sent']);
  });

  it('goes over every channel on which she is reached, and over none that is not set up here', () => {
    const desk = new Desk({ channels: new Set(['email', 'sms', 'push']) });
    desk.event('session-state', { from: 'charging', to: 'interrupted', reason: 'fault' });
    const push = ['a', 'b'].map((subscriptionId) => ({ subscriptionId, endpoint: 'x', p256dh: '', auth: '' }));
    desk.answer({ ...ANA, phone: '+34600111222', chat: 'ana', push });
    expect(desk.states().sort()).toEqual(['email waiting', 'push waiting', 'push waiting', 'sms waiting']);
  });

  it('is told to nobody when it is read too late', () => {
    const desk = new Desk();
    desk.event('session-state', { from: 'preparing', to: 'charging' }, { atMs: START_MS - 2 * 60 * MINUTE_MS });
    expect([desk.asks, desk.states()]).toEqual([[], []]);
    expect(desk.occasions.size, 'it is kept all the same').toBe(1);
  });

  it('is no charge when it is the fee of a reservation', () => {
    const desk = new Desk();
    const { ticket } = ticketIssued.schema.parse(ticketIssued.example);
    for (const endReason of ['no-show', 'driver']) desk.event('ticket', { ticket: { ...ticket, endReason } });
    expect([...desk.occasions.values()].map(({ kind }) => kind)).toEqual(['charge-complete']);
  });

  it.each([
    ['session-state', { from: 'suspended', to: 'charging' }],
    ['session-state', { from: 'requested', to: 'authorized' }],
    ['session-state', { from: 'queued', to: 'authorized' }], ['ticket', { ticket: 'none' }], ['invoice', {}],
    ['reservation-reminder', { reservationId: 'r' }], ['point-boot', { bootId: 7 }],
  ] as const)('is none of the kind %s with %j', (kind, data) => {
    const desk = new Desk();
    desk.event(kind, data);
    expect(desk.occasions.size).toBe(0);
  });
});

describe('a point that breaks', () => {
  const at = { pointId: pointId('ALC-01'), driverId: null };

  it('is told to the staff who follow its site, once until it is well; losing sight of it is not being well', () => {
    const desk = new Desk();
    desk.event('point-status', { from: null, to: 'Faulted', why: 'relay' }, at);
    desk.event('point-status', { from: null, to: 'Faulted', why: 'relay' }, at);
    desk.event('point-status', { from: 'Faulted', to: 'Disconnected', why: '' }, at);
    desk.event('point-status', { from: 'Disconnected', to: 'Faulted', why: 'relay' }, at);
    desk.event('point-status', { from: 'Faulted', to: 'Available', why: '' }, at);
    desk.event('point-status', { from: 'Available', to: 'Charging', why: '' }, at);
    expect([...desk.occasions.values()].map(({ kind, userIds, toStaff }) => [kind, userIds, toStaff]))
      .toEqual([['point-faulted', [], true], ['point-recovered', [], true]]);
    expect(desk.asks).toMatchObject([{ userIds: [], siteId: 'ALC' }, { userIds: [], siteId: 'ALC' }]);
  });
});

describe('a debt', () => {
  it('is told to whoever reads about it: a person, or those who run a group', () => {
    const desk = new Desk();
    const debt = {
      account: 'wallet:group:fleet', groupId: 'fleet', state: 'final', step: 3, owedMinor: 420, currency: 'EUR',
      sinceMs: START_MS,
    };
    desk.event('debt', { ...debt, readers: ['ana', 'ben'] }, { driverId: null });
    // As it was written before it said who reads it.
    desk.event('debt', debt, { driverId: null });
    expect(desk.asks).toMatchObject([{ kind: 'debt', userIds: ['ana', 'ben'], siteId: null }]);
  });
});

describe('what is planned', () => {
  it('of maintenance is told to staff and to those who charge there, until it is over', () => {
    const desk = new Desk();
    const planned = { fromMs: START_MS + MINUTE_MS, toMs: START_MS + 5 * MINUTE_MS, note: 'cables', drivers: ['ben'] };
    desk.event('maintenance', planned, { driverId: null });
    expect(desk.asks).toMatchObject([{ kind: 'maintenance-planned', userIds: ['ben'], siteId: 'ALC' }]);
    desk.answer({ ...ANA, userId: userId('ben') });
    desk.tick(5 * MINUTE_MS);
    desk.answer({ ...ANA, userId: userId('ben') });
    expect([desk.states(), desk.sends]).toEqual([['email expired'], []]);
  });

  it('of maintenance is told to staff by one of several events alone', () => {
    const desk = new Desk();
    const planned = { fromMs: START_MS, toMs: START_MS + MINUTE_MS, note: '', drivers: ['ben'], toStaff: false };
    desk.event('maintenance', planned, { driverId: null });
    expect(desk.asks).toMatchObject([{ userIds: ['ben'], siteId: null }]);
  });

  it('of a reservation is told to its driver, once for its time', () => {
    const desk = new Desk();
    const given = {
      reservationId: 'r-1', driverId: 'ben', siteId: 'ALC', pointId: 'ALC-01', connectorId: 1, fromMs: START_MS,
      toMs: START_MS + MINUTE_MS, feeMinor: 500, currency: 'EUR',
    };
    desk.event('reservation-reminder', given, { driverId: null });
    desk.event('reservation-reminder', given, { driverId: null });
    desk.event('reservation-no-show', given, { driverId: null });
    expect([...desk.occasions.values()].map(({ kind, userIds, facts }) => [kind, userIds, facts['feeMinor']]))
      .toEqual([['reservation-reminder', ['ben'], 500], ['reservation-no-show', ['ben'], 500]]);
  });
});

describe('a delivery that fails', () => {
  function ready(settings: ConstructorParameters<typeof Desk>[0] = {}): Desk {
    const desk = new Desk(settings);
    desk.event('invoice', INVOICE);
    desk.answer(ANA);
    desk.answer(ANA);
    return desk;
  }

  it('is tried again, later each time, and is a dead letter after so many failures', () => {
    const desk = ready();
    const pauses: number[] = [];
    for (let failures = 1; failures < 3; failures += 1) {
      desk.outcome(AWAY);
      const [row] = desk.rows.values();
      pauses.push((row?.nextAtMs ?? 0) - desk.nowMs);
      desk.tick((row?.nextAtMs ?? 0) - desk.nowMs);
      desk.answer(ANA);
    }
    desk.outcome(AWAY);
    expect(pauses).toEqual([5_000, 10_000]);
    expect(desk.states()).toEqual(['email dead']);
    expect(desk.log.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'dead']);
    expect(new Set(desk.sends.map(({ delivery }) => delivery.deliveryId)).size, 'one id for all attempts').toBe(1);
  });

  it('is a dead letter at once when it would fail again, and waits as long as it was told to', () => {
    const refused = ready();
    refused.outcome(REFUSED);
    expect(refused.states()).toEqual(['email dead']);
    const later = ready();
    later.outcome({ ...AWAY, retryAfterMs: 90_000 });
    expect([...later.rows.values()][0]?.nextAtMs).toBe(START_MS + 90_000);
  });

  it('is sent again when somebody wants it', () => {
    const desk = ready();
    desk.outcome(REFUSED);
    const [delivery] = desk.rows.values();
    const [occasion] = desk.occasions.values();
    if (delivery === undefined || occasion === undefined) throw new Error('nothing is there');
    desk.give({ kind: 'resend', delivery, occasion });
    desk.answer(ANA);
    desk.outcome();
    expect(desk.states()).toEqual(['email sent']);
    expect(desk.log.map(({ outcome }) => outcome)).toEqual(['dead', 'resend', 'sent']);
  });

  it('is dropped when she does not want it any more', () => {
    const desk = new Desk();
    desk.event('invoice', INVOICE);
    desk.answer(ANA);
    desk.answer({ ...ANA, email: null, phone: '+34600111222' });
    expect([desk.states(), desk.sends]).toEqual([['email dropped'], []]);
  });
});

describe('a death', () => {
  it('repeats what was in the air and nothing else', () => {
    const desk = new Desk();
    for (const name of ['sent', 'air', 'asked']) desk.event('invoice', { ...INVOICE, number: name });
    desk.answer(ANA);
    const [first, second] = desk.asks.splice(0);
    for (const ask of [first, second]) {
      if (ask !== undefined) desk.give({ kind: 'contacts', about: ask.about, contacts: [ANA] });
    }
    const [sent] = desk.sends;
    desk.give({ kind: 'outcome', deliveryId: sent?.delivery.deliveryId ?? '', outcome: OK });
    const before = desk.sends.length;
    desk.restart();
    desk.answer(ANA);
    const again = desk.sends.slice(before).map(({ occasion }) => occasion.facts['number']).sort();
    expect(again).toEqual(['air', 'asked']);
    expect(desk.log.map(({ outcome }) => outcome)).toEqual(['sent', 'in-doubt']);
  });
});

describe('while EV_Central is away', () => {
  it('everything waits, and is asked again', () => {
    const desk = new Desk();
    desk.event('invoice', INVOICE);
    for (const { about } of desk.asks.splice(0)) desk.give({ kind: 'contacts-away', about });
    expect(desk.asks).toEqual([]);
    desk.tick(2_000);
    desk.answer(ANA);
    for (const { about } of desk.asks.splice(0)) desk.give({ kind: 'contacts-away', about });
    expect(desk.states()).toEqual(['email waiting']);
    desk.tick(2_000);
    desk.answer(ANA);
    desk.outcome();
    expect(desk.states()).toEqual(['email sent']);
  });
});

describe('quiet hours', () => {
  const quiet = { ...ANA, quietHours: { fromMinute: 13 * 60, toMinute: 14 * 60 } };

  it('hold back until their end what is not urgent', () => {
    const desk = new Desk();
    desk.event('invoice', INVOICE); // 13:00 in Madrid
    desk.answer(quiet);
    expect(desk.rows.values().next().value?.nextAtMs).toBe(START_MS + 60 * MINUTE_MS);
    desk.tick(59 * MINUTE_MS);
    expect(desk.asks).toEqual([]);
    desk.tick(MINUTE_MS);
    desk.answer(quiet);
    desk.outcome();
    expect(desk.states()).toEqual(['email sent']);
  });

  it('let through what is urgent', () => {
    const desk = new Desk();
    desk.event('session-state', { from: 'queued', to: 'authorized', plugByMs: START_MS + MINUTE_MS });
    desk.answer(quiet);
    desk.answer(quiet);
    expect(desk.sends).toMatchObject([{ occasion: { kind: 'queue-offer', expiresAtMs: START_MS + MINUTE_MS } }]);
  });
});

describe('a rate limit', () => {
  it('of a person makes the next wait until an hour after the first, also after a restart', () => {
    const desk = new Desk({ perPersonHour: 2 });
    for (let i = 0; i < 3; i += 1) {
      desk.event('invoice', { ...INVOICE, number: String(i) });
      desk.answer(ANA);
      desk.answer(ANA);
      desk.outcome();
      desk.tick(MINUTE_MS);
    }
    desk.restart();
    expect(desk.states()).toEqual(['email sent', 'email sent', 'email waiting']);
    desk.tick(58 * MINUTE_MS);
    desk.answer(ANA);
    desk.outcome();
    expect(desk.states().at(-1)).toBe('email sent');
  });

  it('of a channel spreads a burst, the urgent first', () => {
    const desk = new Desk({ perSecond: 1 });
    const settle = (): void => {
      desk.answer(ANA);
      desk.answer(ANA);
      desk.outcome();
    };
    desk.event('invoice', INVOICE);
    settle();
    desk.event('invoice', { ...INVOICE, number: 'b' });
    desk.event('session-state', { from: 'charging', to: 'interrupted' }, { sessionId: sessionId('s') });
    settle();
    desk.tick(1_000);
    settle();
    expect(desk.sends.map(({ occasion: { kind } }) => kind)).toEqual(['invoice-ready', 'charge-interrupted']);
    desk.tick(1_000);
    settle();
    expect(desk.sends).toHaveLength(3);
  });
});

describe('a webhook', () => {
  it('is told what it wants to know without anybody being asked, and longer than people are', () => {
    const endpoints = [
      { name: 'all', kinds: null, sites: null }, { name: 'other', kinds: null, sites: ['BCN'] },
      { name: 'money', kinds: ['invoice-ready' as const], sites: ['ALC'] },
      { name: 'faults', kinds: ['point-faulted' as const], sites: null },
    ];
    const desk = new Desk({ endpoints });
    desk.event('invoice', INVOICE, { id: messageId('e-w') });
    expect(desk.sends.map(({ delivery: { target }, contact }) => [target, contact])).toEqual([
      ['all', null], ['money', null],
    ]);
    desk.event('session-state', { from: 'preparing', to: 'charging' }, { atMs: START_MS - 90 * MINUTE_MS });
    expect(desk.sends.at(-1)).toMatchObject({ occasion: { kind: 'charge-started' }, delivery: { target: 'all' } });
  });
});
