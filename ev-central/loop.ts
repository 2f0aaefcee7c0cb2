// The one queue of Central. Everything that happens goes through it: what was taken is handled in memory by the core,
// one transaction writes the changed rows, the outgoing messages and the consumed offsets, and only then does any
// effect leave. Between handling and commit there is no `await`. Memory is a cache of the database: when a commit
// fails, or the core throws, the loop stops for good and the process starts again from the store.
import { stepClock } from './core/clock-step.ts';
import type { Append, Effect, Send } from './core/effects.ts';
import type { Input } from './core/inputs.ts';
import type { State } from './core/state.ts';
import { invariant } from '../shared/assert.ts';
import type { Clock } from '../shared/clock.ts';
import { Failure } from '../shared/failure.ts';
import { LIMITS } from '../shared/limits.ts';
import type { Log } from '../shared/log.ts';
import type { Ticker } from '../shared/wire/awake-timer.ts';

/** The next offset of a partition (by the topic's full name) and the epoch of the log that it counts in. */
export type PartitionOffset = {
  readonly topic: string; readonly partition: number; readonly epoch: number; readonly next: number;
};

/** What one transaction writes besides the changed rows of the state's tables. */
export type Batch = {
  readonly appends: readonly Append[];
  /** Rows of the outbox, in this order. */
  readonly sends: readonly Send[];
  readonly offsets: readonly PartitionOffset[];
  /** The cluster that the offsets belong to, when it was learned or has changed. */
  readonly clusterId: string | null;
  /** Outbox rows that the broker has acknowledged. */
  readonly outboxDone: readonly number[];
  /** The broker has lost its log: what it acknowledged since then has to be sent again. */
  readonly outboxReopenSinceMs: number | null;
};

export type LoopStore = {
  /** Loads what this input may touch and memory does not hold. */
  hydrate(state: State, input: Input): void;
  /** Writes a batch in one transaction. Throws `Failure` when it could not. */
  commit(state: State, batch: Batch, nowMs: number): void;
  /** Counts, in a transaction of its own, that handling the records at these places failed. */
  notePoison(places: readonly string[]): void;
};

export type Core = {
  handle(state: State, input: Input, nowMs: number): readonly Effect[];
  endBatch(state: State, nowMs: number): readonly Effect[];
};

/** An effect that leaves after the commit: not what the commit itself wrote. */
export type Leaving = Exclude<Effect, Append | Send>;

/** What a commit made true; handed over right after it, before anybody who pushed is told. */
export type Committed = {
  /** Without meter samples: there are a thousand for each of the others. */
  readonly inputs: readonly Input[];
  readonly samples: number;
  readonly sends: readonly Send[];
  readonly appends: readonly Append[];
  readonly effects: readonly Leaving[];
  readonly nowMs: number;
};

/** Something for the queue that is more than one input. */
export type Work = {
  /**
   * How many inputs it is about; for back-pressure. 0: only marks for the next commit, whenever that is (a tick at the
   * latest). They get none of their own: it would double the writes of a quiet hour, and every wait for the disk.
   */
  readonly count: number;
  /**
   * Called once, when its turn has come: what is decided by state (is this key revoked?) is decided then, for each as
   * it is taken from the list.
   */
  inputs(): Iterable<Input>;
  /** Where the input with this index was read: a record that its log gives again after a restart. */
  readonly place?: (index: number) => string;
  /** It gets a batch of its own, so that a failure of the batch is its own. */
  readonly alone?: boolean;
  /** Asked after `inputs`. */
  readonly offsets?: () => readonly PartitionOffset[];
  readonly clusterId?: string;
  readonly outboxDone?: readonly number[];
  /** Asked after `inputs`; see `Batch`. */
  readonly outboxReopenSinceMs?: () => number | null;
};

export type LoopOptions = {
  readonly state: State;
  readonly store: LoopStore;
  readonly core: Core;
  readonly clock: Clock;
  readonly ticker: Ticker;
  /** Runs something soon, after what is waiting on sockets was read (`setImmediate`). */
  readonly defer: (run: () => void) => void;
  readonly committed: (committed: Committed) => void;
  /** The process has to end: the loop does nothing any more. */
  readonly fatal: (error: unknown) => void;
  readonly log: Log;
};

/** A wall clock that moved this much more or less than our awake time: it was set, or we were not awake. */
const JUMP_MS = 500;

type Entry = { readonly work: Input | Work; readonly done: (() => void) | null };

