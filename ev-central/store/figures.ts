// Counts what is stored: tickets with their meter values, refunds, fees of plans, attempts. The same functions count it
// when it is written, and again when all figures are made anew.
import { figuresOfAttempt, RETRY_WITHIN_MS } from '../core/figures/attempt.ts';
import type { AttemptRow, StoredAttempt } from '../core/figures/attempt-row.ts';
import { figuresOfSpan } from '../core/figures/condition.ts';
import type { ConditionRow } from '../core/figures/condition-row.ts';
import {
  figuresOfPlanFee, figuresOfRefund, figuresOfTicket, type Reading, type TicketSession,
} from '../core/figures/ticket-figures.ts';
import type { Movement } from '../core/rows.ts';
import type { SessionId } from '../../shared/ids.ts';
import type { Ticket } from '../../shared/messages/values.ts';
import type { SqlRecord } from './columns.ts';
import { prepareConditions } from './conditions.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';
import { attemptRows, spanRows } from './figure-rows.ts';
import { prepareFigureWriter } from './figure-writer.ts';
import { movementRow, SELECT_MOVEMENTS } from './movements.ts';
import { ticketRows } from './ticket-rows.ts';

/** What counts; each runs inside the commit's transaction, after what it counts was written. */
export type FigureCounter = {
  ticket(ticket: Ticket): void;
  movement(movement: Movement): void;
  /** Writes the attempt and counts what is new in it. */
  attempt(attempt: AttemptRow): void;
  /** Writes how a connector is, and counts what is over with it. */
  condition(row: ConditionRow): void;
  flush(): void;
};

export function prepareFigureCounter(db: Sqlite): FigureCounter {
  const writer = prepareFigureWriter(db);
  const read = prepareCounted(db);
  const known = db.prepare(`SELECT ${attemptRows.columns.join(', ')} FROM attempts
    WHERE driver_id = ? AND request_id = ?`);
  const failedBefore = db.prepare(`SELECT 1 FROM attempts
    WHERE driver_id = ? AND decided_at_ms > ? AND decided_at_ms <= ? AND outcome = 'failed' AND site_id IS ?`);
  const put = db.prepare(`INSERT OR REPLACE INTO attempts (${attemptRows.columns.join(', ')})
    VALUES (${attemptRows.columns.map(() => '?').join(', ')})`);
  const isFirst = ({ driverId, siteId, requestedAtMs }: AttemptRow): boolean =>
    failedBefore.get(driverId, requestedAtMs - RETRY_WITHIN_MS, requestedAtMs, siteId) === undefined;
  return {
    ticket: (ticket) => writer.add(read.ofTicket(ticket)),
    movement: (movement) => writer.add(read.ofMovement(movement)),
    attempt(attempt) {
      const record = known.get(attempt.driverId, attempt.requestId) as SqlRecord | undefined;
      const before = record === undefined ? null : attemptRows.decode(record);
      const after: StoredAttempt = {
        ...attempt, leftQueueAtMs: attempt.leftQueueAtMs ?? before?.leftQueueAtMs ?? null,
        isFirst: before?.isFirst ?? isFirst(attempt),
      };
      if (before !== null) writer.add(figuresOfAttempt(before), -1);
      writer.add(figuresOfAttempt(after));
      put.run(attemptRows.encode(after));
    },
    condition: prepareConditions(db, (span) => writer.add(figuresOfSpan(span))),
    flush: () => writer.flush(),
  };
}

/** What rows count, with what they need to be read beside them. */
export function prepareCounted(db: Sqlite) {
  const sessionOf = db.prepare('SELECT payer, time_zone AS timeZone FROM charging_sessions WHERE session_id = ?');
  const valuesOf = db.prepare(`SELECT register_wh AS registerWh, at_ms AS atMs, kind FROM meter_values
    WHERE session_id = ? ORDER BY sample`);
  const ticketOf = db.prepare(`SELECT ${ticketRows.columns.join(', ')} FROM tickets WHERE ticket_id = ?`);
  const session = (id: SessionId): TicketSession => sessionOf.get(id) as TicketSession;
  return {
    ofTicket: (ticket: Ticket) =>
      figuresOfTicket(ticket, session(ticket.sessionId), valuesOf.all(ticket.sessionId) as Reading[]),
    ofMovement(movement: Movement) {
      if (movement.kind === 'subscription') return figuresOfPlanFee(movement);
      if (movement.kind !== 'refund' || movement.ticketId === null) return [];
      const record = ticketOf.get(movement.ticketId) as SqlRecord | undefined;
      if (record === undefined) return [];
      const ticket = ticketRows.decode(record);
      return figuresOfRefund(movement, ticket, session(ticket.sessionId));
    },
  };
}

