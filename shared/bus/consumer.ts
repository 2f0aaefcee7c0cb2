// Reads chosen partitions, and goes on reading whatever happens. A supervisor runs one kafkajs consumer after another,
// each in a group of its own; it ends one that crashed (also where kafkajs would not restart it), that fell silent
// (#659), that stands still while its logs grow, or whose batch could not be handled, and starts the next as soon as
// the bus is up. Offsets are never committed to Kafka (a commit costs 6 ms a hop): at every join each partition is
// sought to what the caller has stored.
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { describeError, type Log } from '../log.ts';
import { CLIENT_RETRY } from './kafka-client.ts';
import { withDeadline, type BusHealth } from './health.ts';
import { recordsOf } from './kafka-record.ts';
import type { LogRange } from './offsets.ts';
import { partitionOf } from './partition.ts';
import { pinnedAssigner } from './pinned-assigner.ts';
import type { BusReader, BusRecord, ReaderOptions, ReaderState } from './port.ts';
import { Standstill } from './standstill.ts';

/** An idle fetch returns after this time. Short, because closing waits for it and heartbeats follow it. */
const FETCH_WAIT_MS = 500;
/** A backlog comes in longer batches than kafkajs's 1 MB: more samples of a charge share one commit. */
const PARTITION_BYTES = 4 * 1024 * 1024;
const HEARTBEAT_MS = 1_000;
const SESSION_TIMEOUT_MS = 30_000;
/** No answer of the broker to it for so long while the bus is up: the consumer has silently stopped. */
const STALE_MS = 8_000;
/** After the bus came back, a consumer that is not answered within this time is replaced. */
const STALE_AFTER_DOWN_MS = 1_500;
const WATCH_MS = 500;
/** How often what was handed over is compared with the logs' ends. */
const LOOK_MS = 5_000;
/** A batch that is handled for longer is worth a line: nothing more is read until then. */
const LONG_BATCH_MS = 20_000;
const TEARDOWN_MS = 2_000;
const CLOSE_MS = 3_000;
const BACKOFF_MS = 100;
const BACKOFF_MAX_MS = 1_000;

/** What a reader needs to know of the cluster. */
export type LogSource = {
  clusterId(): Promise<string>;
  logRanges(topics: readonly string[]): Promise<LogRange[]>;
};

type Generation = {
  number: number;
  consumer: Consumer;
  over: boolean;
  lastBeatMs: number;
  batchesInWork: number;
  /** The next offset to be handed over, by place; empty before the join. */
  readonly next: Map<string, number>;
  heartbeat: (() => Promise<void>) | undefined;
  end(reason: unknown): void;
};

export class BusConsumer implements BusReader {
  readonly #kafka: Kafka;
  readonly #health: BusHealth;
  readonly #log: Log;
  readonly #source: LogSource;
  readonly #options: ReaderOptions;
  /** Next offset by topic and partition: behind what `onBatch` has finished, or what a `begin` or `end` stood for. */
  readonly #positions = new Map<string, number>();
  readonly #standstill = new Standstill();
  #ranges = new Map<string, LogRange>();
  #state: ReaderState = 'starting';
  #generations = 0;
  #backoffMs = 0;
  #current: Generation | undefined;
  #supervision: Promise<void> | undefined;
  #gate: { opened: Promise<void>; open: () => void } | undefined;
  #closing = false;

