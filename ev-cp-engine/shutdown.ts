// The end of the process, however it is asked for: the journal first, then the rest as far as it answers.
import type { Bus } from '../shared/bus/port.ts';
import { exitWith } from '../shared/config.ts';
import type { Log } from '../shared/log.ts';
import type { Station } from './station.ts';

/** Nobody waits longer for peers that do not answer. */
const PATIENCE_MS = 3_000;

export type Parts = {
  readonly station: Station;
  readonly bus: Bus;
  readonly log: Log;
  readonly parts: readonly { close(): Promise<void> }[];
  readonly closeLog: () => Promise<void>;
  readonly closeScreen: () => void;
};

/** Returns the function that ends the process; only its first call counts. */
export function createStop(parts: Parts): () => void {
  let isStopping = false;
  return () => {
    if (isStopping) return;
    isStopping = true;
    void end(parts).catch(exitWith).finally(() => process.exit());
  };
}

/** A bug is logged with its stack and ends the process with its own status; the next start goes on from the journal. */
export function exitOnBug(log: Log, closeLog: () => Promise<void>): void {
  let isEnding = false;
  process.on('uncaughtException', (error) => {
    if (isEnding) return; // such as a terminal that is gone and cannot take the words about the first one
    isEnding = true;
    log('error', 'bug', { error });
    exitWith(error);
    void closeLog().finally(() => process.exit());
  });
}

async function end({ station, bus, log, parts, closeLog, closeScreen }: Parts): Promise<void> {
  await station.close();
  closeScreen();
  const patience = new Promise<void>((resolve) => {
    setTimeout(resolve, PATIENCE_MS);
  });
  await Promise.race([Promise.allSettled(parts.map((part) => part.close())), patience]);
  await Promise.race([bus.close(), patience]);
  log('info', 'ended');
  await closeLog();
}
