// Opening the SQLite file: modes, durability, and its errors as failures that say what to do.
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { BugError } from '../assert.ts';
import { Failure } from '../failure.ts';
import { mendPrivate } from '../private-file.ts';

export type Sqlite = Database.Database;
export type Statement = Database.Statement<unknown[]>;

/** The name of a database that lives in memory alone. */
export const IN_MEMORY = ':memory:';

/**
 * Opens a database file, made with mode 0600 in a folder of mode 0700 when it is not there; or, in memory, the bytes of
 * one (`Sqlite.serialize`). Throws `Failure`.
 */
export function openDatabase(file: string | Buffer): Sqlite {
  return attempt(`open the database ${typeof file === 'string' ? file : 'in these bytes'}`, () => {
    if (typeof file === 'string' && file !== IN_MEMORY) makePrivateFile(file);
    const db = new Database(file);
    try {
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = FULL'); // what was answered must survive a power cut
      db.pragma('foreign_keys = ON');
      db.pragma('busy_timeout = 2000'); // an instructor's sqlite3 may hold it for a moment
      // Live meters write the same pages in every commit: they are brought to the file once for several commits.
      db.pragma('wal_autocheckpoint = 8000');
      db.pragma('journal_size_limit = 67108864');
    } catch (error) {
      db.close();
      throw error;
    }
    return db;
  });
}

/** Makes the file if it is missing, and readable by its owner alone; SQLite makes -wal and -shm with the same mode. */
export function makePrivateFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
  for (const part of [file, `${file}-wal`, `${file}-shm`]) mendPrivate(part);
}

/** Runs a step on the database; its error becomes a `Failure` that says what was attempted. */
export function attempt<T>(what: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw databaseFailure(what, error);
  }
}

/** The failure for an error of SQLite or of the file system; other errors stay what they are. */
export function databaseFailure(what: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (error instanceof Failure || error instanceof BugError || code === '') return error;
  if (['SQLITE_FULL', 'ENOSPC', 'EDQUOT', 'SQLITE_IOERR_SHMSIZE'].includes(code)) {
    return new Failure('disk-full', `cannot ${what}: the disk is full; make space`, error);
  }
  if (/^SQLITE_(READONLY|CANTOPEN|PERM)|^(EACCES|EPERM|EROFS|ENOENT|ENOTDIR|EISDIR|EEXIST)$/.test(code)) {
    return new Failure('not-writable', `cannot ${what}: give a file in a folder that this user can write`, error);
  }
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
    return new Failure('database-locked', `cannot ${what}: another program is writing to it; end that program`, error);
  }
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code)) {
    return new Failure('database-failed', `cannot ${what}: it is damaged or no database; restore a copy`, error);
  }
  if (code.startsWith('SQLITE_CONSTRAINT') || code === 'SQLITE_MISMATCH') {
    return new BugError(`cannot ${what}: a row breaks the schema: ${error instanceof Error ? error.message : ''}`);
  }
  return new Failure('database-failed', `cannot ${what}: check the disk, then start again`, error);
}
