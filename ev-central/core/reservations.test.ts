// A reservation from its booking to its end: hold, reminder, window, check-in, charge; nobody comes; somebody cancels;
// what is in its way; and its place beside the waiting queue.
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../shared/limits.ts';
import { requestId } from '../../shared/ids.ts';
import type { Reservation } from '../../shared/messages/reservation.ts';
import { ANA, BEN, CAT, type Network, OTHER_POINT, POINT, SITE } from './core-harness.ts';
import { connectorStatus } from './point-status.ts';
import {
  booked, connected, DAY, eventsOf, FIRST, HOUR, MINUTE, newsOf, nowOf, pass, restarted, tryBooking, wallet,
} from './reservations-for-tests.ts';

describe('a reservation that is used', () => {
  it('is held for, reminded of, opened, checked in, charged in, and let go of', () => {
    const network = connected();
    const row = booked(network, { inMs: 2 * HOUR });
    expect(wallet(network)).toEqual([10_000, 500]);
    expect(eventsOf(network, 'reservation-confirmed')[0]?.data).toMatchObject({ reservationId: row.reservationId });
    pass(network, 105 * MINUTE);
    expect(newsOf(network)).toEqual(['confirmed', 'reminder']);
    expect(eventsOf(network, 'reservation-reminder')[0]?.data).toMatchObject({
      reservationId: row.reservationId, driverId: ANA, siteId: SITE, pointId: POINT, connectorId: 1,
      fromMs: row.beginsAtMs, toMs: row.endsAtMs, feeMinor: 500, currency: 'EUR',
    });
    pass(network, 10 * MINUTE);
    expect(newsOf(network).at(-1)).toBe('open');
    expect(connectorStatus(network.state, POINT, 1).status).toBe('Reserved');
    expect(network.order({ kind: 'check-in', reservationId: row.reservationId }).outcome).toBe('done');
    const session = network.charging(ANA);
    expect(nowOf(network, row)).toMatchObject({ state: 'checked-in', sessionId: session.sessionId, holdMinor: 0 });
    expect(wallet(network)).toEqual([10_000, 2_000]);
    pass(network, 20 * MINUTE);
    network.end(session, 3_000);
    expect(nowOf(network, row)).toMatchObject({ state: 'fulfilled', takenMinor: 0, dueMs: null });
    expect(wallet(network)[1]).toBe(0);
  });

  it('needs no check-in when she just asks for her charge', () => {
    const network = connected();
    const row = booked(network, { inMs: 0 });
    expect(row.state).toBe('active');
    network.charging(ANA);
    expect(nowOf(network, row).state).toBe('checked-in');
  });

  it('goes on with her charge when her slot is over and nobody else is next', () => {
    const network = connected();
    const row = booked(network, { inMs: 0 });
    const session = network.charging(ANA);
    pass(network, HOUR);
    expect(nowOf(network, row).state).toBe('fulfilled');
    expect(network.state.sessions.must(session.sessionId).state).toBe('charging');
  });

  it('lets her ask again when her first request came to nothing', () => {
    const network = connected();
    const row = booked(network, { inMs: 0 });
    network.charge(ANA);
    network.authorize(POINT, 'refused');
    expect(nowOf(network, row)).toMatchObject({ state: 'checked-in', sessionId: null });
    network.later(6_000);
    network.charging(ANA);
    expect(nowOf(network, row).sessionId).not.toBeNull();
  });

  it('comes with a hold that makes room for that of her charge', () => {
    const network = connected();
    network.order({ kind: 'book', userId: ANA, amountMinor: -8_000, reason: 'spent' });
    booked(network, { inMs: 0 });
    expect(wallet(network)).toEqual([2_000, 500]);
    network.charging(ANA);
    expect(wallet(network)).toEqual([2_000, 2_000]);
  });
});

