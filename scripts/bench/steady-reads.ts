// Reads by the clock, whatever is answered meanwhile: each has a moment at which it is due, and its time counts from
// then. A bounded number is under way at once; what fails is counted, by what happened.
import { setTimeout as pause } from 'node:timers/promises';
import { CONNECTIONS } from './api-client.ts';

/** Reads are due in bundles: a timer is no finer. */
const BUNDLE_MS = 10;
/** What has not been answered this long after the last one was due was not carried. */
const PATIENCE_MS = 30_000;

export type Reads = {
  /** Of those that were answered, once the warm-up was over. */
  readonly timesMs: readonly number[];
  readonly asked: number;
  /** How often which trouble was met. */
  readonly failed: ReadonlyMap<string, number>;
  /** Answered a second. */
  readonly rate: number;
};

type Due = { readonly n: number; readonly dueMs: number; readonly counts: boolean };

export async function readSteadily(
  read: (n: number) => Promise<unknown>,
  { aSecond, seconds, warmUpSeconds, ended, patienceMs = PATIENCE_MS }: {
    readonly aSecond: number; readonly seconds: number; readonly warmUpSeconds: number; readonly ended: AbortSignal;
    readonly patienceMs?: number;
  },
): Promise<Reads> {
  const startedMs = performance.now();
  const measuredFromMs = startedMs + warmUpSeconds * 1_000;
  const endMs = measuredFromMs + seconds * 1_000;
  const total = Math.round((warmUpSeconds + seconds) * aSecond);
  const dueMsOf = (n: number): number =>
    startedMs + Math.floor(n * 1_000 / aSecond / BUNDLE_MS) * BUNDLE_MS;
  const timesMs: number[] = [];
  const failed = new Map<string, number>();
  let [asked, taken, lastMs] = [0, 0, measuredFromMs];

  async function one({ n, dueMs, counts }: Due): Promise<void> {
    let trouble: string | null = null;
    if (performance.now() > endMs + patienceMs) trouble = 'it was never sent: those before it took too long';
    else {
      try {
        await read(n);
      } catch (error) {
        trouble = error instanceof Error ? error.message : String(error);
      }
    }
    if (!counts) return;
    asked += 1;
    lastMs = performance.now();
    // A timer may fire a moment before its time.
    if (trouble === null) timesMs.push(Math.max(0, lastMs - dueMs));
    else failed.set(trouble, (failed.get(trouble) ?? 0) + 1);
  }

  async function worker(): Promise<void> {
    for (let n = taken++; n < total; n = taken++) {
      ended.throwIfAborted();
      const dueMs = dueMsOf(n);
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await pause(waitMs);
      await one({ n, dueMs, counts: dueMs >= measuredFromMs });
    }
  }

  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  return { timesMs, asked, failed, rate: timesMs.length * 1_000 / Math.max(1, lastMs - measuredFromMs) };
}
