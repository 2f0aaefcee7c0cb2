// Strays: what a point still holds open, or still charges, although Central holds it as ended. It is told to stop:
// when the point returns and says what it holds, when it reports that such a session has begun, and whenever a reading
// of it comes (docs/decisions/0020).
import type { CorrelationId, PointId, SessionId } from '../../shared/ids.ts';
import type { SessionsHeld } from '../../shared/messages/sessions-held.ts';
import type { EndReason } from '../../shared/messages/values.ts';
import { newestCommand, sendStop } from './commands.ts';
import type { Session } from './rows.ts';
import { isOver } from './session-index.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';

/** A session that goes on although it was stopped, or is over, is told to stop at most this often. */
const STRAY_STOP_MS = 10_000;

type Stray = { readonly pointId: PointId; readonly sessionId: SessionId; readonly corr: CorrelationId };

/** A point has returned. What it holds and shall not hold is stopped, once, also when no reading of it ever comes. */
export function sessionsHeld(step: Step, { pointId, sessionIds, corr }: SessionsHeld): void {
  for (const sessionId of sessionIds) stopIfStray(step, { pointId, sessionId, corr });
}

/** The point has said that it holds this session: it is stopped when it shall not. */
export function stopIfStray(step: Step, { pointId, sessionId, corr }: Stray): void {
  const session = step.state.sessions.get(sessionId);
  const reason = whyNotHeld(step, pointId, session);
  if (reason === null || isStopOpen(step.state, pointId, sessionId)) return;
  stopStray(step, { pointId, sessionId, corr: session?.corr ?? corr }, reason);
}

/** Energy flows, or may flow, although it should not: the point is told to stop it. */
export function stopStray(step: Step, stray: Stray, reason: EndReason): void {
  const { state, now } = step;
  const { pointId, sessionId } = stray;
  if (state.points.get(pointId) === undefined) return;
  const told = state.straysStoppedMs.get(sessionId) ?? -Infinity;
  if (now - told < STRAY_STOP_MS) return;
  state.straysStoppedMs.set(sessionId, now);
  sendStop(step, pointId, stray, reason);
}

/** A stop that the point has not carried out in time was lost on its way. */
export function isStopLost({ state, now }: Step, { stopping }: Session): boolean {
  return stopping !== null && now - stopping.sinceMs > state.settings.commandTimeoutMs;
}

/** Why the point shall hold this session no longer; null: it may. */
function whyNotHeld(step: Step, pointId: PointId, session: Session | undefined): EndReason | null {
  if (session === undefined) return 'not-authorized';
  if (isOver(session)) return session.endReason ?? 'not-authorized';
  // It waits again, or was given to another point.
  if (session.pointId !== pointId) return 'not-authorized';
  return isStopLost(step, session) ? session.stopping?.reason ?? null : null;
}

/** The point has been told already, and has time left to answer: it will read that before anything sent now. */
function isStopOpen(state: State, pointId: PointId, sessionId: SessionId): boolean {
  return newestCommand(state, pointId, { type: 'stop', sessionId })?.outcome === 'open';
}
