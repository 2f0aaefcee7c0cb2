// One process a database: an open exclusive transaction on the neighbouring file `<database>.lock`. The system frees
// it on any death, also kill -9; readers of the database itself stay free.
import Database from 'better-sqlite3';
import { attempt, IN_MEMORY, makePrivateFile } from './database.ts';

export type Lock = { release(): void };

const POLL_MS = 250;

/** Takes the lock of a database file, or returns null when another process has it. @throws Failure */
export function acquireLock(databaseFile: string): Lock | null {
  if (databaseFile === IN_MEMORY) return { release: () => undefined };
  const file = `${databaseFile}.lock`;
  return attempt(`take the lock ${file}`, () => {
    makePrivateFile(file);
    const db = new Database(file, { timeout: 0 });
    try {
      db.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      db.close();
      if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null;
      throw error;
    }
    return { release: () => void db.close() };
  });
}

/**
 * Waits as a standby until the lock is free. Nothing else of the database may be looked at before: what another process
 * still changes would be stale.
 * @param acquire takes the lock, or returns null when another process has it
 * @param pause resolves after this time, or when `signal` is aborted
 * @param onWait called once when another process has it
 * @returns the lock, or null when `signal` was aborted first
 */
export async function waitForLock(
  { acquire, pause, signal, onWait }: {
    acquire: () => Lock | null; pause: (ms: number) => Promise<void>; signal: AbortSignal; onWait: () => void;
  },
): Promise<Lock | null> {
  let told = false;
  while (!signal.aborted) {
    const lock = acquire();
    if (lock !== null) return lock;
    if (!told) onWait();
    told = true;
    await pause(POLL_MS);
  }
  return null;
}
