// What a driver's client keeps on disk, so that a restarted one misses nothing: every notice it was given (a JSON line
// each), and one file for each request that is under way. Files are the owner's only. Several clients of one driver
// may run at once (a screen and a script): notices are only added, and each touches only its own request files.
import {
  appendFileSync, chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../shared/failure.ts';
import type { RequestId, UserId } from '../shared/ids.ts';
import { LIMITS } from '../shared/limits.ts';
import { noticeSchema, type Notice } from '../shared/messages/notice.ts';
import type { Charge } from './charges.ts';

/** What a client needs of its store. */
export type DriverStore = {
  load(): { notices: Notice[]; charges: Charge[] };
  keepNotice(notice: Notice): void;
  forgetNotices(): void;
  keepCharge(charge: Charge): void;
  forgetCharge(requestId: RequestId): void;
  /** Writes what waits to be written. */
  flush(): void;
};

/** A store that keeps nothing. */
export const noStore: DriverStore = {
  load: () => ({ notices: [], charges: [] }),
  keepNotice: () => undefined, forgetNotices: () => undefined, keepCharge: () => undefined,
  forgetCharge: () => undefined, flush: () => undefined,
};

/**
 * Opens the store of one driver under `dir/<driver id>`. With `lazy` writes wait for `flush` (a fleet calls it once a
 * second); else each is on disk when the call returns. Throws `Failure('not-writable')`.
 */
export function openDriverStore(options: { dir: string; driverId: UserId; lazy: boolean }): DriverStore {
  const dir = join(options.dir, options.driverId);
  const noticesFile = join(dir, 'notices.jsonl');
  const requestsDir = join(dir, 'requests');
  let lines: string[] = [];
  const changed = new Map<RequestId, Charge | null>();
  const written = new Set<RequestId>();

  writing(dir, () => {
    mkdirSync(requestsDir, { recursive: true, mode: 0o700 });
    chmodSync(dir, 0o700);
  });

  function load(): { notices: Notice[]; charges: Charge[] } {
    const notices = readNotices(noticesFile);
    if (notices.length > 2 * LIMITS.noticesOfDriver) {
      notices.splice(0, notices.length - LIMITS.noticesOfDriver);
      const text = notices.map((notice) => `${JSON.stringify(notice)}\n`).join('');
      writing(dir, () => replaceFile(noticesFile, text));
    }
    return { notices, charges: readCharges(requestsDir, written) };
  }

  function flush(): void {
    if (lines.length === 0 && changed.size === 0) return;
    writing(dir, () => {
      if (lines.length > 0) appendFileSync(noticesFile, lines.join(''), { mode: 0o600 });
      lines = [];
      for (const [id, charge] of changed) writeCharge(id, charge);
      changed.clear();
    });
  }

  function writeCharge(id: RequestId, charge: Charge | null): void {
    const file = join(requestsDir, `${encodeURIComponent(id)}.json`);
    if (charge !== null) {
      replaceFile(file, JSON.stringify({ pid: process.pid, charge }));
      written.add(id);
    } else if (written.delete(id)) rmSync(file, { force: true });
  }

  function later(): void {
    if (!options.lazy) flush();
  }

  return {
    load, flush,
    keepNotice(notice) {
      lines.push(`${JSON.stringify(notice)}\n`);
      later();
    },
    forgetNotices() {
      lines = [];
      writing(dir, () => rmSync(noticesFile, { force: true }));
    },
    keepCharge(charge) {
      changed.set(charge.requestId, charge);
      later();
    },
    forgetCharge(id) {
      changed.set(id, null);
      later();
    },
  };
}

/** The kept notices in order, each number once; a line cut off by a crash is left out, Central sends it again. */
function readNotices(file: string): Notice[] {
  if (!existsSync(file)) return [];
  const byNumber = new Map<number, Notice>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const parsed = noticeSchema.safeParse(parseJson(line));
    if (parsed.success) byNumber.set(parsed.data.number, parsed.data);
  }
  return [...byNumber.values()].sort((a, b) => a.number - b.number);
}

/** Requests that a dead process left under way; those of a client that still runs are its own business. */
function readCharges(dir: string, written: Set<RequestId>): Charge[] {
  const charges: Charge[] = [];
  for (const name of readdirSync(dir)) {
    const kept = parseJson(readFileSync(join(dir, name), 'utf8')) as { pid?: number; charge?: Charge } | undefined;
    if (kept?.charge === undefined || (kept.pid !== undefined && isAlive(kept.pid))) continue;
    charges.push(kept.charge);
    written.add(kept.charge.requestId);
  }
  return charges;
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}.${process.pid}`, text, { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function writing(dir: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    throw new Failure('not-writable', `cannot keep the driver's notices in ${dir}: choose another folder with `
      + '--data-dir', cause);
  }
}
