// The whole state of Central: the stored tables, what lives only while the process runs, and the indexes over both.
import type { Account } from '../../shared/account.ts';
import type { FactPosition } from '../../shared/fact-position.ts';
import type {
  AccessId, ClaimId, ConnectionId, GroupId, KeyId, PaymentId, PlanId, PointId, RequestId, ReservationId, SeriesId,
  SessionId, SiteId, TariffId, TicketId, UserId,
} from '../../shared/ids.ts';
import type { ExchangeRate } from '../../shared/messages/exchange-rate.ts';
import type { GroupTariff } from '../../shared/messages/group-tariff.ts';
import type { Debt } from '../../shared/messages/debt.ts';
import type { Claim, ClaimTerms } from '../../shared/messages/claim.ts';
import type { BillingDetails } from '../../shared/messages/invoice.ts';
import type { SiteRow } from '../../shared/messages/orders.ts';
import type { PlanRow, Subscription } from '../../shared/messages/subscription.ts';
import type { Reservation, ReservationSeries } from '../../shared/messages/reservation.ts';
import type { PointStatus } from '../../shared/messages/values.ts';
import type { Currency } from '../../shared/money.ts';
import type { ApiCall, ApiKey, ApiSession } from './api-rows.ts';
import type { AccountCode, ChargeToken, ContactPreferences, Mail, Person, Vehicle } from './account-rows.ts';
import { vehicleKey } from './account-rows.ts';
import type { Deadlines } from './deadlines.ts';
import type { ConditionRow } from './figures/condition-row.ts';
import type { Input } from './inputs.ts';
import type { InvoicedSession, InvoiceSeries, InvoicingSpan, UninvoicedTicket } from './invoice-rows.ts';
import type { PaymentIndex } from './payment-index.ts';
import type { Payment, PaymentEventRow } from './payment-rows.ts';
import type {
  ChargePoint, CommandRecord, DriverLink, Group, Installation, KeyRow, LiveMeter, Lockout, MonitorLink, OrderRecord,
  PointState, PriceSeries, RequestRecord, SecondFactor, SeriesVersion, Session, SessionTerms, Tariff, TariffKey,
  TariffVersion, TicketPayment, User,
} from './rows.ts';
import type { ReservationIndex } from './reservation-index.ts';
import type { SessionIndex } from './session-index.ts';
import type { Settings } from './settings.ts';
import { Table } from './table.ts';
import type { Border } from './tariff/border.ts';
import type { SeriesKey } from './tariff/hourly.ts';
import type { TariffRules } from './tariff/rules.ts';

/** The stored tables. The store knows one codec for each; adding a table breaks its build until it has one. */
export type Tables = {
  readonly installation: Table<'installation', Installation>;
  readonly tariffs: Table<TariffId, Tariff>;
  readonly tariffVersions: Table<TariffKey, TariffVersion>;
  readonly priceSeries: Table<SeriesId, PriceSeries>;
  readonly priceSeriesVersions: Table<SeriesKey, SeriesVersion>;
  readonly exchangeRates: Table<RateKey, ExchangeRate>;
  readonly plans: Table<PlanId, PlanRow>;
  readonly subscriptions: Table<UserId, Subscription>;
  readonly sites: Table<SiteId, SiteRow>;
  readonly points: Table<PointId, ChargePoint>;
  readonly pointStates: Table<PointId, PointState>;
  readonly users: Table<UserId, User>;
  readonly groups: Table<GroupId, Group>;
  readonly groupTariffs: Table<GroupTariffKey, GroupTariff>;
  readonly sessions: Table<SessionId, Session>;
  readonly meters: Table<SessionId, LiveMeter>;
  readonly keys: Table<KeyId, KeyRow>;
  readonly requests: Table<RequestId, RequestRecord>;
  readonly orders: Table<RequestId, OrderRecord>;
  readonly commands: Table<string, CommandRecord>;
  readonly lockouts: Table<string, Lockout>;
  readonly ticketPayments: Table<TicketId, TicketPayment>;
  readonly apiSessions: Table<AccessId, ApiSession>;
  readonly apiKeys: Table<AccessId, ApiKey>;
  readonly apiCalls: Table<RequestId, ApiCall>;
  readonly secondFactors: Table<UserId, SecondFactor>;
  readonly billingDetails: Table<Account, BillingDetails>;
  readonly invoiceSeries: Table<string, InvoiceSeries>;
  readonly uninvoicedTickets: Table<TicketId, UninvoicedTicket>;
  readonly invoicedSessions: Table<SessionId, InvoicedSession>;
  readonly invoicingSpans: Table<string, InvoicingSpan>;
  readonly payments: Table<PaymentId, Payment>;
  readonly paymentEvents: Table<string, PaymentEventRow>;
  readonly persons: Table<UserId, Person>;
  readonly accountCodes: Table<string, AccountCode>;
  readonly mails: Table<string, Mail>;
  readonly vehicles: Table<string, Vehicle>;
  readonly tokens: Table<string, ChargeToken>;
  readonly claimTerms: Table<GroupId, ClaimTerms>;
  readonly claims: Table<ClaimId, Claim>;
  readonly debts: Table<Account, Debt>;
  readonly contactPreferences: Table<UserId, ContactPreferences>;
  readonly reservations: Table<ReservationId, Reservation>;
  readonly reservationSeries: Table<ReservationId, ReservationSeries>;
};

