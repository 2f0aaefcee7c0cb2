// A charge from contactor to contactor: when it may start, the physics of a step, and how it ends. Pure; called by
// engine.ts. The meter counts whole Wh and keeps the rest in W·ms, so the sum of the sessions is the register's way.
import { invariant } from '../shared/assert.ts';
import { messageId } from '../shared/ids.ts';
import { LIMITS } from '../shared/limits.ts';
import { MESSAGE_VERSION } from '../shared/messages/message.ts';
import type { EndReason } from '../shared/messages/values.ts';
import { words } from '../shared/words.ts';
import { reportEnded, reportStarted, socOf } from './fact.ts';
import { centralTimeMs, type ConnectorState, faultsOf, logStep, type Point, pointTimeMs, pointUptimeMs, type Session,
  type Step } from './point-state.ts';
import { acceptedPowerW, chargeVehicle, isFull, roomToSocWms, WMS_PER_WH } from './vehicle.ts';

/** Longest stretch of simulated time over which the car's power counts as constant. */
const PHYSICS_STEP_MS = 10_000;

/** True when nothing may start: no monitor, no ping for 3 s of awake time, or Central is away. */
export function isCentralAway({ point, now }: Step): boolean {
  const { connected, lastCheckMs, central } = point.live.monitor;
  if (!connected || lastCheckMs === null || central !== 'connected') return true;
  return now.awakeMs - lastCheckMs > LIMITS.deadPeerMs;
}

/** Starts the charge of a connector whose car is plugged and whose driver is authorized, if it may start now. */
export function startIfReady(step: Step, connector: ConnectorState): void {
  const { plug, authorization, session } = connector;
  if (plug === null || authorization === null || session !== null || !mayStart(step, connector)) return;
  startSession(step, connector, { scripted: false });
  endIfReached(step, connector);
}

/** Whether the connector's authorization may be used now; one that is too old is taken away. */
export function mayStart(step: Step, connector: ConnectorState): boolean {
  const { point } = step;
  if (connector.authorization === null) return false;
  if (centralTimeMs(step) > connector.authorization.plugByMs) {
    dropAuthorization(step, connector, 'nobody plugged in in time');
    return false;
  }
  return point.kept.operative && faultsOf(point, connector.connectorNo).length === 0
    && point.live.journalTrouble === null && !isCentralAway(step);
}

/** Closes the contactor. The caller has checked that it may. */
export function startSession(step: Step, connector: ConnectorState, { scripted }: { scripted: boolean }): Session {
  const { plug, authorization } = connector;
  invariant(plug !== null && authorization !== null && connector.session === null, 'a charge starts once, with a car');
  const { sessionId, driverId, corr, goal, maxPowerW } = authorization;
  const session: Session = {
    sessionId, driverId, corr, goal, maxPowerW, scripted,
    meterStartWh: connector.registerWh, startedAtMs: pointTimeMs(step), startedUptimeMs: pointUptimeMs(step),
    lastAtMs: pointTimeMs(step), sample: 0, state: 'charging', powerW: 0,
  };
  connector.session = session;
  connector.authorization = null;
  plug.served = null;
  applyPower(connector, session);
  reportStarted(step, connector, session);
  const text = `Charging of ${driverId} at ${place(step, connector)} began.`;
  step.effects.push({ kind: 'message', level: 'good', text });
  return session;
}

/** Moves the simulated world on by `physicsMs`: energy, goals, the end if one is reached. */
export function chargeFor(step: Step, connector: ConnectorState, physicsMs: number): void {
  const { session } = connector;
  if (session === null || session.scripted) return;
  for (let restMs = physicsMs; restMs > 0; restMs -= PHYSICS_STEP_MS) {
    const powerW = applyPower(connector, session);
    if (powerW === 0) break;
    const wantedWms = powerW * Math.min(restMs, PHYSICS_STEP_MS);
    const energyWms = Math.min(wantedWms, roomWms(connector, session));
    const vehicle = connector.plug?.vehicle ?? null;
    addToMeter(connector, vehicle === null ? energyWms : chargeVehicle(vehicle, energyWms));
    if (energyWms < wantedWms) break;
  }
  session.lastAtMs = pointTimeMs(step);
  step.effects.push({ kind: 'meter', connectorNo: connector.connectorNo });
  endIfReached(step, connector);
}

/** A reading of a running charge, as it is sent once a second. */
export function takeSample(
  step: Step, connector: ConnectorState, at: { atMs: number; uptimeMs: number } | null = null,
): void {
  const { session, connectorNo, registerWh } = connector;
  if (session === null) return;
  session.sample += 1;
  const { pointId, bootId } = step.point.kept;
  const { sessionId, corr, sample, powerW, state } = session;
  step.effects.push({
    kind: 'sample',
    sample: {
      v: MESSAGE_VERSION, id: messageId(`${pointId}-${bootId}-m${connectorNo}-${sample}`), type: 'meter', corr, pointId,
      sessionId, connectorNo, bootId, sample, registerWh, powerW, socPercent: socOf(connector), state,
      atMs: at?.atMs ?? pointTimeMs(step), uptimeMs: at?.uptimeMs ?? pointUptimeMs(step),
    },
  });
}

