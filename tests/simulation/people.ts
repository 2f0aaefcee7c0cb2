// What people do: drivers who ask, wait, plug in late or never, stop, unplug and lose patience; an operator with all
// the orders there are; and somebody at the monitor's menu. They act on what they can see, as people do.
import type { Charge } from '../../ev-driver/charges.ts';
import { isOver } from '../../ev-driver/charges.ts';
import { whyNotCancel, whyNotRequest, whyNotStop } from '../../ev-driver/requests.ts';
import { phaseOf } from '../../ev-cp-engine/permission.ts';
import type { ConnectorState } from '../../ev-cp-engine/point-state.ts';
import type { Hosted, Station } from '../../ev-cp-engine/station.ts';
import { isOver as isSessionOver } from '../../ev-central/core/session-index.ts';
import type { PointId } from '../../shared/ids.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { type Goal, NO_GOAL, type Target } from '../../shared/messages/values.ts';
import type { Town } from './town.ts';
import { type DriverPlace, pinOf } from './processes.ts';

type Spot = { readonly station: Station; readonly hosted: Hosted; readonly connector: ConnectorState };

export class People {
  /** Nobody asks for anything new: what is under way is brought to its end. */
  isCalm = false;
  readonly counts = { asked: 0, askedHere: 0, plugged: 0, unplugged: 0, stopped: 0, cancelled: 0, orders: 0 };
  readonly #town: Town;

  constructor(town: Town) {
    this.#town = town;
    const { world } = town;
    for (const driver of town.drivers) this.#again(() => this.#driverActs(driver), 300, 4_000);
    this.#again(() => this.#operatorActs(), 5_000, 25_000);
    this.#again(() => this.#atTheMonitors(), 2_000, 12_000);
    world.note('people', 'begin', { drivers: town.drivers.length });
  }

