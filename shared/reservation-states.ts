// What a reservation's state allows: the one table that the core uses to refuse, the screens to disable, the tests to
// enumerate.
import type { Reservation, ReservationState } from './messages/reservation.ts';

type Allowed = {
  readonly next: readonly ReservationState[];
  /** Nobody else can have its connector for its slot. */
  readonly keepsSlot: boolean;
  readonly mayChange: boolean; readonly mayCancel: boolean; readonly mayCheckIn: boolean;
};

const OVER = { next: [], keepsSlot: false, mayChange: false, mayCancel: false, mayCheckIn: false } as const;

export const RESERVATION_TABLE = {
  booked: {
    next: ['active', 'cancelled', 'expired'], keepsSlot: true, mayChange: true, mayCancel: true, mayCheckIn: false,
  },
  active: {
    next: ['checked-in', 'no-show', 'cancelled', 'expired'], keepsSlot: true, mayChange: false, mayCancel: true,
    mayCheckIn: true,
  },
  'checked-in': {
    next: ['fulfilled', 'expired', 'cancelled'], keepsSlot: true, mayChange: false, mayCancel: true, mayCheckIn: false,
  },
  fulfilled: OVER, cancelled: OVER, 'no-show': OVER, expired: OVER,
} as const satisfies Record<ReservationState, Allowed>;

export function isReservationOver(state: ReservationState): boolean {
  return !RESERVATION_TABLE[state].keepsSlot;
}

export function mayBecome(from: ReservationState, to: ReservationState): boolean {
  const next: readonly ReservationState[] = RESERVATION_TABLE[from].next;
  return next.includes(to);
}

/** Who has not come by then has not come. A window that was opened late gives the whole grace all the same. */
export function checkInBy(
  { state, stateSinceMs, beginsAtMs, endsAtMs, terms }:
    Pick<Reservation, 'state' | 'stateSinceMs' | 'beginsAtMs' | 'endsAtMs' | 'terms'>,
): number {
  return Math.min(endsAtMs, Math.max(beginsAtMs, state === 'active' ? stateSinceMs : 0) + terms.graceMs);
}
