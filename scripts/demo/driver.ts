// A driver of the demo: her client process, what she asks for, and what she is told.
import { z } from 'zod';
import { userId } from '../../shared/ids.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { Notice } from '../../shared/messages/notice.ts';
import { noticeSchema } from '../../shared/messages/notice.ts';
import type { reservationOrders, ReservedPlace } from '../../shared/messages/reservation.ts';
import type { ReservationNews } from '../../shared/messages/reservation-news.ts';
import { NO_GOAL, type Goal, type Target } from '../../shared/messages/values.ts';
import type { JsonEvent, ManagedProcess } from '../network/managed-process.ts';

const failedSchema = z.object({ event: z.literal('failed'), requestId: z.string(), text: z.string() });
const resultSchema = z.object({
  event: z.literal('order-result'), orderId: z.string(), outcome: z.enum(['done', 'refused']), text: z.string(),
});
const statusSchema = z.object({ drivers: z.array(z.object({ bus: z.string() })) });

const TOLD_MS = 45_000;

type ReservationOrder = z.infer<(typeof reservationOrders)[number]>;

export class Driver {
  readonly driverId: string;
  readonly process: ManagedProcess;
  readonly notices: Notice[] = [];
  #onNotice: (notice: Notice) => void = () => undefined;
  readonly #waiting = new Set<() => void>();
  /** What her client could not send, or got no answer to, and what it said of that. */
  readonly #failed = new Map<string, string>();
  #loggedIn = false;
  #orders = 0;

  constructor(driverId: string, process: ManagedProcess) {
    this.driverId = driverId;
    this.process = process;
    process.listen((event) => this.#take(event));
  }

  set onNotice(listener: (notice: Notice) => void) {
    this.#onNotice = listener;
  }

  /** Resolves when she is logged in and her client reaches the bus. */
  async loggedIn(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    await this.#until(() => (this.#loggedIn ? true : undefined), 'log in', timeoutMs);
    while ((await this.busState()) !== 'up') {
      if (Date.now() > deadline) throw new Error(`${this.driverId} does not reach the bus`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** What her client knows of the bus: up or down. */
  async busState(): Promise<string> {
    const answered = this.process.next((event) => event['do'] === 'status');
    this.process.send({ do: 'status' });
    return statusSchema.parse(await answered).drivers[0]?.bus ?? 'down';
  }

  /** Asks for a charge; the value is the request's id. */
  async ask(target: Target, goal: Partial<Goal> = {}, requestId = `${this.driverId}-${Date.now()}`): Promise<string> {
    const answered = this.process.next((event) => event['event'] === 'answer' && event['do'] === 'charge');
    this.process.send({
      do: 'charge', driverId: this.driverId, requestId, target, goal: { ...NO_GOAL, ...goal }, mayQueue: true,
    });
    const answer = await answered;
    if (answer['ok'] !== true) throw new Error(`${this.driverId} could not ask: ${String(answer['text'])}`);
    return requestId;
  }

  /**
   * Reserves a connector of a point from some seconds from now on; resolves with the notice that confirms it. The slot
   * itself is as short as a slot may be.
   */
  async book(place: ReservedPlace, { inMs }: { readonly inMs: number }): Promise<ReservationNews> {
    const beginsAtMs = Date.now() + inMs;
    await this.#order({
      kind: 'book-reservation', userId: userId(this.driverId), place, repeat: null,
      fit: { connectorType: null, minPowerW: null }, beginsAtMs, endsAtMs: beginsAtMs + LIMITS.reservationShortestMs,
    });
    return this.#until(() => this.#news('confirmed', (news) => news.fromMs === beginsAtMs),
      'be told that it is reserved', TOLD_MS);
  }

  /** Says that she is there. */
  checkIn(id: ReservationNews['reservationId']): Promise<void> {
    return this.#order({ kind: 'check-in', reservationId: id });
  }

  /** What she is told of a reservation, if it comes in time. */
  toldOf(
    news: ReservationNews['news'], id: ReservationNews['reservationId'], timeoutMs = TOLD_MS,
  ): Promise<ReservationNews> {
    return this.#until(() => this.#news(news, ({ reservationId }) => reservationId === id),
      `be told “${news}” of ${id}`, timeoutMs);
  }

  #news(what: ReservationNews['news'], matches: (news: ReservationNews) => boolean): ReservationNews | undefined {
    return this.notices.find((notice): notice is ReservationNews =>
      notice.type === 'reservation' && notice.news === what && matches(notice));
  }

  /** An order about her reservations; rejects with EV_Central's words when it is refused. */
  async #order(order: ReservationOrder): Promise<void> {
    const orderId = `${this.driverId}-order-${this.#orders += 1}-${Date.now()}`;
    const ended = this.process.next((event) => event['orderId'] === orderId && event['event'] === 'order-result');
    const taken = this.process.next((event) => event['event'] === 'answer' && event['do'] === 'order');
    this.process.send({ do: 'order', driverId: this.driverId, orderId, order });
    ended.catch(() => undefined); // it is waited for below, unless her client refuses at once
    const answer = await taken;
    if (answer['ok'] !== true) throw new Error(`${this.driverId} could not give an order: ${String(answer['text'])}`);
    const { outcome, text } = resultSchema.parse(await ended);
    if (outcome !== 'done') throw new Error(`${order.kind} of ${this.driverId} was refused: ${text}`);
  }

  stop(requestId: string): void {
    this.process.send({ do: 'stop', driverId: this.driverId, requestId });
  }

  /** The first notice of a kind for a request, if it comes in time. */
  told<T extends Notice['type']>(
    type: T, requestId: string, timeoutMs = TOLD_MS,
  ): Promise<Extract<Notice, { type: T }>> {
    const find = (): Extract<Notice, { type: T }> | undefined => this.notices.find(
      (notice): notice is Extract<Notice, { type: T }> => notice.type === type && notice.requestId === requestId,
    );
    return this.#until(find, `be told “${type}”`, timeoutMs, () => this.#failed.get(requestId));
  }

  #take(event: JsonEvent): void {
    if (event['event'] === 'logged-in') this.#loggedIn = true;
    const failed = failedSchema.safeParse(event);
    if (failed.success) this.#failed.set(failed.data.requestId, failed.data.text);
    const parsed = event['event'] === 'notice' ? noticeSchema.safeParse(event['notice']) : undefined;
    if (parsed?.success === true) {
      this.notices.push(parsed.data);
      this.#onNotice(parsed.data);
    }
    for (const look of [...this.#waiting]) look();
  }

  #until<T>(
    find: () => T | undefined, what: string, timeoutMs: number, clientSaid: () => string | undefined = () => undefined,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find();
        if (found !== undefined) finish(() => resolve(found));
      };
      const fail = (why: string): void => finish(() => {
        const heard = this.notices.map((notice) => notice.type).join(', ');
        const said = clientSaid();
        const client = said === undefined ? '' : `; her client said: “${said}”`;
        reject(new Error(`${this.driverId} did not ${what} ${why}; heard: ${heard}${client}`));
      });
      const timer = setTimeout(() => fail(`within ${timeoutMs} ms`), timeoutMs);
      const finish = (settle: () => void): void => {
        this.#waiting.delete(look);
        clearTimeout(timer);
        settle();
      };
      void this.process.exited().then(() => fail('before her client ended'));
      this.#waiting.add(look);
      look();
    });
  }
}
