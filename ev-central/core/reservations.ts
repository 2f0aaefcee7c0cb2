// Orders about reservations: book, change, cancel, check in. Drivers give them about their own, operators about
// anybody's. What can be had is decided here, in one step with the hold of the fee: no slot is ever kept twice.
import { assertNever } from '../../shared/assert.ts';
import { reservationId } from '../../shared/ids.ts';
import type { Order, OrderKind } from '../../shared/messages/orders.ts';
import type { Reservation } from '../../shared/messages/reservation.ts';
import { formatMoney } from '../../shared/money.ts';
import { cancelPercent, partOfFee } from '../../shared/reservation-fee.ts';
import { RESERVATION_TABLE } from '../../shared/reservation-states.ts';
import { formatTime } from '../../shared/words/quantities.ts';
import type { Input } from './inputs.ts';
import { counted, done, refused, type Result } from './order-result.ts';
import { may } from './permissions.ts';
import { carryOut, type Plan, planReservation } from './reservation-booking.ts';
import { cancelFleet, cancelReservation, cancelSeries, inWords, notNow } from './reservation-cancel.ts';
import { moveReservation, putReservation, tellOf } from './reservation-change.ts';
import { openWindow } from './reservation-due.ts';
import { bookerRefusal, hoursRefusal, placeRefusal, timeOf, timeRefusal } from './reservation-refusal.ts';
import { bookSeries } from './reservation-series.ts';
import { placesOf, whyNotFree } from './reservation-slots.ts';
import { nextId, type Step } from './step.ts';

type OrderOf<K extends OrderKind> = Extract<Order, { kind: K }>;
export type ReservationOrder = OrderOf<
  'book-reservation' | 'book-reservations' | 'change-reservation' | 'cancel-reservation' | 'cancel-reservation-series'
  | 'cancel-reservation-fleet' | 'check-in'
>;

export function reservationOrder(step: Step, order: ReservationOrder, { role }: Pick<OrderInput, 'role'>): Result {
  switch (order.kind) {
    case 'book-reservation': return bookReservation(step, order);
    case 'book-reservations': return bookTogether(step, order);
    case 'change-reservation': return changeReservation(step, order);
    case 'cancel-reservation': return cancelReservation(step, order, may(role, 'reservations.write'));
    case 'cancel-reservation-series': return cancelSeries(step, order);
    case 'cancel-reservation-fleet': return cancelFleet(step, order);
    case 'check-in': return checkIn(step, order);
    default: return assertNever(order, 'order about a reservation');
  }
}
type OrderInput = Extract<Input, { kind: 'order' }>;

function bookReservation(step: Step, order: OrderOf<'book-reservation'>): Result {
  const { repeat } = order;
  if (repeat !== null) return bookSeries(step, { ...order, repeat });
  const plan = planReservation(step, order);
  if (typeof plan === 'string') return refused(plan);
  const booked = carryOut(step, plan);
  return done(`${inWords(booked)} is booked${heldText(booked)}`, [{ what: booked.reservationId, outcome: 'booked' }]);
}

/** All of them or none; when some cannot be had, each of those has a line that says why. */
function bookTogether(step: Step, { wishes }: OrderOf<'book-reservations'>): Result {
  const plans: Plan[] = [];
  const lines: Result['lines'][number][] = [];
  wishes.forEach((wish, i) => {
    const plan = planReservation(step, wish, plans);
    if (typeof plan === 'string') lines.push({ what: `${i + 1}, ${wish.userId}`, outcome: plan });
    else plans.push(plan);
  });
  if (lines.length > 0) return refused(`${lines.length} of ${wishes.length} cannot be had: nothing is booked`, lines);
  const fleetId = reservationId(nextId(step));
  const booked = plans.map((plan) => carryOut(step, plan, { fleetId }));
  return done(`${counted(booked.length, 'reservation')} booked; the fleet booking is ${fleetId}`, booked.map((row) => ({
    what: row.reservationId, outcome: `${row.userId} at ${row.pointId}/${row.connectorNo}`,
  })));
}

function changeReservation(step: Step, order: OrderOf<'change-reservation'>): Result {
  const { state, now } = step;
  const row = state.reservations.get(order.reservationId);
  if (row === undefined) return refused(`no such reservation: ${order.reservationId}`);
  if (!RESERVATION_TABLE[row.state].mayChange) return refused(notNow(row, 'changed'));
  const fit = { connectorType: null, minPowerW: null };
  const time = timeOf(order, now);
  const target = order.place ?? { kind: 'point' as const, pointId: row.pointId, connectorNo: row.connectorNo };
  const why = timeRefusal(order, now) ?? placeRefusal(state, { place: target, fit })
    ?? bookerRefusal(state, row.userId, fit, time, { except: row.reservationId });
  if (why !== null) return refused(why);
  const late = lateChange(row, now);
  if (late !== null) return refused(late);
  const reasons = placesOf(state, target, fit).map((place) => ({
    place, why: hoursRefusal(state, row.userId, place.siteId, time.beginsAtMs)
      ?? whyNotFree(state, place, time, now, row.reservationId),
  }));
  const free = reasons.find((each) => each.why === null)?.place;
  if (free === undefined) return refused(reasons[0]?.why ?? 'nothing there fits');
  const { siteId, pointId, connectorNo } = free;
  const { reminderMs, marginMs } = row.terms;
  const changed = putReservation(step, {
    ...row, ...time, siteId, pointId, connectorNo, timeZone: state.sites.must(siteId).timeZone,
    reminded: reminderMs === 0 || time.beginsAtMs - reminderMs <= now,
  });
  tellOf(step, changed, 'changed', 'reservation-changed');
  if (now >= time.beginsAtMs - marginMs) openWindow(step, changed);
  return done(`${inWords(state.reservations.must(row.reservationId))} is what it is now`);
}

/** Who could not cancel without paying cannot put it off for nothing, either. */
function lateChange(row: Reservation, now: number): string | null {
  const percent = cancelPercent(row.terms, row.beginsAtMs - now);
  return partOfFee(row.feeMinor, percent) === 0 ? null
    : `it begins too soon to be changed: to cancel it takes ${percent} % of `
      + formatMoney(row.feeMinor, row.currency);
}

function checkIn(step: Step, order: OrderOf<'check-in'>): Result {
  const { state, now } = step;
  const row = state.reservations.get(order.reservationId);
  if (row === undefined) return refused(`no such reservation: ${order.reservationId}`);
  if (row.state === 'checked-in') return done(`${inWords(row)} is checked in`);
  if (row.state === 'booked') {
    const opensAt = formatTime(row.beginsAtMs - row.terms.marginMs, row.timeZone);
    // Its moment may have come in this very second.
    if (now < row.beginsAtMs - row.terms.marginMs) return refused(`check in from ${opensAt} on`);
    openWindow(step, row);
  }
  const open = state.reservations.must(row.reservationId);
  if (!RESERVATION_TABLE[open.state].mayCheckIn) return refused(notNow(open, 'checked in'));
  const there = moveReservation(step, open, 'checked-in');
  tellOf(step, there, 'checked-in');
  return done(`${inWords(there)} is checked in: ask for the charge at ${there.pointId}`);
}

function heldText({ holdMinor, currency }: Reservation): string {
  return holdMinor === 0 ? '' : `; ${formatMoney(holdMinor, currency)} are held`;
}
