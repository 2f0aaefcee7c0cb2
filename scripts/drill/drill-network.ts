// The network that a drill plays in: one site with a queue, a few points, drivers in one client process. Real processes
// on a real broker (scripts/network), with the looks and waits that drills need.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Driver } from '../demo/driver.ts';
import type { ManagedProcess } from '../network/managed-process.ts';
import { Network, type NetworkOptions, type PointProcesses } from '../network/network.ts';
import { until } from './patience.ts';

/** Energy flows this much faster than real: 22 kW are 0.9 kWh a second. */
export const SPEED = 150;
export const SITE = 'QUAY';
const DRIVER_IDS = ['ana', 'ben', 'cat', 'dan', 'eva', 'fay', 'gus', 'hal'] as const;
const CONNECTOR = { connectorNo: 1, type: 'IEC_62196_T2', maxPowerW: 22_000 } as const;
const BALANCE_MINOR = 50_000;
const LOGGED_IN_MS = 30_000;
const FLEET_UP_MS = 60_000;
const ALL_ROWS = '100000';

export type NetworkWish = {
  /** Default 3. */
  readonly points?: number;
  /** Default 6, at most 8. */
  readonly drivers?: number;
  /** Client processes that the drivers are dealt to; default 1. */
  readonly clients?: number;
  /** How much faster than real energy flows; default 150. */
  readonly speed?: number;
  /** What a connector gives at most; 11 kW, which every car takes, makes all charges equally long. Default 22 kW. */
  readonly maxPowerW?: number;
  /** More flags for EV_Central. */
  readonly centralArgs?: readonly string[];
};

const loginsSchema = z.object({
  drivers: z.array(z.object({ driverId: z.string(), login: z.string(), bus: z.string() })),
});

const keptSchema = z.object({
  points: z.array(z.object({ connectors: z.array(z.object({ registerWh: z.number() })) })),
});

export class DrillNetwork extends Network {
  readonly pointIds: readonly string[];
  readonly driverIds: readonly string[];
  readonly #speed: number;
  readonly #maxPowerW: number;
  readonly #clients: number;
  /** Who is logged in, each at the client process that she sits at now. */
  readonly drivers = new Map<string, Driver>();

  constructor(options: NetworkOptions, wish: NetworkWish = {}) {
    super({ ...options, centralArgs: ['--plug-timeout', '30', ...(wish.centralArgs ?? [])] });
    this.#speed = wish.speed ?? SPEED;
    this.#maxPowerW = wish.maxPowerW ?? CONNECTOR.maxPowerW;
    this.pointIds = Array.from({ length: wish.points ?? 3 }, (_unused, i) => pointName(i));
    this.driverIds = DRIVER_IDS.slice(0, wish.drivers ?? 6);
    this.#clients = wish.clients ?? 1;
  }