  constructor(options: { kafka: Kafka; health: BusHealth; log: Log; source: LogSource; reader: ReaderOptions }) {
    this.#kafka = options.kafka;
    this.#health = options.health;
    this.#log = options.log;
    this.#source = options.source;
    this.#options = options.reader;
  }

  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#supervision ??= this.#supervise(resolve);
    });
  }

  state(): ReaderState {
    return this.#state;
  }

  pause(): void {
    if (this.#gate !== undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = { opened: promise, open: resolve };
  }

  resume(): void {
    this.#gate?.open();
    this.#gate = undefined;
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#current?.end('closed');
    this.resume();
    // Nobody waits for a broker that hangs; nothing more is handed over after this.
    await withDeadline(this.#supervision ?? Promise.resolve(), CLOSE_MS).catch(() => undefined);
    this.#setState('closed');
  }

  async #supervise(started: () => void): Promise<void> {
    while (!this.#closing) {
      await this.#health.whenUp();
      if (this.#closing || this.#health.closed) break;
      try {
        const reason = await this.#runGeneration(started);
        if (!this.#isClosing()) this.#log('info', 'reader ended', { group: this.#options.groupId, reason });
      } catch (error) {
        this.#log('info', 'reader did not start', { group: this.#options.groupId, reason: describeError(error) });
      }
      if (this.#isClosing()) break;
      this.#setState('recovering');
      this.#health.suspect();
      this.#backoffMs = Math.min(Math.max(BACKOFF_MS, this.#backoffMs * 2), BACKOFF_MAX_MS);
      await new Promise((resolve) => setTimeout(resolve, this.#backoffMs));
    }
    started();
  }

  /** Reads with one kafkajs consumer until it has to end; resolves with the reason. */
  async #runGeneration(started: () => void): Promise<string> {
    const { topics } = this.#options;
    const assignment = await this.#prepare();
    if (this.#isClosing()) return 'closed';
    const partitionCount = Object.values(assignment).reduce((sum, partitions) => sum + partitions.length, 0);
    const ended = Promise.withResolvers<string>();
    const generation = this.#createGeneration(assignment, (reason) => ended.resolve(describeError(reason)));
    this.#current = generation;
    generation.consumer.on('consumer.group_join', () => {
      if (generation.over) return;
      this.#seekAll(generation, assignment);
      this.#backoffMs = 0;
      this.#setState('reading');
      started();
    });
    const running = (async () => {
      await generation.consumer.connect();
      await generation.consumer.subscribe({ topics: [...topics], fromBeginning: true });
      if (generation.over) return;
      await generation.consumer.run({
        autoCommit: false,
        partitionsConsumedConcurrently: Math.max(1, partitionCount),
        eachBatch: (payload) => this.#eachBatch(generation, payload),
      });
    })();
    running.catch((error: unknown) => generation.end(error));
    const endWatch = this.#watch(generation);
    try {
      return await ended.promise;
    } finally {
      endWatch();
      await tearDown(generation, running);
    }
  }

  #createGeneration(assignment: Record<string, number[]>, ended: (reason: unknown) => void): Generation {
    this.#generations += 1;
    const consumer = this.#kafka.consumer({
      // A group of its own each time: nobody waits until the broker has given up the one before.
      groupId: `${this.#options.groupId}-${this.#generations}`,
      partitionAssigners: [pinnedAssigner(assignment)],
      allowAutoTopicCreation: false,
      readUncommitted: true,
      minBytes: 1,
      maxBytesPerPartition: PARTITION_BYTES,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      sessionTimeout: SESSION_TIMEOUT_MS,
      retry: { ...CLIENT_RETRY, restartOnFailure: () => Promise.resolve(false) },
    });
    const generation: Generation = {
      number: this.#generations,
      consumer,
      over: false,
      lastBeatMs: performance.now(),
      batchesInWork: 0,
      next: new Map(),
      heartbeat: undefined,
      end(reason) {
        generation.over = true;
        ended(reason);
      },
    };
    consumer.on('consumer.network.request', () => {
      this.#health.answered();
      generation.lastBeatMs = performance.now();
    });
    consumer.on('consumer.crash', ({ payload }) => generation.end(payload.error));
    return generation;
  }

  /** Asks what the logs hold, lets the caller compare, and says which partitions to read. */
  async #prepare(): Promise<Record<string, number[]>> {
    const { topics, partitions, onLog } = this.#options;
    const [clusterId, ranges] = await Promise.all([this.#source.clusterId(), this.#source.logRanges(topics)]);
    await onLog?.({ clusterId, ranges });
    this.#ranges = new Map(ranges.map((range) => [place(range.topic, range.partition), range]));
    const assignment: Record<string, number[]> = {};
    for (const topic of topics) {
      const present = ranges.filter((range) => range.topic === topic).map((range) => range.partition);
      if (partitions === 'all') assignment[topic] = present;
      else if ('key' in partitions) assignment[topic] = [partitionOf(partitions.key, present.length)];
      else assignment[topic] = (partitions.get(topic) ?? []).filter((partition) => present.includes(partition));
    }
    return assignment;
  }

  /** Called synchronously from the join, before anything is fetched. */
  #seekAll(generation: Generation, assignment: Readonly<Record<string, number[]>>): void {
    for (const [topic, partitions] of Object.entries(assignment)) {
      for (const partition of partitions) {
        const offset = this.#nextOffset(topic, partition);
        generation.next.set(place(topic, partition), offset);
        generation.consumer.seek({ topic, partition, offset: String(offset) });
      }
    }
  }

  #nextOffset(topic: string, partition: number): number {
    const key = place(topic, partition);
    const range = this.#ranges.get(key);
    const wanted = this.#options.startOffsets(topic, partition);
    if (typeof wanted !== 'number') {
      const first = wanted === 'begin' ? range?.first : range?.end;
      const position = this.#positions.get(key) ?? first ?? 0;
      this.#positions.set(key, position);
      return position;
    }
    // `range` is of the time before the join; only what was beyond its end then and is not ours can be wrong.
    const known = Math.max(range?.end ?? 0, this.#positions.get(key) ?? 0);
    if (range === undefined || (wanted >= range.first && wanted <= known)) return wanted;
    this.#log('warn', 'offset outside the log', { topic, partition, wanted, first: range.first, end: range.end });
    return range.first;
  }

  async #eachBatch(generation: Generation, { batch, heartbeat }: EachBatchPayload): Promise<void> {
    generation.heartbeat = heartbeat;
    generation.batchesInWork += 1;
    try {
      while (this.#gate !== undefined) await this.#gate.opened;
      // One that was given up may still be fetching (#1639): it must not hand anything over.
      if (generation.over) throw new Error('this reader was replaced');
      const records = recordsOf(batch);
      const last = records.at(-1);
      if (last === undefined) return;
      generation.next.set(place(batch.topic, batch.partition), last.offset + 1);
      await this.#handOver(records, last);
      if (!generation.over) this.#positions.set(place(batch.topic, batch.partition), last.offset + 1);
    } catch (error) {
      if (!generation.over) {
        this.#log('error', 'batch not handled', { topic: batch.topic, reason: describeError(error) });
      }
      generation.end(error);
      throw error;
    } finally {
      generation.batchesInWork -= 1;
    }
  }

  async #handOver(records: BusRecord[], { topic, partition, offset }: BusRecord): Promise<void> {
    const warning = setTimeout(() => {
      this.#log('warn', 'a batch takes long', { topic, partition, records: records.length, lastOffset: offset });
    }, LONG_BATCH_MS);
    try {
      await this.#options.onBatch(records);
    } finally {
      clearTimeout(warning);
    }
  }

  /** Keeps the group's session alive while batches are in work, and ends a consumer that gets on no more. */
  #watch(generation: Generation): () => void {
    let lastTickMs = performance.now();
    let staleMs = STALE_MS;
    const timer = setInterval(() => {
      const nowMs = performance.now();
      // Time in which this process did not run counts for nobody.
      if (nowMs - lastTickMs > 2 * WATCH_MS) generation.lastBeatMs += nowMs - lastTickMs;
      lastTickMs = nowMs;
      if (this.#health.state === 'down') generation.lastBeatMs = nowMs;
      if (nowMs - generation.lastBeatMs > staleMs) generation.end(`no answer for ${staleMs} ms`);
      if (nowMs - generation.lastBeatMs < WATCH_MS) staleMs = STALE_MS;
      if (generation.batchesInWork > 0) generation.heartbeat?.().catch(() => undefined);
    }, WATCH_MS);
    let looking: Promise<void> | null = null;
    const looks = setInterval(() => {
      looking ??= this.#lookForStandstill(generation).finally(() => { looking = null; });
    }, LOOK_MS);
    const endListening = this.#health.onState((state) => {
      generation.lastBeatMs = performance.now();
      staleMs = state === 'up' ? STALE_AFTER_DOWN_MS : STALE_MS;
    });
    return () => {
      clearInterval(timer);
      clearInterval(looks);
      endListening();
    };
  }

  /** Ends a consumer whose heartbeats go on while it hands nothing over of what its logs hold. */
  async #lookForStandstill(generation: Generation): Promise<void> {
    const isSure = (): boolean => !generation.over && generation.batchesInWork === 0 && this.#health.state === 'up';
    const next = new Map(generation.next);
    const ranges = isSure() ? await this.#source.logRanges(this.#options.topics).catch(() => null) : null;
    if (generation.over) return;
    // What was read while the logs were asked is seen at the next look.
    const stuck = ranges === null || !isSure() ? this.#standstill.skip() : this.#standstill.look(ranges, next);
    if (typeof stuck !== 'string') return;
    this.#log('error', 'reader stands still', { group: this.#options.groupId, place: stuck, next: next.get(stuck) });
    generation.end(`${stuck} stands still at ${next.get(stuck)}`);
  }

  #isClosing(): boolean {
    return this.#closing || this.#health.closed;
  }

  #setState(state: ReaderState): void {
    if (this.#state === state || this.#state === 'closed') return;
    this.#state = state;
    this.#options.onState?.(state);
  }
}

function place(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

/** #1639: a disconnect before `run` has resolved would leave the consumer running, so wait for it, but not for ever. */
async function tearDown(generation: Generation, running: Promise<void>): Promise<void> {
  const end = async (): Promise<void> => {
    await running.catch(() => undefined);
    await generation.consumer.disconnect();
  };
  await withDeadline(end(), TEARDOWN_MS).catch(() => undefined);
}
