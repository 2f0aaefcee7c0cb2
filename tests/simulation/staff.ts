// Who runs the network: an operator and an administrator with all the orders there are, and somebody at the monitors.
import { sampleIssuer } from '../../ev-central/core/issuer-for-tests.ts';
import { isOver as isSessionOver } from '../../ev-central/core/session-index.ts';
import type { Order } from '../../shared/messages/orders.ts';
import type { Ticket } from '../../shared/messages/values.ts';
import { monthOf } from '../../shared/zone.ts';
import { wronglyShown } from './last-checks.ts';
import { moneyOrder, refundOrder } from './money-people.ts';
import { priceOrder } from './price-people.ts';
import { spotsOf } from './spots.ts';
import { dayTariff, putBilling, putPoint, putSite, putUser, type Town } from './town.ts';

const COMPLAINTS = 3;

export class Staff {
  readonly #town: Town;
  readonly #counts: { orders: number };
  #complaints = 0;

  constructor(town: Town, counts: { orders: number }) {
    this.#town = town;
    this.#counts = counts;
  }

  acts(): void {
    // On a day what was put out of order is mended in between; in a rush only at the end.
    if (this.#town.kind === 'day' && this.#town.world.chance.is(0.5)) return this.bringInOrder();
    const order = this.#someOrder();
    if (order !== null) this.order(order);
  }

  /** Gives an order at Central's own screen, if there is one to give it at. */
  order(order: Order): void {
    const { central, world } = this.#town;
    if (central.running === null) return;
    this.#counts.orders += 1;
    const { kind, ...fields } = order;
    world.note('operator', kind, fields);
    void central.running.order(order, 'olga').then(({ text }) => world.note('operator', 'answer', { kind, text }));
  }

  #someOrder(): Order | null {
    return this.#town.world.chance.is(0.65) ? this.#operatorsOrder() : this.#adminsOrder();
  }

