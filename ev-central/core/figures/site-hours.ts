// A site's figures by the hour of UTC as hours of its own calendar, in whole weeks up to the midnight before today. In
// spring an hour is left out (null), in autumn one comes twice (the mean of both): the others stay where they were.
import { dayOf, dayStart, msOfDay } from '../../../shared/zone.ts';
import { hourOf } from './buckets.ts';
import type { Hours, Weekday } from './forecast.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** An hour of UTC as the site's clocks show it. */
export type SiteHour = {
  /** `2026-03-31T16`, of UTC. */
  readonly hour: string;
  readonly day: string;
  /** 0–23. */
  readonly slot: number;
};

/** So many days before one, or behind it. */
export function dayBeside(zone: string, day: string, days: number): string {
  return dayOf(zone, (dayStart(zone, day) ?? 0) + days * DAY_MS + DAY_MS / 2);
}

/** 0 is Monday. */
export function weekdayOf(day: string): Weekday {
  // 1970-01-05 was a Monday.
  const days = Math.floor((dayStart('UTC', day) ?? 0) / DAY_MS) - 4;
  return (((days % 7) + 7) % 7) as Weekday;
}

/** Each hour of UTC that begins within the days. */
export function hoursWithin(zone: string, fromMs: number, untilMs: number): SiteHour[] {
  const hours: SiteHour[] = [];
  for (let atMs = Math.ceil(fromMs / HOUR_MS) * HOUR_MS; atMs < untilMs; atMs += HOUR_MS) {
    hours.push({ hour: hourOf(atMs), day: dayOf(zone, atMs), slot: Math.floor(msOfDay(zone, atMs) / HOUR_MS) });
  }
  return hours;
}

/** The weeks before `today`, from what each hour of UTC came to. The hours of a day to leave out are null. */
export function weeksBefore(
  { zone, today, weeks, leftOut }: { zone: string; today: string; weeks: number; leftOut: ReadonlySet<string> },
  energyWh: ReadonlyMap<string, number>,
): Hours {
  const first = dayBeside(zone, today, -7 * weeks);
  const index = new Map<string, number>();
  for (let day = first, i = 0; day < today; day = dayBeside(zone, day, 1), i++) index.set(day, i);
  const sums = new Array<number>(weeks * 7 * 24).fill(0);
  const counts = new Array<number>(sums.length).fill(0);
  for (const { hour, day, slot } of hoursWithin(zone, dayStart(zone, first) ?? 0, dayStart(zone, today) ?? 0)) {
    const at = (index.get(day) ?? -1) * 24 + slot;
    if (at < 0 || leftOut.has(day)) continue;
    sums[at] = (sums[at] ?? 0) + (energyWh.get(hour) ?? 0);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return sums.map((sum, i) => (counts[i] === 0 ? null : sum / (counts[i] ?? 1)));
}
