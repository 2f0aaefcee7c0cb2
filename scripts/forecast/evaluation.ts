// How far off forecasts of recorded weeks are. Pure. Each held-back week is forecast from the weeks before it alone.
import { forecastWeek, peaksOf, sameHourLastWeek, WEEK_HOURS } from '../../ev-central/core/figures/forecast.ts';
import type { RecordedSession } from '../replay/recorded-sessions.ts';

const HOUR_MS = 3_600_000;
const WEEK_MS = WEEK_HOURS * HOUR_MS;
/** 1970-01-05 was a Monday. */
const MONDAY_MS = 4 * 24 * HOUR_MS;
/** A site has to have charged for so many weeks before it is forecast. */
const LEAST_WEEKS = 4;

export type Errors = {
  readonly mae: number; readonly rmse: number; readonly peakMae: number; readonly peakHourMae: number;
};
export type Evaluation = {
  readonly sites: number; readonly hours: number; readonly lastWeek: Errors; readonly forecast: Errors;
};

/** Wh of each hour at each site, from the Monday before the first session of all to the last whole week. */
export function hoursBySite(sessions: readonly RecordedSession[]): Map<string, number[]> {
  const firstMs = Math.min(...sessions.map((session) => session.startAtMs));
  const lastMs = Math.max(...sessions.map((session) => session.endAtMs));
  const startMs = Math.floor((firstMs - MONDAY_MS) / WEEK_MS) * WEEK_MS + MONDAY_MS;
  const weeks = Math.floor((lastMs - startMs) / WEEK_MS);
  const found = new Map<string, number[]>();
  for (const { siteId, startAtMs, endAtMs, energyWh } of sessions) {
    const hours = found.get(siteId) ?? new Array<number>(weeks * WEEK_HOURS).fill(0);
    found.set(siteId, hours);
    const wholeMs = Math.max(1, endAtMs - startAtMs);
    for (let atMs = startAtMs; atMs < startAtMs + wholeMs;) {
      const hour = Math.floor((atMs - startMs) / HOUR_MS);
      const untilMs = Math.min(startMs + (hour + 1) * HOUR_MS, startAtMs + wholeMs);
      if (hour < hours.length) hours[hour] = (hours[hour] ?? 0) + (energyWh * (untilMs - atMs)) / wholeMs;
      atMs = untilMs;
    }
  }
  return found;
}

export function evaluate(sites: ReadonlyMap<string, readonly number[]>, heldBackWeeks: number): Evaluation {
  const sums = { lastWeek: emptySums(), forecast: emptySums() };
  let count = 0;
  for (const hours of sites.values()) {
    const weeks = hours.length / WEEK_HOURS;
    let isForecast = false;
    for (let week = Math.max(1, weeks - heldBackWeeks); week < weeks; week++) {
      const before = hours.slice(0, week * WEEK_HOURS);
      const begun = before.findIndex((each) => each > 0);
      if (begun < 0 || week - Math.floor(begun / WEEK_HOURS) < LEAST_WEEKS) continue;
      const known = before.slice(Math.floor(begun / WEEK_HOURS) * WEEK_HOURS);
      const actual = hours.slice(week * WEEK_HOURS, (week + 1) * WEEK_HOURS);
      add(sums.lastWeek, sameHourLastWeek(known), actual);
      add(sums.forecast, forecastWeek(known), actual);
      isForecast = true;
    }
    if (isForecast) count += 1;
  }
  return {
    sites: count, hours: sums.forecast.hours, lastWeek: errorsOf(sums.lastWeek), forecast: errorsOf(sums.forecast),
  };
}

type Sums = {
  hours: number; absolute: number; square: number; days: number; peak: number; busyDays: number; hour: number;
};

function emptySums(): Sums {
  return { hours: 0, absolute: 0, square: 0, days: 0, peak: 0, busyDays: 0, hour: 0 };
}

function add(sums: Sums, forecast: readonly number[], actual: readonly number[]): void {
  for (const [i, value] of actual.entries()) {
    const error = (forecast[i] ?? 0) - value;
    sums.hours += 1;
    sums.absolute += Math.abs(error);
    sums.square += error * error;
  }
  const [expected, found] = [peaksOf(forecast), peaksOf(actual)];
  for (const [day, peak] of found.entries()) {
    sums.days += 1;
    sums.peak += Math.abs((expected[day]?.value ?? 0) - peak.value);
    if (peak.hour < 0) continue;
    sums.busyDays += 1;
    const hour = expected[day]?.hour ?? -1;
    // Who expected nothing on that day is off by half a day.
    sums.hour += hour < 0 ? 12 : Math.abs(hour - peak.hour);
  }
}

function errorsOf({ hours, absolute, square, days, peak, busyDays, hour }: Sums): Errors {
  return {
    mae: absolute / Math.max(1, hours), rmse: Math.sqrt(square / Math.max(1, hours)), peakMae: peak / Math.max(1, days),
    peakHourMae: hour / Math.max(1, busyDays),
  };
}
