// Fills the core's tables from the database: at start what is under way, later single rows that an input refers to.
import type { Input } from '../core/inputs.ts';
import type { GatewayEvent } from '../core/payment-rows.ts';
import { PAYMENT_STATES, PAYMENT_TABLE } from '../core/payment-states.ts';
import { commandKey } from '../core/state.ts';
import type { Tables } from '../core/state.ts';
import type { Table } from '../core/table.ts';
import {
  paymentId, type PaymentId, type RequestId, type ReservationId, type SessionId, type TicketId,
} from '../../shared/ids.ts';
import type { Request } from '../../shared/messages/catalogue.ts';
import type { Order } from '../../shared/messages/orders.ts';
import type { Codecs } from './codecs.ts';
import type { RowCodec, SqlRecord, SqlValue } from './columns.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';

/** Settled sessions stay in memory for this long after their last change. */
export const SETTLED_KEPT_MS = 3_600_000;
/** Requests, orders and commands are kept for this long, so that a repeated one is recognised. */
export const RECORDS_KEPT_MS = 48 * 3_600_000;

/** Open and provisional sessions, those settled lately, and those whose vehicle still stands at its connector. */
const IN_MEMORY_SESSIONS = `settled = 0 OR changed_at_ms >= ? OR session_id IN (
  SELECT c.value ->> 'finishedSessionId' FROM charging_point_states p, json_each(p.connectors) c)`;

/** States of payments of which nothing more is expected. */
const OVER_PAYMENTS = PAYMENT_STATES.filter((state) => PAYMENT_TABLE[state].isOver).map((state) => `'${state}'`).join();

export type Loader = {
  load(tables: Tables, nowMs: number): void;
  hydrate(tables: Tables, input: Input): void;
};

