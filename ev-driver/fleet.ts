// `--fleet`: many drivers in one process, each over a log-in and records of its own, with one sender and one reader.
// `--control` drives them with JSON lines; without it the requests that the file lists are carried out, in order for
// each driver, without a pause.
import { z } from 'zod';
import { Failure } from '../shared/failure.ts';
import { pointIdSchema, requestIdSchema, sessionIdSchema, userIdSchema, type UserId } from '../shared/ids.ts';
import { readJsonFile } from '../shared/json-file.ts';
import type { JsonLine } from '../shared/json-lines.ts';
import type { OperatorOrderResult } from '../shared/messages/operator-order-result.ts';
import { reservationOrders } from '../shared/messages/reservation.ts';
import { fitSchema, goalSchema, NO_GOAL, targetSchema } from '../shared/messages/values.ts';
import { insistOnPrivate } from '../shared/private-file.ts';
import { BatchRun } from './batch.ts';
import { isOver, type Charge } from './charges.ts';
import { type ClientEvent, LISTS_ASKED } from './client-state.ts';
import type { DriverClient } from './driver-client.ts';
import type { DriverNode } from './driver-node.ts';

/** Log-ins under way at once: a password check costs Central tens of milliseconds. */
const LOGINS_AT_ONCE = 16;

const fleetSchema = z.object({
  drivers: z.array(z.object({
    driverId: userIdSchema, password: z.string().min(1), requests: z.array(pointIdSchema).default([]),
  })).min(1),
});
export type FleetFile = z.infer<typeof fleetSchema>;

const anyFit = { connectorType: null, minPowerW: null };
const orderSchema = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('charge'), driverId: userIdSchema, requestId: requestIdSchema.optional(), target: targetSchema,
    goal: goalSchema.default(NO_GOAL), fit: fitSchema.default(anyFit), mayQueue: z.boolean().default(true),
  }),
  z.object({
    do: z.literal('stop'), driverId: userIdSchema, sessionId: sessionIdSchema.optional(),
    requestId: requestIdSchema.optional(),
  }),
  z.object({ do: z.literal('cancel'), driverId: userIdSchema, requestId: requestIdSchema }),
  z.object({
    /** About her reservations. Given again under its id when no result came: EV_Central carries it out once. */
    do: z.literal('order'), driverId: userIdSchema, orderId: requestIdSchema.optional(),
    order: z.discriminatedUnion('kind', reservationOrders),
  }),
  z.object({
    do: z.literal('list'), driverId: userIdSchema, list: z.enum(LISTS_ASKED),
    filter: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  }),
  z.object({ do: z.literal('status') }),
  z.object({ do: z.literal('exit') }),
]);

