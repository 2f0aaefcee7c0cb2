// The wall clock was set, or the process was not awake: what was to happen so long after something still does.
import type { State } from './state.ts';

/**
 * Moves every deadline and pause by what the wall clock moved without us; of what is stored, all that is counted from:
 * lock-outs, evictions, stops that are sent again.
 */
export function stepClock(state: State, byMs: number): void {
  stepStored(state, byMs);
  state.deadlines.shift(byMs);
  moveAll(state.restingUntilMs, byMs);
  moveAll(state.resendAskedMs, byMs);
  moveAll(state.straysStoppedMs, byMs);
  moveAll(state.progressSentMs, byMs);
  for (const [pointId, gap] of state.factGaps) state.factGaps.set(pointId, { ...gap, sinceMs: gap.sinceMs + byMs });
}

function stepStored({ lockouts, pointStates, sessions, sessionIndex }: State, byMs: number): void {
  for (const row of [...lockouts.values()]) {
    const lockedUntilMs = row.lockedUntilMs === null ? null : row.lockedUntilMs + byMs;
    lockouts.put({ ...row, firstAtMs: row.firstAtMs + byMs, lockedUntilMs });
  }
  for (const row of pointStates.values()) {
    if (row.evictionsMs.length === 0) continue;
    pointStates.put({ ...row, evictionsMs: row.evictionsMs.map((atMs) => atMs + byMs) });
  }
  for (const id of sessionIndex.open()) {
    const row = sessions.must(id);
    if (row.stopping === null) continue;
    sessions.put({ ...row, stopping: { ...row.stopping, sinceMs: row.stopping.sinceMs + byMs } });
  }
}

function moveAll<K>(times: Map<K, number>, byMs: number): void {
  for (const [key, atMs] of times) times.set(key, atMs + byMs);
}
