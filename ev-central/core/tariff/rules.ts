// A tariff made ready for pricing: thresholds in whole Wh, W, mA and ms, prices as whole numbers over one denominator,
// the elements of each dimension in their order. Made once for a version of a tariff, and only read afterwards.
import type { Decimal } from '../../../shared/decimal.ts';
import { ceilIn, decimalOf, digitsAt } from '../../../shared/decimal.ts';
import { invariant } from '../../../shared/assert.ts';
import type { Currency } from '../../../shared/money.ts';
import { minorDigits } from '../../../shared/money.ts';
import type {
  OcpiTariff, OcpiTariffElement, PriceBound, PriceComponent, TariffDimension, TariffRestrictions,
} from '../../../shared/messages/ocpi-tariff.ts';
import { daysOfDate, msOfDateTime, WEEKDAYS } from '../../../shared/messages/ocpi-tariff.ts';
import { type Discount, placesOf, type Reduction, reductionOf } from './discount.ts';
import { type Exchange, type Settlement, settlementOf } from './exchange.ts';
import { type Hourly, hourlyOf, markedUp, type SeriesPrices } from './hourly.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000n;
/** For tariffs without one. */
const NO_SERIES: ReadonlyMap<string, SeriesPrices> = new Map();

/** From `from` on, until below `to`; null is no bound. */
export type Range = { readonly from: number | null; readonly to: number | null };
export const ANY: Range = { from: null, to: null };

/** When an element applies: all of it must hold (OCPI 2.2.1, mod_tariffs 11.4.6). */
export type Conditions = {
  /** null: for charges. */
  readonly reservation: 'RESERVATION' | 'RESERVATION_EXPIRES' | null;
  /** ms of the local day; `from > to` goes over midnight. */
  readonly msOfDay: { readonly fromMs: number; readonly toMs: number } | null;
  /** Days since 1970 by the local calendar. */
  readonly day: Range;
  /** Monday is 0. Null is every day. */
  readonly weekdays: readonly number[] | null;
  readonly energyWh: Range;
  readonly powerW: Range;
  readonly currentMa: Range;
  readonly durationMs: Range;
};

/** A price component and where it stands in the tariff; the indices name it in a usage. */
export type Component = {
  readonly element: number;
  readonly component: number;
  readonly type: TariffDimension;
  readonly conditions: Conditions;
  readonly price: Decimal;
  readonly vatPercent: Decimal | null;
  /** In Wh or ms; 1 rounds nothing. */
  readonly step: number;
  /** Numerator of the price of one Wh, ms or session over `TariffRules.denominator`. */
  readonly unitNumerator: bigint;
  /** `inclVat = exclVat · vatNumerator / TariffRules.vatDenominator`. */
  readonly vatNumerator: bigint;
  /** Of the numerator, what a plan takes off. */
  readonly offNumerator: bigint;
  /** Null: it names no series, or one that is not known. */
  readonly hourly: Hourly | null;
};

export type Bound = { readonly exclVat: Decimal; readonly inclVat: Decimal | null };

export type TariffRules = {
  /** Of the prices; what is due is in the one of the settlement, if there is one. */
  readonly currency: Currency;
  readonly settlement: Settlement | null;
  readonly discount: Discount | null;
  /** Of charges, and of reservations that were used or expired: the components of each dimension, first match first. */
  readonly charge: ByDimension;
  readonly reservation: ByDimension;
  readonly expired: ByDimension;
  /** `components[element][component]`. */
  readonly components: readonly (readonly Component[])[];
  readonly minPrice: Bound | null;
  readonly maxPrice: Bound | null;
  readonly denominator: bigint;
  readonly vatDenominator: bigint;
  readonly cuts: Cuts;
  readonly ceiling: Ceiling;
  /** UTC ms; null is open. */
  readonly validFromMs: number | null;
  readonly validToMs: number | null;
};
export type ByDimension = Readonly<Record<TariffDimension, readonly Component[]>>;

