// Monitors: how a point is let in and put out, what its monitor reports, and what that means for its charges.
import type { ConnectionId, PointId } from '../../shared/ids.ts';
import type { PointSetup } from '../../shared/messages/point-setup.ts';
import type { AccessRefusal } from '../../shared/messages/refusal.ts';
import { pointFailed } from './authorization.ts';
import { sessionsAt } from './facts.ts';
import type { Input } from './inputs.ts';
import { grantKey, keyGrant, replaceKey } from './key-ring.ts';
import { countFailure, lockedUntil } from './lockout.ts';
import { NOISE_MS } from './point-time.ts';
import { freshConnector } from './point-status.ts';
import type { KeyRow, PointState } from './rows.ts';
import { interruptSession, stopSession } from './session-end.ts';
import { audit, emit, pointEvent, putPointState, type Step, tell } from './step.ts';
import { shownTariff } from './tariffs.ts';

type Proof = Extract<Input, { kind: 'monitor-proof' }>;
type Health = Extract<Input, { kind: 'point-health' }>;

/** The third eviction of one identity within this time bars it: two monitors claim to be the same point. */
const EVICTION_WINDOW_MS = 60_000;
const EVICTIONS_TO_BAR = 3;

/** A monitor has answered the challenge: it is let in with a new key, or told why not. */
export function monitorProof(step: Step, proof: Proof): void {
  const reason = proofRefusal(step, proof);
  audit(step, { who: proof.pointId, address: proof.address, action: 'login-point', outcome: reason ?? 'done' });
  if (reason !== undefined) {
    refuseMonitor(step, proof.connectionId, reason, proof.re);
    sayRefused(step, proof.pointId, reason);
    return;
  }
  if (!evictOlder(step, proof)) return;
  const { state, now } = step;
  const key = newPointKey(step, proof.pointId, proof.keyBase64);
  state.monitorLinks.set(proof.pointId, {
    connectionId: proof.connectionId, pointId: proof.pointId, address: proof.address,
    clockOffsetMs: usefulOffset(proof.clockOffsetMs),
  });
  state.monitorPoints.set(proof.connectionId, proof.pointId);
  const point = state.pointStates.must(proof.pointId);
  const registered = state.points.must(proof.pointId).connectors;
  putPointState(step, {
    ...point, barred: null, keyId: key.keyId, clockOffsetMs: usefulOffset(proof.clockOffsetMs),
    link: { connected: true, sinceMs: now, reason: '' },
    health: { engine: 'unknown', sinceMs: now, reason: '' },
    connectors: registered.map((c) => point.connectors.find((known) => known.connectorNo === c.connectorNo)
      ?? freshConnector(c.connectorNo)),
  });
  welcome(step, proof.connectionId, proof.pointId, key, proof.re);
  pointEvent(step, 'point-link', proof.pointId, { connected: true, address: proof.address });
}

/** The key runs out, or the engine lost it: a new one. */
export function renewKey(step: Step, connectionId: ConnectionId, re: string, keyBase64: string): void {
  const pointId = step.state.monitorPoints.get(connectionId);
  if (pointId === undefined || step.state.monitorLinks.get(pointId)?.connectionId !== connectionId) return;
  const key = newPointKey(step, pointId, keyBase64);
  step.state.pointStates.put({ ...step.state.pointStates.must(pointId), keyId: key.keyId });
  welcome(step, connectionId, pointId, key, re);
}

