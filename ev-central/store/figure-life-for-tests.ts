// Test support: a random life of the core's small network, written to a store as Central writes it, for the property
// that what was added up is what a fresh count comes to.
import fc from 'fast-check';
import type { Append } from '../core/effects.ts';
import { ANA, BEN, CAT, Network, OTHER_POINT, POINT } from '../core/core-harness.ts';
import { tryBooking } from '../core/reservations-for-tests.ts';
import type { Session } from '../core/rows.ts';
import { isOver } from '../core/session-index.ts';
import { groupId, planId, tariffId } from '../../shared/ids.ts';
import { currency } from '../../shared/money.ts';
import type { Store } from './store.ts';

const DRIVERS = [ANA, BEN, CAT];
const POINTS = [POINT, OTHER_POINT];
const GOLD = planId('gold');
const MONTH_MS = 31 * 86_400_000;
export const FLEET = groupId('fleet');

export type Act = {
  readonly do: 'charge' | 'meter' | 'stand' | 'end' | 'late' | 'cancel' | 'wait' | 'refund' | 'break' | 'mend' | 'away'
    | 'back' | 'stop' | 'resume' | 'plan' | 'month' | 'reserve';
  readonly driver: number; readonly point: number; readonly energyWh: number; readonly minutes: number;
};
export const actArbitrary: fc.Arbitrary<Act> = fc.record({
  do: fc.constantFrom('charge', 'charge', 'meter', 'meter', 'stand', 'end', 'end', 'late', 'cancel', 'wait', 'refund',
    'break', 'mend', 'away', 'back', 'stop', 'resume', 'plan', 'plan', 'month', 'reserve'),
  driver: fc.integer({ min: 0, max: 2 }), point: fc.integer({ min: 0, max: 1 }),
  energyWh: fc.integer({ min: 0, max: 20_000 }), minutes: fc.integer({ min: 0, max: 600 }),
});

export class FigureLife {
  readonly network = new Network();
  /** All that was ever appended, for a count of one's own. */
  readonly appended: Append[] = [];
  readonly #store: Store;
  readonly #meters = [1_000, 1_000];
  #samples = 0;

  constructor(store: Store) {
    this.#store = store;
    for (const point of POINTS) this.network.connect(point);
    this.network.order({ kind: 'put-group', group: {
      groupId: FLEET, name: '', kind: 'fleet', currency: currency('EUR'), active: true, siteIds: null, hours: null,
      timeZone: 'UTC', limits: { perSessionMinor: null, perMonthMinor: null },
      members: [{ userId: BEN, role: 'member', paid: true, limits: null }],
    } });
    // With VAT, so that revenue is less than what was paid.
    this.network.order({ kind: 'put-tariff', tariff: { id: tariffId('day'), currency: currency('EUR'), elements: [
      { price_components: [
        { type: 'ENERGY', price: 0.4, vat: 21, step_size: 1 },
        { type: 'PARKING_TIME', price: 0.6, vat: 10, step_size: 1 },
      ] },
    ] } });
    this.network.order({ kind: 'put-plan', plan: {
      planId: GOLD, name: 'Gold', currency: currency('EUR'), monthlyFeeMinor: 990, vatPercent: '21', siteIds: null,
      discount: { energyPercent: '15', timePercent: '0', flatPercent: '0', perKwh: '0' }, validFromMs: null,
      validToMs: null,
    } });
    this.network.order({ kind: 'book-group', groupId: FLEET, amountMinor: 100_000, reason: 'start' });
    this.commit();
  }

  take(act: Act): void {
    const { network } = this;
    network.later(act.minutes * 60_000);
    const point = POINTS[act.point] ?? POINT;
    const running = this.#at(act.point);
    switch (act.do) {
      case 'charge': this.#charge(act); break;
      case 'meter': case 'stand': this.#meter(running, act); break;
      case 'end': this.#end(running, act); break;
      case 'late': this.#late(running, act); break;
      case 'cancel': if (running !== undefined) network.stop(running.driverId, running.sessionId); break;
      case 'wait': break;
      case 'refund': this.#refund(act); break;
      case 'break': if (network.state.monitorLinks.has(point)) network.health('ko', point); break;
      case 'mend': if (network.state.monitorLinks.has(point)) network.health('ok', point); break;
      case 'away': this.#away(point); break;
      case 'back': network.connect(point); break;
      case 'plan': this.#plan(act); break;
      case 'month': network.later(MONTH_MS); break;
      case 'reserve': this.#reserve(act); break;
      default: network.order({
        kind: 'set-operative', scope: { kind: 'points', pointIds: [point] }, operative: act.do === 'resume', note: '',
      });
    }
    this.commit();
  }

