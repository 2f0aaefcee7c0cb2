// Real fleets for a bench: EV_Central, engines with their journals, monitors with their links, as many processes as the
// limit of open files asks for, and every connector charging because a driver asked for it.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { freePort } from '../broker/ports.ts';
import type { JsonEvent, ManagedProcess } from '../network/managed-process.ts';
import type { Network } from '../network/network.ts';
import type { Stage } from './bench.ts';
import { CentralFile } from './central-file.ts';
import { machine } from './machine.ts';

export type FleetSize = { readonly points: number; readonly connectorsOfPoint: number };
export type Place = { readonly pointId: string; readonly connectorNo: number };
export type Fleets = {
  readonly network: Network;
  /** Reads what EV_Central has committed. */
  readonly file: CentralFile;
  readonly engines: readonly ManagedProcess[];
  readonly monitors: readonly ManagedProcess[];
  readonly pointIds: readonly string[];
  readonly places: readonly Place[];
  readonly driverIds: readonly string[];
  /** The engine process that hosts a point. */
  engineOf(pointId: string): ManagedProcess;
};

/** One more driver, who charges nowhere: for a bench that asks something while the others charge. */
export const PROBE = 'probe';
/** A driver may charge at no more connectors at once (the registry's own limit). */
const SESSIONS_OF_DRIVER = 100;
const DRIVERS_AT_ONCE = 50;
const POINTS_OF_SITE = 25;
/** Open files that a process needs besides its links. */
const OTHER_FILES = 300;
const READY_MS = 180_000;
const POLL_MS = 100;
/** Far more than a bench's charges cost. */
const BALANCE_MINOR = 100_000_000;
/** Requests under way at once: below what makes EV_Central refuse for its backlog. */
const ASKED_AT_ONCE = 400;
const TRIES = 30;
/** Fills up in a week: no charge of a bench ends by itself. */
const CAR = { name: 'Bench', batteryWh: 10_000_000, maxPowerW: 11_000, socPercent: 20 };

/** How many processes share the points, so that none has more links than it may open; a monitor has two a point. */
export function processesFor(points: number, openFiles: number | null = machine().openFiles): number {
  const links = openFiles === null ? Infinity : Math.max(2, openFiles - OTHER_FILES);
  return Math.max(1, Math.ceil((points * 2) / links));
}

/** Loads the network and starts EV_Central and the fleets; resolves when every point is in service. */
export async function startFleets(
  stage: Stage, size: FleetSize,
  { centralArgs = [], name = 'network', processes = 1 }: {
    readonly centralArgs?: readonly string[];
    /** Of each kind at least; more where the limit of open files asks for it. */
    readonly processes?: number;
    /** A stage's second network has another name, and topics and a folder of its own. */
    readonly name?: string;
  } = {},
): Promise<Fleets> {
  const network = stage.network({
    dir: join(stage.dir, name), topicPrefix: name === 'network' ? stage.topicPrefix : `${stage.topicPrefix}-${name}`,
    centralArgs: ['--plug-timeout', '600', '--command-timeout', '60'],
  });
  const pointIds = Array.from({ length: size.points }, (_unused, n) => `P${n}`);
  const places = pointIds.flatMap((pointId) =>
    Array.from({ length: size.connectorsOfPoint }, (_unused, n) => ({ pointId, connectorNo: n + 1 })));
  const driverIds = Array.from(
    { length: Math.ceil(places.length / SESSIONS_OF_DRIVER) }, (_unused, n) => `d${n}`);
  await mkdir(network.options.dir, { recursive: true, mode: 0o700 });
  const networkFile = join(network.options.dir, 'network.json');
  await writeFile(networkFile, JSON.stringify(networkOf(pointIds, size.connectorsOfPoint, driverIds)));
  await network.load(networkFile);
  await network.startCentral(centralArgs);
  const file = new CentralFile(join(network.centralDir, 'central.db'));
  stage.defer(() => file.close());
  const count = Math.max(processes, processesFor(size.points));
  const share = Math.ceil(size.points / count);
  stage.say(`${size.points} points with ${size.connectorsOfPoint} connectors each: engines in ${count}, monitors in `
    + `${count} processes`);
  const parts = Array.from({ length: count }, (_unused, n) => pointIds.slice(n * share, (n + 1) * share));
  const fleets = await Promise.all(parts.map((ids, n) => startPart(network, n, ids, size.connectorsOfPoint)));
  await waitUntil(() => file.pointsInService() === size.points, stage,
    { what: 'all points in service', timeoutMs: READY_MS, seen: () => `${file.pointsInService()} of ${size.points}` });
  return {
    network, file, pointIds, places, driverIds,
    engines: fleets.map(({ engine }) => engine), monitors: fleets.map(({ monitor }) => monitor),
    engineOf(pointId) {
      const found = fleets[Math.floor(Number(pointId.slice(1)) / share)];
      if (found === undefined) throw new Error(`no engine hosts ${pointId}`);
      return found.engine;
    },
  };
}

