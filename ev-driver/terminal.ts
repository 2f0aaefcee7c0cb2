// The driver's screen at work: the log-in form makes a client, the keys become its requests, the batch of `--file` runs
// beside it.
import { isId, ID_RULE, userId, type RequestId } from '../shared/ids.ts';
import type { Order } from '../shared/messages/orders.ts';
import type { ActionAnswer, ActionResult, ScreenMessage } from '../shared/screen/handle.ts';
import { words } from '../shared/words.ts';
import { BatchRun, type BatchLine } from './batch.ts';
import type { ClientEvent } from './client-state.ts';
import type { DriverClient } from './driver-client.ts';
import type { DriverNode } from './driver-node.ts';
import { whyNotCancel, whyNotLink, whyNotRequest, whyNotStop } from './requests.ts';
import { ScreenQuestions } from './screen-questions.ts';
import { screenView, type Position } from './screen-view.ts';
import type { ChargeWish, DriverActions, DriverScreenView } from './ui/view.ts';

export type TerminalOptions = {
  readonly node: DriverNode;
  readonly suggestedDriverId: string;
  readonly position: Position | null;
  readonly batch: { readonly requests: readonly BatchLine[]; readonly pauseMs: number } | null;
  readonly onChange: () => void;
  /** A line for the log, where there is no screen. */
  readonly tell: (text: string) => void;
};

const MESSAGES_KEPT = 50;

export class DriverTerminal {
  readonly #options: TerminalOptions;
  readonly #messages: ScreenMessage[] = [];
  readonly #unsubscribe: () => void;
  #client: DriverClient | null = null;
  #questions: ScreenQuestions | null = null;
  #batch: BatchRun | null = null;
  #answerLogin: ((result: ActionResult) => void) | null = null;

