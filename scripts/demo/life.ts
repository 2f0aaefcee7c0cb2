// Life without end, for the demo in a terminal: drivers come, charge, wait and go; points break and are repaired; now
// and then an engine dies. Which of these, when, is drawn from a seed.
import { pointId, siteId } from '../../shared/ids.ts';
import type { Target } from '../../shared/messages/values.ts';
import { driverComes, driverGoes, SPEED, type Stage } from './stage.ts';

const BUSY_SHARE = 0.4;
/** So many at the busy point are a queue that can be seen; more would leave the rest of the network empty. */
const BUSY_DRIVERS = 3;
const TOP_UP = '100.00';

/** Runs until `stopped` says so. Failures of one visit end that visit only. */
export async function live(stage: Stage, options: { seed: number; stopped: () => boolean }): Promise<void> {
  const random = generator(options.seed);
  const atBusyPoint = new Set<string>();
  const visits = stage.driverIds.map(async (driverId) => {
    await pause(1 + random() * 6, options.stopped);
    while (!options.stopped()) {
      await visit({ stage, driverId, random, atBusyPoint }).catch(() => driverGoes(stage, driverId));
      await pause(1 + random() * 5, options.stopped);
    }
  });
  await Promise.all([...visits, breakages(stage, random, options.stopped)]);
}

type Visit = {
  readonly stage: Stage; readonly driverId: string; readonly random: () => number; readonly atBusyPoint: Set<string>;
};

async function visit({ stage, driverId, random, atBusyPoint }: Visit): Promise<void> {
  const driver = await driverComes(stage, driverId);
  const energyWh = 4_000 + Math.floor(random() * 18) * 1_000;
  const target = chooseTarget(stage, random, atBusyPoint.size < BUSY_DRIVERS);
  if (target.kind === 'point') atBusyPoint.add(driverId);
  try {
    const request = await driver.ask(target, { energyWh });
    const over = await Promise.race([
      driver.told('ticket', request, 120_000), driver.told('refused', request, 120_000),
    ]);
    if (over.type === 'refused' && over.reason.startsWith('balance')) {
      await stage.network.tool(['admin', 'user', 'top-up', driverId, TOP_UP]);
    }
    if (over.type === 'ticket' && random() < 0.5) await driverGoes(stage, driverId);
  } finally {
    atBusyPoint.delete(driverId);
  }
}

/** Often the same busy point, so that a queue forms; else any point of a site. */
function chooseTarget(stage: Stage, random: () => number, mayQueueUp: boolean): Target {
  const busy = stage.file.points.find((point) => point.siteId === stage.file.sites[1]?.siteId);
  if (busy !== undefined && random() < BUSY_SHARE && mayQueueUp) {
    return { kind: 'point', pointId: pointId(busy.pointId), connectorNo: null };
  }
  const site = stage.file.sites[Math.floor(random() * stage.file.sites.length)];
  return { kind: 'site', siteId: siteId(site?.siteId ?? '') };
}

async function breakages(stage: Stage, random: () => number, stopped: () => boolean): Promise<void> {
  const ids = [...stage.network.points.keys()];
  while (!stopped()) {
    await pause(15 + random() * 15, stopped);
    const id = ids[Math.floor(random() * ids.length)];
    const point = id === undefined ? undefined : stage.network.points.get(id);
    if (id === undefined || point === undefined || stopped()) continue;
    if (random() < 0.6) {
      point.engine.send({ do: 'fault', code: 'ground-fault', detail: 'leakage 9 mA', connectorNo: null });
      await pause(8, stopped);
      point.engine.send({ do: 'clear', connectorNo: null });
    } else {
      await point.engine.kill9();
      await pause(6, stopped);
      if (!stopped()) await stage.network.startEngine(id, ['--auto', '--speed', String(SPEED)]);
    }
  }
}

/** A small generator of reproducible numbers in [0, 1) (mulberry32, public domain). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function pause(seconds: number, stopped: () => boolean): Promise<void> {
  const untilMs = Date.now() + seconds * 1_000;
  while (Date.now() < untilMs && !stopped()) await new Promise((resolve) => setTimeout(resolve, 100));
}
