// Reads requests, facts and meter samples, all partitions, from the offsets that the database holds, and gives every
// batch to the input loop together with its offsets: what is handled and what is counted as read commit as one. The
// next fetch of a partition waits for the commit; of meter samples for the commit of the batch before. Before each
// join, and on a batch that does not begin where it should, the stored offsets are compared with what the logs hold,
// because a seek beyond the end is answered by kafkajs with silence.
import { invariant } from '../../shared/assert.ts';
import { compareWithLog, type LogRange, type OffsetDecision } from '../../shared/bus/offsets.ts';
import type { Bus, BusReader, BusRecord } from '../../shared/bus/port.ts';
import { topicName } from '../../shared/bus/topics.ts';
import type { Clock } from '../../shared/clock.ts';
import { Failure } from '../../shared/failure.ts';
import { describeError, type Log } from '../../shared/log.ts';
import type { Input } from '../core/inputs.ts';
import type { PartitionOffset, Work } from '../loop.ts';
import type { OpenAhead, OpenedAhead } from './opener-thread.ts';
import {
  INTAKE_TOPICS, type IntakeTopic, openRecord, type OpenerOptions, placeOf, poisoned,
} from './record-opener.ts';

/** What was sent within this time is sent again when the broker has lost its log. */
const OUTBOX_REOPENED_MS = 24 * 3_600_000;
/** Failures of one record after which it is not tried again. One failure may be another's: it gets its own batch. */
const POISON_FAILURES = 2;
/** Pause before the logs are asked again that could not be compared. */
const COMPARE_AGAIN_MS = 500;

export type StoredPositions = { readonly clusterId: string | null; readonly offsets: readonly PartitionOffset[] };

export type IntakeOptions = OpenerOptions & {
  readonly bus: Pick<Bus, 'reader' | 'logRanges' | 'clusterId' | 'state' | 'onState'>;
  readonly push: (work: Work) => Promise<void>;
  readonly whenRoom: () => Promise<void>;
  readonly stored: StoredPositions;
  /** Records whose handling has failed before, by `poisonPlace`, and how often. */
  readonly poison: ReadonlyMap<string, number>;
  /** Opens long batches beforehand. */
  readonly ahead: Pick<OpenAhead, 'open'>;
  /** Has any peer a key? If none has, nothing in the logs can be for us. */
  readonly anyKeys: () => boolean;
  /** The broker lost records: what was sent to it lately waits in the outbox again. */
  readonly onLost: () => void;
  readonly topicPrefix: string;
  /** Fresh for each start. */
  readonly groupId: string;
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<void>;
  readonly log: Log;
};

export type Intake = {
  /** Begins to read; resolves at the first join. */
  start(): Promise<void>;
  /**
   * Resolves when the logs were compared since the bus came up, or when this is closed. Who sends before that may send
   * something new to a broker that has lost the older, and receivers drop what comes behind a higher number.
   */
  whenCompared(): Promise<void>;
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
  const comparing = new Comparing(options, reading);
  return {
    start() {
      comparing.start();
      return reader.start();
    },
    whenCompared: () => comparing.whenDone(),
    async close() {
      comparing.close();
      await reader.close();
    },
  };
}

/**
 * Compares the logs each time the bus has come up: the reader compares too, but may notice only later that its broker
 * is another one. Has a lifetime: it listens to the bus.
 */
class Comparing {
  readonly #options: IntakeOptions;
  readonly #reading: Reading;
  #turn = 0;
  #done = Promise.withResolvers<void>();
  #endListening: () => void = () => undefined;

  constructor(options: IntakeOptions, reading: Reading) {
    this.#options = options;
    this.#reading = reading;
  }