describe('a reservation from now on', () => {
  it('is as long as it was asked for, whatever time the order took to come', () => {
    const network = connected();
    const asked = { inMs: -2_000, forMs: LIMITS.reservationShortestMs };
    const row = booked(network, asked);
    expect(row).toMatchObject({
      beginsAtMs: network.now, endsAtMs: network.now - 2_000 + LIMITS.reservationShortestMs,
    });
    expect(tryBooking(network, { ...asked, user: BEN, inMs: -120_000 }).text)
      .toBe('a reservation begins now or later');
  });

  it('may be what another one is changed to', () => {
    const network = connected();
    const row = booked(network, { inMs: 25 * HOUR });
    expect(network.order({
      kind: 'change-reservation', reservationId: row.reservationId, place: null, beginsAtMs: network.now - 2_000,
      endsAtMs: network.now - 2_000 + LIMITS.reservationShortestMs,
    }).outcome).toBe('done');
    expect(nowOf(network, row)).toMatchObject({ state: 'active', beginsAtMs: network.now });
  });
});

describe('a reservation that nobody comes for', () => {
  it('takes the fee once, by a ticket, and gives the connector back', () => {
    const network = connected();
    const row = booked(network, { inMs: HOUR });
    pass(network, 2 * HOUR);
    expect(nowOf(network, row)).toMatchObject({ state: 'no-show', takenMinor: 500, holdMinor: 0 });
    expect(wallet(network)).toEqual([9_500, 0]);
    const tickets = network.appended.filter((each) => each.table === 'tickets');
    expect(tickets).toHaveLength(1);
    expect(network.lastNotice(ANA, 'ticket').ticket).toMatchObject({
      sessionId: row.reservationId, endReason: 'no-show', totalMinor: 500, energyWh: 0,
      lines: [{ kind: 'RESERVATION', why: 'no-show', feeMinor: 500, percent: 100 }],
    });
    expect(eventsOf(network, 'reservation-no-show')[0]?.data).toMatchObject({
      reservationId: row.reservationId, driverId: ANA, connectorId: 1, feeMinor: 500, currency: 'EUR',
    });
    expect(connectorStatus(network.state, POINT, 1).status).toBe('Available');
  });

  it('goes to who waits in the queue', () => {
    const network = connected();
    booked(network, { inMs: 0 });
    network.charge(BEN);
    expect(network.noticesOf(BEN)).toContain('queued');
    pass(network, 15 * MINUTE);
    network.authorize();
    expect(network.noticesOf(BEN)).toContain('offered');
  });

  it('takes nothing when the point could not have served her', () => {
    const network = connected();
    const row = booked(network, { inMs: 0 });
    network.health('ko');
    pass(network, 15 * MINUTE);
    expect(nowOf(network, row)).toMatchObject({ state: 'cancelled', takenMinor: 0 });
    expect(wallet(network)).toEqual([10_000, 0]);
  });

  it('takes the fee of who checks in and never charges', () => {
    const network = connected();
    const row = booked(network, { inMs: 0 });
    network.order({ kind: 'check-in', reservationId: row.reservationId });
    pass(network, HOUR);
    expect(nowOf(network, row)).toMatchObject({ state: 'expired', takenMinor: 500 });
    expect(wallet(network)).toEqual([9_500, 0]);
  });
});