const PAGE_ROWS = 500;
const MADE = ['figures', 'figure_sums', 'figure_causes'];

/** Makes all figures anew from what is stored, in one transaction. Returns how many rows were counted. */
export function rebuildFigures(db: Sqlite): number {
  const writer = prepareFigureWriter(db);
  const read = prepareCounted(db);
  const rebuild = db.transaction((): number => {
    for (const table of MADE) db.prepare(`DELETE FROM ${table}`).run();
    addOldAttempts(db);
    let rows = 0;
    const each = (select: string, cursor: string, count: (record: SqlRecord) => void): void => {
      const page = db.prepare(`${select} AND ${cursor} > ? ORDER BY ${cursor} LIMIT ${PAGE_ROWS}`);
      for (let records: SqlRecord[] = [], after = 0; ; after = Number(records.at(-1)?.['cursor'])) {
        records = page.all(after) as SqlRecord[];
        for (const record of records) count(record);
        rows += records.length;
        writer.flush();
        if (records.length < PAGE_ROWS) return;
      }
    };
    each(`SELECT row_id AS cursor, ${ticketRows.columns.join(', ')} FROM tickets WHERE 1`, 'row_id',
      (record) => writer.add(read.ofTicket(ticketRows.decode(record))));
    each(`${SELECT_MOVEMENTS} WHERE kind IN ('refund', 'subscription')`, 'row_id',
      (record) => writer.add(read.ofMovement(movementRow(record))));
    each(`SELECT row_id AS cursor, ${spanRows.columns.join(', ')} FROM connector_spans WHERE 1`, 'row_id',
      (record) => writer.add(figuresOfSpan(spanRows.decode(record))));
    rows += eachAttempt(db, (attempt) => writer.add(figuresOfAttempt(attempt)), () => writer.flush());
    db.prepare('UPDATE figure_upkeep SET is_built = 1').run();
    return rows;
  });
  return rebuild.immediate();
}

/** Once, for a database that is older than its figures. Returns how many rows were counted; null: nothing to do. */
export function buildOldFigures(db: Sqlite): number | null {
  const isBuilt = db.prepare('SELECT is_built FROM figure_upkeep').pluck().get() === 1;
  return isBuilt ? null : rebuildFigures(db);
}

function eachAttempt(db: Sqlite, count: (attempt: StoredAttempt) => void, flush: () => void): number {
  const page = db.prepare(`SELECT ${attemptRows.columns.join(', ')} FROM attempts
    WHERE (driver_id, request_id) > (?, ?) ORDER BY driver_id, request_id LIMIT ${PAGE_ROWS}`);
  let rows = 0;
  for (let last: StoredAttempt | undefined, more = true; more;) {
    const attempts = (page.all(last?.driverId ?? '', last?.requestId ?? '') as SqlRecord[]).map(attemptRows.decode);
    for (const attempt of attempts) count(attempt);
    flush();
    rows += attempts.length;
    last = attempts.at(-1);
    more = attempts.length === PAGE_ROWS;
  }
  return rows;
}

/** Sessions that were over before attempts were noted: when they left the queue, nothing says; refusals are gone. */
function addOldAttempts(db: Sqlite): void {
  const added = db.prepare(`INSERT OR IGNORE INTO attempts (${attemptRows.columns.join(', ')})
    SELECT driver_id, request_id, session_id, site_id, point_id, payer, time_zone, requested_at_ms, queued_at_ms, NULL,
      state_since_ms, iif(energy_wh > 0, 'charged', 'failed'),
      iif(energy_wh > 0, NULL, coalesce(refusal, end_reason, iif(state = 'expired', 'not-plugged-in', 'taken-back'))), 1
    FROM charging_sessions WHERE settled = 1 AND session_id <> request_id`).run().changes;
  if (added === 0) return;
  db.prepare(`UPDATE attempts AS a SET is_first = 0 WHERE EXISTS (SELECT 1 FROM attempts AS b
    WHERE b.driver_id = a.driver_id AND b.decided_at_ms > a.requested_at_ms - ${RETRY_WITHIN_MS}
      AND b.decided_at_ms <= a.requested_at_ms AND b.outcome = 'failed' AND b.site_id IS a.site_id)`).run();
}
