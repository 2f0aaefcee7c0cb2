// A point without hands on its keys (`--auto`): a car is plugged in soon after a driver was authorized, and unplugged
// soon after its charge has ended. Its decisions are pure.
import { phaseOf } from './permission.ts';
import type { EngineInput, Point } from './point-state.ts';
import type { Station } from './station.ts';
import { VEHICLE_MODELS } from './vehicle.ts';

const PLUG_AFTER_MS = 1_500;
const UNPLUG_AFTER_MS = 2_000;

/**
 * Since when (awake time) each connector has been in its phase, and how many authorizations it has had since the start
 * of the process; belongs to the autopilot.
 */
export type AutoMemory = Map<string, { phase: string; sinceMs: number; authorizations: number }>;

/** What the hands would do now at a point. */
export function autoInputs(point: Point, awakeMs: number, memory: AutoMemory): EngineInput[] {
  const inputs: EngineInput[] = [];
  for (const connector of point.kept.connectors) {
    const phase = phaseOf(connector);
    const place = `${point.kept.pointId}/${connector.connectorNo}`;
    const known = memory.get(place);
    if (known?.phase !== phase) {
      const authorizations = (known?.authorizations ?? 0) + (phase === 'authorized' ? 1 : 0);
      memory.set(place, { phase, sinceMs: awakeMs, authorizations });
      continue;
    }
    const forMs = awakeMs - known.sinceMs;
    const { connectorNo, authorization, plug } = connector;
    if (phase === 'authorized' && plug === null && authorization !== null && forMs >= PLUG_AFTER_MS) {
      inputs.push({ kind: 'plug', connectorNo, vehicle: carOf(`${place}/${known.authorizations}`) });
    }
    if (phase === 'finishing' && forMs >= UNPLUG_AFTER_MS) inputs.push({ kind: 'unplug', connectorNo });
  }
  return inputs;
}

/**
 * Some car, the same one for the same point, connector and count, in every network: whoever repeats a drill with its
 * seed meets the same cars. Session ids would not do, they are random with each database.
 */
function carOf(name: string) {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521;
  const model = VEHICLE_MODELS[sum % VEHICLE_MODELS.length] ?? VEHICLE_MODELS[0];
  return { ...model, socPercent: 20 + (sum % 40) };
}

/** Lets the hands work after each tick of the station. */
export function runAutopilot(station: Station): void {
  const memory: AutoMemory = new Map();
  station.listen({
    ticked: (awakeMs) => {
      for (const hosted of station.points.values()) {
        for (const input of autoInputs(hosted.point, awakeMs, memory)) station.take(hosted, input);
      }
    },
  });
}