/** What the monitor sees of its engine. An engine that is gone or KO breaks off what runs on it. */
export function pointHealth(step: Step, health: Health): void {
  const { state } = step;
  const pointId = state.monitorPoints.get(health.connectionId);
  const link = pointId === undefined ? undefined : state.monitorLinks.get(pointId);
  if (pointId === undefined || link === undefined || link.connectionId !== health.connectionId) return;
  state.monitorLinks.set(pointId, { ...link, clockOffsetMs: usefulOffset(health.clockOffsetMs) });
  const point = keptOffset(step, pointId, usefulOffset(health.clockOffsetMs));
  if (point === undefined) return;
  const same = point.health.engine === health.engine && point.health.reason === health.reason;
  if (same) return;
  putPointState(step, {
    ...point, health: { engine: health.engine, sinceMs: health.sinceMs, reason: health.reason },
  });
  pointEvent(step, 'point-health', pointId, { engine: health.engine, reason: health.reason });
  if (health.engine === 'ok') {
    if (point.health.engine !== 'unknown') tell(step, 'info', `${pointId} is well again`, { pointId });
    return;
  }
  tell(step, 'error', `${pointId}: ${health.engine === 'ko' ? 'KO' : 'engine does not answer'}, ${health.reason}`, {
    pointId,
  });
  breakOff(step, state.pointStates.must(pointId));
}

/** The monitor's connection is gone. A running charge goes on or stops, as the policy says; nothing new starts. */
export function monitorGone(step: Step, connectionId: ConnectionId, reason: string): void {
  const { state, now } = step;
  const pointId = state.monitorPoints.get(connectionId);
  state.monitorPoints.delete(connectionId);
  if (pointId === undefined || state.monitorLinks.get(pointId)?.connectionId !== connectionId) return;
  disconnect(step, pointId, `monitor gone: ${reason}`, now);
  tell(step, 'warn', `${pointId} is disconnected: ${reason}`, { pointId });
  if (state.settings.monitorLossPolicy === 'finish') return;
  for (const session of sessionsAt(step, state.pointStates.must(pointId))) {
    if (session.state === 'charging' || session.state === 'suspended') stopSession(step, session, 'monitor-lost');
  }
}

/** Puts a point out: tells its monitor why and closes the link. `retry`: it may come back by itself. */
export function putOut(step: Step, pointId: PointId, reason: AccessRefusal): void {
  const link = step.state.monitorLinks.get(pointId);
  if (link === undefined) return;
  refuseMonitor(step, link.connectionId, reason, null);
  disconnect(step, pointId, reason, step.now);
}

function breakOff(step: Step, point: PointState): void {
  for (const session of sessionsAt(step, point)) {
    if (session.state === 'charging' || session.state === 'suspended' || session.state === 'finishing') {
      interruptSession(step, session, 'fault');
    } else if (session.usage === null && session.state !== 'interrupted') {
      pointFailed(step, session, 'point-faulted', { pointId: point.pointId });
    }
  }
}

function proofRefusal(step: Step, proof: Proof): AccessRefusal | undefined {
  const { state } = step;
  if (lockedUntil(step, [`addr:${proof.address}`]) !== undefined) return 'locked-out';
  const point = state.points.get(proof.pointId);
  if (point === undefined) return 'point-unknown';
  if (point.secretSha256 === null) return 'point-revoked';
  if (!proof.proved) {
    countFailure(step, [`addr:${proof.address}`]);
    return 'unknown-or-wrong';
  }
  const { barred } = state.pointStates.must(proof.pointId);
  if (barred?.why === 'two-monitors') return 'two-monitors';
  if (barred?.why === 'key-revoked' && !proof.byHand) return 'key-revoked';
  return undefined;
}

/** The operator sees why a point does not come; once, however often its monitor tries. */
function sayRefused(step: Step, pointId: PointId, reason: AccessRefusal): void {
  const point = step.state.pointStates.get(pointId);
  const why = `refused: ${reason}`;
  if (point === undefined || point.link.connected || point.link.reason === why) return;
  putPointState(step, { ...point, link: { ...point.link, reason: why } });
  tell(step, 'warn', `${pointId} was refused: ${reason}`, { pointId });
}

