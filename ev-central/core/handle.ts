// The core's front: one input in, effects out. Pure: the same state, input and time give the same effects. The caller
// keeps all inputs of a batch in order, calls `endBatch` once, and commits everything together.
import { assertNever } from '../../shared/assert.ts';
import {
  correlationId, paymentId, type PointId, reservationId, type SessionId, sessionId, siteId, userId,
} from '../../shared/ids.ts';
import { changeAccess } from './api-access.ts';
import { takeCall } from './api-calls.ts';
import { codeDeadlines, codeDue } from './account-codes.ts';
import { closeUnstarted, pointFailed } from './authorization.ts';
import { closeCommand } from './commands.ts';
import { confirmOrder } from './confirmed-order.ts';
import { deadLetter } from './dead-letter.ts';
import { debtDue, deriveDebts, followDebts } from './debts.ts';
import type { Deadline } from './deadlines.ts';
import { Deadlines } from './deadlines.ts';
import { driverRequest } from './driver-request.ts';
import type { Effect } from './effects.ts';
import { takeBadFact, takeFact } from './fact-order.ts';
import { noteAttempts } from './figures/attempt.ts';
import { beginWatching, noteConditions } from './figures/condition.ts';
import { derivePaidBy } from './groups.ts';
import type { Input } from './inputs.ts';
import { invoiceDueTickets, invoiceNewTickets } from './invoices.ts';
import { pruneKeys, pruneKeysInTime } from './key-ring.ts';
import { boundLockouts } from './lockout.ts';
import { meterSample } from './meter.ts';
import { mailDeadlines, mailDue, mailSent } from './mails.ts';
import { monitorGone, monitorProof, pointHealth, renewKey } from './monitors.ts';
import { takeOrder } from './orders.ts';
import { passwordChecked } from './password-checked.ts';
import { PaymentIndex } from './payment-index.ts';
import { derivePayments, paymentDue, paymentNews, paymentOutcome } from './payment.ts';
import { driverGone, localRequest, login } from './people.ts';
import { freshPointState, pointStatus } from './point-status.ts';
import { changeAccount } from './registration.ts';
import { provisionalCost } from './session-cost.ts';
import { closeAtLastMeter, meteredWh } from './session-end.ts';
import { isOver, SessionIndex } from './session-index.ts';
import type { Settings } from './settings.ts';
import { emptyTables, type State } from './state.ts';
import { audit, emit, envelope, event, pointCorr, pointEvent, type Step, tell } from './step.ts';
import { deriveSubscriptions, subscriptionDue } from './subscriptions.ts';
import { remainingMs } from './remaining.ts';
import { reviewQueue } from './waiting-queue.ts';
import { deriveReservations, reservationDue, reviewReservation } from './reservation-due.ts';
import { ReservationIndex } from './reservation-index.ts';
import { deriveSeries, seriesDue } from './reservation-series.ts';
import { reviewQueueAt } from './queue-review.ts';

/** After a start, nothing falls due for this long: what waits in Kafka and on the links is read first. */
const START_GRACE_MS = 10_000;
/** Live figures of one session go out at most this often. */
const PROGRESS_MS = 950;

/** An empty state; the store fills its tables, then `derive` makes the rest. */
export function createState(settings: Settings): State {
  return {
    ...emptyTables(), settings,
    monitorLinks: new Map(), monitorPoints: new Map(), driverLinks: new Map(), logIns: new Map(), checks: new Map(),
    sessionIndex: new SessionIndex(), reservationIndex: new ReservationIndex(), reservationsTouched: new Set(),
    pointsOfSite: new Map(), paidBy: new Map(),
    memberOf: new Map(), deadlines: new Deadlines(),
    acceptsOwed: new Map(), progressOwed: new Set(), progressSentMs: new Map(), rules: new Map(),
    termsTexts: new WeakMap(), costWatches: new Map(), queuesTouched: new Set(), queueReviewMs: new Map(),
    paymentIndex: new PaymentIndex(),
    pointsTouched: new Set(),
    announced: new Map(), straysStoppedMs: new Map(), resendAskedMs: new Map(), factGaps: new Map(),
    restingUntilMs: new Map(),
    bus: { up: false, reason: 'starting', sinceMs: 0 }, outboxBacklog: 0, nextCheckId: 1, keysPrunedMs: -Infinity,
    invoicesDueMs: 0, conditions: null,
  };
}

