// The processes of the network as they are shipped, put together as their main files do, on the simulated ports. Each
// can die at any step and is started again on what it had written.
import { CommandReader } from '../../ev-cp-engine/command-reader.ts';
import { FactSender } from '../../ev-cp-engine/fact-sender.ts';
import { Journal } from '../../ev-cp-engine/journal.ts';
import { MeterSender } from '../../ev-cp-engine/meter-sender.ts';
import { createMonitorServer } from '../../ev-cp-engine/monitor-server.ts';
import { createRoster } from '../../ev-cp-engine/roster.ts';
import { Station } from '../../ev-cp-engine/station.ts';
import { MonitorFleet } from '../../ev-cp-monitor/fleet.ts';
import { BusLine } from '../../ev-driver/bus-line.ts';
import { DriverClient } from '../../ev-driver/driver-client.ts';
import { openInTurn } from '../../ev-central/bus/opener-thread.ts';
import { type Central, createCentral } from '../../ev-central/central.ts';
import type { Settings } from '../../ev-central/core/settings.ts';
import { createMessageBoard } from '../../ev-central/message-board.ts';
import { Failure } from '../../shared/failure.ts';
import { createFrameIds } from '../../shared/frame.ts';
import type { PointId, SiteId, UserId } from '../../shared/ids.ts';
import type { Connector } from '../../shared/messages/values.ts';
import { createAcceptor, type AcceptorOptions } from '../../shared/wire/acceptor.ts';
import type { CentralDisk } from './central-disk.ts';
import { Disk, type Pocket } from './disk.ts';
import { differsAtStart, differsFromMemory } from './memory-check.ts';
import type { Paying } from './paying.ts';
import { asError, type Ground, Place } from './place.ts';
import type { PostOffice } from './post-office.ts';
import { PoisonError } from './poison.ts';
import type { Host, Life } from './world.ts';

export const CENTRAL = 'central:7000';

export function centralPlace(
  ground: Ground, host: Host,
  { disk, settings, paying, post }: {
    disk: CentralDisk; settings: Settings; paying: Paying | null; post: PostOffice;
  },
): Place<Central> {
  const { world: { chance } } = ground;
  const its = new Place<Central>(ground, 'central', host, (life, place) => {
    const central = createCentral({
      store: disk.start(life), settings, gateways: new Map(paying === null ? [] : [['sim', paying.gateway(life)]]),
      bus: place.openBus(life), clock: life.clock, ticker: life.ticker,
      board: createMessageBoard(), log: life.log, randomBytes: (count) => chance.bytes(count),
      defer: (run) => life.after(chance.below(1), run), sleep: (ms) => life.sleep(ms),
      comparePassword: async (password, hash) => {
        await life.sleep(chance.between(1, 60));
        return hash === hashOf(password);
      },
      sendLetter: post.serve(life), token: 'token-of-the-simulation',
      bootId: `s${place.starts}`, replicationFactor: 1,
      openAhead: openInTurn, fatal: (error) => endCentral(place, life, error), changed: () => undefined,
    });
    place.running = central;
    const stale = differsAtStart(central.state, disk.store, life.clock.now());
    if (stale !== null) ground.world.fail(`Central begins with what the database has not: ${stale}`);
    accept(ground, life, {
      address: CENTRAL, heartbeatData: () => ({ central: 'connected' }),
      onLink: (link, address) => central.links.take(link, address),
    });
    central.start();
  });
  its.quit = (central) => central.stop();
  its.onDeath = (central) => {
    const isSame = central === null || disk.memoryIsAhead;
    const difference = isSame ? null : differsFromMemory(central.state, disk.store);
    if (difference !== null) ground.world.fail(`memory and database differ: ${difference}`);
    disk.died();
  };
  return its;
}

/** Failures of the environment, and poison, end the process, which is started again; a bug ends the run. */
function endCentral(place: Place<Central>, life: Life, error: unknown): void {
  if (!life.alive) return;
  const { world } = place.ground;
  if (error instanceof PoisonError) {
    life.log('error', 'fatal', { error });
    // Not at once: the loop still counts for which records it dies.
    return life.after(0, () => place.crash(world.chance.between(100, 4_000)));
  }
  if (!isEnvironment(error)) return world.fail(asError(error));
  life.log('error', 'fatal', { error });
  place.crash(world.chance.between(100, 4_000));
}

export type EnginePoint = { readonly pointId: PointId; readonly connectors: readonly Connector[] };
export type EnginePlace = Place<Station> & { readonly disk: Disk; readonly points: readonly EnginePoint[] };

export function enginePlace(ground: Ground, name: string, host: Host, options: {
  points: readonly EnginePoint[]; speed: number; watch: (station: Station) => void;
}): EnginePlace {
  const disk = new Disk(ground.world);
  const place = new Place<Station>(ground, name, host, (life, its) => {
    openEngine(its, life, { ...options, disk }).catch((error: unknown) => ground.world.fail(asError(error)));
  });
  place.quit = async (station) => {
    await station.close();
    await place.bus?.close();
  };
  return Object.assign(place, { disk, points: options.points });
}

