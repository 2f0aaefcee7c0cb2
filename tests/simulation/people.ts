// What drivers do: they log in, ask, wait, plug in late or never, stop, unplug, lose patience and log out. They act on
// what they can see, as people do. Who runs the network stands in staff.ts.
import type { Charge } from '../../ev-driver/charges.ts';
import { isOver } from '../../ev-driver/charges.ts';
import { whyNotCancel, whyNotRequest, whyNotStop } from '../../ev-driver/requests.ts';
import { phaseOf } from '../../ev-cp-engine/permission.ts';
import type { PointId } from '../../shared/ids.ts';
import { type Goal, NO_GOAL, type Target } from '../../shared/messages/values.ts';
import { type DriverPlace, pinOf } from './processes.ts';
import { Staff } from './staff.ts';
import { spotsOf, type Spot } from './spots.ts';
import type { Town } from './town.ts';
import { START_MS } from './world.ts';

/** How long between two things that people do. */
type Pace = { readonly [who in 'idle' | 'busy' | 'staff' | 'technician']: readonly [fromMs: number, toMs: number] };

const RUSH: Pace = { idle: [300, 4_000], busy: [300, 4_000], staff: [5_000, 25_000], technician: [2_000, 12_000] };
const DAY: Pace = {
  idle: [60_000, 900_000], busy: [2_000, 30_000], staff: [300_000, 1_800_000], technician: [20_000, 180_000],
};
/** Nobody drives a car then, in hours of UTC. */
const NIGHT = { from: 23, to: 5 };

export class People {
  /** Nobody asks for anything new: what is under way is brought to its end. */
  isCalm = false;
  readonly counts = {
    asked: 0, askedHere: 0, plugged: 0, unplugged: 0, stopped: 0, cancelled: 0, loggedOut: 0, orders: 0,
  };
  readonly #town: Town;
  readonly #staff: Staff;
  /** Of a hundred times that somebody in a hurry would change her mind at her car. */
  readonly #restless: number;

  constructor(town: Town) {
    this.#town = town;
    this.#restless = town.kind === 'day' ? 0.05 : 1;
    this.#staff = new Staff(town, this.counts);
    for (const driver of town.drivers) {
      this.#again(() => this.#driverActs(driver), (pace) => (this.#isBusy(driver) ? pace.busy : pace.idle));
    }
    this.#again(() => this.#staff.acts(), (pace) => pace.staff);
    this.#again(() => this.#staff.atTheMonitors(this.isCalm), (pace) => pace.technician);
    town.world.note('people', 'begin', { drivers: town.drivers.length });
  }

  /** Nobody asks for anything new; who is away comes back; the staff puts everything in order. */
  comeToAnEnd(): void {
    this.isCalm = true;
    const { drivers, world } = this.#town;
    for (const driver of drivers) {
      this.#again(() => this.#driverActs(driver), () => RUSH.busy);
      if (driver.life === null) world.after(world.chance.below(30_000), () => driver.start());
    }
    this.#again(() => this.#staff.bringInOrder(), () => RUSH.staff);
    this.#again(() => this.#staff.afterPoison(), () => RUSH.staff);
    this.#again(() => this.#staff.hearsComplaint(), () => RUSH.staff);
    this.#again(() => this.#staff.atTheMonitors(true), () => RUSH.technician);
  }