/** After the store has loaded the tables: indexes and deadlines; every point is disconnected until it connects. */
export function derive(state: State, now: number): void {
  state.bus = { up: false, reason: 'starting', sinceMs: now };
  derivePaidBy(state);
  deriveReservations(state, now, now + START_GRACE_MS);
  deriveSeries(state, now + START_GRACE_MS);
  for (const point of state.points.values()) {
    const set = state.pointsOfSite.get(point.siteId) ?? new Set<PointId>();
    state.pointsOfSite.set(point.siteId, set.add(point.pointId));
    const known = state.pointStates.get(point.pointId);
    if (known === undefined) state.pointStates.put(freshPointState(point.pointId, now));
    else if (known.link.connected) {
      const link = { connected: false, sinceMs: now, reason: 'EV_Central has just started' };
      state.pointStates.put({ ...known, link });
    }
    const { status, sinceMs } = pointStatus(state, point.pointId);
    state.announced.set(point.pointId, { status, sinceMs });
  }
  const notBefore = now + START_GRACE_MS;
  for (const session of state.sessions.values()) {
    state.sessionIndex.update(undefined, session);
    if (isOver(session)) continue;
    // Before its point has answered, the command's deadline decides.
    if (session.plugByMs !== null && (session.state === 'authorized' || session.state === 'preparing')) {
      state.deadlines.add('plug', session.sessionId, session.plugByMs, notBefore);
    }
    if (session.usage !== null) {
      state.deadlines.add('provisional', session.sessionId, now + state.settings.provisionalMs);
    }
    if (session.state === 'queued') reviewQueueAt(state, session.siteId, notBefore);
  }
  for (const command of state.commands.values()) {
    if (command.outcome !== 'open') continue;
    state.deadlines.add('command', `${command.pointId}#${command.number}`, command.deadlineMs, notBefore);
  }
  derivePayments(state, notBefore);
  mailDeadlines(state, notBefore);
  codeDeadlines(state, notBefore);
  deriveSubscriptions(state, notBefore);
  deriveDebts(state, now, notBefore);
  pruneKeys(state, now);
  boundLockouts(state, now);
}

/** Handles one input. Changes the tables of the state; what must happen outside comes back. */
export function handle(state: State, input: Input, now: number): Effect[] {
  const step: Step = { state, now, effects: [] };
  take(step, input);
  invoiceNewTickets(step);
  followDebts(step);
  noteAttempts(step);
  return step.effects;
}

/** What a batch owes at its end, once for all its inputs: offers, acceptances, live figures, announcements. */
export function endBatch(state: State, now: number): Effect[] {
  const step: Step = { state, now, effects: [] };
  for (const id of takeAll(state.reservationsTouched)) reviewReservation(step, id);
  for (const site of takeAll(state.queuesTouched)) reviewQueue(step, site);
  // Offers touch their own site's queue; one review has served it.
  state.queuesTouched.clear();
  for (const pointId of takeAll(state.pointsTouched)) {
    announce(step, pointId);
    noteConditions(step, pointId);
  }
  for (const [pointId, { resend }] of state.acceptsOwed) sendAccepted(step, pointId, resend);
  state.acceptsOwed.clear();
  for (const id of takeAll(state.progressOwed)) sendProgress(step, id);
  noteAttempts(step);
  return step.effects;
}

function take(step: Step, input: Input): void {
  const { state, now } = step;
  switch (input.kind) {
    case 'tick':
      pruneKeysInTime(state, now);
      invoiceDueTickets(step);
      beginWatching(state);
      return takeDeadlines(step);
    case 'request': return driverRequest(step, input.request);
    case 'fact': return takeFact(step, input.fact);
    case 'meter': return meterSample(step, input.sample);
    case 'dead-letter': return input.fact === null ? deadLetter(step, input) : takeBadFact(step, input, input.fact);
    case 'bus':
      if (state.bus.up !== input.up) state.bus = { up: input.up, reason: input.reason, sinceMs: now };
      return;
    case 'log-lost': return logLost(step, input.detail);
    case 'outbox-backlog':
      state.outboxBacklog = input.rows;
      return;
    case 'monitor-proof': return monitorProof(step, input);
    case 'renew-key': return renewKey(step, input.connectionId, input.re, input.keyBase64);
    case 'point-health': return pointHealth(step, input);
    case 'local-request': return localRequest(step, input);
    case 'login': case 'api-login': return login(step, input);
    case 'password-checked': return passwordChecked(step, input);
    case 'link-closed':
      monitorGone(step, input.connectionId, input.reason);
      return driverGone(step, input.connectionId);
    case 'mail-sent': return mailSent(step, input);
    case 'order': return takeOrder(step, input);
    case 'confirmed-order': return confirmOrder(step, input);
    case 'account': return changeAccount(step, input);
    case 'api-access': return changeAccess(step, input);
    case 'api-call': return takeCall(step, input);
    case 'payment-outcome': return paymentOutcome(step, input);
    case 'payment-event': return paymentNews(step, input);
    default: assertNever(input, 'input');
  }
}

function takeDeadlines(step: Step): void {
  for (let due = step.state.deadlines.take(step.now); due !== undefined; due = step.state.deadlines.take(step.now)) {
    fallDue(step, due);
  }
}

