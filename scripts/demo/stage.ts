// The demo's set-up: a broker, a database with the demo network, EV_Central, and for each point an engine and a monitor
// process; the drivers' clients come and go. Everything lives in one temporary folder and ends with the demo.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type ChosenBroker, chooseBroker } from '../broker-choice.ts';
import { portProblem } from '../broker/ports.ts';
import { ISSUER_FILE } from '../network/books.ts';
import { Network } from '../network/network.ts';
import { Driver } from './driver.ts';
import { openPost, type Post } from './post.ts';
import { isGone } from '../gone.ts';

export const NETWORK_FILE = join(import.meta.dirname, '..', '..', 'database', 'demo', 'network.json');
/** Where an invoice stays when the demo's own folder is removed. */
export const INVOICE_FOLDER = join(import.meta.dirname, '..', '..', 'var', 'demo');
const FOLDER = 'ev-demo-';
const USUAL_PORT = 7010;
/** How much faster than real energy flows: a charge of 8 kWh takes seconds, not an hour. */
export const SPEED = 200;
const UP_TIMEOUT_MS = 60_000;
/**
 * Reservations in seconds in place of a quarter of an hour, in minutes: reminded 9 s before the slot, kept from 5 s
 * before it on, given away 6 s after its beginning.
 */
const RESERVATIONS = ['--reservation-reminder', '0.15', '--reservation-margin', '0.08', '--reservation-grace', '0.1'];
const DRIVERS = 9;

const networkFileSchema = z.object({
  sites: z.array(z.object({ siteId: z.string(), name: z.string() })).min(3),
  points: z.array(z.object({ pointId: z.string(), siteId: z.string() })).min(12),
  users: z.array(z.object({ userId: z.string(), role: z.string().default('user') })),
});
export type DemoNetwork = z.infer<typeof networkFileSchema>;

export type Stage = {
  readonly dir: string;
  readonly broker: ChosenBroker;
  readonly network: Network;
  readonly post: Post;
  readonly file: DemoNetwork;
  readonly driverIds: readonly string[];
  readonly drivers: Map<string, Driver>;
  close(): Promise<void>;
};

/** Prepares folder, broker and database; starts no process of the network yet. */
export async function setStage(log: (line: string) => void): Promise<Stage> {
  await sweep();
  const dir = await mkdtemp(join(tmpdir(), `${FOLDER}${process.pid}-`));
  let broker: ChosenBroker | undefined;
  let post: Post | undefined;
  try {
    broker = await chooseBroker({ dir: join(dir, 'broker'), log });
    post = await openPost(dir);
    const network = new Network({
      dir, brokers: broker.brokers, topicPrefix: `demo-${process.pid}`,
      centralArgs: [
        '--plug-timeout', '20', '--issuer', ISSUER_FILE, '--smtp-url', post.office.url,
        '--api-port', String(post.apiPort), ...RESERVATIONS,
      ],
    });
    if ((await portProblem(USUAL_PORT)) === undefined) network.centralPort = USUAL_PORT;
    const file = networkFileSchema.parse(JSON.parse(await readFile(NETWORK_FILE, 'utf8')));
    log('Making the database …');
    await network.load(NETWORK_FILE);
    const driverIds = file.users.filter((user) => user.role === 'user').map((user) => user.userId).slice(0, DRIVERS);
    const stage = { dir, broker, network, post, file, driverIds, drivers: new Map<string, Driver>() };
    return { ...stage, close: () => strike(stage) };
  } catch (error) {
    await post?.office.close();
    await broker?.stop();
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}

/** Removes the folders of demos that were killed before they could. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(FOLDER) ? Number(name.slice(FOLDER.length).split('-')[0]) : NaN;
    // What belongs to somebody else can't be removed, and is not ours to remove.
    if (pid > 0 && isGone(pid)) await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Starts the points, a few at a time: a machine with two cores does not like thirty starts at once. */
export async function startPoints(
  stage: Stage, { except = [], stopped = () => false }: { except?: readonly string[]; stopped?: () => boolean } = {},
): Promise<void> {
  const waiting = stage.file.points.map((point) => point.pointId).filter((id) => !except.includes(id));
  const worker = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined && !stopped(); id = waiting.shift()) {
      await stage.network.startPoint(id, ['--auto', '--speed', String(SPEED)]);
    }
  };
  await Promise.all([worker(), worker(), worker()]);
}

/** A driver sits down at her client; she can leave and come back. */
export async function driverComes(stage: Stage, driverId: string): Promise<Driver> {
  const known = stage.drivers.get(driverId);
  if (known !== undefined) return known;
  const driver = new Driver(driverId, await stage.network.startDrivers([driverId], `driver-${driverId}`));
  stage.drivers.set(driverId, driver);
  await driver.loggedIn(UP_TIMEOUT_MS);
  return driver;
}

export async function driverGoes(stage: Stage, driverId: string): Promise<void> {
  const driver = stage.drivers.get(driverId);
  stage.drivers.delete(driverId);
  await driver?.process.stop();
}

/** Waits until every started point is available to drivers. */
export async function untilPointsAreUp(stage: Stage): Promise<void> {
  const deadline = Date.now() + UP_TIMEOUT_MS;
  const wanted = stage.network.points.size;
  for (;;) {
    const rows = await stage.network.rows(['points']);
    const down = rows.filter((row) => row['status'] !== 'Available');
    if (rows.length - down.length >= wanted) return;
    if (Date.now() > deadline) {
      const states = down.map((row) => `${String(row['pointId'])} ${String(row['status'])} (${String(row['why'])})`);
      throw new Error(`not all of ${wanted} points are available after a minute: ${states.join(', ')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

async function strike({ dir, broker, network, post }: Omit<Stage, 'close'>): Promise<void> {
  await network.stop();
  await post.office.close();
  await broker.stop();
  await rm(dir, { recursive: true, force: true });
}
