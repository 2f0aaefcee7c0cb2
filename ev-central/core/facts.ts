// What the facts of points mean. That each is carried out once and in order is seen to before, in fact-order.ts.
import { assertNever } from '../../shared/assert.ts';
import type { Fact } from '../../shared/messages/catalogue.ts';
import type { Fault } from '../../shared/messages/fault.ts';
import type { Cleared } from '../../shared/messages/cleared.ts';
import type { Booted } from '../../shared/messages/booted.ts';
import type { CommandResult } from '../../shared/messages/command-result.ts';
import type { Plugged } from '../../shared/messages/plugged.ts';
import type { SessionEnded } from '../../shared/messages/session-ended.ts';
import type { SessionStarted } from '../../shared/messages/session-started.ts';
import type { Unplugged } from '../../shared/messages/unplugged.ts';
import { pointAuthorized, pointFailed, sendAuthorize } from './authorization.ts';
import { closeCommand, newestCommand, sendStop } from './commands.ts';
import { notify } from './notices.ts';
import { correctedMs, sessionTimeMs, TOLERANCE_MS } from './point-time.ts';
import { connectorState, freshConnector } from './point-status.ts';
import type { ConnectorState, PointState, Session } from './rows.ts';
import { flagSession, moveSession, putSession } from './session-change.ts';
import { closeSession, correctSession, interruptSession, type TrueEnd } from './session-end.ts';
import { CONNECTOR_RELEASED, isOver } from './session-index.ts';
import { emit, pointEvent, putPointState, type Step, tell } from './step.ts';
import { sessionsHeld, stopIfStray } from './strays.ts';
import { beginTariffUsage } from './tariff/usage.ts';

/** Carries out a fact that was accepted: the next one of its point. */
export function applyFact(step: Step, fact: Fact): void {
  switch (fact.type) {
    case 'booted': return booted(step, fact);
    case 'plugged': return plugged(step, fact);
    case 'unplugged': return unplugged(step, fact);
    case 'session-started': return started(step, fact);
    case 'session-ended': return ended(step, fact);
    case 'sessions-held': return sessionsHeld(step, fact);
    case 'command-result': return commandResult(step, fact);
    case 'fault': return faulted(step, fact);
    case 'cleared': return cleared(step, fact);
    default: return assertNever(fact, 'fact');
  }
}

/**
 * The engine lost what it had in memory: authorizations are sent again; charges that it will never report break off.
 */
function booted(step: Step, fact: Booted): void {
  const { state } = step;
  const point = state.pointStates.must(fact.pointId);
  const told = fact.connectors.map((c): ConnectorState => {
    const before = connectorState(point, c.connectorNo);
    return c.plugged ? { ...before, plugged: true, faults: [] } : freshConnector(c.connectorNo);
  });
  // One that was registered since is not in a report from before: the point learns of it with its next setup.
  const added = (state.points.get(fact.pointId)?.connectors ?? [])
    .filter((c) => !told.some(({ connectorNo }) => connectorNo === c.connectorNo))
    .map((c) => freshConnector(c.connectorNo));
  const connectors = [...told, ...added].sort((a, b) => a.connectorNo - b.connectorNo);
  putPointState(step, { ...point, connectors, faults: [] });
  pointEvent(step, 'point-boot', fact.pointId, { bootId: fact.bootId, newJournal: fact.previous === null });
  for (const session of sessionsAt(step, point)) {
    if (session.state === 'requested' || session.state === 'authorized' || session.state === 'preparing'
      || (session.state === 'queued' && session.offered)) {
      putSession(step, { ...session, commandNumber: sendAuthorize(step, session) });
    } else if (fact.previous === null) {
      // Its journal is gone: the true end of this charge will not be reported.
      if (session.state !== 'interrupted') interruptSession(step, session, 'engine-restarted');
      const row = state.sessions.must(session.sessionId);
      putSession(step, { ...row, flags: [...row.flags, CONNECTOR_RELEASED] });
    }
  }
}

