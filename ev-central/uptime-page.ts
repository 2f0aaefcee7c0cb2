// The report of uptime: what was counted of outages that are over, and those that go on.
import { pointId as toPointId } from '../shared/ids.ts';
import { dayOf, dayStart } from '../shared/zone.ts';
import type { CauseRow, FigureAnswer, FigureAsk } from './core/figures/ask.ts';
import { OUTAGES, type Condition, type Outage } from './core/figures/condition-row.ts';
import { lastDayOf, next, previous } from './core/figures/range.ts';
import { RAPID_W, uptimeOf, type Watched } from './core/figures/uptime.ts';
import type { State } from './core/state.ts';
import type { Page } from './links/drivers.ts';

/** As the store keeps it. */
export type WatchedConnector = {
  readonly connector: string; readonly pointId: string; readonly connectorNo: number; readonly siteId: string;
  readonly timeZone: string; readonly sinceMs: number; readonly condition: Condition; readonly conditionSinceMs: number;
  /** When it was not part of the network, and is again. */
  readonly removed: readonly { readonly fromMs: number; readonly untilMs: number }[];
};
export type UptimeOptions = {
  readonly state: State; readonly figures: (ask: FigureAsk) => FigureAnswer;
  readonly watched: () => readonly WatchedConnector[]; readonly nowMs: () => number;
};
export type UptimeAsk = {
  readonly by: 'connector' | 'point' | 'site' | 'total' | 'month'; readonly from?: string | undefined;
  readonly to?: string | undefined; readonly siteId?: string | undefined; readonly pointId?: string | undefined;
};

const DAY_MS = 86_400_000;
const YEAR_DAYS = 365;
const EVERYTHING = 1_000_000;
const KEYS = { connector: 'connectorId', point: 'pointId', site: 'siteId' } as const;

type Paging = { readonly offset: number; readonly limit: number };
type Span = { readonly from: string; readonly to: string };

/** Of the previous twelve months, where no days are named. */
export function uptimePage(ask: UptimeAsk, page: Paging, options: UptimeOptions): Page {
  const nowMs = options.nowMs();
  const to = ask.to ?? dayOf('UTC', nowMs);
  const usual = ask.by === 'month' ? `${monthsBefore(to.slice(0, 7), 11)}-01`
    : dayOf('UTC', (dayStart('UTC', to) ?? nowMs) - (YEAR_DAYS - 1) * DAY_MS);
  const from = ask.from ?? usual;
  if (from > to) return { rows: [], next: null, error: `from ${from} is after to ${to}` };
  if (ask.by === 'month') return slice(monthRows(ask, { from, to }, options), page);
  const groups = watchedBy(ask.by, ask, { from, to }, options);
  const { by } = ask;
  return slice([...groups.keys()].sort().map((key) => ({
    ...(by === 'total' ? {} : { [KEYS[by]]: key }), ...uptimeOf(groups.get(key) ?? []),
  })), page);
}

/**
 * A row for each month that the days touch, whole: by the rules of that month alone, of the twelve months that end with
 * it (23 CFR 680.116(b)(2)), and of its calendar year so far (UK regulation 7(2)).
 */
function monthRows(ask: UptimeAsk, { from, to }: Span, options: UptimeOptions): Record<string, unknown>[] {
  const rows: Record<string, unknown>[] = [];
  for (let month = from.slice(0, 7); month <= to.slice(0, 7); month = next(month)) {
    const lastDay = lastDayOf(month);
    const of = (firstMonth: string): readonly Watched[] =>
      watchedBy('total', ask, { from: `${firstMonth}-01`, to: lastDay }, options).get('') ?? [];
    const own = of(month);
    if (own.length === 0) continue;
    rows.push({
      month, ...uptimeOf(own), yearUptimePercent: uptimeOf(of(monthsBefore(month, 11))).uptimePercent,
      calendarYearReliablePercent: uptimeOf(of(`${month.slice(0, 4)}-01`)).reliablePercent,
    });
  }
  return rows;
}

/** The connectors that were watched in these days, by what the rows are of. */
function watchedBy(
  by: Exclude<UptimeAsk['by'], 'month'>, ask: UptimeAsk, { from, to }: Span, options: UptimeOptions,
): Map<string, Watched[]> {
  const nowMs = options.nowMs();
  const over = outagesByConnector(options.figures({
    kind: 'causes', by: 'connector', scope: 'connector', id: '', siteId: ask.siteId ?? null, from, to, offset: 0,
    limit: EVERYTHING,
  }).rows as readonly CauseRow[]);
  const groups = new Map<string, Watched[]>();
  for (const each of options.watched()) {
    if (ask.siteId !== undefined && each.siteId !== ask.siteId) continue;
    if (ask.pointId !== undefined && each.pointId !== ask.pointId) continue;
    const watched = watchedIn(each, { from, to, nowMs }, over.get(each.connector) ?? {}, options.state);
    if (watched.watchedMs <= 0) continue;
    const key = keyOf(by, each);
    const own = groups.get(key);
    if (own === undefined) groups.set(key, [watched]);
    else own.push(watched);
  }
  return groups;
}

function slice(rows: Record<string, unknown>[], { offset, limit }: Paging): Page {
  return {
    rows: rows.slice(offset, offset + limit), next: rows.length > offset + limit ? String(offset + limit) : null,
    error: null,
  };
}

function monthsBefore(month: string, count: number): string {
  let found = month;
  for (let i = 0; i < count; i++) found = previous(found);
  return found;
}

type Conditions = Partial<Record<Condition, number>>;

function outagesByConnector(rows: readonly CauseRow[]): Map<string, Conditions> {
  const found = new Map<string, Conditions>();
  for (const { key, what, cause, ms } of rows) {
    if (what === 'outage') found.set(key, { ...found.get(key), [cause as Condition]: ms });
  }
  return found;
}

/** Within the days of the site's calendar, as far as they are over, and since it is watched. */
function watchedIn(
  each: WatchedConnector, { from, to, nowMs }: { from: string; to: string; nowMs: number }, over: Conditions,
  { points }: State,
): Watched {
  const { timeZone, condition, conditionSinceMs, sinceMs, pointId, connectorNo } = each;
  const startMs = Math.max(dayStart(timeZone, from) ?? 0, sinceMs);
  const lastMs = dayStart(timeZone, to) ?? nowMs;
  const endMs = Math.min(dayStart(timeZone, dayOf(timeZone, lastMs + 1.5 * DAY_MS)) ?? nowMs, nowMs);
  const all: Conditions = { ...over };
  const goesOnMs = Math.max(0, endMs - Math.max(conditionSinceMs, startMs));
  all[condition] = (all[condition] ?? 0) + goesOnMs;
  const outages = Object.fromEntries(OUTAGES.map((outage) => [outage, all[outage] ?? 0])) as Record<Outage, number>;
  const connector = points.get(toPointId(pointId))?.connectors.find((known) => known.connectorNo === connectorNo);
  return {
    watchedMs: Math.max(0, endMs - startMs - (all.removed ?? 0)), outages,
    isRapid: (connector?.maxPowerW ?? 0) >= RAPID_W,
  };
}

function keyOf(by: Exclude<UptimeAsk['by'], 'month'>, { connector, pointId, siteId }: WatchedConnector): string {
  switch (by) {
    case 'connector': return connector;
    case 'point': return pointId;
    case 'site': return siteId;
    case 'total': return '';
  }
}
