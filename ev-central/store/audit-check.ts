// Verifies the chain of the audit log from its oldest row to its end, against the sealed state, and against a head that
// somebody kept elsewhere. It reads one snapshot, row by row, and changes nothing.
import type { KeyObject } from 'node:crypto';
import type { ChainedRow, ChainState, Links } from './audit-link.ts';
import { chainedRow, prepareLinks, SELECT_CHAINED } from './audit-link.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';

/** A row that the log ended with at some time, and its hash. */
export type AuditHead = { readonly rowId: number; readonly hash: string };

/** What does not fit. Of the rows, the first one is told. */
export type AuditFault =
  /** `audit_chain` is empty, though rows have hashes. */
  | { readonly kind: 'state-missing' }
  /** `audit_chain` was changed by hand, or the master key is another one. */
  | { readonly kind: 'state-changed' }
  /** EV_Central noticed it when it wrote or deleted rows, and what it was may be gone by now. Row 0: `audit_chain`. */
  | { readonly kind: 'noticed'; readonly rowId: number; readonly atMs: number }
  | { readonly kind: 'rows-missing'; readonly rowId: number; readonly from: number; readonly to: number }
  /** Written by something else than EV_Central, or its hash was erased. */
  | { readonly kind: 'row-without-hash'; readonly rowId: number }
  /** The row after it is built on its hash: its content was changed. */
  | { readonly kind: 'row-changed'; readonly rowId: number }
  /** The row after it does not fit either: exchanged, put in, or several were changed. */
  | { readonly kind: 'row-out-of-place'; readonly rowId: number }
  | { readonly kind: 'end-missing'; readonly from: number; readonly to: number }
  /** Rows that fit stand behind the end: an older `audit_chain` was put back. */
  | { readonly kind: 'end-set-back'; readonly rowId: number; readonly headRowId: number }
  | { readonly kind: 'expected-missing'; readonly rowId: number }
  | { readonly kind: 'expected-differs'; readonly rowId: number }
  /** Deleted for its age since: nothing is left to compare with. */
  | { readonly kind: 'expected-purged'; readonly rowId: number };

export type AuditReport = {
  /** Rows that were read; how many of them do not fit, and the first and last. */
  readonly rows: number; readonly misfits: number;
  readonly firstRowId: number | null; readonly lastRowId: number | null;
  /** Null where there is no state. */
  readonly state: Omit<ChainState, 'headHash' | 'purgedHash'> | null;
  /** The end of the chain as `audit_chain` has it; null while there is no row. */
  readonly head: AuditHead | null;
  /** Empty: sound. */
  readonly faults: readonly AuditFault[];
};

export function prepareAuditCheck(db: Sqlite, key: KeyObject): (expected: AuditHead | null) => AuditReport {
  const links = prepareLinks(db, key);
  const all = db.prepare(`${SELECT_CHAINED} ORDER BY row_id`).raw();
  return db.transaction((expected: AuditHead | null): AuditReport => {
    const known = links.state();
    const walk = walkRows(all.iterate() as Iterable<unknown[]>, links, { state: known?.state ?? null, expected });
    const { rows, misfits, firstRowId, last } = walk;
    const counted = { rows, misfits, firstRowId, lastRowId: last?.rowId ?? null };
    if (known === null) return { ...counted, state: null, head: null, faults: [{ kind: 'state-missing' }] };
    const { headHash, purgedHash: _hash, ...state } = known.state;
    const faults: AuditFault[] = [
      ...(known.isSound ? [] : [{ kind: 'state-changed' } as const]),
      ...(state.faultRowId === null ? []
        : [{ kind: 'noticed', rowId: state.faultRowId, atMs: state.faultAtMs ?? 0 } as const]),
      ...(walk.fault === null ? [] : [walk.fault]), ...endFaults(known.state, walk),
      ...(expected === null ? [] : expectedFaults(expected, known.state, walk.expectedHash)),
    ];
    const head = state.headRows === 0 ? null : { rowId: state.headRowId, hash: headHash };
    return { ...counted, state, head, faults };
  });
}

type Walk = {
  readonly rows: number; readonly misfits: number; readonly firstRowId: number | null;
  readonly last: ChainedRow | null; readonly fault: AuditFault | null;
  /** The hash of the row that a head names; undefined when no row has its id. */
  readonly expectedHash: string | null | undefined;
};

function walkRows(
  records: Iterable<unknown[]>, links: Links,
  { state, expected }: { state: ChainState | null; expected: AuditHead | null },
): Walk {
  let before = { rowId: state?.purgedRowId ?? 0, hash: state?.purgedHash ?? '' };
  let [rows, misfits] = [0, 0];
  let firstRowId: number | null = null;
  let last: ChainedRow | null = null;
  let fault: AuditFault | null = null;
  let expectedHash: string | null | undefined;
  for (const record of records) {
    const row = chainedRow(record);
    const fits = row.hash === links.linkOf(before.hash, row.rowId, row.values);
    // What the first misfit is shows by whether the next row is built on it.
    if (misfits === 1 && last !== null && fault?.kind === 'row-out-of-place' && fault.rowId === last.rowId && fits) {
      fault = { kind: 'row-changed', rowId: last.rowId };
    }
    if (!fits) {
      misfits += 1;
      fault ??= misfit(row, before.rowId);
    }
    if (row.rowId === expected?.rowId) expectedHash = row.hash;
    before = { rowId: row.rowId, hash: row.hash ?? before.hash };
    firstRowId ??= row.rowId;
    last = row;
    rows += 1;
  }
  // The last row has none behind it, but the head.
  if (fault?.kind === 'row-out-of-place' && fault.rowId === last?.rowId && last.hash === state?.headHash) {
    fault = { kind: 'row-changed', rowId: last.rowId };
  }
  return { rows, misfits, firstRowId, last, fault, expectedHash };
}

function misfit({ rowId, hash }: ChainedRow, beforeRowId: number): AuditFault {
  if (hash === null) return { kind: 'row-without-hash', rowId };
  return rowId > beforeRowId + 1 ? { kind: 'rows-missing', rowId, from: beforeRowId + 1, to: rowId - 1 }
    : { kind: 'row-out-of-place', rowId };
}

/** The chain alone does not show that its end was cut off: the head does. */
function endFaults({ headRowId, purgedRowId }: ChainState, { last, misfits }: Walk): AuditFault[] {
  const lastRowId = last?.rowId ?? purgedRowId;
  if (lastRowId < headRowId) return [{ kind: 'end-missing', from: lastRowId + 1, to: headRowId }];
  // Behind rows that do not fit this may be one of them.
  return lastRowId > headRowId && misfits === 0 ? [{ kind: 'end-set-back', rowId: lastRowId, headRowId }] : [];
}

function expectedFaults(
  { rowId, hash }: AuditHead, { purgedRowId, purgedHash }: ChainState, found: string | null | undefined,
): AuditFault[] {
  if (rowId < purgedRowId) return [{ kind: 'expected-purged', rowId }];
  const stored = rowId === purgedRowId ? purgedHash : found;
  if (stored === undefined) return [{ kind: 'expected-missing', rowId }];
  return stored === hash ? [] : [{ kind: 'expected-differs', rowId }];
}
