// Chains the audit log of a database of the version before, once: migrations are SQL and have no master key. The state
// says which rows were there already, and a row of the log itself says when they were chained: what became of them
// before, nobody can tell. The same happens where somebody took all hashes and the state away: it shows by that row.
import { prepareAuditChain } from './audit-chain.ts';
import type { Links } from './audit-link.ts';
import { chainedRow, NO_ROWS, prepareLinks, SELECT_CHAINED } from './audit-link.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';
import { attempt } from '../../shared/sqlite/database.ts';
import type { MasterKey } from './master-key.ts';
import { insistOnRightKey } from './old-secrets.ts';

const PAGE_ROWS = 1_000;

/**
 * Makes the chain where there is none. A state that is missing beside rows with hashes is left missing, for
 * audit-check.ts to find.
 * @returns how many rows were chained that were there before. @throws Failure
 */
export function chainOldAudit(db: Sqlite, master: MasterKey, nowMs: number): number {
  const links = prepareLinks(db, master.auditKey);
  if (!isUnchained(db, links)) return 0;
  const chain = db.transaction((): number => (isUnchained(db, links) ? chainAll(db, master, links, nowMs) : 0));
  return attempt('chain the audit log', () => chain.immediate());
}

function isUnchained(db: Sqlite, links: Links): boolean {
  return links.state() === null && db.prepare('SELECT 1 FROM audit WHERE hash IS NOT NULL LIMIT 1').get() === undefined;
}

function chainAll(db: Sqlite, master: MasterKey, links: Links, nowMs: number): number {
  insistOnRightKey(db, master);
  const page = db.prepare(`${SELECT_CHAINED} WHERE row_id > ? ORDER BY row_id LIMIT ${PAGE_ROWS}`).raw();
  const put = db.prepare('UPDATE audit SET hash = ? WHERE row_id = ?');
  const firstRowId = Number(db.prepare('SELECT min(row_id) FROM audit').pluck().get() ?? 1);
  let [hash, last, count] = ['', firstRowId - 1, 0];
  for (;;) {
    const rows = (page.all(last) as unknown[][]).map(chainedRow);
    for (const { rowId, values } of rows) {
      hash = links.linkOf(hash, rowId, values);
      put.run(hash, rowId);
      last = rowId;
    }
    count += rows.length;
    if (rows.length < PAGE_ROWS) break;
  }
  links.putState({
    ...NO_ROWS, madeAtMs: nowMs, olderRowId: last, purgedRowId: firstRowId - 1, headRowId: last, headRows: count,
    headHash: hash,
  });
  if (count > 0) {
    prepareAuditChain(db, master.auditKey).append([{
      atMs: nowMs, who: 'ev-central', address: '', action: 'audit-chained', outcome: 'done',
      parameters: { rows: count, lastRow: last },
    }]);
  }
  return count;
}
