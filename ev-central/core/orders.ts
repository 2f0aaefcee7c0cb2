// Orders of operators, technicians and admins: what each does, and a record of what became of it.
// An order is taken in once, whatever is sent again; every one is written to the audit log.
import { assertNever } from '../../shared/assert.ts';
import { correlationId, type PointId } from '../../shared/ids.ts';
import { MOST_TOKENS_AT_ONCE } from '../../shared/messages/accounts.ts';
import type { Order, OrderKind, Scope } from '../../shared/messages/orders.ts';
import type { Refusal } from '../../shared/messages/refusal.ts';
import { accountOrder } from './accounts.ts';
import { revokeApiKeys } from './api-access.ts';
import { closeUnstarted, pointFailed } from './authorization.ts';
import { belongingOrder } from './belongings.ts';
import { claimOrder } from './claims.ts';
import { sendCommand } from './commands.ts';
import { debtOrder } from './debt-orders.ts';
import { planMaintenance, putPreferences } from './contacts.ts';
import { putRates } from './exchange-rates.ts';
import { sessionsAt } from './facts.ts';
import type { Input } from './inputs.ts';
import { putGroup, removeGroup } from './group-orders.ts';
import { invoiceMonth } from './invoice-month.ts';
import { putBillingDetails } from './invoices.ts';
import { revokeKeys } from './key-ring.ts';
import { moneyOrder } from './money-orders.ts';
import { putOut } from './monitors.ts';
import { orderRefusal, pointsOf } from './order-refusal.ts';
import { counted, done, refused, type Result } from './order-result.ts';
import { paymentOrder, withoutToken } from './payment-orders.ts';
import { putOutDriver } from './people.ts';
import { mayGive } from './permissions.ts';
import { putSeries, removeSeries } from './price-series.ts';
import { registryOrder } from './registry.ts';
import type { OrderRecord, Session } from './rows.ts';
import { leavePoint } from './reservation-due.ts';
import { reservationOrder } from './reservations.ts';
import { secondFactorOrder } from './second-factor.ts';
import { closeAtLastMeter, stopSession } from './session-end.ts';
import { audit, emit, event, pointEvent, putPointState, type Step } from './step.ts';
import { putPlan, removePlan, subscribe, unsubscribe } from './subscriptions.ts';
import { assignTariff } from './tariff-assignment.ts';

/** How near a reservation has to be for an order about its point to move it. */
const NEAR_MS = 24 * 3_600_000;

type OrderInput = Extract<Input, { kind: 'order' }>;
type OrderOf<K extends OrderKind> = Extract<Order, { kind: K }>;

export function takeOrder(step: Step, input: OrderInput): void {
  const known = step.state.orders.get(input.orderId);
  const record = known ?? decide(step, input);
  if (input.answer === null) return;
  const { outcome, text, lines } = record;
  emit(step, {
    kind: 'frame', connectionId: input.answer.connectionId, re: input.answer.re,
    // A frame has room for so many lines; the text says how many there were.
    frame: { type: 'order-result', orderId: input.orderId, outcome, text, lines: lines.slice(0, 200) },
  });
}

function decide(step: Step, input: OrderInput): OrderRecord {
  const result = mayGive({ role: input.role, userId: input.by }, input.order, whom(step, input.order))
    ? carryOut(step, input)
    : refused(`a ${input.role} may not give the order ${input.order.kind}`);
  const record: OrderRecord = { ...result, orderId: input.orderId, by: input.by, atMs: step.now };
  step.state.orders.put(record);
  const outcome = result.outcome === 'done' ? 'done' : `refused: ${result.text}`;
  for (const order of auditedParts(input.order)) {
    const parameters = auditedParameters(order);
    audit(step, { who: input.by, address: input.address, action: input.order.kind, outcome, parameters });
  }
  return record;
}

/** Whom an order is about that people give about themselves, too. */
function whom({ state }: Step, order: Order): string | undefined {
  if ('userId' in order) return order.userId ?? undefined;
  if ('reservationId' in order) return state.reservations.get(order.reservationId)?.userId;
  if (order.kind === 'cancel-reservation-series') return state.reservationSeries.get(order.seriesId)?.userId;
  return 'paymentId' in order ? state.payments.get(order.paymentId)?.userId : undefined;
}

