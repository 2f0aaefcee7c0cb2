// Reads the commands of the partitions that this process's points belong to. The next offset of each partition is in
// the journal, so a command that was sent while the process was down is read when it is back; what comes twice is known
// by its number. A record that cannot be opened yet (its key is on its way) waits, and the stored offset with it.
import type { Bus, BusReader, BusRecord } from '../shared/bus/port.ts';
import { compareWithLog, type LogRange } from '../shared/bus/offsets.ts';
import { partitionOf } from '../shared/bus/partition.ts';
import { topicName } from '../shared/bus/topics.ts';
import { pointId } from '../shared/ids.ts';
import type { Log } from '../shared/log.ts';
import { commandSchema, parseMessage } from '../shared/messages/catalogue.ts';
import { CENTRAL, open } from '../shared/seal.ts';
import type { Hosted, Station } from './station.ts';

/**
 * A new journal begins this many records before the end: Central may have sent a command in the moment between its
 * welcome and our first read. Older commands are known by their numbers.
 */
const LOOK_BACK = 2_000;
/** Points of a fleet name their partitions one after the other: the reader starts when they have been quiet so long. */
const GATHER_MS = 150;
/** A record under another key than ours is given up after this time: its key will not come any more. */
const OTHER_KEY_MS = 10_000;
/** Records that wait for one point's key. */
const WAITING_MAX = 1_000;

/** Runs something after a time, until the returned function is called. */
type Wait = (ms: number, run: () => void) => () => void;

const waitByTimer: Wait = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

type Waiting = { record: BusRecord; sinceMs: number };

export class CommandReader {
  readonly #station: Station;
  readonly #bus: Bus;
  readonly #log: Log;
  readonly #groupId: string;
  readonly #waiting = new Map<Hosted, Waiting[]>();
  readonly #next = new Map<number, number>();
  #topic: string | null = null;
  #wanted = new Set<number>();
  #cluster = '';
  #reader: BusReader | null = null;
  readonly #wait: Wait;
  #endRestart: () => void = () => undefined;
  #readers = 0;
  #closing: Promise<void> = Promise.resolve();
  #closed = false;

  /**
   * @param options.groupId fresh for each start of the process
   * @param options.wait the simulation's timer
   */
  constructor(options: { station: Station; bus: Bus; log: Log; groupId: string; wait?: Wait }) {
    this.#station = options.station;
    this.#bus = options.bus;
    this.#log = options.log;
    this.#groupId = options.groupId;
    this.#wait = options.wait ?? waitByTimer;
    this.#station.listen({
      setup: (hosted) => this.#want(hosted),
      keyChanged: (hosted) => this.#retry(hosted),
      ticked: (awakeMs) => this.#giveUpOld(awakeMs),
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#endRestart();
    await this.#closing;
    await this.#reader?.close();
  }

