// From a chosen connector to a vehicle that may charge: the point is asked, answers, and the driver has a limited
// time to plug in. The same path serves a direct request and an offer to somebody who waited.
import type { Session } from './rows.ts';
import type { Refusal } from '../../shared/messages/refusal.ts';
import { sendCommand, sendStop } from './commands.ts';
import { notify, refuse } from './notices.ts';
import { releasePayment } from './payment-session.ts';
import type { Facts, Place } from './placement.ts';
import { connectorState } from './point-status.ts';
import { reviewQueueAt } from './queue-review.ts';
import { freeUntil } from './reservation-slots.ts';
import { moveSession, putSession } from './session-change.ts';
import { connectorKey } from './session-index.ts';
import type { Step } from './step.ts';
import { atItsTariff } from './tariffs.ts';
import { closeHold } from './wallet.ts';

/** How long a connector that refused or stayed silent is offered to nobody. */
const REST_MS = 5_000;

/** Asks the point for its authorization. `offered`: the driver comes from the waiting queue. */
export function askPoint(step: Step, session: Session, place: Place, offered: boolean): Session {
  const { state, now } = step;
  const plugByMs = now + state.settings.plugTimeoutMs;
  const held = putSession(step, atItsTariff(step, { ...session, ...place, offered, plugByMs }));
  const number = sendAuthorize(step, held);
  return putSession(step, { ...held, commandNumber: number });
}

/** Sends the authorization of a session that holds a connector (again, when the point has restarted since). */
export function sendAuthorize(step: Step, session: Session): number {
  const { pointId, connectorNo, plugByMs } = session;
  if (pointId === null || connectorNo === null || plugByMs === null) return 0;
  const user = step.state.users.get(session.driverId);
  return sendCommand(step, pointId, session.corr, {
    type: 'authorize', sessionId: session.sessionId, driverId: session.driverId, connectorNo, plugByMs,
    goal: session.goal, maxPowerW: user?.limits.maxPowerW ?? null,
  });
}

/** The point authorized: the driver is told to plug in, or the charge begins if she already has. */
export function pointAuthorized(step: Step, session: Session): void {
  const { pointId, connectorNo, plugByMs } = session;
  if (session.state !== 'requested' && session.state !== 'queued') return;
  if (pointId === null || connectorNo === null || plugByMs === null) return;
  const { plugged } = connectorState(step.state.pointStates.must(pointId), connectorNo);
  moveSession(step, session, plugged ? 'preparing' : 'authorized');
  step.state.deadlines.add('plug', session.sessionId, plugByMs);
  const told = { sessionId: session.sessionId, pointId, connectorNo, plugByMs };
  if (!session.offered) return notify(step, session, { type: 'authorized', ...told });
  const freeUntilMs = freeUntil(step.state, session.driverId, { pointId, connectorNo }, step.now);
  notify(step, session, { type: 'offered', ...told, freeUntilMs });
}

/**
 * The point refused, did not answer, or broke before the charge began: back to the queue, or refused with the reason.
 */
export function pointFailed(step: Step, session: Session, reason: Refusal, facts: Facts): void {
  const { state, now } = step;
  if (session.pointId !== null && session.connectorNo !== null) {
    state.restingUntilMs.set(connectorKey(session.pointId, session.connectorNo), now + REST_MS);
    reviewQueueAt(state, session.siteId, now + REST_MS);
    // It may have taken the authorization in all the same, or take it in later: it shall serve nobody with it.
    if (reason !== 'point-refused') sendStop(step, session.pointId, session, 'not-authorized');
  }
  if (session.offered) {
    moveSession(step, session, 'queued', {
      pointId: null, connectorNo: null, commandNumber: null, plugByMs: null, offered: false, toldPlace: null,
    });
    return;
  }
  const released = closeHold(step, session, 'released');
  releasePayment(step, session);
  moveSession(step, released, 'rejected', { refusal: reason, settled: true });
  refuse(step, session, reason, facts, session.sessionId);
}

/** Ends a session that has not begun to charge: taken back, not plugged in, or never served. */
export function closeUnstarted(
  step: Step, session: Session, to: 'cancelled' | 'expired' | 'rejected', refusal: Refusal | null,
): void {
  if (session.pointId !== null && session.commandNumber !== null) {
    sendStop(step, session.pointId, session, 'not-authorized');
  }
  const released = closeHold(step, session, 'released');
  releasePayment(step, session);
  const closed = moveSession(step, released, to, { refusal, settled: true });
  notify(step, closed, {
    type: 'ended', sessionId: session.sessionId, pointId: session.pointId, state: to, reason: refusal,
    provisional: false, energyWh: 0, amountMinor: 0, currency: session.currency,
  });
}