describe('a cancellation', () => {
  it.each([
    ['two days before', 2 * DAY, 0], ['a day before', DAY, 0], ['less than a day before', DAY - MINUTE, 250],
    ['an hour before', HOUR, 250], ['less than an hour before', HOUR - MINUTE, 500], ['in its slot', 0, 500],
  ])('%s takes its part of the fee', (_when, inMs, takenMinor) => {
    const network = connected();
    const row = booked(network, { inMs });
    const { outcome } = network.order({
      kind: 'cancel-reservation', reservationId: row.reservationId, free: false, note: '',
    });
    expect(outcome).toBe('done');
    expect(nowOf(network, row)).toMatchObject({ state: 'cancelled', takenMinor, holdMinor: 0 });
    expect(wallet(network)).toEqual([10_000 - takenMinor, 0]);
    expect(newsOf(network).at(-1)).toBe('cancelled');
  });

  it('by an operator can be for nothing', () => {
    const network = connected();
    const row = booked(network, { inMs: MINUTE });
    network.order({ kind: 'cancel-reservation', reservationId: row.reservationId, free: true, note: 'works' });
    expect(wallet(network)).toEqual([10_000, 0]);
  });

  it('is none of somebody else\'s business', () => {
    const network = connected();
    const row = booked(network, { inMs: DAY });
    network.feed({
      kind: 'order', orderId: requestId('x-1'), by: BEN, role: 'user', address: '127.0.0.1', answer: null,
      order: { kind: 'cancel-reservation', reservationId: row.reservationId, free: false, note: '' },
    });
    expect(network.state.orders.must(requestId('x-1'))).toMatchObject({ outcome: 'refused' });
    expect(nowOf(network, row).state).toBe('booked');
  });

  it('is refused twice, and of what is over', () => {
    const network = connected();
    const row = booked(network, { inMs: DAY });
    const cancel = { kind: 'cancel-reservation', reservationId: row.reservationId, free: false, note: '' } as const;
    network.order(cancel);
    expect(network.order(cancel)).toMatchObject({ outcome: 'refused', text: expect.stringContaining('is cancelled') });
  });
});

describe('a booking', () => {
  it.each([
    ['in the past', { inMs: -2 * MINUTE }, 'begins now or later'],
    ['too short', { inMs: HOUR, forMs: 14 * MINUTE }, '15 minutes at least'],
    ['too long', { inMs: HOUR, forMs: DAY + MINUTE }, '24 hours at most'],
    ['too far ahead', { inMs: LIMITS.reservationAheadMs + MINUTE }, 'within 30 days'],
    ['of an unknown connector', { inMs: HOUR, place: { ...FIRST, connectorNo: 2 } }, 'no connector 2'],
  ] as const)('%s is refused', (_what, booking, why) => {
    const network = connected();
    expect(tryBooking(network, booking)).toMatchObject({ outcome: 'refused', text: expect.stringContaining(why) });
    expect(wallet(network)).toEqual([10_000, 0]);
  });

  it('of a slot that overlaps another is refused; one that begins when another ends is not', () => {
    const network = connected();
    booked(network, { inMs: 2 * HOUR });
    const over = tryBooking(network, { user: BEN, inMs: 2.5 * HOUR });
    expect(over).toMatchObject({ outcome: 'refused', text: 'ALC-01/1 is reserved in that time' });
    booked(network, { user: BEN, inMs: 3 * HOUR });
    booked(network, { user: CAT, inMs: HOUR });
  });

  it('at a site takes the connector that is free, and says what is in the way when none is', () => {
    const network = connected();
    const place = { kind: 'site', siteId: SITE } as const;
    const rows = [ANA, BEN].map((user) => booked(network, { user, inMs: HOUR, place }));
    expect(rows.map(({ pointId }) => pointId)).toEqual([POINT, OTHER_POINT]);
    expect(tryBooking(network, { user: CAT, inMs: HOUR, place }).text).toBe('ALC-01/1 is reserved in that time');
  });

  it('is refused of a wallet that has not the fee, and below zero', () => {
    const network = connected();
    network.order({ kind: 'book', userId: ANA, amountMinor: -9_600, reason: 'spent' });
    expect(tryBooking(network, { inMs: HOUR }).text).toContain('lacks 1.00');
    network.order({ kind: 'book', userId: ANA, amountMinor: -500, reason: 'spent' });
    expect(tryBooking(network, { inMs: HOUR }).text).toContain('top it up first');
  });

  it('does not take a connector from a charge that runs', () => {
    const network = connected();
    network.charging(BEN);
    expect(tryBooking(network, { inMs: HOUR }).text).toBe('ALC-01/1 is in use');
    booked(network, { inMs: 2 * HOUR });
  });

  it('keeps no more slots at once for a driver than she may have charges', () => {
    const network = connected();
    network.order({ kind: 'put-site', site: { ...network.state.sites.must(SITE), name: 'two' } });
    booked(network, { inMs: HOUR });
    booked(network, { inMs: HOUR, place: { kind: 'point', pointId: OTHER_POINT, connectorNo: 1 } });
    expect(tryBooking(network, { inMs: HOUR, place: { kind: 'site', siteId: SITE } }).text)
      .toBe('ana has 2 reservations in that time already');
  });
});

