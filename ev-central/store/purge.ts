// Deletes what nobody needs any more, in small slices, so that no batch waits long for it.
import type { Settings } from '../core/settings.ts';
import type { AuditChain } from './audit-chain.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';
import { RECORDS_KEPT_MS } from './loading.ts';

/** Outbox rows are kept this long after the broker's ack, for a broker that loses its log. */
export const OUTBOX_KEPT_MS = 24 * 3_600_000;
/** A log-in key that has expired may still open a request that waits in the log. */
const LOGIN_KEYS_KEPT_MS = 24 * 3_600_000;
/** Gateways send a webhook again for days (Stripe: three). */
const EVENT_IDS_KEPT_MS = 30 * 24 * 3_600_000;
const SLICE_ROWS = 500;

/** How long is kept what only people read. Of what a bill is made of, and of the bills, nothing is ever deleted. */
export type Retention = Pick<Settings, 'noticesKeptMs' | 'eventsKeptMs' | 'auditKeptMs' | 'deadLettersKeptMs'>;

/** The function returned deletes one slice of each table; it returns how many rows it deleted. */
export function preparePurge(
  db: Sqlite, chain: Pick<AuditChain, 'purge'>,
): (nowMs: number, kept: Retention) => number {
  const records = `< ? LIMIT ${SLICE_ROWS}`;
  const slices = [
    slice('outbox', 'row_id', `done_at_ms ${records}`, OUTBOX_KEPT_MS),
    slice('requests', 'request_id', `at_ms ${records}`, RECORDS_KEPT_MS),
    slice('orders', 'order_id', `at_ms ${records}`, RECORDS_KEPT_MS),
    slice('api_calls', 'call_id', `at_ms ${records}`, RECORDS_KEPT_MS),
    slice('commands', '(point_id, number)', `outcome <> 'open' AND sent_at_ms ${records}`, RECORDS_KEPT_MS),
    slice('payment_events', 'event_key', `at_ms ${records}`, EVENT_IDS_KEPT_MS),
    slice('keys', 'key_id', `kind = 'login' AND expires_at_ms ${records}`, LOGIN_KEYS_KEPT_MS),
  ];
  const prepared = slices.map(({ sql, keptMs }) => ({ statement: db.prepare(sql), keptMs: () => keptMs }));
  const read: readonly { sql: string; keptMs: (kept: Retention) => number }[] = [
    { sql: slice('notices', '(user_id, number)', `at_ms ${records}`, 0).sql, keptMs: (kept) => kept.noticesKeptMs },
    {
      sql: slice('reservations', 'reservation_id', `due_ms IS NULL AND ends_at_ms ${records}`, 0).sql,
      keptMs: (kept) => Math.max(kept.eventsKeptMs, RECORDS_KEPT_MS),
    },
    { sql: oldest('events'), keptMs: (kept) => kept.eventsKeptMs },
    { sql: oldest('dead_letters'), keptMs: (kept) => kept.deadLettersKeptMs },
  ];
  const all = [...prepared, ...read.map(({ sql, keptMs }) => ({ statement: db.prepare(sql), keptMs }))];
  const purge = db.transaction((nowMs: number, kept: Retention): number => all.reduce(
    (deleted, { statement, keptMs }) => deleted + statement.run(nowMs - keptMs(kept)).changes,
    chain.purge({ nowMs, beforeMs: nowMs - kept.auditKeptMs, limit: SLICE_ROWS })));
  return (nowMs, kept) => purge.immediate(nowMs, kept);
}

/** Rows are written in the order of their time: the oldest have the lowest ids, and no index of the time is needed. */
function oldest(table: string): string {
  return `DELETE FROM ${table} WHERE row_id IN
    (SELECT row_id FROM (SELECT row_id, at_ms FROM ${table} ORDER BY row_id LIMIT ${SLICE_ROWS}) WHERE at_ms < ?)`;
}

function slice(table: string, key: string, where: string, keptMs: number): { sql: string; keptMs: number } {
  const columns = key.replace(/[()]/g, '');
  return { sql: `DELETE FROM ${table} WHERE ${key} IN (SELECT ${columns} FROM ${table} WHERE ${where})`, keptMs };
}
