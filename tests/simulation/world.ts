// The one clock and the one source of chance of a simulated network. Everything that happens is an event of one queue,
// ordered by time and then by the order in which it was asked for. Between two events all promises run dry, so the same
// seed gives the same run.
import type { Clock } from '../../shared/clock.ts';
import type { Log, LogFields } from '../../shared/log.ts';
import { createTicker, type Ticker } from '../../shared/wire/awake-timer.ts';
import { createChance, type Chance } from './chance.ts';

/** The wall clock at the begin of every run: a Friday morning in Alicante. */
export const START_MS = 1_763_700_000_000;
const TRACE_LINES = 80;
const STEPS_A_TURN = 64;

type Event = { atMs: number; order: number; owner: Life | null; run: () => void };

/** A machine's wall clock, which can be wrong. Processes on one machine share it. */
export type Host = { skewMs: number };

/** One run of a process: from its start to its death. What it asked for after its death never happens. */
export class Life {
  alive = true;
  frozenUntilMs = 0;
  /** The step of the world in which something left this process last. */
  sentAtStep = -1;
  readonly name: string;
  readonly clock: Clock;
  readonly ticker: Ticker;
  readonly log: Log;
  readonly endings: (() => void)[] = [];
  readonly #world: World;

  constructor(world: World, name: string, host: Host) {
    this.#world = world;
    this.name = name;
    this.clock = { now: () => Math.floor(START_MS + world.nowMs + host.skewMs), monotonic: () => world.nowMs };
    const ticker = createTicker(() => world.nowMs);
    this.ticker = ticker;
    this.log = (level, event, fields) => {
      if (level !== 'debug') world.note(name, event, fields);
    };
    const beat = (): void => {
      ticker.tick();
      world.after(world.tickMs, beat, this);
    };
    world.after(world.chance.below(world.tickMs), beat, this);
  }

  /** Something leaves the process. */
  sends(): void {
    if (!this.alive) this.#world.fail(`something left ${this.name} after its death`);
    this.sentAtStep = this.#world.steps;
  }

  get isAwake(): boolean {
    return this.alive && this.frozenUntilMs <= this.#world.nowMs;
  }

  /** Runs something later, if this process still lives then. */
  after(ms: number, run: () => void): void {
    this.#world.after(ms, run, this);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  die(): void {
    if (!this.alive) return;
    this.alive = false;
    for (const end of this.endings) end();
  }
}

export class World {
  nowMs = 0;
  steps = 0;
  /** How often each process looks at its deadlines: 100 ms as shipped, later on a machine that is busy. */
  tickMs = 100;
  readonly chance: Chance;
  /** What the run stands for, against which replays are compared. */
  digest = 0;
  readonly trace: string[] = [];
  /** Takes every line of the trace, when somebody reads along. */
  onTrace: ((line: string) => void) | null = null;
  /** Take every event of the trace, when a check needs to know of it. */
  readonly onNotes: ((what: string, fields: LogFields) => void)[] = [];
  failure: Error | null = null;
  readonly #heap: Event[] = [];
  #order = 0;

  constructor(seed: number) {
    this.chance = createChance(seed);
  }

  after(ms: number, run: () => void, owner: Life | null = null): void {
    this.#order += 1;
    this.#push({ atMs: this.nowMs + Math.max(0, ms), order: this.#order, owner, run });
  }

  /** Remembers a line of the trace. */
  note(who: string, what: string, fields: LogFields = {}): void {
    for (const take of this.onNotes) take(what, fields);
    const line = `${(this.nowMs / 1_000).toFixed(3).padStart(9)} ${who.padEnd(14)} ${what} ${short(fields)}`;
    this.trace.push(line);
    if (this.trace.length > 2 * TRACE_LINES) this.trace.splice(0, TRACE_LINES);
    this.onTrace?.(line);
    this.digest = hash(this.digest, `${Math.round(this.nowMs)} ${who} ${what}`);
  }

  /** Notes what must not be; the first one counts, and ends the run. */
  fail(what: string | Error): void {
    if (this.failure !== null) return;
    this.failure = typeof what === 'string' ? new Error(what) : what;
    this.note('check', `FAILED: ${this.failure.message}`);
  }

  /** Lets everything happen up to a time, or until `until` holds (asked once a simulated second), or a failure. */
  async run(forMs: number, until: () => boolean = () => false): Promise<boolean> {
    const endMs = this.nowMs + forMs;
    let askMs = this.nowMs;
    for (;;) {
      if (this.failure !== null) return false;
      if (this.nowMs >= askMs) {
        if (until()) return true;
        askMs = this.nowMs + 1_000;
      }
      const event = this.#heap[0];
      if (event === undefined || event.atMs > endMs) break;
      this.#pop();
      await this.#happen(event);
    }
    this.nowMs = endMs;
    return until();
  }

  async #happen(event: Event): Promise<void> {
    this.nowMs = event.atMs;
    const { owner } = event;
    if (owner !== null && !owner.alive) return;
    if (owner !== null && owner.frozenUntilMs > this.nowMs) {
      this.#push({ ...event, atMs: owner.frozenUntilMs });
      return;
    }
    this.steps += 1;
    try {
      event.run();
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
    // A tick of Node's own queue comes when no promise has anything to do; a turn of the event loop costs ten times as
    // much, but only there are rejections seen that nobody handles.
    const turn = this.steps % STEPS_A_TURN === 0;
    await new Promise<void>((resolve) => void (turn ? setImmediate(resolve) : process.nextTick(resolve)));
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || !isBefore(event, parent)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const leftEvent = heap[left];
      if (leftEvent === undefined) break;
      const rightEvent = heap[left + 1];
      const isRight = rightEvent !== undefined && isBefore(rightEvent, leftEvent);
      const child = isRight ? rightEvent : leftEvent;
      if (!isBefore(child, last)) break;
      heap[at] = child;
      at = isRight ? left + 1 : left;
    }
    heap[at] = last;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function hash(before: number, text: string): number {
  let value = before;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return value;
}

function short(fields: LogFields): string {
  return Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name}=${text(value)}`).join(' ').slice(0, 320);
}

function text(value: unknown): string {
  if (value instanceof Error) return value.message + (value.cause === undefined ? '' : ` ← ${text(value.cause)}`);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