async function openEngine(place: Place<Station>, life: Life, { disk, points, speed, watch }: {
  disk: Disk; points: readonly EnginePoint[]; speed: number; watch: (station: Station) => void;
}): Promise<void> {
  const { log, clock, ticker } = life;
  const journal = await openJournal(place, life, disk);
  if (journal === null) return;
  const station = new Station({
    journal, clock, ticker, log, speed, defer: (run) => life.after(place.ground.world.chance.below(1), run),
  });
  const [first] = points;
  const isFleet = points.length > 1;
  const roster = createRoster({ station, id: isFleet ? null : first?.pointId ?? null, fleet: isFleet ? points : null });
  const onLink = createMonitorServer({ station, log, pairingCode: null, pointFor: roster.pointFor });
  accept(place.ground, life, { address: place.name, onLink });
  const bus = place.openBus(life);
  new FactSender({ station, bus, log });
  new MeterSender({ station, bus, log });
  new CommandReader({ station, bus, log, groupId: `${place.name}-${place.starts}`, wait: (ms, run) => {
    let isOver = false;
    life.after(ms, () => void (isOver || run()));
    return () => void (isOver = true);
  } });
  bus.onState(roster.busState);
  watch(station);
  roster.start();
  station.start();
  place.running = station;
}

/** A full disk at the start ends the process; it is started again. */
async function openJournal(place: Place<Station>, life: Life, disk: Disk): Promise<Journal | null> {
  try {
    const journal = await Journal.open(disk.open(life), life.log);
    return life.alive ? journal : null;
  } catch (error) {
    if (!isEnvironment(error)) throw error;
    if (life.alive) place.crash(1_000);
    return null;
  }
}

export type MonitorPlace = Place<MonitorFleet> & { readonly pointIds: readonly PointId[] };

export function monitorPlace(ground: Ground, name: string, host: Host, { points, engine }: {
  points: ReadonlyMap<PointId, Buffer>; engine: string;
}): MonitorPlace {
  const { sockets, world } = ground;
  const place = new Place<MonitorFleet>(ground, name, host, (life, its) => {
    its.running = new MonitorFleet({
      points, software: 'simulated', pairingCode: null,
      central: { connect: sockets.connect(CENTRAL, life), address: CENTRAL },
      engine: { connect: sockets.connect(engine, life), address: engine },
      ticker: life.ticker, clock: life.clock, random: () => world.chance.next(), frameId: createFrameIds(),
      log: life.log, onChange: () => undefined,
    });
    its.running.start();
  });
  place.quit = (fleet) => fleet.close();
  return Object.assign(place, { pointIds: [...points.keys()] });
}

export type DriverPlace = Place<DriverClient> & { readonly driverId: UserId; readonly pocket: Pocket };

export function driverPlace(ground: Ground, driverId: UserId, pocket: Pocket): DriverPlace {
  const { sockets, world } = ground;
  let ids = 0;
  const place = new Place<DriverClient>(ground, `driver-${driverId}`, { skewMs: 0 }, (life, its) => {
    const line = new BusLine({ bus: its.openBus(life), groupId: `${its.name}-${its.starts}`, log: life.log });
    const client = new DriverClient({
      driverId, password: passwordOf(driverId), code: null, software: 'simulated',
      interests: { points: null, sessions: true }, timeZone: 'Europe/Madrid',
      directory: new Map<PointId, SiteId>(), connect: sockets.connect(CENTRAL, life), line, store: pocket.open(),
      ticker: life.ticker, clock: life.clock, random: () => world.chance.next(),
      newId: () => `${driverId}-${(ids += 1)}`, log: life.log, onEvent: () => undefined, onChange: () => undefined,
    });
    its.running = client;
    client.start();
    life.ticker.subscribe((awakeMs) => client.tick(awakeMs));
  });
  place.quit = (client) => client.close();
  return Object.assign(place, { driverId, pocket });
}

function accept(ground: Ground, life: Life, { address, ...rest }: {
  address: string; onLink: AcceptorOptions['onLink']; heartbeatData?: () => { central: string };
}): void {
  const acceptor = createAcceptor({
    ...rest, maxConnections: 1_000, ticker: life.ticker, nowMs: () => life.clock.now(), log: life.log,
  });
  ground.sockets.listen(address, life, (socket) => acceptor.accept(socket));
}

function isEnvironment(error: unknown): boolean {
  return error instanceof Failure && error.code !== 'bug';
}

export function passwordOf(driverId: string): string {
  return `password of ${driverId}`;
}

/** Four digits. */
export function pinOf(driverId: string): string {
  return String(1_000 + driverId.charCodeAt(0));
}

/** Looks like a hash of bcrypt, takes no time, and is as good among friends. */
export function hashOf(password: string): string {
  return `$2b$04$${password.replaceAll(/[^a-z0-9]/g, '.').padEnd(53, 'x').slice(0, 53)}`;
}