  #want({ topicPrefix, partitions, point }: Hosted): void {
    const { siteId } = point.kept;
    if (topicPrefix === null || partitions === null || siteId === null) return;
    const topic = topicName(topicPrefix, 'commands');
    const partition = partitionOf(siteId, partitions);
    if (topic === this.#topic && this.#wanted.has(partition)) return;
    if (topic !== this.#topic) this.#wanted = new Set();
    this.#topic = topic;
    this.#wanted.add(partition);
    this.#endRestart();
    this.#endRestart = this.#wait(GATHER_MS, () => this.#startReader());
  }

  #startReader(): void {
    const topic = this.#topic;
    if (topic === null || this.#closed) return;
    const before = this.#reader;
    this.#readers += 1;
    const reader = this.#bus.reader({
      groupId: `${this.#groupId}-${this.#readers}`,
      topics: [topic],
      partitions: new Map([[topic, [...this.#wanted].sort((a, b) => a - b)]]),
      startOffsets: (_topic, partition) => this.#next.get(partition) ?? 'end',
      onLog: ({ clusterId, ranges }) => this.#findStart(topic, clusterId, ranges),
      onBatch: (records) => this.#takeBatch(reader, topic, records),
    });
    this.#reader = reader;
    this.#closing = this.#closing.then(() => before?.close()).then(() => reader.start());
    this.#closing.catch((error: unknown) => this.#log('error', 'reader-failed', { error }));
  }

  /** Where each partition goes on: behind what was read, or as the journal says, compared with the log. */
  #findStart(topic: string, clusterId: string, ranges: readonly LogRange[]): void {
    const isOther = this.#cluster !== '' && this.#cluster !== clusterId;
    this.#cluster = clusterId;
    for (const range of ranges) {
      const { partition } = range;
      if (range.topic !== topic || !this.#wanted.has(partition)) continue;
      const stored = this.#station.journal.offset(topic, partition);
      const read = this.#next.get(partition);
      const next = read ?? stored?.next;
      if (next === undefined) {
        this.#next.set(partition, Math.max(range.first, range.end - LOOK_BACK));
        continue;
      }
      const otherCluster = read === undefined ? stored?.cluster !== clusterId : isOther;
      const decision = compareWithLog({ stored: { epoch: 0, next }, range, otherCluster });
      if (decision.kind !== 'go-on') {
        this.#log('error', 'commands-log-changed', { topic, partition, stored: next, ...decision });
        this.#station.message('error', `The bus has lost commands (${decision.kind}): Central repeats what counts.`);
      }
      this.#next.set(partition, decision.next);
    }
  }

  async #takeBatch(reader: BusReader, topic: string, records: readonly BusRecord[]): Promise<void> {
    if (reader !== this.#reader) return;
    const first = records[0];
    if (first === undefined) return;
    let next = this.#next.get(first.partition) ?? first.offset;
    for (const record of records) {
      if (record.offset < next) continue;
      next = record.offset + 1;
      this.#take(record);
    }
    this.#next.set(first.partition, next);
    this.#storeOffset(topic, first.partition);
    await this.#station.settled();
  }

  /** Foreign records are dropped unopened: their header names another point. */
  #take(record: BusRecord): void {
    const hosted = this.#station.points.get(pointId(record.headers['to'] ?? ''));
    if (hosted === undefined || record.headers['from'] !== CENTRAL) return;
    if (this.#open(hosted, record)) return;
    const waiting = this.#waiting.get(hosted) ?? [];
    waiting.push({ record, sinceMs: this.#station.now().awakeMs });
    if (waiting.length > WAITING_MAX) this.#drop(hosted, waiting.splice(0, 1));
    this.#waiting.set(hosted, waiting);
  }

  /** Hands a record's command over; false when its key is not ours (yet). */
  #open(hosted: Hosted, record: BusRecord): boolean {
    const { key } = hosted;
    const { from = '', to = '', kid = '', mid = '' } = record.headers;
    if (key === null || kid !== key.keyId) return false;
    const text = open(key, 'down', record.topic, { from, to, kid, mid }, record.value);
    if (text !== undefined) this.#dropBehind(hosted, record); // its headers alone prove nothing: anybody can write them
    const parsed = text === undefined ? null : parseMessage(commandSchema, text);
    if (parsed?.ok === true) this.#station.take(hosted, { kind: 'command', command: parsed.message });
    else {
      // Central notices by its own time-out.
      const why = parsed === null ? 'it was not sealed with this key' : parsed.detail;
      this.#log('warn', 'command-dropped', { pointId: hosted.pointId, offset: record.offset, mid, why });
    }
    return true;
  }

  /** Central seals in order: what waits before a record of our key was sealed with one that is gone. */
  #dropBehind(hosted: Hosted, record: BusRecord): void {
    const waiting = this.#waiting.get(hosted);
    if (waiting === undefined) return;
    const isOlder = (w: Waiting): boolean =>
      w.record.offset < record.offset && w.record.headers['kid'] !== hosted.key?.keyId;
    this.#drop(hosted, waiting.filter(isOlder));
    this.#setWaiting(hosted, waiting.filter((w) => !isOlder(w)));
  }

  /** A key has come: what waited for it is handled, in order. */
  #retry(hosted: Hosted): void {
    const waiting = this.#waiting.get(hosted);
    if (waiting === undefined || hosted.key === null) return;
    const { keyId } = hosted.key;
    const { awakeMs } = this.#station.now();
    const mine = waiting.filter((w) => w.record.headers['kid'] === keyId);
    this.#setWaiting(hosted, waiting.filter((w) => !mine.includes(w)).map((w) => ({ ...w, sinceMs: awakeMs })));
    for (const { record } of mine) this.#open(hosted, record);
    this.#storeOffsets();
  }

  #giveUpOld(awakeMs: number): void {
    let dropped = false;
    for (const [hosted, waiting] of this.#waiting) {
      if (hosted.key === null) continue;
      const old = waiting.filter((w) => awakeMs - w.sinceMs > OTHER_KEY_MS);
      if (old.length === 0) continue;
      this.#drop(hosted, old);
      this.#setWaiting(hosted, waiting.filter((w) => !old.includes(w)));
      dropped = true;
    }
    if (dropped) this.#storeOffsets();
  }

  #drop(hosted: Hosted, waiting: readonly Waiting[]): void {
    for (const { record } of waiting) {
      const { kid, mid } = record.headers;
      this.#log('warn', 'command-dropped', {
        point: hosted.pointId, offset: record.offset, mid, kid, why: 'it was sealed with a key that is not ours',
      });
    }
  }

  #setWaiting(hosted: Hosted, waiting: Waiting[]): void {
    if (waiting.length === 0) this.#waiting.delete(hosted);
    else this.#waiting.set(hosted, waiting);
  }

  #storeOffsets(): void {
    if (this.#topic === null) return;
    for (const partition of this.#next.keys()) this.#storeOffset(this.#topic, partition);
  }

  /** A record that still waits for its key must be read again after a crash. */
  #storeOffset(topic: string, partition: number): void {
    let next = this.#next.get(partition);
    if (next === undefined || topic !== this.#topic) return;
    for (const waiting of this.#waiting.values()) {
      for (const { record } of waiting) if (record.partition === partition) next = Math.min(next, record.offset);
    }
    if (this.#station.journal.offset(topic, partition)?.next === next) return;
    this.#station.journal.storeOffset({ cluster: this.#cluster, topic, partition, next });
  }
}
