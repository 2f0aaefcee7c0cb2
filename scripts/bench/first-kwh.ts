// From nothing to the first kWh, in one program: a broker, the demo's database, EV_Central, one point, one driver who
// asks for a charge. Run by the bench `start` in a fresh clone (`node scripts/bench/first-kwh.ts`); prints one JSON
// line.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pointId } from '../../shared/ids.ts';
import { chooseBroker } from '../broker-choice.ts';
import { Driver } from '../demo/driver.ts';
import { Network } from '../network/network.ts';
import { CentralFile } from './central-file.ts';

/** Milliseconds; `kwhMs` since this program's first line, the others each for itself. */
export type FirstKwh = {
  readonly brokerMs: number; readonly databaseMs: number; readonly centralMs: number; readonly pointMs: number;
  readonly driverMs: number; readonly kwhMs: number;
};

const NETWORK_FILE = join(import.meta.dirname, '..', '..', 'database', 'demo', 'network.json');
const POINT = 'ALC-01';
const DRIVER = 'ana';
/** As the demo: energy flows so much faster than real, or the first kWh would be minutes of waiting. */
const SPEED = 200;
const WH = 1_000;
const LOOK_MS = 20;
const TIMEOUT_MS = 120_000;

const startedMs = performance.now();
const dir = await mkdtemp(join(tmpdir(), 'ev-first-kwh-'));
const broker = await timed(() => chooseBroker({ dir: join(dir, 'broker'), log: (line) => console.error(line) }));
const network = new Network({ dir, brokers: broker.value.brokers, topicPrefix: `first-${process.pid}` });
try {
  const database = await timed(() => network.load(NETWORK_FILE));
  const central = await timed(() => network.startCentral());
  const file = new CentralFile(join(network.centralDir, 'central.db'));
  const point = await timed(async () => {
    await network.startPoint(POINT, ['--speed', String(SPEED), '--auto']);
    await until(() => file.pointsInService() === 1);
  });
  const driver = await timed(async () => {
    const client = new Driver(DRIVER, await network.startDrivers([DRIVER]));
    await client.loggedIn(TIMEOUT_MS);
    return client;
  });
  await driver.value.ask({ kind: 'point', pointId: pointId(POINT), connectorNo: null });
  await until(() => file.count(`SELECT max(l.register_wh - s.meter_start_wh) FROM live_meters l
    JOIN charging_sessions s USING (session_id)`) >= WH);
  const kwhMs = performance.now() - startedMs;
  file.close();
  const result: FirstKwh = {
    brokerMs: broker.ms, databaseMs: database.ms, centralMs: central.ms, pointMs: point.ms, driverMs: driver.ms, kwhMs,
  };
  console.log(JSON.stringify(result));
} finally {
  await network.stop();
  await broker.value.stop();
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const fromMs = performance.now();
  const value = await work();
  return { value, ms: performance.now() - fromMs };
}

async function until(holds: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + TIMEOUT_MS;
  while (!holds()) {
    if (performance.now() > deadlineMs) throw new Error('no kWh within two minutes');
    await pause(LOOK_MS);
  }
}
