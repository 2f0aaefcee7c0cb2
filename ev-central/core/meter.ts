// Meter samples: newest wins. The sample becomes the session's live figures; every so often, and at every price border,
// it is stored and folded into the session's usage. The hot path of Central: no allocation that is not needed.
import type { MeterSample } from '../../shared/messages/meter-sample.ts';
import type { SessionState } from '../../shared/messages/values.ts';
import { correctedMs, LONGEST_STEP_MS, sessionTimeMs, TOLERANCE_MS } from './point-time.ts';
import { addUsage, bandAt, totalMinor } from './price.ts';
import type { LiveMeter, Session } from './rows.ts';
import { flagSession, moveSession, putSession } from './session-change.ts';
import { provisionalCost, resumeSession, stopSession } from './session-end.ts';
import { CONNECTOR_RELEASED, isOver } from './session-index.ts';
import type { State } from './state.ts';
import { emit, type Step } from './step.ts';
import { isStopLost, stopStray } from './strays.ts';
import { spendableMinor } from './payment-session.ts';
import { enlargeHold } from './wallet.ts';

export function meterSample(step: Step, sample: MeterSample): void {
  const { state, now } = step;
  const session = state.sessions.get(sample.sessionId);
  if (session === undefined || session.pointId !== sample.pointId || isOver(session)) {
    // The last readings of a charge may come after its end, which takes another topic: they are no stray.
    const endedAtMs = session?.endedAtMs ?? null;
    if (endedAtMs === null || correctedMs(state, sample.pointId, sample.atMs) > endedAtMs) {
      stopStray(step, sample, session?.endReason ?? 'not-authorized');
    }
    return;
  }
  // Another connector that was asked before: its meter is not this session's.
  if (session.connectorNo !== sample.connectorNo) return;
  const before = state.meters.get(session.sessionId);
  // Not begun yet: the report of its start comes on another topic, and the next sample is a second away.
  if (session.usage === null || (before !== undefined && sample.sample <= before.sample)) return;
  if (sample.registerWh < (before?.registerWh ?? session.usage.last.registerWh)) {
    const flagged = flagSession(step, session, 'meter-rollback');
    if (flagged !== session) putSession(step, flagged);
    return;
  }
  const time = timeOf(step, session, sample, before);
  const live: LiveMeter = {
    sessionId: session.sessionId, sample: sample.sample, registerWh: sample.registerWh, powerW: sample.powerW,
    socPercent: sample.socPercent, state: sample.state, atMs: time.atMs,
    rawAtMs: sample.atMs, uptimeMs: sample.uptimeMs, receivedAtMs: now,
  };
  state.meters.put(live);
  const timed = time.jumped ? putSession(step, flagSession(step, session, 'clock-jump')) : session;
  if (state.logIns.has(session.driverId)) state.progressOwed.add(session.sessionId);
  const stored = storeWhenDue(step, followState(step, timed, sample), live);
  watchCost(step, stored);
  stopAgain(step, stored, sample);
}

/** The time of a sample: the point's clock, unless it has jumped since the one before; then its uptime counts. */
function timeOf(
  { state }: Step, session: Session, sample: MeterSample, before: LiveMeter | undefined,
): { atMs: number; jumped: boolean } {
  const atMs = sessionTimeMs(state, session, sample);
  if (before === undefined) {
    return { atMs: Math.min(atMs, (session.startedAtMs ?? 0) + LONGEST_STEP_MS), jumped: false };
  }
  const elapsedMs = Math.min(Math.max(0, sample.uptimeMs - before.uptimeMs), LONGEST_STEP_MS);
  const byUptimeMs = before.atMs + elapsedMs;
  const jumped = Math.abs(atMs - byUptimeMs) > TOLERANCE_MS;
  return { atMs: jumped ? byUptimeMs : atMs, jumped };
}

/** A stop that was lost on its way is sent again while samples come. */
function stopAgain(step: Step, session: Session, sample: MeterSample): void {
  if (session.stopping !== null && isStopLost(step, session)) stopStray(step, sample, session.stopping.reason);
}

/** The sample says whether energy flows; an interrupted session whose samples come again goes on. */
function followState(step: Step, session: Session, sample: MeterSample): Session {
  if (session.state === 'finishing' || session.stopping !== null) return session;
  const to: SessionState = sample.state === 'charging' ? 'charging' : 'suspended';
  if (session.state === to) return session;
  if (session.state === 'interrupted') {
    // Its point serves another one there since.
    if (session.flags.includes(CONNECTOR_RELEASED)) return session;
    const point = step.state.pointStates.get(sample.pointId);
    // One that was taken before the point's last boot, and comes late, says nothing of what is now.
    const isOfNow = sample.bootId >= (point?.accepted?.bootId ?? 0);
    return isOfNow && point?.health.engine === 'ok' ? resumeSession(step, session, sample) : session;
  }
  return moveSession(step, session, to);
}

function storeWhenDue(step: Step, session: Session, live: LiveMeter): Session {
  const { usage } = session;
  if (usage === null) return session;
  const { tariff, timeZone } = session;
  const border = tariff.bands.length > 1
    && bandAt(tariff, timeZone, live.atMs) !== bandAt(tariff, timeZone, usage.last.atMs);
  if (!border && live.atMs - usage.last.atMs < step.state.settings.meterValueEveryMs) return session;
  emit(step, {
    kind: 'append', table: 'meter_values',
    row: {
      sessionId: session.sessionId, sample: live.sample, registerWh: live.registerWh, powerW: live.powerW,
      socPercent: live.socPercent, atMs: live.atMs, rawAtMs: live.rawAtMs, receivedAtMs: live.receivedAtMs,
    },
  });
  const folded = addUsage(usage, live, session.tariff, session.timeZone);
  const row = { ...session, usage: folded, lastStoredSample: live.sample };
  // Not through putSession: neither the state nor the point's status changes here.
  step.state.sessions.put(row);
  return row;
}

/** A session stops itself when its cost reaches the hold; at 80 % a larger hold is tried. */
function watchCost(step: Step, session: Session): void {
  if (session.stopping !== null || session.state === 'finishing') return;
  const costMinor = provisionalCost(step.state, session);
  const { goal } = session;
  if (goal.amountMinor !== null) {
    if (costMinor >= goal.amountMinor) stopSession(step, session, 'amount-reached');
    return;
  }
  if (costMinor * 10 < session.holdMinor * 8) return;
  const user = step.state.users.get(session.driverId);
  const more = step.state.settings.defaultHoldMinor;
  const hasMore = user !== undefined && spendableMinor(step.state, user) >= more;
  if (hasMore) putSession(step, enlargeHold(step, session, more));
  else if (costMinor >= session.holdMinor) stopSession(step, session, 'hold-used-up');
}

/** The cost so far, for the live figures. */
export function liveCost(state: State, session: Session): number {
  if (session.usage === null) return 0;
  return Math.max(provisionalCost(state, session), totalMinor(session.usage, session.tariff));
}