/**
 * A car at each of these places, and a driver's request for each; resolves when all of them charge. Some drivers after
 * the others: as long as one is on line she is told of her charges every second, and one client cannot show them all.
 */
export async function startCharging(stage: Stage, fleets: Fleets, places: readonly Place[]): Promise<void> {
  const startedMs = performance.now();
  const atOnce = DRIVERS_AT_ONCE * SESSIONS_OF_DRIVER;
  for (let from = 0; from < places.length; from += atOnce) {
    const some = places.slice(from, from + atOnce);
    const first = from / SESSIONS_OF_DRIVER;
    const driverIds = fleets.driverIds.slice(first, first + Math.ceil(some.length / SESSIONS_OF_DRIVER));
    const drivers = await startDrivers(fleets, driverIds, `drivers-${first}`);
    try {
      await new ChargingStart(stage, { ...fleets, driverIds }, drivers, some).run();
    } finally {
      await drivers.stop();
    }
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  stage.say(`${places.length} charges started by requests of ${fleets.driverIds.length} drivers in `
    + `${seconds.toFixed(1)} s`);
}

/** Polls a state. */
export async function waitUntil(
  holds: () => boolean | Promise<boolean>, { ended }: Pick<Stage, 'ended'>,
  { what, timeoutMs, seen, pollMs = POLL_MS }: {
    what: string; timeoutMs: number; seen?: () => string; pollMs?: number;
  },
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await holds())) {
    ended.throwIfAborted();
    if (performance.now() > deadlineMs) {
      throw new Error(`not within ${timeoutMs / 1_000} s: ${what}${seen === undefined ? '' : `; ${seen()}`}`);
    }
    await pause(pollMs);
  }
}

function networkOf(pointIds: readonly string[], connectorsOfPoint: number, driverIds: readonly string[]): object {
  const where = { address: '', latitude: 38.345, longitude: -0.481 };
  const siteOf = (n: number): string => `S${Math.floor(n / POINTS_OF_SITE)}`;
  const connectors = Array.from({ length: connectorsOfPoint }, (_unused, n) => (
    { connectorNo: n + 1, type: 'IEC_62196_T2', maxPowerW: 22_000 }));
  const elements = [{ price_components: [{ type: 'ENERGY', price: 0.4, vat: 21, step_size: 1 }] }];
  return {
    about: 'Made by npm run bench.',
    tariffs: [{ id: 'flat', currency: 'EUR', elements }],
    sites: [...new Set(pointIds.map((_id, n) => siteOf(n)))].map((siteId) => ({
      ...where, siteId, name: `Site ${siteId}`, timeZone: 'Europe/Madrid', tariffId: 'flat', queueEnabled: true,
    })),
    points: pointIds.map((pointId, n) => ({ ...where, pointId, siteId: siteOf(n), connectors })),
    users: [...driverIds, PROBE].map((userId) => ({
      userId, balanceMinor: BALANCE_MINOR,
      limits: { sessionsAtOnce: SESSIONS_OF_DRIVER, maxPowerW: null, hours: null },
    })),
  };
}

async function startPart(
  network: Network, n: number, pointIds: readonly string[], connectorsOfPoint: number,
): Promise<{ engine: ManagedProcess; monitor: ManagedProcess }> {
  const { dir } = network.options;
  const [fleetFile, secretsFile] = [join(dir, `fleet-${n}.json`), join(dir, `fleet-secrets-${n}.json`)];
  const connectors = Array.from({ length: connectorsOfPoint }, (_unused, at) => (
    { connectorNo: at + 1, type: 'IEC_62196_T2', maxPowerW: 22_000 }));
  await writeFile(fleetFile, JSON.stringify(pointIds.map((pointId) => ({ pointId, connectors }))));
  const secrets = Object.fromEntries(pointIds.map((id) => [id, network.secrets.points[id]]));
  await writeFile(secretsFile, JSON.stringify(secrets), { mode: 0o600 });
  const address = `127.0.0.1:${await freePort()}`;
  const engine = network.start('ev-cp-engine', `engines ${n}`, [
    '--listen', address, '--fleet', fleetFile, '--data-dir', join(dir, 'engine', String(n)), '--control',
  ]);
  await engine.next((event) => event['event'] === 'ready', READY_MS);
  const monitor = network.start('ev-cp-monitor', `monitors ${n}`, [
    '--engine', address, '--central', network.centralAddress, '--fleet', secretsFile,
    '--data-dir', join(dir, 'monitor', String(n)), '--control',
  ]);
  return { engine, monitor };
}

