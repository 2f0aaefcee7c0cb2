// Meter samples: newest wins. The sample becomes the session's live figures; every so often, at every price border, and
// where charging and standing idle change, it is stored and folded into the session's usage. The hot path of Central:
// no allocation that is not needed, and no exact price where the cost is sure to be far from its limit.
import type { MeterSample } from '../../shared/messages/meter-sample.ts';
import type { SessionState } from '../../shared/messages/values.ts';
import { correctedMs, LONGEST_STEP_MS, sessionTimeMs, TOLERANCE_MS } from './point-time.ts';
import { type ExactCost, exactCost, mayHaveReached, moveBorder, watchOf } from './cost-watch.ts';
import type { LiveMeter, Session } from './rows.ts';
import { tellNearlyDone } from './nearly-done.ts';
import { foldedRegisterWh, storeReading } from './session-cost.ts';
import { flagSession, moveSession, putSession } from './session-change.ts';
import { resumeSession, stopSession } from './session-end.ts';
import { CONNECTOR_RELEASED, isOver } from './session-index.ts';
import type { Step } from './step.ts';
import { isStopLost, stopStray } from './strays.ts';
import { rulesOf } from './tariffs.ts';
import { changesClass } from './tariff/border.ts';
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
  const lastWh = before?.registerWh ?? foldedRegisterWh(session);
  if (sample.registerWh < lastWh) {
    const flagged = flagSession(step, session, 'meter-rollback');
    if (flagged !== session) putSession(step, flagged);
    return;
  }
  const time = timeOf(step, session, sample, before);
  const live: LiveMeter = {
    sessionId: session.sessionId, sample: sample.sample, registerWh: sample.registerWh, powerW: sample.powerW,
    socPercent: sample.socPercent, state: sample.state,
    // Where energy flowed it was charging, whatever came of it at the end: samples may have been lost between.
    kind: sample.state === 'charging' || sample.registerWh > lastWh ? 'charging' : 'parking', atMs: time.atMs,
    rawAtMs: sample.atMs, uptimeMs: sample.uptimeMs, receivedAtMs: now,
  };
  const told = before === undefined ? session : storeBeforeChange(step, session, before, live);
  state.meters.put(live);
  if (before !== undefined) tellNearlyDone(step, told, before, live);
  const timed = time.jumped ? putSession(step, flagSession(step, told, 'clock-jump')) : told;
  if (state.logIns.has(session.driverId)) state.progressOwed.add(session.sessionId);
  const stored = storeWhenDue(step, followState(step, timed, sample), live);
  watchCost(step, stored, live);
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

/**
 * A sample tells of the time since the one before. Where that was of another kind, or of a power that has another
 * price, what came before is stored: a span between two stored values is of one kind.
 */
function storeBeforeChange(step: Step, session: Session, before: LiveMeter, live: LiveMeter): Session {
  if (before.sample <= session.lastStoredSample) return session;
  const { powerW } = rulesOf(step.state, session).cuts;
  if (before.kind === live.kind && !changesClass(powerW, before.powerW, live.powerW)) return session;
  return store(step, session, before);
}

function storeWhenDue(step: Step, session: Session, live: LiveMeter): Session {
  const { usage } = session;
  if (usage === null) return session;
  const { border } = watchOf(step.state, session, usage);
  const isDue = live.atMs - usage.lastMs >= step.state.settings.meterValueEveryMs || live.atMs >= border.atMs
    || live.registerWh - (session.meterStartWh ?? 0) >= border.energyWh;
  return isDue ? store(step, session, live) : session;
}

function store(step: Step, session: Session, reading: LiveMeter): Session {
  const row = storeReading(step, session, reading);
  // Not through putSession: neither the state nor the point's status changes here.
  step.state.sessions.put(row);
  moveBorder(step.state, row);
  return row;
}

/**
 * A session stops itself when what would be billed now reaches the hold; at 80 % a larger hold is tried. What is due
 * from the first moment stops nothing: it is due whether the charge goes on or not.
 */
function watchCost(step: Step, session: Session, live: LiveMeter): void {
  const { usage, goal, holdMinor } = session;
  if (usage === null || session.stopping !== null || session.state === 'finishing') return;
  const limitMinor = goal.amountMinor ?? holdMinor * 0.8;
  const { atMs, registerWh } = live;
  if (!mayHaveReached(step.state, session, usage, { atMs, registerWh, limitMinor })) return;
  const cost = exactCost(step.state, session);
  if (cost === null) return;
  if (goal.amountMinor !== null) return watchAmount(step, session, { ...cost, amountMinor: goal.amountMinor });
  if (cost.dueMinor * 10 < holdMinor * 8) return;
  const enlarged = enlargeHold(step, session, step.state.settings.defaultHoldMinor);
  if (enlarged !== null) putSession(step, enlarged);
  else if (cost.dueMinor >= holdMinor && cost.dueMinor > cost.leastMinor) stopSession(step, session, 'hold-used-up');
}

/**
 * An amount that the driver named is reached by what she used: what a step size or a minimum price adds is due whether
 * she goes on or not. The hold is made to cover that, too.
 */
function watchAmount(
  step: Step, session: Session, { usedMinor, dueMinor, amountMinor }: ExactCost & { amountMinor: number },
): void {
  if (usedMinor >= amountMinor) return stopSession(step, session, 'amount-reached');
  const missingMinor = dueMinor - session.holdMinor;
  if (missingMinor <= 0) return;
  const enlarged = enlargeHold(step, session, missingMinor);
  if (enlarged !== null) putSession(step, enlarged);
  else stopSession(step, session, 'hold-used-up');
}
