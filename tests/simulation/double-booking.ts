// Is a connector reserved twice? Looked for in the rows alone, without the index that should prevent it.
import { isReservationOver } from '../../shared/reservation-states.ts';
import type { State } from '../../ev-central/core/state.ts';

/** Two reservations that keep a connector at the same time, looked for in the rows alone; null: there are none. */
export function doubleBooking({ reservations }: Pick<State, 'reservations'>): string | null {
  const open = [...reservations.values()].filter(({ state }) => !isReservationOver(state));
  for (const [i, a] of open.entries()) {
    const b = open.slice(i + 1).find((other) => other.pointId === a.pointId && other.connectorNo === a.connectorNo
      && other.beginsAtMs < a.endsAtMs && a.beginsAtMs < other.endsAtMs);
    if (b !== undefined) return `${a.reservationId} and ${b.reservationId} are both at ${a.pointId}/${a.connectorNo}`;
  }
  return null;
}
