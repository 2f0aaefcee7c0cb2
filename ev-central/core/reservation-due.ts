// What happens to a reservation by itself: the reminder, the opening of its window, its beginning, the end of the
// grace, the end of its slot. Every moment is in the row (`dueMs`), so whatever dies, each happens once.
import { closeUnstarted, pointFailed } from './authorization.ts';
import type { ReservationId } from '../../shared/ids.ts';
import type { Reservation } from '../../shared/messages/reservation.ts';
import type { Connector } from '../../shared/messages/values.ts';
import { connectorUse, pointRefusal } from './placement.ts';
import { connectorState } from './point-status.ts';
import { moveReservation, putReservation, tellOf } from './reservation-change.ts';
import { releaseReservationHold, takeFee } from './reservation-money.ts';
import { freeUntil, placesOf, whyNotFree } from './reservation-slots.ts';
import { useReservation } from './reservation-use.ts';
import type { ChargePoint, Session } from './rows.ts';
import { stopSession } from './session-end.ts';
import { isOver } from './session-index.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';

/** Its deadline has come. */
export function reservationDue(step: Step, id: ReservationId, dueMs: number): void {
  const row = step.state.reservations.get(id);
  if (row === undefined || row.dueMs !== dueMs) return;
  switch (row.state) {
    case 'booked': return bookedDue(step, row);
    case 'active': return row.begun ? notCome(step, row) : void begin(step, row);
    case 'checked-in': return row.begun ? slotOver(step, row) : void begin(step, row);
    default: return;
  }
}

/** The charge of a reservation has begun or ended. */
export function reviewReservation(step: Step, id: ReservationId): void {
  const row = step.state.reservations.get(id);
  if (row === undefined || row.sessionId === null || row.state !== 'checked-in') return;
  const session = step.state.sessions.get(row.sessionId);
  if (session !== undefined && !isOver(session)) return;
  if (session !== undefined && session.usage !== null) moveReservation(step, row, 'fulfilled');
  // It never began: she can ask again until her slot is over.
  else putReservation(step, { ...row, sessionId: null });
}

/** When things fall due, made anew from the rows. Who could not come because nobody was here has the whole grace. */
export function deriveReservations(state: State, now: number, notBeforeMs: number): void {
  for (const row of state.reservations.values()) {
    state.reservationIndex.update(undefined, row);
    if (row.dueMs === null) continue;
    const isGrace = row.state === 'active' && row.begun;
    const from = isGrace ? Math.max(notBeforeMs, now + row.terms.graceMs) : notBeforeMs;
    state.deadlines.add('reservation', row.reservationId, row.dueMs, from);
  }
}

/** The network cannot keep it: nothing is taken, and she is told why. */
export function withdrawReservation(step: Step, row: Reservation, why: string): void {
  const ended = moveReservation(step, releaseReservationHold(step, row), 'cancelled', { why });
  tellOf(step, ended, 'cancelled', 'reservation-cancelled');
}

function bookedDue(step: Step, row: Reservation): void {
  const { now } = step;
  // Nobody was here in all of its time: she could not have come.
  if (row.endsAtMs <= now) {
    const over = moveReservation(step, releaseReservationHold(step, row), 'expired', {
      why: 'EV_Central was not there in that time',
    });
    return tellOf(step, over, 'expired');
  }
  if (now >= row.beginsAtMs - row.terms.marginMs) return openWindow(step, row);
  const reminded = putReservation(step, { ...row, reminded: true });
  tellOf(step, reminded, 'reminder', 'reservation-reminder');
}

/** From now on the connector is kept; whoever else charges there is stopped, as she was told. */
export function openWindow(step: Step, row: Reservation): void {
  const { state, now } = step;
  const open = moveReservation(step, { ...row, reminded: true }, 'active');
  clearConnector(step, open);
  if (now < open.beginsAtMs) return tellOf(step, open, 'open');
  if (begin(step, open)) tellOf(step, state.reservations.must(open.reservationId), 'open');
}

/** Ends what others do at the connector, but not a charge in a slot of its own, which has its own end. */
function clearConnector(step: Step, { pointId, connectorNo, userId }: Reservation): void {
  const session = chargeAt(step.state, { pointId, connectorNo });
  if (session === undefined || session.driverId === userId) return;
  if (step.state.reservationIndex.ofSession(session.sessionId) !== undefined) return;
  endSession(step, session);
}

function chargeAt(state: State, { pointId, connectorNo }: Omit<At, 'userId'>): Session | undefined {
  const id = state.sessionIndex.atConnector(pointId, connectorNo);
  return id === undefined ? undefined : state.sessions.get(id);
}

function endSession(step: Step, session: Session): void {
  if (session.usage !== null) stopSession(step, session, 'reserved');
  else if (session.offered) pointFailed(step, session, 'point-busy', {});
  else closeUnstarted(step, session, 'rejected', 'point-busy');
}

/** Its slot begins: is the connector to be had? Else she gets another one, or all is given back. False: it is over. */
function begin(step: Step, row: Reservation): boolean {
  const { state, now } = step;
  const begun = putReservation(step, { ...row, begun: true });
  if (begun.sessionId !== null || isUsable(state, begun, now)) return true;
  const session = chargeAt(state, begun);
  if (session?.driverId === begun.userId) {
    chargeGoesOn(step, begun, session);
    return true;
  }
  return moveElsewhere(step, begun, whyNotServed(state, begun, now) ?? `${begun.pointId} cannot serve anybody now`);
}

