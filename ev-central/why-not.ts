// Why an order would be refused now, so that the screen can say it beforehand. By the same tables as the core's own
// refusals; what is not known here, the core says when the order comes.
import type { Order } from '../shared/messages/orders.ts';
import type { State } from './core/state.ts';
import { SESSION_TABLE } from './core/transitions.ts';

/** The reason in words, or null when the order may be given. */
export function whyNot(state: State, order: Order): string | null {
  switch (order.kind) {
    case 'end-session': {
      const session = state.sessions.get(order.sessionId);
      if (session === undefined) return `There is no session ${order.sessionId}.`;
      return SESSION_TABLE[session.state].driverMayStop ? null : `The session is ${session.state}: nothing to end.`;
    }
    case 'close-session': {
      const session = state.sessions.get(order.sessionId);
      if (session === undefined) return `There is no session ${order.sessionId}.`;
      const waits = session.state === 'interrupted' || session.state === 'finishing';
      return waits && !session.settled ? null : `The session is ${session.state}: it is not broken off.`;
    }
    case 'leave-queue':
      return state.sessions.get(order.sessionId)?.state === 'queued' ? null : 'This request does not wait in a queue.';
    case 'set-operative': return whyNotOperative(state, order);
    case 'revoke-point-key':
      return (state.pointStates.get(order.pointId)?.keyId ?? null) === null ? `${order.pointId} has no key.` : null;
    case 'revoke-point':
      return (state.points.get(order.pointId)?.secretSha256 ?? null) === null
        ? `${order.pointId} has no secret.` : null;
    case 'unbar-point':
      return (state.pointStates.get(order.pointId)?.barred ?? null) === null ? `${order.pointId} is not barred.` : null;
    case 'set-power-limit': case 'reset-point': case 'unlock-connector':
      return state.monitorLinks.has(order.pointId) ? null : `${order.pointId} is not connected.`;
    case 'release-lockout':
      return state.lockouts.get(order.who) === undefined ? `${order.who} is not locked out.` : null;
    default: return null;
  }
}

function whyNotOperative(state: State, { scope, operative }: Extract<Order, { kind: 'set-operative' }>): string | null {
  const ids = scope.kind === 'points' ? scope.pointIds
    : [...state.points.values()].filter((p) => scope.kind === 'all' || p.siteId === scope.siteId).map((p) => p.pointId);
  if (ids.length === 0) return 'There are no such points.';
  // The same order with another note is worth giving, but only to put something out of order.
  const all = ids.every((id) => state.pointStates.get(id)?.operative.on === true);
  if (!operative || !all) return null;
  return ids.length === 1 ? `${ids[0] ?? ''} is in service.` : 'All of them are in service.';
}
