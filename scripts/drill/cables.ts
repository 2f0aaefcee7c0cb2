// Every TCP link of a drill's network behind a cable that can be spoilt, and what is seen of a link: when it was lost
// and why, when it was back. It is read where it is decided: in Central's event log and in the logs of the processes.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { freePort } from '../broker/ports.ts';
import { generator } from '../demo/life.ts';
import type { Stage } from './drill.ts';
import { type DrillNetwork, logins } from './drill-network.ts';
import { until } from './patience.ts';
import type { Charge } from './scene.ts';
import { type ProxyOptions, startProxy, type TcpProxy } from './tcp-proxy.ts';

const SEEDS = 0xffff_ffff;
/** A peer is dead after 3 s without a byte; the ticker that sees it ticks ten times a second. */
export const DEAD_MS = 3_300;
/** The longest pause before a reconnect, after an attempt that a silent cable may have swallowed for 3 s. */
export const BACK_MS = 8_500;

export type Cables = {
  /** All monitors to EV_Central. */
  readonly monitors: TcpProxy;
  /** All drivers to EV_Central. */
  readonly drivers: TcpProxy;
  /** Each monitor to its engine, by point. */
  readonly engines: ReadonlyMap<string, TcpProxy>;
};

/** Opens the network with every link behind a cable, plays, and takes the cables away again. */
export async function withCables(
  stage: Stage, play: (cables: Cables) => Promise<void>,
  taps: { monitors?: NonNullable<ProxyOptions['tap']>; drivers?: NonNullable<ProxyOptions['tap']> } = {},
): Promise<void> {
  const { network } = stage;
  const opened: TcpProxy[] = [];
  const lay = async (port: number, tap?: ProxyOptions['tap']): Promise<TcpProxy> => {
    const options = { target: { host: '127.0.0.1', port }, random: generator(stage.chance.whole(0, SEEDS)) };
    const proxy = await startProxy(tap === undefined ? options : { ...options, tap });
    opened.push(proxy);
    return proxy;
  };
  try {
    network.centralPort = await freePort();
    const monitors = await lay(network.centralPort, taps.monitors);
    const drivers = await lay(network.centralPort, taps.drivers);
    const engines = new Map<string, TcpProxy>();
    for (const id of network.pointIds) {
      const cable = await lay(await network.enginePort(id));
      engines.set(id, cable);
      network.detours.monitorToEngine.set(id, cable.address);
    }
    network.detours.monitorToCentral = monitors.address;
    network.detours.driverToCentral = drivers.address;
    await network.open();
    await play({ monitors, drivers, engines });
  } finally {
    await Promise.all(opened.map((proxy) => proxy.close()));
  }
}

/** One of the three kinds of links: its cable, and how it is seen that it is lost or there. */
export type LinkUnderTest = {
  readonly name: string;
  readonly cable: TcpProxy;
  /** How many connect through it. */
  readonly clients: number;
  /** Waits until everybody concerned knows that it is lost; the slowest's time after `sinceMs` (UTC), and why. */
  lost(sinceMs: number): Promise<{ tookMs: number; why: string }>;
  /** Waits until all is as before; the slowest's and the quickest's time after `sinceMs`. */
  back(sinceMs: number): Promise<{ tookMs: number; firstMs: number }>;
};

/** The three kinds of links, as far as they concern this charge; engines by its point. */
export function linksOf({ network }: Stage, cables: Cables, charge: Charge): readonly LinkUnderTest[] {
  const engine = cables.engines.get(charge.pointId);
  if (engine === undefined) throw new Error(`${charge.pointId} has no cable`);
  const here = [charge.pointId];
  return [
    {
      name: 'monitors – EV_Central', cable: cables.monitors, clients: network.pointIds.length,
      lost: (sinceMs) => changed(network, { kind: 'point-link', pointIds: network.pointIds, sinceMs,
        holds: (data) => data['connected'] === false }),
      back: (sinceMs) => changed(network, { kind: 'point-link', pointIds: network.pointIds, sinceMs,
        holds: (data) => data['connected'] === true }),
    },
    {
      name: 'monitor – engine', cable: engine, clients: 1,
      lost: (sinceMs) => changed(network, { kind: 'point-health', pointIds: here, sinceMs,
        holds: (data) => data['engine'] === 'unreachable' }),
      back: (sinceMs) => changed(network, { kind: 'point-health', pointIds: here, sinceMs,
        holds: (data) => data['engine'] === 'ok' }),
    },
    {
      name: 'drivers – EV_Central', cable: cables.drivers, clients: network.driverIds.length,
      lost: (sinceMs) => driversAre(network, sinceMs, 'central-lost'),
      back: (sinceMs) => driversAre(network, sinceMs, 'logged-in'),
    },
  ];
}

const eventSchema = z.object({
  atMs: z.union([z.number(), z.string()]), pointId: z.string().nullable(), data: z.record(z.string(), z.unknown()),
});
type Change = {
  readonly kind: string; readonly pointIds: readonly string[]; readonly sinceMs: number;
  readonly holds: (data: Readonly<Record<string, unknown>>) => boolean;
};

