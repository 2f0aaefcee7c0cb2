// What a usage costs: a line for each price component that was in force, step sizes on what was used last of a kind,
// VAT by component, then minimum and maximum price. All sums are whole numbers over one denominator of the tariff; the
// two totals are rounded once each, half-even, to the currency's minor unit.
import type { Decimal } from '../../../shared/decimal.ts';
import type { TariffDimension } from '../../../shared/messages/ocpi-tariff.ts';
import type { Ratio } from '../../../shared/money.ts';
import { addRatio, minorDigits, ratio, roundHalfEven } from '../../../shared/money.ts';
import { invariant } from '../../../shared/assert.ts';
import type { Discount } from './discount.ts';
import { settledMinor } from './exchange.ts';
import type { HourPrice, SeriesKey } from './hourly.ts';
import type { Bound, Component, TariffRules } from './rules.ts';
import { componentAt } from './rules.ts';
import type { TariffUsage, UsageCell } from './usage.ts';

/** A line of a price component. Amounts are exact, in the currency's major unit. */
export type ComponentLine = {
  readonly kind: 'component';
  readonly type: TariffDimension;
  readonly isReservation: boolean;
  /** The element of the tariff, from 0, and its component. */
  readonly element: number;
  readonly component: number;
  /** What was used, and what is billed after the step size: Wh, ms, or 1 for a flat fee. */
  readonly quantity: number;
  readonly billed: number;
  /** Of a kWh, an hour, a session. */
  readonly unitPrice: Decimal;
  /** null: no VAT applies. */
  readonly vatPercent: Decimal | null;
  readonly exclVat: Ratio;
  readonly inclVat: Ratio;
  /** First and last moment at which it was in force, UTC ms; there may be others between. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Of a component that names a price series: which version, and the hour; null: it has no price for that time. */
  readonly series: SeriesKey | null;
  readonly hourMs: number | null;
};

/** What brings the totals to a minimum (positive) or a maximum price (negative); each total has a bound of its own. */
export type BoundLine = {
  readonly kind: 'min-price' | 'max-price';
  readonly bound: Bound;
  readonly exclVat: Ratio;
  readonly inclVat: Ratio;
};
/** What a plan takes off all that bears one VAT rate; below zero. */
export type DiscountLine = {
  readonly kind: 'discount';
  readonly discount: Discount;
  readonly vatPercent: Decimal | null;
  readonly exclVat: Ratio;
  readonly inclVat: Ratio;
};
export type PriceLine = ComponentLine | BoundLine | DiscountLine;

export type UsagePrice = {
  readonly lines: readonly PriceLine[];
  /** The sums of the lines, exact, in the major unit. */
  readonly exclVat: Ratio;
  readonly inclVat: Ratio;
  /** Rounded once, half-even, in minor units. */
  readonly totalExclMinor: bigint;
  readonly totalInclMinor: bigint;
};

type Amounts = { readonly exclVat: Ratio; readonly inclVat: Ratio };

/** Prices a usage as if its session ended now: live cost, estimate and ticket are this. */
export function priceOfUsage(usage: TariffUsage, rules: TariffRules): UsagePrice {
  const lines: PriceLine[] = [];
  const sums = dueSums(usage, rules, lines);
  return { lines, ...sums, ...totalsOf(sums, rules) };
}

/**
 * What is due in the currency of the wallet: `totalInclMinor` of `priceOfUsage`, settled, without its lines: for costs
 * that are looked at each second.
 */
export function dueMinor(usage: TariffUsage, rules: TariffRules): number {
  return Number(settledMinor(minorOf(dueSums(usage, rules, null).inclVat, rules), rules.settlement));
}

/**
 * What was really used comes to in the currency of the wallet, with VAT: without what step sizes and a minimum price
 * add. It never falls while a session goes on, unlike what is due.
 */
export function usedMinor(usage: TariffUsage, rules: TariffRules): number {
  const sums = componentSums(usage, rules, { steps: NO_STEPS, lines: null });
  const { maxPrice } = rules;
  const { inclVat } = maxPrice === null ? sums : bounded(sums, 'max-price', maxPrice, null);
  return Number(settledMinor(minorOf(inclVat, rules), rules.settlement));
}

const NO_STEPS: ReadonlyMap<number, number> = new Map();

function dueSums(usage: TariffUsage, rules: TariffRules, lines: PriceLine[] | null): Amounts {
  const steps = rules.ceiling.steps === 0 && usage.lastReservation === null ? NO_STEPS : stepsOf(usage, rules);
  let sums = componentSums(usage, rules, { steps, lines });
  // A reservation that nobody came for is no charging session: the minimum is for those (11.3.1, min_price).
  const { minPrice, maxPrice } = rules;
  if (minPrice !== null && usage.startedMs !== null) sums = bounded(sums, 'min-price', minPrice, lines);
  if (maxPrice !== null) sums = bounded(sums, 'max-price', maxPrice, lines);
  return sums;
}

function componentSums(
  usage: TariffUsage, rules: TariffRules,
  { steps, lines }: { steps: ReadonlyMap<number, number>; lines: PriceLine[] | null },
): Amounts {
  let [excl, incl] = [0n, 0n];
  const offs: Off[] = [];
  for (let i = 0; i < usage.cells.length; i++) {
    const cell = usage.cells[i];
    if (cell === undefined) continue;
    const component = componentAt(rules, cell);
    const billed = cell.quantity + (steps.get(i) ?? 0);
    const { price, unitNumerator, offNumerator } = pricedBy(component, cell);
    const numerator = unitNumerator * BigInt(billed);
    excl += numerator;
    incl += numerator * component.vatNumerator;
    if (offNumerator > 0n) {
      const off = offNumerator * BigInt(billed);
      excl -= off;
      incl -= off * component.vatNumerator;
      offs.push({ component, off });
    }
    lines?.push({
      kind: 'component', type: component.type, isReservation: component.conditions.reservation !== null,
      element: cell.element, component: cell.component, quantity: cell.quantity, billed,
      unitPrice: price, vatPercent: component.vatPercent,
      exclVat: exclRatio(numerator, rules), inclVat: inclRatio(numerator * component.vatNumerator, rules),
      fromMs: cell.fromMs, toMs: cell.toMs, series: component.hourly?.key ?? null, hourMs: cell.hourMs ?? null,
    });
  }
  lines?.push(...discountLines(offs, rules));
  return { exclVat: exclRatio(excl, rules), inclVat: inclRatio(incl, rules) };
}

