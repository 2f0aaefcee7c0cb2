// For tests: the bus's port with the topics in memory. It can be down, and it counts offsets as Kafka does.
import { BusWatch } from '../shared/bus/bus-watch.ts';
import { partitionOf } from '../shared/bus/partition.ts';
import type { Bus, BusReader, BusRecord, BusSender, BusState, OutRecord, ReaderOptions } from '../shared/bus/port.ts';
import { SendFailure } from '../shared/bus/port.ts';

export const PARTITIONS = 12;

export class MemoryBus implements Bus {
  readonly logs = new Map<string, BusRecord[]>();
  /** Every batch that was sent. */
  readonly sends: OutRecord[][] = [];
  readonly #watch = new BusWatch('up');
  readonly #readers = new Set<() => void>();

  /** Readers that have started. */
  get readers(): number {
    return this.#readers.size;
  }

  state(): BusState {
    return this.#watch.state;
  }

  onState(listener: (state: BusState) => void): () => void {
    return this.#watch.onState(listener);
  }

  setState(state: BusState): void {
    this.#watch.set(state);
  }

  whenUp(): Promise<void> {
    return this.#watch.whenUp();
  }

  ensureTopics(): Promise<void> {
    return Promise.resolve();
  }

  partitionCounts(topics: readonly string[]): Promise<Map<string, number>> {
    return Promise.resolve(new Map(topics.map((topic) => [topic, PARTITIONS])));
  }

  logRanges(topics: readonly string[]) {
    const all = Array.from({ length: PARTITIONS }, (_unused, partition) => partition);
    return Promise.resolve(topics.flatMap((topic) => all.map((partition) =>
      ({ topic, partition, first: 0, end: this.#log(topic, partition).length }))));
  }

  clusterId(): Promise<string> {
    return Promise.resolve('memory');
  }

  sender(): BusSender {
    return {
      send: async (records) => {
        await Promise.resolve();
        if (this.#watch.state === 'down') throw new SendFailure('The bus is down.', { maybeSent: false });
        this.sends.push([...records]);
        for (const record of records) this.append(record);
      },
      close: () => Promise.resolve(),
    };
  }

  append({ topic, key, headers, value }: OutRecord): void {
    const partition = partitionOf(key, PARTITIONS);
    const log = this.#log(topic, partition);
    const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value);
    log.push({ topic, partition, offset: log.length, key, headers, value: bytes, timestampMs: 0 });
    for (const wake of this.#readers) wake();
  }

  reader(options: ReaderOptions): BusReader {
    const next = new Map<string, number>();
    let isOpen = false;
    let working = Promise.resolve();
    const read = async (): Promise<void> => {
      for (const [place, offset] of next) {
        const records = (this.logs.get(place) ?? []).slice(offset);
        if (records.length === 0 || !isOpen) continue;
        next.set(place, offset + records.length);
        await options.onBatch(records);
      }
    };
    const wake = (): void => {
      working = working.then(read);
    };
    return {
      start: async () => {
        await options.onLog?.({ clusterId: 'memory', ranges: await this.logRanges(options.topics) });
        for (const topic of options.topics) {
          const partitions = options.partitions instanceof Map ? (options.partitions.get(topic) ?? []) : [];
          for (const partition of partitions) {
            const start = options.startOffsets(topic, partition);
            next.set(`${topic}/${partition}`, typeof start === 'number' ? start : this.#log(topic, partition).length);
          }
        }
        isOpen = true;
        this.#readers.add(wake);
        wake();
      },
      state: () => (isOpen ? 'reading' : 'closed'),
      pause: () => undefined,
      resume: () => undefined,
      close: async () => {
        isOpen = false;
        this.#readers.delete(wake);
        await working;
      },
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #log(topic: string, partition: number): BusRecord[] {
    const place = `${topic}/${partition}`;
    const log = this.logs.get(place) ?? [];
    this.logs.set(place, log);
    return log;
  }
}
