// Memory is a cache of the database: rows of what is over are forgotten after a while, and loaded again when an input
// refers to them. The times are those with which the store fills the tables at start.
import { commandKey, type State } from './core/state.ts';
import { RECORDS_KEPT_MS, SETTLED_KEPT_MS } from './store/loading.ts';

/** After a key of a log-in has expired, nothing sealed with it is taken; the store deletes it then too. */
const LOGIN_KEYS_KEPT_MS = 24 * 3_600_000;

/** Forgets what is over; returns how many rows. Between two batches only: what is not yet written stays. */
export function forgetOld(state: State, nowMs: number): number {
  const before = sizeOf(state);
  for (const session of state.sessions.values()) {
    if (!session.settled || session.stateSinceMs > nowMs - SETTLED_KEPT_MS) continue;
    state.sessions.evict(session.sessionId);
    state.meters.evict(session.sessionId);
    state.progressSentMs.delete(session.sessionId);
  }
  for (const { requestId, atMs } of state.requests.values()) {
    if (atMs <= nowMs - RECORDS_KEPT_MS) state.requests.evict(requestId);
  }
  for (const { orderId, atMs } of state.orders.values()) {
    if (atMs <= nowMs - RECORDS_KEPT_MS) state.orders.evict(orderId);
  }
  for (const { pointId, number, outcome, sentAtMs } of state.commands.values()) {
    if (outcome !== 'open' && sentAtMs <= nowMs - RECORDS_KEPT_MS) state.commands.evict(commandKey(pointId, number));
  }
  for (const { keyId, kind, expiresAtMs } of state.keys.values()) {
    const over = kind === 'login' && expiresAtMs !== null && expiresAtMs <= nowMs - LOGIN_KEYS_KEPT_MS;
    if (over) state.keys.evict(keyId);
  }
  for (const [sessionId, toldMs] of state.straysStoppedMs) {
    if (toldMs <= nowMs - SETTLED_KEPT_MS) state.straysStoppedMs.delete(sessionId);
  }
  return before - sizeOf(state);
}

function sizeOf(state: State): number {
  return state.sessions.size + state.requests.size + state.orders.size + state.commands.size + state.keys.size;
}
