// The operator's side of Central's TCP port: one connection, a log-in by password or by this machine's token, then
// orders, lists and opened topics. Used by `ctl`, `admin`, `tail` and the scripts.
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../shared/clock.ts';
import { systemClock } from '../../shared/clock.ts';
import { Failure } from '../../shared/failure.ts';
import { requestId } from '../../shared/ids.ts';
import type { ToOperator } from '../../shared/messages/catalogue.ts';
import { checkMessage, toOperatorSchema } from '../../shared/messages/catalogue.ts';
import { MESSAGE_VERSION } from '../../shared/messages/message.ts';
import type { Order } from '../../shared/messages/orders.ts';
import type { Query } from '../../shared/messages/query.ts';
import type { TailRecord } from '../../shared/messages/tail-record.ts';
import type { TailTopic } from '../../shared/messages/tail-topic.ts';
import type { Role } from '../../shared/messages/values.ts';
import type { Ticker } from '../../shared/wire/awake-timer.ts';
import { words } from '../../shared/words.ts';
import { createProcessTicker } from '../../shared/wire/awake-timer.ts';
import { LinkClient } from '../../shared/wire/client.ts';
import type { JsonObject } from '../../shared/wire/json.ts';
import type { Link } from '../../shared/wire/link.ts';
import { RequestChannel } from '../../shared/wire/request-channel.ts';
import { tcpConnect } from '../../shared/wire/tcp-socket.ts';
import type { ListPage, OrderDesk, OrderOutcome } from './order-desk.ts';

export type OperatorTarget = {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly ca: string } | null;
  /** Plain TCP off the loopback, knowingly. */
  readonly insecure: boolean;
};
export type OperatorProof =
  | { readonly userId: string; readonly password: string; readonly code?: string | null }
  | { readonly token: string };

export type ConnectOptions = { readonly clock?: Clock; readonly askCode?: () => Promise<string | null> };

const ANSWER_MS = 30_000;
/** Orders on their way at once; below the link's queue, so that Central can write many in one transaction. */
const ORDERS_IN_FLIGHT = 400;

export class OperatorClient implements OrderDesk {
  readonly pageRows = 500;
  readonly role: Role;
  /** Logged in with a one-time code, which serves for no second log-in. */
  readonly byCode: boolean;
  readonly #channel: RequestChannel;
  readonly #link: Link;
  readonly #tails = new Map<string, (record: TailRecord) => void>();
  #asked = 1;
  #closed: (reason: string) => void = () => undefined;
  readonly #ended: Promise<string>;

