// One codec for each stored table of the core. A new table or a new field breaks the build here until it is stored.
import type { ApiCall, ApiKey, ApiSession } from '../core/api-rows.ts';
import type {
  ChargePoint, CommandRecord, Group, Installation, KeyRow, LiveMeter, Lockout, OrderRecord, PointState, PriceSeries,
  RequestRecord, SecondFactor, SeriesVersion, Session, Tariff, TariffVersion, TicketPayment, User,
} from '../core/rows.ts';
import type { Payment, PaymentEventRow } from '../core/payment-rows.ts';
import type { Tables } from '../core/state.ts';
import type { Table } from '../core/table.ts';
import type { TariffId } from '../../shared/ids.ts';
import type { ExchangeRate } from '../../shared/messages/exchange-rate.ts';
import type { GroupTariff } from '../../shared/messages/group-tariff.ts';
import type { SiteRow } from '../../shared/messages/orders.ts';
import { accountCodes, contactPreferences, mails, persons, tokens, vehicles } from './account-codecs.ts';
import { claims, claimTerms } from './claim-rows.ts';
import { debts } from './debt-rows.ts';
import type { PlanRow, Subscription } from '../../shared/messages/subscription.ts';
import type { RowCodec } from './columns.ts';
import { defineCodec, flag, json, nullable, real, text, whole } from './columns.ts';
import {
  billingDetails, invoicedSessions, invoiceSeries, invoicingSpans, uninvoicedTickets,
} from './invoice-rows.ts';
import type { MasterKey, Wrap } from './master-key.ts';
import { reservations, reservationSeries } from './reservation-rows.ts';

type RowOf<T> = T extends Table<infer _K, infer R> ? R : never;
export type Codecs = { readonly [N in keyof Tables]: RowCodec<RowOf<Tables[N]>> };

/** The codecs of all tables; the master key wraps stored keys and secrets. */
export function makeCodecs({ keys, secrets, secondFactors }: MasterKey): Codecs {
  return {
    installation, tariffs, tariffVersions, priceSeries, priceSeriesVersions, exchangeRates, plans,
    subscriptions, sites,
    points: withWrappedSecret(secrets), pointStates, users, groups, groupTariffs, sessions, meters,
    keys: wrappedKeys(keys), requests, orders, commands, lockouts, ticketPayments, apiSessions, apiKeys,
    apiCalls, secondFactors: withWrappedFactor(secondFactors), billingDetails, invoiceSeries, uninvoicedTickets,
    invoicedSessions, invoicingSpans, payments, paymentEvents, persons, accountCodes, mails, vehicles, tokens,
    claimTerms, claims, debts, contactPreferences, reservations, reservationSeries,
  };
}

const installation = defineCodec<Installation>({
  table: 'installation', key: ['installationId'], fields: { installationId: text(), counter: whole() },
});

const tariffs = defineCodec<Tariff>({
  table: 'tariffs', key: ['tariffId'],
  fields: { tariffId: text(), firstVersion: whole(), newestVersion: whole(), active: flag() },
});

export const tariffVersions = defineCodec<TariffVersion>({
  table: 'tariff_versions', key: ['tariffId', 'version'],
  keyValues: (key) => keyWithNumber(key),
  fields: { tariffId: text(), version: whole(), putAtMs: whole(), ocpi: json() },
});

const priceSeries = defineCodec<PriceSeries>({
  table: 'price_series', key: ['seriesId'],
  fields: { seriesId: text(), currency: text(), newestVersion: whole(), active: flag() },
});

export const priceSeriesVersions = defineCodec<SeriesVersion>({
  table: 'price_series_versions', key: ['seriesId', 'version'],
  keyValues: (key) => keyWithNumber(key),
  fields: { seriesId: text(), version: whole(), putAtMs: whole(), runs: json() },
});

const exchangeRates = defineCodec<ExchangeRate>({
  table: 'exchange_rates', key: ['base', 'quote', 'date'], keyValues: (key) => key.split(' '),
  fields: { base: text(), quote: text(), date: text(), rate: text() },
});

const plans = defineCodec<PlanRow>({
  table: 'plans', key: ['planId'],
  fields: {
    planId: text(), name: text(), currency: text(), monthlyFeeMinor: whole(), vatPercent: text(), discount: json(),
    siteIds: nullable(json()), validFromMs: nullable(whole()), validToMs: nullable(whole()),
  },
});

const subscriptions = defineCodec<Subscription>({
  table: 'subscriptions', key: ['userId'],
  fields: {
    userId: text(), planId: text(), state: text(), sinceMs: whole(), dueMs: whole(), months: whole(), why: text(),
  },
});

/** `<id>#<number>`: an id has no '#'. */
function keyWithNumber(key: string): [string, number] {
  const cut = key.lastIndexOf('#');
  return [key.slice(0, cut), Number(key.slice(cut + 1))];
}

