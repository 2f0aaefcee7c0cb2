// How the rows of the audit log are linked, and the one row that says where their chain begins and ends. A hash is
// HMAC-SHA-256, as 64 hexadecimal digits, under a key that is derived from the master key. What goes into it are
// netstrings (the number of bytes in decimal, a colon, the bytes of the UTF-8 text, a comma), one after the other:
//   of a row    'ev-audit-row-1', the hash of the row before it ('' for the first), row_id, at_ms, who, address,
//               action, outcome, parameters, each as it stands in the database, numbers in decimal
//   the seal    'ev-audit-state-1', the columns of audit_chain in their order but `id` and `seal`; NULL is ''
// Another content of a row needs another label.
import { createHmac, type KeyObject } from 'node:crypto';
import type { AuditRow } from '../core/rows.ts';
import type { SqlRecord, SqlValue } from './columns.ts';
import { defineCodec, json, nullable, text, whole } from './columns.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';

export const auditRows = defineCodec<AuditRow>({
  table: 'audit', key: [],
  fields: { atMs: whole(), who: text(), address: text(), action: text(), outcome: text(), parameters: json() },
});

/** A row as it stands in the database; `values` are in the order of `auditRows.columns`. */
export type ChainedRow = {
  readonly rowId: number; readonly values: readonly SqlValue[]; readonly atMs: number; readonly hash: string | null;
};

/** Where the chain begins and ends. Row ids are 0 where there is no such row. */
export type ChainState = {
  readonly madeAtMs: number;
  /** The last row that was there before the chain was made. */
  readonly olderRowId: number;
  /** The last row that was deleted for its age: on its hash the oldest one that is left is built. */
  readonly purgedRowId: number; readonly purgedRows: number; readonly purgedHash: string;
  readonly headRowId: number;
  /** All rows that were ever in the chain. */
  readonly headRows: number;
  readonly headHash: string;
  /** The first row of which EV_Central itself noticed, when it deleted it, that it did not fit; 0: this state. */
  readonly faultRowId: number | null; readonly faultAtMs: number | null;
};

/** The state of a chain without rows. */
export const NO_ROWS: ChainState = {
  madeAtMs: 0, olderRowId: 0, purgedRowId: 0, purgedRows: 0, purgedHash: '', headRowId: 0, headRows: 0, headHash: '',
  faultRowId: null, faultAtMs: null,
};

const chainStates = defineCodec<ChainState>({
  table: 'audit_chain', key: [],
  fields: {
    madeAtMs: whole(), olderRowId: whole(), purgedRowId: whole(), purgedRows: whole(), purgedHash: text(),
    headRowId: whole(), headRows: whole(), headHash: text(), faultRowId: nullable(whole()),
    faultAtMs: nullable(whole()),
  },
});

/** The rows in their order, for `rowsOf`; what is appended is WHERE and LIMIT. */
export const SELECT_CHAINED = `SELECT row_id, ${auditRows.columns.join(', ')}, hash FROM audit`;

/** A record of `SELECT_CHAINED`, read raw. */
export function chainedRow(record: readonly unknown[]): ChainedRow {
  const [rowId, ...rest] = record as readonly SqlValue[];
  const values = rest.slice(0, -1);
  return { rowId: Number(rowId), values, atMs: Number(values[0]), hash: (rest.at(-1) ?? null) as string | null };
}

export type Links = ReturnType<typeof prepareLinks>;

export function prepareLinks(db: Sqlite, key: KeyObject) {
  const columns = chainStates.columns;
  const read = db.prepare(`SELECT ${columns.join(', ')}, seal FROM audit_chain WHERE id = 1`);
  const write = db.prepare(`INSERT INTO audit_chain (id, ${columns.join(', ')}, seal)
    VALUES (1, ${columns.map(() => '?').join(', ')}, ?)
    ON CONFLICT (id) DO UPDATE SET ${[...columns, 'seal'].map((name) => `${name} = excluded.${name}`).join(', ')}`);
  const sealOf = (values: readonly SqlValue[]): string => hmac(key, ['ev-audit-state-1', ...values]);
  return {
    /** The hash of a row behind one with the hash `before`. */
    linkOf: (before: string, rowId: number, values: readonly SqlValue[]): string =>
      hmac(key, ['ev-audit-row-1', before, rowId, ...values]),
    /** Null when there is none; not sound when it was changed by hand or sealed under another master key. */
    state(): { state: ChainState; isSound: boolean } | null {
      const record = read.get() as SqlRecord | undefined;
      if (record === undefined) return null;
      // What somebody has put there may be no number that the codec would write.
      const seal = sealOf(columns.map((name) => record[name] as SqlValue));
      return { state: chainStates.decode(record), isSound: record['seal'] === seal };
    },
    putState(state: ChainState): void {
      const values = chainStates.encode(state);
      write.run(...values, sealOf(values));
    },
  };
}

function hmac(key: KeyObject, parts: readonly SqlValue[]): string {
  let netstrings = '';
  for (const part of parts) {
    const piece = part === null ? '' : String(part);
    netstrings += `${Buffer.byteLength(piece)}:${piece},`;
  }
  return createHmac('sha256', key).update(netstrings, 'utf8').digest('hex');
}