  private constructor(link: Link, channel: RequestChannel, { role, byCode }: { role: Role; byCode: boolean }) {
    this.#link = link;
    this.#channel = channel;
    this.role = role;
    this.byCode = byCode;
    this.#ended = new Promise((resolve) => {
      this.#closed = resolve;
    });
    channel.onMessage = (message) => this.#take(message);
    channel.onClose = (reason) => this.#closed(`${reason.code}: ${reason.detail}`);
  }

  /**
   * Connects and logs in; `askCode` is asked when a one-time code is needed and none was given (null: nobody has one).
   * Throws `Failure('link-lost')` when Central cannot be reached, `Failure('link-refused')` when it refuses the log-in.
   */
  static async connect(
    target: OperatorTarget, proof: OperatorProof, { clock = systemClock, askCode }: ConnectOptions = {},
  ): Promise<OperatorClient> {
    const ticker = createProcessTicker(clock);
    const link = await openLink(target, ticker, clock);
    const channel = new RequestChannel(link, ticker);
    const code = 'userId' in proof ? proof.code ?? null : null;
    try {
      const answer = await channel.ask({
        v: MESSAGE_VERSION, id: 'tool-0', type: 'login-operator',
        userId: 'userId' in proof ? proof.userId : null, password: 'userId' in proof ? proof.password : null,
        code, token: 'token' in proof ? proof.token : null,
      }, { timeoutMs: ANSWER_MS });
      const welcome = parse(answer);
      if (welcome.type !== 'welcome-operator' || !welcome.taken || welcome.role === null) {
        const reason = welcome.type === 'welcome-operator' ? welcome.reason : null;
        const asked = reason === 'code-required' && 'userId' in proof ? await askCode?.() ?? null : null;
        if (asked === null || !('userId' in proof)) throw refusedLogin(welcome);
        link.close();
        return await OperatorClient.connect(target, { ...proof, code: asked }, { clock });
      }
      return new OperatorClient(link, channel, { role: welcome.role, byCode: code !== null });
    } catch (error) {
      link.close();
      throw error;
    }
  }

  /** Gives one order; `orderId` is made once by the caller and repeated on a retry. */
  async order(order: Order, orderId: string = freshOrderId()): Promise<OrderOutcome> {
    const answer = await this.#ask({ type: 'order', orderId: requestId(orderId), order });
    if (answer.type !== 'order-result') throw unexpected(answer.type);
    return { outcome: answer.outcome, text: answer.text, lines: answer.lines };
  }

  async orders(orders: readonly Order[]): Promise<OrderOutcome[]> {
    const outcomes: OrderOutcome[] = [];
    for (let from = 0; from < orders.length; from += ORDERS_IN_FLIGHT) {
      const slice = orders.slice(from, from + ORDERS_IN_FLIGHT);
      outcomes.push(...await Promise.all(slice.map((order) => this.order(order))));
    }
    return outcomes;
  }

  async page(
    what: Query['what'], filter: Query['filter'], after: string | null, limit: number,
  ): Promise<ListPage> {
    const answer = await this.#ask({ type: 'query', what, filter, after, limit });
    if (answer.type !== 'rows') throw unexpected(answer.type);
    return { rows: answer.rows, next: answer.next, error: answer.error };
  }

  /** Prints a topic from now on, opened by Central; ends with the connection. */
  tail(topic: Pick<TailTopic, 'topic' | 'contains'>, onRecord: (record: TailRecord) => void): void {
    const id = `tool-${this.#asked++}`;
    this.#tails.set(id, onRecord);
    this.#channel.send({ v: MESSAGE_VERSION, id, type: 'tail', ...topic });
  }

  /** Resolves with the reason when the connection ends. */
  ended(): Promise<string> {
    return this.#ended;
  }

  async close(): Promise<void> {
    this.#link.close();
    await this.#ended;
  }

  async #ask(question: JsonObject): Promise<ToOperator> {
    const id = `tool-${this.#asked++}`;
    return parse(await this.#channel.ask({ v: MESSAGE_VERSION, id, ...question }, { timeoutMs: ANSWER_MS }));
  }

  #take(message: JsonObject): void {
    const parsed = checkMessage(toOperatorSchema, message);
    if (!parsed.ok || parsed.message.type !== 'tail-record') return;
    this.#tails.get(parsed.message.re ?? '')?.(parsed.message);
  }
}

/** An id for an order, made where the order is made. */
export function freshOrderId(): string {
  return `o-${randomBytes(9).toString('hex')}`;
}

function openLink(target: OperatorTarget, ticker: Ticker, clock: Clock): Promise<Link> {
  return new Promise((resolve, reject) => {
    const client = new LinkClient({
      connect: tcpConnect({ ...target, insecureFlag: '--insecure' }), ticker, nowMs: () => clock.now(),
      random: () => Math.random(), onOpen: resolve,
      onClose: (reason) => {
        reject(new Failure('link-lost', `cannot reach EV_Central at ${target.host}:${target.port} (${reason.detail}): `
          + 'start it, or give its address with --central'));
        return 'stop'; // one try: a tool says at once what is wrong
      },
    });
    client.start();
  });
}

function parse(message: JsonObject): ToOperator {
  const parsed = checkMessage(toOperatorSchema, message);
  if (parsed.ok) return parsed.message;
  throw new Failure('link-lost', `EV_Central answered something else (${parsed.detail}): is it of the same version?`);
}

function unexpected(type: string): Failure {
  return new Failure('link-lost', `EV_Central answered with "${type}": is it of the same version?`);
}

function refusedLogin(welcome: ToOperator): Failure {
  const { reason, text } = welcome.type === 'welcome-operator' ? welcome : { reason: null, text: '' };
  const sentence = reason === null || reason === 'unknown-or-wrong'
    ? 'the user or the password is wrong' : words().accessRefusal[reason]({});
  const how = reason === 'code-required' ? ' (--login-code, or EV_TOOL_CODE)' : '';
  return new Failure('link-refused', `EV_Central refused the log-in: ${text === '' ? sentence : text}${how}`);
}
