// Kafka in memory, at the bus's port: partitioned logs that keep their order; sends that come late, whose
// acknowledgement is lost, or that come in part; readers that rejoin and read again; a broker that is away for all, or
// for one process.
import { BusWatch } from '../../shared/bus/bus-watch.ts';
import { partitionOf } from '../../shared/bus/partition.ts';
import {
  type Bus, type BusReader, type BusRecord, type BusSender, type BusState, type OutRecord, SendFailure,
} from '../../shared/bus/port.ts';
import { ClusterReader } from './cluster-reader.ts';
import { type Life, START_MS, type World } from './world.ts';

/** What may go wrong with a send, each from 0 to 1. All 0 when the faults have stopped. */
export type BusTrouble = { lostAck: number; lateSend: number; partSend: number; slow: number; rereads: number };
export const NO_BUS_TROUBLE: BusTrouble = { lostAck: 0, lateSend: 0, partSend: 0, slow: 0, rereads: 0 };

/** An unanswered send is given up after this time at most. */
const SEND_GIVE_UP_MS = 2_000;
/** A change of the broker is noticed within this time. */
const NOTICE_MS = 1_200;
/** Shorter than as shipped (7 days), so that Central meets records that have expired. */
const METER_KEPT_MS = 20 * 60_000;
const PROGRESS_KEPT_MS = 10 * 60_000;
const EXPIRED_AT_ONCE = 200;
/** A group of readers finds out within this time that its broker knows it no more. */
const HEARTBEAT_MS = 10_000;
/** Central keeps what the broker has acknowledged for 24 h; less what it may take to reach the broker. */
const SENT_AGAIN_MS = 23 * 3_600_000;

/** The log of one partition: what has expired is gone from its begin. */
export class PartitionLog {
  first = 0;
  #records: BusRecord[] = [];

  get end(): number {
    return this.first + this.#records.length;
  }

  append(record: BusRecord): void {
    this.#records.push(record);
  }

  /** From an offset, which must not be before the first; at most so many. */
  read(from: number, count: number): BusRecord[] {
    return this.#records.slice(from - this.first, from - this.first + count);
  }

  /** Drops what is older, some hundred records at a time. */
  expire(beforeMs: number): void {
    const next = this.#records[EXPIRED_AT_ONCE];
    if (next === undefined || next.timestampMs >= beforeMs) return;
    this.#records = this.#records.slice(EXPIRED_AT_ONCE);
    this.first += EXPIRED_AT_ONCE;
  }
}

export class Cluster {
  id = 'simulated-1';
  readonly world: World;
  readonly partitions: number;
  isUp = true;
  trouble: BusTrouble = { ...NO_BUS_TROUBLE };
  readonly buses = new Set<SimulatedBus>();
  readonly counts = { records: 0, lostAcks: 0, lateSends: 0, partSends: 0, rejoins: 0, lostLogs: 0 };
  /** Ids of the messages that stand, or stood until they expired, in a log of this cluster; and since when. */
  readonly arrived = new Map<string, number>();
  readonly #logs = new Map<string, PartitionLog>();

  constructor(world: World, partitions: number) {
    this.world = world;
    this.partitions = partitions;
  }

  log(topic: string, partition: number): PartitionLog {
    const place = `${topic}/${partition}`;
    let log = this.#logs.get(place);
    if (log === undefined) this.#logs.set(place, log = new PartitionLog());
    return log;
  }

