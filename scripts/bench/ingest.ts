// `ingest` and `ingest-all`: how many meter samples a second EV_Central takes through its whole path. A backlog is
// written first; then a real EV_Central is started on a database in which all those charges are under way, some or all
// of them watched by drivers on line, and drains it. A bare kafkajs program drains the same records in the same run.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectBus } from '../../shared/bus/connection.ts';
import { topicName } from '../../shared/bus/topics.ts';
import { run } from '../broker/java.ts';
import { startProxy } from '../drill/tcp-proxy.ts';
import { type Bench, type BenchRow, type Figures, scaled, type Stage } from './bench.ts';
import { CentralFile } from './central-file.ts';
import type { BareIngestJob, BareIngestResult } from './bare/ingest.ts';
import { type ChargingNetwork, makeChargingNetwork } from './charging-network.ts';
import { writeMeterBacklog } from './meter-backlog.ts';
import { logWatchersIn } from './watchers.ts';

const SESSIONS = 20_000;
const DRIVERS = 2_000;
const CONNECTORS_OF_POINT = 2;
const SITES = 100;
/** Of every session: two million in all. */
const SECONDS = 100;
const LOOK_MS = 50;
const DRAIN_TIMEOUT_MS = 300_000;

/** The network and its backlog: written once, every run begins with a copy of the database. */
type Prepared = {
  readonly network: ChargingNetwork; readonly topicPrefix: string; readonly records: number;
  readonly files: ReadonlyMap<string, Buffer>;
};
const FILES = ['central.db', 'master.key'];
let prepared: { brokers: string; what: Promise<Prepared> } | null = null;

export const ingestBench = ingest({ name: 'ingest', goal: 90_000, watchedShare: 0.1, share: '10 % of the charges' });
export const ingestAllBench = ingest({ name: 'ingest-all', goal: 60_000, watchedShare: 1, share: 'every charge' });

function ingest(options: { name: string; goal: number; watchedShare: number; share: string }): Bench {
  const { name, goal, watchedShare, share } = options;
  const what = `meter samples a second through EV_Central's whole path, a backlog of two million, ${share} watched`;
  const row: BenchRow = { row: name, what, unit: 'samples/s', better: 'higher', goal, ratioGoal: 0.7 };
  return { name, what, rows: [row], run: (stage) => measure(stage, name, watchedShare) };
}

async function measure(stage: Stage, row: string, watchedShare: number): Promise<Figures> {
  const { brokers } = stage.broker;
  if (prepared?.brokers !== brokers) prepared = { brokers, what: prepare(stage) };
  const ready = await prepared.what;
  const watching = ready.network.driverIds.slice(0, Math.ceil(ready.network.driverIds.length * watchedShare));
  const baseline = await bare(stage, ready, new Set(watching));
  const value = await drain(stage, ready, watching);
  return { [row]: { value, baseline } };
}

async function prepare(stage: Stage): Promise<Prepared> {
  const dir = await mkdtemp(join(tmpdir(), 'ev-bench-network-'));
  try {
    const topicPrefix = `${stage.topicPrefix}-backlog`;
    const sessions = scaled(SESSIONS, stage, 200);
    const network = await makeChargingNetwork({
      dataDir: dir, topicPrefix, sites: SITES, points: Math.ceil(sessions / CONNECTORS_OF_POINT),
      connectorsOfPoint: CONNECTORS_OF_POINT, drivers: scaled(DRIVERS, stage, 20),
    });
    stage.say(`${network.sessions.length} charges are under way; their meter samples are written to the broker …`);
    const bus = await connectBus({
      brokers: stage.broker.brokers.split(','), clientId: 'bench', log: () => undefined, timeoutMs: 20_000,
    });
    await bus.ensureTopics({ prefix: topicPrefix, partitions: 12, replicationFactor: 1 });
    const records = await writeMeterBacklog(bus, network, { topicPrefix, seconds: SECONDS });
    await bus.close();
    const files = new Map<string, Buffer>();
    for (const file of FILES) files.set(file, await readFile(join(dir, file)));
    return { network, topicPrefix, records, files };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** EV_Central drains the backlog; samples a second from the first commit to the last. */
async function drain(stage: Stage, ready: Prepared, watching: ChargingNetwork['driverIds']): Promise<number> {
  const { network: { password }, topicPrefix, records } = ready;
  // The broker shows itself to EV_Central only when all watchers are on line: what is measured begins then.
  const curtain = await startProxy({ target: firstOf(stage.broker.brokers), random: Math.random });
  stage.defer(() => curtain.close());
  curtain.setMode({ kind: 'refuse' });
  const central = stage.network({ topicPrefix, centralArgs: ['--kafka-brokers', curtain.address] });
  await mkdir(central.centralDir, { recursive: true, mode: 0o700 });
  for (const [name, bytes] of ready.files) await writeFile(join(central.centralDir, name), bytes, { mode: 0o600 });
  await central.startCentral();
  const watchers = await logWatchersIn({ port: central.centralPort, driverIds: watching, password });
  stage.defer(() => watchers.close());
  const topic = topicName(topicPrefix, 'meter');
  const file = new CentralFile(join(central.centralDir, 'central.db'));
  stage.defer(() => file.close());
  const committed = (): number =>
    file.offsets().reduce((sum, position) => sum + (position.topic === topic ? position.next : 0), 0);
  curtain.setMode({ kind: 'pass' });
  const begin = await until(stage, committed, (count) => count > 0);
  const end = await until(stage, committed, (count) => count >= records);
  return (end.records - begin.records) * 1_000 / (end.atMs - begin.atMs);
}

/** Looks at what is committed until it is enough. */
async function until(
  stage: Stage, committed: () => number, enough: (records: number) => boolean,
): Promise<{ records: number; atMs: number }> {
  const startedMs = performance.now();
  for (;;) {
    const now = { records: committed(), atMs: performance.now() };
    if (enough(now.records)) return now;
    if (now.atMs - startedMs > DRAIN_TIMEOUT_MS) throw new Error(`${now.records} samples committed after 5 minutes`);
    stage.ended.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function firstOf(brokers: string): { host: string; port: number } {
  const [first = ''] = brokers.split(',');
  const cut = first.lastIndexOf(':');
  return { host: first.slice(0, cut), port: Number(first.slice(cut + 1)) };
}

/** The bare program drains the same records. */
async function bare(stage: Stage, ready: Prepared, watching: ReadonlySet<string>): Promise<number> {
  const { network, topicPrefix, records } = ready;
  const job: BareIngestJob = {
    brokers: stage.broker.brokers, meterTopic: topicName(topicPrefix, 'meter'),
    progressTopic: topicName(topicPrefix, 'progress'), records,
    keys: Object.fromEntries(network.sessions.map(({ keyId, keyBase64 }) => [keyId, keyBase64])),
    watched: Object.fromEntries(network.sessions.filter(({ driverId }) => watching.has(driverId))
      .map(({ sessionId, driverId, keyBase64 }) => [sessionId, { driverId, keyBase64 }])),
  };
  const file = join(stage.dir, 'bare-ingest.json');
  await writeFile(file, JSON.stringify(job), { mode: 0o600 });
  const { status, output } = await run(process.execPath, [join(import.meta.dirname, 'bare', 'ingest.ts'), file]);
  if (status !== 0) throw new Error(`the bare program failed: ${output}`);
  const result = JSON.parse(output.trim().split('\n').at(-1) ?? '') as BareIngestResult;
  return result.records * 1_000 / result.elapsedMs;
}
