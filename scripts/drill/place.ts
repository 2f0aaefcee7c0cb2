// The temporary folder of a run of drills and what must not outlive it. A small process (sweeper.mjs) removes it all,
// however the run ends.
import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SWEEPER = join(import.meta.dirname, 'sweeper.mjs');
export const FOLDER_PREFIX = 'ev-drill-';

export type Place = {
  readonly dir: string;
  /** This process is stopped (SIGSTOP) from now on; or runs again. */
  stopped(pid: number): void;
  running(pid: number): void;
  /** A command for the very end; the latest runs first. It may run twice. */
  atEnd(command: readonly string[]): void;
  /** Carries the end out; everything that was started in the folder has ended before. */
  close(): Promise<void>;
};

/** Makes the folder. */
export async function openPlace(): Promise<Place> {
  const dir = await mkdtemp(join(tmpdir(), FOLDER_PREFIX));
  // A session of its own, because Ctrl-C in the terminal is not for it.
  const sweeper = spawn(process.execPath, [SWEEPER, dir], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  sweeper.stdin.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    sweeper.on('error', () => resolve());
    sweeper.on('exit', () => resolve());
  });
  const tell = (order: object): void => void sweeper.stdin.write(`${JSON.stringify(order)}\n`);
  return {
    dir,
    stopped: (pid) => tell({ pid }),
    running: (pid) => tell({ running: pid }),
    atEnd: (command) => tell({ run: command }),
    async close() {
      tell({ orderly: true });
      sweeper.stdin.end();
      await ended;
    },
  };
}
