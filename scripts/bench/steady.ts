// `steady`: tens of thousands of connectors charge at one report a second; does EV_Central keep up, and how long does a
// report take from the point to the commit? The times are taken afterwards, so that measuring costs next to nothing
// while it runs: the reports lie in Kafka with the time at which their point made them, and the offsets that EV_Central
// had committed were looked at every few milliseconds.
import { setTimeout as pause } from 'node:timers/promises';
import { connectBus } from '../../shared/bus/connection.ts';
import type { Bus } from '../../shared/bus/port.ts';
import { topicName } from '../../shared/bus/topics.ts';
import { type Bench, type Figures, scaled, type Stage } from './bench.ts';
import { CommitLog } from './commit-log.ts';
import { type Fleets, startCharging, startFleets } from './fleets.ts';
import { residentMb } from './machine.ts';
import { centralPid, namedProcesses, watchProcessors } from './processes.ts';
import { readReports } from './report-times.ts';
import { percentileOf } from './table.ts';

const POINTS = 2_500;
const CONNECTORS_OF_POINT = 16;
/** One alone is a core's work at 36,700 reports a second. */
const ENGINES = 2;
const SECONDS = 60;
/** After the last charge has started, before the clock starts. */
const SETTLE_MS = 10_000;
const LAG_EVERY_MS = 700;
/** A lag that grows by less than this share of the reports does not grow: it only moves. */
const GROWTH_SHARE = 0.01;
/** A second may be cut at both ends of the minute. */
const RATE_SHARE = 0.99;
const REPORTS_A_SECOND = POINTS * CONNECTORS_OF_POINT;

export const steadyBench: Bench = {
  name: 'steady',
  what: '40,000 connectors of 2,500 points charge for a minute, one report a second each',
  rows: [
    {
      row: 'steady', what: 'reports that EV_Central committed a second', unit: 'reports/s', better: 'higher',
      goal: REPORTS_A_SECOND * RATE_SHARE,
    },
    { row: 'steady-p50', what: 'from a report in the point to its commit, median', unit: 'ms', better: 'lower' },
    { row: 'steady-p99', what: 'the same, 99 % are faster', unit: 'ms', better: 'lower', goal: 500 },
    {
      row: 'steady-lag-growth', what: 'growth of the records that wait, last third against first', unit: 'records/s',
      better: 'lower', goal: REPORTS_A_SECOND * GROWTH_SHARE,
    },
    { row: 'steady-memory', what: 'EV_Central, the most in that minute', unit: 'MB', better: 'lower', goal: 500 },
  ],
  run,
};

type Minute = {
  readonly fromMs: number; readonly toMs: number;
  readonly lags: readonly { atMs: number; records: number }[];
  readonly memoryMb: number; readonly committed: number; readonly commits: CommitLog;
};

async function run(stage: Stage): Promise<Figures> {
  const fleets = await startFleets(stage, {
    points: scaled(POINTS, stage, 2), connectorsOfPoint: CONNECTORS_OF_POINT,
  }, { processes: ENGINES });
  await startCharging(stage, fleets, fleets.places);
  const topic = topicName(stage.topicPrefix, 'meter');
  const bus = await connectBus({
    brokers: stage.broker.brokers.split(','), clientId: 'bench', log: () => undefined, timeoutMs: 20_000,
  });
  stage.defer(() => bus.close());
  await pause(SETTLE_MS * stage.scale);
  const minute = await watch(stage, fleets, bus, topic);
  await fleets.network.stop();
  const { delaysMs, uncommitted } = await readReports({ bus, topic, minute, network: fleets.network });
  if (delaysMs.length === 0) throw new Error('no report of that minute reached the log');
  const seconds = (minute.toMs - minute.fromMs) / 1_000;
  stage.say(`${delaysMs.length} reports looked at; ${uncommitted} of them were not committed in time to be seen`);
  return {
    'steady': { value: minute.committed / seconds },
    'steady-p50': { value: percentileOf(delaysMs, 0.5) },
    'steady-p99': { value: percentileOf(delaysMs, 0.99) },
    'steady-lag-growth': { value: growthOf(minute) },
    'steady-memory': { value: minute.memoryMb },
  };
}

/** Looks at offsets, lag and memory while everything runs by itself. */
async function watch(stage: Stage, { file, network }: Fleets, bus: Bus, topic: string): Promise<Minute> {
  const commits = new CommitLog(file, topic);
  const lags: { atMs: number; records: number }[] = [];
  const pid = centralPid(network.central);
  const fromMs = Date.now();
  const toMs = fromMs + SECONDS * 1_000 * Math.max(stage.scale, 0.1);
  const before = commits.total();
  const processors = watchProcessors(namedProcesses(network));
  let memoryMb = 0;
  while (Date.now() < toMs) {
    stage.ended.throwIfAborted();
    const ranges = await bus.logRanges([topic]);
    const records = ranges.reduce((sum, range) => sum + range.end, 0) - commits.total();
    lags.push({ atMs: Date.now(), records: Math.max(0, records) });
    memoryMb = Math.max(memoryMb, residentMb(pid));
    await pause(LAG_EVERY_MS);
  }
  const committed = commits.total() - before;
  const measuredToMs = Date.now();
  stage.say(processors());
  await pause(2_000); // the last reports of the minute are committed too
  commits.close();
  const mean = Math.round(lags.reduce((sum, lag) => sum + lag.records, 0) / Math.max(1, lags.length));
  stage.say(`lag at the mean ${mean} records, at the most ${Math.max(...lags.map((lag) => lag.records))}`);
  return { fromMs, toMs: measuredToMs, lags, memoryMb, committed, commits };
}

/** Records a second by which the lag of the last third lies above that of the first. */
function growthOf({ lags, fromMs, toMs }: Minute): number {
  const thirdMs = (toMs - fromMs) / 3;
  const mean = (from: number, to: number): number => {
    const inside = lags.filter(({ atMs }) => atMs >= from && atMs < to);
    return inside.reduce((sum, { records }) => sum + records, 0) / Math.max(1, inside.length);
  };
  const growth = mean(toMs - thirdMs, toMs) - mean(fromMs, fromMs + thirdMs);
  return (growth * 1_000) / (2 * thirdMs);
}
