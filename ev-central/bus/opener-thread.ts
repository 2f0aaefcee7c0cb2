// Opens long batches of meter samples in a second thread. Opening is a third of the work on a sample and needs nothing
// of the state, so the thread that decides does not have to do it (figures: docs/performance.md, `ingest`). Which key a
// record names is asked when it is read; whether that key may be used is still decided when the record's turn comes.
import { Worker } from 'node:worker_threads';
import type { BusRecord } from '../../shared/bus/port.ts';
import { describeError, type Log } from '../../shared/log.ts';
import type { KeyRing } from './key-ring.ts';
import type { OpenOrder } from './opener-worker.ts';
import { NO_KEY, packSealed, type SealedPack, textsOf } from './sealed-pack.ts';

/** The plain text of the record with this index; undefined: not opened here, for whatever reason. */
export type OpenedAhead = (index: number) => string | undefined;

export type OpenAhead = {
  /** Opens records of one topic, of one partition; resolves at once when there is nothing to gain. */
  open(records: readonly BusRecord[]): Promise<OpenedAhead>;
  close(): Promise<void>;
};

/** Shorter batches are opened faster than they are handed over. */
const WORTH_IT = 200;
/** Keys that the thread keeps; above it a new thread begins, so that keys of the past do not stay for ever. */
const KEYS_KEPT = 200_000;
const NOTHING: OpenedAhead = () => undefined;

/** Opens nothing ahead: each record is opened in its turn. */
export const openInTurn = (): OpenAhead => ({ open: () => Promise.resolve(NOTHING), close: () => Promise.resolve() });

export function createOpenerThread(options: { keys: KeyRing; log: Log }): OpenAhead {
  return new OpenerThread(options);
}

/** Has a lifetime: the thread, started when it is first needed. After a fault of it, records are opened without it. */
class OpenerThread implements OpenAhead {
  readonly #options: { keys: KeyRing; log: Log };
  readonly #waiting: ((pack: SealedPack | null) => void)[] = [];
  #worker: Worker | null = null;
  #keyNumbers = new Map<string, number>();
  #ended = false;

  constructor(options: { keys: KeyRing; log: Log }) {
    this.#options = options;
  }

  async open(records: readonly BusRecord[]): Promise<OpenedAhead> {
    if (records.length < WORTH_IT || this.#ended) return NOTHING;
    if (this.#keyNumbers.size > KEYS_KEPT && this.#waiting.length === 0) await this.#forgetKeys();
    const keys: OpenOrder['keys'][number][] = [];
    const pack = packSealed(records, (kid) => this.#keyNo(kid, keys));
    const opened = await this.#order({ keys, pack });
    return opened === null ? NOTHING : textsOf(opened);
  }

  async close(): Promise<void> {
    this.#ended = true;
    await this.#worker?.terminate();
    this.#giveUp();
  }

  /** `keys` takes the key in when the thread does not have it. A record of an unknown key is not opened. */
  #keyNo(kid: string, keys: OpenOrder['keys'][number][]): number {
    const known = this.#keyNumbers.get(kid);
    if (known !== undefined) return known;
    const row = this.#options.keys.row(kid);
    if (row === undefined) return NO_KEY;
    keys.push({ keyId: row.keyId, keyBase64: row.keyBase64 });
    const keyNo = this.#keyNumbers.size;
    this.#keyNumbers.set(kid, keyNo);
    return keyNo;
  }

  #order(order: OpenOrder): Promise<SealedPack | null> {
    this.#worker ??= this.#start();
    const { bytes, table } = order.pack;
    this.#worker.postMessage(order, [bytes.buffer, table.buffer]);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #start(): Worker {
    const worker = new Worker(new URL('./opener-worker.ts', import.meta.url), { execArgv: [], name: 'opener' });
    worker.unref();
    worker.on('message', (pack: SealedPack) => this.#waiting.shift()?.(pack));
    worker.on('error', (error) => {
      if (!this.#ended) this.#options.log('error', 'opener-thread-ended', { reason: describeError(error) });
      this.#ended = true;
      this.#giveUp();
    });
    return worker;
  }

  async #forgetKeys(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    this.#keyNumbers = new Map();
    await worker?.terminate();
  }

  #giveUp(): void {
    for (const resolve of this.#waiting.splice(0)) resolve(null);
  }
}
