// Why a reservation cannot be booked: its time, its place, or whoever books it. What is free, the slots
// say (reservation-slots.ts).
import type { ReservationId, UserId } from '../../shared/ids.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { Reservation, ReservationWish } from '../../shared/messages/reservation.ts';
import type { Fit } from '../../shared/messages/values.ts';
import { formatMoney } from '../../shared/money.ts';
import { words } from '../../shared/words.ts';
import { isWithinHours } from '../../shared/zone.ts';
import { groupRefusal, payerOf, payingGroup } from './groups.ts';
import type { State } from './state.ts';
import { coveredMinor, walletOf } from './wallet.ts';

type Time = Pick<Reservation, 'beginsAtMs' | 'endsAtMs'>;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** What begins now was typed some moments ago. */
const TYPED_MS = 60_000;

/** The time that was asked for, from now on if that was meant. */
export function timeOf({ beginsAtMs, endsAtMs }: Time, now: number): Time {
  return { beginsAtMs: isNow(beginsAtMs, now) ? now : beginsAtMs, endsAtMs };
}

function isNow(beginsAtMs: number, now: number): boolean {
  return beginsAtMs < now && now - beginsAtMs <= TYPED_MS;
}

/** The length counts as it was asked for: the moments on the way here do not make it too short. */
export function timeRefusal({ beginsAtMs, endsAtMs }: Time, now: number): string | null {
  const { reservationShortestMs: shortest, reservationLongestMs: longest, reservationAheadMs: ahead } = LIMITS;
  if (endsAtMs <= now || (beginsAtMs < now && !isNow(beginsAtMs, now))) return 'a reservation begins now or later';
  if (endsAtMs <= beginsAtMs) return 'a reservation ends after it begins';
  if (endsAtMs - beginsAtMs < shortest) return `a reservation lasts ${shortest / MINUTE_MS} minutes at least`;
  if (endsAtMs - beginsAtMs > longest) return `a reservation lasts ${longest / HOUR_MS} hours at most`;
  return beginsAtMs > now + ahead ? `a reservation begins within ${ahead / (24 * HOUR_MS)} days` : null;
}

export function placeRefusal(state: State, { place }: Pick<ReservationWish, 'place' | 'fit'>): string | null {
  if (place.kind === 'site') {
    return state.sites.get(place.siteId) === undefined ? `no such site: ${place.siteId}` : null;
  }
  const point = state.points.get(place.pointId);
  if (point === undefined) return `no such point: ${place.pointId}`;
  const isThere = place.connectorNo === null || point.connectors.some((c) => c.connectorNo === place.connectorNo);
  return isThere ? null : `${place.pointId} has no connector ${place.connectorNo}`;
}

/** `except`: a reservation of hers that makes room; `hers`: what is planned for her together with it. */
export function bookerRefusal(
  state: State, userId: UserId, fit: Fit, time: Time,
  { except = null, hers = [] }: { readonly except?: ReservationId | null; readonly hers?: readonly Time[] } = {},
): string | null {
  const user = state.users.get(userId);
  if (user === undefined) return `no such user: ${userId}`;
  if (!user.active) return `${userId} is not active`;
  const payer = payerOf(state, userId);
  if (coveredMinor(state, payer) < 0) {
    const { balanceMinor, currency } = walletOf(state, payer) ?? user;
    return `the balance is ${formatMoney(balanceMinor, currency)}: top it up first`;
  }
  const { maxPowerW, sessionsAtOnce } = user.limits;
  if (maxPowerW !== null && (fit.minPowerW ?? 0) > maxPowerW) return `${userId} may charge with ${maxPowerW} W at most`;
  const booked = [...state.reservationIndex.ofUser(userId)].filter((id) => id !== except)
    .map((id) => state.reservations.must(id));
  const others: readonly Time[] = [...booked, ...hers];
  if (others.length >= LIMITS.reservationsOfDriver) return `${userId} has ${others.length} reservations already`;
  const atOnce = others.filter((row) => row.beginsAtMs < time.endsAtMs && time.beginsAtMs < row.endsAtMs);
  return atOnce.length >= sessionsAtOnce ? `${userId} has ${atOnce.length} reservations in that time already` : null;
}

/** Are these hours of the site's day hers, and her group's? */
export function hoursRefusal(state: State, userId: UserId, siteId: Reservation['siteId'], atMs: number): string | null {
  const site = state.sites.must(siteId);
  const hours = state.users.get(userId)?.limits.hours ?? null;
  if (hours !== null && !isWithinHours(hours, site.timeZone, atMs)) {
    return lower(words().refusal['outside-hours'](hours));
  }
  const group = payingGroup(state, userId);
  const refusal = group === undefined ? null : groupRefusal(group, site, atMs);
  return refusal === null ? null : lower(words().refusal[refusal.reason](refusal.facts));
}

function lower(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`.replace(/\.$/, '');
}
