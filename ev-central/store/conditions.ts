// How each connector is, in the database: the condition that is over becomes a span. While EV_Central did not run,
// nobody knows how they were: that is a span of its own, from its last sign of life to its start.
import type { ConditionRow, ConnectorSpan } from '../core/figures/condition-row.ts';
import type { SqlRecord } from './columns.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';
import { spanRows, type WatchedConnector, watchedRows } from './figure-rows.ts';

/** Central signs this often that it is alive: a restart counts for at most so much more than it took. */
const SIGN_EVERY_MS = 60_000;

type Over = Pick<ConnectorSpan, 'condition' | 'fromMs' | 'untilMs'>;

/** Writes one; runs inside the commit's transaction. `count` gets every span that is over. */
export function prepareConditions(db: Sqlite, count: (span: ConnectorSpan) => void): (row: ConditionRow) => void {
  const known = db.prepare(`SELECT ${watchedRows.columns.join(', ')} FROM watched_connectors WHERE connector = ?`);
  const put = db.prepare(`INSERT OR REPLACE INTO watched_connectors (${watchedRows.columns.join(', ')})
    VALUES (${watchedRows.columns.map(() => '?').join(', ')})`);
  const insert = db.prepare(`INSERT INTO connector_spans (${spanRows.columns.join(', ')})
    VALUES (${spanRows.columns.map(() => '?').join(', ')})`);
  /** Those that were written since this database was opened. */
  const seen = new Set<string>();
  const lastAliveMs = Number(
    db.prepare("SELECT alive_at_ms FROM figure_life WHERE id = 'central'").pluck().get() ?? 0);
  const close = (before: WatchedConnector, { condition, fromMs, untilMs }: Over): void => {
    if (condition === 'up' || untilMs <= fromMs) return;
    const { sinceMs: _since, conditionSinceMs: _conditionSince, ...row } = before;
    const span: ConnectorSpan = { ...row, condition, fromMs, untilMs };
    insert.run(spanRows.encode(span));
    count(span);
  };
  return ({ atMs, ...row }) => {
    const record = known.get(row.connector) as SqlRecord | undefined;
    const before = record === undefined ? null : watchedRows.decode(record);
    const isFirst = !seen.has(row.connector);
    seen.add(row.connector);
    if (before === null) {
      put.run(watchedRows.encode({ ...row, sinceMs: atMs, conditionSinceMs: atMs }));
      return;
    }
    const { sinceMs, condition, conditionSinceMs } = before;
    const awayFromMs = Math.max(conditionSinceMs, lastAliveMs);
    if (isFirst && condition !== 'removed' && awayFromMs < atMs) {
      close(before, { condition, fromMs: conditionSinceMs, untilMs: awayFromMs });
      close(before, { condition: 'central-away', fromMs: awayFromMs, untilMs: atMs });
    } else if (condition === row.condition) return;
    else close(before, { condition, fromMs: conditionSinceMs, untilMs: atMs });
    put.run(watchedRows.encode({ ...row, sinceMs, conditionSinceMs: Math.max(conditionSinceMs, atMs) }));
  };
}

/** Central signs now and then that it is alive. */
export function prepareSignOfLife(db: Sqlite): (nowMs: number) => void {
  const sign = db.prepare("INSERT OR REPLACE INTO figure_life (id, alive_at_ms) VALUES ('central', ?)");
  let lastMs = -Infinity;
  return (nowMs) => {
    if (nowMs - lastMs < SIGN_EVERY_MS && nowMs >= lastMs) return;
    lastMs = nowMs;
    sign.run(nowMs);
  };
}

type Span = { readonly fromMs: number; readonly untilMs: number };
export type KnownConnector = WatchedConnector & {
  /** When it was not part of the network, and is again. */
  readonly removed: readonly Span[];
};

/** All connectors that are, or were, part of the network. */
export function prepareWatched(db: Sqlite): () => KnownConnector[] {
  const all = db.prepare(`SELECT ${watchedRows.columns.join(', ')} FROM watched_connectors ORDER BY connector`);
  // Few connectors ever are removed and come back: the rows of years say which, the spans of the others are not read.
  const gaps = db.prepare(`SELECT s.connector, s.from_ms AS fromMs, s.until_ms AS untilMs FROM (SELECT DISTINCT id
      FROM figure_causes WHERE scope = 'connector' AND grain = 'year' AND what = 'outage' AND cause = 'removed') o
    CROSS JOIN connector_spans s ON s.connector = o.id WHERE s.condition = 'removed' ORDER BY s.connector, s.from_ms`);
  return () => {
    const removed = new Map<string, Span[]>();
    for (const { connector, ...span } of gaps.all() as (Span & { connector: string })[]) {
      removed.set(connector, [...removed.get(connector) ?? [], span]);
    }
    return (all.all() as SqlRecord[]).map((record) => {
      const row = watchedRows.decode(record);
      return { ...row, removed: removed.get(row.connector) ?? [] };
    });
  };
}
