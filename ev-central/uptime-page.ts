// The report of uptime: what was counted of outages that are over, and those that go on.
import { pointId as toPointId } from '../shared/ids.ts';
import { dayOf, dayStart } from '../shared/zone.ts';
import type { CauseRow, FigureAnswer, FigureAsk } from './core/figures/ask.ts';
import { OUTAGES, type Condition, type Outage } from './core/figures/condition-row.ts';
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
  readonly by: 'connector' | 'point' | 'site' | 'total'; readonly from?: string | undefined;
  readonly to?: string | undefined; readonly siteId?: string | undefined; readonly pointId?: string | undefined;
};

const DAY_MS = 86_400_000;
const YEAR_DAYS = 365;
const EVERYTHING = 1_000_000;
const KEYS = { connector: 'connectorId', point: 'pointId', site: 'siteId' } as const;

/** Of the previous twelve months, where no days are named. */
export function uptimePage(
  ask: UptimeAsk, { offset, limit }: { offset: number; limit: number }, options: UptimeOptions,
): Page {
  const nowMs = options.nowMs();
  const to = ask.to ?? dayOf('UTC', nowMs);
  const from = ask.from ?? dayOf('UTC', (dayStart('UTC', to) ?? nowMs) - (YEAR_DAYS - 1) * DAY_MS);
  if (from > to) return { rows: [], next: null, error: `from ${from} is after to ${to}` };
  const over = outagesByConnector(options.figures({
    kind: 'causes', by: 'connector', scope: 'connector', id: '', siteId: null, from, to, offset: 0, limit: EVERYTHING,
  }).rows as readonly CauseRow[]);
  const groups = new Map<string, Watched[]>();
  for (const each of options.watched()) {
    if (ask.siteId !== undefined && each.siteId !== ask.siteId) continue;
    if (ask.pointId !== undefined && each.pointId !== ask.pointId) continue;
    const watched = watchedIn(each, { from, to, nowMs }, over.get(each.connector) ?? {}, options.state);
    if (watched.watchedMs <= 0) continue;
    const key = keyOf(ask.by, each);
    groups.set(key, [...groups.get(key) ?? [], watched]);
  }
  const keys = [...groups.keys()].sort();
  const rows = keys.slice(offset, offset + limit).map((key) => ({
    ...(ask.by === 'total' ? {} : { [KEYS[ask.by]]: key }), ...uptimeOf(groups.get(key) ?? []),
  }));
  return { rows, next: keys.length > offset + limit ? String(offset + limit) : null, error: null };
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

function keyOf(by: UptimeAsk['by'], { connector, pointId, siteId }: WatchedConnector): string {
  switch (by) {
    case 'connector': return connector;
    case 'point': return pointId;
    case 'site': return siteId;
    case 'total': return '';
  }
}
