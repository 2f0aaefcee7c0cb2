// What OCPI 2.2.1 says in words and figures beyond the files of its examples (mod_tariffs 11.3 and 11.4; step_size in
// mod_cdrs 10.3.1), and what time zones make of it. Each row: a tariff, a session, the total without VAT.
import { describe, expect, it } from 'vitest';
import { ocpiTariffSchema } from '../../../shared/messages/ocpi-tariff.ts';
import { type Period, usageOfPeriods } from './period.ts';
import { isValidAt, tariffRules } from './rules.ts';
import { priceOfUsage } from './usage-price.ts';

const part = (type: string, price: number, step_size = 1) => ({ type, price, step_size });
const element = (price_components: object | object[], restrictions: object | null = null) =>
  ({ price_components: [price_components].flat(), restrictions });

const period = (kind: Period['kind'], minutes: number, energyWh: number, more: object = {}): Period =>
  ({ kind, durationMs: minutes * 60_000, energyWh, powerW: null, currentMa: null, ...more });
const charging = (minutes: number, energyWh = 0, more: object = {}) => period('charging', minutes, energyWh, more);
const parking = (minutes: number) => period('parking', minutes, 0);
const reserved = (minutes: number) => period('reservation', minutes, 0);
const expired = (minutes: number) => period('expired-reservation', minutes, 0);

function priceOf(elements: object[], start: string, periods: Period[], more: object = {}, timeZone = 'Europe/Berlin') {
  const rules = tariffRules(ocpiTariffSchema.parse({ currency: 'EUR', elements, ...more }));
  return priceOfUsage(usageOfPeriods({ timeZone, startMs: Date.parse(start), periods }, rules), rules);
}

const BEFORE_AND_AFTER_17 = [
  element([part('TIME', 1.2, 1_800), part('PARKING_TIME', 1, 900)], { start_time: '00:00', end_time: '17:00' }),
  element([part('TIME', 2.4, 900), part('PARKING_TIME', 1, 900)], { start_time: '17:00', end_time: '20:00' }),
  element(part('TIME', 2.4, 900), { start_time: '20:00', end_time: '00:00' }),
];
const FEE_AND_ENERGY = element([part('FLAT', 0.5), part('ENERGY', 0.25)]);
const FEE_AND_TIME_OF_RESERVATION = element([part('FLAT', 2), part('TIME', 5, 300)], { reservation: 'RESERVATION' });
const RESERVATION_THEN_EXPIRED = [
  element(part('TIME', 3, 600), { reservation: 'RESERVATION' }),
  element(part('TIME', 6, 600), { reservation: 'RESERVATION_EXPIRES' }), FEE_AND_ENERGY,
];
const BY_POWER = [
  element(part('ENERGY', 0.2), { max_power: 16 }), element(part('ENERGY', 0.35), { max_power: 32 }),
  element(part('ENERGY', 0.5)),
];
const energyUntil17 = (price: number, later: number) =>
  [element(part('ENERGY', price, 500), { end_time: '17:00' }), element(part('ENERGY', later, 500))];
const timeUntil17 = (price: number, later: number) =>
  [element(part('TIME', price, 600), { end_time: '17:00' }), element(part('TIME', later, 600))];
const DAY = '2019-03-04T';

describe("the standard's text", () => {
  it.each([
    ['charging over a change of price, then unplugged: all of it is rounded up', BEFORE_AND_AFTER_17,
      `${DAY}16:35:00+01:00`, [charging(35)], 130n],
    ['the last paid parking is rounded up where parking becomes free', BEFORE_AND_AFTER_17,
      `${DAY}19:40:00+01:00`, [charging(12), parking(20)], 48n + 25n],
    ['energy over a change of price is rounded up in sum', energyUntil17(0.2, 0.27),
      `${DAY}16:00:00+01:00`, [charging(60, 4_300), charging(10, 1_100)], 86n + 32n],
    ['time over a change of price is rounded up in sum', timeUntil17(5, 7),
      `${DAY}16:54:00+01:00`, [charging(28)], 50n + 280n],
    ['charging before paid parking is not rounded up', [element([part('TIME', 1, 600), part('PARKING_TIME', 2, 600)])],
      `${DAY}09:00:00+01:00`, [charging(21), parking(16)], 35n + 67n],
    ['energy is billed in blocks of 100 Wh', [element(part('ENERGY', 0.22, 100))],
      `${DAY}09:00:00+01:00`, [charging(60, 20_450)], 451n],
    ['a reservation has a fee and time of its own', [FEE_AND_TIME_OF_RESERVATION, FEE_AND_ENERGY],
      `${DAY}09:00:00+01:00`, [reserved(13), charging(60, 20_000)], 875n],
    ['a used reservation costs its own time', RESERVATION_THEN_EXPIRED,
      `${DAY}09:00:00+01:00`, [reserved(22), charging(60, 20_000)], 700n],
    ['an expired one costs that of its own element, wherever it stands', RESERVATION_THEN_EXPIRED,
      `${DAY}09:00:00+01:00`, [expired(90)], 900n],
    ['energy by the power with which it flows', BY_POWER, `${DAY}09:00:00+01:00`,
      [charging(10, 1_000), charging(50, 40_000), charging(7.5, 500)], 2_030n],
    ['power as measured comes before that of the sums', BY_POWER, `${DAY}09:00:00+01:00`,
      [charging(10, 1_000, { powerW: 32_000 })], 50n],
  ] as const)('%s', (_what, elements, start, periods, totalMinor) => {
    expect(priceOf([...elements], start, [...periods]).totalExclMinor).toBe(totalMinor);
  });
});

