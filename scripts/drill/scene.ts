// What is under way when something breaks: points that charge, and drivers who wait in the queue of the site.
import { z } from 'zod';
import { isoTime } from '../../shared/clock.ts';
import { pointId, siteId } from '../../shared/ids.ts';
import type { Notice } from '../../shared/messages/notice.ts';
import type { Target } from '../../shared/messages/values.ts';
import type { Stage } from './drill.ts';
import { type DrillNetwork, SITE, timeOf } from './drill-network.ts';

const TICKET_MS = 90_000;
/** Long enough for what is broken to be mended: 12 to 17 s of charging. */
const ENERGY_WH = { from: 11_000, to: 16_000 } as const;
/** Who waits charges briefly: 1 to 3 s. */
const WAITING_WH = { from: 1_000, to: 3_000 } as const;
const MOMENT_WH = { from: 2_000, to: 5_000 } as const;

const progressEventSchema = z.object({
  event: z.literal('progress'), driverId: z.string(), progress: z.object({ energyWh: z.number() }),
});

/** One request of a driver and what became of it. */
export class Charge {
  readonly driverId: string;
  readonly requestId: string;
  readonly energyWh: number;
  readonly #network: DrillNetwork;
  /** Where it charges; empty as long as it waits. */
  pointId = '';
  sessionId = '';

  constructor(network: DrillNetwork, asked: { driverId: string; requestId: string; energyWh: number }) {
    this.#network = network;
    this.driverId = asked.driverId;
    this.requestId = asked.requestId;
    this.energyWh = asked.energyWh;
  }

  /** What its driver was told of it, at the client that she sits at now. */
  notices(): Notice[] {
    return this.#network.driver(this.driverId).notices.filter((notice) => notice.requestId === this.requestId);
  }

  /** Its final ticket has come. */
  isOver(): boolean {
    return this.notices().some((notice) => notice.type === 'ticket');
  }

  /** The first notice of a kind, when it comes. */
  told<T extends Notice['type']>(type: T, timeoutMs = TICKET_MS): Promise<Extract<Notice, { type: T }>> {
    return this.#network.driver(this.driverId).told(type, this.requestId, timeoutMs);
  }
}

export type Scene = {
  readonly charges: readonly Charge[];
  /** In the order of the queue. */
  readonly waiting: readonly Charge[];
  /** Waits for every ticket, and expects that the queue was served in its order and nobody was billed twice. */
  settle(): Promise<void>;
};

export type SceneWish = {
  /** Points that charge; default all. */
  readonly charging?: number;
  /** Drivers in the queue; default 2. */
  readonly waiting?: number;
  /** How much each of the first charges wants, in Wh; default 11 to 16 kWh. */
  readonly energyWh?: { readonly from: number; readonly to: number };
};

/**
 * Lets drivers ask in an order drawn from the seed: the first charge, the rest wait. Resolves when energy flows at
 * every charging point and Central's queue is as long as wanted.
 */
export async function chargesAndQueue(stage: Stage, wish: SceneWish = {}): Promise<Scene> {
  const { network, chance } = stage;
  const driverIds = chance.shuffled(network.driverIds);
  const pointIds = chance.shuffled(network.pointIds).slice(0, wish.charging ?? network.pointIds.length);
  const energy = wish.energyWh ?? ENERGY_WH;
  const charges: Charge[] = [];
  for (const id of pointIds) {
    charges.push(await ask(stage, driverIds.shift() ?? '', atPoint(id), chance.whole(energy.from, energy.to)));
  }
  for (const charge of charges) {
    const { sessionId, pointId: at } = await charge.told('started');
    Object.assign(charge, { sessionId, pointId: at });
  }
  await Promise.all(charges.map((charge) => untilFlowing(network, charge)));
  const waiting: Charge[] = [];
  for (const driverId of driverIds.slice(0, wish.waiting ?? 2)) {
    const wants = chance.whole(WAITING_WH.from, WAITING_WH.to);
    const charge = await ask(stage, driverId, atSite(), wants);
    charge.sessionId = (await charge.told('queued')).sessionId;
    waiting.push(charge);
  }
  const where = charges.map((charge) => `${charge.driverId} at ${charge.pointId}`).join(', ');
  const queue = waiting.map((charge) => charge.driverId).join(', then ');
  stage.say(`charging: ${where}${queue === '' ? '' : `; waiting: ${queue}`}`);
  return { charges, waiting, settle: () => settle(stage, charges, waiting) };
}

