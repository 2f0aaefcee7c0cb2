// `--control`: a program is the hands of the points, with JSON lines on stdin and answers on stdout. Every fact is told
// as a line of its own when it is on the disk, and so is a script (replay) that waits for its stop.
import { z } from 'zod';
import { pointIdSchema } from '../shared/ids.ts';
import { type JsonLine, readJsonLines, writeJsonLine } from '../shared/json-lines.ts';
import { connectorNoSchema, faultCodeSchema, goalSchema, NO_GOAL } from '../shared/messages/values.ts';
import type { EngineInput } from './point-state.ts';
import type { Station } from './station.ts';
import { DEFAULT_VEHICLE } from './vehicle.ts';

/** Which point and connector; a process with one point needs no name. */
const at = { pointId: pointIdSchema.optional(), connectorNo: connectorNoSchema.default(1) };
const vehicleChoiceSchema = z.object({
  name: z.string().default('Car'), batteryWh: z.int().positive(), maxPowerW: z.int().positive(),
  socPercent: z.int().min(0).max(100),
});
const broken = { pointId: at.pointId, connectorNo: connectorNoSchema.nullable().default(null) };
const scriptSchema = z.object({
  startAtMs: z.int().nonnegative(), endAtMs: z.int().nonnegative(), energyWh: z.int().nonnegative(),
  endBy: z.enum(['unplug', 'stop']).default('unplug'), driverId: z.string().nullable().default(null),
}).refine((script) => script.endAtMs >= script.startAtMs, 'a session cannot end before it starts');

const orderSchema = z.discriminatedUnion('do', [
  /** `vehicle` null: a car that tells nothing of itself. */
  z.object({ do: z.literal('plug'), ...at, vehicle: vehicleChoiceSchema.nullable().default({ ...DEFAULT_VEHICLE }) }),
  z.object({ do: z.literal('unplug'), ...at }),
  z.object({ do: z.literal('stop'), ...at }),
  z.object({ do: z.literal('pause'), ...at, paused: z.boolean().default(true) }),
  z.object({ do: z.literal('fault'), ...broken, code: faultCodeSchema, detail: z.string().max(500).default('') }),
  z.object({ do: z.literal('clear'), ...broken, code: faultCodeSchema.nullable().default(null) }),
  z.object({ do: z.literal('power-loss'), pointId: at.pointId }),
  z.object({ do: z.literal('power-back'), pointId: at.pointId }),
  z.object({
    do: z.literal('request'), ...at, driverId: z.string(), pin: z.string(), goal: goalSchema.default(NO_GOAL),
  }),
  z.object({ do: z.literal('script'), ...at, sessionScript: scriptSchema }),
  z.object({ do: z.literal('status'), pointId: at.pointId }),
  z.object({ do: z.literal('exit') }),
]);
type Order = z.infer<typeof orderSchema>;

/** Carries out one line. The order's own `id`, if it has one, stands in the answer's `re`. */
export function controlStation(station: Station, line: JsonLine): { answer: unknown; exit: boolean } {
  if (!line.ok) return { answer: { ok: false, text: 'this line is not JSON' }, exit: false };
  const re = z.object({ id: z.union([z.string(), z.number()]) }).safeParse(line.value).data?.id;
  const parsed = orderSchema.safeParse(line.value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const text = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'no order'}`;
    return { answer: { ok: false, re, text }, exit: false };
  }
  const order = parsed.data;
  if (order.do === 'exit') return { answer: { ok: true, re, do: 'exit' }, exit: true };
  return { answer: { re, do: order.do, ...carryOut(station, order) }, exit: false };
}

function carryOut(station: Station, order: Exclude<Order, { do: 'exit' }>): Record<string, unknown> {
  const { points } = station;
  if (order.do === 'status' && order.pointId === undefined) {
    return { ok: true, points: [...points.values()].map((hosted) => hosted.point.kept) };
  }
  const hosted = order.pointId === undefined ? points.values().next().value : points.get(order.pointId);
  if (hosted === undefined) return { ok: false, text: 'There is no such point here (yet).' };
  if (order.pointId === undefined && points.size > 1) {
    return { ok: false, text: 'Which point? This process has many: say pointId.' };
  }
  if (order.do === 'status') return { ok: true, points: [hosted.point.kept] };
  return station.take(hosted, inputOf(order)) ?? { ok: true, text: '' };
}

function inputOf(order: Exclude<Order, { do: 'exit' | 'status' }>): EngineInput {
  switch (order.do) {
    case 'plug': return { kind: 'plug', connectorNo: order.connectorNo, vehicle: order.vehicle };
    case 'unplug': return { kind: 'unplug', connectorNo: order.connectorNo };
    case 'stop': return { kind: 'stop-button', connectorNo: order.connectorNo };
    case 'pause': return { kind: 'pause', connectorNo: order.connectorNo, paused: order.paused };
    case 'fault': return { kind: 'fault', connectorNo: order.connectorNo, code: order.code, detail: order.detail };
    case 'clear': return { kind: 'clear', connectorNo: order.connectorNo, code: order.code };
    case 'power-loss': return { kind: 'fault', connectorNo: null, code: 'power-loss', detail: '' };
    case 'power-back': return { kind: 'clear', connectorNo: null, code: 'power-loss' };
    case 'request': {
      const { connectorNo, driverId, pin, goal } = order;
      return { kind: 'request', connectorNo, driverId, pin, goal };
    }
    case 'script': return { kind: 'script', connectorNo: order.connectorNo, script: order.sessionScript };
  }
}

/** Serves the process's own stdin and stdout. The end of stdin is the end of the process: its driver is gone. */
export function serveControl(station: Station, options: { address: string; onEnd: () => void }): void {
  station.listen({
    fact: (fact) => writeJsonLine(process.stdout, { event: 'fact', fact }),
    scriptAtEnd: (sessionId) => writeJsonLine(process.stdout, { event: 'script-at-end', sessionId }),
  });
  readJsonLines(process.stdin, {
    onLine: (line) => {
      const { answer, exit } = controlStation(station, line);
      writeJsonLine(process.stdout, answer);
      if (exit) options.onEnd();
    },
    onEnd: options.onEnd,
  });
  writeJsonLine(process.stdout, { event: 'ready', address: options.address, points: [...station.points.keys()] });
}
