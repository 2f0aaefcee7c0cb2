// What goes wrong, when, and for how long: drawn from the seed, until it is told to stop; then everything is mended.
import { FAULT_CODES } from '../../shared/messages/values.ts';
import { NO_BUS_TROUBLE } from './cluster.ts';
import { Forger } from './forger.ts';
import type { Town } from './town.ts';
import type { Life } from './world.ts';

type Kind =
  | 'crash' | 'restart' | 'commit-dies' | 'disk-full' | 'freeze' | 'kafka-down' | 'bus-cut' | 'rejoin' | 'cut'
  | 'half-open' | 'second-monitor' | 'clock-jump' | 'breakage' | 'bus-trouble' | 'slow-lines' | 'full-journal'
  | 'lost-log' | 'noise' | 'replay' | 'forgery' | 'standby'
  | 'poison';

const WEIGHTS: Readonly<Record<Kind, number>> = {
  crash: 8, restart: 2, 'commit-dies': 4, 'disk-full': 1, freeze: 3, 'kafka-down': 2, 'bus-cut': 2, rejoin: 5, cut: 4,
  'half-open': 3, 'second-monitor': 1, 'clock-jump': 1, breakage: 3, 'bus-trouble': 4, 'slow-lines': 2,
  'full-journal': 1, 'lost-log': 0.4, noise: 1, replay: 2, forgery: 2,
  standby: 2, poison: 2,
};
const KINDS = Object.keys(WEIGHTS) as Kind[];

export class Faults {
  readonly counts: Record<Kind, number> = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
  readonly #town: Town;
  /** Some seeds are calm, some are wild. */
  readonly #paceMs: number;
  readonly #forger: Forger;
  #stopped = false;

  constructor(town: Town) {
    this.#town = town;
    this.#forger = new Forger(town);
    const { kind, world: { chance } } = town;
    this.#paceMs = chance.of(kind === 'day' ? [300_000, 900_000, 1_800_000] : [700, 2_000, 6_000, 15_000]);
    this.#next();
  }

  /** Mends what is not people's to mend; nothing breaks any more. */
  stop(): void {
    this.#stopped = true;
    const { cluster, sockets, disk, engines, rivals, poison } = this.#town;
    cluster.trouble = { ...NO_BUS_TROUBLE };
    cluster.setUp(true);
    for (const bus of cluster.buses) if (bus.isCut) bus.cut(false);
    sockets.trouble = { slow: 0, pieces: 0.02 };
    sockets.noise = 0;
    disk.fate = 'well';
    disk.diesAtNewCluster = false;
    disk.setFull(false);
    poison.stop();
    for (const engine of engines) engine.disk.isFull = false;
    for (const rival of rivals) rival.end(null);
  }

  get total(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }

