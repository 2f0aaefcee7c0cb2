// When a connector is free: for how long before somebody's slot, for which slots it can still be booked, and what its
// calendar looks like. Reads only; over the ordered slots of each connector, so that ten thousand of a site cost
// little.
import type { PointId, ReservationId, SiteId, UserId } from '../../shared/ids.ts';
import type { Reservation, ReservedPlace } from '../../shared/messages/reservation.ts';
import type { Connector, Fit } from '../../shared/messages/values.ts';
import type { ChargePoint } from './rows.ts';
import type { State } from './state.ts';
import { remainingMs } from './remaining.ts';

export type ReservablePlace = {
  readonly siteId: SiteId; readonly pointId: PointId; readonly connectorNo: number; readonly connector: Connector;
};
type ConnectorAt = Pick<ReservablePlace, 'pointId' | 'connectorNo'>;
export type Time = Pick<Reservation, 'beginsAtMs' | 'endsAtMs'>;

/** What is farther away than this is in nobody's way. */
const HORIZON_MS = 24 * 3_600_000;

/**
 * When a connector has to be free again because somebody else's slot opens; null: nothing is in the way for a day. A
 * moment that is not after now: it is kept for somebody else now.
 */
export function freeUntil(
  state: State, driverId: UserId | null, { pointId, connectorNo }: ConnectorAt, now: number,
): number | null {
  let ownUntilMs = 0;
  for (const slot of state.reservationIndex.after(pointId, connectorNo, now)) {
    if (slot.opensAtMs > now + HORIZON_MS) return null;
    // In a slot of her own she has the connector to its end.
    if (slot.userId !== driverId) return Math.max(ownUntilMs, slot.opensAtMs);
    if (slot.opensAtMs <= now) ownUntilMs = slot.endsAtMs;
  }
  return null;
}

/** The reservation of a driver whose window is open at a connector. */
export function ownSlot(
  state: State, driverId: UserId, { pointId, connectorNo }: ConnectorAt,
): Reservation | undefined {
  const kept = keptFor(state, pointId, connectorNo);
  return kept?.userId === driverId ? kept : undefined;
}

/** The reservation whose window is open at a connector. */
export function keptFor(state: State, pointId: PointId, connectorNo: number): Reservation | undefined {
  for (const { reservationId } of state.reservationIndex.after(pointId, connectorNo, 0)) {
    const row = state.reservations.must(reservationId);
    return row.state === 'active' || row.state === 'checked-in' ? row : undefined;
  }
  return undefined;
}

/** The connectors that a place means and that fit, point by point. */
export function placesOf(state: State, place: ReservedPlace, fit: Fit): ReservablePlace[] {
  const points = place.kind === 'point' ? [state.points.get(place.pointId)]
    : [...state.pointsOfSite.get(place.siteId) ?? []].sort().map((id) => state.points.get(id));
  return points.flatMap((point) => (point === undefined ? [] : connectorsOf(point, place, fit)));
}

function connectorsOf(point: ChargePoint, place: ReservedPlace, fit: Fit): ReservablePlace[] {
  const wanted = place.kind === 'point' ? place.connectorNo : null;
  return point.connectors
    .filter(({ connectorNo, type, maxPowerW }) => (wanted === null || connectorNo === wanted)
      && (fit.connectorType === null || type === fit.connectorType)
      && (fit.minPowerW === null || maxPowerW >= fit.minPowerW))
    .map((connector) => ({
      siteId: point.siteId, pointId: point.pointId, connectorNo: connector.connectorNo, connector,
    }));
}

/** Why a connector cannot be booked for a time; null: it can. `except`: a reservation that would make room. */
export function whyNotFree(
  state: State, place: ReservablePlace, time: Time, now: number, except: ReservationId | null = null,
): string | null {
  const { pointId, connectorNo } = place;
  const name = `${pointId}/${connectorNo}`;
  const point = state.pointStates.get(pointId);
  if (point?.operative.on === false) return `${name} is out of order`;
  if (state.reservationIndex.overlapping({ ...place, ...time }, except) !== undefined) {
    return `${name} is reserved in that time`;
  }
  const busyUntilMs = busyUntil(state, place, now);
  return time.beginsAtMs < busyUntilMs ? `${name} is in use` : null;
}

/** Until when a connector is taken by what goes on there now; what nobody can tell takes the usual time. */
function busyUntil(state: State, { pointId, connectorNo }: ReservablePlace, now: number): number {
  const { usualChargeMs } = state.settings.reservations;
  const id = state.sessionIndex.atConnector(pointId, connectorNo);
  const session = id === undefined ? undefined : state.sessions.get(id);
  if (session !== undefined) return now + (remainingMs(state, session) ?? usualChargeMs);
  const known = state.pointStates.get(pointId)?.connectors.find((each) => each.connectorNo === connectorNo);
  // A vehicle that has charged stands there: it may go at any time, and mostly does within the usual one.
  return (known?.finishedSessionId ?? null) === null ? 0 : now + usualChargeMs;
}

/** The free times of a connector between two moments, those that are long enough. */
export function* freeTimes(
  state: State, place: ReservablePlace, { beginsAtMs, endsAtMs }: Time, leastMs: number, now: number,
): Generator<Time> {
  if (state.pointStates.get(place.pointId)?.operative.on === false) return;
  let fromMs = Math.max(beginsAtMs, now, busyUntil(state, place, now));
  for (const slot of state.reservationIndex.after(place.pointId, place.connectorNo, fromMs)) {
    if (slot.beginsAtMs >= endsAtMs) break;
    if (slot.beginsAtMs - fromMs >= leastMs) yield { beginsAtMs: fromMs, endsAtMs: slot.beginsAtMs };
    fromMs = Math.max(fromMs, slot.endsAtMs);
  }
  if (endsAtMs - fromMs >= leastMs) yield { beginsAtMs: fromMs, endsAtMs };
}
