// Drives every session of a plan: a driver asks, the point authorizes, the car is plugged and charges, the driver stops
// it when its readings are out, the ticket comes. Hands are the processes' JSON lines; what happens is told by notices.
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { JsonEvent, ManagedProcess } from '../network/managed-process.ts';
import { driverOf, pointOf, requestIdOf } from './network-of-replay.ts';
import type { After, Milestone, Plan, PlannedSession } from './plan.ts';

/** A request that was refused for a passing reason is made again, as a driver would, but not for ever. */
const TRIES = 5;
const RETRY_MS = 1_000;
/** A stop whose end is not heard in this time is sent again. */
const STOP_AGAIN_MS = 15_000;
/** Nothing at all has happened for so long: it is given up. */
const STUCK_MS = 60_000;
const WATCH_MS = 1_000;

/** Ranks of what a session can have reached; `asked` is no milestone that others wait for. */
const RANK = { planned: 0, asked: 1, queued: 2, started: 3, over: 4 } as const;
type Reached = keyof typeof RANK;

export type RunResult = {
  readonly reached: Reached;
  /** Why it did not go as planned; empty: it did. */
  readonly trouble: string;
};
export type RunCounts = {
  readonly total: number; readonly asked: number; readonly waiting: number; readonly charging: number;
  readonly over: number; readonly energyWh: number; readonly retries: number;
};

const base = { requestId: z.string().nullable(), sessionId: z.string().nullable().optional() };
const noticeSchema = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['accepted', 'authorized', 'offered', 'queued', 'started', 'resumed']), ...base }),
  z.object({ type: z.literal('refused'), ...base, reason: z.string() }),
  z.object({ type: z.literal('ended'), ...base, state: z.string(), reason: z.string().nullable() }),
  z.object({ type: z.literal('ticket'), ...base, ticket: z.object({ sessionId: z.string(), energyWh: z.int() }) }),
]);
const driverEventSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('notice'), notice: noticeSchema }),
  z.object({ event: z.literal('failed'), requestId: z.string(), text: z.string() }),
  z.object({ event: z.literal('answer'), do: z.string().optional(), ok: z.boolean(), text: z.string().default('') }),
]);
type Notice = z.infer<typeof noticeSchema>;

type Running = {
  readonly planned: PlannedSession;
  reached: Reached;
  asksWaitFor: number; stopWaitsFor: number;
  tries: number; requestId: string; sessionId: string | null;
  queued: boolean; stopSentMs: number | null; trouble: string;
};

export class ReplayRun {
  readonly #engine: ManagedProcess;
  readonly #drivers: ManagedProcess;
  readonly #all: Running[];
  readonly #byRequest = new Map<string, Running>();
  readonly #bySession = new Map<string, Running>();
  readonly #waiters = new Map<string, (() => void)[]>();
  /** Sessions at whose end the engine has arrived. */
  readonly #atEnd = new Set<string>();
  #over = 0;
  #asked = 0;
  #retries = 0;
  #energyWh = 0;
  #waiting = 0;
  #charging = 0;
  #lastNewsMs = Date.now();
  #stopped = false;
  #finish: () => void = () => undefined;

