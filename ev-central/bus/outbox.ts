// Sends what the outbox holds: oldest first, one send in flight, and a row is done only after the broker's ack. Rows are
// sealed when they are sent, under the key that the receiver has then. A send that failed is repeated for ever, with
// pauses; what nobody knows to have arrived is sent again with the same id, and receivers know duplicates by number.
import type { BusSender, OutRecord } from '../../shared/bus/port.ts';
import { LIMITS } from '../../shared/limits.ts';
import { describeError, type Log } from '../../shared/log.ts';
import type { Sealer, SentTopic } from './send-keys.ts';

/** A row as it was written with the batch that it came from. `text` is the message as JSON. */
export type OutboxRow = {
  readonly rowId: number;
  readonly topic: Exclude<SentTopic, 'progress'>;
  readonly key: string;
  readonly to: string;
  readonly messageId: string;
  readonly text: string;
};

export type OutboxStore = {
  /** Rows that are not done, with ids above `after`, in row order. */
  pending(after: number, limit: number): readonly OutboxRow[];
  countPending(): number;
};

export type OutboxOptions = {
  readonly store: OutboxStore;
  readonly sender: BusSender;
  readonly sealer: Sealer;
  /** Queues the marks of rows that are done; they are written with the next commit. */
  readonly markDone: (rowIds: readonly number[]) => void;
  /** Resolves when the bus is up, or closed. */
  readonly whenUp: () => Promise<void>;
  readonly sleep: (ms: number) => Promise<void>;
  readonly log: Log;
};

const BACKOFF_MS = 50;
const BACKOFF_MAX_MS = 2_000;

export class Outbox {
  readonly #options: OutboxOptions;
  /** The last row whose send was acknowledged in this process. */
  #sentUpTo = 0;
  #pending: number;
  #wake: (() => void) | null = null;
  #woken = false;
  #closed = false;
  #running: Promise<void> | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#pending = options.store.countPending();
  }

  /** Rows that wait for the broker. */
  get backlog(): number {
    return this.#pending;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Rows were committed. */
  added(rows: number): void {
    if (rows === 0) return;
    this.#pending += rows;
    this.#woken = true;
    this.#wake?.();
  }

  /**
   * Ends after the send that is in flight; what is left is sent after the next start. While the bus is down it ends
   * when the bus is closed.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wake?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      this.#woken = false;
      const rows = this.#options.store.pending(this.#sentUpTo, LIMITS.outboxWindow);
      if (rows.length === 0) await this.#untilWoken();
      else await this.#deliver(rows);
    }
  }

  async #deliver(rows: readonly OutboxRow[]): Promise<void> {
    let backoffMs = BACKOFF_MS;
    for (;;) {
      await this.#options.whenUp();
      if (this.#closed) return;
      try {
        // Sealed again at each attempt: the receiver may have another key by now.
        await this.#options.sender.send(this.#seal(rows));
        break;
      } catch (error) {
        this.#options.log('debug', 'outbox-send-failed', { rows: rows.length, reason: describeError(error) });
        if (this.#closed) return;
        await this.#options.sleep(backoffMs);
        backoffMs = Math.min(backoffMs * 2, BACKOFF_MAX_MS);
      }
    }
    this.#sentUpTo = rows.at(-1)?.rowId ?? this.#sentUpTo;
    this.#pending -= rows.length;
    this.#options.markDone(rows.map((row) => row.rowId));
  }

  #seal(rows: readonly OutboxRow[]): OutRecord[] {
    const records: OutRecord[] = [];
    for (const { topic, key, to, messageId, text, rowId } of rows) {
      const record = this.#options.sealer.seal({ topic, key, to, mid: messageId, text });
      if (record !== undefined) records.push(record);
      // Without a key nobody could read it: the receiver gets its state with the key that it gets next.
      else this.#options.log('info', 'outbox-row-without-key', { rowId, topic, to });
    }
    return records;
  }

  #untilWoken(): Promise<void> {
    if (this.#woken || this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        resolve();
      };
    });
  }
}