/** Reads a fleet's file. Throws `Failure('bad-configuration')`, also when others may read its passwords. */
export function readFleetFile(file: string): FleetFile {
  insistOnPrivate(file);
  const value = readJsonFile(file, 'the fleet');
  const parsed = fleetSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Failure('bad-configuration', `the fleet ${file}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}

export class DriverFleet {
  readonly #clients = new Map<UserId, DriverClient>();
  readonly #runs: { run: BatchRun; driverId: UserId }[] = [];
  readonly #emit: (line: object) => void;
  readonly #unsubscribe: () => void;
  readonly #waiting: FleetFile['drivers'];
  readonly #node: DriverNode;
  readonly #total: number;

  /** `emit` gets every answer, notice and live figure as one object. Log-ins begin at once, a few at a time. */
  constructor(node: DriverNode, file: FleetFile, emit: (line: object) => void) {
    this.#node = node;
    this.#emit = emit;
    this.#waiting = [...file.drivers];
    this.#total = file.drivers.reduce((sum, driver) => sum + driver.requests.length, 0);
    this.#unsubscribe = node.ticker.subscribe((awakeMs) => {
      for (const { run } of this.#runs) run.tick(awakeMs);
    });
    this.#startNext();
  }

  /** The requests that the file listed have all ended (true when it listed none). */
  get isDone(): boolean {
    return this.#waiting.length === 0 && this.#runs.every(({ run, driverId }) => {
      const login = this.#clients.get(driverId)?.state.login;
      return run.isDone || (login?.state === 'refused' && login.retryAwakeMs === null);
    });
  }

  /** Requests that the file listed. */
  get total(): number {
    return this.#total;
  }

  /** The ended charges of the requests that the file listed. */
  get ended(): Charge[] {
    return this.#runs.flatMap(({ run }) => [...run.ended]);
  }

  /** Carries out one line of `--control`; true when it says `exit`. */
  control(line: JsonLine): boolean {
    const parsed = line.ok ? orderSchema.safeParse(line.value) : null;
    if (parsed === null || !parsed.success) {
      const text = parsed === null ? 'not JSON' : `${parsed.error.issues[0]?.path.join('.') ?? ''} `
        + (parsed.error.issues[0]?.message ?? '');
      this.#emit({ event: 'answer', ok: false, text });
      return false;
    }
    const order = parsed.data;
    if (order.do === 'exit') return true;
    if (order.do === 'status') {
      this.#emit({ event: 'answer', do: 'status', ok: true, drivers: this.#status() });
      return false;
    }
    const client = this.#clients.get(order.driverId);
    if (client === undefined) {
      this.#emit({ event: 'answer', do: order.do, ok: false, driverId: order.driverId, text: 'no such driver here' });
      return false;
    }
    this.#emit({ event: 'answer', do: order.do, driverId: order.driverId, ...carryOut(client, order) });
    return false;
  }

  close(): void {
    this.#unsubscribe();
  }

  #startNext(): void {
    const loggingIn = [...this.#clients.values()]
      .filter(({ state }) => state.login.state !== 'in' && state.login.state !== 'refused').length;
    for (const driver of this.#waiting.splice(0, Math.max(0, LOGINS_AT_ONCE - loggingIn))) {
      const { driverId, password, requests } = driver;
      const client = this.#node.openClient({
        driverId, password, code: null, interests: { points: null, sessions: false }, keep: 'lazily',
        onEvent: (event) => this.#told(driverId, event),
      });
      this.#clients.set(driverId, client);
      if (requests.length === 0) continue;
      const tell = (text: string): void => this.#emit({ event: 'batch', driverId, text });
      const run = new BatchRun({
        client, requests: requests.map((pointId) => ({ pointId })), pauseMs: 0, mayQueue: true, tell,
      });
      this.#runs.push({ run, driverId });
    }
  }

  #told(driverId: UserId, event: ClientEvent): void {
    switch (event.kind) {
      case 'logged-in': this.#emit({ event: 'logged-in', driverId }); break;
      case 'login-refused':
        this.#emit({ event: 'login-refused', driverId, reason: event.reason, text: event.text });
        break;
      case 'notice': this.#emit({ event: 'notice', driverId, notice: event.notice }); break;
      case 'progress': this.#emit({ event: 'progress', driverId, progress: event.progress }); break;
      case 'charge': {
        const { failed, requestId, why } = event.charge;
        if (failed !== null) this.#emit({ event: 'failed', driverId, requestId, trouble: failed, text: why });
        break;
      }
      case 'order-result': this.#emit({ event: 'order-result', driverId, ...resultOf(event.result) }); break;
      case 'list': {
        const { list, error, rows } = event;
        this.#emit({ event: 'list', driverId, list, error, rows });
        break;
      }
      case 'rows': break;
    }
    if (event.kind === 'logged-in' || event.kind === 'login-refused') this.#startNext();
  }

  #status(): object[] {
    return [...this.#clients.values()].map(({ driverId, state }) => ({
      driverId, login: state.login.state, bus: state.bus.state, lastNotice: state.inbox.last,
      open: [...state.charges.values()].filter((charge) => !isOver(charge)).length,
    }));
  }
}

type ClientOrder = Extract<z.infer<typeof orderSchema>, { driverId: unknown }>;

type Taken = { ok: boolean; text: string; requestId?: string; orderId?: string };

function resultOf({ orderId, outcome, text, lines }: OperatorOrderResult): object {
  return { orderId, outcome, text, lines };
}

function carryOut(client: DriverClient, order: ClientOrder): Taken {
  switch (order.do) {
    case 'charge': {
      const { target, goal, fit, mayQueue } = order;
      const id = client.ask({ target, goal, fit, mayQueue }, order.requestId);
      const charge = client.state.charges.get(id);
      const failed = charge !== undefined && charge.failed !== null;
      return { ok: !failed, text: failed ? charge.why : '', requestId: id };
    }
    case 'stop': {
      const charge = [...client.state.charges.values()].find((each) => !isOver(each)
        && (order.sessionId === undefined || each.sessionId === order.sessionId)
        && (order.requestId === undefined || each.requestId === order.requestId));
      if (charge === undefined || charge.sessionId === null) return { ok: false, text: 'no such running charge' };
      return { ok: true, text: '', requestId: client.stop(charge.requestId) };
    }
    case 'cancel': {
      if (!client.state.charges.has(order.requestId)) return { ok: false, text: 'no such request' };
      return { ok: true, text: '', requestId: client.cancel(order.requestId) };
    }
    case 'order': return whileLoggedIn(client, () => ({ orderId: client.order(order.order, order.orderId) }));
    case 'list': return whileLoggedIn(client, () => {
      client.handle({ kind: 'list', list: order.list, filter: order.filter });
      return {};
    });
  }
}

/** What needs the link is refused without it: nobody would hear that no answer comes. */
function whileLoggedIn(client: DriverClient, run: () => Partial<Taken>): Taken {
  if (client.state.login.state !== 'in') return { ok: false, text: 'she is not logged in at EV_Central' };
  return { ok: true, text: '', ...run() };
}
