// Recurring reservations, across changes of the clock and as time goes; and many at once for a fleet.
import { describe, expect, it } from 'vitest';
import { reservationId, type UserId } from '../../shared/ids.ts';
import type { ReservedPlace } from '../../shared/messages/reservation.ts';
import { ANA, BEN, CAT, type Network, OTHER_POINT, POINT, SITE } from './core-harness.ts';
import { occurrenceAt } from './reservation-series.ts';
import { booked, connected, DAY, FIRST, HOUR, MINUTE, NO_FIT, pass, wallet } from './reservations-for-tests.ts';

describe('a recurring reservation', () => {
  const book = (network: Network, every: 'daily' | 'weekly' | 'monthly', often: number, beginsAtMs: number) =>
    network.order({
      kind: 'book-reservation', userId: ANA, place: FIRST, fit: NO_FIT, beginsAtMs, endsAtMs: beginsAtMs + HOUR,
      repeat: { every, times: often },
    });
  const begins = (network: Network): string[] => [...network.state.reservations.values()]
    .map(({ beginsAtMs }) => new Date(beginsAtMs).toISOString().slice(0, 16));

  it('begins at the same time of the site\'s day across a change of its clock', () => {
    const network = connected();
    network.now = Date.parse('2026-03-26T00:00:00Z');
    expect(book(network, 'daily', 5, Date.parse('2026-03-27T08:30:00Z')).outcome).toBe('done');
    expect(begins(network)).toEqual([
      '2026-03-27T08:30', '2026-03-28T08:30', '2026-03-29T07:30', '2026-03-30T07:30', '2026-03-31T07:30',
    ]);
  });

  it.each([
    ['a time that spring leaves out is as much later', 'daily', '2026-03-28T01:30Z', ['2026-03-29T01:30']],
    ['a time that comes twice in autumn is the second', 'daily', '2026-10-24T00:30Z', ['2026-10-25T01:30']],
    ['a week later', 'weekly', '2026-10-21T10:00Z', ['2026-10-28T11:00']],
    ['the last day of a shorter month', 'monthly', '2026-01-31T10:00Z', ['2026-02-28T10:00']],
  ] as const)('%s', (_what, every, from, next) => {
    const beginsAtMs = Date.parse(from);
    const at = [1].map((n) => occurrenceAt({ beginsAtMs, timeZone: 'Europe/Madrid', every }, n));
    expect(at.map((atMs) => new Date(atMs).toISOString().slice(0, 16))).toEqual(next);
  });

  it('makes its occurrences as time goes, thirty days ahead, and ends', () => {
    const network = connected();
    const { lines } = book(network, 'weekly', 7, network.now + HOUR);
    expect(lines.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 5 }, () => 'booked'));
    const series = [...network.state.reservationSeries.values()];
    expect(series).toMatchObject([{ made: 5, state: 'active' }]);
    network.now += 6 * DAY;
    network.later(0);
    expect([...network.state.reservationSeries.values()]).toMatchObject([{ made: 6, state: 'active' }]);
    network.now += 7 * DAY;
    network.later(0);
    expect([...network.state.reservationSeries.values()]).toMatchObject([{ made: 7, state: 'ended' }]);
    network.now += 30 * DAY;
    network.later(0);
    expect(network.state.reservationSeries.size).toBe(0);
  });

  it('skips what cannot be had, and says so', () => {
    const network = connected();
    booked(network, { user: BEN, inMs: 7 * DAY + HOUR });
    booked(network, { user: BEN, inMs: 7 * DAY + HOUR, place: { ...FIRST, pointId: OTHER_POINT } });
    const { outcome, lines } = book(network, 'weekly', 3, network.now + HOUR);
    expect(outcome).toBe('done');
    expect(lines.map((line) => line.outcome))
      .toEqual(['booked', 'booked', 'ALC-01/1 is reserved in that time']);
  });

  it('takes a connector that is as good where its own is taken', () => {
    const network = connected();
    booked(network, { user: BEN, inMs: 7 * DAY + HOUR });
    book(network, 'weekly', 2, network.now + HOUR);
    expect([...network.state.reservations.values()].filter((row) => row.userId === ANA).map((row) => row.pointId))
      .toEqual([POINT, OTHER_POINT]);
  });

  it('is ended with all that is still to come of it', () => {
    const network = connected();
    book(network, 'weekly', 4, network.now + 2 * HOUR);
    const [series] = [...network.state.reservationSeries.values()];
    const seriesId = series?.seriesId ?? reservationId('none');
    const { outcome, lines } = network.order({ kind: 'cancel-reservation-series', seriesId, note: '' });
    expect([outcome, lines.map((line) => line.outcome)]).toEqual(['done', [
      'cancelled; 2.50 EUR are taken', 'cancelled', 'cancelled', 'cancelled',
    ]]);
    expect(network.state.reservationSeries.get(seriesId)).toBeUndefined();
    expect(wallet(network)).toEqual([9_750, 0]);
  });
});

