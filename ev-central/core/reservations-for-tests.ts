// Test support: reservations in the small network in memory, and what was said of them.
import { expect } from 'vitest';
import { reservationId, type UserId } from '../../shared/ids.ts';
import type { NetworkEvent } from '../../shared/messages/network-event.ts';
import type { Reservation, ReservedPlace } from '../../shared/messages/reservation.ts';
import { ANA, Network, OTHER_POINT, POINT } from './core-harness.ts';
import { derive } from './handle.ts';
import { emptyTables, type Tables } from './state.ts';
import type { Table } from './table.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const NO_FIT = { connectorType: null, minPowerW: null };

export function connected(): Network {
  const network = new Network();
  network.connect(POINT);
  network.connect(OTHER_POINT);
  return network;
}

export type Booking = { user?: UserId; inMs: number; forMs?: number; place?: ReservedPlace };
export const FIRST = { kind: 'point', pointId: POINT, connectorNo: 1 } as const;

export function tryBooking(
  network: Network, { user = ANA, inMs, forMs = HOUR, place = FIRST }: Booking,
) {
  const beginsAtMs = network.now + inMs;
  return network.order({
    kind: 'book-reservation', userId: user, place, fit: NO_FIT, beginsAtMs, endsAtMs: beginsAtMs + forMs, repeat: null,
  });
}

export function booked(network: Network, booking: Booking): Reservation {
  const { outcome, text, lines } = tryBooking(network, booking);
  expect([outcome, text]).toEqual(['done', expect.stringContaining('is booked')]);
  return network.state.reservations.must(reservationId(lines[0]?.what ?? ''));
}

export const nowOf = (network: Network, { reservationId: id }: Reservation): Reservation =>
  network.state.reservations.must(id);
export const wallet = (network: Network, user: UserId = ANA): number[] => {
  const { balanceMinor, heldMinor } = network.state.users.must(user);
  return [balanceMinor, heldMinor];
};
export const newsOf = (network: Network, user: UserId = ANA): string[] =>
  network.notices.flatMap((n) => (n.type === 'reservation' && n.driverId === user ? [n.news] : []));
export const eventsOf = (network: Network, kind: NetworkEvent['kind']): NetworkEvent[] =>
  network.appended.flatMap((each) => (each.table === 'events' && each.row.kind === kind ? [each.row] : []));
/** In steps of a minute, as a ticking clock goes. */
export function pass(network: Network, ms: number): void {
  for (let left = ms; left > 0; left -= MINUTE) network.later(Math.min(left, MINUTE));
}

/** Another Central begins so much later with the rows of the first; its point connects again. */
export function restarted(network: Network, laterMs: number): Network {
  const again = new Network();
  again.now = network.now + laterMs;
  for (const name of Object.keys(emptyTables()) as (keyof Tables)[]) {
    const table = again.state[name] as unknown as Table<string, unknown>;
    for (const row of (network.state[name] as unknown as Table<string, unknown>).values()) table.put(row);
  }
  derive(again.state, again.now);
  return again;
}
