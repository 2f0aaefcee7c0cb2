// The one way in which a session's row changes: the table of transitions is checked, the index follows, the event is
// written, and the point's status is looked at again.
import { invariant } from '../../shared/assert.ts';
import type { SessionState } from '../../shared/messages/values.ts';
import type { Session } from './rows.ts';
import { event, type Step } from './step.ts';
import { mayFollow } from './transitions.ts';

/** Puts a session's new row. A change of state must stand in the table of transitions; it becomes an event. */
export function putSession(step: Step, after: Session): Session {
  const { state, now } = step;
  const before = state.sessions.get(after.sessionId);
  let row = after;
  if (before !== undefined && before.state !== after.state) {
    invariant(mayFollow(before.state, after.state), `a ${before.state} session cannot become ${after.state}`);
    row = { ...after, stateSinceMs: now };
  }
  state.sessions.put(row);
  state.sessionIndex.update(before, row);
  for (const pointId of [before?.pointId, row.pointId]) {
    if (pointId !== undefined && pointId !== null) state.pointsTouched.add(pointId);
  }
  state.queuesTouched.add(row.siteId);
  const reservationId = state.reservationIndex.ofSession(row.sessionId);
  if (reservationId !== undefined) state.reservationsTouched.add(reservationId);
  if (before === undefined || before.state !== row.state) {
    event(step, 'session-state', { siteId: row.siteId, corr: row.corr, session: row }, {
      from: before?.state ?? null, to: row.state, reason: row.refusal ?? row.endReason,
      ...(row.state === 'authorized' ? { plugByMs: row.plugByMs } : {}),
    });
  }
  return row;
}

/** Moves a session to another state, with what changes with it. */
export function moveSession(step: Step, session: Session, to: SessionState, change: Partial<Session> = {}): Session {
  return putSession(step, { ...session, ...change, state: to });
}

/** Adds a flag, once; it becomes an event. */
export function flagSession(step: Step, session: Session, flag: string): Session {
  if (session.flags.includes(flag)) return session;
  event(step, 'session-flag', { siteId: session.siteId, corr: session.corr, session }, { flag });
  return { ...session, flags: [...session.flags, flag] };
}