describe('a change', () => {
  const change = (network: Network, row: Reservation, beginsAtMs: number, endsAtMs = beginsAtMs + HOUR) =>
    network.order({ kind: 'change-reservation', reservationId: row.reservationId, place: null, beginsAtMs, endsAtMs });

  it('moves the slot, and frees the one before', () => {
    const network = connected();
    const row = booked(network, { inMs: 2 * DAY });
    expect(change(network, row, row.beginsAtMs + 30 * MINUTE).outcome).toBe('done');
    expect(nowOf(network, row)).toMatchObject({ beginsAtMs: row.beginsAtMs + 30 * MINUTE, holdMinor: 500 });
    booked(network, { user: BEN, inMs: 2 * DAY - 30 * MINUTE });
    expect(newsOf(network).at(-1)).toBe('changed');
  });

  it('is refused where somebody else is, and when a cancellation would cost', () => {
    const network = connected();
    const row = booked(network, { inMs: 2 * DAY });
    booked(network, { user: BEN, inMs: 2 * DAY + 2 * HOUR });
    expect(change(network, row, row.beginsAtMs + 1.5 * HOUR).text).toBe('ALC-01/1 is reserved in that time');
    pass(network, DAY + HOUR);
    expect(change(network, row, row.beginsAtMs + 30 * MINUTE).text).toContain('begins too soon to be changed');
  });
});

describe('beside the queue', () => {
  it('a newcomer is told until when a connector is free, and her charge is ended then', () => {
    const network = connected();
    const row = booked(network, { inMs: HOUR });
    const session = network.charging(BEN);
    expect(network.lastNotice(BEN, 'accepted').freeUntilMs).toBe(row.beginsAtMs - 5 * MINUTE);
    pass(network, 55 * MINUTE);
    expect(network.lastCommand('stop')).toMatchObject({ sessionId: session.sessionId, reason: 'reserved' });
    network.end(network.state.sessions.must(session.sessionId), 2_000, 'reserved');
    expect(network.state.sessions.must(session.sessionId)).toMatchObject({ state: 'completed', endReason: 'reserved' });
  });

  it('a connector that is free for longer comes first; one whose slot is near is offered to nobody else', () => {
    const network = connected();
    booked(network, { inMs: HOUR });
    network.charge(BEN, { target: { kind: 'site', siteId: SITE } });
    expect(network.lastNotice(BEN, 'accepted')).toMatchObject({ pointId: OTHER_POINT, freeUntilMs: null });
    pass(network, 50 * MINUTE);
    network.charge(CAT);
    expect(network.noticesOf(CAT).at(-1)).toBe('queued');
  });

  it('her own request goes past who waits', () => {
    const network = connected();
    booked(network, { inMs: 10 * MINUTE });
    pass(network, 5 * MINUTE);
    network.charge(BEN);
    expect(network.noticesOf(BEN).at(-1)).toBe('queued');
    network.charge(ANA, { target: { kind: 'site', siteId: SITE } });
    expect(network.lastNotice(ANA, 'accepted').pointId).toBe(POINT);
  });

  it('who finds her connector occupied gets another one that is as good', () => {
    const network = connected();
    const session = network.charging(BEN);
    const row = booked(network, { inMs: 2 * HOUR });
    pass(network, 115 * MINUTE);
    network.end(network.state.sessions.must(session.sessionId), 2_000, 'reserved');
    // The car stays.
    pass(network, 5 * MINUTE);
    expect(nowOf(network, row)).toMatchObject({ state: 'active', pointId: OTHER_POINT });
    expect(newsOf(network).at(-1)).toBe('moved');
  });

  it('or all is given back when there is none', () => {
    const network = connected();
    network.charging(CAT, 1_000, OTHER_POINT);
    const session = network.charging(BEN);
    const row = booked(network, { inMs: 2 * HOUR });
    pass(network, 115 * MINUTE);
    network.end(network.state.sessions.must(session.sessionId), 2_000, 'reserved');
    pass(network, 5 * MINUTE);
    expect(nowOf(network, row)).toMatchObject({ state: 'cancelled', why: 'ALC-01/1 is still occupied', takenMinor: 0 });
    expect(wallet(network)).toEqual([10_000, 0]);
  });

  it('a charge in a slot ends with it when somebody else is next', () => {
    const network = connected();
    booked(network, { inMs: 0 });
    booked(network, { user: BEN, inMs: HOUR });
    const session = network.charging(ANA);
    pass(network, 57 * MINUTE);
    expect(network.commands.some(({ command }) => command.type === 'stop')).toBe(false);
    pass(network, 3 * MINUTE);
    expect(network.lastCommand('stop')).toMatchObject({ sessionId: session.sessionId, reason: 'reserved' });
  });
});

