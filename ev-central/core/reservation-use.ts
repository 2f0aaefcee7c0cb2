// A reservation and the charge that it is used for: her request in her slot goes to her connector.
import type { Reservation } from '../../shared/messages/reservation.ts';
import type { Target } from '../../shared/messages/values.ts';
import type { UserId } from '../../shared/ids.ts';
import { type Choice, connectorUse, fits, pointRefusal } from './placement.ts';
import type { Fit } from '../../shared/messages/values.ts';
import { moveReservation, putReservation } from './reservation-change.ts';
import { freeUntil } from './reservation-slots.ts';
import type { Session } from './rows.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';

type Reserved = { readonly reservation: Reservation; readonly choice: Extract<Choice, { kind: 'free' }> };

/** Her reservation whose window is open, and whose connector is what she asks for and to be had; else undefined. */
export function reservedFor(
  { state, now }: Step, { driverId, target, fit }: { driverId: UserId; target: Target; fit: Fit },
): Reserved | undefined {
  for (const id of state.reservationIndex.ofUser(driverId)) {
    const reservation = state.reservations.must(id);
    if (!isOpen(reservation) || !isMeant(state, reservation, target, fit)) continue;
    const { siteId, pointId, connectorNo } = reservation;
    const place = { pointId, connectorNo };
    if (pointRefusal(state, pointId, now) !== undefined) continue;
    if (connectorUse(state, driverId, place, now) !== 'free') continue;
    const freeUntilMs = freeUntil(state, driverId, place, now);
    return { reservation, choice: { kind: 'free', siteId, place, freeUntilMs } };
  }
  return undefined;
}

/** From now on the charge is what it is used for. Asking for it is coming. */
export function useReservation(step: Step, reservation: Reservation, { sessionId }: Session): void {
  const known = step.state.reservations.must(reservation.reservationId);
  if (known.state === 'active') moveReservation(step, { ...known, sessionId }, 'checked-in');
  else putReservation(step, { ...known, sessionId });
}

function isOpen({ state, sessionId }: Reservation): boolean {
  return state === 'active' || (state === 'checked-in' && sessionId === null);
}

function isMeant(state: State, { siteId, pointId, connectorNo }: Reservation, target: Target, fit: Fit): boolean {
  const connector = state.points.get(pointId)?.connectors.find((each) => each.connectorNo === connectorNo);
  if (connector === undefined || !fits(connector, fit)) return false;
  switch (target.kind) {
    case 'point': return target.pointId === pointId && (target.connectorNo ?? connectorNo) === connectorNo;
    case 'site': return target.siteId === siteId;
    case 'near': return true;
  }
}
