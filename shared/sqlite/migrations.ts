// Brings a database to the newest version: numbered SQL files, each applied once, in order, in a transaction of its
// own, recorded with its checksum. A changed or missing older file, or a database newer than this program, is refused.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { Failure } from '../failure.ts';
import type { Sqlite } from './database.ts';
import { attempt } from './database.ts';

/** A migration as it stands in a file such as `0007-what-it-does.sql`. */
export type Migration = { readonly version: number; readonly name: string; readonly sql: string };

/** Reads the migrations of this program, in order. Throws `Failure` when the numbers have a gap. */
export function readMigrations(folder: URL): Migration[] {
  const files = attempt('read the migrations of the database', () => readdirSync(folder))
    .filter((name) => name.endsWith('.sql')).sort();
  return files.map((name, i) => {
    const version = Number(/^(\d{4})-/.exec(name)?.[1]);
    if (version !== i + 1) {
      throw new Failure('bad-configuration', `migration ${name} is out of order: number ${i + 1} is expected there`);
    }
    return { version, name, sql: readFileSync(new URL(name, folder), 'utf8') };
  });
}

/**
 * Applies what is missing, up to `upTo` (tests stop at an older version).
 * @returns the names of the migrations that were applied now
 */
export function migrate(
  db: Sqlite, migrations: readonly Migration[], clock: { now(): number }, upTo = migrations.length,
): string[] {
  return attempt('bring the database to the newest version', () => {
    db.exec(`CREATE TABLE IF NOT EXISTS schema_migrations (
      version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at_ms INTEGER NOT NULL
    ) STRICT`);
    const applied = refuseForeignHistory(db, migrations);
    const record = db.prepare('INSERT INTO schema_migrations VALUES (?, ?, ?, ?)');
    const missing = migrations.slice(applied, upTo);
    for (const migration of missing) {
      db.transaction(() => {
        db.exec(migration.sql);
        record.run(migration.version, migration.name, checksum(migration), clock.now());
      }).immediate();
    }
    return missing.map((migration) => migration.name);
  });
}

/** Compares what was applied with the files; returns how many were. */
function refuseForeignHistory(db: Sqlite, migrations: readonly Migration[]): number {
  const rows = db.prepare('SELECT version, name, checksum FROM schema_migrations ORDER BY version').all() as
    { version: number; name: string; checksum: string }[];
  rows.forEach((row, i) => {
    const migration = migrations[i];
    if (migration === undefined) {
      throw new Failure('bad-configuration',
        `this database is newer (version ${rows.length}, ${row.name}) than this program (version `
        + `${migrations.length}): start the newer program, or take another database file`);
    }
    if (row.version !== migration.version || row.checksum !== checksum(migration)) {
      throw new Failure('bad-configuration',
        `migration ${row.name} of this database is not the file ${migration.name} of this program: a migration that `
        + 'was applied is never changed; put the file back and write a new one');
    }
  });
  return rows.length;
}

/** Line ends differ between checkouts; they do not change a migration. */
function checksum(migration: Migration): string {
  return createHash('sha256').update(migration.sql.replaceAll('\r\n', '\n')).digest('hex');
}
