// The shell around the engines of one process: hands inputs to `handleEngine`, writes what it decided, and lets the
// effects out when they are on the disk. One loop and one journal for one point or ten thousand; each point has one
// tick a second, and those of a large fleet are spread over it, so that its readings do not leave in one instant.
import type { Clock } from '../shared/clock.ts';
import { Failure } from '../shared/failure.ts';
import type { PointId, SessionId } from '../shared/ids.ts';
import { LIMITS } from '../shared/limits.ts';
import type { FromEngine, Fact } from '../shared/messages/catalogue.ts';
import type { MeterSample } from '../shared/messages/meter-sample.ts';
import type { Connector } from '../shared/messages/values.ts';
import type { Log } from '../shared/log.ts';
import { sealKey, type SealKey } from '../shared/seal.ts';
import type { Ticker } from '../shared/wire/awake-timer.ts';
import { handleEngine } from './engine.ts';
import type { Journal, JournalEntry } from './journal.ts';
import type { MeterRow } from './journal-line.ts';
import { connectorOf, type EngineEffect, type EngineInput, newKept, newPoint, type Now, type Point,
} from './point-state.ts';

const TICK_MS = 1_000;
/** Parts of a second; the ticker ticks as often. Each has its own share of the points, and its own write of meters. */
const SLOTS = 10;
/** So many points in a row share a slot: a small process has one tick and one write of its meters a second. */
const POINTS_IN_A_ROW = 25;
const MESSAGES_KEPT = 200;

/** One point of this process, with what the shell holds for it. */
export type Hosted = {
  readonly pointId: PointId;
  readonly point: Point;
  readonly entry: JournalEntry;
  /** In memory only. */
  key: SealKey | null;
  topicPrefix: string | null;
  partitions: number | null;
  /** To the monitor; null while there is none. */
  sendFrame: ((frame: FromEngine) => void) | null;
};

export type StationMessage = { atMs: number; level: 'info' | 'good' | 'warn' | 'error'; text: string };
export type LocalAnswer = { ok: boolean; text: string };

/** What the station's neighbours do when something has left it. All optional: a test listens to what it needs. */
export type StationListeners = {
  /** Facts of this point are on the disk, or were accepted. */
  factsMoved?(hosted: Hosted): void;
  sendAgain?(hosted: Hosted): void;
  samples?(samples: readonly { hosted: Hosted; sample: MeterSample }[]): void;
  /** The key has come, changed or gone. */
  keyChanged?(hosted: Hosted): void;
  setup?(hosted: Hosted): void;
  /** Written facts, for control and tests. */
  fact?(fact: Fact): void;
  /** A script's readings are out; its session waits for Central's stop. */
  scriptAtEnd?(sessionId: SessionId): void;
  /** Once a second, after a tick, in awake time. */
  ticked?(awakeMs: number): void;
  /** Something that a screen shows has changed. */
  changed?(): void;
};

/** The points that tick together. */
type Slot = { readonly hosted: Hosted[]; lastMs: number; dueMs: number; readonly isFirst: boolean };

export type StationOptions = {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly ticker: Ticker;
  readonly log: Log;
  /** Runs something soon, after what is waiting on sockets was read (`setImmediate`). */
  readonly defer: (run: () => void) => void;
  /** How many times faster than real the physics run. */
  readonly speed: number;
};

export class Station {
  readonly points = new Map<PointId, Hosted>();
  readonly messages: StationMessage[] = [];
  readonly #options: StationOptions;
  readonly #startedMs: number;
  readonly #listeners: StationListeners[] = [];
  #held: { hosted: Hosted; effect: EngineEffect }[] = [];
  #meterRows: MeterRow[] = [];
  #flushing: Promise<void> | null = null;
  #trouble: string | null = null;
  readonly #slots: Slot[];
  #endTicks: () => void = () => undefined;
  #closed = false;

