// What people see of reservations: free slots to book, and the calendar of a site. Reads only.
import { pointId, siteId, type SiteId, type UserId } from '../../shared/ids.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { Reservation, ReservedPlace } from '../../shared/messages/reservation.ts';
import { type Connector, connectorTypeSchema, type Fit } from '../../shared/messages/values.ts';
import { freeTimes, placesOf, type ReservablePlace, type Time } from './reservation-slots.ts';
import type { State } from './state.ts';

type Asked = Readonly<Record<string, string | number>>;
type Place = Pick<Reservation, 'siteId' | 'pointId' | 'connectorNo'>;

export type FreeSlot = Place & Time & Pick<Connector, 'type' | 'maxPowerW'>;
/** Whose it is, only she and those who run the network see. */
export type CalendarEntry = Place & Time & Pick<Reservation, 'state'> & {
  readonly [K in 'reservationId' | 'userId' | 'seriesId']: Reservation[K] | null;
};
export type Viewer = { readonly userId: UserId | null; readonly seesAll: boolean };

const DAY_MS = 24 * 3_600_000;
const HOUR_MS = 3_600_000;

/**
 * The free times at a point, at a site or everywhere, those of each connector in order; or what is wrong with the
 * question.
 */
export function freeSlots(state: State, asked: Asked, now: number): FreeSlot[] | string {
  const unknown = unknownIn(asked, [
    'siteId', 'pointId', 'connectorType', 'minPowerW', 'sinceMs', 'untilMs', 'lengthMs',
  ]);
  if (unknown !== null) return unknown;
  const place = placeIn(state, asked);
  if (typeof place === 'string') return place;
  const fit = fitIn(asked);
  if (typeof fit === 'string') return fit;
  const time = timeIn(asked, now, now + DAY_MS);
  if (typeof time === 'string') return time;
  const lengthMs = Number(asked['lengthMs'] ?? HOUR_MS);
  if (!Number.isSafeInteger(lengthMs) || lengthMs < LIMITS.reservationShortestMs) {
    return `lengthMs is a whole number, ${LIMITS.reservationShortestMs} at least`;
  }
  const latestMs = now + LIMITS.reservationAheadMs + LIMITS.reservationLongestMs;
  const found: FreeSlot[] = [];
  for (const { siteId: site, pointId: point, connectorNo, connector } of placesIn(state, place, fit)) {
    const at = { siteId: site, pointId: point, connectorNo, connector };
    for (const slot of freeTimes(state, at, { ...time, endsAtMs: Math.min(time.endsAtMs, latestMs) }, lengthMs, now)) {
      if (found.length === LIMITS.slotsFound) return found;
      const { type, maxPowerW } = connector;
      found.push({ siteId: site, pointId: point, connectorNo, type, maxPowerW, ...slot });
    }
  }
  return found;
}

/** What is reserved at a site or a point between two moments, connector by connector, in order. */
export function calendarOf(state: State, asked: Asked, viewer: Viewer, now: number): CalendarEntry[] | string {
  const unknown = unknownIn(asked, ['siteId', 'pointId', 'sinceMs', 'untilMs']);
  if (unknown !== null) return unknown;
  const place = placeIn(state, asked);
  if (typeof place === 'string') return place;
  const time = timeIn(asked, now, now + LIMITS.reservationAheadMs + LIMITS.reservationLongestMs);
  if (typeof time === 'string') return time;
  const rows: CalendarEntry[] = [];
  for (const { siteId: site, pointId: point, connectorNo } of placesIn(state, place, ANY)) {
    for (const slot of state.reservationIndex.after(point, connectorNo, time.beginsAtMs)) {
      if (slot.beginsAtMs >= time.endsAtMs) break;
      const seen = entry(state.reservations.must(slot.reservationId), viewer);
      rows.push({ siteId: site, pointId: point, connectorNo, ...seen });
    }
  }
  return rows;
}

function entry(
  { beginsAtMs, endsAtMs, state, reservationId, userId, seriesId }: Reservation, viewer: Viewer,
): Omit<CalendarEntry, keyof Place> {
  const isSeen = viewer.seesAll || viewer.userId === userId;
  const whose = isSeen ? { reservationId, userId, seriesId } : { reservationId: null, userId: null, seriesId: null };
  return { beginsAtMs, endsAtMs, state, ...whose };
}

const ANY: Fit = { connectorType: null, minPowerW: null };

function unknownIn(asked: Asked, known: readonly string[]): string | null {
  const unknown = Object.keys(asked).find((name) => !known.includes(name));
  return unknown === undefined ? null : `unknown filter "${unknown}": this list knows ${known.join(', ')}`;
}

/** Null: everywhere. */
function placeIn(state: State, asked: Asked): ReservedPlace | null | string {
  const [site, point] = [asked['siteId'], asked['pointId']];
  if (point !== undefined) {
    const id = pointId(String(point));
    if (state.points.get(id) === undefined) return `no such point: ${id}`;
    return { kind: 'point', pointId: id, connectorNo: null };
  }
  if (site === undefined) return null;
  const id: SiteId = siteId(String(site));
  return state.sites.get(id) === undefined ? `no such site: ${id}` : { kind: 'site', siteId: id };
}

function placesIn(state: State, place: ReservedPlace | null, fit: Fit): ReservablePlace[] {
  if (place !== null) return placesOf(state, place, fit);
  return state.points.sortedKeys()
    .flatMap((id) => placesOf(state, { kind: 'point', pointId: id, connectorNo: null }, fit));
}

function fitIn(asked: Asked): Fit | string {
  const type = asked['connectorType'];
  const parsed = connectorTypeSchema.safeParse(type);
  if (type !== undefined && !parsed.success) return `unknown connectorType "${type}"`;
  const minPowerW = asked['minPowerW'] === undefined ? null : Number(asked['minPowerW']);
  if (minPowerW !== null && !Number.isSafeInteger(minPowerW)) return 'minPowerW is a whole number';
  return { connectorType: parsed.success ? parsed.data : null, minPowerW };
}

function timeIn(asked: Asked, sinceMs: number, untilMs: number): Time | string {
  const time = { beginsAtMs: Number(asked['sinceMs'] ?? sinceMs), endsAtMs: Number(asked['untilMs'] ?? untilMs) };
  if (!Number.isSafeInteger(time.beginsAtMs) || !Number.isSafeInteger(time.endsAtMs)) {
    return 'sinceMs and untilMs are whole numbers: UTC milliseconds';
  }
  return time.beginsAtMs < time.endsAtMs ? time : 'the time ends before it begins';
}
