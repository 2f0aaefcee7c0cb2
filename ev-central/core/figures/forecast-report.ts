// The report of a site's forecast: the energy of each coming hour, the peak of each day, and how far off the method was
// in the site's own last weeks. Pure.
import { dayStart } from '../../../shared/zone.ts';
import { hourOf } from './buckets.ts';
import { emptyJudgement, errorsOf, judge, LEAST_WEEKS, sinceBegun } from './forecast-errors.ts';
import { forecastWeek, type Hours, sameHourLastWeek, WEEK_HOURS } from './forecast.ts';
import { dayBeside, hoursWithin, type SiteHour, weekdayOf, weeksBefore } from './site-hours.ts';

/** What is older has no weight any more; and the weeks that are held back are forecast from half a year each. */
export const HISTORY_WEEKS = 40;
export const HELD_BACK_WEEKS = 12;
export const MOST_FORECAST_DAYS = 14;
export const USUAL_FORECAST_DAYS = 7;
const DAY_HOURS = 24;
const SUNDAY = 6;

export type ForecastAsk = {
  readonly zone: string; readonly nowMs: number;
  /** Today and the days that follow. */
  readonly days: number;
  /** Days on which a site is used as on a Sunday. */
  readonly holidays: ReadonlySet<string>;
  /** Of each hour of UTC that is known. */
  readonly energyWh: ReadonlyMap<string, number>;
};
export type ForecastHour = {
  readonly hour: string; readonly day: string; readonly time: string; readonly energyWh: number;
  readonly lastWeekWh: number | null;
  /** The one of its day in which the most is expected. */
  readonly isPeak: boolean;
};
export type ForecastDay = {
  readonly day: string; readonly energyWh: number; readonly peakHour: string | null; readonly peakTime: string | null;
  readonly peakWh: number;
};
export type ForecastErrors = {
  readonly weeks: number; readonly weeksNeeded: number; readonly readyOn: string | null;
  readonly heldBackWeeks: number; readonly heldBackHours: number;
  readonly maeWh: number | null; readonly lastWeekMaeWh: number | null; readonly rmseWh: number | null;
  readonly lastWeekRmseWh: number | null; readonly peakHourMae: number | null;
  readonly lastWeekPeakHourMae: number | null;
};
export type Forecast = {
  readonly hours: readonly ForecastHour[]; readonly days: readonly ForecastDay[]; readonly errors: ForecastErrors;
};

/** The hours of UTC from which it is made. */
export function historyOf(zone: string, today: string): { readonly from: string; readonly to: string } {
  const startMs = dayStart(zone, dayBeside(zone, today, -7 * HISTORY_WEEKS)) ?? 0;
  return { from: hourOf(startMs), to: hourOf((dayStart(zone, today) ?? 0) - 1) };
}

/** Without enough weeks there are no hours and no days, and the errors say when there will be enough. */
export function forecastOf(ask: ForecastAsk, today: string): Forecast {
  const { zone, holidays, energyWh } = ask;
  const known = sinceBegun(weeksBefore({ zone, today, weeks: HISTORY_WEEKS, leftOut: holidays }, energyWh));
  const errors = judged(known, zone, today);
  if (errors.weeks < LEAST_WEEKS) return { hours: [], days: [], errors };
  const hours = comingHours(ask, today, known);
  return { hours, days: daysOf(hours), errors };
}

function judged(known: Hours, zone: string, today: string): ForecastErrors {
  const judgement = emptyJudgement();
  const heldBackWeeks = judge(known, { heldBackWeeks: HELD_BACK_WEEKS, firstDay: weekdayOf(today) }, judgement);
  const weeks = Math.floor(known.length / WEEK_HOURS);
  const [ours, last] = [errorsOf(judgement.forecast), errorsOf(judgement.lastWeek)];
  const of = (value: number, digits: number): number | null =>
    heldBackWeeks === 0 ? null : Math.round(value * 10 ** digits) / 10 ** digits;
  return {
    weeks, weeksNeeded: LEAST_WEEKS,
    readyOn: weeks >= LEAST_WEEKS || weeks === 0 ? null : dayBeside(zone, today, 7 * (LEAST_WEEKS - weeks)),
    heldBackWeeks, heldBackHours: judgement.forecast.hours,
    maeWh: of(ours.mae, 0), lastWeekMaeWh: of(last.mae, 0), rmseWh: of(ours.rmse, 0), lastWeekRmseWh: of(last.rmse, 0),
    peakHourMae: of(ours.peakHourMae, 2), lastWeekPeakHourMae: of(last.peakHourMae, 2),
  };
}

function comingHours({ zone, nowMs, days, holidays }: ForecastAsk, today: string, known: Hours): ForecastHour[] {
  const firstDay = weekdayOf(today);
  const [expected, before] = [forecastWeek(known, firstDay), sameHourLastWeek(known)];
  const coming = hoursWithin(zone, nowMs, dayStart(zone, dayBeside(zone, today, days)) ?? nowMs);
  const hours = coming.map((each) => {
    const weekday = holidays.has(each.day) ? SUNDAY : weekdayOf(each.day);
    const at = ((weekday - firstDay + 7) % 7) * DAY_HOURS + each.slot;
    const last = before[at] ?? null;
    return {
      each, energyWh: Math.round(expected[at] ?? 0), lastWeekWh: last === null ? null : Math.round(last),
    };
  });
  const peaks = new Map<string, { hour: string; energyWh: number }>();
  for (const { each, energyWh } of hours) {
    if (energyWh > (peaks.get(each.day)?.energyWh ?? 0)) peaks.set(each.day, { hour: each.hour, energyWh });
  }
  return hours.map(({ each, ...values }) => ({
    hour: `${each.hour}:00Z`, day: each.day, time: timeOf(each), ...values,
    isPeak: peaks.get(each.day)?.hour === each.hour,
  }));
}

function daysOf(hours: readonly ForecastHour[]): ForecastDay[] {
  const days = new Map<string, ForecastDay>();
  for (const { day, hour, time, energyWh, isPeak } of hours) {
    const known = days.get(day) ?? { day, energyWh: 0, peakHour: null, peakTime: null, peakWh: 0 };
    const peak = isPeak ? { peakHour: hour, peakTime: time, peakWh: energyWh } : {};
    days.set(day, { ...known, ...peak, energyWh: known.energyWh + energyWh });
  }
  return [...days.values()];
}

function timeOf({ slot }: SiteHour): string {
  return `${String(slot).padStart(2, '0')}:00`;
}