/** She has charged there since before her slot: that charge is what it is used for. */
function chargeGoesOn(step: Step, row: Reservation, session: Session): void {
  const { state } = step;
  const earlier = state.reservationIndex.ofSession(session.sessionId);
  if (earlier !== undefined) moveReservation(step, state.reservations.must(earlier), 'fulfilled');
  useReservation(step, putReservation(step, releaseReservationHold(step, row)), session);
}

/** Another connector of the site that is as good, free now, and free for the rest of the slot. */
export function moveElsewhere(
  step: Step, row: Reservation, why: string, own: Connector | undefined = connectorOf(step.state, row),
): boolean {
  const { state, now } = step;
  const fit = { connectorType: own?.type ?? null, minPowerW: own?.maxPowerW ?? null };
  const time = { beginsAtMs: Math.max(now, row.beginsAtMs), endsAtMs: row.endsAtMs };
  const hasBegun = row.state !== 'booked';
  const place = own === undefined ? undefined : placesOf(state, { kind: 'site', siteId: row.siteId }, fit)
    .find((each) => (each.pointId !== row.pointId || each.connectorNo !== row.connectorNo)
      && whyNotFree(state, each, time, now) === null
      && (!hasBegun || isUsable(state, { ...row, ...each }, now)));
  if (place === undefined) {
    withdrawReservation(step, row, why);
    return false;
  }
  const moved = putReservation(step, { ...row, pointId: place.pointId, connectorNo: place.connectorNo, why });
  tellOf(step, moved, 'moved', 'reservation-changed');
  putReservation(step, { ...moved, why: '' });
  return true;
}

function connectorOf(state: State, { pointId, connectorNo }: Reservation): Connector | undefined {
  return state.points.get(pointId)?.connectors.find((each) => each.connectorNo === connectorNo);
}

/**
 * Gives those who reserved at a point another connector, or all back: connectors of it are gone, or nobody knows for
 * how long it is out of order. `before`: the point as it was. Those who charge are let charge.
 */
export function leavePoint(
  step: Step, { pointId, connectors }: Pick<ChargePoint, 'pointId' | 'connectors'>,
  { why, isLeft, untilMs = Infinity }: {
    readonly why: string; readonly isLeft: (connectorNo: number) => boolean; readonly untilMs?: number;
  },
): void {
  for (const connector of connectors.filter(({ connectorNo }) => isLeft(connectorNo))) {
    for (const slot of [...step.state.reservationIndex.after(pointId, connector.connectorNo, 0)]) {
      const row = step.state.reservations.must(slot.reservationId);
      if (row.sessionId === null && slot.opensAtMs < untilMs) moveElsewhere(step, row, why, connector);
    }
  }
}

type At = Pick<Reservation, 'userId' | 'pointId' | 'connectorNo'>;

function isUsable(state: State, at: At, now: number): boolean {
  return pointRefusal(state, at.pointId, now) === undefined && connectorUse(state, at.userId, at, now) === 'free';
}

/** Why she cannot charge there in her slot, and need not pay for it; null: she can. */
export function whyNotServed(state: State, at: At, now: number): string | null {
  const { pointId, connectorNo, userId } = at;
  if (pointRefusal(state, pointId, now) !== undefined) return `${pointId} cannot serve anybody now`;
  const { faults, plugged, finishedSessionId } = connectorState(state.pointStates.must(pointId), connectorNo);
  if (faults.length > 0) return `${pointId}/${connectorNo} is faulted`;
  const charged = plugged && finishedSessionId !== null ? state.sessions.get(finishedSessionId) : undefined;
  const other = chargeAt(state, at) ?? charged;
  return other === undefined || other.driverId === userId ? null : `${pointId}/${connectorNo} is still occupied`;
}

/** The grace is over and nobody came: the fee is taken, unless she could not have charged. */
function notCome(step: Step, row: Reservation): void {
  const why = whyNotServed(step.state, row, step.now);
  if (why !== null) return withdrawReservation(step, row, why);
  const over = moveReservation(step, takeFee(step, row, 100, 'no-show'), 'no-show');
  tellOf(step, over, 'no-show', 'reservation-no-show');
}

/** The slot of somebody who is there is over. Her charge goes on, unless somebody else's slot is next. */
function slotOver(step: Step, row: Reservation): void {
  const { state, now } = step;
  const session = row.sessionId === null ? undefined : state.sessions.get(row.sessionId);
  if (session !== undefined && !isOver(session)) {
    moveReservation(step, row, 'fulfilled');
    if ((freeUntil(state, row.userId, row, now) ?? Infinity) <= now) endSession(step, session);
    return;
  }
  const why = whyNotServed(state, row, now);
  if (why !== null) return withdrawReservation(step, row, why);
  // Else whoever checks in from afar would keep a connector for nothing.
  const over = moveReservation(step, takeFee(step, row, 100, 'not-used'), 'expired', {
    why: 'no charge was begun in it',
  });
  tellOf(step, over, 'expired');
}
