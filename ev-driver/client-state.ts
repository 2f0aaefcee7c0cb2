// What one driver's client knows, what can come to it, and what it wants done: plain data, and the few functions that
// every part of the pure client uses.
import type { BusState } from '../shared/bus/port.ts';
import type { FrameBody } from '../shared/frame.ts';
import type { CorrelationId, PointId, RequestId, SiteId, UserId } from '../shared/ids.ts';
import { LIMITS } from '../shared/limits.ts';
import type { LogFields, LogLevel } from '../shared/log.ts';
import type { FromDriver, Request, ToDriver } from '../shared/messages/catalogue.ts';
import type { LoginRefused } from '../shared/messages/login-refused.ts';
import type { LoginWelcome } from '../shared/messages/login-welcome.ts';
import type { Notice } from '../shared/messages/notice.ts';
import type { OperatorOrderResult } from '../shared/messages/operator-order-result.ts';
import type { Order } from '../shared/messages/orders.ts';
import type { Progress } from '../shared/messages/progress.ts';
import type { Query } from '../shared/messages/query.ts';
import type { Reservation, ReservationSeries } from '../shared/messages/reservation.ts';
import type { PointOffer, SessionRow } from '../shared/messages/rows.ts';
import type { Currency } from '../shared/money.ts';
import type { ScreenMessage } from '../shared/screen/handle.ts';
import { words } from '../shared/words.ts';
import type { CloseReason } from '../shared/wire/close-reason.ts';
import { applyNotice, chargeOfNotice, isOver, type Charge, type ChargeWish } from './charges.ts';
import { createInbox, installationOf, type NoticeInbox } from './notice-inbox.ts';

/** After the request's expiry Central has this long to say so; then it is taken back. */
const ANSWER_GRACE_MS = 5_000;
/** From the sending of a charge request to its first notice. */
export const ANSWER_MS = LIMITS.requestExpiryMs + ANSWER_GRACE_MS;
/** Charges that are over and kept for the screen. */
const OVER_KEPT = 50;
const MESSAGES_KEPT = 200;

/** What a question over the link was asked for. */
export type Purpose =
  | { readonly what: 'notices'; readonly found: readonly Notice[] }
  | { readonly what: 'points'; readonly found: readonly PointOffer[] }
  | { readonly what: 'sessions'; readonly isFirst: boolean }
  | { readonly what: 'reservations' | 'reservation-series' }
  | { readonly what: 'estimate' }
  /** A list for a script or a window; it is told of the rows. */
  | { readonly what: 'list'; readonly list: ListAsked }
  | { readonly what: 'look-up'; readonly requestId: RequestId; readonly pointId: PointId };

/** Lists for scripts. */
export const LISTS_ASKED = [
  'my-reservations', 'my-reservation-series', 'free-slots', 'calendar', 'estimate', 'my-notification-preferences',
] as const;
export type ListAsked = (typeof LISTS_ASKED)[number];

export type Now = {
  readonly atMs: number;
  readonly awakeMs: number;
  /** Central's clock minus this machine's; null while unknown. */
  readonly centralOffsetMs: number | null;
};

export type LinkFacts = { state: 'up' | 'connecting' | 'down' | 'refused'; sinceMs: number; why: string };

export type LoginFacts = {
  state: 'waiting' | 'checking' | 'in' | 'refused';
  /** Central's words when it refused. */
  text: string;
  byAwakeMs: number;
  /** When a refused log-in is tried again by itself; null: somebody has to. */
  retryAwakeMs: number | null;
};

/** What a client follows besides its own charges. */
export type Interests = {
  /** The filter of the points to know (rows.ts); `{}` is all of them, null none. */
  readonly points: Readonly<Record<string, string | number>> | null;
  readonly sessions: boolean;
};