/** `EUR CHF 2026-11-27`. */
export type RateKey = `${string} ${string} ${string}`;

/** `<group> <place>`: an id has no space. */
export type GroupTariffKey = `${string} ${string}`;

export type FactGap = {
  readonly sinceMs: number;
  /** The first fact behind the gap that has come. */
  readonly first: FactPosition;
  /** How often it has come. */
  readonly times: number;
  /** How often the point was asked for what is missing. */
  readonly asked: number;
};

/** Of a running session; see cost-watch.ts. Never stored. */
export type CostWatch = {
  /** Where another price may hold, from the last stored reading on. */
  border: Border;
  /** What is due at the very beginning, whatever follows: a fee, a minimum price. */
  readonly leastMinor: number;
  /** When and at which register the cost was reckoned last, and what it can be at most besides what was used since. */
  atMs: number;
  registerWh: number;
  highestMinor: number;
  /** The amount that was asked for was near already: that is told once. */
  isNear: boolean;
};

/** A password or PIN that is compared outside, and what was asked for with it. */
export type PendingCheck = Extract<
  Input, { kind: 'login' | 'api-login' | 'local-request' | 'confirmed-order' }
>;

export type State = Tables & {
  readonly settings: Settings;
  // Not stored: links, who is on line, and what the batch has still to say.
  readonly monitorLinks: Map<PointId, MonitorLink>;
  readonly monitorPoints: Map<ConnectionId, PointId>;
  readonly driverLinks: Map<ConnectionId, DriverLink>;
  /** Log-ins at once, by driver: who is on line gets live figures. */
  readonly logIns: Map<UserId, number>;
  readonly checks: Map<number, PendingCheck>;
  readonly sessionIndex: SessionIndex;
  readonly paymentIndex: PaymentIndex;
  readonly reservationIndex: ReservationIndex;
  /** Reservations whose charge has begun or ended. */
  readonly reservationsTouched: Set<ReservationId>;
  readonly pointsOfSite: Map<SiteId, Set<PointId>>;
  /** The group that pays for a user. */
  readonly paidBy: Map<UserId, GroupId>;
  /** The groups that she is a member of, by their ids. */
  readonly memberOf: Map<UserId, readonly GroupId[]>;
  readonly deadlines: Deadlines;
  /** Points that are owed an `accepted` at the end of the batch. */
  readonly acceptsOwed: Map<PointId, { resend: boolean }>;
  /** Sessions whose live figures changed in this batch. */
  readonly progressOwed: Set<SessionId>;
  readonly progressSentMs: Map<SessionId, number>;
  /** Tariffs made ready for pricing, by their keys and the terms beside them; and those terms as text. */
  readonly rules: Map<string, TariffRules>;
  readonly termsTexts: WeakMap<SessionTerms, string>;
  /** Where a running session's price may change next, and how far its cost is from its limit. */
  readonly costWatches: Map<SessionId, CostWatch>;
  /** Sites whose queue may have somebody to offer something to, or to tell a new place. */
  readonly queuesTouched: Set<SiteId>;
  /** When each queue is looked at again at the latest: somebody's ageing may change its order. */
  readonly queueReviewMs: Map<SiteId, number>;
  /** Points whose derived status may have changed, and the status that was announced last. */
  readonly pointsTouched: Set<PointId>;
  readonly announced: Map<PointId, { readonly status: PointStatus; readonly sinceMs: number }>;
  /** When a stray session was last told to stop (a session that Central holds as ended). */
  readonly straysStoppedMs: Map<SessionId, number>;
  readonly resendAskedMs: Map<PointId, number>;
  /** Points of which a fact is missing, since when, and the first one behind it that they have. */
  readonly factGaps: Map<PointId, FactGap>;
  /** Connectors that refused or did not answer an offer: they rest a little, so that offers do not chase each other. */
  readonly restingUntilMs: Map<string, number>;
  bus: { up: boolean; reason: string; sinceMs: number };
  outboxBacklog: number;
  nextCheckId: number;
  /** When keys that nothing can need any more were removed last. */
  keysPrunedMs: number;
  /** How each connector is, as it was written last; null: not watched yet. */
  conditions: Map<string, ConditionRow> | null;
  /** When waiting tickets are looked at again. */
  invoicesDueMs: number;
};

