// Cancelling reservations: one, those of a recurring one, those of a fleet. What it takes, the terms of each say.
import type { Order, OrderKind } from '../../shared/messages/orders.ts';
import type { Reservation } from '../../shared/messages/reservation.ts';
import { formatMoney } from '../../shared/money.ts';
import { cancelPercent, partOfFee } from '../../shared/reservation-fee.ts';
import { isReservationOver, RESERVATION_TABLE } from '../../shared/reservation-states.ts';
import { formatDateTime, formatTime } from '../../shared/words/quantities.ts';
import { counted, done, refused, type Result } from './order-result.ts';
import { moveReservation, tellOf } from './reservation-change.ts';
import { whyNotServed } from './reservation-due.ts';
import { releaseReservationHold, takeFee } from './reservation-money.ts';
import { comingOf, endSeries } from './reservation-series.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';

type OrderOf<K extends OrderKind> = Extract<Order, { kind: K }>;

export function cancelReservation(step: Step, order: OrderOf<'cancel-reservation'>, isStaff: boolean): Result {
  const row = step.state.reservations.get(order.reservationId);
  if (row === undefined) return refused(`no such reservation: ${order.reservationId}`);
  if (!isCancellable(row)) return refused(notNow(row, 'cancelled'));
  if (order.free && !isStaff) return refused('only operators cancel a reservation of others for nothing');
  const cancelled = cancelAt(step, row, percentAt(step, row, order.free), order.note);
  const taken = cancelled.takenMinor === 0 ? 'nothing is taken'
    : `${formatMoney(cancelled.takenMinor, cancelled.currency)} are taken`;
  return done(`${inWords(cancelled)} is cancelled; ${taken}`);
}

/** Ends a recurring one; what is booked of it is cancelled, each on its own terms. */
export function cancelSeries(step: Step, { seriesId, note }: OrderOf<'cancel-reservation-series'>): Result {
  const { state } = step;
  const series = state.reservationSeries.get(seriesId);
  if (series === undefined) return refused(`no such recurring reservation: ${seriesId}`);
  const coming = comingOf(state, series);
  endSeries(step, series);
  const cancelled = coming.map((row) => cancelAt(step, row, percentAt(step, row, false), note));
  return done(`recurring reservation ${seriesId} is ended; ${counted(cancelled.length, 'reservation')} cancelled`,
    cancelled.map((row) => ({
      what: row.reservationId,
      outcome: row.takenMinor === 0 ? 'cancelled' : `cancelled; ${formatMoney(row.takenMinor, row.currency)} are taken`,
    })));
}

/**
 * Cancels all that is still to come of a fleet's booking, in one step; as a preview it only says what that comes to.
 * What is over, or charges now, stays as it is and has a line that says so.
 */
export function cancelFleet(step: Step, order: OrderOf<'cancel-reservation-fleet'>): Result {
  const { state } = step;
  const { fleetId, free, preview, note } = order;
  const rows = ofFleet(state, fleetId);
  if (rows.length === 0) return refused(`no such fleet booking: ${fleetId}`);
  const coming = rows.filter(isCancellable);
  if (coming.length === 0) return refused(`nothing of fleet booking ${fleetId} is still to come`, rows.map(asItIs));
  const parts = coming.map((row) => {
    const percent = percentAt(step, row, free);
    return { row, percent, takenMinor: partOfFee(row.feeMinor, percent) };
  });
  if (!preview) for (const { row, percent } of parts) cancelAt(step, row, percent, note);
  const sums = `${sumText(parts, ({ row, takenMinor }) => row.holdMinor - takenMinor)} given back, `
    + `${sumText(parts, ({ takenMinor }) => takenMinor)} taken`;
  const what = `${counted(coming.length, 'reservation')} of fleet booking ${fleetId}`;
  const text = preview ? `to cancel ${what}: ${sums}; nothing is done yet` : `${what} cancelled: ${sums}`;
  return done(text, [
    ...parts.map(({ row, takenMinor }) => ({
      what: row.reservationId,
      outcome: `${row.userId} at ${row.pointId}/${row.connectorNo}: ${formatMoney(takenMinor, row.currency)} taken`,
    })),
    ...rows.filter((row) => !isCancellable(row)).map(asItIs),
  ]);
}

/** In the order in which they were booked. Few are looked for: a walk over all costs less than an index for each. */
function ofFleet(state: State, fleetId: Reservation['fleetId']): Reservation[] {
  return [...state.reservations.values()].filter((row) => row.fleetId === fleetId);
}

function isCancellable({ state, sessionId }: Reservation): boolean {
  return RESERVATION_TABLE[state].mayCancel && sessionId === null;
}

function asItIs({ reservationId: what, state }: Reservation): Result['lines'][number] {
  return { what, outcome: isReservationOver(state) ? `stays ${state}` : 'stays: a charge uses it' };
}

/** The sum in each currency. */
function sumText<T extends { readonly row: Reservation }>(parts: readonly T[], of: (part: T) => number): string {
  const sums = new Map<Reservation['currency'], number>();
  for (const part of parts) {
    const { currency } = part.row;
    sums.set(currency, (sums.get(currency) ?? 0) + of(part));
  }
  return [...sums].map(([currency, minor]) => formatMoney(minor, currency)).join(' and ');
}

/** In her slot it costs nothing where she could not charge. */
function percentAt({ state, now }: Step, row: Reservation, free: boolean): number {
  const isFree = free || (row.state !== 'booked' && whyNotServed(state, row, now) !== null);
  return isFree ? 0 : cancelPercent(row.terms, row.beginsAtMs - now);
}

function cancelAt(step: Step, row: Reservation, percent: number, why: string): Reservation {
  const settled = percent === 0 ? releaseReservationHold(step, row) : takeFee(step, row, percent, 'late-cancellation');
  const cancelled = moveReservation(step, settled, 'cancelled', { why });
  tellOf(step, cancelled, 'cancelled', 'reservation-cancelled');
  return cancelled;
}

export function notNow({ reservationId: id, state }: Reservation, what: string): string {
  return `reservation ${id} is ${state}: it cannot be ${what}`;
}

/** `reservation k7f2-33 (ALC-01/1, 2026-11-28 14:00 to 15:00)`. */
export function inWords(
  { reservationId: id, pointId, connectorNo, beginsAtMs, endsAtMs, timeZone }: Reservation,
): string {
  const from = formatDateTime(beginsAtMs, timeZone).slice(0, 16);
  return `reservation ${id} (${pointId}/${connectorNo}, ${from} to ${formatTime(endsAtMs, timeZone)})`;
}
