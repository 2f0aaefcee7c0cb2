// What a point's own processes say, asked one point at a time: the monitor of itself, and its menu's one order; the
// engine of its meter. For the drills about identities, keys and links.
import { join } from 'node:path';
import { z } from 'zod';
import type { ManagedProcess } from '../network/managed-process.ts';
import type { DrillNetwork } from './drill-network.ts';
import { type Seen, until } from './patience.ts';

const stateSchema = z.object({ points: z.array(z.object({
  authentication: z.object({ state: z.string(), why: z.string(), needsHand: z.boolean() }),
  engine: z.object({ state: z.string(), why: z.string() }),
  health: z.object({ engine: z.string(), reason: z.string() }),
})).min(1) });
const keptSchema = z.object({
  points: z.array(z.object({ connectors: z.array(z.object({ registerWh: z.number() })) })),
});

export type MonitorSight = {
  readonly authentication: { readonly state: string; readonly why: string; readonly needsHand: boolean };
  readonly engine: { readonly state: string; readonly why: string };
  readonly health: { readonly engine: string; readonly reason: string };
};

/** Asks the monitor of one point. */
export async function askMonitor(monitor: ManagedProcess): Promise<MonitorSight> {
  const answered = monitor.next((event) => event['do'] === 'status');
  monitor.send({ do: 'status' });
  const [point] = stateSchema.parse(await answered).points;
  if (point === undefined) throw new Error(`${monitor.label} watches no point`);
  return point;
}

/** One more monitor of a point, in a folder of its own, with this secret. */
export async function startOtherMonitor(
  network: DrillNetwork, { pointId, label, secret }: { pointId: string; label: string; secret: string },
): Promise<ManagedProcess> {
  return network.start('ev-cp-monitor', `${label} ${pointId}`, [
    '--engine', `127.0.0.1:${await network.enginePort(pointId)}`, '--central', network.centralAddress,
    '--point', pointId, '--data-dir', join(network.options.dir, label.replaceAll(' ', '-')), '--control',
  ], { EV_MONITOR_SECRET: secret });
}

/** Somebody uses the menu of the monitor; resolves when it has been told to try. */
export async function authenticateByHand(monitor: ManagedProcess): Promise<void> {
  const answered = monitor.next((event) => event['do'] === 'authenticate');
  monitor.send({ do: 'authenticate' });
  await answered;
}

/** Waits until the monitor's authentication stands so. */
export function untilMonitorIs(
  monitor: ManagedProcess, state: 'authenticated' | 'refused', timeoutMs = 20_000,
): Promise<Seen<MonitorSight>> {
  return until(() => askMonitor(monitor), ({ authentication }) => authentication.state === state, {
    what: `${monitor.label} is ${state}`, timeoutMs,
  });
}

/** What the point's meter shows, asked of its engine. */
export async function registerWh(network: DrillNetwork, pointId: string): Promise<number> {
  const { engine } = network.pointOf(pointId);
  const answered = engine.next((event) => event['do'] === 'status');
  engine.send({ do: 'status' });
  return keptSchema.parse(await answered).points[0]?.connectors[0]?.registerWh ?? 0;
}