  #again(act: () => void, fromMs: number, toMs: number): void {
    const { world } = this.#town;
    world.after(world.chance.between(fromMs, toMs), () => {
      act();
      this.#again(act, fromMs, toMs);
    });
  }

  #driverActs(driver: DriverPlace): void {
    const { world: { chance } } = this.#town;
    const { life, running: client } = driver;
    const here = this.#carOf(driver.driverId);
    if (here !== null) this.#atHerCar(driver, here);
    if (client === null || life === null || life.frozenUntilMs > this.#town.world.nowMs) return;
    if (client.state.login.state === 'refused' && chance.is(0.3)) client.handle({ kind: 'log-in' });
    const open = [...client.state.charges.values()].filter((charge) => !isOver(charge));
    if (here === null && !this.isCalm && chance.is(0.02)) this.#plugsAnywhere(driver);
    const invited = open.find(({ state }) => state === 'authorized' || state === 'offered');
    if (invited !== undefined && here === null && chance.is(this.isCalm ? 1 : 0.6)) this.#plug(driver, invited);
    if (this.isCalm || whyNotRequest(client.state) !== null) return;
    if (open.length === 0 && chance.is(0.25)) {
      this.counts.asked += 1;
      client.ask({
        target: this.#target(), fit: { connectorType: null, minPowerW: null }, goal: this.#goal(),
        mayQueue: chance.is(0.8),
      });
    }
    for (const charge of open) this.#changesHerMind(driver, charge);
  }

  #changesHerMind({ running: client }: DriverPlace, { requestId }: Charge): void {
    const { world: { chance } } = this.#town;
    if (client === null) return;
    if (chance.is(0.03) && whyNotCancel(client.state, requestId) === null) {
      this.counts.cancelled += 1;
      client.cancel(requestId);
    } else if (chance.is(0.04) && whyNotStop(client.state, requestId) === null) {
      this.counts.stopped += 1;
      client.stop(requestId);
    }
  }

  #atHerCar({ driverId }: DriverPlace, { station, hosted, connector }: Spot): void {
    const { world: { chance } } = this.#town;
    const { connectorNo } = connector;
    const phase = phaseOf(connector);
    if (phase === 'charging' && !this.isCalm) {
      if (chance.is(0.02)) station.take(hosted, { kind: 'stop-button', connectorNo });
      else if (chance.is(0.02)) station.take(hosted, { kind: 'unplug', connectorNo });
      else if (chance.is(0.03)) station.take(hosted, { kind: 'pause', connectorNo, paused: chance.is(0.5) });
      return;
    }
    if (phase === 'charging' && connector.plug?.vehicle?.paused === true) {
      station.take(hosted, { kind: 'pause', connectorNo, paused: false });
    }
    const leaves = phase === 'finishing' ? 0.4 : phase === 'plugged' ? 0.12 : 0.03;
    if (phase === 'plugged' && !this.isCalm && chance.is(0.15)) {
      return this.#askHere(driverId, { station, hosted, connector });
    }
    if (phase === 'charging' || !chance.is(leaves)) return;
    const answer = station.take(hosted, { kind: 'unplug', connectorNo });
    if (answer?.ok === true) this.counts.unplugged += 1;
    this.#town.world.note(driverId, 'unplugs', { pointId: hosted.pointId, connectorNo, phase });
  }

  #plugsAnywhere(driver: DriverPlace): void {
    this.#plug(driver, { pointId: this.#town.world.chance.of(this.#town.points).pointId, connectorNo: 1 });
  }

  #plug({ driverId }: DriverPlace, { pointId, connectorNo }: Pick<Charge, 'pointId' | 'connectorNo'>): void {
    const { world: { chance } } = this.#town;
    const spot = this.#spot(pointId, connectorNo);
    if (spot === null) return;
    const vehicle = {
      name: driverId, batteryWh: chance.whole(8, 40) * 1_000, maxPowerW: 11_000, socPercent: chance.whole(10, 90),
    };
    const answer = spot.station.take(spot.hosted, { kind: 'plug', connectorNo: spot.connector.connectorNo, vehicle });
    if (answer?.ok === true) this.counts.plugged += 1;
    this.#town.world.note(driverId, 'plugs in', { pointId, connectorNo, answer: answer?.text });
  }

  /** She asks at the point itself, with her PIN; now and then it is the wrong one. */
  #askHere(driverId: string, { station, hosted, connector: { connectorNo } }: Spot): void {
    const pin = this.#town.world.chance.is(0.9) ? pinOf(driverId) : '0000';
    const answer = station.take(hosted, { kind: 'request', connectorNo, driverId, pin, goal: this.#goal() });
    if (answer?.ok === true) this.counts.askedHere += 1;
    this.#town.world.note(driverId, 'asks here', { pointId: hosted.pointId, connectorNo, answer: answer?.text });
  }

  #spot(pointId: PointId | null, connectorNo: number | null): Spot | null {
    for (const spot of this.#spots()) {
      if (spot.hosted.pointId === pointId && spot.connector.connectorNo === (connectorNo ?? 1)) return spot;
    }
    return null;
  }

  #carOf(driverId: string): Spot | null {
    for (const spot of this.#spots()) if (spot.connector.plug?.vehicle?.name === driverId) return spot;
    return null;
  }

  * #spots(): Generator<Spot> {
    for (const { running: station } of this.#town.engines) {
      if (station === null) continue;
      for (const hosted of station.points.values()) {
        for (const connector of hosted.point.kept.connectors) yield { station, hosted, connector };
      }
    }
  }

  #target(): Target {
    const { world: { chance }, points, sites } = this.#town;
    const roll = chance.next();
    if (roll < 0.6) return { kind: 'point', pointId: chance.of(points).pointId, connectorNo: null };
    if (roll < 0.9) return { kind: 'site', siteId: chance.of(sites) };
    return { kind: 'near', latitude: 38.34, longitude: -0.48, radiusM: 50_000 };
  }

  #goal(): Goal {
    const { chance } = this.#town.world;
    const roll = chance.next();
    if (roll < 0.5) return { ...NO_GOAL, energyWh: chance.whole(1, 8) * 1_000 };
    if (roll < 0.65) return { ...NO_GOAL, amountMinor: chance.whole(50, 600) };
    if (roll < 0.75) return { ...NO_GOAL, socPercent: 80 };
    return NO_GOAL;
  }

  #operatorActs(): void {
    if (this.isCalm) return this.#bringInOrder();
    const order = this.#someOrder();
    if (order !== null) this.order(order);
  }

  /** Gives an order at Central's own screen, if there is one to give it at. */
  order(order: Order): void {
    const { central, world } = this.#town;
    if (central.running === null) return;
    this.counts.orders += 1;
    const { kind, ...fields } = order;
    world.note('operator', kind, fields);
    void central.running.order(order, 'olga').then(({ text }) => world.note('operator', 'answer', { kind, text }));
  }

  #someOrder(): Order | null {
    const { world: { chance }, points, drivers, central } = this.#town;
    const { pointId } = chance.of(points);
    const open = [...central.running?.state.sessions.values() ?? []].filter((session) => !isSessionOver(session));
    const session = open.length === 0 ? null : chance.of(open).sessionId;
    switch (chance.whole(0, 11)) {
      case 0: case 1: {
        const operative = chance.is(0.7);
        return { kind: 'set-operative', scope: { kind: 'points', pointIds: [pointId] }, operative, note: '' };
      }
      case 2: return session === null ? null : { kind: 'end-session', sessionId: session, note: '' };
      case 3: return session === null ? null : { kind: 'close-session', sessionId: session, note: '' };
      case 4: return session === null ? null : { kind: 'leave-queue', sessionId: session, note: '' };
      case 5: return { kind: 'reset-point', pointId, how: chance.is(0.5) ? 'soft' : 'hard' };
      case 6: return { kind: 'revoke-point-key', pointId, note: '' };
      case 7: return { kind: 'unbar-point', pointId, note: '' };
      case 8: return { kind: 'unlock-connector', pointId, connectorNo: 1 };
      case 9: return { kind: 'revoke-user-keys', userId: chance.of(drivers).driverId, note: '' };
      case 10: {
        const limitW = chance.is(0.5) ? null : chance.whole(0, 7) * 1_000;
        return { kind: 'set-power-limit', pointId, connectorNo: null, limitW };
      }
      default:
        return {
          kind: 'book', userId: chance.of(drivers).driverId, amountMinor: chance.whole(-200, 3_000), reason: 'gift',
        };
    }
  }

  /** Everything that people can mend is mended: faults cleared, limits lifted, points put into service. */
  #bringInOrder(): void {
    for (const { station, hosted, connector: { connectorNo, limitW } } of this.#spots()) {
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
  }

  #atTheMonitors(): void {
    const { monitors, world: { chance } } = this.#town;
    for (const { running: fleet } of monitors) {
      for (const point of fleet?.view().points ?? []) {
        const isNeeded = point.authentication.needsHand || point.central.state === 'refused';
        if (fleet === null || !isNeeded || !chance.is(this.isCalm ? 1 : 0.3)) continue;
        const { text } = fleet.authenticate(point.pointId);
        this.#town.world.note('technician', 'authenticate', { pointId: point.pointId, text });
      }
    }
  }
}