type Off = { readonly component: Component; readonly off: bigint };

/** A line for each VAT rate, in the order of the lines that they take something off. */
function discountLines(offs: readonly Off[], rules: TariffRules): DiscountLine[] {
  const { discount } = rules;
  if (discount === null) return [];
  const byRate = new Map<string, { readonly component: Component; off: bigint }>();
  for (const { component, off } of offs) {
    const rate = component.vatPercent === null ? '' : String(component.vatNumerator);
    const before = byRate.get(rate);
    if (before === undefined) byRate.set(rate, { component, off });
    else before.off += off;
  }
  return [...byRate.values()].map(({ component: { vatPercent, vatNumerator }, off }) => ({
    kind: 'discount', discount, vatPercent, exclVat: exclRatio(-off, rules),
    inclVat: inclRatio(-off * vatNumerator, rules),
  }));
}

/** The price of a cell: that of its hour, or the component's own. */
function pricedBy(component: Component, { hourMs }: UsageCell): HourPrice {
  if (hourMs === undefined) return component;
  const hour = component.hourly?.prices.get(hourMs);
  invariant(hour !== undefined, 'a usage names hours of its own series');
  return hour;
}

/**
 * How much is billed beyond what was used, by cell (OCPI 2.2.1, mod_cdrs 10.3.1, step_size): once for energy, and once
 * for charging and parking time together. The step size of the component that was in force last rounds up all that was
 * used of its kind, and what that adds is billed in that component. Charging that was followed by paid parking is so
 * never rounded. A reservation's time is rounded by itself: it may have a bill of its own.
 */
function stepsOf(usage: TariffUsage, rules: TariffRules): Map<number, number> {
  const steps = new Map<number, number>();
  const isReservation = (each: Component): boolean => each.conditions.reservation !== null;
  for (const last of [usage.lastEnergy, usage.lastTime, usage.lastReservation]) {
    const cell = last === null ? undefined : usage.cells[last];
    if (last === null || cell === undefined) continue;
    const component = componentAt(rules, cell);
    let used = 0;
    for (const each of usage.cells) {
      const other = componentAt(rules, each);
      if (other.type === component.type && isReservation(other) === isReservation(component)) used += each.quantity;
    }
    const rest = used % component.step;
    if (rest > 0) steps.set(last, component.step - rest);
  }
  return steps;
}

/** Applies a bound to both totals and adds the line that says by how much. */
function bounded(sums: Amounts, kind: BoundLine['kind'], bound: Bound, lines: PriceLine[] | null): Amounts {
  const kept = (sum: Ratio, limit: Ratio): Ratio =>
    ((kind === 'min-price' ? isLess(sum, limit) : isLess(limit, sum)) ? limit : sum);
  const exclVat = kept(sums.exclVat, ratioOf(bound.exclVat));
  // Each total has its own bound (11.3.1, notes). One without incl_vat moves the other total by the session's own VAT.
  const inclVat = bound.inclVat === null ? scaled(sums, exclVat) : kept(sums.inclVat, ratioOf(bound.inclVat));
  const added = { exclVat: minus(exclVat, sums.exclVat), inclVat: minus(inclVat, sums.inclVat) };
  if (added.exclVat.numerator === 0n && added.inclVat.numerator === 0n) return sums;
  lines?.push({ kind, bound, ...added });
  return { exclVat, inclVat };
}

/** The total with VAT that belongs to a changed total without, at the same mean VAT; without VAT when all was free. */
function scaled(sums: Amounts, exclVat: Ratio): Ratio {
  const { numerator, denominator } = sums.exclVat;
  if (numerator === 0n) return exclVat;
  return ratio(
    sums.inclVat.numerator * exclVat.numerator * denominator,
    sums.inclVat.denominator * exclVat.denominator * numerator,
  );
}

function totalsOf(sums: Amounts, rules: TariffRules): Pick<UsagePrice, 'totalExclMinor' | 'totalInclMinor'> {
  return { totalExclMinor: minorOf(sums.exclVat, rules), totalInclMinor: minorOf(sums.inclVat, rules) };
}

/** Rounded half-even to the currency's minor unit. */
function minorOf({ numerator, denominator }: Ratio, { currency }: TariffRules): bigint {
  return roundHalfEven(ratio(numerator * 10n ** BigInt(minorDigits(currency)), denominator));
}

function exclRatio(numerator: bigint, { denominator }: TariffRules): Ratio {
  return ratio(numerator, denominator);
}

function inclRatio(numerator: bigint, { denominator, vatDenominator }: TariffRules): Ratio {
  return ratio(numerator, denominator * vatDenominator);
}

function ratioOf({ digits, scale }: Decimal): Ratio {
  return ratio(digits, 10n ** BigInt(scale));
}

function isLess(a: Ratio, b: Ratio): boolean {
  return a.numerator * b.denominator < b.numerator * a.denominator;
}

function minus(a: Ratio, b: Ratio): Ratio {
  return addRatio(a, { ...b, numerator: -b.numerator });
}
