// The bus in memory, at its port: logs that keep their order and offsets, that can be down, lose acknowledgements, or
// be replaced by others. For tests of Central without a broker.
import { BusWatch } from '../shared/bus/bus-watch.ts';
import { partitionOf } from '../shared/bus/partition.ts';
import {
  type Bus, type BusReader, type BusRecord, type BusSender, type BusState, type OutRecord, type ReaderOptions,
  SendFailure,
} from '../shared/bus/port.ts';

type Log = { topic: string; partition: number; first: number; records: BusRecord[] };

export class MemoryBus implements Bus {
  cluster = 'cluster-1';
  /** The next sends are written but their acknowledgement is lost. */
  losesAcks = 0;
  readonly #partitions: number;
  readonly #logs = new Map<string, Log>();
  readonly #readers = new Set<MemoryReader>();
  readonly #watch = new BusWatch('up');
  #timestampMs = 0;

  constructor(partitions = 1) {
    this.#partitions = partitions;
  }

  state(): BusState {
    return this.#watch.state;
  }

  set(state: BusState): void {
    this.#watch.set(state);
  }

  onState(listener: (state: BusState) => void): () => void {
    return this.#watch.onState(listener);
  }

  whenUp(): Promise<void> {
    return this.#watch.whenUp();
  }

  ensureTopics(): Promise<void> {
    return Promise.resolve();
  }

  partitionCounts(topics: readonly string[]): Promise<Map<string, number>> {
    return Promise.resolve(new Map(topics.map((topic) => [topic, this.#partitions])));
  }

  logRanges(topics: readonly string[]) {
    const ranges = topics.flatMap((topic) => Array.from({ length: this.#partitions }, (_unused, partition) => {
      const { first, records } = this.log(topic, partition);
      return { topic, partition, first, end: first + records.length };
    }));
    return Promise.resolve(ranges);
  }

  clusterId(): Promise<string> {
    return Promise.resolve(this.cluster);
  }

  /** The log of a partition; tests may look at it and cut it. */
  log(topic: string, partition = 0): Log {
    const name = `${topic}/${partition}`;
    const log = this.#logs.get(name) ?? { topic, partition, first: 0, records: [] };
    this.#logs.set(name, log);
    return log;
  }

  append({ topic, key, headers, value }: OutRecord): void {
    const log = this.log(topic, partitionOf(key, this.#partitions));
    this.#timestampMs += 1;
    log.records.push({
      topic, partition: log.partition, offset: log.first + log.records.length, key, headers,
      value: Buffer.from(value), timestampMs: this.#timestampMs,
    });
    for (const reader of this.#readers) reader.wake();
  }

  sender(): BusSender {
    return {
      send: async (records) => {
        await Promise.resolve();
        if (this.#watch.state === 'down' || this.#watch.closed) throw new SendFailure('down', { maybeSent: false });
        for (const record of records) this.append(record);
        if (this.losesAcks === 0) return;
        this.losesAcks -= 1;
        throw new SendFailure('no ack', { maybeSent: true });
      },
      close: () => Promise.resolve(),
    };
  }

  reader(options: ReaderOptions): BusReader {
    const reader = new MemoryReader(this, options, this.#partitions);
    this.#readers.add(reader);
    return reader;
  }

  /** All readers join again, while what they gave before may still be in work. */
  async rejoin(): Promise<void> {
    await Promise.all([...this.#readers].map((reader) => reader.start()));
  }

  async close(): Promise<void> {
    this.#watch.close();
    await Promise.all([...this.#readers].map((reader) => reader.close()));
  }
}

class MemoryReader implements BusReader {
  readonly #bus: MemoryBus;
  readonly #options: ReaderOptions;
  readonly #partitions: number;
  readonly #next = new Map<string, number>();
  #running = false;
  #closed = false;
  #again = false;

  constructor(bus: MemoryBus, options: ReaderOptions, partitions: number) {
    this.#bus = bus;
    this.#options = options;
    this.#partitions = partitions;
  }

  async start(): Promise<void> {
    const { topics, onLog, startOffsets } = this.#options;
    const ranges = await this.#bus.logRanges(topics);
    await onLog?.({ clusterId: this.#bus.cluster, ranges });
    for (const { topic, partition, first, end } of ranges) {
      const wanted = startOffsets(topic, partition);
      this.#next.set(`${topic}/${partition}`, wanted === 'begin' ? first : wanted === 'end' ? end : wanted);
    }
    this.#running = true;
    this.wake();
  }

  state() {
    return this.#closed ? 'closed' as const : 'reading' as const;
  }

  pause(): void {
    this.#running = false;
  }

  resume(): void {
    this.#running = true;
    this.wake();
  }

  wake(): void {
    if (this.#again) return;
    this.#again = true;
    setImmediate(() => {
      this.#again = false;
      void this.#read();
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  async #read(): Promise<void> {
    if (!this.#running || this.#closed) return;
    for (const topic of this.#options.topics) {
      for (let partition = 0; partition < this.#partitions; partition += 1) {
        const name = `${topic}/${partition}`;
        const { first, records } = this.#bus.log(topic, partition);
        const fresh = records.slice(Math.max(0, (this.#next.get(name) ?? 0) - first));
        const last = fresh.at(-1);
        if (last === undefined) continue;
        this.#next.set(name, last.offset + 1);
        await this.#options.onBatch(fresh);
      }
    }
  }
}