async function startDrivers(
  { network }: Fleets, driverIds: readonly string[], label: string,
): Promise<ManagedProcess> {
  const drivers = await network.startDrivers(driverIds, label);
  const loggedIn = new Set<unknown>();
  await drivers.next((event) => {
    if (event['event'] === 'logged-in') loggedIn.add(event['driverId']);
    return loggedIn.size === driverIds.length;
  }, READY_MS);
  // A log-in may be faster than the client's way to the bus.
  for (let up = 0; up < driverIds.length; await pause(POLL_MS)) {
    const answered = drivers.next((event) => event['do'] === 'status');
    drivers.send({ do: 'status' });
    up = statusSchema.parse(await answered).drivers.filter(({ bus }) => bus === 'up').length;
  }
  return drivers;
}

const statusSchema = z.object({ drivers: z.array(z.object({ bus: z.string() })) });
const factSchema = z.object({
  event: z.literal('fact'),
  fact: z.object({ type: z.string(), pointId: z.string(), connectorNo: z.int().nullish() }),
});
const refusedSchema = z.object({ notice: z.object({
  type: z.literal('refused'), requestId: z.string(), reason: z.string(),
}) });
const failedSchema = z.object({ event: z.literal('failed'), requestId: z.string(), text: z.string() });

/** Asks for one charge after the other, a bounded number at once, until all of them have started. */
class ChargingStart {
  readonly #stage: Stage;
  readonly #fleets: Fleets;
  readonly #drivers: ManagedProcess;
  readonly #places: readonly Place[];
  readonly #tries = new Map<string, number>();
  readonly #started = new Set<string>();
  #next = 0;
  #trouble: string | null = null;

  constructor(stage: Stage, fleets: Fleets, drivers: ManagedProcess, places: readonly Place[]) {
    this.#stage = stage;
    this.#fleets = fleets;
    this.#drivers = drivers;
    this.#places = places;
  }

  async run(): Promise<void> {
    const listening = [
      ...this.#fleets.engines.map((engine) => engine.listen((event) => this.#fromEngine(event))),
      this.#drivers.listen((event) => this.#fromDrivers(event)),
    ];
    for (const place of this.#places) {
      this.#fleets.engineOf(place.pointId).send({ do: 'plug', ...place, vehicle: CAR });
    }
    this.#askMore();
    await waitUntil(() => this.#trouble !== null || this.#started.size === this.#places.length, this.#stage, {
      what: 'all of them charge', timeoutMs: READY_MS + this.#places.length * 5,
      seen: () => `${this.#started.size} of ${this.#places.length}`,
    });
    for (const stop of listening) stop();
    if (this.#trouble !== null) throw new Error(this.#trouble);
  }

  #askMore(): void {
    while (this.#next < this.#places.length && this.#next - this.#started.size < ASKED_AT_ONCE) {
      this.#ask(this.#next);
      this.#next += 1;
    }
  }

  #ask(index: number): void {
    const place = this.#places[index];
    if (place === undefined) return;
    const tries = (this.#tries.get(keyOf(place)) ?? 0) + 1;
    this.#tries.set(keyOf(place), tries);
    this.#drivers.send({
      do: 'charge', driverId: this.#fleets.driverIds[index % this.#fleets.driverIds.length] ?? '',
      requestId: `b-${place.pointId}-${place.connectorNo}-${index}-${tries}`, target: { kind: 'point', ...place },
      mayQueue: false,
    });
  }

  #fromEngine(event: JsonEvent): void {
    const parsed = factSchema.safeParse(event);
    if (!parsed.success || parsed.data.fact.type !== 'session-started') return;
    const { pointId, connectorNo } = parsed.data.fact;
    this.#started.add(keyOf({ pointId, connectorNo: connectorNo ?? 0 }));
    this.#askMore();
  }

  #fromDrivers(event: JsonEvent): void {
    const refused = refusedSchema.safeParse(event).data?.notice;
    const failed = failedSchema.safeParse(event).data;
    const requestId = refused?.requestId ?? failed?.requestId;
    if (requestId === undefined) return;
    const index = Number(requestId.split('-').at(-2));
    const place = this.#places[index];
    const why = refused?.reason ?? failed?.text ?? '';
    if (place === undefined || (this.#tries.get(keyOf(place)) ?? 0) >= TRIES) {
      this.#trouble = `the request ${requestId} failed: ${why}`;
      return;
    }
    setTimeout(() => this.#ask(index), 1_000).unref();
  }
}

function keyOf({ pointId, connectorNo }: Place): string {
  return `${pointId}/${connectorNo}`;
}
