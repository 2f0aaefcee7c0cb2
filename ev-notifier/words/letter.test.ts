import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../shared/messages/accounts.ts';
import { NOTIFICATION_KINDS, type NotificationKind } from '../../shared/messages/notification.ts';
import { ticketSchema } from '../../shared/messages/values.ts';
import { siteId, userId } from '../../shared/ids.ts';
import { ticketIssued } from '../../shared/messages/ticket-issued.ts';
import { meaningOf } from '../core/occasions.ts';
import { eventOf, START_MS } from '../core/harness-for-tests.ts';
import type { Occasion } from '../core/rows.ts';
import { wordingOf } from './letter.ts';
import { MISSING } from './said.ts';

const ticket = ticketSchema.parse((ticketIssued.example as { ticket: unknown }).ticket);
const reservation = {
  reservationId: 'r-1', driverId: 'ana', siteId: 'ALC', pointId: 'ALC-01', connectorId: 1, fromMs: START_MS,
  toMs: START_MS + 3_600_000, feeMinor: 500, currency: 'EUR',
};
/** An event of each kind: the texts are made of what events bring, and of nothing else. */
const EVENTS: Readonly<Record<NotificationKind, readonly [Parameters<typeof eventOf>[0], Record<string, unknown>]>> = {
  'charge-started': ['session-state', { from: 'preparing', to: 'charging' }],
  'charge-nearly-done': ['nearly-done', { energyWh: 9_000, socPercent: 75, goal: {} }],
  'charge-complete': ['ticket', { ticket }],
  'charge-interrupted': ['session-state', { from: 'charging', to: 'interrupted', reason: 'fault' }],
  'queue-offer': ['session-state', { from: 'queued', to: 'authorized', plugByMs: START_MS + 120_000 }],
  'reservation-reminder': ['reservation-reminder', reservation],
  'reservation-no-show': ['reservation-no-show', reservation],
  'payment-failed': ['payment-failed', {
    paymentId: 'p', purpose: 'top-up', sessionId: null, amountMinor: 2_000, currency: 'EUR', reason: 'declined',
  }],
  'invoice-ready': ['invoice', { number: '2026-7', kind: 'invoice', totalMinor: 120, currency: 'EUR' }],
  'low-balance': ['low-balance', { balanceMinor: 150, currency: 'EUR' }],
  debt: ['debt', {
    account: 'wallet:user:ana', groupId: null, state: 'reminder', step: 1, owedMinor: 420, currency: 'EUR',
    sinceMs: START_MS, readers: ['ana'],
  }],
  'point-faulted': ['point-status', { from: 'Available', to: 'Faulted', why: 'relay' }],
  'point-recovered': ['point-status', { from: 'Faulted', to: 'Available', why: '' }],
  'maintenance-planned': ['maintenance', {
    fromMs: START_MS, toMs: START_MS + 7_200_000, note: 'cables', drivers: [], reservations: 1,
  }],
};

function occasionOf(kind: NotificationKind): Occasion {
  const [event, data] = EVENTS[kind];
  const faulted = new Set(kind === 'point-recovered' ? ['ALC-01'] : []);
  const { occasion } = meaningOf({ faulted }, eventOf(event, data, { pointId: 'ALC-01' as never }));
  if (occasion === null) throw new Error(`no occasion of the kind ${kind}`);
  return occasion;
}

