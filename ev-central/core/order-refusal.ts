// Why an order about charges, points or access is refused: asked by the core before it carries one out, and by the
// screen before it offers one, so that the two never disagree. What the registry refuses stands in registry.ts.
import { assertNever } from '../../shared/assert.ts';
import type { PointId, SessionId, UserId } from '../../shared/ids.ts';
import type { Order, Scope } from '../../shared/messages/orders.ts';
import { paymentRefusal } from './payment-orders.ts';
import { pointsAt } from './placement.ts';
import type { Session } from './rows.ts';
import { secondFactorRefusal } from './second-factor.ts';
import { isOver } from './session-index.ts';
import type { State } from './state.ts';
import { SESSION_TABLE } from './transitions.ts';

/**
 * The reason in words, without a capital or a full stop; null when the order may be given. For an order to the registry
 * always null: what speaks against one shows only while it is carried out.
 */
export function orderRefusal(state: State, order: Order): string | null {
  switch (order.kind) {
    case 'set-operative': {
      const { ids, unknown } = pointsOf(state, order.scope);
      if (ids.length > 0) return null;
      return unknown.length === 0 ? 'there are no points there' : `no such point: ${unknown.join(', ')}`;
    }
    case 'end-session': return sessionRefusal(state, order.sessionId, notRunning);
    case 'close-session': return sessionRefusal(state, order.sessionId, notBrokenOff);
    case 'leave-queue': return sessionRefusal(state, order.sessionId, notQueued);
    case 'revoke-point-key': case 'revoke-point': case 'set-power-limit': case 'reset-point': case 'unlock-connector':
      return noPoint(state, order.pointId);
    case 'unbar-point': {
      const barred = state.pointStates.get(order.pointId)?.barred ?? null;
      return noPoint(state, order.pointId) ?? (barred === null ? `point ${order.pointId} is not barred` : null);
    }
    case 'revoke-user-keys': return noUser(state, order.userId);
    case 'release-lockout':
      return state.lockouts.get(order.who) === undefined ? `there is no lockout of ${order.who}` : null;
    case 'enrol-second-factor': case 'renew-recovery-codes': case 'remove-second-factor':
      return secondFactorRefusal(state, order);
    case 'cancel-payment': case 'refund-payment': case 'retry-payment': return paymentRefusal(state, order);
    case 'start-payment':
    case 'put-person': case 'change-email': case 'send-reset-code': case 'change-password': case 'forget-person':
    case 'end-log-ins':
    case 'put-vehicle': case 'remove-vehicle': case 'issue-tokens': case 'block-token': case 'unblock-token':
    case 'remove-token':
    case 'put-tariff': case 'remove-tariff': case 'put-site': case 'remove-site':
    case 'put-point': case 'remove-point': case 'put-user': case 'remove-user': case 'put-group':
    case 'remove-group': case 'book': case 'book-group': case 'refund-ticket': case 'transfer':
    case 'invoice-month': case 'pause-debt': case 'resume-debt': case 'write-off-debt':
    case 'put-notification-preferences': case 'plan-maintenance':
    case 'put-claim-terms': case 'put-claim': case 'add-claim-evidence': case 'submit-claim': case 'approve-claim':
    case 'reject-claim': case 'pay-claim':
    case 'put-billing-details': case 'assign-tariff': case 'put-price-series': case 'remove-price-series':
    case 'book-reservation': case 'book-reservations': case 'change-reservation': case 'cancel-reservation':
    case 'cancel-reservation-series': case 'cancel-reservation-fleet': case 'check-in':
    case 'put-exchange-rates': case 'put-plan': case 'remove-plan': case 'subscribe': case 'unsubscribe':
      return null;
    default: return assertNever(order, 'order');
  }
}

/**
 * Why an order that is not refused would change nothing; null when it would. The core carries it out all the same, so
 * that a script can repeat it; a screen need not offer it.
 */
export function needlessOrder(state: State, order: Order): string | null {
  switch (order.kind) {
    case 'set-operative': {
      // The same order with another note is worth giving, but only to put something out of order.
      const { ids } = pointsOf(state, order.scope);
      if (!order.operative || !ids.every((id) => state.pointStates.must(id).operative.on)) return null;
      return ids.length === 1 ? `point ${ids[0] ?? ''} is in service` : 'all of them are in service';
    }
    case 'revoke-point-key': {
      const { keyId, barred } = state.pointStates.must(order.pointId);
      const isVoid = keyId === null && barred?.why === 'key-revoked';
      return isVoid ? `the key of point ${order.pointId} is revoked already` : null;
    }
    case 'revoke-point':
      return state.points.must(order.pointId).secretSha256 === null ? `point ${order.pointId} has no secret` : null;
    default: return null;
  }
}

/** The points that a scope means, and the ids in it that nobody registered. */
export function pointsOf(state: State, scope: Scope): { ids: PointId[]; unknown: string[] } {
  switch (scope.kind) {
    case 'all': return { ids: [...state.points.values()].map((p) => p.pointId), unknown: [] };
    case 'site': {
      const known = state.sites.get(scope.siteId) !== undefined;
      const ids = pointsAt(state, scope.siteId).map((p) => p.pointId);
      return { ids, unknown: known ? [] : [scope.siteId] };
    }
    case 'points': {
      const ids = scope.pointIds.filter((id) => state.points.get(id) !== undefined);
      return { ids, unknown: scope.pointIds.filter((id) => !ids.includes(id)) };
    }
    default: return assertNever(scope, 'scope');
  }
}

function sessionRefusal(state: State, id: SessionId, objection: (session: Session) => string | null): string | null {
  const session = state.sessions.get(id);
  return session === undefined ? `no such session: ${id}` : objection(session);
}

function notRunning(session: Session): string | null {
  const { sessionId, state } = session;
  if (!isOver(session) && SESSION_TABLE[state].driverMayStop) return null;
  return `session ${sessionId} is ${state}: there is nothing to end`;
}

function notBrokenOff(session: Session): string | null {
  const waits = session.state === 'interrupted' || session.state === 'finishing';
  return waits && !isOver(session) ? null : `session ${session.sessionId} is ${session.state}, not broken off`;
}

function notQueued({ sessionId, state }: Session): string | null {
  return state === 'queued' ? null : `session ${sessionId} does not wait in a queue`;
}

function noPoint(state: State, id: PointId): string | null {
  return state.points.get(id) === undefined ? `no such point: ${id}` : null;
}

function noUser(state: State, id: UserId): string | null {
  return state.users.get(id) === undefined ? `no such user: ${id}` : null;
}
