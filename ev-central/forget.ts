// What the process remembers beside the stored rows, and keys that open nothing any more: forgotten after a while. The
// store forgets rows by its own rules (`Store.forget`).
import type { State } from './core/state.ts';

/** After a key of a log-in has expired, nothing sealed with it is taken; the store deletes it then too. */
const LOGIN_KEYS_KEPT_MS = 24 * 3_600_000;
const STRAYS_KEPT_MS = 3_600_000;

/** Forgets what no input can need; call it between batches, after the store's own. */
export function forgetTraces(state: State, nowMs: number): void {
  for (const { keyId, kind, expiresAtMs } of state.keys.values()) {
    const over = kind === 'login' && expiresAtMs !== null && expiresAtMs <= nowMs - LOGIN_KEYS_KEPT_MS;
    if (over) state.keys.evict(keyId);
  }
  for (const sessionId of state.progressSentMs.keys()) {
    if (!state.sessionIndex.open().has(sessionId)) state.progressSentMs.delete(sessionId);
  }
  for (const [sessionId, toldMs] of state.straysStoppedMs) {
    if (toldMs <= nowMs - STRAYS_KEPT_MS) state.straysStoppedMs.delete(sessionId);
  }
}
