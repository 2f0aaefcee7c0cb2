// Is the broker there? A small question to it every second, on a connection of its own. A killed broker refuses the
// connection at once, a hung one answers nobody until the question's deadline passes: both are known within 3 s,
// whatever kafkajs's producers and consumers are still trying. One state for the process: senders fail fast by it,
// readers wait for it. A false alarm fails every request of the process at once, so the deadline runs only on time in
// which this process was awake, and begins anew with every answer of the broker to anybody in it.
import type { Admin, Kafka } from 'kafkajs';
import { describeError, type Log } from '../log.ts';
import { BusWatch } from './bus-watch.ts';
import type { BusState } from './port.ts';

const PROBE_EVERY_MS = 1_000;
/** While the bus is down we look more often, so that it is found again within half a second. */
const PROBE_EVERY_DOWN_MS = 400;
const PROBE_DEADLINE_MS = 1_900;
/** Patience is counted in steps of this length; a step that took longer was not ours alone. */
const STEP_MS = 100;

export class BusHealth {
  readonly #kafka: Kafka;
  readonly #log: Log;
  readonly #watch = new BusWatch('down');
  #admin: Admin | undefined;
  #timer: NodeJS.Timeout | undefined;
  #probe: Promise<void> | undefined;
  #answers = 0;
  /** The reason of the last failed probe, for messages. */
  lastError: unknown;

  constructor(options: { kafka: Kafka; log: Log }) {
    this.#kafka = options.kafka;
    this.#log = options.log;
    this.#schedule(0);
  }

  get state(): BusState {
    return this.#watch.state;
  }

  get closed(): boolean {
    return this.#watch.closed;
  }

  onState(listener: (state: BusState) => void): () => void {
    return this.#watch.onState(listener);
  }

  /** Resolves when the bus is up or this is closed. */
  whenUp(): Promise<void> {
    return this.#watch.whenUp();
  }

  /** Somebody's request failed: looks at once instead of at the next turn. */
  suspect(): void {
    if (this.#probe === undefined && !this.closed) this.#schedule(0);
  }

  /** The broker has answered something to somebody. */
  answered(): void {
    this.#answers += 1;
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#watch.close();
    await this.#discard();
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#probe ??= this.#ask().finally(() => {
        this.#probe = undefined;
        if (!this.closed) this.#schedule(this.state === 'up' ? PROBE_EVERY_MS : PROBE_EVERY_DOWN_MS);
      });
    }, delayMs);
  }

  async #ask(): Promise<void> {
    try {
      await withPatience(this.#question(), () => this.#answers);
      this.lastError = undefined;
      this.#set('up');
    } catch (error) {
      this.lastError = error;
      this.#set('down');
      void this.#discard();
    }
  }

  async #question(): Promise<void> {
    if (this.#admin === undefined) {
      // Without retries: the next question is a second away. #698 and #1506: retry options must be given here to hold.
      const admin = this.#kafka.admin({ retry: { retries: 0 } });
      this.#admin = admin;
      admin.on('admin.network.request', () => this.answered());
      await admin.connect();
    }
    await this.#admin.describeCluster();
  }

  async #discard(): Promise<void> {
    const admin = this.#admin;
    this.#admin = undefined;
    await withDeadline(admin?.disconnect() ?? Promise.resolve(), PROBE_DEADLINE_MS).catch(() => undefined);
  }

  #set(state: BusState): void {
    if (this.closed || state === this.state) return;
    if (state === 'up') this.#log('info', 'bus up');
    else this.#log('warn', 'bus down', { reason: describeError(this.lastError) });
    this.#watch.set(state);
  }
}

/** Rejects when a promise takes longer; the promise itself goes on, its outcome is ignored. */
export function withDeadline<T>(promise: Promise<T>, deadlineMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * Rejects when a promise takes longer than `PROBE_DEADLINE_MS`, in which nothing was answered and this process was
 * awake: on a busy machine a timer may come before what has been waiting on the socket for seconds.
 */
function withPatience<T>(promise: Promise<T>, answers: () => number): Promise<T> {
  return new Promise((resolve, reject) => {
    let [seen, silentMs, lastMs] = [answers(), 0, performance.now()];
    const look = (): void => {
      if (seen !== answers()) [seen, silentMs] = [answers(), 0];
      if (silentMs < PROBE_DEADLINE_MS) return;
      reject(new Error(`no answer within ${PROBE_DEADLINE_MS} ms`));
    };
    const timer = setInterval(() => {
      const nowMs = performance.now();
      silentMs += Math.min(nowMs - lastMs, 2 * STEP_MS);
      lastMs = nowMs;
      setImmediate(look); // after what waits on the sockets was read
    }, STEP_MS);
    promise.then(resolve, reject).finally(() => clearInterval(timer));
  });
}
