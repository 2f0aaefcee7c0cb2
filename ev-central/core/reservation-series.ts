// Recurring reservations: by the site's calendar and clock, also when that changes for summer time. The occurrences of
// the next thirty days are reservations of their own; the series' row makes the others as time goes. What cannot be
// had is skipped, and she is told.
import { reservationId, type ReservationId, type UserId } from '../../shared/ids.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { Order } from '../../shared/messages/orders.ts';
import type { Repeat, Reservation, ReservationSeries } from '../../shared/messages/reservation.ts';
import { formatDateTime } from '../../shared/words/quantities.ts';
import { atLocal, zoneOffsetMs } from '../../shared/zone.ts';
import { notifyDriver } from './notices.ts';
import { counted, done, refused, type Result } from './order-result.ts';
import { carryOut, planReservation } from './reservation-booking.ts';
import { reservationCorr } from './reservation-change.ts';
import type { State } from './state.ts';
import { nextId, type Step } from './step.ts';
import { monthsLater } from './subscriptions.ts';

type BookOrder = Extract<Order, { kind: 'book-reservation' }>;

const DAY_MS = 24 * 3_600_000;

/** When the n-th occurrence begins, counted from 0: at the same time of the site's day. */
export function occurrenceAt(
  { beginsAtMs, timeZone, every }: { beginsAtMs: number; timeZone: string; every: Repeat['every'] }, n: number,
): number {
  const localMs = beginsAtMs + zoneOffsetMs(timeZone, beginsAtMs);
  switch (every) {
    case 'daily': return atLocal(timeZone, localMs + n * DAY_MS);
    case 'weekly': return atLocal(timeZone, localMs + 7 * n * DAY_MS);
    case 'monthly': return atLocal(timeZone, monthsLater(localMs, n));
  }
}

/** Books the first one, which must be to be had, and those of the next thirty days that are. */
export function bookSeries(step: Step, order: BookOrder & { readonly repeat: Repeat }): Result {
  const { state } = step;
  const { userId, repeat } = order;
  const first = planReservation(step, order);
  if (typeof first === 'string') return refused(first);
  const open = [...state.reservationSeries.values()]
    .filter((each) => each.userId === userId && each.state === 'active');
  if (open.length >= LIMITS.seriesOfDriver) {
    return refused(`${userId} has ${open.length} recurring reservations already`);
  }
  const { siteId, pointId, connectorNo } = first.place;
  const seriesId = reservationId(nextId(step));
  const booked = carryOut(step, first, { seriesId });
  const row: ReservationSeries = {
    seriesId, userId, siteId, pointId, connectorNo, beginsAtMs: first.beginsAtMs, endsAtMs: first.endsAtMs, repeat,
    timeZone: state.sites.must(siteId).timeZone, state: 'active', made: 1, missed: [], dueMs: step.now,
  };
  const { missed, made } = makeOccurrences(step, row);
  const ids = [...state.reservations.values()].filter((each) => each.seriesId === seriesId);
  return done(`${repeat.every} at ${booked.pointId}/${booked.connectorNo}, ${made} of ${repeat.times} times looked at: `
    + `${counted(ids.length, 'reservation')} booked; the series is ${seriesId}`, [
    ...ids.map(({ reservationId: what }) => ({ what, outcome: 'booked' })),
    ...missed.map(({ beginsAtMs, why }) => ({
      what: formatDateTime(beginsAtMs, row.timeZone).slice(0, 16), outcome: why,
    })),
  ]);
}

/** The next occurrences have come near. */
export function seriesDue(step: Step, id: ReservationId, dueMs: number): void {
  const row = step.state.reservationSeries.get(id);
  if (row === undefined || row.dueMs !== dueMs) return;
  // Its last occurrence is over: the reservations themselves say what became of them.
  if (row.state === 'ended') return step.state.reservationSeries.remove(id);
  const before = row.missed.length;
  const after = makeOccurrences(step, row);
  for (const { beginsAtMs, why } of after.missed.slice(before)) tellMissed(step, row, beginsAtMs, why);
}

