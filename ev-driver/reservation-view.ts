// A driver's reservations as her screen shows them: with what can be done about each now, or why not, and what it would
// cost to cancel. EV_Central decides again, by the same table and the same fee. Pure.
import type { Reservation, ReservationSeries } from '../shared/messages/reservation.ts';
import { formatMoney } from '../shared/money.ts';
import { cancelPercent, partOfFee } from '../shared/reservation-fee.ts';
import { checkInBy, RESERVATION_TABLE } from '../shared/reservation-states.ts';
import { formatTime } from '../shared/words/quantities.ts';
import { centralTime, type ClientState, type Now } from './client-state.ts';
import { whyNotLink } from './requests.ts';
import type { ReservationView, SeriesView } from './ui/view.ts';

/** Those that come next first. */
export function reservationViews(state: ClientState, now: Now): ReservationView[] {
  const trouble = whyNotLink(state);
  return [...state.reservations].sort((a, b) => a.beginsAtMs - b.beginsAtMs)
    .map((row) => reservationView(row, centralTime(now), trouble));
}

export function reservationView(row: Reservation, nowMs: number, trouble: string | null): ReservationView {
  const { reservationId, seriesId, siteId, pointId, connectorNo, beginsAtMs, endsAtMs, timeZone, terms } = row;
  const { state, currency, feeMinor, holdMinor, takenMinor } = row;
  const percent = cancelPercent(terms, beginsAtMs - nowMs);
  const cancelMinor = partOfFee(feeMinor, percent);
  return {
    reservationId, seriesId, siteId, pointId, connectorNo, beginsAtMs, endsAtMs, timeZone, state, currency, feeMinor,
    holdMinor, takenMinor, checkInFromMs: beginsAtMs - terms.marginMs, checkInByMs: checkInBy(row),
    cancelPercent: percent, cancelMinor,
    whyNotCheckIn: trouble ?? whyNotCheckIn(row, nowMs),
    whyNotChange: trouble ?? whyNotChange(row, { percent, cancelMinor }),
    whyNotCancel: trouble ?? (RESERVATION_TABLE[state].mayCancel && row.sessionId === null ? null
      : `it is ${state}: it cannot be cancelled`),
  };
}

export function seriesViews({ series }: ClientState): SeriesView[] {
  return series.filter(({ state }) => state === 'active').map(seriesView);
}

function seriesView({ seriesId, pointId, connectorNo, repeat, made, missed }: ReservationSeries): SeriesView {
  return { seriesId, pointId, connectorNo, every: repeat.every, times: repeat.times, made, missed: missed.length };
}

function whyNotCheckIn({ state, beginsAtMs, timeZone, terms }: Reservation, nowMs: number): string | null {
  const opensAtMs = beginsAtMs - terms.marginMs;
  if (state === 'booked') return nowMs < opensAtMs ? `check in from ${formatTime(opensAtMs, timeZone)} on` : null;
  return RESERVATION_TABLE[state].mayCheckIn ? null : `it is ${state} already`;
}

function whyNotChange(
  { state, currency, feeMinor }: Reservation,
  { percent, cancelMinor }: { readonly percent: number; readonly cancelMinor: number },
): string | null {
  if (!RESERVATION_TABLE[state].mayChange) return `it is ${state}: it cannot be changed`;
  return cancelMinor === 0 ? null
    : `it begins too soon to be changed: to cancel it takes ${percent} % of ${formatMoney(feeMinor, currency)}`;
}