function carryOut(step: Step, input: OrderInput): Result {
  const { order } = input;
  const reason = orderRefusal(step.state, order);
  if (reason !== null) return refused(reason, order.kind === 'set-operative' ? unknownLines(step, order.scope) : []);
  switch (order.kind) {
    case 'set-operative': return setOperative(step, order, input.by);
    case 'end-session': return endSession(step, order);
    case 'close-session': return finishSession(step, order);
    case 'leave-queue': return leaveQueue(step, order);
    case 'set-power-limit':
      return command(step, order.pointId, {
        type: 'set-power-limit', connectorNo: order.connectorNo, limitW: order.limitW,
        expiresAtMs: step.now + step.state.settings.commandTimeoutMs * 3,
      });
    case 'reset-point':
      return command(step, order.pointId, {
        type: 'reset', kind: order.how, expiresAtMs: step.now + step.state.settings.commandTimeoutMs * 3,
      });
    case 'unlock-connector':
      return command(step, order.pointId, {
        type: 'unlock', connectorNo: order.connectorNo,
        expiresAtMs: step.now + step.state.settings.commandTimeoutMs * 3,
      });
    case 'revoke-point-key': return revokePointKey(step, order);
    case 'revoke-point': return revokePoint(step, order);
    case 'unbar-point': return unbarPoint(step, order);
    case 'revoke-user-keys': return revokeUserKeys(step, order);
    case 'release-lockout':
      step.state.lockouts.remove(order.who);
      return done(`${order.who} is no longer locked out`);
    case 'start-payment': case 'cancel-payment': case 'refund-payment': case 'retry-payment':
      return paymentOrder(step, order);
    case 'put-tariff': case 'remove-tariff': case 'put-site': case 'remove-site':
    case 'put-point': case 'remove-point': case 'put-user': case 'remove-user':
      return registryOrder(step, order);
    case 'put-group': return putGroup(step, order);
    case 'remove-group': return removeGroup(step, order);
    case 'put-plan': return putPlan(step, order.plan);
    case 'remove-plan': return removePlan(step, order.planId);
    case 'subscribe': return subscribe(step, order);
    case 'unsubscribe': return unsubscribe(step, order.userId);
    case 'put-exchange-rates': return putRates(step, order.rates);
    case 'put-price-series': return putSeries(step, order.hours);
    case 'remove-price-series': return removeSeries(step, order.seriesId);
    case 'assign-tariff': return assignTariff(step, order);
    case 'book': case 'book-group': case 'refund-ticket': case 'transfer': return moneyOrder(step, order, input.by);
    case 'pause-debt': case 'resume-debt': case 'write-off-debt': return debtOrder(step, order, input.by);
    case 'enrol-second-factor': case 'renew-recovery-codes': case 'remove-second-factor':
      return secondFactorOrder(step, order);
    case 'put-billing-details': return putBillingDetails(step, order.details);
    case 'put-person': case 'change-email': case 'send-reset-code': case 'change-password': case 'forget-person':
    case 'end-log-ins':
      return accountOrder(step, order);
    case 'put-vehicle': case 'remove-vehicle': case 'issue-tokens': case 'block-token': case 'unblock-token':
    case 'remove-token':
      return belongingOrder(step, order);
    case 'invoice-month': return invoiceMonth(step, order);
    case 'book-reservation': case 'book-reservations': case 'change-reservation': case 'cancel-reservation':
    case 'cancel-reservation-series': case 'cancel-reservation-fleet': case 'check-in':
      return reservationOrder(step, order, input);
    case 'put-claim-terms': case 'put-claim': case 'add-claim-evidence': case 'submit-claim': case 'approve-claim':
    case 'reject-claim': case 'pay-claim':
      return claimOrder(step, order, input);
    case 'put-notification-preferences': return putPreferences(step, order);
    case 'plan-maintenance': return planMaintenance(step, order);
    default: return assertNever(order, 'order');
  }
}