/** Waits until Central's event log has such a change for each of the points; the times after `sinceMs` (UTC). */
export async function changed(
  network: DrillNetwork, { kind, pointIds, sinceMs, holds }: Change,
): Promise<{ tookMs: number; firstMs: number; why: string }> {
  const look = async (): Promise<{ atMs: number; why: string }[]> => {
    const events = z.array(eventSchema).parse(await network.rows(['events', '--kind', kind, '--limit', '200']));
    return pointIds.flatMap((pointId) => events
      .filter((event) => event.pointId === pointId && holds(event.data))
      .map((event) => ({ atMs: timeOf(event.atMs), why: String(event.data['reason'] ?? '') }))
      .filter(({ atMs }) => atMs >= sinceMs).slice(-1));
  };
  const { value } = await until(look, (found) => found.length === pointIds.length, {
    what: `${kind} of ${pointIds.join(', ')} after ${new Date(sinceMs).toISOString()}`, timeoutMs: 40_000,
  });
  return spread(value, sinceMs);
}

/** Waits until every driver's client has logged this since then. */
async function driversAre(
  network: DrillNetwork, sinceMs: number, event: string,
): Promise<{ tookMs: number; firstMs: number; why: string }> {
  const look = async (): Promise<{ atMs: number; why: string }[]> => {
    const lines = (await logLines(network, sinceMs)).filter((line) => line.event === event);
    return network.driverIds.flatMap((driverId) => lines.filter((line) => line.driverId === driverId).slice(0, 1));
  };
  const { value } = await until(look, (found) => found.length === network.driverIds.length, {
    what: `${event} of ${network.driverIds.join(', ')}`, timeoutMs: 40_000,
  });
  return spread(value, sinceMs);
}

function spread(
  found: readonly { atMs: number; why: string }[], sinceMs: number,
): { tookMs: number; firstMs: number; why: string } {
  const times = found.map(({ atMs }) => atMs - sinceMs);
  return { tookMs: Math.max(...times), firstMs: Math.min(...times), why: found[0]?.why ?? '' };
}

export type LogLine = {
  readonly process: string; readonly atMs: number; readonly event: string; readonly code: string; readonly why: string;
  readonly driverId: string;
};
const lineSchema = z.object({
  timestamp: z.string(), process: z.string(), message: z.string(), code: z.string().default(''),
  why: z.string().default(''), detail: z.string().default(''), driverId: z.string().default(''),
});

/** What all processes have logged since then (UTC ms), in no order across processes. */
export async function logLines({ logDir }: DrillNetwork, sinceMs: number): Promise<LogLine[]> {
  const files = (await readdir(logDir)).filter((name) => name.endsWith('.log'));
  const texts = await Promise.all(files.map((name) => readFile(join(logDir, name), 'utf8')));
  return texts.flatMap((text) => text.split('\n')).flatMap((text): LogLine[] => {
    const parsed = lineSchema.safeParse(parsedLine(text));
    if (!parsed.success) return [];
    const { timestamp, process, message, code, why, detail, driverId } = parsed.data;
    const line = { process, atMs: Date.parse(timestamp), event: message, code, why: `${why}${detail}`, driverId };
    return line.atMs < sinceMs ? [] : [line];
  });
}

/** Why links ended since then, as the logs say it: the code, and how often. */
export async function linkEnds(network: DrillNetwork, sinceMs: number): Promise<ReadonlyMap<string, number>> {
  const ends = new Map<string, number>();
  for (const { event, code, why } of await logLines(network, sinceMs)) {
    if (!['link-closed', 'central-lost', 'monitor-gone'].includes(event)) continue;
    const reason = code === '' ? why.split(':').find((part) => part !== 'closed-by-peer')?.trim() ?? why : code;
    ends.set(reason, (ends.get(reason) ?? 0) + 1);
  }
  return ends;
}

/** `slow-frame 3, no-ack 1`. */
export function inWords(counts: ReadonlyMap<string, number>): string {
  return [...counts].sort((a, b) => b[1] - a[1]).map(([what, count]) => `${what} ${count}`).join(', ');
}

/** Waits until every point is reached and well, and every driver is logged in. */
export async function untilAllAreWell(network: DrillNetwork): Promise<void> {
  const bad = ['Disconnected', 'Faulted'];
  await until(async () => [
    ...Object.entries(await network.statuses()).filter(([, status]) => bad.includes(status)),
    ...(await everybody(network)).filter(({ login }) => login !== 'in').map(({ driverId, login }) => [driverId, login]),
  ], (unwell) => unwell.length === 0, { what: 'every point is reached, every driver is logged in' });
}

async function everybody(network: DrillNetwork): ReturnType<typeof logins> {
  const clients = new Set([...network.drivers.values()].map((driver) => driver.process));
  return (await Promise.all([...clients].map((client) => logins(client)))).flat();
}

function parsedLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a line that is being written
  }
}

function timeOf(value: number | string): number {
  return typeof value === 'string' ? Date.parse(value) : value;
}