  /** One that stands in some log; null: none was drawn. */
  anyRecord(): BusRecord | null {
    if (this.#logs.size === 0) return null;
    const log = this.world.chance.of([...this.#logs.values()]);
    return log.read(this.world.chance.whole(log.first, log.end), 1)[0] ?? null;
  }

  /** The broker loses its disk: another cluster, with empty logs, stands in its place. */
  loseLogs(): void {
    this.counts.lostLogs += 1;
    this.id = `simulated-${this.counts.lostLogs + 1}`;
    this.#logs.clear();
    // What left longer ago is not sent again.
    for (const [id, sinceMs] of this.arrived) if (sinceMs > this.world.nowMs - SENT_AGAIN_MS) this.arrived.delete(id);
    this.setUp(false);
    // The groups are lost with it: every reader joins anew when its heartbeat fails, if it did not before.
    for (const bus of this.buses) {
      for (const reader of bus.readers) bus.life.after(this.world.chance.below(HEARTBEAT_MS), () => reader.rejoin());
    }
  }

  append({ topic, key, headers, value }: OutRecord): void {
    const partition = partitionOf(key, this.partitions);
    const log = this.log(topic, partition);
    const timestampMs = Math.floor(START_MS + this.world.nowMs);
    log.append({ topic, partition, offset: log.end, key, headers, value: bytesOf(value), timestampMs });
    const keptMs = topic.endsWith('.meter') ? METER_KEPT_MS : topic.endsWith('.progress') ? PROGRESS_KEPT_MS : null;
    if (keptMs === null) this.arrived.set(headers['mid'] ?? '', this.world.nowMs);
    else log.expire(timestampMs - keptMs);
    this.counts.records += 1;
    for (const bus of this.buses) for (const reader of bus.readers) reader.appended(topic, partition);
  }

  setUp(isUp: boolean): void {
    if (this.isUp === isUp) return;
    this.isUp = isUp;
    this.world.note('kafka', isUp ? 'up' : 'down');
    for (const bus of this.buses) bus.noticeSoon();
  }

  open(life: Life): SimulatedBus {
    const bus = new SimulatedBus(this, life);
    this.buses.add(bus);
    life.endings.push(() => this.buses.delete(bus));
    return bus;
  }
}

export class SimulatedBus implements Bus {
  readonly cluster: Cluster;
  readonly life: Life;
  readonly readers = new Set<ClusterReader>();
  /** This process alone does not reach the broker. */
  isCut = false;
  readonly #watch = new BusWatch('down');
  readonly #inFlight = new Set<(error: SendFailure) => void>();

  constructor(cluster: Cluster, life: Life) {
    this.cluster = cluster;
    this.life = life;
    this.noticeSoon();
  }

  get isReachable(): boolean {
    return this.cluster.isUp && !this.isCut;
  }

  cut(isCut: boolean): void {
    this.isCut = isCut;
    this.noticeSoon();
  }

  /** The process finds out how the broker is, some time later. */
  noticeSoon(): void {
    this.life.after(this.cluster.world.chance.below(NOTICE_MS), () => this.#setState(this.isReachable ? 'up' : 'down'));
  }

  state(): BusState {
    return this.#watch.state;
  }

  onState(listener: (state: BusState) => void): () => void {
    return this.#watch.onState(listener);
  }

  whenUp(): Promise<void> {
    return this.#watch.whenUp();
  }

  async ensureTopics(): Promise<void> {
    await this.#roundTrip();
  }

  async partitionCounts(topics: readonly string[]): Promise<Map<string, number>> {
    await this.#roundTrip();
    return new Map(topics.map((topic) => [topic, this.cluster.partitions]));
  }

  async logRanges(topics: readonly string[]) {
    await this.#roundTrip();
    const partitions = Array.from({ length: this.cluster.partitions }, (_unused, partition) => partition);
    return topics.flatMap((topic) => partitions.map((partition) =>
      ({ topic, partition, first: this.cluster.log(topic, partition).first,
        end: this.cluster.log(topic, partition).end })));
  }

  clusterId(): Promise<string> {
    return Promise.resolve(this.cluster.id);
  }

  /** Each sender is a connection of its own: in order by itself, in any order with others. */
  sender(): BusSender {
    const line = { arrivesMs: 0 };
    return { send: (records) => this.#send(records, line), close: () => Promise.resolve() };
  }

  reader(options: Parameters<Bus['reader']>[0]): BusReader {
    const reader = new ClusterReader(this, options);
    this.readers.add(reader);
    return reader;
  }

  async close(): Promise<void> {
    this.#watch.close();
    await Promise.all([...this.readers].map((reader) => reader.close()));
  }

  #setState(state: BusState): void {
    if (this.#watch.state === state || this.#watch.closed) return;
    if (state === 'down') this.#giveUp();
    this.#watch.set(state);
    for (const reader of this.readers) reader.busChanged(state);
  }

  #giveUp(): void {
    const given = [...this.#inFlight];
    this.#inFlight.clear();
    for (const reject of given) reject(new SendFailure('the bus went down', { maybeSent: true }));
  }

  async #send(records: readonly OutRecord[], line: { arrivesMs: number }): Promise<void> {
    if (records.length === 0) return;
    const { state, closed } = this.#watch;
    if (state === 'down' || closed) throw new SendFailure('the bus is down', { maybeSent: false });
    const { world } = this.cluster;
    this.life.sends();
    const copies = records.map((record) => ({ ...record, value: Buffer.from(record.value) }));
    line.arrivesMs = Math.max(line.arrivesMs, world.nowMs + this.#delayMs());
    await new Promise<void>((resolve, reject) => {
      const refuse = (error: SendFailure): void => {
        this.#inFlight.delete(refuse);
        reject(error);
      };
      this.#inFlight.add(refuse);
      // What is on its way arrives, whether the sender still lives or not.
      world.after(line.arrivesMs - world.nowMs, () => this.#arrive(copies, {
        done: () => {
          this.#inFlight.delete(refuse);
          resolve();
        },
        refuse,
      }));
    });
  }

  #arrive(records: readonly OutRecord[], { done, refuse }: {
    done: () => void; refuse: (error: SendFailure) => void;
  }): void {
    const { world, trouble, counts } = this.cluster;
    const { chance } = world;
    const unknown = (): void => this.life.after(chance.between(100, SEND_GIVE_UP_MS), () =>
      refuse(new SendFailure('no acknowledgement', { maybeSent: true })));
    if (!this.isReachable) return unknown();
    if (chance.is(trouble.lateSend)) {
      counts.lateSends += 1;
      world.after(chance.between(200, 2 * SEND_GIVE_UP_MS), () => this.#append(records));
      return unknown();
    }
    const partitions = new Set(records.map(({ key }) => partitionOf(key, this.cluster.partitions)));
    if (partitions.size > 1 && chance.is(trouble.partSend)) {
      counts.partSends += 1;
      const kept = chance.of([...partitions]);
      this.#append(records.filter(({ key }) => partitionOf(key, this.cluster.partitions) === kept));
      return unknown();
    }
    this.#append(records);
    if (chance.is(trouble.lostAck)) {
      counts.lostAcks += 1;
      return unknown();
    }
    this.life.after(this.#delayMs(), done);
  }

  #append(records: readonly OutRecord[]): void {
    for (const record of records) this.cluster.append(record);
  }

  #delayMs(): number {
    const { trouble, world: { chance } } = this.cluster;
    return chance.is(trouble.slow) ? chance.between(50, 1_500) : chance.between(0.3, 6);
  }

  async #roundTrip(): Promise<void> {
    await this.life.sleep(this.#delayMs());
    if (!this.isReachable) throw new SendFailure('the broker does not answer', { maybeSent: false });
  }
}

function bytesOf(value: string | Buffer): Buffer {
  return typeof value === 'string' ? Buffer.from(value) : value;
}