  constructor(options: { plan: Plan; engine: ManagedProcess; drivers: ManagedProcess }) {
    this.#engine = options.engine;
    this.#drivers = options.drivers;
    this.#all = options.plan.sessions.map((planned) => ({
      planned, reached: 'planned', asksWaitFor: 0, stopWaitsFor: 0, tries: 0, requestId: '', sessionId: null,
      queued: false, stopSentMs: null, trouble: '',
    }));
  }

  /** Carries the plan out. Resolves when every session is over, or it is cancelled, or nothing happens for a minute. */
  async run(): Promise<RunResult[]> {
    const listening = [
      this.#drivers.listen((event) => this.#fromDrivers(event)),
      this.#engine.listen((event) => this.#fromEngine(event)),
    ];
    const finished = new Promise<void>((resolve) => { this.#finish = resolve; });
    for (const session of this.#all) {
      session.asksWaitFor = this.#await(session.planned.askAfter, () => {
        session.asksWaitFor -= 1;
        this.#askIfFree(session);
      });
      session.stopWaitsFor = this.#await(session.planned.stopAfter, () => {
        session.stopWaitsFor -= 1;
        this.#stopIfReady(session);
      });
    }
    if (this.#all.length === 0) this.#finish();
    for (const session of this.#all) this.#askIfFree(session);
    const watch = setInterval(() => this.#watch(), WATCH_MS);
    await finished;
    clearInterval(watch);
    this.#stopped = true;
    for (const stop of listening) stop();
    return this.#all.map(({ reached, trouble }) => ({ reached, trouble }));
  }

  /** Nobody waits for the rest any more. */
  cancel(): void {
    this.#finish();
  }

  counts(): RunCounts {
    return {
      total: this.#all.length, asked: this.#asked, waiting: this.#waiting, charging: this.#charging, over: this.#over,
      energyWh: this.#energyWh, retries: this.#retries,
    };
  }

  /** Calls back when each of these is reached. Returns how many there are. */
  #await(after: readonly After[], reached: () => void): number {
    for (const { index, reached: milestone } of after) {
      const key = `${index}/${milestone}`;
      const known = this.#waiters.get(key);
      if (known === undefined) this.#waiters.set(key, [reached]);
      else known.push(reached);
    }
    return after.length;
  }

  #askIfFree(session: Running): void {
    if (session.asksWaitFor > 0 || session.reached !== 'planned') return;
    const { recorded, startAtMs, endAtMs } = session.planned;
    session.reached = 'asked';
    this.#asked += 1;
    const driverId = driverOf(recorded.driverId);
    this.#engine.send({
      do: 'script', pointId: pointOf(recorded.stationId),
      sessionScript: { startAtMs, endAtMs, energyWh: recorded.energyWh, driverId, endBy: 'stop' },
    });
    this.#ask(session);
  }

  #ask(session: Running): void {
    const { recorded } = session.planned;
    session.tries += 1;
    session.requestId = requestIdOf(recorded.sessionId, session.tries);
    this.#byRequest.set(session.requestId, session);
    this.#drivers.send({
      do: 'charge', driverId: driverOf(recorded.driverId), requestId: session.requestId,
      target: { kind: 'point', pointId: pointOf(recorded.stationId), connectorNo: null }, mayQueue: true,
    });
  }

  #fromDrivers(event: JsonEvent): void {
    const parsed = driverEventSchema.safeParse(event);
    if (!parsed.success || this.#stopped) return;
    const told = parsed.data;
    if (told.event === 'notice') {
      const session = told.notice.requestId === null ? undefined : this.#byRequest.get(told.notice.requestId);
      // A notice may come late about a request that was made again since.
      if (session !== undefined && session.requestId === told.notice.requestId) this.#take(session, told.notice);
      return;
    }
    if (told.event === 'answer') return;
    const session = this.#byRequest.get(told.requestId);
    if (session !== undefined && session.requestId === told.requestId) this.#askAgain(session, told.text);
  }

  #take(session: Running, notice: Notice): void {
    this.#lastNewsMs = Date.now();
    if (notice.sessionId !== undefined && notice.sessionId !== null) {
      session.sessionId = notice.sessionId;
      this.#bySession.set(notice.sessionId, session);
    }
    switch (notice.type) {
      case 'queued':
        if (!session.queued) this.#waiting += 1;
        session.queued = true;
        return this.#reach(session, 'queued');
      case 'started':
        if (session.queued) this.#waiting -= 1;
        this.#charging += 1;
        this.#reach(session, 'started');
        return this.#stopIfReady(session);
      case 'refused':
        return this.#askAgain(session, `refused: ${notice.reason}`);
      case 'ended': {
        if (notice.state === 'completed') return;
        session.trouble = `${notice.state}: ${notice.reason ?? 'no reason'}`;
        // Nobody has charged: no ticket will come.
        if (session.reached !== 'started') this.#reach(session, 'over');
        return;
      }
      case 'resumed':
        session.trouble = '';
        return;
      case 'ticket':
        this.#energyWh += notice.ticket.energyWh;
        return this.#reach(session, 'over');
      case 'accepted': case 'authorized': case 'offered':
    }
  }

  #fromEngine(event: JsonEvent): void {
    if (event['event'] !== 'script-at-end' || typeof event['sessionId'] !== 'string') return;
    this.#atEnd.add(event['sessionId']);
    // Before the driver's notice has told whose session it is, the notice is what the stop waits for.
    const session = this.#bySession.get(event['sessionId']);
    if (session !== undefined) this.#stopIfReady(session);
  }

  #stopIfReady(session: Running): void {
    const { sessionId, reached, stopWaitsFor, stopSentMs } = session;
    if (reached !== 'started' || stopWaitsFor > 0 || sessionId === null || stopSentMs !== null) return;
    if (!this.#atEnd.has(sessionId)) return;
    this.#stop(session);
  }

  #stop(session: Running): void {
    session.stopSentMs = Date.now();
    const driverId = driverOf(session.planned.recorded.driverId);
    this.#drivers.send({ do: 'stop', driverId, requestId: session.requestId });
  }

  #askAgain(session: Running, why: string): void {
    if (session.reached !== 'asked') return;
    if (session.tries >= TRIES) {
      session.trouble = why;
      return this.#reach(session, 'over');
    }
    this.#retries += 1;
    void pause(RETRY_MS).then(() => {
      if (!this.#stopped && session.reached === 'asked') this.#ask(session);
    });
  }

  #reach(session: Running, reached: Milestone): void {
    if (RANK[reached] <= RANK[session.reached]) return;
    const before = session.reached;
    session.reached = reached;
    for (const milestone of ['queued', 'started', 'over'] as const) {
      if (RANK[milestone] <= RANK[before] || RANK[milestone] > RANK[reached]) continue;
      const key = `${session.planned.index}/${milestone}`;
      const waiters = this.#waiters.get(key) ?? [];
      this.#waiters.delete(key);
      for (const tell of waiters) tell();
    }
    if (reached !== 'over') return;
    if (before === 'started') this.#charging -= 1;
    this.#over += 1;
    if (this.#over === this.#all.length) this.#finish();
  }

  #watch(): void {
    const nowMs = Date.now();
    for (const session of this.#all) {
      if (session.reached !== 'started' || session.stopSentMs === null) continue;
      if (nowMs - session.stopSentMs > STOP_AGAIN_MS) this.#stop(session);
    }
    if (nowMs - this.#lastNewsMs < STUCK_MS) return;
    for (const session of this.#all) {
      if (session.reached !== 'over' && session.reached !== 'planned') session.trouble ||= `stuck: ${session.reached}`;
    }
    this.#finish();
  }
}