/** When series make their next ones, made anew from the rows. */
export function deriveSeries(state: State, notBeforeMs: number): void {
  for (const { seriesId, dueMs } of state.reservationSeries.values()) {
    state.deadlines.add('reservation-series', seriesId, dueMs, notBeforeMs);
  }
}

/** No more of it is made. What is booked of it stays. */
export function endSeries({ state }: Step, { seriesId }: ReservationSeries): void {
  state.reservationSeries.remove(seriesId);
}

/** What speaks against forgetting a driver; null: nothing. */
export function whyReservationsNeed(state: State, userId: UserId): string | null {
  const count = state.reservationIndex.ofUser(userId).size;
  if (count > 0) return `${userId} has ${counted(count, 'reservation')}: cancel them first`;
  const series = [...state.reservationSeries.values()].find((row) => row.userId === userId && row.state === 'active');
  return series === undefined ? null : `${userId} has the recurring reservation ${series.seriesId}: cancel it first`;
}

/** The reservations of a series that have not begun. */
export function comingOf(state: State, { seriesId, userId }: ReservationSeries): Reservation[] {
  return [...state.reservationIndex.ofUser(userId)].map((id) => state.reservations.must(id))
    .filter((row) => row.seriesId === seriesId && row.state === 'booked');
}

function makeOccurrences(step: Step, before: ReservationSeries): ReservationSeries {
  const { state, now } = step;
  let row = before;
  while (row.made < row.repeat.times && beginOf(row, row.made) <= now + LIMITS.reservationAheadMs) {
    const beginsAtMs = beginOf(row, row.made);
    const why = beginsAtMs < now ? 'EV_Central was not there to book it' : makeOne(step, row, beginsAtMs);
    row = { ...row, made: row.made + 1, missed: why === null ? row.missed : [...row.missed, { beginsAtMs, why }] };
  }
  const isDone = row.made >= row.repeat.times;
  const lengthMs = row.endsAtMs - row.beginsAtMs;
  const dueMs = isDone ? beginOf(row, row.made - 1) + lengthMs : beginOf(row, row.made) - LIMITS.reservationAheadMs;
  row = { ...row, state: isDone ? 'ended' : 'active', dueMs };
  state.reservationSeries.put(row);
  state.deadlines.add('reservation-series', row.seriesId, dueMs);
  return row;
}

/** At its own connector, else at one that is as good; null: it is booked. */
function makeOne(step: Step, row: ReservationSeries, beginsAtMs: number): string | null {
  const { userId, siteId, pointId, connectorNo } = row;
  const own = step.state.points.get(pointId)?.connectors.find((each) => each.connectorNo === connectorNo);
  const time = { userId, beginsAtMs, endsAtMs: beginsAtMs + row.endsAtMs - row.beginsAtMs };
  const exact = planReservation(step, {
    ...time, place: { kind: 'point', pointId, connectorNo }, fit: { connectorType: null, minPowerW: null },
  });
  const plan = typeof exact !== 'string' || own === undefined ? exact : planReservation(step, {
    ...time, place: { kind: 'site', siteId }, fit: { connectorType: own.type, minPowerW: own.maxPowerW },
  });
  if (typeof plan === 'string') return typeof exact === 'string' ? exact : plan;
  carryOut(step, plan, { seriesId: row.seriesId });
  return null;
}

function beginOf({ beginsAtMs, timeZone, repeat }: ReservationSeries, n: number): number {
  return occurrenceAt({ beginsAtMs, timeZone, every: repeat.every }, n);
}

function tellMissed(step: Step, row: ReservationSeries, beginsAtMs: number, why: string): void {
  const { seriesId, userId, siteId, pointId, connectorNo, timeZone } = row;
  notifyDriver(step, { driverId: userId, requestId: null, corr: reservationCorr({ reservationId: seriesId }) }, {
    type: 'reservation', news: 'missed', reservationId: seriesId, siteId, pointId, connectorNo, fromMs: beginsAtMs,
    toMs: beginsAtMs + row.endsAtMs - row.beginsAtMs, timeZone, state: 'cancelled', feeMinor: 0, holdMinor: 0,
    takenMinor: 0, currency: step.state.users.must(userId).currency, checkInByMs: beginsAtMs, sessionId: null, why,
  });
}
