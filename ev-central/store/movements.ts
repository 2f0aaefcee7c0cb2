// The ledger in the database: a row for each movement, a row for each of its postings. Triggers refuse to change or
// delete them (0007), so both are written in one go and only read afterwards.
import { assertBalanced } from '../core/ledger.ts';
import type { Movement } from '../core/rows.ts';
import type { SqlRecord } from './columns.ts';
import { defineCodec, json, nullable, text, whole } from './columns.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';

/** A movement as it is read: with its number. */
export type StoredMovement = { readonly movementId: number } & Movement;

/** Prepares the writing of movements; runs inside the commit's transaction. The wallet that it is about comes first. */
export function prepareMovements(db: Sqlite): (row: Movement) => void {
  const movement = db.prepare(`INSERT INTO movements (at_ms, kind, currency, session_id, ticket_id, reason, ordered_by)
    VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const posting = db.prepare(`INSERT INTO postings (movement_id, place, account, amount_minor, balance_minor)
    VALUES (?, ?, ?, ?, ?)`);
  return ({ atMs, kind, currency, sessionId, ticketId, reason, by, postings }) => {
    assertBalanced(postings);
    const { lastInsertRowid } = movement.run(atMs, kind, currency, sessionId, ticketId, reason, by);
    for (const [place, { account, amountMinor, balanceMinor }] of postings.entries()) {
      posting.run(lastInsertRowid, place, account, amountMinor, balanceMinor);
    }
  };
}

export const SELECT_MOVEMENTS = `SELECT row_id AS cursor, row_id AS movement_id, at_ms, kind, currency, session_id,
  ticket_id, reason, ordered_by, (SELECT json_group_array(json_object('account', p.account,
    'amountMinor', p.amount_minor, 'balanceMinor', p.balance_minor) ORDER BY p.place)
    FROM postings p WHERE p.movement_id = row_id) AS postings
  FROM movements`;

/** The condition that a movement touches an account, which an expression of SQL gives. */
export function ofAccount(expression: string): string {
  return `row_id IN (SELECT movement_id FROM postings WHERE account = ${expression})`;
}

export function movementRow(record: SqlRecord): StoredMovement {
  const { orderedBy: by, ...row } = movementRows.decode(record);
  return { ...row, by };
}

const movementRows = defineCodec<Omit<StoredMovement, 'by'> & { readonly orderedBy: string }>({
  table: 'movements', key: [],
  fields: {
    movementId: whole(), atMs: whole(), kind: text(), currency: text(), postings: json(), sessionId: nullable(text()),
    ticketId: nullable(text()), reason: text(), orderedBy: text(),
  },
});