describe.each(LANGUAGES)('in %s', (language) => {
  it.each(NOTIFICATION_KINDS)('%s has a subject, a short text and a letter, and nothing is missing in them', (kind) => {
    const occasion = occasionOf(kind);
    expect(occasion.kind).toBe(kind);
    const { subject, short, body } = wordingOf(occasion, { language, timeZone: 'Europe/Madrid' });
    for (const text of [subject, short, body]) {
      expect(text).not.toMatch(/undefined|null|NaN|\{\{|\[object/);
      expect(text).not.toContain(MISSING);
    }
    expect(subject).toMatch(/^EV network: \S/);
    expect(short.length).toBeLessThanOrEqual(134);
    expect(body.endsWith('\n')).toBe(true);
    expect(subject).not.toContain('\n');
  });
});

it('is another text in each language', () => {
  for (const kind of NOTIFICATION_KINDS) {
    const texts = LANGUAGES.map((language) => wordingOf(occasionOf(kind), { language, timeZone: 'UTC' }).body);
    expect(new Set(texts).size, kind).toBe(LANGUAGES.length);
  }
});

it('says times in the zone of the reader and amounts in the way of her language', () => {
  const reminder = occasionOf('reservation-reminder');
  expect(wordingOf(reminder, { language: 'en', timeZone: 'Europe/Madrid' }).short).toContain('13:00');
  expect(wordingOf(reminder, { language: 'pt', timeZone: 'America/Sao_Paulo' }).short).toContain('09:00');
  expect(wordingOf(occasionOf('low-balance'), { language: 'es', timeZone: 'UTC' }).body).toContain('1,50 EUR');
});

it.each(LANGUAGES)('says in %s of a debt what is owed, of whom, for the last time, and that it is over', (language) => {
  const debt = occasionOf('debt');
  const textOf = (change: Occasion['facts']): string =>
    wordingOf({ ...debt, facts: { ...debt.facts, ...change } }, { language, timeZone: 'UTC' }).short;
  const texts = [textOf({}), textOf({ state: 'final' }), textOf({ state: 'settled' }), textOf({ groupId: 'fleet' })];
  expect(new Set(texts).size).toBe(4);
  expect(texts.map((text) => /4[.,]20 EUR/.test(text))).toEqual([true, true, false, true]);
  expect(texts[3]).toContain('fleet');
});

it('says what a charge has cost where she asked for an amount', () => {
  const near = occasionOf('charge-nearly-done');
  const facts = { ...near.facts, costMinor: 360, currency: 'EUR', socPercent: null };
  expect(wordingOf({ ...near, facts }, { language: 'en', timeZone: 'UTC' }).short)
    .toBe('EV network: Your charge at ALC-01 is nearly done: 9.00 kWh, 3.60 EUR.');
});

it('says what becomes of reservations only where there are some', () => {
  const planned = occasionOf('maintenance-planned');
  const bodyOf = (reservations: number): string =>
    wordingOf({ ...planned, facts: { ...planned.facts, reservations } }, { language: 'en', timeZone: 'UTC' }).body;
  expect(bodyOf(1)).toContain('stay booked');
  expect(bodyOf(0)).not.toContain('eserv');
});

it('leaves the fee out where there is none, and cuts a long text for a telephone', () => {
  const free: Occasion = { ...occasionOf('reservation-no-show'), facts: { pointId: 'ALC-01', fromMs: START_MS } };
  expect(wordingOf(free, { language: 'en', timeZone: 'UTC' }).body).not.toContain('fee');
  const long: Occasion = {
    ...occasionOf('point-faulted'), siteId: siteId('ALC'), userIds: [userId('ana')],
    facts: { pointId: 'ALC-01', why: 'x'.repeat(200) },
  };
  expect(wordingOf(long, { language: 'en', timeZone: 'UTC' }).short).toHaveLength(134);
});

describe('a break of a line in what others wrote', () => {
  const broken = 'x\r\nBcc: eve@example.org\r\n\r\nPay here\u2028now\u202e!';
  it.each(LANGUAGES)('is a space in %s: the subject is one line, and the letter has no line more', (language) => {
    for (const kind of NOTIFICATION_KINDS) {
      const occasion = occasionOf(kind);
      const facts = Object.fromEntries(Object.entries(occasion.facts)
        .map(([name, value]) => [name, typeof value === 'string' && name !== 'currency' ? broken : value]));
      const plain = wordingOf(occasion, { language, timeZone: 'UTC' });
      const bad = wordingOf({ ...occasion, siteId: siteId(broken), facts }, { language, timeZone: 'UTC' });
      for (const text of [bad.subject, bad.short]) expect(text, kind).not.toMatch(/[\p{Cc}\u2028\u2029\u202e]/u);
      // Of a debt in a state that is not known and a payment that failed for a reason that is none, less is said.
      if (kind === 'debt') continue;
      expect(bad.body.split('\n'), kind).toHaveLength(plain.body.split('\n').length);
    }
  });
});

it.each([
  ['en', '28/11/2026, 14:05', '1234.50 EUR', '12345.67 kWh'],
  ['es', '28/11/2026, 14:05', '1234,50 EUR', '12345,67 kWh'],
  ['pt', '28/11/2026, 14:05', '1234,50 EUR', '12345,67 kWh'],
] as const)('writes in %s a time as %s, money as %s and energy as %s', (language, time, money, energy) => {
  const near = occasionOf('charge-nearly-done');
  const facts = { ...near.facts, energyWh: 12_345_670, costMinor: 123_450, currency: 'EUR' };
  const { short } = wordingOf({ ...near, facts }, { language, timeZone: 'UTC' });
  expect(short).toContain(`: ${energy}, ${money}, `);
  const offer = occasionOf('queue-offer');
  const late = { ...offer.facts, plugByMs: START_MS + 2 * 3_600_000 + 5 * 60_000 };
  expect(wordingOf({ ...offer, facts: late }, { language, timeZone: 'UTC' }).short).toContain(time);
});

it.each(LANGUAGES)('says in %s nothing of a fee of nothing, and no more of a reason than is known', (language) => {
  const noShow = occasionOf('reservation-no-show');
  const free = { ...noShow, facts: { ...noShow.facts, feeMinor: 0 } };
  expect(wordingOf(free, { language, timeZone: 'UTC' }).body).not.toContain('EUR');
  const failed = occasionOf('payment-failed');
  const odd = { ...failed, facts: { ...failed.facts, reason: 'something new' } };
  expect(wordingOf(odd, { language, timeZone: 'UTC' }).short).toMatch(/20[.,]00 EUR [a-zó ]+\.$/);
});

it('does not ask for another try of a payment whose charge the balance has paid', () => {
  const failed = occasionOf('payment-failed');
  const [event, data] = EVENTS['payment-failed'];
  const { occasion } = meaningOf({ faulted: new Set() }, eventOf(event, { ...data, sessionId: 's-1' }));
  const bodyOf = (each: Occasion | null): string =>
    (each === null ? '' : wordingOf(each, { language: 'en', timeZone: 'UTC' }).body);
  expect(bodyOf(failed)).toContain('Please try again');
  expect(bodyOf(occasion)).toContain('The charge is billed to your balance.');
  expect(bodyOf(occasion)).not.toContain('try again');
});

it('cuts no character in two', () => {
  const faulted = occasionOf('point-faulted');
  const cuts = [0, 1].map((shift) => wordingOf(
    { ...faulted, facts: { ...faulted.facts, why: `${'x'.repeat(shift)}${'🔌'.repeat(90)}` } },
    { language: 'en', timeZone: 'UTC' }).short);
  expect(cuts.map((text) => text.isWellFormed())).toEqual([true, true]);
});
