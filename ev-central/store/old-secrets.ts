// Brings the secrets of points in a database of the version before under the master key, once. Migrations are SQL and
// have no such key, so 0004 leaves the SHA-256 of each secret where it was; here it is wrapped, and every copy of it
// goes: SQLite leaves old bytes in free pages, between rows and in the WAL. So the database is written anew (VACUUM)
// and the WAL cut off. `unwrapped_sha256` tells how far that has come, whenever the process dies: first it holds the
// hash, then '' (wrapped, but old bytes may still lie about), at last NULL.
import { Failure } from '../../shared/failure.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';
import { attempt } from '../../shared/sqlite/database.ts';
import type { MasterKey } from './master-key.ts';

/** Nothing to do in a database of this version. @returns how many secrets were wrapped. @throws Failure */
export function wrapOldSecrets(db: Sqlite, master: MasterKey): number {
  if (db.prepare('SELECT 1 FROM charging_points WHERE unwrapped_sha256 IS NOT NULL').get() === undefined) return 0;
  const count = attempt('wrap the secrets of points', () => db.transaction(() => wrapAll(db, master)).immediate());
  attempt('write the database anew, without unwrapped secrets: it needs three times its size for that', () => {
    db.exec('VACUUM');
    cutOffWal(db);
  });
  attempt('note that no secret is left unwrapped', () =>
    db.prepare('UPDATE charging_points SET unwrapped_sha256 = NULL WHERE unwrapped_sha256 IS NOT NULL').run());
  return count;
}

function wrapAll(db: Sqlite, master: MasterKey): number {
  insistOnRightKey(db, master);
  const rows = db.prepare(`SELECT point_id AS pointId, unwrapped_sha256 AS hash FROM charging_points
    WHERE unwrapped_sha256 <> ''`).all() as { pointId: string; hash: string }[];
  const put = db.prepare("UPDATE charging_points SET wrapped_secret = ?, unwrapped_sha256 = '' WHERE point_id = ?");
  for (const { pointId, hash } of rows) put.run(master.secrets.wrap(pointId, hash), pointId);
  return rows.length;
}

/**
 * What is wrapped or chained with a key other than the rest of this database is would fit neither. @throws Failure
 */
export function insistOnRightKey(db: Sqlite, { keys, secrets }: Pick<MasterKey, 'keys' | 'secrets'>): void {
  const key = db.prepare('SELECT key_id AS id, wrapped_key AS wrapped FROM keys LIMIT 1').get();
  const secret = db.prepare(`SELECT point_id AS id, wrapped_secret AS wrapped FROM charging_points
    WHERE wrapped_secret IS NOT NULL LIMIT 1`).get();
  for (const [wrap, row] of [[keys, key], [secrets, secret]] as const) {
    const { id, wrapped } = (row ?? {}) as { id?: string; wrapped?: string };
    if (id !== undefined && wrapped !== undefined) wrap.unwrap(id, wrapped);
  }
}

function cutOffWal(db: Sqlite): void {
  const [result] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  if (result?.busy === 0) return;
  throw new Failure('database-locked',
    'cannot clear unwrapped secrets out of the database: another program is reading it; end that program');
}