/**
 * What a charge can come to at the most, in minor units of what is due, with VAT: doubles a little above the exact
 * prices. So a cost that is far below a limit need not be reckoned for each reading of a meter.
 */
export type Ceiling = {
  readonly perWh: number;
  readonly perMs: number;
  /** A flat fee that may still come, what step sizes may add, and a minimum price. */
  readonly flat: number;
  readonly steps: number;
  /** What the roundings on the way to two amounts may come to. */
  readonly rounding: number;
  readonly least: number;
};

/** Where an element may begin or cease to apply, ascending. */
export type Cuts = {
  readonly energyWh: readonly number[];
  readonly durationMs: readonly number[];
  readonly powerW: readonly number[];
  /** ms of the local day; empty when nothing depends on day or time. Ends with midnight otherwise. */
  readonly msOfDay: readonly number[];
  /** When the hours of its price series begin, in ms behind the full hour. */
  readonly hourOffsetsMs: readonly number[];
};

/** What is known besides the tariff when a session's price is made. */
export type GivenTerms = {
  readonly series?: ReadonlyMap<string, SeriesPrices>; readonly exchange?: Exchange | null;
  readonly discount?: Discount | null;
};

/** Makes a tariff ready for pricing. The schema has checked it; throws nothing. */
export function tariffRules(
  tariff: OcpiTariff, { series = NO_SERIES, exchange = null, discount = null }: GivenTerms = {},
): TariffRules {
  const settlement = exchange === null ? null : settlementOf(exchange);
  const all = tariff.elements.flatMap((element) => element.price_components);
  const hours = all.flatMap((each) => [...hourPricesOf(each, series)?.prices.values() ?? []]);
  const scales = [...all.map(({ price }) => decimalOf(price)), ...hours].map(({ scale }) => scale);
  const priceScale = most([...scales, placesOf(discount)]);
  const reduction = discount === null ? null : reductionOf(discount, { unit: UNITS.ENERGY, scale: priceScale });
  const vatScale = most(all.map(({ vat }) => decimalOf(vat ?? 0).scale));
  const components = tariff.elements
    .map((element, i) => componentsOf(element, i, { priceScale, vatScale, series, reduction }));
  const flat = components.flat();
  const used = (kind: Conditions['reservation']) => flat.filter((each) => each.conditions.reservation === kind);
  const denominators = {
    denominator: HOUR_MS * 10n ** BigInt(priceScale) * (reduction?.factor ?? 1n),
    vatDenominator: 100n * 10n ** BigInt(vatScale),
  };
  const bounds = { minPrice: boundOf(tariff.min_price), maxPrice: boundOf(tariff.max_price) };
  return {
    currency: tariff.currency, settlement, discount, components, ...denominators, ...bounds,
    charge: byDimension(used(null)), reservation: byDimension(used('RESERVATION')),
    // An expired reservation: its own elements come before those of every reservation (11.4.3), wherever they are.
    expired: byDimension([...used('RESERVATION_EXPIRES'), ...used('RESERVATION')]),
    ceiling: ceilingOf(used(null), { ...denominators, ...bounds, settlement, currency: tariff.currency }),
    cuts: cutsOf(flat),
    validFromMs: tariff.start_date_time ? msOfDateTime(tariff.start_date_time) : null,
    validToMs: tariff.end_date_time ? msOfDateTime(tariff.end_date_time) : null,
  };
}

/** The component that a usage names. Throws `BugError` when the tariff has none there: it is another tariff's usage. */
export function componentAt(rules: TariffRules, at: { element: number; component: number }): Component {
  const found = rules.components[at.element]?.[at.component];
  invariant(found !== undefined, 'a usage names components of its own tariff');
  return found;
}

/** May a session begin under this tariff at that time (11.3.1, start_date_time and end_date_time)? */
export function isValidAt({ validFromMs, validToMs }: TariffRules, atMs: number): boolean {
  return (validFromMs === null || validFromMs <= atMs) && (validToMs === null || atMs <= validToMs);
}

