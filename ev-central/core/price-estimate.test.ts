import { describe, expect, it } from 'vitest';
import { tariffId } from '../../shared/ids.ts';
import { estimateRowSchema } from '../../shared/messages/rows.ts';
import { words } from '../../shared/words.ts';
import { ANA, BEN, Network, OTHER_POINT, POINT, SITE } from './core-harness.ts';
import { estimateFor } from './price-estimate.ts';
import { booked, connected, HOUR, MINUTE } from './reservations-for-tests.ts';

describe('an estimate', () => {
  it('is what a charge with its assumptions costs then, and says them', () => {
    const network = new Network();
    network.connect();
    const row = asked(network, { energyWh: 11_000, powerW: 11_000, parkingMs: 0 });
    // From 05:40 on, an hour at night: 11 kWh at 0.20 and the fee of 0.50.
    expect(row).toMatchObject({ connectorNo: 1, tariffId: 'day', version: 1, chargingMs: 3_600_000, totalMinor: 270 });
    expect(words().estimate(estimateRowSchema.parse(row)))
      .toBe('ALC-01 now: 2.70 EUR with VAT, if 11.000 kWh flow at a steady 11.0 kW (1:00:00).');
    const session = network.charging(ANA);
    network.later(3_600_000);
    network.end(session, 12_000);
    expect(network.lastNotice(ANA, 'ticket').ticket.totalMinor).toBe(270);
  });

  it('assumes 20 kWh at the power of the first connector when nothing is said', () => {
    expect(asked(new Network(), {})).toMatchObject({ energyWh: 20_000, powerW: 22_000, parkingMs: 0 });
  });

  it.each([
    ['an unknown point', { pointId: 'X' }, 'no such point: X'],
    ['an unknown connector', { connectorNo: 9 }, 'ALC-01 has no connector 9'],
    ['no energy', { energyWh: 0 }, 'energyWh is a whole number above 0'],
    ['a text for a number', { energyWh: 'much' }, 'energyWh is a whole number above 0'],
    ['more power than there is', { powerW: 22_001 }, 'powerW is a whole number from 1 to the 22000 of the connector'],
    ['parking for ever', { parkingMs: 1e15 }, 'parkingMs is a whole number, at most 31 days'],
    ['something else', { colour: 'red' }, 'unknown filter "colour"'],
  ])('for %s is refused with the reason', (_what, given, why) => {
    expect(asked(new Network(), given)).toContain(why);
  });

  it('is refused where no price holds', () => {
    const network = new Network();
    const [id, elements] = [tariffId('later'), network.state.tariffVersions.must('day#1').ocpi.elements];
    const ocpi = { ...network.state.tariffVersions.must('day#1').ocpi, id, elements };
    network.order({ kind: 'put-tariff', tariff: { ...ocpi, start_date_time: '2099-01-01T00:00:00Z' } });
    network.order({ kind: 'put-site', site: { ...network.state.sites.must(SITE), tariffId: id } });
    expect(asked(network, {})).toBe('no price holds at ALC-01 now');
  });
});

