// `storm`: EV_Central is killed under ten thousand monitors and started again; how long until all of them are let in,
// each coming back with its usual jittered pauses? Nothing may look broken because of it, and charges go on.
import { setTimeout as pause } from 'node:timers/promises';
import { type Bench, type Figures, scaled, type Stage } from './bench.ts';
import { type Fleets, processesFor, startCharging, startFleets, waitUntil } from './fleets.ts';
import { machine } from './machine.ts';
import { operatorAt } from './operator.ts';
import { namedProcesses, watchProcessors } from './processes.ts';

const MONITORS = 10_000;
const CHARGING = 200;
const STORM_TIMEOUT_MS = 120_000;
const LOOK_MS = 25;
/** Long enough for all links to be quiet, and for pauses to begin anew at the next loss. */
const SETTLE_MS = 10_000;
/** False alarms come late: what is said in this time after the storm counts too. */
const AFTER_MS = 5_000;
const GOAL_S = 10;

export const stormBench: Bench = {
  name: 'storm',
  what: 'EV_Central is killed and started again under 10,000 monitors: all are let in again',
  rows: [
    {
      row: 'storm', what: 'from “listening” until the last monitor is let in', unit: 's', better: 'lower', goal: GOAL_S,
    },
    { row: 'storm-half', what: 'until half of them are', unit: 's', better: 'lower' },
    { row: 'storm-start', what: 'from kill -9 until it listens again', unit: 's', better: 'lower' },
    { row: 'storm-false-faults', what: 'points told to be faulted', unit: 'points', better: 'lower', goal: 0 },
    {
      row: 'storm-touched-charges', what: 'running charges that changed their state', unit: 'charges', better: 'lower',
      goal: 0,
    },
  ],
  run,
};

async function run(stage: Stage): Promise<Figures> {
  const { openFiles, ports } = machine();
  const monitors = scaled(MONITORS, stage, 10);
  const portCount = ports === null ? 'an unknown number of' : ports.to - ports.from + 1;
  stage.say(`${openFiles ?? 'any number of'} open files a process, ${portCount} ports: ${monitors} monitors in `
    + `${processesFor(monitors)} processes`);
  const fleets = await startFleets(stage, { points: monitors, connectorsOfPoint: 1 });
  await startCharging(stage, fleets, fleets.places.slice(0, scaled(CHARGING, stage, 2)));
  const processors = watchProcessors(namedProcesses(fleets.network));
  await pause(SETTLE_MS * Math.max(stage.scale, 0.3));
  stage.say(`before the storm, ${processors()}`);
  const before = chargesOf(fleets);
  const lastEvent = fleets.file.count('SELECT max(row_id) FROM events');
  const killedMs = performance.now();
  await fleets.network.central.kill9();
  await fleets.network.startCentral();
  const listeningMs = performance.now();
  const letIn = await untilAllLetIn(stage, fleets, monitors);
  await pause(AFTER_MS);
  await waitUntil(() => fleets.file.pointsInService() === monitors, stage, {
    what: 'all points in service again', timeoutMs: STORM_TIMEOUT_MS,
    seen: () => `${fleets.file.pointsInService()} of ${monitors}`,
  });
  return {
    'storm': { value: (letIn.allMs - listeningMs) / 1_000 },
    'storm-half': { value: (letIn.halfMs - listeningMs) / 1_000 },
    'storm-start': { value: (listeningMs - killedMs) / 1_000 },
    'storm-false-faults': { value: faultsSince(fleets, lastEvent) },
    'storm-touched-charges': { value: touched(fleets, before, lastEvent) },
  };
}

async function untilAllLetIn(
  stage: Stage, { network }: Fleets, monitors: number,
): Promise<{ halfMs: number; allMs: number }> {
  const operator = await operatorAt(stage, network, STORM_TIMEOUT_MS);
  try {
    let halfMs: number | null = null;
    let count = 0;
    await waitUntil(async () => {
      count = await operator.monitors();
      if (count >= monitors / 2) halfMs ??= performance.now();
      return count >= monitors;
    }, stage, {
      what: 'all monitors let in', timeoutMs: STORM_TIMEOUT_MS, pollMs: LOOK_MS, seen: () => `${count} of ${monitors}`,
    });
    return { halfMs: halfMs ?? performance.now(), allMs: performance.now() };
  } finally {
    await operator.close();
  }
}

function chargesOf({ file }: Fleets): number {
  return file.count('SELECT count(*) FROM charging_sessions WHERE state = \'charging\'');
}

/** Points that were announced as faulted, or that a fault was told of. */
function faultsSince({ file }: Fleets, event: number): number {
  return file.count(`SELECT count(DISTINCT point_id) FROM events WHERE row_id > ? AND (kind = 'fault'
    OR (kind = 'point-status' AND data ->> 'to' = 'Faulted'))`, event);
}

/** Charges that are no longer under way, and those that were interrupted and came back. */
function touched(fleets: Fleets, before: number, event: number): number {
  const changed = fleets.file.count(
    'SELECT count(DISTINCT session_id) FROM events WHERE row_id > ? AND kind = \'session-state\'', event);
  return Math.max(changed, before - chargesOf(fleets));
}