  constructor(options: StationOptions) {
    this.#options = options;
    this.#startedMs = options.clock.monotonic();
    const nowMs = options.ticker.awakeMs();
    this.#slots = Array.from({ length: SLOTS }, (_unused, at) => (
      { hosted: [], lastMs: nowMs, dueMs: nowMs + TICK_MS + (at * TICK_MS) / SLOTS, isFirst: at === 0 }));
  }

  listen(listeners: StationListeners): void {
    this.#listeners.push(listeners);
  }

  get journal(): Journal {
    return this.#options.journal;
  }

  /** Why the journal lets nothing start; null: it is well. */
  get trouble(): string | null {
    return this.#trouble;
  }

  now(): Now {
    const { clock, ticker } = this.#options;
    return {
      atMs: Math.round(clock.now()), uptimeMs: Math.round(clock.monotonic() - this.#startedMs),
      awakeMs: Math.round(ticker.awakeMs()),
    };
  }

  start(): void {
    this.#endTicks = this.#options.ticker.subscribe((awakeMs) => {
      for (const slot of this.#slots) if (awakeMs >= slot.dueMs) this.#tick(slot, awakeMs);
    });
  }

  /** Puts a point into service: from its journal, or as a new one. */
  addPoint(pointId: PointId, connectors?: readonly Connector[]): Hosted {
    const known = this.points.get(pointId);
    if (known !== undefined) return known;
    const { journal } = this.#options;
    const entry = journal.entry(pointId) ?? journal.add(newKept(pointId, connectors));
    const point = newPoint(entry.kept, this.now());
    const hosted: Hosted = {
      pointId, point, entry, key: null, topicPrefix: null, partitions: null, sendFrame: null,
    };
    this.#slots[Math.floor(this.points.size / POINTS_IN_A_ROW) % SLOTS]?.hosted.push(hosted);
    this.points.set(pointId, hosted);
    this.take(hosted, { kind: 'boot', salvage: journal.salvages.get(pointId) ?? null });
    this.take(hosted, { kind: 'journal', trouble: this.#trouble });
    return hosted;
  }

  /** Hands one input to a point's engine. Returns what it answers to a local action. */
  take(hosted: Hosted, input: EngineInput): LocalAnswer | null {
    if (this.#closed) return null;
    const effects = handleEngine(hosted.point, input, this.now());
    let answer: LocalAnswer | null = null;
    const facts: Fact[] = [];
    let keep: number | null = null;
    let isKept = false;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'fact':
          facts.push(effect.fact);
          break;
        case 'kept':
          isKept = true;
          break;
        case 'replace-facts':
          keep = effect.keep;
          break;
        case 'meter':
          this.#addMeterRow(hosted, effect.connectorNo);
          break;
        case 'answer':
          answer = { ok: effect.ok, text: effect.text };
          break;
        case 'ask-renumber':
          break;
        default:
          this.#hold(hosted, effect);
      }
      if (effect.kind === 'fact') this.#held.push({ hosted, effect });
    }
    if (facts.length > 0 || isKept || keep !== null) this.#options.journal.step(hosted.entry, facts, keep);
    const asked = effects.find((effect) => effect.kind === 'ask-renumber');
    if (asked !== undefined) {
      this.#options.log('error', 'facts-numbered-anew', { pointId: hosted.pointId, behind: asked.previous });
      this.take(hosted, { kind: 'renumber', previous: asked.previous, facts: [...hosted.entry.facts] });
    }
    this.#flushSoon();
    return answer;
  }

  /** Resolves when everything decided so far is on the disk and has left (or the disk is in trouble). */
  async settled(): Promise<void> {
    await (this.#flushing ?? Promise.resolve());
  }

  /** A line for the screen; what is bad goes to the log too, for those who have no screen. */
  message(level: StationMessage['level'], text: string): void {
    if (level === 'warn' || level === 'error') this.#options.log(level, 'told', { text });
    this.messages.push({ atMs: Math.round(this.#options.clock.now()), level, text });
    if (this.messages.length > MESSAGES_KEPT) this.messages.splice(0, this.messages.length - MESSAGES_KEPT);
    this.#changed();
  }

  /** Writes the registers and everything else, and ends the ticks. */
  async close(): Promise<void> {
    this.#endTicks();
    for (const hosted of this.points.values()) {
      for (const c of hosted.point.kept.connectors) if (c.session !== null) this.#addMeterRow(hosted, c.connectorNo);
    }
    this.#writeMeters();
    this.#closed = true;
    this.#flushSoon();
    while (this.#flushing !== null) await this.settled();
    await this.#options.journal.close();
  }

  #tick(slot: Slot, awakeMs: number): void {
    const elapsedMs = Math.round(awakeMs - slot.lastMs);
    slot.lastMs = awakeMs;
    // One a second in the long run, whatever the ticker's own delays; after a busy second never two at once.
    slot.dueMs = Math.max(slot.dueMs + TICK_MS, awakeMs + TICK_MS / 2);
    const physicsMs = Math.round(elapsedMs * this.#options.speed);
    if (slot.isFirst) this.#judgeJournal();
    for (const hosted of slot.hosted) this.take(hosted, { kind: 'tick', elapsedMs, physicsMs });
    this.#writeMeters();
    this.#flushSoon();
    if (slot.isFirst) for (const listener of this.#listeners) listener.ticked?.(awakeMs);
    if (slot.isFirst || slot.hosted.length > 0) this.#changed();
  }

  /** Effects that neither change the disk nor depend on it go at once, the others after their flush. */
  #hold(hosted: Hosted, effect: EngineEffect): void {
    switch (effect.kind) {
      case 'log': return this.#options.log(effect.level, effect.event, effect.fields);
      case 'message': return this.message(effect.level, this.#named(hosted, effect.text));
      case 'key':
        hosted.key = effect.grant === null ? null : sealKey(effect.grant.keyId, effect.grant.keyBase64);
        break;
      case 'setup':
        hosted.topicPrefix = effect.topicPrefix;
        hosted.partitions = effect.partitions;
        break;
      case 'accepted':
        this.#options.journal.accept(hosted.entry, effect.upTo);
        break;
      case 'frame':
        if (effect.frame.type === 'health') return hosted.sendFrame?.(effect.frame);
        break;
      default:
    }
    this.#held.push({ hosted, effect });
  }

  #flushSoon(): void {
    if (this.#flushing !== null || (this.#held.length === 0 && !this.#options.journal.hasPending)) return;
    // A turn of the loop, so that everything that has been read by now shares one flush.
    const { defer } = this.#options;
    this.#flushing = new Promise<void>((resolve) => defer(resolve)).then(() => this.#flush()).finally(() => {
      this.#flushing = null;
      if (this.#trouble === null) this.#flushSoon();
    });
  }

  async #flush(): Promise<void> {
    const held = this.#held;
    this.#held = [];
    try {
      await this.#options.journal.flush();
    } catch (error) {
      // Readings are void by the time that there is room again; facts stay in the journal's own list.
      this.#held = [...held.filter(({ effect }) => effect.kind !== 'sample'), ...this.#held];
      return this.#diskTrouble(error);
    }
    if (this.#trouble !== null && this.#trouble !== JOURNAL_FULL) this.#setTrouble(null);
    this.#release(held);
  }

  #release(held: readonly { hosted: Hosted; effect: EngineEffect }[]): void {
    const samples: { hosted: Hosted; sample: MeterSample }[] = [];
    const moved = new Set<Hosted>();
    for (const { hosted, effect } of held) {
      if (effect.kind === 'sample') samples.push({ hosted, sample: effect.sample });
      else if (effect.kind === 'frame') hosted.sendFrame?.(effect.frame);
      else if (effect.kind === 'fact' || effect.kind === 'accepted') moved.add(hosted);
      if (effect.kind === 'fact') this.#logFact(effect.fact);
      for (const listener of this.#listeners) {
        if (effect.kind === 'fact') listener.fact?.(effect.fact);
        else if (effect.kind === 'script-at-end') listener.scriptAtEnd?.(effect.sessionId);
        else if (effect.kind === 'key') listener.keyChanged?.(hosted);
        else if (effect.kind === 'setup') listener.setup?.(hosted);
        else if (effect.kind === 'send-again') listener.sendAgain?.(hosted);
      }
    }
    for (const listener of this.#listeners) {
      for (const hosted of moved) listener.factsMoved?.(hosted);
      if (samples.length > 0) listener.samples?.(samples);
    }
    if (held.length > 0) this.#changed();
  }

  /** Written facts, with the correlation id that `npm run trace` follows. */
  #logFact(fact: Fact): void {
    const { type, pointId, bootId, seq, corr } = fact;
    const ids = 'sessionId' in fact ? { pointId, sessionId: fact.sessionId } : { pointId };
    this.#options.log('info', 'fact', { type, ...ids, bootId, seq, corr });
  }

  #diskTrouble(error: unknown): void {
    if (!(error instanceof Failure)) throw error;
    if (this.#trouble !== error.message) {
      this.#options.log('error', 'journal-trouble', { error });
      this.message('error', `Nothing new starts here: ${error.message}.`);
    }
    this.#setTrouble(error.message);
  }

  /** The bound of what a journal keeps: above it running charges go on, and nothing starts. */
  #judgeJournal(): void {
    const isFull = this.#options.journal.factCount >= LIMITS.journalFacts;
    if (isFull && this.#trouble === null) {
      this.message('error', `Nothing new starts here: ${JOURNAL_FULL}.`);
      this.#setTrouble(JOURNAL_FULL);
    } else if (!isFull && this.#trouble === JOURNAL_FULL) this.#setTrouble(null);
  }

  #setTrouble(trouble: string | null): void {
    if (this.#trouble === trouble) return;
    this.#trouble = trouble;
    if (trouble === null) this.message('good', 'The journal is well again.');
    for (const hosted of this.points.values()) this.take(hosted, { kind: 'journal', trouble });
  }

  #addMeterRow({ pointId, point }: Hosted, connectorNo: number): void {
    const connector = connectorOf(point, connectorNo);
    if (connector === undefined) return;
    const { registerWh, remainderWms, session, plug } = connector;
    this.#meterRows.push({
      p: pointId, c: connectorNo, wh: registerWh, wms: remainderWms, n: session?.sample ?? 0,
      stored: plug?.vehicle?.storedWms ?? null, at: session?.lastAtMs ?? 0,
    });
  }

  #writeMeters(): void {
    this.#options.journal.meters(this.#meterRows);
    this.#meterRows = [];
  }

  #named(hosted: Hosted, text: string): string {
    return this.points.size > 1 ? `${hosted.pointId}: ${text}` : text;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener.changed?.();
  }
}

const JOURNAL_FULL = 'the journal is full of facts that Central has not accepted';