export class InputLoop {
  readonly #options: LoopOptions;
  #queue: Entry[] = [];
  #waiting = 0;
  #scheduled = false;
  #tickWaits = false;
  #mode: 'running' | 'stopping' | 'stopped' = 'running';
  #unsubscribe: () => void;
  /** Wall clock minus awake time. */
  #skewMs: number;
  #lastNowMs: number;
  #roomListeners: (() => void)[] = [];
  #stopped: (() => void)[] = [];

  constructor(options: LoopOptions) {
    this.#options = options;
    const { clock, ticker } = options;
    this.#lastNowMs = clock.now();
    this.#skewMs = this.#lastNowMs - ticker.awakeMs();
    this.#unsubscribe = ticker.subscribe(() => this.#tick());
  }

  /** Inputs that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** More waits than `LIMITS.queueInputs`: whoever can hold back should. */
  get full(): boolean {
    return this.#waiting >= LIMITS.queueInputs;
  }

  /** Queues one input. */
  give(input: Input): void {
    this.#enqueue({ work: input, done: null }, 1);
  }

  /** Queues several inputs, or marks for the next commit; resolves after the commit that holds them. */
  push(work: Work): Promise<void> {
    return new Promise((resolve) => this.#enqueue({ work, done: resolve }, work.count));
  }

  /** Resolves when the queue has room (at once if it has). */
  whenRoom(): Promise<void> {
    if (!this.full) return Promise.resolve();
    return new Promise((resolve) => this.#roomListeners.push(resolve));
  }

  /** Handles what is queued, takes nothing more, and resolves when all is committed. */
  stop(): Promise<void> {
    this.#unsubscribe();
    if (this.#mode === 'stopped') return Promise.resolve();
    this.#mode = 'stopping';
    return new Promise((resolve) => {
      this.#stopped.push(resolve);
      this.#schedule();
    });
  }

  #enqueue(entry: Entry, count: number): void {
    if (this.#mode === 'stopped') return;
    this.#queue.push(entry);
    this.#waiting += count;
    if (count > 0) this.#schedule();
  }

  #tick(): void {
    if (this.#tickWaits || this.#mode !== 'running') return;
    this.#tickWaits = true;
    this.give({ kind: 'tick' });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#options.defer(() => {
      this.#scheduled = false;
      this.#drain();
    });
  }

  /** One batch: `LIMITS.batchInputs` inputs or `LIMITS.batchMs`, a work as a whole, in one transaction. */
  #drain(): void {
    if (this.#mode === 'stopped') return;
    const nowMs = this.#now();
    const gathered = gather();
    const { clock } = this.#options;
    const untilMs = clock.monotonic() + LIMITS.batchMs;
    const hasRoom = (): boolean =>
      gathered.inputs.length + gathered.samples < LIMITS.batchInputs && clock.monotonic() < untilMs;
    const done: (() => void)[] = [];
    let taken = 0;
    while (taken < this.#queue.length && hasRoom()) {
      const entry = this.#queue[taken];
      invariant(entry !== undefined, 'the queue has no holes');
      const isAlone = 'alone' in entry.work && entry.work.alone === true;
      if (isAlone && taken > 0) break;
      taken += 1;
      if (!this.#handleEntry(entry, nowMs, gathered)) return;
      if (entry.done !== null) done.push(entry.done);
      if (isAlone) break;
    }
    this.#queue = taken === this.#queue.length ? [] : this.#queue.slice(taken);
    if (taken > 0 && !this.#commit(nowMs, gathered)) return;
    for (const tell of done) tell();
    this.#goOn();
  }

  #handleEntry({ work }: Entry, nowMs: number, gathered: Gathered): boolean {
    if ('kind' in work) {
      this.#waiting -= 1;
      if (work.kind === 'tick') this.#tickWaits = false;
      return this.#handle(work, nowMs, gathered);
    }
    this.#waiting -= work.count;
    try {
      let count = 0;
      for (const input of work.inputs()) {
        if (!this.#handle(input, nowMs, gathered, { work, index: count })) return false;
        count += 1;
      }
      if (work.place !== undefined) gathered.placed.push({ place: work.place, count });
      for (const offset of work.offsets?.() ?? []) gathered.offsets.set(`${offset.topic}/${offset.partition}`, offset);
    } catch (error) {
      this.#die(error);
      return false;
    }
    if (work.clusterId !== undefined) gathered.clusterId = work.clusterId;
    if (work.outboxDone !== undefined) gathered.outboxDone.push(...work.outboxDone);
    gathered.outboxReopenSinceMs = work.outboxReopenSinceMs?.() ?? gathered.outboxReopenSinceMs;
    return true;
  }

  #handle(input: Input, nowMs: number, gathered: Gathered, from?: { work: Work; index: number }): boolean {
    const { state, store, core } = this.#options;
    try {
      store.hydrate(state, input);
      sort(core.handle(state, input, nowMs), gathered);
      if (input.kind === 'meter') gathered.samples += 1;
      else gathered.inputs.push(input);
      return true;
    } catch (error) {
      // The state may be half changed, so there is no going on. The record is counted, because the log gives it again
      // after the restart; after some failures the intake makes it a dead letter.
      const at = from?.work.place?.(from.index) ?? null;
      this.#options.log('error', 'input-failed', { kind: input.kind, place: at });
      this.#die(error);
      if (at !== null) this.#notePoison(error, [at]);
      return false;
    }
  }

  /** A full disk or a locked database is no record's fault. */
  #notePoison(error: unknown, places: readonly string[]): void {
    if (error instanceof Failure || places.length === 0) return;
    try {
      this.#options.store.notePoison(places);
    } catch (cause) {
      this.#options.log('error', 'poison-not-noted', { places: places.slice(0, 10), error: cause });
    }
  }

  #commit(nowMs: number, gathered: Gathered): boolean {
    const { state, store, core } = this.#options;
    const { inputs, appends, sends, effects, clusterId, outboxDone, outboxReopenSinceMs } = gathered;
    try {
      sort(core.endBatch(state, nowMs), gathered);
      const offsets = [...gathered.offsets.values()];
      store.commit(state, { appends, sends, offsets, clusterId, outboxDone, outboxReopenSinceMs }, nowMs);
    } catch (error) {
      this.#die(error);
      // One of them is guilty, and nobody knows which: after the restart each is handled in a batch of its own.
      this.#notePoison(error, placesOf(gathered));
      return false;
    }
    try {
      this.#options.committed({ inputs, samples: gathered.samples, sends, appends, effects, nowMs });
      return true;
    } catch (error) {
      this.#die(error);
      return false;
    }
  }

