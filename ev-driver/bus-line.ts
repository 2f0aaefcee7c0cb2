// The one way of a process to the bus: one sender and one reader for all drivers in it. The reader takes only the
// partitions of its drivers, from their ends on (what came before comes over the log-in link), and hands each record to
// the driver whom its headers name; records of others are dropped unopened.
import { topicName } from '../shared/bus/topics.ts';
import { partitionOf } from '../shared/bus/partition.ts';
import type { Bus, BusReader, BusRecord, BusSender, BusState, OutRecord } from '../shared/bus/port.ts';
import type { UserId } from '../shared/ids.ts';
import type { Log } from '../shared/log.ts';
import { describeError } from '../shared/log.ts';

/** A driver as the line sees her. */
export type Receiver = {
  received(record: BusRecord, topic: 'notices' | 'progress'): void;
  bus(state: BusState): void;
  reading(): void;
};

/** Sends under way at once. What comes meanwhile goes together with the next: the broker flushes each send. */
const SENDS_AT_ONCE = 4;

type Waiting = { readonly record: OutRecord; readonly sent: () => void; readonly failed: (error: unknown) => void };

export type BusLineOptions = { readonly bus: Bus; readonly groupId: string; readonly log: Log };

export class BusLine {
  readonly #options: BusLineOptions;
  readonly #sender: BusSender;
  readonly #receivers = new Map<string, Receiver>();
  readonly #endWatch: () => void;
  #waiting: Waiting[] = [];
  #sending = 0;
  #reader: BusReader | null = null;
  #reads = '';
  #readers = 0;

  constructor(options: BusLineOptions) {
    this.#options = options;
    this.#sender = options.bus.sender();
    this.#endWatch = options.bus.onState((state) => {
      for (const receiver of this.#receivers.values()) receiver.bus(state);
    });
  }

  get state(): BusState {
    return this.#options.bus.state();
  }

  /** A driver takes part; she is told the state of the bus at once when it is up. */
  join(driverId: UserId, receiver: Receiver): void {
    this.#receivers.set(driverId, receiver);
    if (this.state === 'up') receiver.bus('up');
  }

  /** A driver leaves; somebody who took her place meanwhile stays. */
  leave(driverId: UserId, receiver: Receiver): void {
    if (this.#receivers.get(driverId) === receiver) this.#receivers.delete(driverId);
  }

  /** Sends one record; those of one driver in their order. @throws SendFailure */
  send(record: OutRecord): Promise<void> {
    return new Promise((sent, failed) => {
      this.#waiting.push({ record, sent, failed });
      this.#pump();
    });
  }

  /** Makes sure that the partitions of all drivers are read; `place` is where a log-in said that the topics are. */
  read(place: { topicPrefix: string; partitions: number }): void {
    const topics = [topicName(place.topicPrefix, 'notices'), topicName(place.topicPrefix, 'progress')];
    const numbers = [...new Set([...this.#receivers.keys()].map((id) => partitionOf(id, place.partitions)))].sort();
    const reads = `${topics.join()} ${numbers.join()}`;
    if (reads === this.#reads) {
      if (this.#reader?.state() === 'reading') for (const receiver of this.#receivers.values()) receiver.reading();
      return;
    }
    this.#reads = reads;
    void this.#reader?.close();
    this.#readers += 1;
    const reader = this.#options.bus.reader({
      groupId: `${this.#options.groupId}-${this.#readers}`,
      topics, partitions: new Map(topics.map((topic) => [topic, numbers])),
      startOffsets: () => 'end',
      onBatch: (records) => this.#take(records),
      onState: (state) => {
        if (state !== 'reading' || this.#reader !== reader) return;
        for (const receiver of this.#receivers.values()) receiver.reading();
      },
    });
    this.#reader = reader;
    reader.start().catch((error: unknown) => {
      this.#options.log('error', 'reader-failed', { error: describeError(error) });
    });
  }

  async close(): Promise<void> {
    this.#endWatch();
    await this.#reader?.close();
    await this.#sender.close();
    await this.#options.bus.close();
  }

  #pump(): void {
    if (this.#waiting.length === 0 || this.#sending >= SENDS_AT_ONCE) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#sending += 1;
    this.#sender.send(waiting.map(({ record }) => record)).then(
      () => waiting.forEach(({ sent }) => sent()),
      (error: unknown) => waiting.forEach(({ failed }) => failed(error)),
    ).finally(() => {
      this.#sending -= 1;
      this.#pump();
    });
  }

  #take(records: readonly BusRecord[]): void {
    for (const record of records) {
      const receiver = this.#receivers.get(record.headers['to'] ?? '');
      if (receiver !== undefined) receiver.received(record, record.topic.endsWith('.notices') ? 'notices' : 'progress');
    }
  }
}
