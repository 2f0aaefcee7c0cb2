// Reads requests, facts and meter samples, all partitions, from the offsets that the database holds, and gives every
// batch to the input loop together with its offsets: what is handled and what is counted as read commit as one. The
// next fetch of a partition waits for the commit. Before each join, and on a batch that does not begin where it should,
// the stored offsets are compared with what the logs hold, because a seek beyond the end is answered by kafkajs with
// silence.
import { invariant } from '../../shared/assert.ts';
import { compareWithLog, type LogRange } from '../../shared/bus/offsets.ts';
import type { Bus, BusReader, BusRecord } from '../../shared/bus/port.ts';
import { topicName } from '../../shared/bus/topics.ts';
import type { Clock } from '../../shared/clock.ts';
import { Failure } from '../../shared/failure.ts';
import type { Log } from '../../shared/log.ts';
import type { Input } from '../core/inputs.ts';
import type { PartitionOffset, Work } from '../loop.ts';
import {
  INTAKE_TOPICS, type IntakeTopic, openRecord, type OpenerOptions, placeOf, poisoned,
} from './record-opener.ts';

/** Failures of one record after which it is not tried again. */
const POISON_FAILURES = 2;

export type StoredPositions = { readonly clusterId: string | null; readonly offsets: readonly PartitionOffset[] };

export type IntakeOptions = OpenerOptions & {
  readonly bus: Pick<Bus, 'reader' | 'logRanges'>;
  readonly push: (work: Work) => Promise<void>;
  readonly whenRoom: () => Promise<void>;
  readonly stored: StoredPositions;
  /** Records whose handling has failed before, by place, and how often. */
  readonly poison: ReadonlyMap<string, number>;
  /** Has any peer a key? If none has, nothing in the logs can be for us. */
  readonly anyKeys: () => boolean;
  /** The broker lost records: what was sent to it lately has to be sent again. */
  readonly onLost: () => void;
  readonly topicPrefix: string;
  /** Fresh for each start. */
  readonly groupId: string;
  readonly clock: Clock;
  readonly log: Log;
};

export type Intake = {
  /** Begins to read; resolves at the first join. */
  start(): Promise<void>;
  close(): Promise<void>;
};

export function createIntake(options: IntakeOptions): Intake {
  const reading = new Reading(options);
  const reader: BusReader = options.bus.reader({
    groupId: options.groupId,
    topics: reading.topics,
    partitions: 'all',
    startOffsets: (topic, partition) => reading.position(topic, partition)?.next ?? 'end',
    onLog: (log) => reading.compare(log),
    onBatch: (records) => reading.take(records),
    onState: (state) => options.log('info', 'intake', { state }),
  });
  return { start: () => reader.start(), close: () => reader.close() };
}

class Reading {
  readonly topics: readonly string[];
  readonly #options: IntakeOptions;
  readonly #channels: ReadonlyMap<string, IntakeTopic>;
  readonly #positions = new Map<string, PartitionOffset>();
  #clusterId: string | null;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#channels = new Map(INTAKE_TOPICS.map((topic) => [topicName(options.topicPrefix, topic), topic]));
    this.topics = [...this.#channels.keys()];
    this.#clusterId = options.stored.clusterId;
    for (const offset of options.stored.offsets) this.#positions.set(key(offset.topic, offset.partition), offset);
  }

  position(topic: string, partition: number): PartitionOffset | undefined {
    return this.#positions.get(key(topic, partition));
  }

