// How far a running Central has come, seen from outside: its database is read beside it, and never written.
import Database from 'better-sqlite3';
import { attempt } from './database.ts';
import { prepareOffsets, type StoredPosition } from './offsets.ts';

/** The committed position of every partition that Central reads. Throws `Failure` when the file cannot be read. */
export function readPositions(file: string): StoredPosition[] {
  return attempt(`read the offsets of ${file}`, () => {
    const db = new Database(file, { readonly: true });
    try {
      return prepareOffsets(db).all();
    } finally {
      db.close();
    }
  });
}