export type ClientState = {
  readonly driverId: UserId;
  readonly interests: Interests;
  /** IANA name: the times in notices' words are the driver's. */
  readonly timeZone: string;
  /** Which site a point belongs to; one for all clients of a process. */
  readonly directory: Map<PointId, SiteId>;
  central: LinkFacts;
  bus: LinkFacts;
  login: LoginFacts;
  /** When the log-in's key has to be renewed, in Central's time. */
  renewAtMs: number | null;
  account: { balanceMinor: number; heldMinor: number; currency: Currency } | null;
  inbox: NoticeInbox;
  /** The last notice that the log-in under way said it has. */
  saidNotice: number;
  /** The last number that Central said it has given. */
  centralLast: number;
  gapSinceAwakeMs: number | null;
  newsAwakeMs: number;
  readonly charges: Map<RequestId, Charge>;
  /** When a sent request must have been answered, in awake time. */
  readonly answerBy: Map<RequestId, number>;
  /** Stop and cancel requests, and the charge that each is about. */
  readonly orders: Map<RequestId, RequestId>;
  /** Charge requests that must be taken back as soon as the bus is up; `sending`: the cancel is on its way. */
  readonly takeBacks: Map<RequestId, { sending: boolean }>;
  readonly queries: Map<string, Purpose & { byAwakeMs: number }>;
  queryCount: number;
  readonly points: Map<PointId, PointOffer>;
  pointsAtMs: number | null;
  sessions: readonly SessionRow[];
  /** Those that are still to come, and the recurring ones; asked for together with the sessions. */
  reservations: readonly Reservation[];
  series: readonly ReservationSeries[];
  sessionsNext: string | null;
  /** Something has changed what Central's list of sessions says. */
  sessionsStale: boolean;
  readonly messages: ScreenMessage[];
};

export type ClientInput =
  | { readonly kind: 'tick' }
  | { readonly kind: 'central-open' }
  | { readonly kind: 'central-lost'; readonly reason: CloseReason }
  | { readonly kind: 'from-central'; readonly message: ToDriver }
  | { readonly kind: 'bus'; readonly state: BusState }
  /** The reader stands at the end of its partitions: what came before it is asked for over the link. */
  | { readonly kind: 'reading' }
  | { readonly kind: 'notice'; readonly notice: Notice }
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'log-in' }
  | { readonly kind: 'ask'; readonly wish: ChargeWish }
  | { readonly kind: 'stop'; readonly orderId: RequestId; readonly charge: RequestId; readonly corr: CorrelationId }
  | { readonly kind: 'cancel'; readonly orderId: RequestId; readonly charge: RequestId }
  | {
      readonly kind: 'sent'; readonly requestId: RequestId; readonly outcome: 'sent' | 'not-sent' | 'unknown';
    }
  | { readonly kind: 'reload' }
  | { readonly kind: 'estimate'; readonly pointId: PointId }
  | { readonly kind: 'more-sessions' }
  /** An order about what is her own. It may be given again under its id: Central carries it out once. */
  | { readonly kind: 'order'; readonly orderId: RequestId; readonly order: Order }
  | { readonly kind: 'list'; readonly list: ListAsked; readonly filter: Query['filter'] };

/** What the batch, the scripts and the fleet wait for. */
export type ClientEvent =
  | { readonly kind: 'logged-in' }
  | { readonly kind: 'login-refused'; readonly reason: LoginRefused['reason']; readonly text: string }
  | { readonly kind: 'notice'; readonly notice: Notice; readonly text: string }
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'charge'; readonly charge: Charge }
  | { readonly kind: 'rows'; readonly what: 'points' | 'sessions' }
  | { readonly kind: 'order-result'; readonly result: OperatorOrderResult }
  | {
      readonly kind: 'list'; readonly list: ListAsked; readonly error: string | null;
      readonly rows: readonly Readonly<Record<string, unknown>>[];
    };

export type ClientEffect =
  | { readonly kind: 'to-central'; readonly id: string; readonly frame: FrameBody<FromDriver> }
  /** Send the log-in frame: only the shell knows the password. */
  | { readonly kind: 'send-login'; readonly lastNotice: number }
  /** The keys and the place of the topics, of a fresh log-in. */
  | { readonly kind: 'use-keys'; readonly welcome: LoginWelcome }
  /** Seal and send a request; its outcome comes back as the input `sent`. */
  | {
      readonly kind: 'send'; readonly key: string; readonly corr: CorrelationId;
      readonly request: RequestBody;
    }
  /** The link is dropped, or connected at once. */
  | { readonly kind: 'drop-central'; readonly detail: string }
  | { readonly kind: 'connect-central' }
  | { readonly kind: 'keep-notice'; readonly notice: Notice }
  /** The notices that are kept are another network's. */
  | { readonly kind: 'forget-notices' }
  | { readonly kind: 'keep-charge'; readonly charge: Charge }
  | { readonly kind: 'forget-charge'; readonly requestId: RequestId }
  | { readonly kind: 'event'; readonly event: ClientEvent }
  | { readonly kind: 'note'; readonly level: LogLevel; readonly event: string; readonly fields: LogFields };