const sites = defineCodec<SiteRow>({
  table: 'sites', key: ['siteId'],
  fields: {
    siteId: text(), name: text(), address: text(), latitude: real(), longitude: real(), timeZone: text(),
    tariffId: text(), queueEnabled: flag(),
  },
});

type StoredPoint = Omit<ChargePoint, 'secretSha256' | 'tariffId'> & {
  readonly wrappedSecret: string | null; readonly tariffId: TariffId | null;
};
const storedPoints = defineCodec<StoredPoint>({
  table: 'charging_points', key: ['pointId'],
  fields: {
    pointId: text(), siteId: text(), address: text(), latitude: real(), longitude: real(), connectors: json(),
    tariffId: nullable(text()), wrappedSecret: nullable(text()),
  },
});

/** Secrets are unwrapped when the row is loaded: ten thousand points that come back at once find them ready. */
function withWrappedSecret(wrap: Wrap): RowCodec<ChargePoint> {
  return {
    ...storedPoints,
    encode: ({ secretSha256, tariffId = null, ...row }) => storedPoints.encode({
      ...row, tariffId, wrappedSecret: secretSha256 === null ? null : wrap.wrap(row.pointId, secretSha256),
    }),
    decode: (record) => {
      const { wrappedSecret, tariffId, ...row } = storedPoints.decode(record);
      const own = tariffId === null ? {} : { tariffId };
      return { ...row, ...own, secretSha256: wrappedSecret === null ? null : wrap.unwrap(row.pointId, wrappedSecret) };
    },
  };
}

const pointStates = defineCodec<PointState>({
  table: 'charging_point_states', key: ['pointId'],
  fields: {
    pointId: text(), link: json(), health: json(), operative: json(), barred: nullable(json()), connectors: json(),
    faults: json(), keyId: nullable(text()), accepted: nullable(json()), commandNumber: whole(), clockOffsetMs: whole(),
    evictionsMs: json(),
  },
});

const users = defineCodec<User>({
  table: 'users', key: ['userId'],
  fields: {
    userId: text(), role: text(), active: flag(), priorityClass: text(), limits: json(), currency: text(),
    passwordHash: nullable(text()), pinHash: nullable(text()), balanceMinor: whole(), heldMinor: whole(),
    noticeNumber: whole(), readingKeyId: nullable(text()),
  },
});

export const groups = defineCodec<Group>({
  table: 'user_groups', key: ['groupId'],
  fields: {
    groupId: text(), name: text(), kind: text(), currency: text(), active: flag(), members: json(), limits: json(),
    siteIds: nullable(json()), hours: nullable(json()), timeZone: text(), balanceMinor: whole(), heldMinor: whole(),
    spent: json(),
  },
});

const groupTariffs = defineCodec<GroupTariff>({
  table: 'group_tariffs', key: ['groupId', 'place'], keyValues: (key) => key.split(' '),
  fields: { groupId: text(), place: text(), tariffId: text() },
});

export const sessions = defineCodec<Session>({
  table: 'charging_sessions', key: ['sessionId'],
  fields: {
    sessionId: text(), requestId: text(), corr: text(), driverId: text(), siteId: text(), pointId: nullable(text()),
    connectorNo: nullable(whole()), atPoint: flag(), state: text(), stateSinceMs: whole(), requestedAtMs: whole(),
    target: json(), fit: json(), goal: json(), priorityClass: text(), queuedAtMs: nullable(whole()),
    toldPlace: nullable(whole()), offered: flag(), holdMinor: whole(), payer: text(), currency: text(), tariff: text(),
    terms: nullable(json()), timeZone: text(), commandNumber: nullable(whole()), plugByMs: nullable(whole()),
    startedAtMs: nullable(whole()),
    startedRawMs: nullable(whole()), startReceivedMs: nullable(whole()), bootId: nullable(whole()),
    meterStartWh: nullable(whole()), usage: nullable(json()), stopping: nullable(json()),
    endedAtMs: nullable(whole()), endReceivedMs: nullable(whole()), meterStopWh: nullable(whole()),
    endReason: nullable(text()), refusal: nullable(text()), provisional: flag(), settled: flag(), energyWh: whole(),
    costMinor: whole(), lastStoredSample: whole(), disputedWh: whole(), ticketId: nullable(text()), flags: json(),
  },
});

const meters = defineCodec<LiveMeter>({
  table: 'live_meters', key: ['sessionId'],
  fields: {
    sessionId: text(), sample: whole(), registerWh: whole(), powerW: whole(), socPercent: nullable(whole()),
    state: text(), kind: text(), atMs: whole(), rawAtMs: whole(), uptimeMs: whole(), receivedAtMs: whole(),
  },
});

