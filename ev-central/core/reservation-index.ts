// Which slots of each connector are kept, in the order of their time; which reservations a driver has, and which charge
// uses one. Kept by `putReservation` and rebuilt at start; never stored. Slots of a connector never overlap, so they
// are ordered by their ends as well, and a look at one time costs a binary search.
import { invariant } from '../../shared/assert.ts';
import type { PointId, ReservationId, SessionId, UserId } from '../../shared/ids.ts';
import type { Reservation } from '../../shared/messages/reservation.ts';
import { isReservationOver } from '../../shared/reservation-states.ts';
import { type ConnectorKey, connectorKey } from './session-index.ts';

export type Slot = Pick<Reservation, 'reservationId' | 'userId' | 'beginsAtMs' | 'endsAtMs'> & {
  /** The connector is kept from so long before on. */
  readonly opensAtMs: number;
};

export class ReservationIndex {
  readonly #slots = new Map<ConnectorKey, Slot[]>();
  readonly #ofUser = new Map<UserId, Set<ReservationId>>();
  readonly #ofSession = new Map<SessionId, ReservationId>();

  /** The kept slots of a connector that end after a moment, in order. */
  *after(pointId: PointId, connectorNo: number, atMs: number): Generator<Slot> {
    const slots = this.#slots.get(connectorKey(pointId, connectorNo)) ?? [];
    for (let i = firstEndingAfter(slots, atMs); i < slots.length; i += 1) yield slots[i] as Slot;
  }

  /** The first kept slot of a connector that overlaps this time; `except`: not this one. */
  overlapping(
    { pointId, connectorNo, beginsAtMs, endsAtMs }:
      Pick<Reservation, 'pointId' | 'connectorNo' | 'beginsAtMs' | 'endsAtMs'>,
    except: ReservationId | null = null,
  ): Slot | undefined {
    for (const slot of this.after(pointId, connectorNo, beginsAtMs)) {
      if (slot.beginsAtMs >= endsAtMs) return undefined;
      if (slot.reservationId !== except) return slot;
    }
    return undefined;
  }

  /** Those of a driver that are not over. */
  ofUser(userId: UserId): ReadonlySet<ReservationId> {
    return this.#ofUser.get(userId) ?? EMPTY;
  }

  /** The one that this charge uses. */
  ofSession(sessionId: SessionId): ReservationId | undefined {
    return this.#ofSession.get(sessionId);
  }

  /** Takes a reservation's new row in; `before` is the row that it replaces. */
  update(before: Reservation | undefined, after: Reservation): void {
    if (before !== undefined && !isReservationOver(before.state)) this.#drop(before);
    if (!isReservationOver(after.state)) this.#add(after);
  }

  #add(row: Reservation): void {
    const { reservationId, userId, beginsAtMs, endsAtMs, pointId, connectorNo, sessionId, terms } = row;
    const key = connectorKey(pointId, connectorNo);
    const slots = this.#slots.get(key) ?? [];
    const at = firstEndingAfter(slots, beginsAtMs);
    const next = slots[at];
    invariant(next === undefined || next.beginsAtMs >= endsAtMs, `no two reservations of ${key} overlap`);
    slots.splice(at, 0, { reservationId, userId, beginsAtMs, endsAtMs, opensAtMs: beginsAtMs - terms.marginMs });
    this.#slots.set(key, slots);
    this.#ofUser.set(userId, (this.#ofUser.get(userId) ?? new Set()).add(reservationId));
    if (sessionId !== null) this.#ofSession.set(sessionId, reservationId);
  }

  #drop({ reservationId, userId, pointId, connectorNo, beginsAtMs, sessionId }: Reservation): void {
    const key = connectorKey(pointId, connectorNo);
    const slots = this.#slots.get(key) ?? [];
    const at = firstEndingAfter(slots, beginsAtMs);
    invariant(slots[at]?.reservationId === reservationId, `${reservationId} is among the slots of ${key}`);
    slots.splice(at, 1);
    if (slots.length === 0) this.#slots.delete(key);
    const hers = this.#ofUser.get(userId);
    hers?.delete(reservationId);
    if (hers?.size === 0) this.#ofUser.delete(userId);
    if (sessionId !== null) this.#ofSession.delete(sessionId);
  }
}

const EMPTY: ReadonlySet<ReservationId> = new Set();

/** The place of the first slot that ends after a moment: slots are in order, and do not overlap. */
function firstEndingAfter(slots: readonly Slot[], atMs: number): number {
  let [low, high] = [0, slots.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((slots[middle]?.endsAtMs ?? Infinity) > atMs) high = middle;
    else low = middle + 1;
  }
  return low;
}
