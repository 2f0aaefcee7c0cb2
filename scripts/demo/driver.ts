// A driver of the demo: her client process, what she asks for, and what she is told.
import { z } from 'zod';
import type { Notice } from '../../shared/messages/notice.ts';
import { noticeSchema } from '../../shared/messages/notice.ts';
import { NO_GOAL, type Goal, type Target } from '../../shared/messages/values.ts';
import type { JsonEvent, ManagedProcess } from '../network/managed-process.ts';

const failedSchema = z.object({ event: z.literal('failed'), requestId: z.string(), text: z.string() });
const statusSchema = z.object({ drivers: z.array(z.object({ bus: z.string() })) });

export class Driver {
  readonly driverId: string;
  readonly process: ManagedProcess;
  readonly notices: Notice[] = [];
  #onNotice: (notice: Notice) => void = () => undefined;
  readonly #waiting = new Set<() => void>();
  /** What her client could not send, or got no answer to, and what it said of that. */
  readonly #failed = new Map<string, string>();
  #loggedIn = false;

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

  stop(requestId: string): void {
    this.process.send({ do: 'stop', driverId: this.driverId, requestId });
  }

  /** The first notice of a kind for a request, if it comes in time. */
  told<T extends Notice['type']>(
    type: T, requestId: string, timeoutMs = 45_000,
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
