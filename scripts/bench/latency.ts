// `latency`: how long a driver waits for EV_Central's answer, and for the point's, while a thousand connectors charge;
// beside it a bare request and reply through the same broker under the same load.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { bareRoundTrips } from './bare-round-trips.ts';
import { type Bench, type Figures, scaled, type Stage } from './bench.ts';
import { startCharging, startFleets } from './fleets.ts';
import { Probe } from './probe.ts';
import { percentileOf } from './table.ts';

const CHARGING = 1_000;
const CONNECTORS_OF_POINT = 16;
/** Points besides those that charge: the probe asks at them in turn. */
const FREE_POINTS = 4;
const ROUNDS = 1_000;
/** The broker's Java and our own code are compiled meanwhile: the first hundreds take twice as long. */
const WARM_UP = 1_000;
/** After a round, so that the next meets nothing of it: the point still reports, EV_Central still takes that in. */
const BETWEEN_MS = 40;
const FLUSHES = 200;
const BLOCK_BYTES = 4_096;

export const latencyBench: Bench = {
  name: 'latency',
  what: 'while 1,000 connectors charge: request → EV_Central’s answer, and → authorized by the point, at the driver',
  rows: [
    {
      row: 'latency-decide', what: 'request → accepted by EV_Central, median', unit: 'ms', better: 'lower', goal: 2,
    },
    { row: 'latency-decide-p99', what: 'the same, 99 % are faster', unit: 'ms', better: 'lower' },
    {
      row: 'latency-authorize', what: 'request → authorized by the point, median', unit: 'ms', better: 'lower',
      goal: 5, ratioGoal: 6,
    },
    {
      row: 'latency-authorize-p99', what: 'the same, 99 % are faster', unit: 'ms', better: 'lower', ratioGoal: 5,
    },
    {
      row: 'latency-unflushed', what: 'bare request and reply whose request is not flushed, median', unit: 'ms',
      better: 'lower',
    },
    { row: 'latency-flush', what: 'one flush of 4 KB to this disk, median', unit: 'ms', better: 'lower' },
  ],
  run,
};

async function run(stage: Stage): Promise<Figures> {
  const charging = scaled(CHARGING, stage, CONNECTORS_OF_POINT);
  const chargingPoints = Math.ceil(charging / CONNECTORS_OF_POINT);
  const fleets = await startFleets(stage, {
    points: chargingPoints + FREE_POINTS, connectorsOfPoint: CONNECTORS_OF_POINT,
  });
  await startCharging(stage, fleets, fleets.places.slice(0, charging));
  const free = fleets.places.slice(chargingPoints * CONNECTORS_OF_POINT);
  const probe = await Probe.open(stage, fleets.network);
  const rounds = scaled(ROUNDS, stage, 20);
  const warmUp = scaled(WARM_UP, stage, 5);
  const accepted: number[] = [];
  const authorized: number[] = [];
  for (let round = 0; round < warmUp + rounds; round += 1) {
    stage.ended.throwIfAborted();
    const place = free[round % free.length];
    if (place === undefined) throw new Error('there is no free connector');
    const { requestId, acceptedMs, authorizedMs } = await probe.ask(place);
    await probe.cancel(requestId);
    await pause(BETWEEN_MS);
    if (round < warmUp) continue;
    accepted.push(acceptedMs);
    authorized.push(authorizedMs);
  }
  const trips = { rounds, warmUp, pauseMs: BETWEEN_MS };
  const bare = await bareRoundTrips(stage, { name: 'flushed', flushed: true, ...trips });
  const unflushed = await bareRoundTrips(stage, { name: 'unflushed', flushed: false, ...trips });
  const [bareP50, bareP99] = [percentileOf(bare, 0.5), percentileOf(bare, 0.99)];
  return {
    'latency-decide': { value: percentileOf(accepted, 0.5), baseline: bareP50 },
    'latency-decide-p99': { value: percentileOf(accepted, 0.99), baseline: bareP99 },
    'latency-authorize': { value: percentileOf(authorized, 0.5), baseline: bareP50 },
    'latency-authorize-p99': { value: percentileOf(authorized, 0.99), baseline: bareP99 },
    'latency-unflushed': { value: percentileOf(unflushed, 0.5) },
    'latency-flush': { value: percentileOf(await flushTimes(stage.dir), 0.5) },
  };
}

/** What the disk itself takes: most of a request's way is waiting for it. */
async function flushTimes(dir: string): Promise<number[]> {
  const file = await open(join(dir, 'flushed'), 'w');
  const block = Buffer.alloc(BLOCK_BYTES, 'x');
  const timesMs: number[] = [];
  try {
    for (let n = 0; n < FLUSHES; n += 1) {
      const startedMs = performance.now();
      await file.write(block, 0, block.length, n * BLOCK_BYTES);
      await file.datasync();
      timesMs.push(performance.now() - startedMs);
    }
  } finally {
    await file.close();
  }
  return timesMs;
}