  /** Compares every stored offset with the log, and commits what had to be corrected before anything is read. */
  async compare(log: { clusterId: string; ranges: readonly LogRange[] }): Promise<void> {
    const otherCluster = this.#clusterId !== null && this.#clusterId !== log.clusterId;
    const changed: PartitionOffset[] = [];
    const lost: string[] = [];
    for (const range of log.ranges) {
      const corrected = this.#correct(range, otherCluster, lost);
      if (corrected !== null) changed.push(corrected);
    }
    if (changed.length === 0 && this.#clusterId === log.clusterId) return;
    await this.#options.push({
      count: 1, inputs: () => this.#lost(lost, otherCluster), offsets: () => changed, clusterId: log.clusterId,
    });
    this.#clusterId = log.clusterId;
    if (lost.length > 0) this.#options.onLost();
  }

  #lost(lost: readonly string[], otherCluster: boolean): Input[] {
    return lost.length === 0 ? [] : [{ kind: 'log-lost', detail: detailOf(lost, otherCluster) }];
  }

  /** The position of one partition as the log demands it, when it is another than the stored one. */
  #correct(range: LogRange, otherCluster: boolean, lost: string[]): PartitionOffset | null {
    const { topic, partition } = range;
    const stored = this.position(topic, partition);
    if (stored === undefined) {
      // A new database. Nobody has a key of it, so what the log holds is of a network that was before it.
      const next = this.#options.anyKeys() ? range.first : range.end;
      return this.#set({ topic, partition, epoch: 0, next });
    }
    const decision = compareWithLog({ stored, range, otherCluster });
    if (decision.kind === 'go-on') return null;
    const fields = { topic, partition, stored: stored.next, first: range.first, end: range.end };
    if (decision.kind === 'expired') {
      this.#options.log('error', 'records-expired', { ...fields, lostRecords: decision.lostRecords });
    } else {
      // Of another cluster nearly all partitions are lost; those of which something was read are worth a line each.
      this.#options.log(stored.next > 0 ? 'error' : 'debug', 'log-lost', { ...fields, otherCluster });
      lost.push(`${topic}/${partition}`);
    }
    return this.#set({ topic, partition, epoch: decision.epoch, next: decision.next });
  }

  /** Gives a batch of one partition to the loop; resolves after its commit. */
  async take(records: readonly BusRecord[]): Promise<void> {
    const [first] = records;
    if (first === undefined) return;
    const { topic, partition } = first;
    await this.#options.whenRoom();
    if (first.offset !== this.position(topic, partition)?.next) await this.#compareOne(first);
    const channel = this.#channels.get(topic);
    invariant(channel !== undefined, 'only topics of the intake are read');
    // Filled when the loop takes the batch: until then another batch may move the position.
    let fresh: readonly BusRecord[] = [];
    await this.#options.push({
      count: records.length,
      inputs: () => {
        fresh = this.#fresh(records);
        return this.#open(fresh, channel);
      },
      place: (index) => {
        const record = fresh[index];
        return record === undefined ? `${topic}/${partition}` : placeOf(record);
      },
      offsets: () => this.#passed(fresh),
    });
  }

  /** Without those that were handled before: a rejoin gives some of them again. */
  #fresh(records: readonly BusRecord[]): readonly BusRecord[] {
    const [first] = records;
    const next = first === undefined ? 0 : this.position(first.topic, first.partition)?.next ?? 0;
    return first === undefined || first.offset >= next ? records : records.filter((record) => record.offset >= next);
  }

  #open(records: readonly BusRecord[], channel: IntakeTopic): Input[] {
    const nowMs = this.#options.clock.now();
    const { poison } = this.#options;
    if (poison.size === 0) return records.map((record) => openRecord(record, channel, nowMs, this.#options));
    return records.map((record) => ((poison.get(placeOf(record)) ?? 0) >= POISON_FAILURES
      ? poisoned(record) : openRecord(record, channel, nowMs, this.#options)));
  }

  #passed(records: readonly BusRecord[]): readonly PartitionOffset[] {
    const last = records.at(-1);
    if (last === undefined) return [];
    const { topic, partition } = last;
    const epoch = this.position(topic, partition)?.epoch ?? 0;
    return [this.#set({ topic, partition, epoch, next: last.offset + 1 })];
  }

  /**
   * A batch does not begin at the expected offset: records expired meanwhile, a rejoin repeats some, or the topic was
   * made anew under us. Throws when the position had to be corrected: the reader then starts again from it.
   */
  async #compareOne(first: BusRecord): Promise<void> {
    const { topic, partition } = first;
    const ranges = await this.#options.bus.logRanges([topic]);
    const range = ranges.find((candidate) => candidate.partition === partition);
    const stored = this.position(topic, partition);
    if (range === undefined || stored === undefined) return;
    const lost: string[] = [];
    const corrected = this.#correct(range, false, lost);
    if (corrected === null) {
      const level = first.offset > stored.next ? 'warn' : 'debug';
      this.#options.log(level, 'unexpected-offset', { topic, partition, expected: stored.next, got: first.offset });
      return;
    }
    await this.#options.push({ count: 1, inputs: () => this.#lost(lost, false), offsets: () => [corrected] });
    if (lost.length === 0) return;
    this.#options.onLost();
    throw new Failure('bus-unreachable', `the log of ${topic}/${partition} was made anew`);
  }

  #set(offset: PartitionOffset): PartitionOffset {
    this.#positions.set(key(offset.topic, offset.partition), offset);
    return offset;
  }
}

function key(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

function detailOf(lost: readonly string[], otherCluster: boolean): string {
  const where = lost.length <= 4 ? lost.join(', ') : `${lost.slice(0, 4).join(', ')} and ${lost.length - 4} more`;
  return otherCluster ? `another cluster: all offsets start anew (${where})` : `shorter than what was read: ${where}`;
}