function componentsOf(
  { price_components, restrictions }: OcpiTariffElement, element: number,
  { priceScale, vatScale, series, reduction }: {
    priceScale: number; vatScale: number; series: ReadonlyMap<string, SeriesPrices>; reduction: Reduction | null;
  },
): Component[] {
  const conditions = conditionsOf(restrictions ?? {});
  const hundred = 100n * 10n ** BigInt(vatScale);
  return price_components.map((given, component) => {
    const price = decimalOf(given.price);
    const vatPercent = given.vat === null || given.vat === undefined ? null : decimalOf(given.vat);
    const hours = hourPricesOf(given, series);
    const unit = UNITS[given.type] * (reduction?.factor ?? 1n);
    // A reservation is not charging: a plan has no part in it.
    const off = (raw: bigint): bigint =>
      (reduction === null || conditions.reservation !== null ? 0n : reduction.off(given.type, raw));
    const raw = digitsAt(price, priceScale) * UNITS[given.type];
    return {
      element, component, type: given.type, conditions, price, vatPercent, step: stepOf(given),
      unitNumerator: digitsAt(price, priceScale) * unit, offNumerator: off(raw),
      hourly: hours === null ? null : hourlyOf(hours.series, hours.prices, {
        unit, scale: priceScale, offOf: (digits) => off(digits * UNITS[given.type]),
      }),
      vatNumerator: hundred + (vatPercent === null ? 0n : digitsAt(vatPercent, vatScale)),
    };
  });
}

/** The hours of the series that a component names. */
function hourPricesOf({ price_series }: PriceComponent, known: ReadonlyMap<string, SeriesPrices>) {
  const series = price_series ? known.get(price_series.id) : undefined;
  if (!price_series || series === undefined) return null;
  return { series, prices: markedUp(series, decimalOf(price_series.markup)) };
}

/** How much of `HOUR_MS` times a price one Wh, one session, one ms is: prices are per kWh, session and hour. */
const UNITS = {
  ENERGY: HOUR_MS / 1_000n, FLAT: HOUR_MS, PARKING_TIME: 1n, TIME: 1n,
} as const satisfies Record<TariffDimension, bigint>;

/** Energy steps are Wh, time steps seconds (11.4.2); the usage counts Wh and ms. Steps mean nothing for FLAT. */
function stepOf({ type, step_size }: PriceComponent): number {
  if (type === 'FLAT' || step_size === 0) return 1;
  return type === 'ENERGY' ? step_size : step_size * 1_000;
}

function conditionsOf(given: TariffRestrictions): Conditions {
  const weekdays = given.day_of_week ?? [];
  return {
    reservation: given.reservation ?? null,
    msOfDay: msOfDayOf(given),
    day: {
      from: given.start_date ? daysOfDate(given.start_date) : null,
      to: given.end_date ? daysOfDate(given.end_date) : null,
    },
    // An empty list is how many systems write "no restriction".
    weekdays: weekdays.length === 0 ? null : weekdays.map((day) => WEEKDAYS.indexOf(day)),
    energyWh: scaledRange(given.min_kwh, given.max_kwh),
    powerW: scaledRange(given.min_power, given.max_power),
    currentMa: scaledRange(given.min_current, given.max_current),
    durationMs: {
      from: isGiven(given.min_duration) ? given.min_duration * 1_000 : null,
      to: isGiven(given.max_duration) ? given.max_duration * 1_000 : null,
    },
  };
}

function msOfDayOf({ start_time, end_time }: TariffRestrictions): Conditions['msOfDay'] {
  if (!isGiven(start_time) && !isGiven(end_time)) return null;
  const fromMs = msOfTime(start_time ?? '00:00');
  const toMs = msOfTime(end_time ?? '00:00') || DAY_MS;
  // From a time until the same time is the whole day.
  return fromMs === toMs || (fromMs === 0 && toMs === DAY_MS) ? null : { fromMs, toMs };
}

function msOfTime(text: string): number {
  return (Number(text.slice(0, 2)) * 60 + Number(text.slice(3))) * 60_000;
}