describe('restrictions', () => {
  const night = [element(part('TIME', 6), { start_time: '03:07', end_time: '04:00' })];
  it.each([
    ['the hour that summer time skips', night, '2025-03-30T00:50:00Z', [charging(60)], 430n],
    ['the hour that comes twice', [element(part('TIME', 6), { start_time: '02:30', end_time: '03:00' })],
      '2025-10-26T00:00:00Z', [charging(180)], 600n],
    ['a night, from 22:00 to 06:00', [element(part('TIME', 6), { start_time: '22:00', end_time: '06:00' })],
      `${DAY}21:00:00+01:00`, [charging(12 * 60)], 4_800n],
    ['a weekday of the site, not of UTC', [element(part('TIME', 6), { day_of_week: ['TUESDAY'] })],
      `${DAY}23:30:00+01:00`, [charging(60)], 300n],
    ['dates, the last not included', [element(part('TIME', 6), { start_date: '2019-03-04', end_date: '2019-03-05' })],
      '2019-03-03T23:00:00+01:00', [charging(48 * 60)], 14_400n],
    ['a border in energy in the middle of a ms',
      [element(part('TIME', 6), { max_kwh: 0.001 }), element(part('TIME', 0))],
      `${DAY}09:00:00+01:00`, [{ ...charging(0, 3), durationMs: 100_000 }], 6n],
    ['a fee once, from the first element that holds',
      [element(part('FLAT', 3), { start_time: '10:00' }), FEE_AND_ENERGY],
      `${DAY}09:30:00+01:00`, [charging(60)], 50n],
    ['a fee that becomes due later', [element(part('FLAT', 3), { min_duration: 3_600 })],
      `${DAY}09:30:00+01:00`, [charging(50), parking(11)], 300n],
    ['nothing by current where nobody measures it', [element(part('TIME', 6), { max_current: 32 })],
      `${DAY}09:30:00+01:00`, [charging(60)], 0n],
    ['a session that was over at once has its fee', [FEE_AND_ENERGY], `${DAY}09:30:00+01:00`, [charging(0)], 50n],
  ] as const)('%s', (_what, elements, start, periods, totalMinor) => {
    expect(priceOf([...elements], start, [...periods]).totalExclMinor).toBe(totalMinor);
  });
});

describe('bounds', () => {
  const start = `${DAY}09:00:00+01:00`;
  const components = element([{ ...part('FLAT', 1), vat: 20 }, { ...part('ENERGY', 0.5), vat: 10 }]);
  it.each([
    ['each total has its own', { max_price: { excl_vat: 3, incl_vat: 3.5 } }, [charging(60, 5_000)], [300n, 350n]],
    ['one without VAT keeps the mean VAT', { max_price: { excl_vat: 1.75 } }, [charging(60, 5_000)], [175n, 198n]],
    ['a minimum of one total leaves the other', { min_price: { excl_vat: 1.2, incl_vat: 1.2 } },
      [charging(1)], [120n, 120n]],
    ['a minimum is not for a reservation that nobody came for', { min_price: { excl_vat: 4 } },
      [expired(60)], [0n, 0n]],
  ] as const)('%s', (_what, bounds, periods, totals) => {
    const { totalExclMinor, totalInclMinor } = priceOf([components], start, [...periods], bounds);
    expect([totalExclMinor, totalInclMinor]).toEqual(totals);
  });
});

it('a tariff is valid from its start to its end', () => {
  const times = { start_date_time: '2019-01-01T00:00:00', end_date_time: '2019-06-30T23:59:59Z' };
  const rules = tariffRules(ocpiTariffSchema.parse({ currency: 'EUR', elements: [FEE_AND_ENERGY], ...times }));
  const at = (text: string) => isValidAt(rules, Date.parse(text));
  const moments = ['2018-12-31T23:59:59Z', '2019-01-01T00:00:00Z', '2019-07-01T00:00:00Z'];
  expect(moments.map(at)).toEqual([false, true, false]);
});
