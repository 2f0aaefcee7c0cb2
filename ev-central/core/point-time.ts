// A point keeps its own clock. Central prices by the point's time corrected with the offset measured on the link of its
// monitor, stores the uncorrected time too, and flags what cannot be.
import type { PointId } from '../../shared/ids.ts';
import { LAST_AT_MS } from '../../shared/messages/values.ts';
import type { Session } from './rows.ts';
import type { State } from './state.ts';

/** Below this an offset is network noise, and the point's own time is taken as it is. */
export const NOISE_MS = 1_000;
/** A time further ahead of Central than this, or a clock that jumps further within a session, is flagged. */
export const TOLERANCE_MS = 5 * 60_000;

/** The point's time in Central's time. */
export function correctedMs(state: State, pointId: PointId, atMs: number): number {
  // Without a monitor, what was measured last: a clock that is wrong stays wrong.
  const offsetMs = (state.monitorLinks.get(pointId) ?? state.pointStates.get(pointId))?.clockOffsetMs ?? 0;
  return aDate(Math.abs(offsetMs) < NOISE_MS ? atMs : atMs + offsetMs);
}

/**
 * A point's time within a session, in Central's time. Without a monitor nobody knows the point's offset now: then the
 * one that held when the session began counts.
 */
export function sessionTimeMs(
  state: State, { startedAtMs, startedRawMs }: Session, at: { readonly pointId: PointId; readonly atMs: number },
): number {
  if (state.monitorLinks.has(at.pointId) || startedAtMs === null || startedRawMs === null) {
    return correctedMs(state, at.pointId, at.atMs);
  }
  return aDate(at.atMs + startedAtMs - startedRawMs);
}

/** What a peer says of its clock may be anything; a time must stay one. */
function aDate(atMs: number): number {
  return Math.min(Math.max(0, atMs), LAST_AT_MS);
}

/** No two readings of a charge are further apart: a time that says so is wrong, and counts as this long. */
export const LONGEST_STEP_MS = 31 * 24 * 3_600_000;