  #operatorsOrder(): Order | null {
    const { world: { chance }, points, drivers, central } = this.#town;
    const { pointId } = chance.of(points);
    const open = [...central.running?.state.sessions.values() ?? []].filter((session) => !isSessionOver(session));
    const session = open.length === 0 ? null : chance.of(open).sessionId;
    switch (chance.whole(0, 9)) {
      case 0: case 1: {
        const operative = chance.is(0.7);
        return { kind: 'set-operative', scope: { kind: 'points', pointIds: [pointId] }, operative, note: '' };
      }
      case 2: return session === null ? null : { kind: 'end-session', sessionId: session, note: '' };
      case 3: return session === null ? null : { kind: 'close-session', sessionId: session, note: '' };
      case 4: return session === null ? null : { kind: 'leave-queue', sessionId: session, note: '' };
      case 5: return { kind: 'reset-point', pointId, how: chance.is(0.5) ? 'soft' : 'hard' };
      case 6: return { kind: 'revoke-point-key', pointId, note: '' };
      case 7: return { kind: 'unlock-connector', pointId, connectorNo: 1 };
      case 8: return { kind: 'revoke-user-keys', userId: chance.of(drivers).driverId, note: '' };
      default: {
        const limitW = chance.is(0.5) ? null : chance.whole(0, 7) * 1_000;
        return { kind: 'set-power-limit', pointId, connectorNo: null, limitW };
      }
    }
  }

  /** The registry changes while it is in use. */
  #adminsOrder(): Order {
    const { world: { chance }, points, sites, drivers } = this.#town;
    const point = chance.of(points);
    const { driverId } = chance.of(drivers);
    switch (chance.whole(0, 15)) {
      case 0: case 11:
        return priceOrder(chance, {
          sites, points: points.map(({ pointId }) => pointId), drivers: drivers.map((each) => each.driverId),
        }) ?? dayTariff(chance.whole(1, 9) / 10);
      case 2: return putSite(chance.of(sites), chance.is(0.7));
      case 3: return putPoint({ ...point, siteId: chance.of(sites) }, { withSecret: chance.is(0.3) });
      case 1: {
        const connectors = point.connectors.slice(0, chance.whole(1, point.connectors.length));
        return putPoint({ ...point, connectors }, { withSecret: chance.is(0.3) });
      }
      case 8: return { kind: 'remove-point', pointId: point.pointId };
      case 9: return putPoint(point, { withSecret: true });
      case 4: return { kind: 'revoke-point', pointId: point.pointId, note: '' };
      case 5: return { kind: 'unbar-point', pointId: point.pointId, note: '' };
      case 6: case 7: {
        const user = putUser(driverId, chance.of(['normal', 'priority']), chance.whole(1, 2), chance.is(0.7));
        return { ...user, passwordHash: null, pinHash: null };
      }
      case 10: return putBilling(driverId, chance.of([null, 'per-session', 'monthly']));
      default: {
        const month = monthOf(sampleIssuer().timeZone, this.#town.world.nowMs);
        const who = drivers.map((each) => each.driverId);
        return moneyOrder(chance, { drivers: who, sites, tickets: this.#tickets(), month });
      }
    }
  }

  /** When all have their tickets, some complain. */
  hearsComplaint(): void {
    const { world: { chance } } = this.#town;
    const order = this.#complaints < COMPLAINTS ? refundOrder(chance, this.#tickets()) : null;
    if (order === null) return;
    this.#complaints += 1;
    this.order(order);
  }

  #tickets(): Ticket[] {
    return [...this.#town.history.tickets.values()].flat();
  }

  /** Everything that people can mend is mended: faults cleared, limits lifted, points put into service. */
  bringInOrder(): void {
    for (const { station, hosted, connector: { connectorNo, limitW } } of spotsOf(this.#town)) {
      for (const fault of [...hosted.point.kept.faults]) station.take(hosted, { ...fault, kind: 'clear' });
      const { pointId } = hosted;
      if (limitW !== null) this.order({ kind: 'set-power-limit', pointId, connectorNo, limitW: null });
    }
    const state = this.#town.central.running?.state;
    if (state === undefined) return;
    for (const point of state.pointStates.values()) {
      const { pointId } = point;
      if (!point.operative.on) {
        const scope = { kind: 'points' as const, pointIds: [pointId] };
        this.order({ kind: 'set-operative', scope, operative: true, note: '' });
      }
      if (point.barred !== null) this.order({ kind: 'unbar-point', pointId, note: '' });
    }
    for (const point of this.#town.points) {
      const registered = state.points.get(point.pointId);
      const isWhole = registered?.connectors.length === point.connectors.length && registered.secretSha256 !== null;
      if (!isWhole) this.order(putPoint(point, { withSecret: true }));
    }
    for (const { userId, active } of state.users.values()) {
      if (!active) this.order({ ...putUser(userId, 'normal', 1, true), passwordHash: null, pinHash: null });
    }
    for (const { who } of state.lockouts.values()) this.order({ kind: 'release-lockout', who });
  }

  /** What became of records that could not be handled is for people: the point tells anew how it is, charges close. */
  afterPoison(): void {
    const { central, poison } = this.#town;
    if (poison.lostFacts.length === 0) return;
    const pointId = wronglyShown(this.#town);
    if (pointId !== null) this.order({ kind: 'reset-point', pointId, how: 'hard' });
    const underWay = new Set([...spotsOf(this.#town)].map(({ connector }) => connector.session?.sessionId));
    for (const { sessionId, provisional, flags } of central.running?.state.sessions.values() ?? []) {
      if (!provisional || !flags.includes('report-missing') || underWay.has(sessionId)) continue;
      this.order({ kind: 'close-session', sessionId, note: '' });
    }
  }

  /** Somebody uses the menu of each monitor that asks for it; at the end always. */
  atTheMonitors(isCalm: boolean): void {
    const { monitors, world: { chance } } = this.#town;
    for (const { running: fleet } of monitors) {
      for (const point of fleet?.view().points ?? []) {
        const isNeeded = point.authentication.needsHand || point.central.state === 'refused';
        if (fleet === null || !isNeeded || !chance.is(isCalm ? 1 : 0.3)) continue;
        const { text } = fleet.authenticate(point.pointId);
        this.#town.world.note('technician', 'authenticate', { pointId: point.pointId, text });
      }
    }
  }
}