function setOperative(step: Step, order: OrderOf<'set-operative'>, by: string): Result {
  const { operative, note } = order;
  const planned = order.planned === undefined ? {} : { planned: order.planned && !operative };
  const lines = unknownLines(step, order.scope);
  for (const pointId of pointsOf(step.state, order.scope).ids) {
    const point = step.state.pointStates.must(pointId);
    const was = point.operative;
    const same = was.on === operative && was.note === note && was.planned === planned.planned;
    if (!same) {
      putPointState(step, { ...point, operative: { on: operative, sinceMs: step.now, note, by, ...planned } });
      pointEvent(step, 'point-operative', pointId, { operative, note, by, ...planned });
      sendCommand(step, pointId, correlationId(`order-${pointId}`), {
        type: 'set-operative', operative, note,
      });
    }
    lines.push({ what: pointId, outcome: same ? 'was so' : 'ordered' });
    if (!operative) releaseUnstarted(step, pointId);
  }
  if (!operative) moveReserved(step, pointsOf(step.state, order.scope).ids);
  const ordered = lines.filter((line) => line.outcome === 'ordered').length;
  return done(`${counted(ordered, 'point')} ${operative ? 'back in service' : 'out of order'}`, lines);
}

/** Nobody knows for how long they are out of order: whose slot is near learns it now, the others when theirs begins. */
function moveReserved(step: Step, ids: readonly PointId[]): void {
  for (const pointId of ids) {
    leavePoint(step, step.state.points.must(pointId), {
      why: `${pointId} is out of order`, isLeft: () => true, untilMs: step.now + NEAR_MS,
    });
  }
}

function unknownLines({ state }: Step, scope: Scope): { what: string; outcome: string }[] {
  return pointsOf(state, scope).unknown.map((id) => ({ what: id, outcome: 'unknown' }));
}

/** What has not begun at a point that goes out of order will not begin there. The point ends running charges itself. */
function releaseUnstarted(step: Step, pointId: PointId): void {
  for (const session of sessionsAt(step, step.state.pointStates.must(pointId))) {
    if (session.usage === null) takeBack(step, session, 'point-out-of-order');
  }
}

/** What will not begin at a point: refused, but who was offered it waits on in her place. */
function takeBack(step: Step, session: Session, reason: Refusal): void {
  if (session.offered) pointFailed(step, session, reason, {});
  else closeUnstarted(step, session, 'rejected', reason);
}

function endSession(step: Step, order: OrderOf<'end-session'>): Result {
  const session = step.state.sessions.must(order.sessionId);
  if (session.usage === null) closeUnstarted(step, session, 'cancelled', 'cancelled');
  else stopSession(step, session, 'operator');
  return done(`session ${session.sessionId} is being ended`);
}

/** Makes an interrupted session final at its last meter value, without waiting for the engine's report. */
function finishSession(step: Step, order: OrderOf<'close-session'>): Result {
  const session = step.state.sessions.must(order.sessionId);
  closeAtLastMeter(step, session, 'operator', 'closed by an operator');
  return done(`session ${session.sessionId} is closed at its last meter value`);
}

function leaveQueue(step: Step, order: OrderOf<'leave-queue'>): Result {
  const session = step.state.sessions.must(order.sessionId);
  closeUnstarted(step, session, 'cancelled', 'cancelled');
  return done(`${session.driverId} was taken out of the queue of ${session.siteId}`);
}

/**
 * Revocation is final for what was under way: charges are closed at the last accepted meter value and disputed; the
 * point is put out and may not come back by itself.
 */
function revokePointKey(step: Step, order: OrderOf<'revoke-point-key'>): Result {
  const { state, now } = step;
  const point = state.pointStates.must(order.pointId);
  revokeKeys(step, order.pointId, ['point']);
  for (const session of sessionsAt(step, point)) {
    if (session.usage !== null) closeAtLastMeter(step, session, 'key-revoked', 'disputed');
    else takeBack(step, session, 'point-key-invalid');
  }
  putPointState(step, {
    ...state.pointStates.must(order.pointId), keyId: null, barred: { why: 'key-revoked', sinceMs: now },
  });
  putOut(step, order.pointId, 'key-revoked');
  pointEvent(step, 'access', order.pointId, { keyRevoked: true, note: order.note });
  return done(`the key of ${order.pointId} is revoked: it is out of service until its monitor authenticates by hand`);
}