  commit(): void {
    const appends = this.network.appended.splice(0);
    this.appended.push(...appends);
    this.#store.commit({
      tables: this.network.state, appends, sends: [], offsets: [], outboxDone: [], now: this.network.now,
    });
  }

  #at(point: number): Session | undefined {
    return [...this.network.state.sessions.values()]
      .find((session) => session.pointId === POINTS[point] && session.usage !== null && !isOver(session));
  }

  #charge({ driver, point }: Act): void {
    const { network } = this;
    const at = POINTS[point] ?? POINT;
    const id = network.charge(DRIVERS[driver] ?? ANA, { target: { kind: 'point', pointId: at, connectorNo: null } });
    const session = [...network.state.sessions.values()].find((each) => each.requestId === id);
    if (session?.state !== 'requested') return;
    network.authorize(at);
    network.fact('plugged', { connectorNo: 1, vehicle: null }, at);
    network.fact('session-started', {
      sessionId: session.sessionId, connectorNo: 1, meterStartWh: this.#meters[point] ?? 0, socPercent: 40,
    }, at);
  }

  #meter(running: Session | undefined, act: Act): void {
    if (running === undefined) return;
    const more = act.do === 'stand' ? 0 : act.energyWh;
    const registerWh = (this.#meters[act.point] ?? 0) + more;
    this.#meters[act.point] = registerWh;
    this.network.sample(running, (this.#samples += 1), registerWh, more === 0 ? 'suspended-ev' : 'charging');
  }

  #end(running: Session | undefined, { point, energyWh }: Act): void {
    if (running === undefined) return;
    const registerWh = (this.#meters[point] ?? 0) + energyWh;
    this.#meters[point] = registerWh;
    this.network.end(running, registerWh);
    this.network.later(energyWh * 100);
    this.network.fact('unplugged', { connectorNo: 1 }, POINTS[point]);
  }

  /** A report of a charge that is over already, with more on the register. */
  #late(running: Session | undefined, { point, energyWh }: Act): void {
    const over = [...this.network.state.sessions.values()]
      .findLast((each) => each.settled && each.ticketId !== null && each.pointId === POINTS[point]);
    if (over === undefined || running !== undefined) return;
    this.network.end(over, (over.meterStopWh ?? 0) + energyWh);
    this.#meters[point] = Math.max(this.#meters[point] ?? 0, (over.meterStopWh ?? 0) + energyWh);
  }

  #away(point: typeof POINT): void {
    const link = this.network.state.monitorLinks.get(point);
    if (link !== undefined) this.network.feed({ kind: 'link-closed', connectionId: link.connectionId, reason: 'test' });
  }

  #refund({ energyWh }: Act): void {
    const tickets = this.appended.flatMap((append) => (append.table === 'tickets' ? [append.row] : []));
    const ticket = tickets[energyWh % Math.max(1, tickets.length)];
    if (ticket === undefined) return;
    const amountMinor = 1 + energyWh % 300;
    this.network.order({ kind: 'refund-ticket', ticketId: ticket.ticketId, amountMinor, reason: 'test' });
  }

  /** She subscribes, or cancels. */
  #plan({ driver }: Act): void {
    const userId = DRIVERS[driver] ?? ANA;
    const has = this.network.state.subscriptions.get(userId)?.state === 'active';
    this.network.order(has ? { kind: 'unsubscribe', userId } : { kind: 'subscribe', userId, planId: GOLD });
  }

  /** Nobody comes unless a charge follows: her fee is taken when she is late. */
  #reserve({ driver, point }: Act): void {
    tryBooking(this.network, {
      user: DRIVERS[driver] ?? ANA, inMs: 0, place: { kind: 'point', pointId: POINTS[point] ?? POINT, connectorNo: 1 },
    });
  }
}
