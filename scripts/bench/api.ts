// `api`: how long reads of the REST API take at a thousand a second while 5,000 connectors charge, and what starting a
// charge over HTTP costs more than over Kafka, in turn in the same run.
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../broker/ports.ts';
import { type Bench, type Figures, scaled, type Stage } from './bench.ts';
import { type Fleets, type Place, PROBE, startCharging, startFleets } from './fleets.ts';
import { Probe } from './probe.ts';
import { percentileOf } from './table.ts';

const CHARGING = 5_000;
const CONNECTORS_OF_POINT = 16;
/** Points besides those that charge: charges are started at them in turn. */
const FREE_POINTS = 4;
const READS_A_SECOND = 1_000;
const SECONDS = 30;
const WARM_UP_SECONDS = 5;
/** Reads are sent in bundles: a timer is no finer. */
const BUNDLE_MS = 10;
const ROUNDS = 300;
const WARM_UP_ROUNDS = 100;
const BETWEEN_MS = 40;
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
  const api = await Api.logIn(port, fleets.network.secrets.users[PROBE]?.password ?? '');
  const reads = await readSteadily(stage, fleets, api);
  const starts = await startInTurn(stage, fleets, api, fleets.places.slice(chargingPoints * CONNECTORS_OF_POINT));
  const [http, kafka] = [percentileOf(starts.http, 0.5), percentileOf(starts.kafka, 0.5)];
  return {
    'api-read-p95': { value: percentileOf(reads.timesMs, 0.95) },
    'api-read-p50': { value: percentileOf(reads.timesMs, 0.5) },
    'api-read-p99': { value: percentileOf(reads.timesMs, 0.99) },
    'api-read-rate': { value: reads.rate },
    'api-start': { value: http, baseline: kafka },
    'api-start-more': { value: http - kafka },
  };
}

/** Sends by the clock, whatever is answered meanwhile; a time counts from when its read was due. */
async function readSteadily(
  stage: Stage, { pointIds }: Fleets, api: Api,
): Promise<{ timesMs: number[]; rate: number }> {
  const aBundle = Math.max(1, Math.round(scaled(READS_A_SECOND, stage) * BUNDLE_MS / 1_000));
  const seconds = Math.max(2, SECONDS * stage.scale);
  const warmUp = Math.max(1, WARM_UP_SECONDS * stage.scale);
  const bundles = Math.round((warmUp + seconds) * 1_000 / BUNDLE_MS);
  const timesMs: number[] = [];
  const pending: Promise<void>[] = [];
  const startedMs = performance.now();
  let measuredFromMs = startedMs;
  let count = 0;
  for (let bundle = 0; bundle < bundles; bundle += 1) {
    stage.ended.throwIfAborted();
    const dueMs = startedMs + bundle * BUNDLE_MS;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await pause(waitMs);
    const counts = bundle * BUNDLE_MS >= warmUp * 1_000;
    if (!counts) measuredFromMs = dueMs + BUNDLE_MS;
    for (let n = 0; n < aBundle; n += 1) {
      count += 1;
      const path = pathOf(count, pointIds);
      pending.push(api.get(path).then(() => void (counts && timesMs.push(performance.now() - dueMs))));
    }
  }
  await Promise.all(pending);
  return { timesMs, rate: timesMs.length * 1_000 / (performance.now() - measuredFromMs) / Math.min(1, stage.scale) };
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
  stage: Stage, { network }: Fleets, api: Api, free: readonly Place[],
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

/** A client that is logged in as the probe's driver. */
class Api {
  readonly #base: string;
  readonly #token: string;
  #keys = 0;

  private constructor(base: string, token: string) {
    this.#base = base;
    this.#token = token;
  }

  static async logIn(port: number, password: string): Promise<Api> {
    const base = `http://127.0.0.1:${port}/api/v1`;
    const answer = await fetch(`${base}/auth/login`, {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userId: PROBE, password }),
    });
    const body = await bodyOf(answer);
    return new Api(base, String(body['accessToken']));
  }

  async get(path: string): Promise<Record<string, unknown>> {
    return bodyOf(await fetch(`${this.#base}${path}`, { headers: { authorization: `Bearer ${this.#token}` } }));
  }

  async start({ pointId, connectorNo }: Place): Promise<string> {
    const body = await this.#post('/sessions', { target: { kind: 'point', pointId, connectorNo } });
    return String(body['sessionId']);
  }

  async cancel(sessionId: string): Promise<void> {
    await this.#post(`/sessions/${sessionId}/cancel`, {});
  }

  async #post(path: string, body: unknown): Promise<Record<string, unknown>> {
    this.#keys += 1;
    return bodyOf(await fetch(`${this.#base}${path}`, {
      method: 'POST', body: JSON.stringify(body), headers: {
        authorization: `Bearer ${this.#token}`, 'content-type': 'application/json',
        'idempotency-key': `bench-${process.pid}-${this.#keys}`,
      },
    }));
  }
}

async function bodyOf(answer: Response): Promise<Record<string, unknown>> {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.url} was answered with ${answer.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text) as Record<string, unknown>;
}
