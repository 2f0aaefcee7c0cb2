// A file of requests, one point id a line, carried out one after the other: when a charge has ended, after success or
// failure, a pause, then the next. While EV_Central or the bus is away nothing is asked: the batch waits.
import type { RequestId } from '../shared/ids.ts';
import { ID_RULE, isId, pointId, type PointId } from '../shared/ids.ts';
import { NO_GOAL, type Goal } from '../shared/messages/values.ts';
import { words } from '../shared/words.ts';
import { hasEnded, type Charge } from './charges.ts';
import type { DriverClient } from './driver-client.ts';
import { whyNotRequest } from './requests.ts';

/** The practice's pause between two requests of a file. */
export const PAUSE_MS = 4_000;

export type BatchLine = { readonly line: number; readonly pointId: PointId };
export type BadLine = { readonly line: number; readonly text: string; readonly why: string };

/** Reads the lines of a file; blank ones and comments (#) are left out, bad ones are named. */
export function parseBatch(text: string): { requests: BatchLine[]; bad: BadLine[] } {
  const requests: BatchLine[] = [];
  const bad: BadLine[] = [];
  for (const [index, raw] of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/).entries()) {
    const id = raw.replace(/#.*$/, '').trim();
    if (id === '') continue;
    if (isId(id)) requests.push({ line: index + 1, pointId: pointId(id) });
    else bad.push({ line: index + 1, text: id.slice(0, 80), why: `a point's id is ${ID_RULE}` });
  }
  return { requests, bad };
}

export type BatchOptions = {
  readonly client: Pick<DriverClient, 'ask' | 'state'>;
  readonly requests: readonly Pick<BatchLine, 'pointId'>[];
  readonly pauseMs: number;
  readonly goal?: Goal;
  readonly mayQueue: boolean;
  /** What is going on, for a person. */
  readonly tell: (text: string) => void;
};

export class BatchRun {
  readonly #options: BatchOptions;
  readonly #ended: Charge[] = [];
  #current: RequestId | null = null;
  #nextAwakeMs = 0;
  #waitsFor: string | null = null;

  constructor(options: BatchOptions) {
    this.#options = options;
  }

  /** Charges that have ended, in order. */
  get ended(): readonly Charge[] {
    return this.#ended;
  }

  get isDone(): boolean {
    return this.#ended.length === this.#options.requests.length;
  }

  /** How far it is; `nextInMs` is the rest of the pause. */
  progress(awakeMs: number): { done: number; total: number; nextInMs: number | null } {
    const pausing = this.#current === null && !this.isDone && this.#ended.length > 0;
    const nextInMs = pausing ? Math.max(0, this.#nextAwakeMs - awakeMs) : null;
    return { done: this.#ended.length, total: this.#options.requests.length, nextInMs };
  }

  /** Looks at what has changed; called a few times a second and after each event. */
  tick(awakeMs: number): void {
    const { client, pauseMs } = this.#options;
    if (this.#current !== null) {
      const charge = client.state.charges.get(this.#current);
      if (charge !== undefined && !hasEnded(charge)) return;
      if (charge !== undefined) this.#ended.push(charge);
      this.#current = null;
      this.#nextAwakeMs = awakeMs + pauseMs;
    }
    if (!this.isDone && awakeMs >= this.#nextAwakeMs) this.#next();
  }

  #next(): void {
    const { client, requests, goal = NO_GOAL, mayQueue, tell } = this.#options;
    const trouble = whyNotRequest(client.state);
    if (trouble !== null) {
      if (this.#waitsFor !== trouble) tell(`The batch waits: ${words().trouble[trouble]}.`);
      this.#waitsFor = trouble;
      return;
    }
    this.#waitsFor = null;
    const request = requests[this.#ended.length];
    if (request === undefined) return;
    tell(`Request ${this.#ended.length + 1} of ${requests.length}: ${request.pointId}.`);
    this.#current = client.ask({
      target: { kind: 'point', pointId: request.pointId, connectorNo: null },
      fit: { connectorType: null, minPowerW: null }, goal, mayQueue,
    });
  }
}
