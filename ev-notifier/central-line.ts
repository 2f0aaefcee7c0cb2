// The line to EV_Central: a service's log-in, and questions about how people are reached. It comes back by itself;
// while it is away every question fails at once, and the core asks again later.
import { z } from 'zod';
import type { Clock } from '../shared/clock.ts';
import { Failure } from '../shared/failure.ts';
import { createFrameIds } from '../shared/frame.ts';
import type { Log } from '../shared/log.ts';
import { checkMessage, toOperatorSchema } from '../shared/messages/catalogue.ts';
import { MESSAGE_VERSION } from '../shared/messages/message.ts';
import { type Contact, contactSchema } from '../shared/messages/notification.ts';
import type { LinkView } from '../shared/screen/handle.ts';
import type { Ticker } from '../shared/wire/awake-timer.ts';
import { LinkClient } from '../shared/wire/client.ts';
import type { Link } from '../shared/wire/link.ts';
import type { Connect } from '../shared/wire/link-socket.ts';
import { RequestChannel } from '../shared/wire/request-channel.ts';
import type { Question } from './core/state.ts';

const ANSWER_MS = 10_000;
const PAGE_ROWS = 100;
const SERVICE = 'notifier';

export type CentralLineOptions = {
  readonly connect: Connect; readonly ticker: Ticker; readonly clock: Clock; readonly log: Log;
  readonly token: string; readonly onState: () => void;
};

export class CentralLine {
  readonly #options: CentralLineOptions;
  readonly #client: LinkClient;
  readonly #nextId = createFrameIds();
  #channel: RequestChannel | null = null;
  #view: LinkView;

  constructor(options: CentralLineOptions) {
    const { connect, ticker, clock } = options;
    this.#options = options;
    this.#view = { state: 'connecting', sinceMs: clock.now(), why: '' };
    this.#client = new LinkClient({
      connect, ticker, nowMs: () => clock.now(), random: Math.random,
      onOpen: (link) => void this.#logIn(link),
      onClose: (reason) => {
        this.#channel = null;
        if (this.#view.state !== 'refused') this.#say('down', `${reason.code}: ${reason.detail}`);
        return 'retry';
      },
    });
  }

  start(): void {
    this.#client.start();
  }

  close(): void {
    this.#client.close();
  }

  view(): LinkView {
    return this.#view;
  }

  /** The people to be told, with what they chose. @throws Failure when EV_Central does not answer */
  async ask({ kind, userIds, siteId }: Question): Promise<Contact[]> {
    const filter = {
      kind, ...(userIds.length === 0 ? {} : { users: userIds.join(',') }), ...(siteId === null ? {} : { siteId }),
    };
    const contacts: Contact[] = [];
    for (let after: string | null = null; ;) {
      const channel: RequestChannel | null = this.#channel;
      if (channel === null) throw new Failure('link-lost', `could not ask who is told: ${this.#view.why}`);
      const answer = await channel.ask({
        v: MESSAGE_VERSION, id: this.#nextId(), type: 'query', what: 'notification-contacts', filter, after,
        limit: PAGE_ROWS,
      }, { timeoutMs: ANSWER_MS });
      const parsed = checkMessage(toOperatorSchema, answer);
      if (!parsed.ok || parsed.message.type !== 'rows') {
        throw new Failure('link-lost', 'EV_Central answered something else');
      }
      const { rows, next, error } = parsed.message;
      if (error !== null) throw new Failure('link-refused', `EV_Central does not say who is told: ${error}`);
      contacts.push(...z.array(contactSchema).parse(rows));
      if (next === null) return contacts;
      after = next;
    }
  }

  async #logIn(link: Link): Promise<void> {
    const channel = new RequestChannel(link, this.#options.ticker);
    try {
      const answer = checkMessage(toOperatorSchema, await channel.ask({
        v: MESSAGE_VERSION, id: this.#nextId(), type: 'login-operator', userId: null, password: null, code: null,
        token: this.#options.token, service: SERVICE,
      }, { timeoutMs: ANSWER_MS }));
      if (answer.ok && answer.message.type === 'welcome-operator' && answer.message.taken) {
        this.#channel = channel;
        this.#client.settled();
        return this.#say('up', '');
      }
      const text = answer.ok && answer.message.type === 'welcome-operator' ? answer.message.text : '';
      this.#say('refused', text === '' ? 'it is of another version' : text);
    } catch (error) {
      this.#say('down', error instanceof Error ? error.message : String(error));
    }
    link.close();
  }

  #say(state: LinkView['state'], why: string): void {
    if (this.#view.state === state && this.#view.why === why) return;
    this.#view = { state, why, sinceMs: this.#options.clock.now() };
    this.#options.log(state === 'refused' ? 'error' : 'info', 'central', { state, why });
    this.#options.onState();
  }
}