  constructor(options: TerminalOptions) {
    this.#options = options;
    this.#unsubscribe = options.node.ticker.subscribe((awakeMs) => {
      this.#batch?.tick(awakeMs);
      this.#questions?.tick(awakeMs);
    });
  }

  get client(): DriverClient | null {
    return this.#client;
  }

  get batch(): BatchRun | null {
    return this.#batch;
  }

  close(): void {
    this.#unsubscribe();
  }

  view(): DriverScreenView {
    const { node, suggestedDriverId, position } = this.#options;
    const client = this.#client;
    return screenView({
      client: client === null ? null : { state: client.state, now: client.now() },
      suggestedDriverId, position, centralAddress: node.centralAddress, messages: this.#messages, nowMs: Date.now(),
      batch: this.#batch?.progress(node.ticker.awakeMs()) ?? null,
    });
  }

  actions(): DriverActions {
    const withClient = (act: (client: DriverClient) => ActionResult): ActionResult =>
      (this.#client === null ? { ok: false, text: words().trouble['not-logged-in'] } : act(this.#client));
    const whyNot = (find: (client: DriverClient) => string | null): string | null =>
      (this.#client === null ? words().trouble['not-logged-in'] : find(this.#client));
    return {
      login: (driverId, password, code) => this.login(driverId, password, code),
      request: (wish) => withClient((client) => request(client, wish)),
      whyNotRequest: () => whyNot(({ state }) => {
        const trouble = whyNotRequest(state);
        return trouble === null ? null : words().trouble[trouble];
      }),
      stop: (id) => withClient((client) => order(whyNotStop(client.state, id), () => client.stop(id), 'stopping')),
      whyNotStop: (id: RequestId) => whyNot(({ state }) => whyNotStop(state, id)),
      cancel: (id) => withClient((client) =>
        order(whyNotCancel(client.state, id), () => client.cancel(id), 'taking it back')),
      whyNotCancel: (id: RequestId) => whyNot(({ state }) => whyNotCancel(state, id)),
      ...this.#reservationActions(),
      reload: () => this.#client?.handle({ kind: 'reload' }),
      estimate: (id) => this.#client?.handle({ kind: 'estimate', pointId: id }),
      moreHistory: () => this.#client?.handle({ kind: 'more-sessions' }),
    };
  }

  #reservationActions(): Pick<DriverActions, 'book' | 'change' | 'checkIn' | 'cancelReservation' | 'cancelSeries'
    | 'whyNotBook' | 'freeSlots'> {
    const whyNot = (): string | null =>
      (this.#client === null ? words().trouble['not-logged-in'] : whyNotLink(this.#client.state));
    const give = (order: Order): ActionAnswer => {
      const trouble = whyNot();
      if (trouble !== null || this.#questions === null) return { ok: false, text: trouble ?? '' };
      return this.#questions.order(order);
    };
    return {
      whyNotBook: whyNot,
      book: (wish) => (this.#client === null ? { ok: false, text: words().trouble['not-logged-in'] }
        : give({ kind: 'book-reservation', userId: this.#client.driverId, ...wish })),
      change: (change) => give({ kind: 'change-reservation', ...change }),
      checkIn: (id) => give({ kind: 'check-in', reservationId: id }),
      cancelReservation: (id) => give({ kind: 'cancel-reservation', reservationId: id, free: false, note: '' }),
      cancelSeries: (id) => give({ kind: 'cancel-reservation-series', seriesId: id, note: '' }),
      freeSlots: (filter) => {
        const trouble = whyNot();
        if (trouble === null && this.#questions !== null) return this.#questions.list('free-slots', filter);
        return Promise.resolve({ rows: [], next: null, error: trouble });
      },
    };
  }

  /** Logs in (again); the promise resolves when Central has answered or cannot be reached for 10 s. */
  login(driverId: string, password: string, code: string | null): Promise<ActionResult> {
    if (!isId(driverId)) return Promise.resolve({ ok: false, text: `an id is ${ID_RULE}` });
    if (password === '') return Promise.resolve({ ok: false, text: 'a password is needed' });
    this.#client?.close();
    this.#answerLogin?.({ ok: false, text: 'another log-in was begun' });
    const { promise, resolve } = Promise.withResolvers<ActionResult>();
    const { node, onChange } = this.#options;
    const client = node.openClient({
      driverId: userId(driverId), password, code, interests: { points: {}, sessions: true }, keep: 'now',
      onEvent: (event, from) => this.#told(event, from), onChange,
    });
    this.#client = client;
    this.#questions?.close();
    this.#questions = new ScreenQuestions(client, () => node.ticker.awakeMs());
    const giveUpMs = node.ticker.awakeMs() + 10_000;
    const unsubscribe = node.ticker.subscribe((awakeMs) => {
      if (awakeMs >= giveUpMs) this.#answerLogin?.({ ok: false, text: words().trouble['central-away'] });
    });
    this.#answerLogin = (result) => {
      unsubscribe();
      this.#answerLogin = null;
      resolve(result);
    };
    return promise;
  }

  #told(event: ClientEvent, client: DriverClient): void {
    if (client !== this.#client) return;
    this.#questions?.told(event);
    if (event.kind === 'logged-in') {
      this.#answerLogin?.({ ok: true, text: `${client.driverId} is logged in` });
      this.#startBatch(client);
    }
    if (event.kind === 'login-refused') this.#answerLogin?.({ ok: false, text: event.text });
    if (event.kind === 'notice') this.#options.tell(event.text);
    if (event.kind === 'charge' && event.charge.failed !== null) this.#options.tell(event.charge.why);
  }

  #startBatch(client: DriverClient): void {
    const { batch } = this.#options;
    if (batch === null || this.#batch !== null) return;
    const tell = (text: string): void => {
      this.#messages.push({ atMs: Date.now(), level: 'info', text });
      if (this.#messages.length > MESSAGES_KEPT) this.#messages.shift();
      this.#options.tell(text);
    };
    this.#batch = new BatchRun({ client, requests: batch.requests, pauseMs: batch.pauseMs, mayQueue: true, tell });
  }
}

function request(client: DriverClient, wish: ChargeWish): ActionResult {
  const id = client.ask(wish);
  const charge = client.state.charges.get(id);
  if (charge !== undefined && charge.failed !== null) return { ok: false, text: charge.why };
  return { ok: true, text: 'the request is on its way' };
}

function order(whyNot: string | null, act: () => RequestId, doing: string): ActionResult {
  if (whyNot !== null) return { ok: false, text: whyNot };
  act();
  return { ok: true, text: doing };
}