function plugged(step: Step, fact: Plugged): void {
  changeConnector(step, fact.pointId, fact.connectorNo, (c) => ({
    ...c, plugged: true, batteryWh: fact.vehicle?.batteryWh ?? null, socPercent: fact.vehicle?.socPercent ?? null,
    vehiclePowerW: fact.vehicle?.maxPowerW ?? null, finishedSessionId: null,
  }));
  const session = sessionAt(step, fact.pointId, fact.connectorNo);
  if (session?.state === 'authorized') moveSession(step, session, 'preparing');
}

function unplugged(step: Step, fact: Unplugged): void {
  changeConnector(step, fact.pointId, fact.connectorNo, (c) => freshConnector(c.connectorNo));
  const session = sessionAt(step, fact.pointId, fact.connectorNo);
  if (session?.state === 'preparing') moveSession(step, session, 'authorized');
}

function started(step: Step, fact: SessionStarted): void {
  const { state, now } = step;
  const session = reportedSession(step, fact);
  // Nobody would pay for what flows: it does not wait for a reading to be stopped.
  if (session === undefined) return stopIfStray(step, fact);
  if (session.usage !== null || !takesConnector(step, session, fact)) return;
  if (session.pointId !== null && session.pointId !== fact.pointId && !isOver(session)) {
    // It was given to another point since, which shall serve nobody with it.
    sendStop(step, session.pointId, session, 'not-authorized');
  }
  let begun = begin(step, session, fact, { rawAtMs: fact.atMs, socPercent: fact.socPercent });
  const startedAtMs = begun.startedAtMs ?? now;
  // From here on its uptime tells how long it charges, whatever its clock does.
  state.meters.put({
    sessionId: session.sessionId, sample: 0, registerWh: fact.meterStartWh, powerW: 0, socPercent: fact.socPercent,
    state: 'charging', kind: 'charging', atMs: startedAtMs, rawAtMs: fact.atMs, uptimeMs: fact.uptimeMs,
    receivedAtMs: now,
  });
  if (startedAtMs - now > TOLERANCE_MS) begun = flagSession(step, begun, 'clock-ahead');
  state.deadlines.add('provisional', session.sessionId, now + state.settings.provisionalMs);
  if (isOver(session)) {
    // It was taken back or had expired when the point began: it is stopped, and billed for what flowed.
    moveSession(step, begun, 'finishing', { stopping: { reason: 'not-authorized', sinceMs: now }, settled: false });
    sendStop(step, fact.pointId, session, 'not-authorized');
    return;
  }
  const ready = begun.state === 'authorized' ? moveSession(step, begun, 'preparing') : begun;
  const charging = moveSession(step, ready.state === 'preparing' ? ready : asPrepared(step, ready), 'charging');
  notify(step, charging, {
    type: 'started', sessionId: session.sessionId, pointId: fact.pointId, connectorNo: fact.connectorNo, startedAtMs,
    meterStartWh: fact.meterStartWh,
  });
}

/**
 * A connector serves one charge. Who is only expected there gives way; a charge that broke off there has been left by
 * its point, which reports its end later. But a second one beside one that runs cannot be: it is stopped, and billed by
 * the report of its end.
 */
function takesConnector(step: Step, session: Session, fact: SessionStarted): boolean {
  const holder = sessionAt(step, fact.pointId, fact.connectorNo);
  if (holder === undefined || holder.sessionId === session.sessionId) return true;
  if (holder.usage === null) {
    pointFailed(step, holder, 'point-busy', { pointId: fact.pointId });
    return true;
  }
  if (holder.state === 'interrupted') {
    putSession(step, { ...holder, flags: [...holder.flags, CONNECTOR_RELEASED] });
    return true;
  }
  const { pointId, connectorNo, sessionId } = fact;
  pointEvent(step, 'session-flag', pointId, { flag: 'second-charge', running: holder.sessionId, report: fact });
  tell(step, 'error', `${pointId} reports that ${sessionId} has begun at connector ${connectorNo}, where `
    + `${holder.sessionId} charges: it is stopped`, { pointId });
  sendStop(step, pointId, fact, 'not-authorized');
  return false;
}

