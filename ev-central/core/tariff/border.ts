// Where the price of a charge may change next: readings of its meter are stored there, so that a ticket can be made
// again from what is stored. Reckoned once after each stored reading; each other one compares two numbers.
import { zoneOffsetMs } from '../../../shared/zone.ts';
import { HOUR_MS, hourStart } from './hourly.ts';
import type { TariffRules } from './rules.ts';
import type { TariffUsage } from './usage.ts';
import { after, remainder } from './usage.ts';

const DAY_MS = 86_400_000;

/** The time, UTC, and the energy of the session from which on another price may hold; Infinity is never. */
export type Border = { readonly atMs: number; readonly energyWh: number };
const NEVER: Border = { atMs: Infinity, energyWh: Infinity };

export function nextBorder(usage: TariffUsage, { cuts }: TariffRules, timeZone: string): Border {
  const { energyWh, durationMs, msOfDay, hourOffsetsMs } = cuts;
  const isPlain = energyWh.length === 0 && durationMs.length === 0 && msOfDay.length === 0;
  if (isPlain && hourOffsetsMs.length === 0) return NEVER;
  const beganMs = usage.startedMs ?? usage.lastMs;
  const byHourMs = Math.min(...hourOffsetsMs.map((offsetMs) => hourStart(usage.lastMs, offsetMs) + HOUR_MS));
  const byDurationMs = beganMs + (after(durationMs, usage.lastMs - beganMs) ?? Infinity);
  return {
    atMs: Math.min(
      byHourMs, byDurationMs, msOfDay.length === 0 ? Infinity : nextCutOfDay(msOfDay, usage.lastMs, timeZone),
    ),
    energyWh: after(energyWh, usage.energyWh) ?? Infinity,
  };
}

/** Is the power on another side of one of the ascending borders? */
export function changesClass(borders: readonly number[], beforeW: number, nowW: number): boolean {
  for (const border of borders) {
    if ((beforeW < border) !== (nowW < border)) return true;
  }
  return false;
}

/** A change of the zone's offset on the way brings the cut earlier or later. */
function nextCutOfDay(cuts: readonly number[], atMs: number, timeZone: string): number {
  const offsetMs = zoneOffsetMs(timeZone, atMs);
  const msOfDay = remainder(atMs + offsetMs, DAY_MS);
  const cutMs = atMs + (after(cuts, msOfDay) ?? DAY_MS) - msOfDay;
  return Math.max(atMs + 1, cutMs + offsetMs - zoneOffsetMs(timeZone, cutMs));
}
