// A point keeps its own clock. Central prices by the point's time corrected with the offset measured on the link of its
// monitor, stores the uncorrected time too, and flags what cannot be.
import type { PointId } from '../../shared/ids.ts';
import type { State } from './state.ts';

/** Below this an offset is network noise, and the point's own time is taken as it is. */
export const NOISE_MS = 1_000;
/** A time further ahead of Central than this, or a clock that jumps further within a session, is flagged. */
export const TOLERANCE_MS = 5 * 60_000;

/** The point's time in Central's time. */
export function correctedMs(state: State, pointId: PointId, atMs: number): number {
  const offsetMs = state.monitorLinks.get(pointId)?.clockOffsetMs ?? 0;
  return Math.abs(offsetMs) < NOISE_MS ? atMs : atMs + offsetMs;
}