const requests = defineCodec<RequestRecord>({
  table: 'requests', key: ['requestId'],
  fields: {
    requestId: text(), driverId: text(), kind: text(), sessionId: nullable(text()), answer: nullable(json()),
    atMs: whole(),
  },
});

const orders = defineCodec<OrderRecord>({
  table: 'orders', key: ['orderId'],
  fields: { orderId: text(), by: text(), outcome: text(), text: text(), lines: json(), atMs: whole() },
});

const commands = defineCodec<CommandRecord>({
  table: 'commands', key: ['pointId', 'number'],
  keyValues: (key) => keyWithNumber(key),
  fields: {
    pointId: text(), number: whole(), type: text(), sessionId: nullable(text()), sentAtMs: whole(),
    deadlineMs: whole(), outcome: text(), reason: nullable(text()),
  },
});

const lockouts = defineCodec<Lockout>({
  table: 'lockouts', key: ['who'],
  fields: { who: text(), failures: whole(), firstAtMs: whole(), lockedUntilMs: nullable(whole()) },
});

const ticketPayments = defineCodec<TicketPayment>({
  table: 'ticket_payments', key: ['ticketId'],
  fields: {
    ticketId: text(), sessionId: text(), siteId: text(), payer: text(), currency: text(), paidMinor: whole(),
    vatMinor: whole(), refundedMinor: whole(), refundedVatMinor: whole(),
  },
});

const apiSessions = defineCodec<ApiSession>({
  table: 'api_sessions', key: ['accessId'],
  fields: {
    accessId: text(), userId: text(), refreshSha256: text(), createdAtMs: whole(), usedAtMs: whole(),
    expiresAtMs: whole(), revokedAtMs: nullable(whole()), address: text(), agent: text(),
  },
});

const apiKeys = defineCodec<ApiKey>({
  table: 'api_keys', key: ['accessId'],
  fields: {
    accessId: text(), userId: text(), name: text(), scopes: json(), secretSha256: text(), createdAtMs: whole(),
    expiresAtMs: nullable(whole()), revokedAtMs: nullable(whole()),
  },
});

const apiCalls = defineCodec<ApiCall>({
  table: 'api_calls', key: ['callId'], fields: { callId: text(), bodySha256: text(), answer: json(), atMs: whole() },
});

type StoredFactor = Omit<SecondFactor, 'secretBase64'> & { readonly wrappedSecret: string };
const storedFactors = defineCodec<StoredFactor>({
  table: 'second_factors', key: ['userId'],
  fields: {
    userId: text(), wrappedSecret: text(), confirmed: flag(), lastCounter: whole(), recoverySha256s: json(),
    madeAtMs: whole(),
  },
});

function withWrappedFactor(wrap: Wrap): RowCodec<SecondFactor> {
  return {
    ...storedFactors,
    encode: ({ secretBase64, ...row }) => storedFactors.encode({
      ...row, wrappedSecret: wrap.wrap(row.userId, secretBase64),
    }),
    decode: (record) => {
      const { wrappedSecret, ...row } = storedFactors.decode(record);
      return { ...row, secretBase64: wrap.unwrap(row.userId, wrappedSecret) };
    },
  };
}

export const payments = defineCodec<Payment>({
  table: 'payments', key: ['paymentId'],
  fields: {
    paymentId: text(), purpose: text(), userId: text(), sessionId: nullable(text()), gateway: text(),
    reference: nullable(text()), token: text(), currency: text(), amountMinor: whole(), state: text(),
    capturedMinor: whole(), refundedMinor: whole(), bookedMinor: whole(), bookedBackMinor: whole(),
    operation: nullable(json()), operations: whole(), cancelWanted: flag(),
    lastError: nullable(text()), corr: text(), createdAtMs: whole(), changedAtMs: whole(), expiresAtMs: whole(),
  },
});

const paymentEvents = defineCodec<PaymentEventRow>({
  table: 'payment_events', key: ['eventKey'], fields: { eventKey: text(), paymentId: text(), atMs: whole() },
});

type StoredKey = Omit<KeyRow, 'keyBase64'> & { readonly wrappedKey: string };
const storedKeys = defineCodec<StoredKey>({
  table: 'keys', key: ['keyId'],
  fields: {
    keyId: text(), kind: text(), ownerId: text(), wrappedKey: text(), createdAtMs: whole(),
    expiresAtMs: nullable(whole()), replacedAtMs: nullable(whole()), revokedAtMs: nullable(whole()),
  },
});

function wrappedKeys(wrap: Wrap): RowCodec<KeyRow> {
  return {
    ...storedKeys,
    encode: ({ keyBase64, ...row }) => storedKeys.encode({ ...row, wrappedKey: wrap.wrap(row.keyId, keyBase64) }),
    decode: (record) => {
      const { wrappedKey, ...row } = storedKeys.decode(record);
      return { ...row, keyBase64: wrap.unwrap(row.keyId, wrappedKey) };
    },
  };
}