  /** Goes on doing something, at the town's pace; at the end it is everybody's haste, so what came before stops. */
  #again(act: () => void, paceOf: (pace: Pace) => readonly [number, number]): void {
    const { world, kind } = this.#town;
    const wasCalm = this.isCalm;
    const [fromMs, toMs] = paceOf(kind === 'day' ? DAY : RUSH);
    world.after(world.chance.between(fromMs, toMs), () => {
      if (this.isCalm !== wasCalm) return;
      act();
      this.#again(act, paceOf);
    });
  }

  #isBusy(driver: DriverPlace): boolean {
    const charges = driver.running?.state.charges.values() ?? [];
    return [...charges].some((charge) => !isOver(charge)) || this.#carOf(driver.driverId) !== null;
  }

  #driverActs(driver: DriverPlace): void {
    const { world: { chance } } = this.#town;
    const { life, running: client } = driver;
    const here = this.#carOf(driver.driverId);
    if (here !== null) this.#atHerCar(driver, here);
    if (life === null && !this.isCalm && this.#isAwake() && chance.is(0.3)) driver.start();
    if (client === null || life === null || life.frozenUntilMs > this.#town.world.nowMs) return;
    if (client.state.login.state === 'refused' && chance.is(0.3)) client.handle({ kind: 'log-in' });
    const open = [...client.state.charges.values()].filter((charge) => !isOver(charge));
    if (here === null && !this.isCalm && chance.is(0.02 * this.#restless)) this.#plugsAnywhere(driver);
    const invited = open.find(({ state }) => state === 'authorized' || state === 'offered');
    if (invited !== undefined && here === null && chance.is(this.isCalm ? 1 : 0.6)) this.#plug(driver, invited);
    if (this.isCalm) return;
    if (chance.is(this.#leaves(open.length))) return this.#logOut(driver);
    if (whyNotRequest(client.state) !== null) return;
    if (open.length === 0 && this.#isAwake() && chance.is(0.25)) {
      this.counts.asked += 1;
      client.ask({
        target: this.#target(), fit: { connectorType: null, minPowerW: null }, goal: this.#goal(),
        mayQueue: chance.is(0.8),
      });
    }
    for (const charge of open) this.#changesHerMind(driver, charge);
  }

  /** Who has nothing under way closes her client; some do so in the middle of a charge. */
  #leaves(open: number): number {
    if (this.#town.kind === 'rush') return 0.005;
    return open === 0 ? 0.4 : 0.01;
  }

  #logOut(driver: DriverPlace): void {
    const { world: { chance }, kind } = this.#town;
    this.counts.loggedOut += 1;
    driver.end(kind === 'rush' ? chance.below(30_000) : null);
  }

  #isAwake(): boolean {
    if (this.#town.kind === 'rush') return true;
    const hour = new Date(START_MS + this.#town.world.nowMs).getUTCHours();
    return hour < NIGHT.from && hour >= NIGHT.to;
  }

  #changesHerMind({ running: client }: DriverPlace, { requestId }: Charge): void {
    const { world: { chance } } = this.#town;
    if (client === null) return;
    if (chance.is(0.03 * this.#restless) && whyNotCancel(client.state, requestId) === null) {
      this.counts.cancelled += 1;
      client.cancel(requestId);
    } else if (chance.is(0.04 * this.#restless) && whyNotStop(client.state, requestId) === null) {
      this.counts.stopped += 1;
      client.stop(requestId);
    }
  }

  #atHerCar({ driverId }: DriverPlace, { station, hosted, connector }: Spot): void {
    const { world: { chance } } = this.#town;
    const { connectorNo } = connector;
    const phase = phaseOf(connector);
    if (phase === 'charging' && !this.isCalm) {
      if (chance.is(0.02 * this.#restless)) station.take(hosted, { kind: 'stop-button', connectorNo });
      else if (chance.is(0.02 * this.#restless)) station.take(hosted, { kind: 'unplug', connectorNo });
      else if (chance.is(0.03 * this.#restless)) {
        station.take(hosted, { kind: 'pause', connectorNo, paused: chance.is(0.5) });
      }
      return;
    }
    if (phase === 'charging' && connector.plug?.vehicle?.paused === true) {
      station.take(hosted, { kind: 'pause', connectorNo, paused: false });
    }
    // Where a charge takes hours nobody waits for its end.
    if (phase === 'charging' && this.#town.kind === 'day') station.take(hosted, { kind: 'stop-button', connectorNo });
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
    for (const spot of spotsOf(this.#town)) {
      if (spot.hosted.pointId === pointId && spot.connector.connectorNo === (connectorNo ?? 1)) return spot;
    }
    return null;
  }

  #carOf(driverId: string): Spot | null {
    for (const spot of spotsOf(this.#town)) if (spot.connector.plug?.vehicle?.name === driverId) return spot;
    return null;
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
}
