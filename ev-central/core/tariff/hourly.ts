// Prices per hour of a series, made ready for one price component of a tariff: the series' price of an hour plus the
// component's markup, never below nothing. Hours that the series has not cost what the component says.
import { type Decimal, digitsAt, parseDecimal, sumOf } from '../../../shared/decimal.ts';
import { invariant } from '../../../shared/assert.ts';
import { LIMITS } from '../../../shared/limits.ts';
import type { HourRun } from '../../../shared/messages/price-series.ts';

export const HOUR_MS = 3_600_000;

/** `<series>#<version>`: an id has no '#'. */
export type SeriesKey = `${string}#${number}`;
/** A version of a series, as a tariff's rules take it. */
export type SeriesPrices = { readonly key: SeriesKey; readonly runs: readonly HourRun[] };

export type HourPrice = {
  readonly price: Decimal;
  /** As that of the component: of one Wh. */
  readonly unitNumerator: bigint;
  readonly offNumerator: bigint;
};
export type Hourly = {
  readonly key: SeriesKey;
  /** When its hours begin, in ms behind the full hour, UTC: some zones are half an hour off. */
  readonly offsetMs: number;
  /** By the beginning of the hour, UTC ms. */
  readonly prices: ReadonlyMap<number, HourPrice>;
};

/** The prices of a series' hours with a markup, each with its places. */
export function markedUp({ runs }: SeriesPrices, markup: Decimal): Map<number, Decimal> {
  const prices = new Map<number, Decimal>();
  for (const run of runs) {
    run.prices.forEach((text, i) => {
      const parsed = parseDecimal(text);
      invariant(parsed !== undefined, 'the schema has checked the prices of a series');
      const price = sumOf(parsed, markup);
      prices.set(run.fromMs + i * HOUR_MS, price.digits < 0n ? { digits: 0n, scale: 0 } : price);
    });
  }
  return prices;
}

/** `unit`: how much of the denominator one Wh is, see `UNITS` in rules.ts; `offOf`: what a plan takes off a price. */
export function hourlyOf(
  { key, runs }: SeriesPrices, prices: ReadonlyMap<number, Decimal>,
  { unit, scale, offOf }: { unit: bigint; scale: number; offOf: (digits: bigint) => bigint },
): Hourly {
  return {
    key, offsetMs: offsetOf(runs),
    prices: new Map([...prices].map(([hourMs, price]) => {
      const digits = digitsAt(price, scale);
      return [hourMs, { price, unitNumerator: digits * unit, offNumerator: offOf(digits) }];
    })),
  };
}

/** All runs of a version begin at the same minute of the hour. */
export function offsetOf(runs: readonly HourRun[]): number {
  return (runs[0]?.fromMs ?? 0) % HOUR_MS;
}

/** When the hour in which a moment lies begins. */
export function hourStart(atMs: number, offsetMs: number): number {
  return atMs - (((atMs - offsetMs) % HOUR_MS) + HOUR_MS) % HOUR_MS;
}

/**
 * The beginning of the hour whose price holds at a moment of a charge; null when the series has none, or when the
 * charge takes longer than a ticket has room for hours.
 */
export function pricedHour({ offsetMs, prices }: Hourly, atMs: number, beganMs: number): number | null {
  const hourMs = hourStart(atMs, offsetMs);
  return hourMs < beganMs + LIMITS.hoursOfTicket * HOUR_MS && prices.has(hourMs) ? hourMs : null;
}