  start(): void {
    const { bus } = this.#options;
    this.#endListening = bus.onState((state) => {
      if (state === 'up') return void this.#compare();
      this.#turn += 1;
      this.#done.resolve(); // who waits looks again
      this.#done = Promise.withResolvers();
    });
    if (bus.state() === 'up') void this.#compare();
  }

  async whenDone(): Promise<void> {
    for (let done; done !== this.#done;) {
      done = this.#done;
      await done.promise;
    }
  }

  close(): void {
    this.#turn += 1;
    this.#endListening();
    this.#done.resolve();
  }

  async #compare(): Promise<void> {
    const { bus, sleep, log } = this.#options;
    this.#turn += 1;
    const turn = this.#turn;
    while (turn === this.#turn) {
      try {
        const [clusterId, ranges] = await Promise.all([bus.clusterId(), bus.logRanges(this.#reading.topics)]);
        if (turn !== this.#turn) return;
        await this.#reading.compare({ clusterId, ranges });
        if (turn === this.#turn) this.#done.resolve();
        return;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        log('debug', 'logs-not-compared', { reason: describeError(error) });
        await sleep(COMPARE_AGAIN_MS);
      }
    }
  }
}

class Reading {
  readonly topics: readonly string[];
  readonly #options: IntakeOptions;
  readonly #channels: ReadonlyMap<string, IntakeTopic>;
  readonly #positions = new Map<string, PartitionOffset>();
  /** Batches of meter samples that wait for their commit while the next is read, and the offset behind each. */
  readonly #waiting = new Map<string, { readonly next: number; readonly committed: Promise<void> }>();
  #clusterId: string | null;
  #compared: Promise<void> = Promise.resolve();

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

  /**
   * Compares every stored offset with the log, and commits what had to be corrected before anything is read. One at a
   * time: another cluster must be found once.
   */
  compare(log: { clusterId: string; ranges: readonly LogRange[] }): Promise<void> {
    this.#compared = this.#compared.catch(() => undefined).then(() => this.#compareNow(log));
    return this.#compared;
  }

  async #compareNow(log: { clusterId: string; ranges: readonly LogRange[] }): Promise<void> {
    const isKnown = this.#clusterId === log.clusterId;
    if (isKnown && log.ranges.every((range) => this.#decide(range, false) === null)) return;
    const otherCluster = this.#clusterId !== null && !isKnown;
    const { lost, pushed } = this.#correctInTurn(log.ranges, otherCluster, log.clusterId);
    await pushed;
    this.#clusterId = log.clusterId;
    if (lost.length > 0) this.#options.onLost();
  }

  /**
   * Corrects positions when the queue comes to it: batches of the old log that wait before it are handled first, under
   * the positions that they were read for. `lost` is filled by then.
   */
  #correctInTurn(
    ranges: readonly LogRange[], otherCluster: boolean, clusterId?: string,
  ): { lost: readonly string[]; pushed: Promise<void> } {
    const lost: string[] = [];
    const changed: PartitionOffset[] = [];
    const pushed = this.#options.push({
      count: 1,
      inputs: () => {
        for (const range of ranges) {
          const corrected = this.#correct(range, otherCluster, lost);
          if (corrected !== null) changed.push(corrected);
        }
        return this.#lost(lost, otherCluster);
      },
      offsets: () => changed,
      // In the transaction that notes the new log: whoever dies then would never know that something was lost.
      outboxReopenSinceMs: () => (lost.length === 0 ? null : this.#options.clock.now() - OUTBOX_REOPENED_MS),
      ...(clusterId === undefined ? {} : { clusterId }),
    });
    return { lost, pushed };
  }

  #lost(lost: readonly string[], otherCluster: boolean): Input[] {
    return lost.length === 0 ? [] : [{ kind: 'log-lost', detail: detailOf(lost, otherCluster) }];
  }

  /** What the log of one partition says of the stored position; null: go on from there. */
  #decide({ topic, partition, first, end }: LogRange, otherCluster: boolean): OffsetDecision | 'new' | null {
    const stored = this.position(topic, partition);
    if (stored === undefined) return 'new';
    const decision = compareWithLog({ stored, range: { first, end }, otherCluster });
    return decision.kind === 'go-on' ? null : decision;
  }

  /** The position of one partition as the log demands it, when it is another than the stored one. */
  #correct(range: LogRange, otherCluster: boolean, lost: string[]): PartitionOffset | null {
    const { topic, partition } = range;
    const decision = this.#decide(range, otherCluster);
    if (decision === null) return null;
    if (decision === 'new') {
      // A new database. Nobody has a key of it, so what the log holds is of a network that was before it.
      const next = this.#options.anyKeys() ? range.first : range.end;
      return this.#set({ topic, partition, epoch: 0, next });
    }
    const stored = this.position(topic, partition)?.next ?? 0;
    const fields = { topic, partition, stored, first: range.first, end: range.end };
    if (decision.kind === 'expired') {
      this.#options.log('error', 'records-expired', { ...fields, lostRecords: decision.lostRecords });
    } else {
      // Of another cluster nearly all partitions are lost; those of which something was read are worth a line each.
      this.#options.log(stored > 0 ? 'error' : 'debug', 'log-lost', { ...fields, otherCluster });
      lost.push(`${topic}/${partition}`);
    }
    return this.#set({ topic, partition, epoch: decision.epoch, next: decision.next });
  }

  /**
   * Gives a batch of one partition to the loop; resolves after its commit. Meter samples are many, and nobody waits for
   * an answer: there it resolves after the commit of the batch before, and the next is fetched while this one waits.
   */
  async take(records: readonly BusRecord[]): Promise<void> {
    const [first] = records;
    if (first === undefined) return;
    const { topic, partition } = first;
    // The log that they were read from: while they wait, another may take its place.
    const epoch = this.position(topic, partition)?.epoch ?? 0;
    await this.#options.whenRoom();
    const place = key(topic, partition);
    const waiting = this.#waiting.get(place);
    if (first.offset !== (waiting?.next ?? this.position(topic, partition)?.next)) await this.#compareOne(first);
    const channel = this.#channels.get(topic);
    invariant(channel !== undefined, 'only topics of the intake are read');
    if (channel === 'meter' && this.#options.poison.size === 0) {
      const { committed } = await this.#push(records, { channel, epoch, alone: false });
      const mine = { next: (records.at(-1) ?? first).offset + 1, committed };
      this.#waiting.set(place, mine);
      void committed.then(() => this.#waiting.get(place) === mine && this.#waiting.delete(place));
      return waiting?.committed;
    }
    for (const { run, alone } of this.#runs(records, epoch)) {
      await (await this.#push(run, { channel, epoch, alone })).committed;
    }
  }

  /** The records in one piece, except suspects: each of them is a piece of its own. */
  #runs(records: readonly BusRecord[], epoch: number): { run: readonly BusRecord[]; alone: boolean }[] {
    const { poison } = this.#options;
    if (poison.size === 0) return [{ run: records, alone: false }];
    const runs: { run: BusRecord[]; alone: boolean }[] = [];
    for (const record of records) {
      const failures = poison.get(poisonPlace(record, epoch)) ?? 0;
      const alone = failures > 0 && failures < POISON_FAILURES;
      const last = runs.at(-1);
      if (last === undefined || alone || last.alone) runs.push({ run: [record], alone });
      else last.run.push(record);
    }
    return runs;
  }

  async #push(
    records: readonly BusRecord[],
    { channel, epoch, alone }: { channel: IntakeTopic; epoch: number; alone: boolean },
  ): Promise<{ committed: Promise<void> }> {
    const textOf = await this.#options.ahead.open(records);
    const [first] = records;
    invariant(first !== undefined, 'a run has a record');
    const isOfThisLog = (): boolean => (this.position(first.topic, first.partition)?.epoch ?? 0) === epoch;
    // Filled when the loop takes the batch: until then another batch may move the position.
    let fresh: readonly BusRecord[] = [];
    const committed = this.#options.push({
      count: records.length,
      alone,
      inputs: () => {
        // What was read from a log that is gone is still true, but says nothing of where to go on in the new one.
        fresh = isOfThisLog() ? this.#fresh(records) : records;
        const passed = records.length - fresh.length;
        return this.#openAll(fresh, { channel, epoch, textOf: (index) => textOf(passed + index) });
      },
      place: (index) => poisonPlace(fresh[index] ?? first, epoch),
      offsets: () => (isOfThisLog() ? this.#passed(fresh) : []),
    });
    return { committed };
  }

  /** Without those that were handled before: a rejoin gives some of them again. */
  #fresh(records: readonly BusRecord[]): readonly BusRecord[] {
    const [first] = records;
    const next = first === undefined ? 0 : this.position(first.topic, first.partition)?.next ?? 0;
    return first === undefined || first.offset >= next ? records : records.filter((record) => record.offset >= next);
  }

  /** Each is opened when it is taken, so that nothing of it lives longer than its turn. */
  *#openAll(
    records: readonly BusRecord[],
    { channel, epoch, textOf }: { channel: IntakeTopic; epoch: number; textOf: OpenedAhead },
  ): Generator<Input> {
    const nowMs = this.#options.clock.now();
    const { poison } = this.#options;
    let index = 0;
    for (const record of records) {
      const input = openRecord(record, channel, { nowMs, text: textOf(index) }, this.#options);
      index += 1;
      const isPoison = poison.size > 0 && (poison.get(poisonPlace(record, epoch)) ?? 0) >= POISON_FAILURES;
      yield isPoison && input.kind !== 'dead-letter' ? poisoned(record, input) : input;
    }
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
    if (this.#decide(range, false) === null) {
      const level = first.offset > stored.next ? 'warn' : 'debug';
      this.#options.log(level, 'unexpected-offset', { topic, partition, expected: stored.next, got: first.offset });
      return;
    }
    const { lost, pushed } = this.#correctInTurn([range], false);
    await pushed;
    if (lost.length === 0) return;
    this.#options.onLost();
    throw new Failure('bus-unreachable', `the log of ${topic}/${partition} was made anew`);
  }

  #set(offset: PartitionOffset): PartitionOffset {
    this.#positions.set(key(offset.topic, offset.partition), offset);
    return offset;
  }
}

/** A place in one life of a log: after the broker has lost it, another record stands there. */
export function poisonPlace(record: Pick<BusRecord, 'topic' | 'partition' | 'offset'>, epoch: number): string {
  return `${placeOf(record)}~${epoch}`;
}

function key(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

function detailOf(lost: readonly string[], otherCluster: boolean): string {
  const where = lost.length <= 4 ? lost.join(', ') : `${lost.slice(0, 4).join(', ')} and ${lost.length - 4} more`;
  return otherCluster ? `another cluster: all offsets start anew (${where})` : `shorter than what was read: ${where}`;
}
