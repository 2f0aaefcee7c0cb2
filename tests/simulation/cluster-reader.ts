// A reader of the simulated Kafka: joins, seeks to what its owner has stored, hands over batches of a partition in
// offset order, and now and then joins anew and reads a little of what it has read before.
import type { LogRange } from '../../shared/bus/offsets.ts';
import type { BusReader, BusRecord, BusState, ReaderOptions, ReaderState } from '../../shared/bus/port.ts';
import type { Life, World } from './world.ts';

const BATCH_MAX = 40;
const REREAD_MAX = 6;

type Log = { readonly first: number; readonly end: number; read(from: number, count: number): BusRecord[] };

/** What a reader needs of its bus and of the cluster behind it. */
export type ReadSide = {
  readonly life: Life;
  readonly isReachable: boolean;
  readonly readers: Set<ClusterReader>;
  readonly cluster: {
    readonly id: string;
    readonly world: World;
    readonly trouble: { readonly slow: number; readonly rereads: number };
    readonly counts: { rejoins: number };
    log(topic: string, partition: number): Log;
  };
  whenUp(): Promise<void>;
  logRanges(topics: readonly string[]): Promise<LogRange[]>;
};

type Place = { topic: string; partition: number; next: number; inWork: boolean };

export class ClusterReader implements BusReader {
  readonly #bus: ReadSide;
  readonly #options: ReaderOptions;
  /** Where `begin` and `end` stand now: behind what `onBatch` has finished. */
  readonly #finished = new Map<string, number>();
  #places = new Map<string, Place>();
  #generation = 0;
  #joining = false;
  #isPaused = false;
  #state: ReaderState = 'starting';
  #started: (() => void) | null = null;

  constructor(bus: ReadSide, options: ReaderOptions) {
    this.#bus = bus;
    this.#options = options;
  }

  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#started = resolve;
      this.#joinSoon(5);
    });
  }

  state(): ReaderState {
    return this.#state;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    for (const place of this.#places.values()) this.#fetchSoon(place);
  }

  close(): Promise<void> {
    this.#generation += 1;
    this.#setState('closed');
    this.#bus.readers.delete(this);
    return Promise.resolve();
  }

  appended(topic: string, partition: number): void {
    const place = this.#places.get(`${topic}/${partition}`);
    if (place !== undefined) this.#fetchSoon(place);
  }

  busChanged(state: BusState): void {
    if (this.#started === null && this.#state === 'starting') return;
    if (state === 'down') this.#leave();
    else this.#joinSoon(200);
  }

  /** Leaves the group and joins again: the next batches begin where the owner says. */
  rejoin(): void {
    if (this.#state !== 'reading') return;
    this.#bus.cluster.counts.rejoins += 1;
    this.#leave();
    this.#joinSoon(1_000);
  }

  #leave(): void {
    if (this.#state === 'closed') return;
    this.#generation += 1;
    this.#joining = false;
    this.#places = new Map();
    this.#setState('recovering');
  }

  #joinSoon(withinMs: number): void {
    if (this.#joining || this.#state === 'closed') return;
    this.#joining = true;
    const generation = this.#generation;
    const { life, cluster: { world } } = this.#bus;
    life.after(world.chance.below(withinMs), () => {
      if (generation !== this.#generation) return;
      this.#join(generation).catch((error: unknown) => {
        life.log('info', 'reader-did-not-start', { error });
        if (generation !== this.#generation) return;
        this.#joining = false;
        this.#joinSoon(500);
      });
    });
  }

  async #join(generation: number): Promise<void> {
    await this.#bus.whenUp();
    const { topics, onLog, startOffsets } = this.#options;
    const ranges = await this.#bus.logRanges(topics);
    await onLog?.({ clusterId: this.#bus.cluster.id, ranges });
    if (generation !== this.#generation) return;
    this.#joining = false;
    for (const { topic, partition, first, end } of ranges) {
      if (!this.#isMine(topic, partition)) continue;
      const name = `${topic}/${partition}`;
      const wanted = startOffsets(topic, partition);
      const known = typeof wanted === 'number' ? wanted : this.#finished.get(name) ?? (wanted === 'end' ? end : first);
      if (typeof wanted !== 'number') this.#finished.set(name, known);
      this.#places.set(name, { topic, partition, next: Math.max(first, known - this.#rereads()), inWork: false });
    }
    this.#setState('reading');
    this.#started?.();
    this.#started = null;
    for (const place of this.#places.values()) this.#fetchSoon(place);
  }

  #isMine(topic: string, partition: number): boolean {
    const { partitions } = this.#options;
    return partitions === 'all' || (partitions instanceof Map && (partitions.get(topic) ?? []).includes(partition));
  }

  #rereads(): number {
    const { trouble, world: { chance } } = this.#bus.cluster;
    return chance.is(trouble.rereads) ? chance.whole(0, REREAD_MAX) : 0;
  }

  #fetchSoon(place: Place): void {
    if (place.inWork || this.#isPaused) return;
    place.inWork = true;
    const generation = this.#generation;
    const { life, cluster: { world, trouble } } = this.#bus;
    const delayMs = world.chance.is(trouble.slow) ? world.chance.between(20, 800) : world.chance.between(0.3, 5);
    life.after(delayMs, () => {
      if (generation !== this.#generation) return;
      void this.#fetch(place, generation);
    });
  }

  async #fetch(place: Place, generation: number): Promise<void> {
    const { cluster, isReachable, life } = this.#bus;
    const { topic, partition } = place;
    const log = cluster.log(topic, partition);
    if (place.next > log.end || place.next < log.first) {
      // As measured with kafkajs: what is out of the log's range is read from its begin or its end, in silence.
      place.next = cluster.world.chance.is(0.5) ? log.first : log.end;
    }
    const records = log.read(place.next, cluster.world.chance.whole(1, BATCH_MAX));
    const last = records.at(-1);
    if (last === undefined || !isReachable) {
      place.inWork = false;
      // A broker that is away is seen as such later; until then the fetch is tried again.
      if (last !== undefined) life.after(300, () => this.appended(topic, partition));
      return;
    }
    place.next = last.offset + 1;
    try {
      await this.#options.onBatch(records);
    } catch (error) {
      life.log('warn', 'batch-not-handled', { topic, error });
      if (generation !== this.#generation) return;
      this.#leave();
      this.#joinSoon(500);
      return;
    }
    if (generation !== this.#generation) return;
    if (this.#finished.has(`${topic}/${partition}`)) this.#finished.set(`${topic}/${partition}`, place.next);
    place.inWork = false;
    if (place.next < log.end) this.#fetchSoon(place);
  }

  #setState(state: ReaderState): void {
    if (this.#state === state || this.#state === 'closed') return;
    this.#state = state;
    this.#options.onState?.(state);
  }
}
