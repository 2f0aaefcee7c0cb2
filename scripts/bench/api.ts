// `api`: how long reads of the REST API take at a thousand a second while 5,000 connectors charge, and what starting a
// charge over HTTP costs more than over Kafka, in turn in the same run.
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../broker/ports.ts';
import { ApiClient, ApiTrouble } from './api-client.ts';
import { type Bench, type Figures, scaled, type Stage } from './bench.ts';
import { type Fleets, type Place, PROBE, startCharging, startFleets } from './fleets.ts';
import { Probe } from './probe.ts';
import { namedProcesses, watchProcessors } from './processes.ts';
import { type Reads, readSteadily } from './steady-reads.ts';
import { percentileOf } from './table.ts';

const CHARGING = 5_000;
const CONNECTORS_OF_POINT = 16;
/** Points besides those that charge: charges are started at them in turn. */
const FREE_POINTS = 4;
const READS_A_SECOND = 1_000;
const SECONDS = 30;
const WARM_UP_SECONDS = 5;
const ROUNDS = 300;
const WARM_UP_ROUNDS = 100;
const BETWEEN_MS = 40;
/** Kinds of failed reads that are said one by one. */
const TROUBLES_SHOWN = 5;
/** Rates are not what is measured. */
const NO_RATE = '100000000';

export const apiBench: Bench = {
  name: 'api',
  what: 'while 5,000 connectors charge: 1,000 reads a second over HTTP; a charge started over HTTP and over Kafka',
  rows: [
    { row: 'api-read-p95', what: 'a read, 95 % are faster', unit: 'ms', better: 'lower', goal: 20 },
    { row: 'api-read-p50', what: 'the same, median', unit: 'ms', better: 'lower' },
    { row: 'api-read-p99', what: 'the same, 99 % are faster', unit: 'ms', better: 'lower' },
    {
      row: 'api-read-rate', what: 'reads that were answered a second', unit: 'reads/s', better: 'higher',
      goal: READS_A_SECOND * 0.99,
    },
    { row: 'api-read-failed', what: 'reads that failed', unit: 'reads', better: 'lower', goal: 0 },
    { row: 'api-start', what: 'POST /sessions → 202, median; bare: over Kafka', unit: 'ms', better: 'lower' },
    {
      row: 'api-start-more', what: 'median over HTTP less median over Kafka', unit: 'ms', better: 'lower', goal: 10,
    },
  ],
  run,
};

async function run(stage: Stage): Promise<Figures> {
  const charging = scaled(CHARGING, stage, CONNECTORS_OF_POINT);
  const chargingPoints = Math.ceil(charging / CONNECTORS_OF_POINT);
  const port = await freePort();
  const fleets = await startFleets(stage, {
    points: chargingPoints + FREE_POINTS, connectorsOfPoint: CONNECTORS_OF_POINT,
  }, { centralArgs: ['--api-port', String(port), '--api-token-rate', NO_RATE, '--api-address-rate', NO_RATE] });
  await startCharging(stage, fleets, fleets.places.slice(0, charging));
  const { reads, starts } = await withApi(stage, port, fleets, async (api) => ({
    reads: await read(stage, fleets, api),
    starts: await startInTurn(stage, fleets, api, fleets.places.slice(chargingPoints * CONNECTORS_OF_POINT)),
  }));
  const [http, kafka] = [percentileOf(starts.http, 0.5), percentileOf(starts.kafka, 0.5)];
  return {
    'api-read-p95': { value: percentileOf(reads.timesMs, 0.95) },
    'api-read-p50': { value: percentileOf(reads.timesMs, 0.5) },
    'api-read-p99': { value: percentileOf(reads.timesMs, 0.99) },
    'api-read-rate': { value: reads.rate / Math.min(1, stage.scale) },
    'api-read-failed': { value: [...reads.failed.values()].reduce((sum, count) => sum + count, 0) },
    'api-start': { value: http, baseline: kafka },
    'api-start-more': { value: http - kafka },
  };
}

/** What one request could not do is told with what may be tried instead. */
async function withApi<T>(
  stage: Stage, port: number, { network }: Fleets, work: (api: ApiClient) => Promise<T>,
): Promise<T> {
  try {
    const api = await ApiClient.logIn(port, network.secrets.users[PROBE]?.password ?? '');
    stage.defer(() => api.close());
    return await work(api);
  } catch (error) {
    if (!(error instanceof ApiTrouble)) throw error;
    throw new Error(`${error.message}: this machine may not carry that load, try --scale `
      + String(smaller(stage)));
  }
}

async function read(stage: Stage, { network, pointIds }: Fleets, api: ApiClient): Promise<Reads> {
  const usage = watchProcessors(namedProcesses(network).set('this bench', process.pid));
  const reads = await readSteadily((n) => api.read(pathOf(n, pointIds)), {
    aSecond: scaled(READS_A_SECOND, stage), seconds: Math.min(SECONDS, Math.max(2, 50 * stage.scale)),
    warmUpSeconds: Math.max(1, WARM_UP_SECONDS * stage.scale), ended: stage.ended,
  });
  stage.say(usage());
  const { asked, timesMs, failed } = reads;
  const troubles = [...failed].sort(([, a], [, b]) => b - a);
  for (const [what, count] of troubles.slice(0, TROUBLES_SHOWN)) {
    stage.say(`${count} of ${asked} reads failed: ${what}`);
  }
  if (timesMs.length > 0) return reads;
  throw new Error(`no read of ${asked} was answered (${troubles[0]?.[0] ?? 'none was sent'}): this `
    + `machine does not carry that load, try --scale ${smaller(stage)}`);
}

/** What a driver's app asks for. */
function pathOf(count: number, pointIds: readonly string[]): string {
  switch (count % 4) {
    case 0: return '/points?latitude=38.34&longitude=-0.48&radiusM=2000&limit=20';
    case 1: return `/points/${pointIds[count % pointIds.length] ?? ''}`;
    case 2: return '/me';
    default: return '/points?available=true&limit=20';
  }
}

async function startInTurn(
  stage: Stage, { network }: Fleets, api: ApiClient, free: readonly Place[],
): Promise<{ http: number[]; kafka: number[] }> {
  const probe = await Probe.open(stage, network);
  const times = { http: [] as number[], kafka: [] as number[] };
  const warmUp = scaled(WARM_UP_ROUNDS, stage, 5);
  const rounds = scaled(ROUNDS, stage, 20);
  for (let round = 0; round < warmUp + rounds; round += 1) {
    stage.ended.throwIfAborted();
    const place = free[round % free.length];
    if (place === undefined) throw new Error('there is no free connector');
    const { requestId, acceptedMs } = await probe.ask(place);
    await probe.cancel(requestId);
    await pause(BETWEEN_MS);
    const startedMs = performance.now();
    const sessionId = await api.start(place);
    const httpMs = performance.now() - startedMs;
    await api.cancel(sessionId);
    await pause(BETWEEN_MS);
    if (round < warmUp) continue;
    times.kafka.push(acceptedMs);
    times.http.push(httpMs);
  }
  return times;
}

/** What may be tried instead. */
function smaller({ scale }: Stage): number {
  return Math.max(0.01, Math.round(scale * 50) / 100);
}
