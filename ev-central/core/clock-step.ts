// The wall clock was set, or the process was not awake: what was to happen so long after something still does.
import type { State } from './state.ts';

/** Moves every deadline and pause that is not stored by what the wall clock moved without us. */
export function stepClock(state: State, byMs: number): void {
  state.deadlines.shift(byMs);
  moveAll(state.restingUntilMs, byMs);
  moveAll(state.resendAskedMs, byMs);
  moveAll(state.straysStoppedMs, byMs);
  moveAll(state.progressSentMs, byMs);
  for (const [pointId, gap] of state.factGaps) state.factGaps.set(pointId, { ...gap, sinceMs: gap.sinceMs + byMs });
}

function moveAll<K>(times: Map<K, number>, byMs: number): void {
  for (const [key, atMs] of times) times.set(key, atMs + byMs);
}
