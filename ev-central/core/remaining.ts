// How long a running charge still takes, as far as anybody can tell.
import type { Session } from './rows.ts';
import type { State } from './state.ts';

/**
 * How long a running charge still takes: to its goal or a full battery, at the present power. Null: nobody can tell.
 */
export function remainingMs(state: State, session: Session): number | null {
  const meter = state.meters.get(session.sessionId);
  if (meter === undefined || session.meterStartWh === null || meter.powerW === 0) return null;
  const missing: number[] = [];
  if (session.goal.energyWh !== null) missing.push(session.goal.energyWh - (meter.registerWh - session.meterStartWh));
  const connectors = session.pointId === null ? [] : state.pointStates.get(session.pointId)?.connectors ?? [];
  const batteryWh = connectors.find((c) => c.connectorNo === session.connectorNo)?.batteryWh ?? null;
  if (batteryWh !== null && meter.socPercent !== null) {
    missing.push((batteryWh * ((session.goal.socPercent ?? 100) - meter.socPercent)) / 100);
  }
  if (missing.length === 0) return null;
  return Math.max(0, Math.round((Math.min(...missing) * 3_600_000) / meter.powerW));
}