export function prepareLoader(db: Sqlite, codecs: Codecs): Loader {
  const one = prepareOne(db, codecs);
  return {
    load(tables, nowMs) {
      const settledSinceMs = nowMs - SETTLED_KEPT_MS;
      const recordsSinceMs = nowMs - RECORDS_KEPT_MS;
      const all: Record<keyof Tables, () => void> = {
        installation: () => loadRows(db, codecs.installation, tables.installation),
        tariffs: () => loadRows(db, codecs.tariffs, tables.tariffs),
        tariffVersions: () => loadRows(db, codecs.tariffVersions, tables.tariffVersions),
        priceSeries: () => loadRows(db, codecs.priceSeries, tables.priceSeries),
        priceSeriesVersions: () => loadRows(db, codecs.priceSeriesVersions, tables.priceSeriesVersions),
        exchangeRates: () => loadRows(db, codecs.exchangeRates, tables.exchangeRates),
        plans: () => loadRows(db, codecs.plans, tables.plans),
        subscriptions: () => loadRows(db, codecs.subscriptions, tables.subscriptions),
        sites: () => loadRows(db, codecs.sites, tables.sites),
        points: () => loadRows(db, codecs.points, tables.points),
        pointStates: () => loadRows(db, codecs.pointStates, tables.pointStates),
        users: () => loadRows(db, codecs.users, tables.users),
        groups: () => loadRows(db, codecs.groups, tables.groups),
        groupTariffs: () => loadRows(db, codecs.groupTariffs, tables.groupTariffs),
        sessions: () => loadRows(db, codecs.sessions, tables.sessions, `WHERE ${IN_MEMORY_SESSIONS}`, [settledSinceMs]),
        meters: () => loadRows(db, codecs.meters, tables.meters,
          `WHERE session_id IN (SELECT session_id FROM charging_sessions WHERE ${IN_MEMORY_SESSIONS})`,
          [settledSinceMs]),
        keys: () => loadRows(db, codecs.keys, tables.keys),
        requests: () => loadRows(db, codecs.requests, tables.requests, 'WHERE at_ms >= ?', [recordsSinceMs]),
        orders: () => loadRows(db, codecs.orders, tables.orders, 'WHERE at_ms >= ?', [recordsSinceMs]),
        commands: () => loadRows(db, codecs.commands, tables.commands,
          "WHERE sent_at_ms >= ? OR outcome = 'open'", [recordsSinceMs]),
        lockouts: () => loadRows(db, codecs.lockouts, tables.lockouts),
        // One of them when an order is about it.
        ticketPayments: () => undefined,
        apiSessions: () => loadRows(db, codecs.apiSessions, tables.apiSessions),
        apiKeys: () => loadRows(db, codecs.apiKeys, tables.apiKeys),
        apiCalls: () => loadRows(db, codecs.apiCalls, tables.apiCalls, 'WHERE at_ms >= ?', [recordsSinceMs]),
        persons: () => loadRows(db, codecs.persons, tables.persons),
        accountCodes: () => loadRows(db, codecs.accountCodes, tables.accountCodes),
        mails: () => loadRows(db, codecs.mails, tables.mails),
        vehicles: () => loadRows(db, codecs.vehicles, tables.vehicles),
        tokens: () => loadRows(db, codecs.tokens, tables.tokens),
        secondFactors: () => loadRows(db, codecs.secondFactors, tables.secondFactors),
        billingDetails: () => loadRows(db, codecs.billingDetails, tables.billingDetails),
        invoiceSeries: () => loadRows(db, codecs.invoiceSeries, tables.invoiceSeries),
        uninvoicedTickets: () => loadRows(db, codecs.uninvoicedTickets, tables.uninvoicedTickets),
        invoicedSessions: () => loadRows(db, codecs.invoicedSessions, tables.invoicedSessions,
          `WHERE session_id IN (SELECT session_id FROM charging_sessions WHERE ${IN_MEMORY_SESSIONS})`,
          [settledSinceMs]),
        invoicingSpans: () => loadRows(db, codecs.invoicingSpans, tables.invoicingSpans),
        payments: () => loadRows(db, codecs.payments, tables.payments,
          `WHERE operation IS NOT NULL OR state NOT IN (${OVER_PAYMENTS}) OR changed_at_ms >= ?`, [settledSinceMs]),
        paymentEvents: () => loadRows(db, codecs.paymentEvents, tables.paymentEvents, 'WHERE at_ms >= ?',
          [settledSinceMs]),
        claimTerms: () => loadRows(db, codecs.claimTerms, tables.claimTerms),
        claims: () => loadRows(db, codecs.claims, tables.claims),
        debts: () => loadRows(db, codecs.debts, tables.debts),
        contactPreferences: () => loadRows(db, codecs.contactPreferences, tables.contactPreferences),
        // What is still to come, and what was over lately.
        reservations: () => loadRows(db, codecs.reservations, tables.reservations,
          'WHERE due_ms IS NOT NULL OR state_since_ms >= ?', [recordsSinceMs]),
        reservationSeries: () => loadRows(db, codecs.reservationSeries, tables.reservationSeries),
      };
      for (const loadTable of Object.values(all)) loadTable();
    },
    hydrate: (tables, input) => hydrate(tables, input, one),
  };
}

/**
 * Takes rows out of memory that `load` would not load now: they stay in the database, and `hydrate` brings them back
 * when an input names one. Returns how many went.
 */
