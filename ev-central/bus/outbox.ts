// Sends what the outbox holds: oldest first, one send in flight, and a row is done only after the broker's ack. Rows
// are sealed when they are sent, under the key that the receiver has then. A send that failed is repeated for ever,
// with pauses; what nobody knows to have arrived is sent again with the same id, and receivers know duplicates by
// number.
import type { BusSender, OutRecord } from '../../shared/bus/port.ts';
import { Failure } from '../../shared/failure.ts';
import { LIMITS } from '../../shared/limits.ts';
import { describeError, type Log } from '../../shared/log.ts';
import type { Sealer, SentTopic } from './send-keys.ts';
import { countOfSend } from './send-size.ts';

/** A row as it was written with the batch that it came from. `text` is the message as JSON. */
export type OutboxRow = {
  readonly rowId: number;
  readonly topic: Exclude<SentTopic, 'progress'>;
  readonly key: string;
  readonly to: string;
  readonly messageId: string;
  readonly text: string;
};

export type OutboxOptions = {
  /** Rows that are not done, with ids above `after`, in row order. */
  readonly pending: (after: number, limit: number) => readonly OutboxRow[];
  readonly sender: BusSender;
  readonly sealer: Sealer;
  /** Queues the marks of rows that are done; they are written with the next commit. */
  readonly markDone: (rowIds: readonly number[]) => void;
  /** Resolves when the bus is up and nothing older has to go first, or when it is closed. */
  readonly whenUp: () => Promise<void>;
  readonly sleep: (ms: number) => Promise<void>;
  /** How long rows wait for others to go with; 0: for none. */
  readonly gatherMs: number;
  /** Something that is no failure of the bus: the process has to end. */
  readonly fatal: (error: unknown) => void;
  readonly log: Log;
};

const BACKOFF_MS = 50;
const BACKOFF_MAX_MS = 2_000;

export class Outbox {
  readonly #options: OutboxOptions;
  /** The last row whose send was acknowledged in this process. */
  #sentUpTo = 0;
  #fromTheFirst = false;
  #wake: (() => void) | null = null;
  #woken = false;
  #closed = false;
  #running: Promise<void> | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run().catch((error: unknown) => this.#options.fatal(error));
  }

  /** Rows were committed. */
  added(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** Rows that were done are open again (the broker lost its log): everything is looked through from the first. */
  reopened(): void {
    this.#fromTheFirst = true;
    this.added();
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
      if (this.#fromTheFirst) this.#sentUpTo = 0;
      this.#fromTheFirst = false;
      const rows = this.#options.pending(this.#sentUpTo, LIMITS.outboxWindow);
      if (rows.length > 0) {
        await this.#deliver(rows.slice(0, countOfSend(rows, (row) => Buffer.byteLength(row.text))));
        continue;
      }
      await this.#untilWoken();
      if (this.#options.gatherMs > 0) await this.#options.sleep(this.#options.gatherMs);
    }
  }

  async #deliver(rows: readonly OutboxRow[]): Promise<void> {
    for (let backoffMs = BACKOFF_MS; ; backoffMs = Math.min(backoffMs * 2, BACKOFF_MAX_MS)) {
      await this.#options.whenUp();
      // Older rows are open again: they go first, because receivers drop what comes behind a higher number.
      if (this.#closed || this.#fromTheFirst) return;
      try {
        // Sealed again at each attempt: the receiver may have another key by now.
        await this.#options.sender.send(this.#seal(rows));
        break;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        this.#options.log('debug', 'outbox-send-failed', { rows: rows.length, reason: describeError(error) });
        if (this.#closed) return;
        await this.#options.sleep(backoffMs);
      }
    }
    this.#sentUpTo = rows.at(-1)?.rowId ?? this.#sentUpTo;
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
