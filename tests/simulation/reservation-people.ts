// Drivers who reserve connectors, check in, change their minds or do not come, over their own links; and an operator
// who cancels for nothing. Whatever dies meanwhile, nobody's slot is given twice, each that nobody came for is billed
// once, and no hold outlives its reservation.
import { isReservationOver } from '../../shared/reservation-states.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { Order } from '../../shared/messages/orders.ts';
import type { Reservation } from '../../shared/messages/reservation.ts';
import { createChance, type Chance } from './chance.ts';
import type { DriverPlace } from './processes.ts';
import type { Town } from './town.ts';
import { START_MS } from './world.ts';

const MINUTE_MS = 60_000;

export class Bookers {
  readonly counts = { reserved: 0, reservationOrders: 0, fulfilled: 0, noShows: 0, lateCancellations: 0 };
  readonly #town: Town;
  readonly #chance: Chance;
  #isCalm = false;

  constructor(town: Town) {
    this.#town = town;
    this.#chance = createChance(town.seed + 47_000_021);
    this.#goesOn();
  }

  /** Nobody reserves anything new; what is open is used, or an operator cancels it. */
  comeToAnEnd(): void {
    this.#isCalm = true;
    this.#clears();
  }

  /** What is still to come; null: nothing. */
  unsettled(): string | null {
    const open = this.#all().find((row) => !isReservationOver(row.state));
    return open === undefined ? null : `reservation ${open.reservationId} is ${open.state}`;
  }

  /** What was taken stands on one ticket, and nothing else does. */
  check(): void {
    const { world, history } = this.#town;
    for (const { reservationId, state, takenMinor, holdMinor, ticketId, sessionId } of this.#all()) {
      const tickets = history.tickets.get(reservationId) ?? [];
      const billedMinor = tickets.reduce((sum, { totalMinor }) => sum + totalMinor, 0);
      if (tickets.length !== (takenMinor > 0 ? 1 : 0) || billedMinor !== takenMinor) {
        world.fail(`${reservationId} took ${takenMinor}, ${tickets.length} tickets say ${billedMinor}`);
      }
      if (holdMinor !== 0) world.fail(`${reservationId} is ${state} and still holds ${holdMinor}`);
      if ((ticketId === null) !== (takenMinor === 0)) {
        world.fail(`${reservationId} has the ticket ${ticketId ?? 'none'}`);
      }
      if (state === 'no-show' && takenMinor === 0) world.fail(`nobody came for ${reservationId}, and nobody pays`);
      if (state === 'fulfilled' && sessionId === null) world.fail(`${reservationId} is fulfilled by no charge`);
      if (state === 'no-show') this.counts.noShows += 1;
      if (state === 'fulfilled') this.counts.fulfilled += 1;
      if (state === 'cancelled' && takenMinor > 0) this.counts.lateCancellations += 1;
    }
    this.counts.reserved = this.#all().length;
  }

  #all(): Reservation[] {
    return [...this.#town.central.running?.state.reservations.values() ?? []];
  }

  #goesOn(): void {
    const isDay = this.#town.kind === 'day';
    const pauseMs = isDay ? this.#chance.between(300_000, 3_600_000) : this.#chance.between(2_000, 20_000);
    this.#town.world.after(pauseMs, () => {
      if (this.#isCalm) return;
      this.#goesOn();
      const driver = this.#chance.of(this.#town.drivers);
      const order = this.#wish(driver);
      if (order !== null) this.#give(driver, order);
    });
  }

  /** Over her own link, as her client does it; now and then the same order again, as after a lost answer. */
  #give({ running: client, life }: DriverPlace, order: Order): void {
    if (client === null || life === null || client.state.login.state !== 'in') return;
    this.counts.reservationOrders += 1;
    const { kind, ...fields } = order;
    this.#town.world.note('driver', kind, fields);
    const id = client.order(order);
    if (this.#chance.is(0.2)) client.order(order, id);
  }

  #wish({ driverId }: DriverPlace): Order | null {
    const hers = this.#all().filter((row) => row.userId === driverId && !isReservationOver(row.state));
    const row = hers.length === 0 ? undefined : this.#chance.of(hers);
    if (row === undefined || this.#chance.is(0.4)) return this.#booking(driverId);
    const { reservationId } = row;
    if (this.#chance.is(0.5)) return { kind: 'check-in', reservationId };
    if (this.#chance.is(0.6)) return { kind: 'cancel-reservation', reservationId, free: false, note: '' };
    const beginsAtMs = this.#nowMs() + this.#chance.whole(0, 4) * MINUTE_MS;
    return {
      kind: 'change-reservation', reservationId, place: null, beginsAtMs,
      endsAtMs: beginsAtMs + LIMITS.reservationShortestMs,
    };
  }

  /** Messages bear whole milliseconds; what begins now was typed some moments ago. */
  #nowMs(): number {
    return START_MS + Math.floor(this.#town.world.nowMs);
  }

  #booking(userId: Reservation['userId']): Order {
    const { points, sites } = this.#town;
    // A slot that begins soon, or days later: those show that what is far ahead is in nobody's way.
    const inMs = this.#chance.is(0.8) ? this.#chance.whole(0, 180_000) : this.#chance.whole(1, 20) * 86_400_000;
    const beginsAtMs = this.#nowMs() + inMs;
    return {
      kind: 'book-reservation', userId, beginsAtMs, endsAtMs: beginsAtMs + LIMITS.reservationShortestMs,
      fit: { connectorType: null, minPowerW: null },
      place: this.#chance.is(0.5) ? { kind: 'site', siteId: this.#chance.of(sites) }
        : { kind: 'point', pointId: this.#chance.of(points).pointId, connectorNo: null },
      repeat: this.#chance.is(0.1) ? { every: this.#chance.of(['daily', 'weekly', 'monthly']), times: 3 } : null,
    };
  }

  /** An operator cancels what is open, until nothing is. */
  #clears(): void {
    const { central, world } = this.#town;
    world.after(this.#chance.between(20_000, 60_000), () => {
      this.#clears();
      const { running } = central;
      if (running === null) return;
      for (const { seriesId } of running.state.reservationSeries.values()) {
        void running.order({ kind: 'cancel-reservation-series', seriesId, note: '' }, 'olga');
      }
      for (const { reservationId, state, sessionId } of this.#all()) {
        if (isReservationOver(state) || sessionId !== null || this.#chance.is(0.5)) continue;
        void running.order({ kind: 'cancel-reservation', reservationId, free: true, note: '' }, 'olga');
      }
    });
  }
}
