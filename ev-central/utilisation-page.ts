// The report of utilisation: the time of charges and idle vehicles beside that in which the connectors were there.
import { dayOf, dayStart, monthBounds } from '../shared/zone.ts';
import type { CountsRow, FigureAnswer, FigureAsk, UTILISATION_GROUPINGS } from './core/figures/ask.ts';
import { hourOf } from './core/figures/buckets.ts';
import { next } from './core/figures/range.ts';
import { msWithin, type Span, thereSpans, utilisationOf } from './core/figures/utilisation.ts';
import type { Page } from './links/drivers.ts';
import type { WatchedConnector } from './uptime-page.ts';

export type UtilisationAsk = {
  readonly by: (typeof UTILISATION_GROUPINGS)[number];
  readonly siteId: string | undefined; readonly pointId: string | undefined;
  /** Days, both included; by hour: hours of UTC. */
  readonly from: string; readonly to: string;
};
export type UtilisationOptions = {
  readonly figures: (ask: FigureAsk) => FigureAnswer; readonly watched: () => readonly WatchedConnector[];
  readonly nowMs: () => number;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EVERYTHING = 1_000_000;

/** A row for each span, site or point in which, or of which, there was a connector: also where nobody charged. */
export function utilisationPage(
  ask: UtilisationAsk, { offset, limit }: { offset: number; limit: number },
  { figures, watched, nowMs }: UtilisationOptions,
): Page {
  const connectors = watched().filter(({ siteId, pointId }) =>
    (ask.siteId === undefined || siteId === ask.siteId) && (ask.pointId === undefined || pointId === ask.pointId));
  const there = connectorMs(ask, connectors, nowMs());
  const used = new Map((figures(figureAsk(ask)).rows as readonly CountsRow[]).map((row) => [row.key, row]));
  const keys = [...new Set([...there.keys(), ...used.keys()])].sort();
  const rows = keys.slice(offset, offset + limit).map((key) => {
    const { chargingMs = 0, idleMs = 0 } = used.get(key) ?? {};
    return { ...keyOf(ask.by, key), ...utilisationOf({ connectorMs: there.get(key) ?? 0, chargingMs, idleMs }) };
  });
  return { rows, next: keys.length > offset + limit ? String(offset + limit) : null, error: null };
}

function figureAsk({ by, siteId, pointId, from, to }: UtilisationAsk): FigureAsk {
  const span = { kind: 'counts', by, from, to, offset: 0, limit: EVERYTHING } as const;
  if (by === 'point') return { ...span, scope: 'point', id: pointId ?? '', siteId: siteId ?? null };
  if (by === 'site') return { ...span, scope: 'site', id: siteId ?? '', siteId: null };
  const scope = pointId !== undefined ? 'point' : siteId !== undefined ? 'site' : 'network';
  return { ...span, scope, id: pointId ?? siteId ?? '', siteId: null };
}

/** How long connectors were there, by the key of each row. */
function connectorMs(ask: UtilisationAsk, connectors: readonly WatchedConnector[], nowMs: number): Map<string, number> {
  const found = new Map<string, number>();
  const add = (key: string, ms: number): void => {
    if (ms > 0) found.set(key, (found.get(key) ?? 0) + ms);
  };
  for (const [zone, own] of grouped(connectors, ({ timeZone }) => timeZone)) {
    const buckets = bucketsOf(ask, zone);
    for (const [owner, its] of grouped(own, ownerOf(ask.by))) {
      const ms = msWithin(its.flatMap((each) => spansOf(each, nowMs)), buckets.map(({ span }) => span));
      for (const [i, { key }] of buckets.entries()) add(owner ?? key, ms[i] ?? 0);
    }
  }
  return found;
}

function spansOf({ sinceMs, condition, conditionSinceMs, removed }: WatchedConnector, nowMs: number): Span[] {
  const untilMs = condition === 'removed' ? conditionSinceMs : nowMs;
  return thereSpans({ fromMs: sinceMs, untilMs }, removed);
}

/** Null: the rows are of spans of time. */
function ownerOf(by: UtilisationAsk['by']): (each: WatchedConnector) => string | null {
  if (by === 'site') return ({ siteId }) => siteId;
  return by === 'point' ? ({ pointId }) => pointId : () => null;
}

type Bucket = { readonly key: string; readonly span: Span };

/** The buckets of a range in a zone, in order; for a site, a point and the total it is one. */
function bucketsOf({ by, from, to }: UtilisationAsk, zone: string): Bucket[] {
  if (by === 'hour') {
    const [fromMs, lastMs] = [from, to].map((hour) => Date.parse(`${hour}:00Z`)) as [number, number];
    return Array.from({ length: Math.max(0, (lastMs - fromMs) / HOUR_MS + 1) }, (_unused, i) => {
      const atMs = fromMs + i * HOUR_MS;
      return { key: hourOf(atMs), span: { fromMs: atMs, untilMs: atMs + HOUR_MS } };
    });
  }
  const [startMs, endMs] = [startOf(zone, from), endOf(zone, to)];
  const isOne = by === 'site' || by === 'point' || by === 'total';
  if (isOne) return [{ key: '', span: { fromMs: startMs, untilMs: endMs } }];
  const buckets: Bucket[] = [];
  for (let atMs = startMs; atMs < endMs;) {
    const key = dayOf(zone, atMs).slice(0, { day: 10, month: 7, year: 4 }[by]);
    const untilMs = Math.min(endMs, { day: endOf, month: monthEnd, year: yearEnd }[by](zone, key));
    buckets.push({ key, span: { fromMs: atMs, untilMs } });
    atMs = untilMs;
  }
  return buckets;
}

function startOf(zone: string, day: string): number {
  return dayStart(zone, day) ?? 0;
}

/** A day has 23 or 25 hours where the clock is changed. */
function endOf(zone: string, day: string): number {
  return startOf(zone, dayOf(zone, startOf(zone, day) + 1.5 * DAY_MS));
}

function monthEnd(zone: string, month: string): number {
  return monthBounds(zone, month)?.endMs ?? 0;
}

function yearEnd(zone: string, year: string): number {
  return startOf(zone, `${next(year)}-01-01`);
}

function grouped<K>(
  connectors: readonly WatchedConnector[], of: (each: WatchedConnector) => K,
): Map<K, WatchedConnector[]> {
  const found = new Map<K, WatchedConnector[]>();
  for (const each of connectors) {
    const own = found.get(of(each));
    if (own === undefined) found.set(of(each), [each]);
    else own.push(each);
  }
  return found;
}

function keyOf(by: UtilisationAsk['by'], key: string): Readonly<Record<string, string>> {
  switch (by) {
    case 'total': return {};
    case 'hour': return { hour: `${key}:00Z` };
    case 'site': return { siteId: key };
    case 'point': return { pointId: key };
    default: return { [by]: key };
  }
}