/** kWh → Wh, kW → W, A → mA. What is counted is whole, so rounding a border up changes nothing. */
function scaledRange(from: number | null | undefined, to: number | null | undefined): Range {
  const scaled = (value: number | null | undefined) =>
    (isGiven(value) ? Number(ceilIn(decimalOf(value), 1_000n)) : null);
  return { from: scaled(from), to: scaled(to) };
}

function byDimension(components: readonly Component[]): ByDimension {
  const of = (type: TariffDimension) => components.filter((each) => each.type === type);
  return { ENERGY: of('ENERGY'), FLAT: of('FLAT'), PARKING_TIME: of('PARKING_TIME'), TIME: of('TIME') };
}

function cutsOf(components: readonly Component[]): Cuts {
  const conditions = components.map((each) => each.conditions);
  const isTimed = conditions.some(({ msOfDay, day, weekdays }) =>
    msOfDay !== null || weekdays !== null || day.from !== null || day.to !== null);
  const times = conditions.flatMap(({ msOfDay }) => (msOfDay === null ? [] : [msOfDay.fromMs, msOfDay.toMs]));
  return {
    energyWh: ascending(conditions.flatMap(({ energyWh }) => bordersOf(energyWh))),
    durationMs: ascending(conditions.flatMap(({ durationMs }) => bordersOf(durationMs))),
    powerW: ascending(conditions.flatMap(({ powerW }) => bordersOf(powerW))),
    msOfDay: isTimed ? ascending([...times, DAY_MS]) : [],
    hourOffsetsMs: [...new Set(components.flatMap(({ hourly }) => (hourly === null ? [] : [hourly.offsetMs])))],
  };
}

/** Above what floating point may lose on the way. */
const ABOVE = 1 + 1e-9;

function ceilingOf(
  components: readonly Component[],
  { denominator, vatDenominator, minPrice, currency, settlement }:
  Pick<TariffRules, 'denominator' | 'vatDenominator' | 'minPrice' | 'currency' | 'settlement'>,
): Ceiling {
  const minorOfMajor = 10 ** minorDigits(currency) * (settlement?.factor ?? 1);
  const unit = ({ unitNumerator, vatNumerator, hourly }: Component): number => {
    const dearest = [...hourly?.prices.values() ?? []]
      .reduce((high, hour) => (hour.unitNumerator > high ? hour.unitNumerator : high), unitNumerator);
    return Number(dearest * vatNumerator) / Number(denominator * vatDenominator) * minorOfMajor * ABOVE;
  };
  const ofTypes = (...types: TariffDimension[]) => components.filter(({ type }) => types.includes(type));
  const [energy, time] = [ofTypes('ENERGY'), ofTypes('TIME', 'PARKING_TIME')];
  const step = (each: Component): number => (each.step - 1) * unit(each);
  const mostVat = most(components.map(({ vatNumerator }) => Number(vatNumerator))) / Number(vatDenominator);
  const major = ({ digits, scale }: Decimal): number => Number(digits) / 10 ** scale * minorOfMajor * ABOVE;
  return {
    perWh: most(energy.map(unit)), perMs: most(time.map(unit)), flat: most(ofTypes('FLAT').map(unit)),
    steps: most(energy.map(step)) + most(time.map(step)),
    rounding: settlement === null ? 1 : 1 + settlement.factor,
    least: minPrice === null ? 0 : Math.max(
      major(minPrice.exclVat) * Math.max(1, mostVat), minPrice.inclVat === null ? 0 : major(minPrice.inclVat)),
  };
}

function bordersOf({ from, to }: Range): number[] {
  return [from, to].filter((border) => border !== null);
}

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].filter((value) => value > 0).sort((a, b) => a - b);
}

function boundOf(given: PriceBound | null | undefined): Bound | null {
  if (!given) return null;
  return { exclVat: decimalOf(given.excl_vat), inclVat: isGiven(given.incl_vat) ? decimalOf(given.incl_vat) : null };
}

function most(values: readonly number[]): number {
  return Math.max(0, ...values);
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