/** The session with its place and its beginning, whose reading is the first of its stored meter values. */
function begin(
  step: Step, session: Session, fact: SessionStarted | SessionEnded,
  { rawAtMs, socPercent }: { rawAtMs: number; socPercent: number | null },
): Session {
  const start = { registerWh: fact.meterStartWh, atMs: correctedMs(step.state, fact.pointId, rawAtMs) };
  emit(step, {
    kind: 'append', table: 'meter_values',
    row: {
      sessionId: session.sessionId, sample: 0, ...start, powerW: 0, socPercent, rawAtMs, receivedAtMs: step.now,
      kind: 'charging',
    },
  });
  return {
    ...session, pointId: fact.pointId, connectorNo: fact.connectorNo, bootId: fact.bootId, startedAtMs: start.atMs,
    startedRawMs: rawAtMs, startReceivedMs: step.now, meterStartWh: fact.meterStartWh,
    usage: beginTariffUsage(start.atMs),
  };
}

function ended(step: Step, fact: SessionEnded): void {
  const session = reportedSession(step, fact);
  if (session === undefined) return disputeElsewhere(step, fact);
  // The report of its beginning was lost with a damaged journal: this one says how it began, too.
  const known = session.usage === null
    ? asPrepared(step, begin(step, session, fact, { rawAtMs: fact.startedAtMs, socPercent: null }))
    : session;
  const { end, flagged } = trueEnd(step, known, fact);
  if (isOver(flagged) && flagged.ticketId !== null) correctSession(step, flagged, end);
  else closeSession(step, flagged, end);
}

/**
 * A connector has served a session that Central had given to another one since: it never heard that its authorization
 * was taken back. Nobody is billed by it; what it delivered is listed as disputed, once.
 */
function disputeElsewhere(step: Step, fact: SessionEnded): void {
  const session = step.state.sessions.get(fact.sessionId);
  const strayWh = fact.meterStopWh - fact.meterStartWh;
  if (session === undefined || strayWh <= 0) return;
  const flagged = flagSession(step, session, `disputed ${strayWh} Wh at ${fact.pointId}/${fact.connectorNo}`);
  if (flagged === session) return;
  putSession(step, { ...flagged, disputedWh: session.disputedWh + strayWh });
}

/** When the clock jumped within the session, its length is what the uptime says. */
function trueEnd(step: Step, session: Session, fact: SessionEnded): { end: TrueEnd; flagged: Session } {
  const { state, now } = step;
  let flagged = session;
  let endedAtMs = sessionTimeMs(state, session, { pointId: fact.pointId, atMs: fact.endedAtMs });
  const byClockMs = fact.endedAtMs - fact.startedAtMs;
  if (fact.chargedUptimeMs !== null && Math.abs(byClockMs - fact.chargedUptimeMs) > TOLERANCE_MS) {
    flagged = flagSession(step, flagged, 'clock-jump');
    endedAtMs = (session.startedAtMs ?? endedAtMs) + fact.chargedUptimeMs;
  }
  if (endedAtMs - now > TOLERANCE_MS) flagged = flagSession(step, flagged, 'clock-ahead');
  const meter = state.meters.get(session.sessionId);
  if (fact.meterStopWh < (meter?.registerWh ?? fact.meterStartWh)) {
    flagged = flagSession(step, flagged, 'meter-rollback');
  }
  const meterStopWh = Math.max(fact.meterStopWh, meter?.registerWh ?? 0);
  return {
    flagged,
    end: { reason: fact.reason, meterStopWh, endedAtMs, rawEndedAtMs: fact.endedAtMs, socPercent: fact.socPercent },
  };
}

function commandResult(step: Step, fact: CommandResult): void {
  const record = closeCommand(step, fact.pointId, fact.number, fact.outcome, fact.reason);
  if (record?.type !== 'authorize' || record.sessionId === null) return;
  const session = step.state.sessions.get(record.sessionId);
  // An answer to an authorization that was repeated or taken back since says nothing any more.
  if (session === undefined || session.commandNumber !== fact.number || isOver(session)) return;
  if (fact.outcome === 'done') pointAuthorized(step, session);
  else if (session.usage === null) {
    pointFailed(step, session, 'point-refused', { pointId: fact.pointId, why: fact.reason ?? 'unknown' });
  }
}