/** A request without its envelope. */
export type RequestBody = Request extends infer R ? R extends Request ? Omit<R, 'v' | 'id' | 'atMs' | 'corr'> : never
  : never;

export type StartOptions = {
  readonly driverId: UserId; readonly interests: Interests; readonly timeZone: string;
  readonly directory: Map<PointId, SiteId>;
  /** What an earlier process kept: its notices in order, and the charges that were under way. */
  readonly notices: readonly Notice[]; readonly charges: readonly Charge[];
};

/** The state at the start of a process, with what an earlier one kept. */
export function startClient(options: StartOptions, now: Now): ClientState {
  const { driverId, interests, timeZone, directory } = options;
  const link = (): LinkFacts => ({ state: 'connecting', sinceMs: now.atMs, why: '' });
  const last = options.notices.at(-1);
  const state: ClientState = {
    driverId, interests, timeZone, directory, central: link(), bus: link(),
    login: { state: 'waiting', text: '', byAwakeMs: Infinity, retryAwakeMs: null },
    renewAtMs: null, account: null,
    inbox: createInbox(last?.number ?? 0, last === undefined ? null : installationOf(last)),
    saidNotice: 0, centralLast: 0, gapSinceAwakeMs: null, newsAwakeMs: now.awakeMs, charges: new Map(),
    answerBy: new Map(), orders: new Map(), takeBacks: new Map(), queries: new Map(), queryCount: 0,
    points: new Map(), pointsAtMs: null, sessions: [], reservations: [], series: [], sessionsNext: null,
    sessionsStale: false, messages: [],
  };
  for (const charge of options.charges) {
    state.charges.set(charge.requestId, charge);
    if (charge.state === 'sending') {
      // It died while it sent: nobody can know whether the bus has it, so it has failed and is taken back.
      state.charges.set(charge.requestId, {
        ...charge, state: 'cancelled', failed: 'send-unknown', why: sentence(words().trouble['send-unknown']),
      });
      state.takeBacks.set(charge.requestId, { sending: false });
    }
    if (charge.state === 'requested') state.answerBy.set(charge.requestId, now.awakeMs + ANSWER_MS);
  }
  for (const notice of options.notices) {
    const charge = chargeOfNotice(state.charges, notice);
    if (charge !== null) state.charges.set(charge.requestId, applyNotice(charge, notice, timeZone));
  }
  trimCharges(state);
  return state;
}

/** Central's time, as well as it is known. */
export function centralTime(now: Now): number {
  return now.atMs + (now.centralOffsetMs ?? 0);
}

/** A charge changed: it is kept while it is under way, and whoever follows it is told. */
export function putCharge(state: ClientState, charge: Charge, out: ClientEffect[]): void {
  state.charges.set(charge.requestId, charge);
  if (isOver(charge)) out.push({ kind: 'forget-charge', requestId: charge.requestId });
  else if (charge.state === 'sending' || charge.state === 'requested') out.push({ kind: 'keep-charge', charge });
  out.push({ kind: 'event', event: { kind: 'charge', charge } });
  if (isOver(charge)) trimCharges(state);
}

/** A line for the screen; the last ones are kept. */
export function say(state: ClientState, message: ScreenMessage): void {
  state.messages.push(message);
  if (state.messages.length > MESSAGES_KEPT) state.messages.shift();
}

/** Forgets the oldest charges that are over. */
export function trimCharges(state: ClientState): void {
  const over = [...state.charges.values()].filter((c) => isOver(c) && !state.takeBacks.has(c.requestId));
  for (const charge of over.slice(0, Math.max(0, over.length - OVER_KEPT))) state.charges.delete(charge.requestId);
}

/** A link's state, with since-when and why. */
export function setLink(link: LinkFacts, state: LinkFacts['state'], why: string, now: Now): void {
  if (link.state !== state) link.sinceMs = now.atMs;
  link.state = state;
  link.why = why;
}

/** A text of the catalogue as a sentence of its own. */
export function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