/** A dead socket must never lock a charger out: the newer connection wins. False: the identity is barred. */
function evictOlder(step: Step, proof: Proof): boolean {
  const { state, now } = step;
  const older = state.monitorLinks.get(proof.pointId);
  if (older === undefined) return true;
  const point = state.pointStates.must(proof.pointId);
  const evictionsMs = [...point.evictionsMs.filter((at) => now - at < EVICTION_WINDOW_MS), now];
  const barred = evictionsMs.length >= EVICTIONS_TO_BAR;
  state.pointStates.put({
    ...point, evictionsMs: barred ? [] : evictionsMs, barred: barred ? { why: 'two-monitors', sinceMs: now } : null,
  });
  putOut(step, proof.pointId, barred ? 'two-monitors' : 'replaced');
  if (!barred) return true;
  refuseMonitor(step, proof.connectionId, 'two-monitors', proof.re);
  pointEvent(step, 'access', proof.pointId, { barred: 'two-monitors' });
  tell(step, 'error', `${proof.pointId}: two monitors with one identity. Let one in: unbar ${proof.pointId}`, {
    pointId: proof.pointId,
  });
  return false;
}

function disconnect(step: Step, pointId: PointId, reason: string, now: number): void {
  const link = step.state.monitorLinks.get(pointId);
  if (link !== undefined) step.state.monitorPoints.delete(link.connectionId);
  step.state.monitorLinks.delete(pointId);
  const point = step.state.pointStates.get(pointId);
  if (point === undefined) return;
  putPointState(step, { ...point, link: { connected: false, sinceMs: now, reason } });
  pointEvent(step, 'point-link', pointId, { connected: false, reason });
}

function newPointKey(step: Step, pointId: PointId, keyBase64: string): KeyRow {
  replaceKey(step, step.state.pointStates.must(pointId).keyId);
  return grantKey(step, { kind: 'point', ownerId: pointId, keyBase64 }, step.state.settings.pointKeyLifeMs);
}

function welcome(step: Step, connectionId: ConnectionId, pointId: PointId, key: KeyRow, re: string): void {
  const { state } = step;
  const registered = state.points.must(pointId);
  const point = state.pointStates.must(pointId);
  const site = state.sites.must(registered.siteId);
  const place = { siteId: site.siteId, pointId, connectorNo: null, userId: null };
  const setup: PointSetup = {
    siteId: site.siteId, place: site.name, connectors: registered.connectors, operative: point.operative.on,
    key: keyGrant(key), topicPrefix: state.settings.topicPrefix, partitions: state.settings.partitions,
    monitorLossPolicy: state.settings.monitorLossPolicy, acceptedUpTo: point.accepted,
    nextCommandNumber: point.commandNumber + 1, tariff: shownTariff(state, place, step.now).ocpi,
  };
  emit(step, { kind: 'frame', connectionId, re, frame: { type: 'welcome-monitor', ...setup } });
}

function refuseMonitor(step: Step, connectionId: ConnectionId, reason: AccessRefusal, re: string | null): void {
  // Only what heals by itself is worth coming back for without anybody's help.
  const retry = reason === 'locked-out' || reason === 'point-unknown';
  emit(step, { kind: 'frame', connectionId, re, frame: { type: 'refused-monitor', reason, text: '', retry } });
  emit(step, { kind: 'close', connectionId, reason: reason === 'replaced' ? 'replaced' : 'refused' });
}

/** The point's state with its clock's offset, which is written when it has changed by more than noise. */
function keptOffset({ state: { pointStates } }: Step, pointId: PointId, clockOffsetMs: number): PointState | undefined {
  const point = pointStates.get(pointId);
  if (point === undefined || Math.abs(clockOffsetMs - point.clockOffsetMs) < NOISE_MS) return point;
  const changed = { ...point, clockOffsetMs };
  pointStates.put(changed);
  return changed;
}

function usefulOffset(offsetMs: number): number {
  return Math.abs(offsetMs) < NOISE_MS ? 0 : offsetMs;
}
