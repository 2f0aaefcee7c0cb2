// The one way in which a reservation's row changes: the table of its states is checked, the index follows, its deadline
// is set, the point's status and the queue are looked at again. And the words about it: events and notices.
import { invariant } from '../../shared/assert.ts';
import { type CorrelationId, correlationId } from '../../shared/ids.ts';
import type { EventKind } from '../../shared/messages/values.ts';
import type { Reservation, ReservationState } from '../../shared/messages/reservation.ts';
import type { ReservationNews } from '../../shared/messages/reservation-news.ts';
import { checkInBy, mayBecome } from '../../shared/reservation-states.ts';
import { notifyDriver } from './notices.ts';
import { event, type Step } from './step.ts';

/** Puts a reservation's new row; a change of state must stand in the table. */
export function putReservation(step: Step, after: Reservation): Reservation {
  const { state, now } = step;
  const before = state.reservations.get(after.reservationId);
  const moved = before !== undefined && before.state !== after.state;
  invariant(!moved || mayBecome(before.state, after.state),
    `a ${before?.state ?? ''} reservation cannot become ${after.state}`);
  const changed = moved ? { ...after, stateSinceMs: now } : after;
  const row = { ...changed, dueMs: dueOf(changed) };
  state.reservations.put(row);
  state.reservationIndex.update(before, row);
  if (row.dueMs !== null && row.dueMs !== before?.dueMs) {
    state.deadlines.add('reservation', row.reservationId, row.dueMs);
  }
  for (const pointId of [before?.pointId, row.pointId]) if (pointId !== undefined) state.pointsTouched.add(pointId);
  state.queuesTouched.add(row.siteId);
  return row;
}

/** Moves a reservation to another state, with what changes with it. */
export function moveReservation(
  step: Step, before: Reservation, to: ReservationState, change: Partial<Reservation> = {},
): Reservation {
  const after = putReservation(step, { ...before, ...change, state: to });
  tellEvent(step, after, 'reservation-state', { from: before.state, to, why: after.why });
  return after;
}

/** When something happens to it by itself, as its row says. */
function dueOf({ state, beginsAtMs, endsAtMs, stateSinceMs, reminded, begun, terms }: Reservation): number | null {
  switch (state) {
    case 'booked': {
      const opensAtMs = beginsAtMs - terms.marginMs;
      return reminded ? opensAtMs : Math.min(opensAtMs, beginsAtMs - terms.reminderMs);
    }
    case 'active': return begun ? checkInBy({ state, beginsAtMs, endsAtMs, stateSinceMs, terms }) : beginsAtMs;
    case 'checked-in': return begun ? endsAtMs : beginsAtMs;
    default: return null;
  }
}

export function reservationCorr({ reservationId }: Pick<Reservation, 'reservationId'>): CorrelationId {
  return correlationId(`reservation-${reservationId}`);
}

/** Tells the services, and her. */
export function tellOf(
  step: Step, row: Reservation, news: ReservationNews['news'], kind: EventKind | null = null,
): void {
  if (kind !== null) tellEvent(step, row, kind, { why: row.why });
  const { reservationId, siteId, pointId, connectorNo, state, feeMinor, holdMinor, takenMinor, currency } = row;
  notifyDriver(step, { driverId: row.userId, requestId: null, corr: reservationCorr(row) }, {
    type: 'reservation', news, reservationId, siteId, pointId, connectorNo, fromMs: row.beginsAtMs, toMs: row.endsAtMs,
    timeZone: row.timeZone, state, feeMinor, holdMinor, takenMinor, currency,
    checkInByMs: checkInBy(row),
    sessionId: row.sessionId, why: row.why,
  });
}

function tellEvent(
  step: Step, row: Reservation, kind: EventKind, more: Readonly<Record<string, unknown>>,
): void {
  const { reservationId, userId, siteId, pointId, connectorNo, feeMinor, takenMinor, currency } = row;
  event(step, kind, { siteId, pointId, driverId: userId, corr: reservationCorr(row) }, {
    reservationId, driverId: userId, siteId, pointId, connectorId: connectorNo, fromMs: row.beginsAtMs,
    toMs: row.endsAtMs, feeMinor, takenMinor, currency, ...more,
  });
}