  /** Makes the database; nothing runs yet. */
  async prepare(): Promise<void> {
    const file = join(this.options.dir, 'network.json');
    await writeFile(file, JSON.stringify(networkFile(this.pointIds, this.driverIds, this.#maxPowerW)));
    await this.load(file);
  }

  /** Starts EV_Central, every point and the drivers' clients; resolves when all can do their part. */
  async open({ centralArgs = [] }: { readonly centralArgs?: readonly string[] } = {}): Promise<void> {
    await this.startCentral(centralArgs);
    await Promise.all([...this.pointIds.map((id) => this.startPoint(id)), this.seatAll()]);
    await this.untilAll('Available');
  }

  /** As `open`, with all points in one engine and one monitor process. */
  async openFleet(): Promise<void> {
    await this.startCentral();
    await Promise.all([
      this.startFleet(this.pointIds, this.pointIds.map((pointId) => ({ pointId, connectors: [CONNECTOR] })),
        ['--auto', '--speed', String(this.#speed)]),
      this.seatAll(),
    ]);
    await this.untilAll('Available', FLEET_UP_MS);
  }

  /** Every driver sits down at a client; label and seat are the same each time. */
  async seatAll(): Promise<void> {
    const groups = Array.from({ length: this.#clients }, (_unused, i) => ({
      label: `drivers-${i + 1}`, driverIds: this.driverIds.filter((_id, j) => j % this.#clients === i),
    }));
    await Promise.all(groups.map(({ label, driverIds }) => this.seat(driverIds, label)));
  }

  /** Hands are not needed: the car is plugged in and out by itself, quickly. */
  override startEngine(pointId: string, args: readonly string[] = []): Promise<ManagedProcess> {
    return super.startEngine(pointId, ['--auto', '--speed', String(this.#speed), ...args]);
  }

  /** These drivers sit down at one new client process; resolves when all are logged in and reach the bus. */
  async seat(driverIds: readonly string[], label: string): Promise<ManagedProcess> {
    const process = await this.startDrivers(driverIds, label);
    for (const id of driverIds) this.drivers.set(id, new Driver(id, process));
    await until(() => logins(process), (all) => all.length === driverIds.length
      && all.every(({ login, bus }) => login === 'in' && bus === 'up'), {
      what: `${driverIds.join(', ')} logged in and on the bus`, timeoutMs: LOGGED_IN_MS,
    });
    return process;
  }

  driver(driverId: string): Driver {
    const driver = this.drivers.get(driverId);
    if (driver === undefined) throw new Error(`${driverId} sits at no client`);
    return driver;
  }

  pointOf(pointId: string): PointProcesses {
    const point = this.points.get(pointId);
    if (point === undefined) throw new Error(`${pointId} was not started`);
    return point;
  }

  /** Status words of all points, by id, as an operator's tool sees them. */
  async statuses(): Promise<Readonly<Record<string, string>>> {
    const rows = await this.rows(['points', '--limit', ALL_ROWS]);
    return Object.fromEntries(rows.map((row) => [String(row['pointId']), String(row['status'])]));
  }

  /** Waits until Central shows every point so; the time that it has taken. */
  async untilAll(wanted: string, timeoutMs = 30_000): Promise<number> {
    const { tookMs } = await until(() => this.statuses(), (all) => Object.values(all).every((s) => s === wanted), {
      what: `every point is ${wanted}`, timeoutMs,
    });
    return tookMs;
  }

  /** The drivers in the queue of the site, in order. */
  async queue(): Promise<string[]> {
    return (await this.rows(['queue'])).map((row) => String(row['driverId']));
  }

  /** States of all sessions, by id. */
  async sessionStates(): Promise<Readonly<Record<string, string>>> {
    const rows = await this.rows(['sessions', '--limit', ALL_ROWS]);
    return Object.fromEntries(rows.map((row) => [String(row['sessionId']), String(row['state'])]));
  }

  /** Wh on the registers of all engines that run. */
  async deliveredWh(): Promise<number> {
    let sumWh = 0;
    for (const engine of this.processes) {
      if (engine.program !== 'ev-cp-engine' || !engine.isRunning) continue;
      const answered = engine.next((event) => event['do'] === 'status');
      engine.send({ do: 'status' });
      for (const { connectors } of keptSchema.parse(await answered).points) {
        for (const { registerWh } of connectors) sumWh += registerWh;
      }
    }
    return sumWh;
  }

  /**
   * Waits until Central shows the point so; how long it has taken, in ms, by Central's own clock (`since`), because
   * asking takes longer than what is measured.
   */
  async untilStatus(pointId: string, wanted: string, timeoutMs = 30_000): Promise<number> {
    const askedMs = Date.now();
    const { value } = await until(
      async () => (await this.rows(['points', '--limit', ALL_ROWS])).find((row) => row['pointId'] === pointId) ?? {},
      (row) => row['status'] === wanted, { what: `${pointId} is ${wanted}`, timeoutMs },
    );
    return Math.max(0, timeOf(value['sinceMs']) - askedMs);
  }
}

/** What the client process knows of its drivers. */
export async function logins(process: ManagedProcess): Promise<z.infer<typeof loginsSchema>['drivers']> {
  const answered = process.next((event) => event['do'] === 'status');
  process.send({ do: 'status' });
  return loginsSchema.parse(await answered).drivers;
}

/** A time in a row of a tool: ISO 8601, or UTC ms. */
export function timeOf(value: unknown): number {
  return typeof value === 'string' ? Date.parse(value) : Number(value);
}

function pointName(index: number): string {
  return `${SITE}-${String(index + 1).padStart(2, '0')}`;
}

function networkFile(pointIds: readonly string[], driverIds: readonly string[], maxPowerW: number): object {
  const at = { address: 'Muelle 1', latitude: 38.338, longitude: -0.484 };
  return {
    tariffs: [{
      id: 'flat', currency: 'EUR',
      elements: [{ price_components: [
        { type: 'ENERGY', price: 0.4, vat: 21, step_size: 1 }, { type: 'FLAT', price: 0.1, vat: 21, step_size: 1 },
        { type: 'PARKING_TIME', price: 1.2, vat: 21, step_size: 1 },
      ] }],
    }],
    sites: [{
      siteId: SITE, name: 'The quay', ...at, timeZone: 'Europe/Madrid', tariffId: 'flat', queueEnabled: true,
    }],
    points: pointIds.map((pointId) => ({
      pointId, siteId: SITE, ...at,
      connectors: [{ ...CONNECTOR, maxPowerW }],
    })),
    users: [
      ...driverIds.map((userId) => ({
        userId, balanceMinor: BALANCE_MINOR, pin: '4711', password: `${userId}-secret`,
      })),
      { userId: 'olga', role: 'operator', password: 'olga-secret' },
    ],
  };
}