describe('a fleet', () => {
  const bulk = (network: Network, users: readonly UserId[], place: ReservedPlace = { kind: 'site', siteId: SITE }) =>
    network.order({
      kind: 'book-reservations',
      wishes: users.map((user) => ({
        userId: user, place, fit: NO_FIT, beginsAtMs: network.now + HOUR, endsAtMs: network.now + 2 * HOUR,
      })),
    });

  it('books many at once, each at a connector of its own', () => {
    const network = connected();
    expect(bulk(network, [ANA, BEN])).toMatchObject({
      outcome: 'done', text: expect.stringMatching(/^2 reservations booked; the fleet booking is \S+$/),
    });
    expect([...network.state.reservations.values()].map(({ pointId }) => pointId)).toEqual([POINT, OTHER_POINT]);
  });

  it('books nothing when one cannot be had, and says which and why', () => {
    const network = connected();
    expect(bulk(network, [ANA, BEN, CAT])).toMatchObject({
      outcome: 'refused', text: '1 of 3 cannot be had: nothing is booked',
      lines: [{ what: '3, cat', outcome: 'ALC-01/1 is taken by another one of this order' }],
    });
    expect(network.state.reservations.size).toBe(0);
    expect(wallet(network)).toEqual([10_000, 0]);
  });

  const cancelled = (network: Network, change: { preview?: boolean; free?: boolean } = {}) => {
    const fleetId = [...network.state.reservations.values()][0]?.fleetId ?? reservationId('none');
    return network.order({
      kind: 'cancel-reservation-fleet', fleetId, preview: false, free: false, note: 'no vans today', ...change,
    });
  };
  const states = (network: Network) => [...network.state.reservations.values()].map(({ state }) => state);

  it('is told what cancelling its booking comes to before it is done, and then it is done as a whole', () => {
    const network = connected();
    bulk(network, [ANA, BEN]);
    pass(network, MINUTE);
    const [first, second] = [...network.state.reservations.values()].map((row) => row.reservationId);
    const lines = [
      { what: first, outcome: 'ana at ALC-01/1: 5.00 EUR taken' },
      { what: second, outcome: 'ben at ALC-02/1: 5.00 EUR taken' },
    ];
    expect(cancelled(network, { preview: true })).toMatchObject({
      outcome: 'done', lines,
      text: expect.stringMatching(/^to cancel 2 .*: 0.00 EUR given back, 10.00 EUR taken; nothing is done yet$/),
    });
    expect([states(network), wallet(network)]).toEqual([['booked', 'booked'], [10_000, 500]]);
    expect(cancelled(network)).toMatchObject({
      outcome: 'done', lines, text: expect.stringMatching(/ cancelled: 0.00 EUR given back, 10.00 EUR taken$/),
    });
    expect([states(network), wallet(network)]).toEqual([['cancelled', 'cancelled'], [9_500, 0]]);
    expect(cancelled(network)).toMatchObject({
      outcome: 'refused', text: expect.stringMatching(/^nothing of fleet booking \S+ is still to come$/),
    });
  });

  it('gets all back when an operator cancels its booking for nothing', () => {
    const network = connected();
    bulk(network, [ANA, BEN]);
    expect(cancelled(network, { free: true }).text).toMatch(/: 10.00 EUR given back, 0.00 EUR taken$/);
    expect(wallet(network)).toEqual([10_000, 0]);
  });

  it('keeps what charges now when the rest of its booking is cancelled', () => {
    const network = connected();
    bulk(network, [ANA, BEN]);
    pass(network, 55 * MINUTE);
    network.charging(ANA);
    expect(cancelled(network)).toMatchObject({
      outcome: 'done', lines: [{ outcome: 'ben at ALC-02/1: 5.00 EUR taken' }, { outcome: 'stays: a charge uses it' }],
    });
    expect(states(network)).toEqual(['checked-in', 'cancelled']);
    expect(network.order({
      kind: 'cancel-reservation-fleet', fleetId: reservationId('none'), preview: true, free: false, note: '',
    })).toMatchObject({ outcome: 'refused', text: 'no such fleet booking: none' });
  });
});
