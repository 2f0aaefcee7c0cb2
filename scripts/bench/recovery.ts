// `recovery`: a supervised EV_Central is killed while thousands charge; how long until it serves again and has read
// everything that was written meanwhile? Afterwards every charge is ended, and what was billed is compared with what
// the points' meters say, charge by charge.
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { connectBus } from '../../shared/bus/connection.ts';
import type { Bus } from '../../shared/bus/port.ts';
import { topicName } from '../../shared/bus/topics.ts';
import type { JsonEvent } from '../network/managed-process.ts';
import { type Bench, type Figures, scaled, type Stage } from './bench.ts';
import { type Fleets, startCharging, startFleets, waitUntil } from './fleets.ts';
import { operatorAt } from './operator.ts';
import { centralPid } from './processes.ts';

const POINTS = 625;
const CONNECTORS_OF_POINT = 16;
const GOAL_S = 5;
const SETTLE_MS = 5_000;
/** Charges go on for so long after the recovery, then all are ended. */
const AFTER_MS = 5_000;
const TIMEOUT_MS = 120_000;
const LOOK_MS = 20;
const READ_TOPICS = ['requests', 'facts', 'meter'] as const;

export const recoveryBench: Bench = {
  name: 'recovery',
  what: 'a supervised EV_Central is killed while 10,000 charge: it serves again, has read everything, and bills right',
  rows: [
    {
      row: 'recovery', what: 'from kill -9 until it serves and no partition has unread records', unit: 's',
      better: 'lower', goal: GOAL_S,
    },
    { row: 'recovery-serving', what: 'from kill -9 until it answers a question', unit: 's', better: 'lower' },
    { row: 'recovery-lost', what: 'energy in meters, not in tickets', unit: 'Wh', better: 'lower', goal: 0 },
    { row: 'recovery-doubled', what: 'energy in tickets, not in meters', unit: 'Wh', better: 'lower', goal: 0 },
  ],
  run,
};

async function run(stage: Stage): Promise<Figures> {
  const fleets = await startFleets(stage, {
    points: scaled(POINTS, stage, 1), connectorsOfPoint: CONNECTORS_OF_POINT,
  }, { centralArgs: ['--supervise'] });
  const meters = new Meters(fleets);
  await startCharging(stage, fleets, fleets.places);
  const bus = await connectBus({
    brokers: stage.broker.brokers.split(','), clientId: 'bench', log: () => undefined, timeoutMs: 20_000,
  });
  stage.defer(() => bus.close());
  await pause(SETTLE_MS);
  const times = await killAndWait(stage, fleets, bus);
  await pause(AFTER_MS);
  const { lostWh, doubledWh } = await settle(stage, fleets, meters);
  return {
    'recovery': { value: times.recoveredMs / 1_000 }, 'recovery-serving': { value: times.servingMs / 1_000 },
    'recovery-lost': { value: lostWh }, 'recovery-doubled': { value: doubledWh },
  };
}

/** Times since the kill. */
async function killAndWait(
  stage: Stage, { network, file }: Fleets, bus: Bus,
): Promise<{ servingMs: number; recoveredMs: number }> {
  const topics = READ_TOPICS.map((topic) => topicName(stage.topicPrefix, topic));
  const pid = centralPid(network.central);
  const readBefore = read(file.offsets());
  const killedMs = performance.now();
  process.kill(pid, 'SIGKILL');
  const operator = await operatorAt(stage, network, TIMEOUT_MS);
  const servingMs = performance.now() - killedMs;
  await operator.close();
  let behind = 0;
  await waitUntil(async () => {
    // The ends are asked first: offsets that reach them a moment later have left nothing unread.
    const ends = await bus.logRanges(topics);
    const offsets = new Map(file.offsets().map((each) => [`${each.topic}/${each.partition}`, each.next]));
    behind = ends.reduce((sum, { topic, partition, end }) =>
      sum + Math.max(0, end - (offsets.get(`${topic}/${partition}`) ?? 0)), 0);
    return behind === 0 && read(file.offsets()) > readBefore;
  }, stage, { what: 'everything is read', timeoutMs: TIMEOUT_MS, pollMs: LOOK_MS, seen: () => `${behind} unread` });
  return { servingMs, recoveredMs: performance.now() - killedMs };
}

function read(offsets: readonly { readonly next: number }[]): number {
  return offsets.reduce((sum, { next }) => sum + next, 0);
}

/** Unplugs everything, waits for the tickets, and compares each with its meter. */
async function settle(
  stage: Stage, fleets: Fleets, meters: Meters,
): Promise<{ lostWh: number; doubledWh: number }> {
  for (const place of fleets.places) fleets.engineOf(place.pointId).send({ do: 'unplug', ...place });
  const tickets = (): number => fleets.file.count('SELECT count(DISTINCT session_id) FROM tickets');
  await waitUntil(() => tickets() >= fleets.places.length, stage, {
    what: 'a ticket for every charge', timeoutMs: TIMEOUT_MS, seen: () => `${tickets()} of ${fleets.places.length}`,
  });
  const billed = new Map<string, number>();
  for (const row of fleets.file.rows('SELECT session_id, sum(energy_wh) AS wh FROM tickets GROUP BY session_id')) {
    billed.set(String(row['session_id']), Number(row['wh']));
  }
  let [lostWh, doubledWh, totalWh] = [0, 0, 0];
  for (const [sessionId, energyWh] of meters.energies()) {
    const differenceWh = energyWh - (billed.get(sessionId) ?? 0);
    lostWh += Math.max(0, differenceWh);
    doubledWh += Math.max(0, -differenceWh);
    totalWh += energyWh;
    billed.delete(sessionId);
  }
  for (const energyWh of billed.values()) doubledWh += energyWh;
  stage.say(`${fleets.places.length} charges, ${totalWh} Wh in the meters: ${lostWh} lost, ${doubledWh} too many`);
  return { lostWh, doubledWh };
}

const meterFactSchema = z.object({ event: z.literal('fact'), fact: z.discriminatedUnion('type', [
  z.object({ type: z.literal('session-started'), sessionId: z.string(), meterStartWh: z.int() }),
  z.object({ type: z.literal('session-ended'), sessionId: z.string(), meterStopWh: z.int() }),
]) });

/** What the points' meters stood at when charges began and ended, as their engines have written it. */
class Meters {
  readonly #starts = new Map<string, number>();
  readonly #stops = new Map<string, number>();

  constructor({ engines }: Fleets) {
    for (const engine of engines) engine.listen((event) => this.#take(event));
  }

  energies(): [string, number][] {
    return [...this.#starts].map(([sessionId, startWh]) =>
      [sessionId, (this.#stops.get(sessionId) ?? startWh) - startWh]);
  }

  #take(event: JsonEvent): void {
    const fact = meterFactSchema.safeParse(event).data?.fact;
    if (fact?.type === 'session-started') this.#starts.set(fact.sessionId, fact.meterStartWh);
    else if (fact?.type === 'session-ended') this.#stops.set(fact.sessionId, fact.meterStopWh);
  }
}
