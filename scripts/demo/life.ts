// Life without end, for the demo in a terminal: drivers come, charge, wait and go; some book before, and some of those
// do not come; points break and are repaired; now and then an engine dies. Which of these, when, is drawn from a seed.
import { pointId, siteId } from '../../shared/ids.ts';
import type { Target } from '../../shared/messages/values.ts';
import type { ReservationNews } from '../../shared/messages/reservation-news.ts';
import type { Driver } from './driver.ts';
import { driverComes, driverGoes, SPEED, type Stage } from './stage.ts';

const BUSY_SHARE = 0.4;
/** So many at the busy point are a queue that can be seen; more would leave the rest of the network empty. */
const BUSY_DRIVERS = 3;
const TOP_UP = '100.00';
const BOOKING_SHARE = 0.25;
/** Of those who have booked, so many come. */
const COMING_SHARE = 0.7;
/** Between the booking and the beginning of the slot: long enough for the reminder. */
const BOOKED_AHEAD_MS = 12_000;
const BOOKED_MS = 60_000;

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

async function visit(visit: Visit): Promise<void> {
  const { stage, driverId, random, atBusyPoint } = visit;
  const driver = await driverComes(stage, driverId);
  const booked = random() < BOOKING_SHARE ? await bookAndCome(visit, driver) : null;
  if (booked === 'stays-away') return;
  const energyWh = 4_000 + Math.floor(random() * 18) * 1_000;
  const target = booked ?? chooseTarget(stage, random, atBusyPoint.size < BUSY_DRIVERS);
  if (booked === null && target.kind === 'point') atBusyPoint.add(driverId);
  try {
    const request = await driver.ask(target, { energyWh });
    const over = await Promise.race([
      driver.told('ticket', request, 120_000), driver.told('refused', request, 120_000),
    ]);
    if (over.type === 'refused' && over.reason.startsWith('balance')) await topUp(stage, driverId);
    if (over.type === 'ticket' && random() < 0.5) await driverGoes(stage, driverId);
  } finally {
    atBusyPoint.delete(driverId);
  }
}

/** Books a connector of a site for soon; resolves with it when it is kept for her and she is there. */
async function bookAndCome({ stage, driverId, random }: Visit, driver: Driver): Promise<Target | 'stays-away' | null> {
  const place = siteTarget(stage, random);
  const comes = random() < COMING_SHARE;
  let booked: ReservationNews;
  try {
    booked = await driver.book(place, { inMs: BOOKED_AHEAD_MS });
  } catch (error) {
    // Nothing is free then, or her wallet has not the fee that is held: she charges without, as others do.
    if (String(error).includes('the wallet lacks')) await topUp(stage, driverId);
    return null;
  }
  const { reservationId } = booked;
  if (!comes) {
    await driver.toldOf('no-show', reservationId, BOOKED_MS);
    return 'stays-away';
  }
  const { pointId: at, connectorNo } = await driver.toldOf('open', reservationId, BOOKED_MS);
  await driver.checkIn(reservationId);
  return { kind: 'point', pointId: at, connectorNo };
}

async function topUp({ network }: Stage, driverId: string): Promise<void> {
  await network.tool(['admin', 'user', 'top-up', driverId, TOP_UP]);
}

/** Often the same busy point, so that a queue forms; else any point of a site. */
function chooseTarget(stage: Stage, random: () => number, mayQueueUp: boolean): Target {
  const busy = stage.file.points.find((point) => point.siteId === stage.file.sites[1]?.siteId);
  if (busy !== undefined && random() < BUSY_SHARE && mayQueueUp) {
    return { kind: 'point', pointId: pointId(busy.pointId), connectorNo: null };
  }
  return siteTarget(stage, random);
}

function siteTarget({ file: { sites } }: Stage, random: () => number): Extract<Target, { kind: 'site' }> {
  const site = sites[Math.floor(random() * sites.length)];
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
