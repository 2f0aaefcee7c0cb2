// Writes the audit log as a chain and deletes its oldest rows. Neither stops for a chain that somebody broke, because
// charging must go on; but nothing that is done here makes a broken one fit again: what was noticed is kept in the
// sealed state until somebody makes the chain anew. What the rows themselves show is found by audit-check.ts.
import type { KeyObject } from 'node:crypto';
import type { AuditRow } from '../core/rows.ts';
import type { ChainState, Links } from './audit-link.ts';
import { auditRows, chainedRow, NO_ROWS, prepareLinks, SELECT_CHAINED } from './audit-link.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';

export type AuditChain = {
  /** Writes rows behind the last one. It runs inside the transaction that writes the rest of the batch. */
  append(rows: readonly AuditRow[]): void;
  /** Deletes at most `limit` of the oldest rows, up to one from before `beforeMs`. In a transaction of the caller. */
  purge(given: { nowMs: number; beforeMs: number; limit: number }): number;
};

export function prepareAuditChain(db: Sqlite, key: KeyObject): AuditChain {
  const links = prepareLinks(db, key);
  return { append: prepareAppend(db, links), purge: preparePurgeOfAudit(db, links) };
}

/**
 * The state is read anew in every transaction: `admin service-key` writes beside a running Central. Row ids go on from
 * the head also when the rows before it are gone, and behind rows that somebody put in past EV_Central; but not behind
 * one with an id that leaves no room.
 */
function prepareAppend(db: Sqlite, links: Links) {
  const lastRowId = db.prepare(`SELECT max(row_id) FROM audit WHERE row_id < ${2 ** 52}`).pluck();
  const insert = db.prepare(`INSERT INTO audit (row_id, ${auditRows.columns.join(', ')}, hash)
    VALUES (?, ${auditRows.columns.map(() => '?').join(', ')}, ?)`);
  return (rows: readonly AuditRow[]): void => {
    const [first] = rows;
    if (first === undefined) return;
    const state = soundState(links, first.atMs);
    let rowId = Math.max(state.headRowId, Number(lastRowId.get() ?? 0));
    let hash = state.headHash;
    for (const row of rows) {
      rowId += 1;
      const values = auditRows.encode(row);
      hash = links.linkOf(hash, rowId, values);
      insert.run(rowId, ...values, hash);
    }
    links.putState({ ...state, headRowId: rowId, headRows: state.headRows + rows.length, headHash: hash });
  };
}

/**
 * Rows are written in the order of their time: the oldest have the lowest ids, and no index of the time is needed. A
 * row that does not fit says nothing about its age: it goes only with a later one that fits and is old, and leaves a
 * note. Otherwise somebody could have EV_Central itself delete what he wants to be rid of, by a date.
 */
function preparePurgeOfAudit(db: Sqlite, links: Links) {
  const anyOld = db.prepare(
    'SELECT 1 FROM (SELECT at_ms FROM audit ORDER BY row_id LIMIT ?) WHERE at_ms < ? LIMIT 1');
  const oldest = db.prepare(`${SELECT_CHAINED} ORDER BY row_id LIMIT ?`).raw();
  const remove = db.prepare('DELETE FROM audit WHERE row_id <= ?');
  return ({ nowMs, beforeMs, limit }: { nowMs: number; beforeMs: number; limit: number }): number => {
    if (anyOld.get(limit, beforeMs) === undefined) return 0;
    const state = soundState(links, nowMs);
    let before = state.purgedHash;
    const rows = (oldest.all(limit) as unknown[][]).map(chainedRow).map((row) => {
      const fits = row.hash === links.linkOf(before, row.rowId, row.values);
      before = row.hash ?? before;
      return { ...row, fits };
    });
    const gone = rows.slice(0, 1 + rows.findLastIndex((row) => row.fits && row.atMs < beforeMs));
    const last = gone.at(-1);
    if (last === undefined) return 0;
    const misfit = state.faultAtMs === null ? gone.find(({ fits }) => !fits) : undefined;
    const note = misfit === undefined ? {} : { faultRowId: misfit.rowId, faultAtMs: nowMs };
    remove.run(last.rowId);
    links.putState({
      ...state, ...note, purgedRowId: last.rowId, purgedRows: state.purgedRows + gone.length,
      purgedHash: last.hash ?? '',
    });
    return gone.length;
  };
}

/** The state to go on with: of one that is missing or was changed nothing is believed, and that is noted. */
function soundState(links: Links, nowMs: number): ChainState {
  const known = links.state();
  return known?.isSound === true ? known.state : { ...NO_ROWS, faultRowId: 0, faultAtMs: nowMs };
}
