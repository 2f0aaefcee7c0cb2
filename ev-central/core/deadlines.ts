// What falls due later, in a binary heap. Nothing here is stored: every entry is derived from a stored row, at start
// and whenever a row gets a new deadline. An entry is not removed when its row changes; when it fires, the row is
// asked whether it still has exactly this deadline (`dueMs`). So a shift of all entries (the process slept) touches
// no row.
import { invariant } from '../../shared/assert.ts';

export type DeadlineKind =
  | 'command' | 'plug' | 'provisional' | 'queue-review' | 'payment' | 'mail' | 'account-code'
  | 'subscription' | 'debt' | 'reservation' | 'reservation-series';
export type Deadline = {
  readonly kind: DeadlineKind;
  /** Command key, session id, site id, payment id, mail id, hash of a code, user id, wallet, or reservation id. */
  readonly id: string;
  /** The deadline as the row has it. */
  readonly dueMs: number;
  /** When it fires: `dueMs`, later after a start or a sleep. */
  fireMs: number;
};

export class Deadlines {
  readonly #heap: Deadline[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /**
   * `notBeforeMs` holds it back: after a start, waiting input is read first. `notAfterMs` brings it forward: what was
   * stored before the wall clock went back, while nobody was here to notice, would come much too late.
   */
  add(kind: DeadlineKind, id: string, dueMs: number, notBeforeMs = 0, notAfterMs = Infinity): void {
    this.#heap.push({ kind, id, dueMs, fireMs: Math.min(Math.max(dueMs, notBeforeMs), notAfterMs) });
    this.#up(this.#heap.length - 1);
  }

  /** The next one that is due, or undefined. */
  take(nowMs: number): Deadline | undefined {
    const top = this.#heap[0];
    if (top === undefined || top.fireMs > nowMs) return undefined;
    const last = this.#heap.pop();
    invariant(last !== undefined, 'a heap with a top has a last');
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#down(0);
    }
    return top;
  }

  /** The process slept for `gapMs`: every deadline moves by it. The order stays. */
  shift(gapMs: number): void {
    for (const entry of this.#heap) entry.fireMs += gapMs;
  }

  #up(from: number): void {
    let child = from;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (this.#fireMs(parent) <= this.#fireMs(child)) return;
      this.#swap(parent, child);
      child = parent;
    }
  }

  #down(from: number): void {
    let parent = from;
    for (;;) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < this.#heap.length && this.#fireMs(child) < this.#fireMs(least)) least = child;
      }
      if (least === parent) return;
      this.#swap(parent, least);
      parent = least;
    }
  }

  #fireMs(at: number): number {
    return this.#heap[at]?.fireMs ?? Infinity;
  }

  #swap(a: number, b: number): void {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (x === undefined || y === undefined) return;
    this.#heap[a] = y;
    this.#heap[b] = x;
  }
}
