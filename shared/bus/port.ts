// The bus as the processes see it: small types, so that the simulation replaces Kafka at this border and nowhere else.
import { Failure } from '../failure.ts';
import type { LogRange } from './offsets.ts';

/** A record as it was read. `key` and `headers` are decoded when they are first asked for. */
export type BusRecord = {
  readonly topic: string;
  readonly partition: number;
  /** Below 2^53, so a number serves. */
  readonly offset: number;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer;
  /** UTC milliseconds at which the broker appended it. */
  readonly timestampMs: number;
};

/** A record to send; its partition follows from its key. */
export type OutRecord = {
  topic: string;
  key: string;
  headers: Record<string, string>;
  value: Buffer | string;
};

/** `down`: the broker is away or does not answer; requests fail at once, readers and senders wait. */
export type BusState = 'up' | 'down';

export type SendOptions = {
  /** -1 (default): every in-sync replica has it; 1: the leader has it. */
  acks?: -1 | 1;
};

export type BusSender = {
  /**
   * Sends records, those of one partition in their order, and resolves when the broker has acknowledged all of them.
   * While the bus is down it fails at once. Whoever needs order keeps one send in flight.
   * @throws SendFailure
   */
  send(records: readonly OutRecord[], options?: SendOptions): Promise<void>;
  close(): Promise<void>;
};

export type ReaderState = 'starting' | 'reading' | 'recovering' | 'closed';

export type ReaderOptions = {
  /** Fresh for each start of a process: `<process>-<id>-<bootId>`. */
  groupId: string;
  topics: readonly string[];
  /** Which partitions: all, those named per topic, or in each topic the one that a key belongs to. */
  partitions: 'all' | ReadonlyMap<string, readonly number[]> | { key: string };
  /**
   * Where to go on reading; asked at every join, answered from memory. A number is the next offset. `begin` and `end`
   * hold for the first join only; later joins go on behind what `onBatch` has finished.
   */
  startOffsets(topic: string, partition: number): number | 'begin' | 'end';
  /**
   * Called before the reader (re)connects, with what the logs hold: the place to compare stored offsets with them
   * (`compareWithLog`) and to correct what `startOffsets` will answer.
   */
  onLog?(log: { clusterId: string; ranges: LogRange[] }): void | Promise<void>;
  /**
   * Records of one partition in offset order. The promise gates the next fetch (back-pressure); batches of several
   * partitions are handed over at once, so they can share one commit. After a rejection the reader starts again from
   * `startOffsets`. Records below what was already read may come again after a rejoin: the caller skips them.
   */
  onBatch(records: BusRecord[]): void | Promise<void>;
  onState?(state: ReaderState): void;
};

export type BusReader = {
  /** Begins to read; resolves at the first join. */
  start(): Promise<void>;
  state(): ReaderState;
  /** Holds batches back until `resume`; the reader stays connected. */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
};

export type Bus = {
  state(): BusState;
  /** Tells each change of state; returns the function that ends it. */
  onState(listener: (state: BusState) => void): () => void;
  /** Resolves when the bus is up (at once if it is), or when it is closed. */
  whenUp(): Promise<void>;
  /** Creates what is missing, refuses another partition count (Failure `bus-misconfigured`). */
  ensureTopics(options: { prefix: string; partitions: number; replicationFactor: number }): Promise<void>;
  /** The partition counts of topics, from the cluster. @throws Failure `bus-misconfigured` when one is missing */
  partitionCounts(topics: readonly string[]): Promise<Map<string, number>>;
  /** First and end offset of every partition of the topics. */
  logRanges(topics: readonly string[]): Promise<LogRange[]>;
  clusterId(): Promise<string>;
  sender(): BusSender;
  reader(options: ReaderOptions): BusReader;
  close(): Promise<void>;
};

/** Records were not acknowledged. */
export class SendFailure extends Failure {
  override name = 'SendFailure';
  /** False: the broker certainly has none of them. True: nobody can know. */
  readonly maybeSent: boolean;

  constructor(message: string, options: { maybeSent: boolean; cause?: unknown }) {
    super('bus-unreachable', message, options.cause);
    this.maybeSent = options.maybeSent;
  }
}
