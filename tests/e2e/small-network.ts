// A small network of real processes for the end-to-end tests: one site, two points, three drivers, on a real broker.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Driver } from '../../scripts/demo/driver.ts';
import { Network } from '../../scripts/network/network.ts';
import { pointId } from '../../shared/ids.ts';
import type { Target } from '../../shared/messages/values.ts';
import { brokerForTests, randomPrefix } from '../integration/broker-for-tests.ts';

export const POINT = 'ALC-01';
export const OTHER = 'ALC-02';
/** Energy flows this much faster than real. */
export const SPEED = 150;

export class SmallNetwork extends Network {
  readonly drivers = new Map<string, Driver>();

  /** A driver at her own client process, logged in. */
  async driver(driverId: string): Promise<Driver> {
    const driver = new Driver(driverId, await this.startDrivers([driverId], `driver-${driverId}`));
    this.drivers.set(driverId, driver);
    await driver.loggedIn(20_000);
    return driver;
  }

  async point(id: string, args: readonly string[] = ['--auto']): Promise<void> {
    await this.startPoint(id, ['--speed', String(SPEED), ...args]);
    await this.untilStatus(id, 'Available');
  }

  async status(id: string): Promise<string> {
    const rows = await this.rows(['points']);
    return String(rows.find((row) => row['pointId'] === id)?.['status'] ?? 'none');
  }

  untilStatus(id: string, wanted: string, timeoutMs = 20_000): Promise<void> {
    return waitFor(() => this.status(id), (status) => status === wanted, { what: `${id} is ${wanted}`, timeoutMs });
  }

  /** Every ticket: nothing is billed twice, and the registers of the engines agree with what was billed. */
  async tickets(): Promise<Record<string, unknown>[]> {
    return this.rows(['tickets']);
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.options.dir, { recursive: true, force: true });
  }
}

/** Makes the database; starts no process yet. */
export async function smallNetwork(
  options: { brokers?: string; centralArgs?: readonly string[] } = {},
): Promise<SmallNetwork> {
  const dir = await mkdtemp(join(tmpdir(), 'ev-e2e-'));
  const network = new SmallNetwork({
    dir, brokers: options.brokers ?? (await brokerForTests()), topicPrefix: randomPrefix(),
    centralArgs: ['--plug-timeout', '20', ...(options.centralArgs ?? [])],
  });
  const file = join(dir, 'network.json');
  await writeFile(file, JSON.stringify(NETWORK));
  await network.load(file);
  return network;
}

export function at(id: string): Target {
  return { kind: 'point', pointId: pointId(id), connectorNo: null };
}

/** Waits for a state; says what it last saw when it does not come. */
export async function waitFor<T>(
  look: () => T | Promise<T>, holds: (value: T) => boolean,
  { what, timeoutMs = 20_000 }: { what: string; timeoutMs?: number },
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return;
    if (Date.now() > deadline) {
      throw new Error(`not within ${timeoutMs} ms: ${what}; last seen: ${JSON.stringify(seen)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const NETWORK = {
  tariffs: [{
    id: 'flat', currency: 'EUR',
    elements: [{ price_components: [{ type: 'ENERGY', price: 0.4, step_size: 1 }] }],
  }],
  sites: [{
    siteId: 'ALC', name: 'Alicante', address: 'Calle Mayor 1', latitude: 38.345, longitude: -0.481,
    timeZone: 'Europe/Madrid', tariffId: 'flat', queueEnabled: true,
  }],
  points: [POINT, OTHER].map((id) => ({
    pointId: id, siteId: 'ALC', address: '', latitude: 38.345, longitude: -0.481,
    connectors: [{ connectorNo: 1, type: 'IEC_62196_T2', maxPowerW: 22_000 }],
  })),
  users: [
    ...['ana', 'ben', 'cat'].map((userId) => ({
      userId, balanceMinor: 50_000, pin: '4711', password: `${userId}-secret`,
    })),
    { userId: 'olga', role: 'operator', password: 'olga-secret' },
  ],
};