  #goOn(): void {
    if (!this.full && this.#roomListeners.length > 0) {
      const listeners = this.#roomListeners;
      this.#roomListeners = [];
      for (const listener of listeners) listener();
    }
    if (this.#queue.length > 0) return this.#schedule();
    if (this.#mode !== 'stopping') return;
    this.#mode = 'stopped';
    for (const stopped of this.#stopped) stopped();
  }

  /**
   * The time of a batch. Time-outs run only on time in which we were awake, and by no step of the wall clock: what the
   * wall clock moved without us, every deadline moves too, before the input that waited meanwhile is handled.
   */
  #now(): number {
    const { clock, ticker, state, log } = this.#options;
    const nowMs = clock.now();
    const jumpMs = Math.round(nowMs - ticker.awakeMs() - this.#skewMs);
    if (Math.abs(jumpMs) < JUMP_MS) {
      this.#lastNowMs = Math.max(this.#lastNowMs, nowMs);
      return this.#lastNowMs;
    }
    this.#skewMs += jumpMs;
    this.#lastNowMs = nowMs;
    stepClock(state, jumpMs);
    log('warn', 'deadlines-moved', { jumpMs });
    return nowMs;
  }

  #die(error: unknown): void {
    this.#mode = 'stopped';
    this.#queue = [];
    this.#unsubscribe();
    this.#options.fatal(error);
  }
}

type Gathered = {
  readonly inputs: Input[];
  readonly appends: Append[];
  readonly sends: Send[];
  readonly effects: Leaving[];
  readonly offsets: Map<string, PartitionOffset>;
  readonly outboxDone: number[];
  /** Where the inputs came from that a log gives again. */
  readonly placed: { readonly place: (index: number) => string; readonly count: number }[];
  samples: number;
  clusterId: string | null;
  outboxReopenSinceMs: number | null;
};

function gather(): Gathered {
  return {
    inputs: [], appends: [], sends: [], effects: [], offsets: new Map(), outboxDone: [], placed: [], clusterId: null,
    outboxReopenSinceMs: null, samples: 0,
  };
}

function placesOf({ placed }: Gathered): string[] {
  return placed.flatMap(({ place, count }) => Array.from({ length: count }, (_unused, index) => place(index)));
}

function sort(effects: readonly Effect[], gathered: Gathered): void {
  for (const effect of effects) {
    if (effect.kind === 'append') gathered.appends.push(effect);
    else if (effect.kind === 'send') gathered.sends.push(effect);
    else gathered.effects.push(effect);
  }
}
