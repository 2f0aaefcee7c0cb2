// What a language must say: one entry for every member of every closed list of words. A language is an object of this
// type, so a new refusal, state or notice breaks the build until every language has words for it.
import type { TicketLine } from '../messages/ticket-line.ts';
import type { EstimateRow } from '../messages/rows.ts';
import type { PriceWords } from './price.ts';
import type { LogLevel } from '../log.ts';
import type { Notice } from '../messages/notice.ts';
import type { AccessRefusal, CommandRefusal, Refusal } from '../messages/refusal.ts';
import type {
  ConnectorType, DeadLetterReason, EndReason, EventKind, FaultCode, PaymentFailure, PaymentPurpose, PointStatus,
  PriorityClass, Role, SessionState,
} from '../messages/values.ts';

/**
 * What the words of a refusal may name; each is optional, and the sentence stays whole without it:
 * `pointId`, `siteId`, `connectorNo`, `fault` (a FaultCode), `note` (an operator's), `limit`, `limitW`,
 * `fromMinute` and `toMinute` (of the site's day), `neededMinor`, `balanceMinor` and `currency`, `retryAfterMs`,
 * `groupId`, `limitMinor` and `leftMinor` (what a group pays for her).
 */
export type Facts = Readonly<Record<string, string | number>>;

/** The keys of the screens' key bars. */
export const KEY_LABELS = [
  'help', 'quit', 'back', 'filter', 'sort', 'refresh', 'open', 'confirm', 'cancel', 'charge', 'stop', 'history',
  'points', 'ticket', 'authenticate', 'plug', 'unplug', 'fault', 'repair', 'resume', 'queue', 'sessions', 'events',
  'drivers', 'dead-letters', 'maintenance', 'revoke', 'log', 'next', 'previous',
] as const;
export type KeyLabel = (typeof KEY_LABELS)[number];

/** Short titles on screens and tickets. */
export const LABELS = [
  'ticket', 'correction', 'corrects', 'session', 'driver', 'point', 'connector', 'site', 'tariff', 'started', 'ended',
  'duration', 'energy', 'power', 'meter', 'reason', 'total', 'net', 'vat', 'balance', 'held', 'cost', 'time-left',
  'state-of-charge',
  'price', 'state', 'place-in-queue', 'wait', 'since', 'flags', 'central', 'engine', 'bus', 'requests', 'messages',
  'on-line', 'connecting', 'away', 'refused', 'up', 'down', 'ok', 'ko', 'unreachable', 'unknown',
] as const;
export type Label = (typeof LABELS)[number];

/** What a client tells its user when a request did not even reach Central, and the banners of every screen. */
export const TROUBLES = [
  'central-away', 'bus-down', 'not-logged-in', 'no-answer', 'not-sent', 'send-unknown', 'monitor-away', 'engine-away',
  'no-key', 'key-expired', 'no-secret',
] as const;
export type Trouble = (typeof TROUBLES)[number];

/** How a driver's words about one notice are made; `timeZone` is an IANA name. */
export type NoticeWords = {
  readonly [T in Notice['type']]: (notice: Extract<Notice, { type: T }>, timeZone: string) => string;
};

export type Words = {
  readonly refusal: Readonly<Record<Refusal, (facts: Facts) => string>>;
  readonly accessRefusal: Readonly<Record<AccessRefusal, (facts: Facts) => string>>;
  readonly commandRefusal: Readonly<Record<CommandRefusal, string>>;
  readonly trouble: Readonly<Record<Trouble, string>>;
  readonly endReason: Readonly<Record<EndReason, string>>;
  readonly faultCode: Readonly<Record<FaultCode, string>>;
  readonly paymentFailure: Readonly<Record<PaymentFailure, string>>;
  readonly paymentPurpose: Readonly<Record<PaymentPurpose, string>>;
  readonly sessionState: Readonly<Record<SessionState, string>>;
  /** What a driver reads about a point. */
  readonly pointStatus: Readonly<Record<PointStatus, string>>;
  /** What the operator's panel says: the practice's labels. */
  readonly panelStatus: Readonly<Record<PointStatus, string>>;
  readonly connectorType: Readonly<Record<ConnectorType, string>>;
  readonly role: Readonly<Record<Role, string>>;
  readonly priorityClass: Readonly<Record<PriorityClass, string>>;
  readonly eventKind: Readonly<Record<EventKind, string>>;
  readonly deadLetterReason: Readonly<Record<DeadLetterReason, string>>;
  readonly ticketLine: Readonly<Record<TicketLine['kind'], string>>;
  readonly price: PriceWords;
  readonly logLevel: Readonly<Record<LogLevel, string>>;
  readonly label: Readonly<Record<Label, string>>;
  readonly key: Readonly<Record<KeyLabel, string>>;
  readonly notice: NoticeWords;
  /** What a charge would cost, with what that assumes. */
  estimate(estimate: EstimateRow): string;
  /** `540000` → "9 min"; null is "unknown". */
  duration(durationMs: number | null): string;
};
