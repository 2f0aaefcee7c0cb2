// When EV_Central had committed which offset: its database is looked at every few milliseconds, and changes are kept.
import type { CentralFile } from './central-file.ts';

/** What is told is at most so much too late. */
const LOOK_EVERY_MS = 10;

/** Has a lifetime: the timer. */
export class CommitLog {
  readonly #file: CentralFile;
  readonly #topic: string;
  readonly #timer: NodeJS.Timeout;
  #lastLookMs = 0;
  readonly #partitions = new Map<number, { atMs: number[]; next: number[] }>();

  constructor(file: CentralFile, topic: string) {
    this.#file = file;
    this.#topic = topic;
    this.#look();
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** The sum of the partitions' next offsets, as committed now. */
  total(): number {
    this.#look();
    let sum = 0;
    for (const { next } of this.#partitions.values()) sum += next.at(-1) ?? 0;
    return sum;
  }

  /** When (UTC ms) a record was first seen as committed; null: not while this looked. */
  committedAtMs(partition: number, offset: number): number | null {
    const seen = this.#partitions.get(partition);
    if (seen === undefined) return null;
    // The first look whose next offset lies behind the record.
    let [low, high] = [0, seen.next.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((seen.next[middle] ?? 0) > offset) high = middle;
      else low = middle + 1;
    }
    return seen.atMs[low] ?? null;
  }

  /** What was committed of a partition at the first look. */
  firstOffset(partition: number): number {
    return this.#partitions.get(partition)?.next[0] ?? 0;
  }

  /** UTC ms. */
  get lastLookMs(): number {
    return this.#lastLookMs;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const offsets = this.#file.offsets();
    const nowMs = Date.now();
    this.#lastLookMs = nowMs;
    for (const { topic, partition, next } of offsets) {
      if (topic !== this.#topic) continue;
      const seen = this.#partitions.get(partition) ?? { atMs: [], next: [] };
      this.#partitions.set(partition, seen);
      if (seen.next.at(-1) === next) continue;
      seen.atMs.push(nowMs);
      seen.next.push(next);
    }
  }
}