export function forgetOldRows(tables: Tables, nowMs: number): number {
  const settledBeforeMs = nowMs - SETTLED_KEPT_MS;
  const recordsBeforeMs = nowMs - RECORDS_KEPT_MS;
  const standing = new Set<SessionId>();
  for (const { connectors } of tables.pointStates.values()) {
    for (const { finishedSessionId } of connectors) if (finishedSessionId !== null) standing.add(finishedSessionId);
  }
  const old = [...tables.sessions.values()].filter((s) => s.settled && !standing.has(s.sessionId)
    && Math.max(s.stateSinceMs, s.endReceivedMs ?? 0) < settledBeforeMs);
  for (const { sessionId } of old) {
    tables.meters.evict(sessionId);
    tables.sessions.evict(sessionId);
  }
  evictWhere(tables.invoicedSessions, (row) => row.sessionId,
    ({ sessionId }) => tables.sessions.get(sessionId) === undefined);
  return old.length
    + evictWhere(tables.requests, (row) => row.requestId, (row) => row.atMs < recordsBeforeMs)
    + evictWhere(tables.apiCalls, (row) => row.callId, (row) => row.atMs < recordsBeforeMs)
    + evictWhere(tables.orders, (row) => row.orderId, (row) => row.atMs < recordsBeforeMs)
    + evictWhere(tables.commands, (row) => commandKey(row.pointId, row.number),
      (row) => row.outcome !== 'open' && row.sentAtMs < recordsBeforeMs)
    + evictWhere(tables.ticketPayments, (row) => row.ticketId, () => true)
    + evictWhere(tables.payments, (row) => row.paymentId,
      (row) => row.operation === null && PAYMENT_TABLE[row.state].isOver && row.changedAtMs < settledBeforeMs)
    + evictWhere(tables.reservations, (row) => row.reservationId,
      (row) => row.dueMs === null && row.stateSinceMs < recordsBeforeMs)
    + evictWhere(tables.paymentEvents, (row) => row.eventKey, (row) => row.atMs < settledBeforeMs);
}

function evictWhere<K extends string, R>(
  table: Table<K, R>, keyOf: (row: R) => K, isOld: (row: R) => boolean,
): number {
  const keys = [...table.values()].filter(isOld).map(keyOf);
  for (const key of keys) table.evict(key);
  return keys.length;
}

type LoadOne = {
  session(tables: Tables, id: SessionId): void;
  request(tables: Tables, id: RequestId): void;
  order(tables: Tables, id: RequestId): void;
  command(tables: Tables, key: string): void;
  ticketPayment(tables: Tables, id: TicketId): void;
  call(tables: Tables, id: RequestId): void;
  payment(tables: Tables, id: PaymentId): void;
  reservation(tables: Tables, id: ReservationId): void;
  /** The event, if it was taken in before, and the payment that it is about. */
  paymentEvent(tables: Tables, event: GatewayEvent): void;
};

function prepareOne(db: Sqlite, codecs: Codecs): LoadOne {
  const sessions = rowLoader(db, codecs.sessions);
  const meters = rowLoader(db, codecs.meters);
  const invoiced = rowLoader(db, codecs.invoicedSessions);
  const requests = rowLoader(db, codecs.requests);
  const orders = rowLoader(db, codecs.orders);
  const commands = rowLoader(db, codecs.commands);
  const ticketPayments = rowLoader(db, codecs.ticketPayments);
  const calls = rowLoader(db, codecs.apiCalls);
  const payments = rowLoader(db, codecs.payments);
  const paymentEvents = rowLoader(db, codecs.paymentEvents);
  const reservations = rowLoader(db, codecs.reservations);
  const byReference = db.prepare('SELECT payment_id FROM payments WHERE gateway = ? AND reference = ?').pluck();
  const session = (tables: Tables, id: SessionId): void => {
    if (!sessions(tables.sessions, id)) return;
    meters(tables.meters, id);
    invoiced(tables.invoicedSessions, id);
  };
  return {
    session,
    request: (tables, id) => void requests(tables.requests, id),
    order: (tables, id) => void orders(tables.orders, id),
    command: (tables, key) => void commands(tables.commands, key),
    ticketPayment(tables, id) {
      ticketPayments(tables.ticketPayments, id);
      const payment = tables.ticketPayments.get(id);
      if (payment !== undefined) session(tables, payment.sessionId);
    },
    call: (tables, id) => void calls(tables.apiCalls, id),
    payment: (tables, id) => void payments(tables.payments, id),
    reservation: (tables, id) => void reservations(tables.reservations, id),
    paymentEvent(tables, { gateway, eventId, paymentId: named, reference }) {
      paymentEvents(tables.paymentEvents, `${gateway}/${eventId}`);
      if (named !== null) payments(tables.payments, named);
      const id = byReference.get(gateway, reference) as string | undefined;
      if (id !== undefined) payments(tables.payments, paymentId(id));
    },
  };
}

