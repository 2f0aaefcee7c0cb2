// Test support: random tariffs of all dimensions and restrictions, whose borders lie on minutes and whole Wh.
import fc from 'fast-check';
import type { OcpiTariff } from '../../../shared/messages/ocpi-tariff.ts';
import { ocpiTariffSchema, WEEKDAYS } from '../../../shared/messages/ocpi-tariff.ts';

export const ZONES = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/New_York', 'Australia/Lord_Howe'];

export const int = (min: number, max: number) => fc.integer({ min, max });
export const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 3 });
/** A restriction is seldom there: with many at once no element would ever hold. */
const rare = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });
const places = (most: number, count: number) => int(0, most * 10 ** count).map((n) => Number(`${n}e-${count}`));
const time = fc.tuple(int(0, 23), fc.constantFrom('00', '07', '15', '30', '59'))
  .map(([h, m]) => `${String(h).padStart(2, '0')}:${m}`);

const components = fc.array(fc.record({
  type: fc.constantFrom('ENERGY', 'FLAT', 'PARKING_TIME', 'TIME'), price: places(3, 4), vat: maybe(places(25, 1)),
  step_size: fc.constantFrom(0, 1, 7, 60, 300, 900, 1_000),
}), { minLength: 1, maxLength: 4 });
/** Energy by the hour, as of a component of a random tariff. */
const price_series = fc.record({ id: fc.constant('spot'), markup: places(1, 3) });
const restrictions = fc.record({
  start_time: rare(time), end_time: rare(time),
  start_date: rare(fc.constantFrom('2025-03-30', '2025-10-26', '2025-12-31')),
  end_date: rare(fc.constantFrom('2026-01-01', '2025-10-27', '2025-04-06')),
  min_kwh: rare(places(1, 3)), max_kwh: rare(places(3, 3)),
  min_power: rare(fc.constantFrom(0.06, 0.1, 0.3)), max_power: rare(fc.constantFrom(0.12, 0.72, 7.4)),
  min_current: rare(int(0, 20)), max_current: rare(int(16, 40)),
  min_duration: rare(int(0, 90).map((n) => n * 60)), max_duration: rare(int(10, 200).map((n) => n * 60)),
  day_of_week: rare(fc.subarray([...WEEKDAYS], { minLength: 3 })),
  reservation: fc.constantFrom(null, null, null, null, 'RESERVATION', 'RESERVATION_EXPIRES'),
});
/** The same with energy by the hour in most of its components. */
export const hourlyTariffs: fc.Arbitrary<OcpiTariff> = fc.tuple(
  fc.array(price_series, { minLength: 3, maxLength: 3 }), int(0, 6), fc.constant(null).chain(() => tariffs))
  .map(([given, skipped, tariff]) => {
    let count = 0;
    const elements = tariff.elements.map((element) => ({
      ...element,
      price_components: element.price_components.map((component) => {
        count += 1;
        const isHourly = component.type === 'ENERGY' && count % 7 !== skipped;
        return isHourly ? { ...component, price_series: given[count % 3] } : component;
      }),
    }));
    return ocpiTariffSchema.parse({ ...tariff, elements });
  });

/** Prices of some hours around a moment, some below nothing, some missing; hours begin at any quarter of an hour. */
export function hoursAround(startMs: number): fc.Arbitrary<ReadonlyMap<number, string>> {
  const hour = fc.option(int(-3_000, 20_000), { nil: null, freq: 5 });
  return fc.tuple(int(0, 3), fc.array(hour, { minLength: 4, maxLength: 20 })).map(([quarter, prices]) => {
    const firstMs = Math.floor(startMs / 3_600_000) * 3_600_000 - 3_600_000 + quarter * 900_000;
    return new Map(prices.flatMap((price, i) =>
      (price === null ? [] : [[firstMs + i * 3_600_000, (price / 10_000).toFixed(4)] as const])));
  });
}

export const tariffs = fc.record({
  currency: fc.constantFrom('EUR', 'JPY', 'KWD'),
  min_price: maybe(fc.constantFrom({ excl_vat: 0.5, incl_vat: 0.55 }, { excl_vat: 1, incl_vat: 1 })),
  max_price: maybe(fc.constantFrom({ excl_vat: 3, incl_vat: 3.3 }, { excl_vat: 9, incl_vat: 9.25 })),
  elements: fc.array(fc.record({ price_components: components, restrictions: maybe(restrictions) }),
    { minLength: 1, maxLength: 5 }),
}).map((given) => ocpiTariffSchema.safeParse(given)).filter(({ success }) => success)
  .map((parsed) => parsed.data as OcpiTariff);