function revokePoint(step: Step, order: OrderOf<'revoke-point'>): Result {
  step.state.points.put({ ...step.state.points.must(order.pointId), secretSha256: null });
  revokePointKey(step, { kind: 'revoke-point-key', pointId: order.pointId, note: order.note });
  return done(`the secret of ${order.pointId} is void: give it a new one with admin point new-secret`);
}

function unbarPoint(step: Step, order: OrderOf<'unbar-point'>): Result {
  const point = step.state.pointStates.must(order.pointId);
  putPointState(step, { ...point, barred: null, evictionsMs: [] });
  pointEvent(step, 'access', order.pointId, { unbarred: true, note: order.note });
  return done(`${order.pointId} may authenticate again`);
}

/**
 * Nothing begins any more that was asked for under her keys. What charges goes on, for whoever stands at the point is
 * not known to be the one who had her keys: its line says how to end it.
 */
function revokeUserKeys(step: Step, order: OrderOf<'revoke-user-keys'>): Result {
  const { state } = step;
  const count = revokeKeys(step, order.userId, ['login', 'reading']) + revokeApiKeys(step, order.userId);
  state.users.put({ ...state.users.must(order.userId), readingKeyId: null });
  putOutDriver(step, order.userId);
  const lines = [...state.sessionIndex.ofDriver(order.userId)].map((id) => {
    const session = state.sessions.must(id);
    if (session.usage !== null) {
      return { what: id, outcome: `goes on at ${session.pointId ?? 'no point'}: end-session ends it` };
    }
    if (session.atPoint) return { what: id, outcome: 'stays: it was asked for with her PIN at the point' };
    closeUnstarted(step, session, 'cancelled', 'cancelled');
    return { what: id, outcome: 'taken back' };
  });
  return done(`${counted(count, 'key')} of ${order.userId} ${count === 1 ? 'is' : 'are'} revoked`, lines);
}

type CommandBody = Parameters<typeof sendCommand>[3];

function command(step: Step, pointId: PointId, body: CommandBody): Result {
  const number = sendCommand(step, pointId, correlationId(`order-${pointId}`), body);
  const siteId = step.state.points.must(pointId).siteId;
  event(step, 'order', { siteId, pointId, corr: correlationId(`order-${pointId}`) }, { number, ...body });
  return done(`command ${number} sent to ${pointId}; its result is an event of the point`);
}

/** A list of the audit log is read in frames: a long order has a row for each part of it that fits into one. */
function auditedParts(order: Order): Order[] {
  if (order.kind !== 'issue-tokens') return [order];
  const parts: Order[] = [];
  for (let from = 0; from < order.tokens.length; from += MOST_TOKENS_AT_ONCE) {
    parts.push({ ...order, tokens: order.tokens.slice(from, from + MOST_TOKENS_AT_ONCE) });
  }
  return parts;
}

/** What the audit log keeps of an order: everything but secrets, their hashes, means of payment and personal data. */
function auditedParameters(order: Order): Record<string, unknown> {
  if (order.kind === 'put-billing-details') {
    const { payer, policy } = order.details;
    return { kind: order.kind, payer, policy };
  }
  if (order.kind === 'issue-tokens') {
    const tokens = order.tokens.map(({ userId, tokenId }) => ({ userId, token: endOf(tokenId) }));
    return { kind: order.kind, tokens };
  }
  if ('tokenId' in order) return { ...order, tokenId: endOf(order.tokenId) };
  const isKept = (name: string): boolean => !/hash|sha256|secret|^(profile|email|preferences)$/i.test(name);
  return Object.fromEntries(Object.entries(withoutToken(order)).filter(([name]) => isKept(name)));
}

/** Whoever knows a whole uid can make such a card. */
function endOf(tokenId: string): string {
  return `…${tokenId.slice(-4)}`;
}
