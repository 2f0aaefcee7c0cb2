// Does a reader stand still? kafkajs's heartbeats go on when its fetching has ended for some partitions (#659 and its
// kin). So the ends of the logs are compared with what was handed over: a partition that stays behind its log's end at
// one and the same offset, look after look, is not being read. Pure.
import type { LogRange } from './offsets.ts';

/** Looks at which nothing of any partition came, and which a partition was behind at: then it stands still. */
const LOOKS = 3;
/** As long as others come it may only wait for its turn. */
const LOOKS_BESIDE_OTHERS = 12;

type Behind = { readonly offset: number; looks: number; isTold: boolean };

export class Standstill {
  readonly #behind = new Map<string, Behind>();
  #before = '';

  /**
   * One look, every few seconds. Each offset is told once: what a second reader does not get over either (a gap at the
   * log's end) is no reason for a third.
   * @param next the next offset to be handed over, by place (`topic/partition`); what is not in it is not ours
   * @returns the place that stands still, or null
   */
  look(ranges: readonly LogRange[], next: ReadonlyMap<string, number>): string | null {
    const now = [...next].join();
    const limit = now === this.#before ? LOOKS : LOOKS_BESIDE_OTHERS;
    this.#before = now;
    let found: string | null = null;
    for (const { topic, partition, end } of ranges) {
      const place = `${topic}/${partition}`;
      const offset = next.get(place);
      const known = this.#behind.get(place);
      if (offset === undefined || offset >= end) this.#behind.delete(place);
      else if (known?.offset !== offset) this.#behind.set(place, { offset, looks: 1, isTold: false });
      else if ((known.looks += 1) >= limit && !known.isTold) {
        known.isTold = true;
        found ??= place;
      }
    }
    return found;
  }

  /** Nothing is known: the log could not be asked, or what was read is still being handled. */
  skip(): void {
    for (const behind of this.#behind.values()) behind.looks = 0;
  }
}
