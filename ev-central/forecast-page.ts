// The report of a site's forecast, from the figures by hour that Central has of it.
import { siteId as toSiteId } from '../shared/ids.ts';
import { dayOf, dayStart } from '../shared/zone.ts';
import type { CountsRow, FigureAnswer, FigureAsk } from './core/figures/ask.ts';
import { forecastOf, HISTORY_WEEKS, historyOf, MOST_FORECAST_DAYS } from './core/figures/forecast-report.ts';
import type { State } from './core/state.ts';
import type { Page } from './links/drivers.ts';

export type ForecastOptions = {
  readonly state: State; readonly figures: (ask: FigureAsk) => FigureAnswer; readonly nowMs: () => number;
};
/**
 * `hour`: what each coming hour is expected to need; `day`: each day and its peak. Both have no rows while there is too
 * little history, which `total` says, and else how good the forecast is.
 */
export type ForecastQuery = {
  readonly by: 'hour' | 'day' | 'total'; readonly siteId: string | undefined; readonly days: number;
  readonly holidays: readonly string[];
};

export function forecastPage(
  { by, siteId, days, holidays }: ForecastQuery, { offset, limit }: { offset: number; limit: number },
  { state, figures, nowMs }: ForecastOptions,
): Page {
  if (siteId === undefined) return failed('a forecast is of one site: name a siteId');
  const site = state.sites.get(toSiteId(siteId));
  if (site === undefined) return failed(`there is no site ${siteId}`);
  if (!Number.isInteger(days) || days < 1 || days > MOST_FORECAST_DAYS) {
    return failed(`days must be a whole number from 1 to ${MOST_FORECAST_DAYS}`);
  }
  const wrong = holidays.find((day) => dayStart('UTC', day) === undefined);
  if (wrong !== undefined) return failed(`holidays: "${wrong}" is no day such as 2026-12-25`);
  const zone = site.timeZone;
  const today = dayOf(zone, nowMs());
  const { rows } = figures({
    kind: 'counts', by: 'hour', scope: 'site', id: siteId, siteId: null, ...historyOf(zone, today), offset: 0,
    limit: HISTORY_WEEKS * 7 * 24 + 24,
  });
  const energyWh = new Map((rows as readonly CountsRow[]).map((row) => [row.key, row.energyWh]));
  const forecast = forecastOf({ zone, nowMs: nowMs(), days, holidays: new Set(holidays), energyWh }, today);
  if (by === 'total') return page([forecast.errors], { offset, limit });
  return page(by === 'hour' ? forecast.hours : forecast.days, { offset, limit });
}

function page(rows: readonly Readonly<Record<string, unknown>>[], { offset, limit }: {
  offset: number; limit: number;
}): Page {
  return {
    rows: rows.slice(offset, offset + limit), next: rows.length > offset + limit ? String(offset + limit) : null,
    error: null,
  };
}

function failed(error: string): Page {
  return { rows: [], next: null, error };
}
