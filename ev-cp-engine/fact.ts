// The facts that a point reports, numbered densely by (bootId, seq). Pure: each function adds one fact to the step.
import { type FactPosition, isBefore } from '../shared/fact-position.ts';
import { type CorrelationId, correlationId, messageId } from '../shared/ids.ts';
import type { Fact } from '../shared/messages/catalogue.ts';
import { MESSAGE_VERSION } from '../shared/messages/message.ts';
import type { CommandRefusal } from '../shared/messages/refusal.ts';
import type { EndReason } from '../shared/messages/values.ts';
import {
  type ConnectorState, type Kept, type PointFault, pointTimeMs, pointUptimeMs, type Session, type Step,
} from './point-state.ts';
import { socPercentOf } from './vehicle.ts';

/** First of each boot. `previous`: where the facts before it end; null: there are none (a new journal). */
export function reportBooted(step: Step, previous: FactPosition | null): void {
  const { connectors } = step.point.kept;
  report(step, {
    ...head(step), type: 'booted', previous,
    connectors: connectors.map(({ connectorNo, plug }) => ({ connectorNo, plugged: plug !== null })),
  });
}

export function reportPlugged(step: Step, { connectorNo, plug, authorization }: ConnectorState): void {
  const vehicle = plug?.vehicle ?? null;
  const told = vehicle === null ? null
    : { batteryWh: vehicle.batteryWh, socPercent: socPercentOf(vehicle), maxPowerW: vehicle.maxPowerW };
  report(step, { ...head(step, authorization?.corr), type: 'plugged', connectorNo, vehicle: told });
}

export function reportUnplugged(step: Step, connectorNo: number, corr?: CorrelationId): void {
  report(step, { ...head(step, corr), type: 'unplugged', connectorNo });
}

export function reportStarted(step: Step, connector: ConnectorState, session: Session): void {
  report(step, {
    ...head(step, session.corr), type: 'session-started', sessionId: session.sessionId,
    connectorNo: connector.connectorNo, meterStartWh: session.meterStartWh, socPercent: socOf(connector),
  });
}

export function reportEnded(
  step: Step, connector: ConnectorState, session: Session,
  end: { reason: EndReason; endedAtMs: number; chargedUptimeMs: number | null },
): void {
  report(step, {
    ...head(step, session.corr), type: 'session-ended', sessionId: session.sessionId,
    connectorNo: connector.connectorNo, meterStartWh: session.meterStartWh, meterStopWh: connector.registerWh,
    startedAtMs: session.startedAtMs, ...end, socPercent: socOf(connector),
  });
}

/**
 * What is open here: charges that run, and authorizations that were not used. Nothing is said when nothing is, nor
 * while a report that says the same waits for Central, which compares it with what it holds when it takes it in.
 */
export function reportHeld(step: Step): void {
  const { kept, live } = step.point;
  const held = kept.connectors.flatMap(({ session, authorization }) => [session, authorization]);
  const sessionIds = held.flatMap((its) => its?.sessionId ?? []);
  const ids = sessionIds.join();
  if (ids === '' || (live.saidHeld?.sessionIds === ids && isWaiting(kept, live.saidHeld.at))) return;
  report(step, { ...head(step), type: 'sessions-held', sessionIds });
  live.saidHeld = { at: { bootId: kept.bootId, seq: kept.seq }, sessionIds: ids };
}

/** A fact of this boot that Central has not accepted. */
function isWaiting({ bootId, accepted }: Kept, at: FactPosition): boolean {
  return at.bootId === bootId && (accepted === null || isBefore(accepted, at));
}

export function reportResult(
  step: Step, command: { number: number; corr: CorrelationId }, refusal: CommandRefusal | null,
): void {
  report(step, {
    ...head(step, command.corr), type: 'command-result', number: command.number,
    outcome: refusal === null ? 'done' : 'refused', reason: refusal,
  });
}

export function reportFault(step: Step, { connectorNo, code, detail }: PointFault): void {
  report(step, { ...head(step), type: 'fault', connectorNo, code, detail: detail.slice(0, 500) });
}

export function reportCleared(step: Step, { connectorNo, code }: Pick<PointFault, 'connectorNo' | 'code'>): void {
  report(step, { ...head(step), type: 'cleared', connectorNo, code });
}

/** The same fact once more under the next number of this boot (its time and content stay). */
export function reportAnew(step: Step, fact: Fact): void {
  const { id, bootId, seq } = head(step);
  report(step, { ...fact, id, bootId, seq });
}

/** What the car says of its battery; null when it says nothing. */
export function socOf({ plug }: ConnectorState): number | null {
  return plug === null || plug.vehicle === null ? null : socPercentOf(plug.vehicle);
}

function report(step: Step, fact: Fact): void {
  step.effects.push({ kind: 'fact', fact });
}

/** The envelope of the next fact; uses up its number. */
function head(step: Step, corr?: CorrelationId) {
  const { kept } = step.point;
  kept.seq += 1;
  const { pointId, bootId, seq } = kept;
  return {
    v: MESSAGE_VERSION, id: messageId(`${pointId}-${bootId}-${seq}`), atMs: pointTimeMs(step),
    corr: corr ?? correlationId(`${pointId}-${bootId.toString(36)}-${seq.toString(36)}`),
    pointId, bootId, seq, uptimeMs: pointUptimeMs(step),
  } as const;
}
