// How far off forecasts of a site are: each of its last weeks is forecast from the weeks before it alone, by the method
// and by "the same hour last week". Pure.
import {
  forecastWeek, type Hours, peaksOf, sameHourLastWeek, WEEK_HOURS, type Weekday,
} from './forecast.ts';

/** A site has to have charged for so many weeks before it is forecast. */
export const LEAST_WEEKS = 4;

/** In the unit of the hours; `peakHourMae` in hours. */
export type Errors = {
  readonly mae: number; readonly rmse: number; readonly peakMae: number; readonly peakHourMae: number;
};
export type Sums = {
  hours: number; absolute: number; square: number; days: number; peak: number; busyDays: number; hour: number;
};
export type Judgement = { readonly lastWeek: Sums; readonly forecast: Sums };

export function emptyJudgement(): Judgement {
  return { lastWeek: emptySums(), forecast: emptySums() };
}

/** The weeks from the first with a charge on. */
export function sinceBegun(hours: Hours): Hours {
  const begun = hours.findIndex((each) => each !== null && each > 0);
  return begun < 0 ? [] : hours.slice(Math.floor(begun / WEEK_HOURS) * WEEK_HOURS);
}

/** Adds the errors of the last weeks to `judgement`; returns how many weeks were forecast. */
export function judge(
  all: Hours, { heldBackWeeks, firstDay = 0 }: { heldBackWeeks: number; firstDay?: Weekday }, judgement: Judgement,
): number {
  const hours = sinceBegun(all);
  const weeks = Math.floor(hours.length / WEEK_HOURS);
  let judged = 0;
  for (let week = Math.max(LEAST_WEEKS, weeks - heldBackWeeks); week < weeks; week++) {
    const known = hours.slice(0, week * WEEK_HOURS);
    const before = sameHourLastWeek(known);
    // What one of the two knows nothing of is held against neither.
    const actual = hours.slice(week * WEEK_HOURS, (week + 1) * WEEK_HOURS)
      .map((value, i) => (before[i] === null ? null : value));
    add(judgement.lastWeek, before, actual);
    add(judgement.forecast, forecastWeek(known, firstDay), actual);
    judged += 1;
  }
  return judged;
}

export function errorsOf({ hours, absolute, square, days, peak, busyDays, hour }: Sums): Errors {
  return {
    mae: absolute / Math.max(1, hours), rmse: Math.sqrt(square / Math.max(1, hours)), peakMae: peak / Math.max(1, days),
    peakHourMae: hour / Math.max(1, busyDays),
  };
}

function emptySums(): Sums {
  return { hours: 0, absolute: 0, square: 0, days: 0, peak: 0, busyDays: 0, hour: 0 };
}

function add(sums: Sums, forecast: Hours, actual: Hours): void {
  for (const [i, value] of actual.entries()) {
    if (value === null) continue;
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
