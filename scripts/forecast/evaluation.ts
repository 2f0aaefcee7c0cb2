// How far off forecasts of recorded weeks are. Pure. Each held-back week is forecast from the weeks before it alone.
import { WEEK_HOURS } from '../../ev-central/core/figures/forecast.ts';
import { emptyJudgement, type Errors, errorsOf, judge } from '../../ev-central/core/figures/forecast-errors.ts';
import type { RecordedSession } from '../replay/recorded-sessions.ts';

const HOUR_MS = 3_600_000;
const WEEK_MS = WEEK_HOURS * HOUR_MS;
/** 1970-01-05 was a Monday. */
const MONDAY_MS = 4 * 24 * HOUR_MS;

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
  const judgement = emptyJudgement();
  let count = 0;
  for (const hours of sites.values()) {
    if (judge(hours, { heldBackWeeks }, judgement) > 0) count += 1;
  }
  const { lastWeek, forecast } = judgement;
  return { sites: count, hours: forecast.hours, lastWeek: errorsOf(lastWeek), forecast: errorsOf(forecast) };
}