function fallDue(step: Step, due: Deadline): void {
  const { state } = step;
  switch (due.kind) {
    case 'command': return commandDue(step, due);
    case 'plug': {
      const session = state.sessions.get(sessionId(due.id));
      if (session === undefined || session.plugByMs !== due.dueMs || session.usage !== null) return;
      if (session.state !== 'authorized' && session.state !== 'preparing') return;
      return closeUnstarted(step, session, 'expired', null);
    }
    case 'provisional': return provisionalDue(step, due);
    case 'subscription': return subscriptionDue(step, userId(due.id), due.dueMs);
    case 'debt': return debtDue(step, due.id, due.dueMs);
    case 'queue-review': {
      if (state.queueReviewMs.get(siteId(due.id)) === due.dueMs) state.queueReviewMs.delete(siteId(due.id));
      state.queuesTouched.add(siteId(due.id));
      return;
    }
    case 'reservation': return reservationDue(step, reservationId(due.id), due.dueMs);
    case 'reservation-series': return seriesDue(step, reservationId(due.id), due.dueMs);
    case 'payment': return paymentDue(step, paymentId(due.id), due.dueMs);
    case 'mail': return mailDue(step, due);
    case 'account-code': return codeDue(step, due);
    default: assertNever(due.kind, 'deadline');
  }
}

function commandDue(step: Step, due: Deadline): void {
  const record = step.state.commands.get(due.id);
  if (record === undefined || record.outcome !== 'open' || record.deadlineMs !== due.dueMs) return;
  closeCommand(step, record.pointId, record.number, 'timed-out', 'timed-out');
  if (record.type !== 'authorize' || record.sessionId === null) return;
  const session = step.state.sessions.get(record.sessionId);
  const waits = session !== undefined && session.commandNumber === record.number && session.usage === null
    && (session.state === 'requested' || session.state === 'queued');
  if (waits) pointFailed(step, session, 'point-silent', { pointId: record.pointId });
}

/** A charge of which nothing has been heard for too long is closed at its last meter value. */
function provisionalDue(step: Step, due: Deadline): void {
  const { state, now } = step;
  const session = state.sessions.get(sessionId(due.id));
  if (session === undefined || isOver(session) || session.usage === null) return;
  const heardMs = Math.max(session.stateSinceMs, state.meters.get(session.sessionId)?.receivedAtMs ?? 0);
  const dueMs = heardMs + state.settings.provisionalMs;
  if (dueMs > now) state.deadlines.add('provisional', session.sessionId, dueMs);
  else closeAtLastMeter(step, session, 'never-reported', 'never-reported');
}

/** The broker's log is shorter than what Central has read, or another one: the points know what Central lacks. */
function logLost(step: Step, detail: string): void {
  tell(step, 'error', `the broker's log was lost (${detail}): every point is asked for its unaccepted facts`);
  audit(step, { who: 'ev-central', address: '', action: 'log-lost', outcome: 'done', parameters: { detail } });
  for (const point of step.state.pointStates.values()) {
    if (point.accepted !== null) step.state.acceptsOwed.set(point.pointId, { resend: true });
  }
  const site = step.state.sites.values().next().value;
  if (site !== undefined) event(step, 'bus', { siteId: site.siteId, corr: correlationId('bus') }, { lost: detail });
}

function announce(step: Step, pointId: PointId): void {
  const { state, now } = step;
  if (state.points.get(pointId) === undefined) return;
  const view = pointStatus(state, pointId);
  const before = state.announced.get(pointId)?.status;
  if (before === view.status) return;
  state.announced.set(pointId, { status: view.status, sinceMs: now });
  pointEvent(step, 'point-status', pointId, { from: before ?? null, to: view.status, why: view.why });
}

function sendAccepted(step: Step, pointId: PointId, resend: boolean): void {
  const point = step.state.pointStates.get(pointId);
  const registered = step.state.points.get(pointId);
  if (point === undefined || registered === undefined || point.accepted === null) return;
  emit(step, {
    kind: 'publish', topic: 'commands', key: registered.siteId, to: pointId,
    message: { ...envelope(step, pointCorr(pointId)), type: 'accepted', ...point.accepted, resend },
  });
}

function sendProgress(step: Step, id: SessionId): void {
  const { state, now } = step;
  const session = state.sessions.get(id);
  const meter = state.meters.get(id);
  if (session === undefined || meter === undefined || isOver(session)) return;
  if (session.pointId === null || session.connectorNo === null || !state.logIns.has(session.driverId)) return;
  if (now - (state.progressSentMs.get(id) ?? -Infinity) < PROGRESS_MS) return;
  state.progressSentMs.set(id, now);
  emit(step, {
    kind: 'publish', topic: 'progress', key: session.driverId, to: session.driverId,
    message: {
      ...envelope(step, session.corr), type: 'progress', driverId: session.driverId, sessionId: id,
      pointId: session.pointId, connectorNo: session.connectorNo, state: session.state,
      energyWh: meteredWh(step.state, session), powerW: meter.powerW, socPercent: meter.socPercent,
      costMinor: provisionalCost(step.state, session), currency: session.currency,
      remainingMs: remainingMs(state, session),
    },
  });
}

function takeAll<T>(set: Set<T>): T[] {
  const all = [...set];
  set.clear();
  return all;
}
