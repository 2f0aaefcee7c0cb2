// Booking in two moves: a plan says which connector a wish can have, or why none; then it is carried out. So many
// wishes can be looked at together before anything is written.
import { reservationId } from '../../shared/ids.ts';
import type { Reservation, ReservationWish } from '../../shared/messages/reservation.ts';
import { formatMoney } from '../../shared/money.ts';
import type { Account } from '../../shared/account.ts';
import { payerOf } from './groups.ts';
import { putReservation, tellOf } from './reservation-change.ts';
import { openWindow } from './reservation-due.ts';
import { openReservationHold } from './reservation-money.ts';
import { bookerRefusal, hoursRefusal, placeRefusal, timeOf, timeRefusal } from './reservation-refusal.ts';
import { placesOf, type ReservablePlace, type Time, whyNotFree } from './reservation-slots.ts';
import type { TariffVersion } from './rows.ts';
import { type State, tariffKey } from './state.ts';
import { nextId, type Step } from './step.ts';
import { tariffFor } from './tariffs.ts';
import { spendableMinor, walletOf } from './wallet.ts';

export type Plan = Time & {
  readonly userId: ReservationWish['userId']; readonly place: ReservablePlace; readonly payer: Account;
  readonly version: TariffVersion;
};

/** What it is booked with: a recurring one, or a fleet's booking. */
type Together = Partial<Pick<Reservation, 'seriesId' | 'fleetId'>>;

/** Which connector a wish can have, or why none. `others`: what is planned together with it. */
export function planReservation(
  { state, now }: Pick<Step, 'state' | 'now'>, wish: ReservationWish, others: readonly Plan[] = [],
): Plan | string {
  const time = timeOf(wish, now);
  const { userId, fit } = wish;
  const hers = others.filter((each) => each.userId === userId);
  const why = timeRefusal(wish, now) ?? placeRefusal(state, wish) ?? bookerRefusal(state, userId, fit, time, { hers });
  if (why !== null) return why;
  const place = freePlace(state, wish, time, { now, others });
  if (typeof place === 'string') return place;
  const version = tariffFor(state, { ...place, userId }, now);
  if (version === undefined) return `no price holds at ${place.pointId} now`;
  const payer = payerOf(state, userId);
  const { feeMinor } = state.settings.reservations;
  const missing = feeMinor * (1 + others.filter((each) => each.payer === payer).length) - spendableMinor(state, payer);
  const { currency } = walletOf(state, payer) ?? state.users.must(userId);
  if (feeMinor > 0 && missing > 0) return `the wallet lacks ${formatMoney(missing, currency)} for the fee that is held`;
  return { userId, place, payer, version, ...time };
}

/** The first connector that is free all the time and that she may use then, or why there is none. */
function freePlace(
  state: State, wish: ReservationWish, time: Time, { now, others }: { now: number; others: readonly Plan[] },
): ReservablePlace | string {
  let first: string | null = null;
  for (const place of placesOf(state, wish.place, wish.fit)) {
    const why = hoursRefusal(state, wish.userId, place.siteId, time.beginsAtMs)
      ?? whyNotFree(state, place, time, now) ?? whyPlanned(place, time, others);
    if (why === null) return place;
    first ??= why;
  }
  return first ?? 'nothing there fits';
}

function whyPlanned(place: ReservablePlace, { beginsAtMs, endsAtMs }: Time, others: readonly Plan[]): string | null {
  const taken = others.some((each) => each.place.pointId === place.pointId
    && each.place.connectorNo === place.connectorNo && each.beginsAtMs < endsAtMs && beginsAtMs < each.endsAtMs);
  return taken ? `${place.pointId}/${place.connectorNo} is taken by another one of this order` : null;
}

/** Holds the fee and keeps the slot. */
export function carryOut(step: Step, plan: Plan, together: Together = {}): Reservation {
  const { state, now } = step;
  const row = newReservation(step, plan, together);
  openReservationHold(step, row);
  const booked = putReservation(step, row);
  tellOf(step, booked, 'confirmed', 'reservation-confirmed');
  if (now < row.beginsAtMs - row.terms.marginMs) return booked;
  openWindow(step, booked);
  return state.reservations.must(booked.reservationId);
}

function newReservation(
  step: Step, { userId, payer, place, version, beginsAtMs, endsAtMs }: Plan,
  { seriesId = null, fleetId = null }: Together,
): Reservation {
  const { state, now } = step;
  const { siteId, pointId, connectorNo } = place;
  const { currency } = walletOf(state, payer) ?? state.users.must(userId);
  const { feeMinor, tiers, marginMs, graceMs, reminderMs } = state.settings.reservations;
  return {
    reservationId: reservationId(nextId(step)), seriesId, fleetId, userId, payer, siteId, pointId, connectorNo,
    beginsAtMs, endsAtMs, state: 'booked', stateSinceMs: now, bookedAtMs: now, currency, feeMinor, holdMinor: feeMinor,
    takenMinor: 0, ticketId: null, sessionId: null, terms: { tiers: [...tiers], marginMs, graceMs, reminderMs },
    tariff: tariffKey(version.tariffId, version.version), timeZone: state.sites.must(siteId).timeZone,
    // Who books for soon need not be reminded.
    reminded: reminderMs === 0 || beginsAtMs - reminderMs <= now, begun: false, dueMs: null, why: '',
  };
}
