// The outbox: what must be delivered, written in the transaction of the state it came from, sent in row order.
import type { Send } from '../core/effects.ts';
import type { SqlRecord } from './columns.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';

/** A row that waits for the broker. `text` is the message as JSON, still to be sealed for `to`. */
export type OutboxRow = {
  readonly rowId: number;
  readonly topic: Send['topic'];
  readonly key: string;
  readonly to: string;
  readonly messageId: string;
  readonly text: string;
};

/** Rows that are sent in one order: commands, notices, and what nobody waits for (events, dead letters). */
export const OUTBOX_LANES = ['commands', 'notices', 'others'] as const;
export type OutboxLane = (typeof OUTBOX_LANES)[number];

const IN_LANE = {
  commands: "topic = 'commands'",
  notices: "topic = 'notices'",
  others: "topic NOT IN ('commands', 'notices')",
} as const satisfies Record<OutboxLane, string>;

export type Outbox = {
  /** Adds a row; runs inside the commit's transaction. */
  add(send: Send, nowMs: number): OutboxRow;
  /** Marks a row as acknowledged by the broker; runs inside the commit's transaction. */
  markDone(rowId: number, nowMs: number): void;
  pending(lane: OutboxLane, afterRow: number, limit: number): OutboxRow[];
  size(): number;
  reopen(sinceMs: number): number;
};

export function prepareOutbox(db: Sqlite): Outbox {
  const insert = db.prepare(
    'INSERT INTO outbox (topic, key, receiver, message_id, message, created_at_ms) VALUES (?, ?, ?, ?, ?, ?)');
  const done = db.prepare('UPDATE outbox SET done_at_ms = ? WHERE row_id = ? AND done_at_ms IS NULL');
  const pendingIn = (lane: OutboxLane) => db.prepare(`SELECT row_id, topic, key, receiver, message_id, message
    FROM outbox WHERE done_at_ms IS NULL AND ${IN_LANE[lane]} AND row_id > ? ORDER BY row_id LIMIT ?`);
  const pending = { commands: pendingIn('commands'), notices: pendingIn('notices'), others: pendingIn('others') };
  const reopen = db.prepare('UPDATE outbox SET done_at_ms = NULL WHERE done_at_ms >= ?');
  const count = db.prepare('SELECT count(*) FROM outbox WHERE done_at_ms IS NULL').pluck();
  // Counted once, then kept: the size is asked for with every batch. A failed commit ends the process.
  let size = Number(count.get());
  return {
    add({ topic, key, to, message }, nowMs) {
      const text = JSON.stringify(message);
      const { lastInsertRowid } = insert.run(topic, key, to, message.id, text, nowMs);
      size += 1;
      return { rowId: Number(lastInsertRowid), topic, key, to, messageId: message.id, text };
    },
    markDone(rowId, nowMs) {
      size -= done.run(nowMs, rowId).changes;
    },
    pending: (lane, afterRow, limit) => (pending[lane].all(afterRow, limit) as SqlRecord[]).map(outboxRow),
    size: () => size,
    reopen(sinceMs) {
      const { changes } = reopen.run(sinceMs);
      size += changes;
      return changes;
    },
  };
}

function outboxRow(record: SqlRecord): OutboxRow {
  return {
    rowId: Number(record['row_id']), topic: String(record['topic']) as Send['topic'], key: String(record['key']),
    to: String(record['receiver']), messageId: String(record['message_id']), text: String(record['message']),
  };
}