/** Loads what the input refers to and memory has not; what is there is only looked up in memory. */
function hydrate(tables: Tables, input: Input, one: LoadOne): void {
  const requestWithSession = (id: RequestId): void => {
    one.request(tables, id);
    const session = tables.requests.get(id)?.sessionId ?? null;
    if (session !== null) one.session(tables, session);
  };
  const request = (wanted: Request): void => {
    requestWithSession(wanted.requestId);
    if (wanted.type === 'stop') one.session(tables, wanted.sessionId);
    if (wanted.type === 'cancel') requestWithSession(wanted.cancels);
  };
  const order = (id: RequestId, given: Order): void => {
    one.order(tables, id);
    if ('sessionId' in given) one.session(tables, given.sessionId);
    if ('ticketId' in given) one.ticketPayment(tables, given.ticketId);
    if ('paymentId' in given) one.payment(tables, given.paymentId);
    if ('reservationId' in given) one.reservation(tables, given.reservationId);
    for (const session of claimedSessions(tables, given)) one.session(tables, session);
  };
  switch (input.kind) {
    case 'meter':
      return one.session(tables, input.sample.sessionId);
    case 'dead-letter':
      if (input.fact !== null && input.fact.sessionId !== null) one.session(tables, input.fact.sessionId);
      return;
    case 'fact':
      if ('sessionId' in input.fact) one.session(tables, input.fact.sessionId);
      if (input.fact.type === 'sessions-held') for (const id of input.fact.sessionIds) one.session(tables, id);
      if (input.fact.type === 'command-result') {
        const key = commandKey(input.fact.pointId, input.fact.number);
        one.command(tables, key);
        const session = tables.commands.get(key)?.sessionId ?? null;
        if (session !== null) one.session(tables, session);
      }
      return;
    case 'request': return request(input.request);
    case 'local-request':
      return requestWithSession(input.requestId);
    case 'order': return order(input.orderId, input.order);
    case 'api-call':
      one.call(tables, input.callId);
      if (input.call.kind === 'request') request(input.call.request);
      else order(input.callId, input.call.order);
      return;
    case 'payment-outcome':
      return one.payment(tables, input.paymentId);
    case 'payment-event':
      return one.paymentEvent(tables, input.event);
    default:
      return;
  }
}

/** The charges that a claim names are looked at when it is put, and when it is submitted. */
function claimedSessions(tables: Tables, order: Order): readonly SessionId[] {
  const basis = order.kind === 'put-claim' ? order.claim.basis
    : order.kind === 'submit-claim' ? tables.claims.get(order.claimId)?.basis : undefined;
  return basis?.kind === 'sessions' ? basis.sessionIds : [];
}

function loadRows<K extends string, R>(
  db: Sqlite, codec: RowCodec<R>, table: Table<K, R>, where = '', values: SqlValue[] = [],
): void {
  const statement = db.prepare(`SELECT ${codec.columns.join(', ')} FROM ${codec.table} ${where}`);
  for (const record of statement.iterate(...values)) table.load(codec.decode(record as SqlRecord));
}

/** Loads one row by its key unless it is in memory; true when it was loaded now. */
function rowLoader<R>(db: Sqlite, codec: RowCodec<R>) {
  const statement = db.prepare(`SELECT ${codec.columns.join(', ')} FROM ${codec.table}
    WHERE ${codec.keyColumns.map((column) => `${column} = ?`).join(' AND ')}`);
  return <K extends string>(table: Table<K, R>, key: K): boolean => {
    if (table.get(key) !== undefined) return false;
    const record = statement.get(...codec.keyValues(key));
    if (record === undefined) return false;
    table.load(codec.decode(record as SqlRecord));
    return true;
  };
}