describe('what becomes of a reservation when', () => {
  it('its point is taken out of order: a near one moves, a later one stays', () => {
    const network = connected();
    const [near, later] = [booked(network, { inMs: HOUR }), booked(network, { inMs: 2 * DAY })];
    network.order({
      kind: 'set-operative', scope: { kind: 'points', pointIds: [POINT] }, operative: false, note: 'works',
    });
    expect(nowOf(network, near)).toMatchObject({ pointId: OTHER_POINT, state: 'booked' });
    expect(nowOf(network, later)).toMatchObject({ pointId: POINT, state: 'booked' });
    expect(newsOf(network).at(-1)).toBe('moved');
  });

  it('the site is taken out of order: she is told, and nothing is taken', () => {
    const network = connected();
    const row = booked(network, { inMs: HOUR });
    network.order({ kind: 'set-operative', scope: { kind: 'all' }, operative: false, note: 'works' });
    expect(nowOf(network, row)).toMatchObject({ state: 'cancelled', why: 'ALC-01 is out of order', takenMinor: 0 });
    expect(wallet(network)).toEqual([10_000, 0]);
  });

  it('its point is removed: it moves, else all is given back', () => {
    const network = connected();
    const rows = [ANA, BEN].map((user) => booked(network, { user, inMs: HOUR, place: { kind: 'site', siteId: SITE } }));
    network.order({ kind: 'remove-point', pointId: POINT });
    expect(rows.map((row) => nowOf(network, row).state)).toEqual(['cancelled', 'booked']);
    expect(wallet(network)).toEqual([10_000, 0]);
  });

  it('its driver should be forgotten: that waits until it is cancelled', () => {
    const network = connected();
    booked(network, { inMs: HOUR });
    expect(network.order({ kind: 'forget-person', userId: ANA, note: '' }).text)
      .toBe('ana has 1 reservation: cancel them first');
  });

  it('EV_Central begins anew: each moment is where it was, and no fee is taken of who could not check in', () => {
    const network = connected();
    const row = booked(network, { inMs: HOUR });
    pass(network, 59 * MINUTE);
    expect(nowOf(network, row).state).toBe('active');
    const again = restarted(network, 20 * MINUTE);
    expect(again.state.reservations.must(row.reservationId)).toMatchObject({ state: 'active', begun: false });
    again.later(10_000);
    again.later(10 * MINUTE);
    expect(again.state.reservations.must(row.reservationId)).toMatchObject({ begun: true });
  });

  it('EV_Central was away for all of its time: nothing is taken', () => {
    const network = connected();
    const row = booked(network, { inMs: HOUR });
    const again = restarted(network, 3 * HOUR);
    again.later(10_000);
    expect(again.state.reservations.must(row.reservationId)).toMatchObject({ state: 'expired', takenMinor: 0 });
  });
});