/**
 * The moment when things break, from the seed: one of the charges, when it has some kWh behind it. Resolves then, with
 * that charge.
 */
export async function momentToBreak({ network, chance, say }: Stage, { charges }: Scene): Promise<Charge> {
  const charge = chance.of(charges);
  const energyWh = chance.whole(MOMENT_WH.from, MOMENT_WH.to);
  await network.driver(charge.driverId).process.next((event) => {
    const parsed = progressEventSchema.safeParse(event);
    return parsed.success && parsed.data.driverId === charge.driverId && parsed.data.progress.energyWh >= energyWh;
  }, TICKET_MS);
  say(`${charge.driverId} has charged ${energyWh} Wh`);
  return charge;
}

/** What a client answers to a request at once; for when it must be refused. */
export async function askInVain(
  stage: Stage, driverId: string,
): Promise<{ readonly ok: boolean; readonly text: string; readonly tookMs: number }> {
  const { process } = stage.network.driver(driverId);
  const startedMs = performance.now();
  const answered = process.next((event) => event['do'] === 'charge' || event['event'] === 'failed', 20_000);
  process.send({ do: 'charge', driverId, requestId: `${driverId}-in-vain`, target: atSite(), mayQueue: true });
  const answer = await answered;
  const text = String(answer['text'] ?? '');
  return { ok: answer['event'] === 'answer' && answer['ok'] === true, text, tookMs: elapsed(startedMs) };
}

/** Who neither charges nor waits. */
export function idleDriver({ network }: Stage, { charges, waiting }: Scene): string {
  const busy = new Set([...charges, ...waiting].map((charge) => charge.driverId));
  const idle = network.driverIds.find((id) => !busy.has(id));
  if (idle === undefined) throw new Error('every driver of this drill is busy');
  return idle;
}

/** One driver asks; resolves when her client has taken it. */
export async function ask(stage: Stage, driverId: string, target: Target, energyWh: number): Promise<Charge> {
  const requestId = await stage.network.driver(driverId).ask(target, { energyWh });
  return new Charge(stage.network, { driverId, requestId, energyWh });
}

export function atPoint(id: string): Target {
  return { kind: 'point', pointId: pointId(id), connectorNo: null };
}

export function atSite(): Target {
  return { kind: 'site', siteId: siteId(SITE) };
}

async function untilFlowing(network: DrillNetwork, charge: Charge): Promise<void> {
  await network.driver(charge.driverId).process.next(
    (event) => event['event'] === 'progress' && event['driverId'] === charge.driverId, TICKET_MS,
  );
}

async function settle(stage: Stage, charges: readonly Charge[], waiting: readonly Charge[]): Promise<void> {
  const tickets = await Promise.all([...charges, ...waiting].map((charge) => charge.told('ticket')));
  const billedWh = tickets.reduce((sum, { ticket }) => sum + ticket.energyWh, 0);
  stage.expect('every charge, waiting ones too, ends with its ticket', true,
    `${tickets.length} tickets, ${billedWh} Wh`);
  if (waiting.length === 0) return;
  // Two points may answer in any order; when each was asked for whom is what the queue decides.
  const asked = await stage.network.rows(['commands', '--type', 'authorize', '--limit', '1000']);
  const turns = waiting.map(({ driverId, sessionId }) => {
    const times = asked.filter((row) => row['sessionId'] === sessionId).map((row) => timeOf(row['sentAtMs']));
    return { driverId, atMs: times.length === 0 ? null : Math.min(...times) };
  });
  const inOrder = turns.every(({ atMs }, i) => atMs !== null && atMs >= (turns[i - 1]?.atMs ?? 0));
  stage.expect('the queue was served in its order', inOrder, turns.map(({ driverId, atMs }) =>
    `${driverId} ${atMs === null ? 'never' : `at ${isoTime(atMs).slice(11, 23)}`}`).join(', then '));
}

function elapsed(sinceMs: number): number {
  return Math.round(performance.now() - sinceMs);
}
