// One Central a database: an open exclusive transaction on the neighbouring file `<database>.lock`. The system frees
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
 * Waits as a standby until the lock is free.
 * @param onWait called once when another process has it
 * @returns the lock, or null when `signal` was aborted first
 */
export async function waitForLock(
  databaseFile: string, options: { signal: AbortSignal; onWait?: () => void; pollMs?: number },
): Promise<Lock | null> {
  let told = false;
  while (!options.signal.aborted) {
    const lock = acquireLock(databaseFile);
    if (lock !== null) return lock;
    if (!told) options.onWait?.();
    told = true;
    await pause(options.pollMs ?? POLL_MS, options.signal);
  }
  return null;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