function faulted(step: Step, fact: Fault): void {
  const point = step.state.pointStates.must(fact.pointId);
  if (fact.connectorNo === null) {
    putPointState(step, { ...point, faults: [...new Set([...point.faults, fact.code])] });
  } else {
    changeConnector(step, fact.pointId, fact.connectorNo, (c) => ({
      ...c, faults: [...new Set([...c.faults, fact.code])],
    }));
  }
  pointEvent(step, 'fault', fact.pointId, { code: fact.code, connectorNo: fact.connectorNo, detail: fact.detail });
  tell(step, 'error', `${fact.pointId}: ${fact.code} ${fact.detail}`.trim(), { pointId: fact.pointId });
  for (const session of sessionsAt(step, point)) {
    const concerned = fact.connectorNo === null || session.connectorNo === fact.connectorNo;
    if (concerned && session.usage === null) pointFailed(step, session, 'point-faulted', { pointId: fact.pointId });
  }
}

function cleared(step: Step, fact: Cleared): void {
  const point = step.state.pointStates.must(fact.pointId);
  if (fact.connectorNo === null) {
    putPointState(step, { ...point, faults: point.faults.filter((code) => code !== fact.code) });
  } else {
    changeConnector(step, fact.pointId, fact.connectorNo, (c) => ({
      ...c, faults: c.faults.filter((code) => code !== fact.code),
    }));
  }
  pointEvent(step, 'fault-cleared', fact.pointId, { code: fact.code, connectorNo: fact.connectorNo });
}

/**
 * The session of a report; one that Central never had, or that runs at another connector, becomes an event: somebody
 * must look at it. A point speaks for its own charges only, and each connector has a meter of its own.
 */
function reportedSession(step: Step, fact: SessionStarted | SessionEnded): Session | undefined {
  const session = step.state.sessions.get(fact.sessionId);
  const isElsewhere = session !== undefined && (session.usage === null
    ? session.pointId !== fact.pointId && !wasAsked(step, fact.pointId, session.sessionId)
    : session.pointId !== fact.pointId || session.connectorNo !== fact.connectorNo);
  if (session !== undefined && !isElsewhere) return session;
  const flag = isElsewhere ? 'session-of-another-connector' : 'unknown-session';
  pointEvent(step, 'session-flag', fact.pointId, { flag, report: fact });
  const why = isElsewhere
    ? `which runs at ${session.pointId ?? 'no point'}, connector ${session.connectorNo ?? 0}`
    : 'which Central does not know';
  tell(step, 'error', `${fact.pointId} reports session ${fact.sessionId}, ${why}`, { pointId: fact.pointId });
  return undefined;
}

/** Was this point ever given an authorization of this session? It may still carry it out. */
function wasAsked({ state }: Step, pointId: Fact['pointId'], sessionId: Session['sessionId']): boolean {
  return newestCommand(state, pointId, { type: 'authorize', sessionId }) !== undefined;
}

/** A start that overtakes the point's own answer: the authorization is taken as given. */
function asPrepared(step: Step, session: Session): Session {
  if (session.state === 'requested' || session.state === 'queued') return moveSession(step, session, 'preparing');
  return session;
}

function changeConnector(
  step: Step, pointId: Fact['pointId'], connectorNo: number, change: (c: ConnectorState) => ConnectorState,
): void {
  const point = step.state.pointStates.must(pointId);
  const known = point.connectors.some((c) => c.connectorNo === connectorNo);
  const list = known ? point.connectors : [...point.connectors, freshConnector(connectorNo)];
  putPointState(step, { ...point, connectors: list.map((c) => (c.connectorNo === connectorNo ? change(c) : c)) });
}

function sessionAt(step: Step, pointId: Fact['pointId'], connectorNo: number): Session | undefined {
  const id = step.state.sessionIndex.atConnector(pointId, connectorNo);
  return id === undefined ? undefined : step.state.sessions.get(id);
}

/** The open sessions that hold a connector of a point. */
export function sessionsAt(step: Step, point: PointState): Session[] {
  const numbers = new Set([
    ...point.connectors.map((c) => c.connectorNo),
    ...(step.state.points.get(point.pointId)?.connectors ?? []).map((c) => c.connectorNo),
  ]);
  return [...numbers].flatMap((no) => sessionAt(step, point.pointId, no) ?? []);
}
