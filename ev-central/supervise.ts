// Starts Central again when it ends by a failure that a new start may heal, with growing pauses; on a full disk it
// waits until there is space.
import { type ChildProcess, spawn } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { FAILURES } from '../shared/failure.ts';

export type SuperviseOptions = {
  /** The program's file and its arguments, without the flag that asks for supervision. */
  readonly file: string;
  readonly args: readonly string[];
  /** Loaded first in the child: it ends with this process. */
  readonly leash: string;
  /** The folder whose disk must have space. */
  readonly dataDir: string;
  readonly say: (text: string) => void;
};

const PAUSE_MS = 500;
const PAUSE_MAX_MS = 30_000;
/** Who ran this long was well: the pauses begin anew. */
const WELL_MS = 60_000;
const SPACE_BYTES = 50_000_000;
const SPACE_EVERY_MS = 2_000;

/** Runs until the program ends by itself, by our own signal, or by a failure that no new start heals: its status. */
export async function supervise(options: SuperviseOptions): Promise<number> {
  let pauseMs = PAUSE_MS;
  let ended = false;
  let child: ChildProcess | null = null;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      ended = true;
      child?.kill(signal);
    });
  }
  for (;;) {
    const startedMs = performance.now();
    const env = { ...process.env, EV_CENTRAL_SUPERVISE: '' };
    child = spawn(process.execPath, ['--import', options.leash, options.file, ...options.args], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env,
    });
    const { status, killedBy } = await exitOf(child);
    if (ended || !canHeal(status, killedBy)) return status;
    if (performance.now() - startedMs > WELL_MS) pauseMs = PAUSE_MS;
    options.say(`EV_Central ended (${killedBy ?? `status ${status}`}); it is started again in ${pauseMs} ms.`);
    await sleep(pauseMs);
    pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS);
    if (status === FAILURES['disk-full'].exitStatus) await untilSpace(options, () => ended);
    if (isEnded()) return status;
  }

  function isEnded(): boolean {
    return ended;
  }
}

/** True for the statuses of failures that a new start may heal, and for a process that was killed or crashed. */
export function canHeal(status: number, killedBy: string | null): boolean {
  if (killedBy !== null) return true;
  return Object.values(FAILURES).some((failure) => failure.retry && failure.exitStatus === status);
}

function exitOf(child: ChildProcess): Promise<{ status: number; killedBy: string | null }> {
  return new Promise((resolve) => {
    child.on('error', () => resolve({ status: 1, killedBy: null }));
    child.on('exit', (status, signal) => resolve({ status: status ?? 1, killedBy: signal }));
  });
}

async function untilSpace({ dataDir, say }: SuperviseOptions, isEnded: () => boolean): Promise<void> {
  for (let told = false; freeBytes(dataDir) < SPACE_BYTES && !isEnded(); told = true) {
    if (!told) say(`The disk of ${dataDir} is full: waiting for ${SPACE_BYTES / 1_000_000} MB of space.`);
    await sleep(SPACE_EVERY_MS);
  }
}

function freeBytes(dir: string): number {
  try {
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize;
  } catch {
    return Infinity; // a folder that is not there is the child's failure to tell
  }
}
