// What a charge costs. Energy and time are folded over the session's *stored* meter values, by the price band in which
// they fell, so that the same fold over the same rows gives the same ticket for ever. Prices are exact ratios of
// bigints, rounded once, half-even, for the total. This file is the whole price model: a richer one takes its place.
import { invariant } from '../../shared/assert.ts';
import { minorDigits, ratio, type Ratio, roundHalfEven } from '../../shared/money.ts';
import type { PriceBand, Tariff, TicketLine } from '../../shared/messages/values.ts';
import { msOfDay, quarterEnd } from '../../shared/zone.ts';
import type { BandUsage, MeterPoint, Usage } from './rows.ts';

const MINUTE_MS = 60_000;

/** The fold's beginning: the meter reading at which energy began to flow. */
export function beginUsage(start: MeterPoint): Usage {
  return { bands: [], last: start };
}

/**
 * Folds the next meter point in. Energy between two points is spread evenly over the time between them, in whole Wh
 * that add up exactly. A point that is earlier than the last counts at the last one's time. Throws `BugError` when
 * the register is lower: meter rules come before the fold.
 */
export function addUsage(usage: Usage, next: MeterPoint, tariff: Tariff, timeZone: string): Usage {
  const { last } = usage;
  const energyWh = next.registerWh - last.registerWh;
  invariant(energyWh >= 0, 'a meter register never goes back in the fold');
  const atMs = Math.max(next.atMs, last.atMs);
  const spanMs = atMs - last.atMs;
  const bands = [...usage.bands];
  if (spanMs === 0 || tariff.bands.length === 1) {
    addToBand(bands, bandAt(tariff, timeZone, last.atMs), energyWh, spanMs);
  } else {
    let fromMs = last.atMs;
    let spentWh = 0;
    while (fromMs < atMs) {
      const band = bandAt(tariff, timeZone, fromMs);
      const untilMs = Math.min(atMs, quarterEnd(fromMs), bandEnd(band, timeZone, fromMs));
      const reachedWh = untilMs === atMs ? energyWh : Math.floor((energyWh * (untilMs - last.atMs)) / spanMs);
      addToBand(bands, band, reachedWh - spentWh, untilMs - fromMs);
      spentWh = reachedWh;
      fromMs = untilMs;
    }
  }
  return { bands, last: { registerWh: next.registerWh, atMs } };
}

/** The band that holds at a time, by the site's wall clock. */
export function bandAt(tariff: Tariff, timeZone: string, atMs: number): PriceBand {
  const only = tariff.bands[0];
  if (tariff.bands.length === 1 && only !== undefined) return only;
  const minute = Math.floor(msOfDay(timeZone, atMs) / MINUTE_MS);
  const band = tariff.bands.find((b) => b.fromMinute <= minute && minute < b.toMinute);
  invariant(band !== undefined, 'the bands of a tariff cover the day');
  return band;
}

export type Price = { readonly lines: readonly TicketLine[]; readonly totalMinor: number };

/** Prices a usage: one line per band and kind, and the total in minor units. */
export function priceOf(usage: Usage, tariff: Tariff): Price {
  const lines: TicketLine[] = [];
  for (const used of usage.bands) {
    const band = bandOf(tariff, used);
    const ends = { fromMinute: band.fromMinute, toMinute: band.toMinute };
    lines.push({
      kind: 'energy', ...ends, quantity: used.energyWh, unitPriceMicros: band.perKwhMicros,
      amountMicros: Number(roundHalfEven(energyMicros(used, band))),
    });
    if (band.perMinuteMicros > 0) {
      lines.push({
        kind: 'time', ...ends, quantity: used.durationMs, unitPriceMicros: band.perMinuteMicros,
        amountMicros: Number(roundHalfEven(timeMicros(used, band))),
      });
    }
  }
  if (tariff.perSessionMicros > 0) {
    lines.push({
      kind: 'session', fromMinute: 0, toMinute: 1440, quantity: 1, unitPriceMicros: tariff.perSessionMicros,
      amountMicros: tariff.perSessionMicros,
    });
  }
  return { lines, totalMinor: totalMinor(usage, tariff) };
}

/** The total alone, in minor units: the exact sum, rounded once, half-even. */
export function totalMinor(usage: Usage, tariff: Tariff): number {
  // In 60,000ths of a millionth of the major unit: the one denominator that energy and time share.
  let sum = BigInt(tariff.perSessionMicros) * 60_000n;
  for (const used of usage.bands) {
    const band = bandOf(tariff, used);
    sum += BigInt(used.energyWh) * BigInt(band.perKwhMicros) * 60n;
    sum += BigInt(used.durationMs) * BigInt(band.perMinuteMicros);
  }
  const minorOfMajor = 10n ** BigInt(minorDigits(tariff.currency));
  return Number(roundHalfEven(ratio(sum * minorOfMajor, 60_000n * 1_000_000n)));
}

/** The energy of a fold, over all bands. */
export function usedWh(usage: Usage): number {
  return usage.bands.reduce((sum, band) => sum + band.energyWh, 0);
}

/** What `later` has more than `earlier`, band by band: the lines of a correction. */
export function usageDifference(later: Usage, earlier: Usage): Usage {
  const bands = later.bands.map((band) => {
    const was = earlier.bands.find((b) => b.fromMinute === band.fromMinute);
    return {
      fromMinute: band.fromMinute,
      energyWh: band.energyWh - (was?.energyWh ?? 0),
      durationMs: band.durationMs - (was?.durationMs ?? 0),
    };
  });
  return { bands: bands.filter((b) => b.energyWh !== 0 || b.durationMs !== 0), last: later.last };
}

function energyMicros(used: BandUsage, band: PriceBand): Ratio {
  return ratio(BigInt(used.energyWh) * BigInt(band.perKwhMicros), 1_000n);
}

function timeMicros(used: BandUsage, band: PriceBand): Ratio {
  return ratio(BigInt(used.durationMs) * BigInt(band.perMinuteMicros), 60_000n);
}

function bandOf(tariff: Tariff, used: BandUsage): PriceBand {
  const band = tariff.bands.find((b) => b.fromMinute === used.fromMinute);
  invariant(band !== undefined, 'a usage names a band of its tariff');
  return band;
}

function bandEnd(band: PriceBand, timeZone: string, atMs: number): number {
  return atMs + band.toMinute * MINUTE_MS - msOfDay(timeZone, atMs);
}

function addToBand(bands: BandUsage[], band: PriceBand, energyWh: number, durationMs: number): void {
  const at = bands.findIndex((b) => b.fromMinute === band.fromMinute);
  const used = bands[at];
  if (used === undefined) bands.push({ fromMinute: band.fromMinute, energyWh, durationMs });
  else bands[at] = { ...used, energyWh: used.energyWh + energyWh, durationMs: used.durationMs + durationMs };
}