/** Opens the contactor and reports the end. `endedAtMs` and `chargedUptimeMs` default to now. */
export function endSession(
  step: Step, connector: ConnectorState, reason: EndReason,
  given: { endedAtMs?: number; chargedUptimeMs?: number | null } = {},
): void {
  const { session, plug } = connector;
  if (session === null) return;
  const endedAtMs = given.endedAtMs ?? pointTimeMs(step);
  const chargedUptimeMs = given.chargedUptimeMs === undefined
    ? pointUptimeMs(step) - session.startedUptimeMs : given.chargedUptimeMs;
  reportEnded(step, connector, session, { reason, endedAtMs, chargedUptimeMs });
  const { sessionId, driverId, startedAtMs, goal } = session;
  const energyWh = connector.registerWh - session.meterStartWh;
  if (plug !== null) plug.served = { sessionId, driverId, startedAtMs, energyWh, goal };
  connector.session = null;
  if (step.point.live.running?.connectorNo === connector.connectorNo) step.point.live.running = null;
  const why = words().endReason[reason];
  const text = `Charging of ${driverId} at ${place(step, connector)} ended: ${why}, ${energyWh} Wh.`;
  step.effects.push({ kind: 'message', level: 'info', text });
}

/** Takes back an authorization that was not used. */
export function dropAuthorization(step: Step, connector: ConnectorState, why: string): void {
  const { authorization } = connector;
  if (authorization === null) return;
  connector.authorization = null;
  step.effects.push({ kind: 'kept' });
  logStep(step, 'info', 'authorization-void', { sessionId: authorization.sessionId, corr: authorization.corr, why });
}

/** Moves the register up; the meter never goes down. */
export function addToMeter(connector: ConnectorState, energyWms: number): void {
  invariant(Number.isSafeInteger(energyWms) && energyWms >= 0, 'a meter only goes up, by whole W·ms');
  const sumWms = connector.remainderWms + energyWms;
  connector.registerWh += Math.floor(sumWms / WMS_PER_WH);
  connector.remainderWms = sumWms % WMS_PER_WH;
}

/** Power and state of a running charge from its limits and its car; kept in the session for the samples. */
export function applyPower(connector: ConnectorState, session: Session): number {
  const limits = [connector.limitW, session.maxPowerW].filter((limit) => limit !== null);
  const offeredW = Math.min(connector.maxPowerW, ...limits);
  const vehicle = connector.plug?.vehicle ?? null;
  const takenW = vehicle === null ? offeredW : Math.min(offeredW, acceptedPowerW(vehicle));
  session.powerW = takenW;
  session.state = offeredW === 0 ? 'suspended-evse' : takenW === 0 ? 'suspended-ev' : 'charging';
  return takenW;
}

/** Ends the charge when its goal is reached or the car is full. A car that only pauses stays suspended. */
function endIfReached(step: Step, connector: ConnectorState): void {
  const { session } = connector;
  if (session === null || session.scripted) return;
  const { energyWh, socPercent } = session.goal;
  const vehicle = connector.plug?.vehicle ?? null;
  if (energyWh !== null && connector.registerWh - session.meterStartWh >= energyWh) {
    endSession(step, connector, 'energy-reached');
  } else if (socPercent !== null && vehicle !== null && roomToSocWms(vehicle, socPercent) === 0) {
    endSession(step, connector, 'soc-reached');
  } else if (vehicle !== null && isFull(vehicle)) {
    endSession(step, connector, 'vehicle-full');
  }
}

/** What may still flow until a goal of the session is reached exactly, W·ms. */
function roomWms(connector: ConnectorState, { goal, meterStartWh }: Session): number {
  const vehicle = connector.plug?.vehicle ?? null;
  const toEnergyWms = goal.energyWh === null ? Number.MAX_SAFE_INTEGER
    : (meterStartWh + goal.energyWh - connector.registerWh) * WMS_PER_WH - connector.remainderWms;
  const toSocWms = goal.socPercent === null || vehicle === null ? Number.MAX_SAFE_INTEGER
    : roomToSocWms(vehicle, goal.socPercent);
  return Math.max(0, Math.min(toEnergyWms, toSocWms));
}

function place(step: Step, connector: ConnectorState): string {
  return `${step.point.kept.pointId}/${connector.connectorNo}`;
}

/** Every connector that has a session. */
export function charging(point: Point): ConnectorState[] {
  return point.kept.connectors.filter((c) => c.session !== null);
}