describe('an estimate beside reservations', () => {
  const HALF = HOUR / 2;

  it('says until when the connector is free, and what flows by then', () => {
    const network = connected();
    booked(network, { user: BEN, inMs: HALF + 5 * MINUTE });
    const row = estimateRowSchema.parse(asked(network, { energyWh: 20_000, powerW: 22_000 }));
    expect(row).toMatchObject({ freeUntilMs: network.now + HALF, reachedWh: 11_000 });
    expect(row.slot).toBeUndefined();
    expect(words().estimate(row)).toMatch(/ It is free until \S+ \S+: 11.000 kWh \(55 %\) by then\.$/);
    const small = estimateRowSchema.parse(asked(network, { energyWh: 5_000, powerW: 22_000 }));
    expect(words().estimate(small)).toMatch(/: enough for all of it\.$/);
  });

  it('says nothing about it to whom the reservation belongs, nor of one that is far away', () => {
    const network = connected();
    booked(network, { user: ANA, inMs: HALF });
    booked(network, { user: BEN, inMs: 26 * HOUR });
    expect(asked(network, {})).not.toHaveProperty('freeUntilMs');
  });

  it('is told that it is kept for somebody else', () => {
    const network = connected();
    booked(network, { user: BEN, inMs: 0 });
    const row = estimateRowSchema.parse(asked(network, {}));
    expect(row).toMatchObject({ freeUntilMs: network.now, reachedWh: 0 });
    expect(words().estimate(row)).toMatch(/ It is kept for somebody else then\.$/);
  });

  it('of a slot has the price of its hour, fee and tiers, and whether it can be had', () => {
    const network = connected();
    // 05:40 now, at night; the day begins at 08:00.
    const time = { sinceMs: network.now + 4 * HOUR, untilMs: network.now + 5 * HOUR };
    const row = estimateRowSchema.parse(asked(network, { energyWh: 11_000, powerW: 11_000, ...time }));
    const now = estimateRowSchema.parse(asked(network, { energyWh: 11_000, powerW: 11_000 }));
    expect(row.totalMinor).toBeGreaterThan(now.totalMinor);
    expect(row).toMatchObject({ startMs: time.sinceMs, slot: {
      reservationId: null, feeMinor: 500, checkInByMs: time.sinceMs + 15 * MINUTE, whyNot: null,
    } });
    expect(words().estimate(row)).toMatch(new RegExp('Reserving \\S+ \\S+ to \\S+ holds 5.00 EUR until you charge; '
      + 'cancelled 24 h 00 min before 0 %, 1 h 00 min before 50 %, later 100 % are taken, as when nobody checks in'));
    booked(network, { user: BEN, inMs: 4 * HOUR });
    const taken = estimateRowSchema.parse(asked(network, time));
    expect(taken.slot?.whyNot).toBe('ALC-01/1 is reserved in that time');
    expect(words().estimate(taken)).toMatch(/ is not possible: ALC-01\/1 is reserved in that time\.$/);
  });

  it('of a reservation is for its time and on its terms, for her and those who run the network', () => {
    const network = connected();
    const { reservationId } = booked(network, { inMs: 4 * HOUR });
    booked(network, { user: BEN, inMs: 5 * HOUR + 5 * MINUTE });
    const row = asked(network, { pointId: POINT, reservationId, powerW: 11_000 });
    expect(row).toMatchObject({
      startMs: network.now + 4 * HOUR, slot: { reservationId, feeMinor: 500, whyNot: null },
      freeUntilMs: network.now + 5 * HOUR, reachedWh: 11_000,
    });
    const forBen = { pointId: POINT, reservationId };
    expect(estimateFor(network.state, forBen, BEN, network.now)).toBe(`no such reservation: ${reservationId}`);
    expect(estimateFor(network.state, forBen, BEN, network.now, true)).toMatchObject({ slot: { reservationId } });
  });

  it.each([
    ['another point', { pointId: OTHER_POINT }, /^reservation \S+ is at ALC-01\/1$/],
    ['a time of its own', { untilMs: 5 }, /^reservation \S+ has its own time$/],
  ])('of a reservation is refused for %s', (_what, more, why) => {
    const network = connected();
    const { reservationId } = booked(network, { inMs: HOUR });
    expect(asked(network, { reservationId, ...more })).toMatch(why);
  });

  it('of a slot needs an end after its beginning', () => {
    const network = connected();
    expect(asked(network, { sinceMs: network.now })).toMatch(/^a slot has an end/);
    expect(asked(network, { sinceMs: network.now, untilMs: network.now })).toBe('the slot ends before it begins');
  });
});

function asked({ state, now }: Network, given: Readonly<Record<string, string | number>>) {
  return estimateFor(state, { pointId: 'ALC-01', ...given }, ANA, now);
}
