// What the screen asks EV_Central for and waits for: lists for its windows, and orders about reservations. An order
// whose answer was lost with the link is given again under its id, after the next log-in: EV_Central carries it out
// once.
import type { QueryPage, ActionResult } from '../shared/screen/handle.ts';
import type { RequestId } from '../shared/ids.ts';
import type { Order } from '../shared/messages/orders.ts';
import type { OperatorOrderResult } from '../shared/messages/operator-order-result.ts';
import type { Query } from '../shared/messages/query.ts';
import { words } from '../shared/words.ts';
import { sentence, type ClientEvent, type ListAsked } from './client-state.ts';
import type { DriverClient } from './driver-client.ts';

const ANSWER_MS = 15_000;

type OpenList = { readonly list: ListAsked; readonly byAwakeMs: number; readonly answer: (page: QueryPage) => void };
type OpenOrder = {
  readonly order: Order; readonly byAwakeMs: number; readonly answer: (result: ActionResult) => void;
};

export class ScreenQuestions {
  readonly #client: DriverClient;
  readonly #awakeMs: () => number;
  #lists: readonly OpenList[] = [];
  readonly #orders = new Map<RequestId, OpenOrder>();

  constructor(client: DriverClient, awakeMs: () => number) {
    this.#client = client;
    this.#awakeMs = awakeMs;
  }

  list(list: ListAsked, filter: Query['filter']): Promise<QueryPage> {
    const { promise, resolve } = Promise.withResolvers<QueryPage>();
    this.#lists = [...this.#lists, { list, byAwakeMs: this.#awakeMs() + ANSWER_MS, answer: resolve }];
    this.#client.handle({ kind: 'list', list, filter });
    return promise;
  }

  order(order: Order): Promise<ActionResult> {
    const { promise, resolve } = Promise.withResolvers<ActionResult>();
    const id = this.#client.newRequestId();
    this.#orders.set(id, { order, byAwakeMs: this.#awakeMs() + ANSWER_MS, answer: resolve });
    this.#client.order(order, id);
    return promise;
  }

  told(event: ClientEvent): void {
    if (event.kind === 'list') this.#listCame(event);
    if (event.kind === 'order-result') this.#ordered(event.result);
    if (event.kind === 'logged-in') for (const [id, { order }] of this.#orders) this.#client.order(order, id);
  }

  tick(awakeMs: number): void {
    const late = this.#lists.filter(({ byAwakeMs }) => awakeMs >= byAwakeMs);
    if (late.length > 0) this.#lists = this.#lists.filter((open) => !late.includes(open));
    for (const { answer } of late) answer(NO_PAGE);
    for (const [id, { byAwakeMs, answer }] of this.#orders) {
      if (awakeMs < byAwakeMs) continue;
      this.#orders.delete(id);
      answer({ ok: false, text: 'No answer came: look at your reservations before you ask again.' });
    }
  }

  /** Nobody waits any more. */
  close(): void {
    this.tick(Infinity);
  }

  /** Answers come in the order of the questions. */
  #listCame({ list, error, rows }: Extract<ClientEvent, { kind: 'list' }>): void {
    const open = this.#lists.find((each) => each.list === list);
    if (open === undefined) return;
    this.#lists = this.#lists.filter((each) => each !== open);
    open.answer({ rows, next: null, error });
  }

  #ordered({ orderId, outcome, text, lines }: OperatorOrderResult): void {
    const open = this.#orders.get(orderId);
    if (open === undefined) return;
    this.#orders.delete(orderId);
    open.answer({
      ok: outcome === 'done', text: sentence(text), lines: lines.map((line) => `${line.what}  ${line.outcome}`),
    });
  }
}

const NO_PAGE: QueryPage = { rows: [], next: null, error: words().trouble['central-away'] };
