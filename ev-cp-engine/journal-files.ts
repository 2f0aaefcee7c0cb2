// The journal's files on the disk: one file of lines in a folder of its own (0700, 0600), and a lock, so that two
// processes never write one journal. The simulation puts its own disk in this place.
import { constants, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../shared/failure.ts';
import { flushFolder } from '../shared/flush-folder.ts';
import { mendPrivate } from '../shared/private-file.ts';

/** What the journal needs of a disk. */
export type JournalFiles = {
  /** The whole journal; null when there is none. */
  read(): Buffer | null;
  /** Writes at this byte and flushes. Rejects with the system's error; what is behind `atByte` is then undefined. */
  write(atByte: number, data: Buffer): Promise<void>;
  /** Puts a whole new journal in the old one's place, at once and flushed. */
  replace(data: Buffer): Promise<void>;
  /** Keeps a copy of a damaged journal beside it, for people. Returns its name. */
  keepDamaged(data: Buffer): string;
  close(): Promise<void>;
};

const NAME = 'journal.jsonl';
const DAMAGED = 'journal.damaged';

/**
 * Opens a journal's folder, makes it where it is missing, and takes its lock.
 * @throws Failure `not-writable`, `disk-full`, `bad-configuration` (another engine uses it)
 */
export function openJournalFiles(dir: string): JournalFiles {
  const path = join(dir, NAME);
  const release = tryDisk(dir, () => {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    for (const name of [NAME, DAMAGED]) mendPrivate(join(dir, name));
    return lock(dir);
  });
  let handle: FileHandle | null = null;

  function read(): Buffer | null {
    try {
      return readFileSync(path);
    } catch (cause) {
      if (isCode(cause, 'ENOENT')) return null;
      throw new Failure('journal-failed', `cannot read ${path}: give its owner the right to read it`, cause);
    }
  }

  async function write(atByte: number, data: Buffer): Promise<void> {
    handle ??= await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    for (let done = 0; done < data.length;) {
      const { bytesWritten } = await handle.write(data, done, data.length - done, atByte + done);
      done += bytesWritten;
    }
    await handle.datasync();
  }

  async function replace(data: Buffer): Promise<void> {
    const draft = join(dir, `${NAME}.next`);
    try {
      const next = await open(draft, 'w', 0o600);
      try {
        await next.writeFile(data);
        await next.datasync();
      } finally {
        await next.close();
      }
      await handle?.close();
      handle = null;
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    flushFolder(dir); // a rename is on the disk only when its folder is
  }

  function keepDamaged(data: Buffer): string {
    const copy = join(dir, DAMAGED);
    tryDisk(copy, () => writeFileSync(copy, data, { mode: 0o600 }));
    return copy;
  }

  async function close(): Promise<void> {
    await handle?.close();
    release();
  }

  return { read, write, replace, keepDamaged, close };
}

/** True when the disk has no room left (or the user's share of it). */
export function isDiskFull(error: unknown): boolean {
  return isCode(error, 'ENOSPC') || isCode(error, 'EDQUOT');
}

/**
 * A file with our process id. One whose process is gone (kill -9) is taken over; an id that now is our own is a
 * container's restart.
 */
function lock(dir: string): () => void {
  const path = join(dir, 'lock');
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
    const owner = readOwner(path);
    if (owner !== null && owner !== process.pid && isEngine(owner)) {
      throw new Failure('bad-configuration', `the journal in ${dir} is in use by another engine (process ${owner}): `
        + 'end it, or choose another --data-dir');
    }
    rmSync(path, { force: true });
  }
}

function readOwner(path: string): number | null {
  try {
    const owner = Number(readFileSync(path, 'utf8'));
    return Number.isSafeInteger(owner) && owner > 0 ? owner : null;
  } catch {
    return null;
  }
}

/** Whether a process lives and, where the system tells, is a Node program and not another that got the number. */
function isEngine(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return isCode(error, 'EPERM');
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('node');
  } catch {
    return true;
  }
}

function tryDisk<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    if (isDiskFull(cause)) throw new Failure('disk-full', `cannot write ${what}: the disk is full; make room`, cause);
    const advice = 'give it to this user, or choose another --data-dir';
    throw new Failure('not-writable', `cannot write ${what}: ${advice}`, cause);
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