export function emptyTables(): Tables {
  return {
    installation: new Table(() => 'installation'),
    tariffs: new Table((row) => row.tariffId),
    tariffVersions: new Table((row) => tariffKey(row.tariffId, row.version)),
    priceSeries: new Table((row) => row.seriesId),
    priceSeriesVersions: new Table((row) => seriesKey(row.seriesId, row.version)),
    plans: new Table((row) => row.planId),
    subscriptions: new Table((row) => row.userId),
    exchangeRates: new Table((row) => rateKey(row.base, row.quote, row.date)),
    sites: new Table((row) => row.siteId),
    points: new Table((row) => row.pointId),
    pointStates: new Table((row) => row.pointId),
    users: new Table((row) => row.userId),
    groups: new Table((row) => row.groupId),
    groupTariffs: new Table((row) => `${row.groupId} ${row.place}`),
    sessions: new Table((row) => row.sessionId),
    meters: new Table((row) => row.sessionId),
    keys: new Table((row) => row.keyId),
    requests: new Table((row) => row.requestId),
    orders: new Table((row) => row.orderId),
    commands: new Table((row) => commandKey(row.pointId, row.number)),
    lockouts: new Table((row) => row.who),
    ticketPayments: new Table((row) => row.ticketId),
    apiSessions: new Table((row) => row.accessId),
    apiKeys: new Table((row) => row.accessId),
    apiCalls: new Table((row) => row.callId),
    secondFactors: new Table((row) => row.userId),
    billingDetails: new Table((row) => row.payer),
    invoiceSeries: new Table((row) => row.seriesId),
    uninvoicedTickets: new Table((row) => row.ticketId),
    invoicedSessions: new Table((row) => row.sessionId),
    invoicingSpans: new Table((row) => row.spanId),
    payments: new Table((row) => row.paymentId),
    paymentEvents: new Table((row) => row.eventKey),
    persons: new Table((row) => row.userId),
    accountCodes: new Table((row) => row.codeId),
    mails: new Table((row) => row.mailId),
    vehicles: new Table((row) => vehicleKey(row)),
    tokens: new Table((row) => row.tokenId),
    claimTerms: new Table((row) => row.groupId),
    claims: new Table((row) => row.claimId),
    debts: new Table((row) => row.account),
    contactPreferences: new Table((row) => row.userId),
    reservations: new Table((row) => row.reservationId),
    reservationSeries: new Table((row) => row.seriesId),
  };
}

export function tariffKey(tariffId: TariffId, version: number): TariffKey {
  return `${tariffId}#${version}`;
}

export function seriesKey(seriesId: SeriesId, version: number): SeriesKey {
  return `${seriesId}#${version}`;
}

export function rateKey(base: Currency, quote: Currency, date: string): RateKey {
  return `${base} ${quote} ${date}`;
}

export function commandKey(pointId: PointId, number: number): string {
  return `${pointId}#${number}`;
}