  #next(): void {
    const { world } = this.#town;
    world.after(world.chance.between(0.2, 2) * this.#paceMs, () => {
      if (this.#stopped) return;
      const kind = this.#draw();
      this.counts[kind] += 1;
      world.note('fault', kind);
      this.#happen(kind);
      this.#next();
    });
  }

  #draw(): Kind {
    const sum = Object.values(WEIGHTS).reduce((total, weight) => total + weight, 0);
    let roll = this.#town.world.chance.below(sum);
    for (const kind of KINDS) {
      roll -= WEIGHTS[kind];
      if (roll < 0) return kind;
    }
    return 'crash';
  }

  #happen(kind: Kind): void {
    const { cluster, sockets, disk, hosts, central, world: { chance } } = this.#town;
    switch (kind) {
      case 'crash': return chance.of(this.#places()).crash(chance.is(0.7) ? chance.below(3_000) : chance.below(25_000));
      case 'restart': return chance.of(this.#places()).end(chance.below(3_000));
      case 'second-monitor': {
        const rival = chance.of(this.#town.rivals);
        rival.start();
        return this.#later(30_000, () => rival.end(null));
      }
      case 'commit-dies': disk.fate = chance.of(['dies-before', 'dies-within', 'dies-after', 'dies-after']); return;
      case 'disk-full':
        disk.setFull(true);
        return this.#later(15_000, () => disk.setFull(false));
      case 'freeze': return this.#freeze(chance.of(this.#places()).life);
      case 'kafka-down':
        cluster.setUp(false);
        return this.#later(20_000, () => cluster.setUp(true));
      case 'bus-cut': {
        const { bus } = chance.of(this.#places());
        bus?.cut(true);
        return this.#later(10_000, () => bus?.cut(false));
      }
      case 'rejoin': {
        for (const bus of cluster.buses) for (const reader of [...bus.readers]) if (chance.is(0.4)) reader.rejoin();
        return;
      }
      case 'cut': return [...sockets.lines].filter(() => chance.is(0.4)).forEach((line) => line.cut());
      case 'half-open':
        for (const line of sockets.lines) if (chance.is(0.3)) line.isDead = true;
        return;
      case 'clock-jump':
        chance.of([...hosts, central.host]).skewMs += chance.of([-1, 1]) * chance.of([700, 30_000, 400_000, 7_200_000]);
        return;
      case 'breakage': return this.#breakSomething();
      case 'bus-trouble':
        cluster.trouble = {
          lostAck: chance.below(0.3), lateSend: chance.below(0.15), partSend: chance.below(0.5),
          slow: chance.below(0.4), rereads: chance.next(),
        };
        return this.#later(30_000, () => void (cluster.trouble = { ...NO_BUS_TROUBLE }));
      case 'slow-lines':
        sockets.trouble = { slow: chance.below(0.4), pieces: chance.below(0.5) };
        return this.#later(20_000, () => void (sockets.trouble = { slow: 0, pieces: 0.02 }));
      case 'lost-log':
        cluster.loseLogs();
        disk.diesAtNewCluster = chance.is(0.3);
        return this.#later(8_000, () => cluster.setUp(true));
      case 'poison': return this.#town.poison.spoilNext();
      case 'standby': return this.#secondCentral();
      case 'replay': return this.#forger.replay();
      case 'forgery': return this.#forger.forge();
      case 'noise':
        sockets.noise = 0.05;
        return this.#later(8_000, () => void (sockets.noise = 0));
      case 'full-journal': {
        const { disk: journals } = chance.of(this.#town.engines);
        journals.isFull = true;
        return this.#later(15_000, () => void (journals.isFull = false));
      }
    }
  }

  #places() {
    const { central, engines, monitors, drivers } = this.#town;
    return [central, central, ...engines, ...engines, ...monitors, ...drivers];
  }

  /** Somebody starts a second Central; one that waits may stop for seconds, or die. */
  #secondCentral(): void {
    const { standby, world: { chance } } = this.#town;
    standby.wait();
    if (chance.is(0.2)) this.#later(15_000, () => standby.freeze(chance.between(300, 9_000)));
    if (chance.is(0.2)) this.#later(30_000, () => standby.die());
  }

  #freeze(life: Life | null): void {
    const { world } = this.#town;
    if (life === null) return;
    const forMs = world.chance.between(300, 9_000);
    world.note(life.name, 'frozen', { forMs: Math.round(forMs) });
    life.frozenUntilMs = world.nowMs + forMs;
  }

  #breakSomething(): void {
    const { engines, world: { chance } } = this.#town;
    const { running: station } = chance.of(engines);
    if (station === null) return;
    const hosted = chance.of([...station.points.values()]);
    const code = chance.of(FAULT_CODES);
    const connectorNo = chance.is(0.5) ? null : 1;
    station.take(hosted, { kind: 'fault', connectorNo, code, detail: 'simulated' });
    this.#later(15_000, () => {
      const again = this.#town.engines.map((engine) => engine.running).find((one) => one?.points.has(hosted.pointId));
      const now = again?.points.get(hosted.pointId);
      if (now !== undefined) again?.take(now, { kind: 'clear', connectorNo, code });
    });
  }

  #later(withinMs: number, run: () => void): void {
    const { world } = this.#town;
    world.after(world.chance.between(500, withinMs), () => {
      if (!this.#stopped) run();
    });
  }
}
