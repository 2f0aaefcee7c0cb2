// Questions over a link: an answer carries the question's `id` in `re`. Everything else goes on to `onMessage`.
import { invariant } from '../assert.ts';
import { Failure } from '../failure.ts';
import type { Ticker } from './awake-timer.ts';
import type { CloseReason } from './close-reason.ts';
import type { JsonObject } from './json.ts';
import type { Link } from './link.ts';

type Waiting = { byMs: number; what: string; resolve: (answer: JsonObject) => void; reject: (error: Failure) => void };

export class RequestChannel {
  /** A message that answers none of our questions. */
  onMessage: (message: JsonObject) => void = () => undefined;
  /** The link is over; every open question has been rejected. */
  onClose: (reason: CloseReason) => void = () => undefined;

  readonly #link: Link;
  readonly #ticker: Ticker;
  readonly #waiting = new Map<string, Waiting>();
  #unsubscribe: (() => void) | null = null;

  /** Takes over the link's `onMessage` and `onClose`. */
  constructor(link: Link, ticker: Ticker) {
    this.#link = link;
    this.#ticker = ticker;
    link.onMessage = (message) => this.#take(message);
    link.onClose = (reason) => this.#closed(reason);
  }

  /** Sends something that wants no answer. */
  send(message: JsonObject): void {
    this.#link.send(message);
  }

  /**
   * Sends a question with an `id` of its own and resolves with the message whose `re` is that id. Rejects with
   * `Failure('link-lost')` when the link ends first or no answer comes within `timeoutMs` of awake time.
   */
  ask(question: JsonObject & { readonly id: string }, { timeoutMs }: { timeoutMs: number }): Promise<JsonObject> {
    const { id } = question;
    const what = String(question['type'] ?? 'question');
    invariant(!this.#waiting.has(id), `the question ${id} is already asked`);
    if (this.#link.state === 'closing' || this.#link.state === 'closed') {
      const message = `could not ask ${what}: the link is closed; try again when it is back`;
      return Promise.reject(new Failure('link-lost', message));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { byMs: this.#ticker.awakeMs() + timeoutMs, what, resolve, reject });
      this.#unsubscribe ??= this.#ticker.subscribe((nowMs) => this.#tick(nowMs));
      this.#link.send(question);
    });
  }

  #take(message: JsonObject): void {
    const re = message['re'];
    const waiting = typeof re === 'string' ? this.#waiting.get(re) : undefined;
    if (waiting === undefined || typeof re !== 'string') return this.onMessage(message);
    this.#forget(re);
    waiting.resolve(message);
  }

  #closed(reason: CloseReason): void {
    for (const [id, { what, reject }] of [...this.#waiting]) {
      this.#forget(id);
      reject(new Failure('link-lost', `no answer to ${what}: the link ended (${reason.code}: ${reason.detail})`));
    }
    this.onClose(reason);
  }

  #tick(nowMs: number): void {
    for (const [id, { byMs, what, reject }] of [...this.#waiting]) {
      if (nowMs < byMs) continue;
      this.#forget(id);
      reject(new Failure('link-lost', `no answer to ${what} in time: try again, or look whether the peer is well`));
    }
  }

  #forget(id: string): void {
    this.#waiting.delete(id);
    if (this.#waiting.size > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = null;
  }
}
