// Facts of points are accepted in order, boot by boot, each exactly once; a gap makes Central ask for what is
// missing. One that cannot be taken in (it is malformed, or handling it failed again and again) would leave its point
// at a gap for ever: it is passed over, for all to see, and what it may have been about is flagged
// (docs/decisions/0014).
import { type FactPosition, isBefore } from '../../shared/fact-position.ts';
import type { Fact } from '../../shared/messages/catalogue.ts';
import type { PointId } from '../../shared/ids.ts';
import { deadLetter, type DeadLetterInput } from './dead-letter.ts';
import { applyFact, sessionsAt } from './facts.ts';
import type { BadFact } from './inputs.ts';
import type { PointState, Session } from './rows.ts';
import { flagSession, putSession } from './session-change.ts';
import { interruptSession } from './session-end.ts';
import { audit, pointEvent, putPointState, type Step, tell } from './step.ts';

/**
 * Pause between two requests to send facts again; doubled with each, so that a bad fact does not come every second …
 */
const RESEND_PAUSE_MS = 1_000;
/** … up to this. */
const RESEND_PAUSE_MAX_MS = 30_000;
/** So often the first fact behind a gap must have come, without the missing one, before that is given up. */
const GAP_TIMES = 3;

type Order = 'next' | 'known' | 'gap';

/** Takes a fact in when it is the next one; otherwise says what Central holds. */
export function takeFact(step: Step, fact: Fact): void {
  const point = step.state.pointStates.get(fact.pointId);
  if (point === undefined) {
    tell(step, 'warn', `a fact of ${fact.pointId}, which is not registered`, { type: fact.type });
    return;
  }
  const order = orderOf(point, fact);
  if (order === 'known') return oweAccepted(step, fact.pointId);
  if (order === 'gap') {
    noteGap(step, fact.pointId, fact);
    if (!isGivenUp(step, fact.pointId, fact)) return askAgain(step, fact.pointId);
    passOver(step, point, fact, 'it never came');
    for (const session of sessionsAt(step, point)) doubt(step, session, true);
  }
  accept(step, fact.pointId, fact);
  applyFact(step, fact);
}

/**
 * A fact that its point has sealed, and that cannot be taken in: sent again it would be the same. In its turn it
 * becomes a dead letter, once, and is passed over.
 */
export function takeBadFact(step: Step, input: DeadLetterInput, bad: BadFact): void {
  const point = step.state.pointStates.get(bad.pointId);
  // The history of a point begins with a fact that says what it is.
  if (point === undefined || point.accepted === null) return deadLetter(step, input);
  const order = orderOf(point, { ...bad, previous: undefined });
  if (order === 'known') return oweAccepted(step, bad.pointId);
  if (order === 'gap') {
    if (noteGap(step, bad.pointId, bad)) deadLetter(step, input);
    if (!isGivenUp(step, bad.pointId, bad)) return askAgain(step, bad.pointId);
    // What is missing before it may have been anything.
    for (const session of sessionsAt(step, point)) doubt(step, session, true);
  } else {
    deadLetter(step, input);
  }
  passOver(step, point, bad, input.detail);
  accept(step, bad.pointId, bad);
  if (bad.sessionId === null) return;
  const session = step.state.sessions.get(bad.sessionId);
  if (session?.pointId === bad.pointId) doubt(step, session, bad.type === 'session-ended');
}

/** Boots are accepted in order, and a fact only when it is the next one of its boot. */
function orderOf(
  { accepted }: PointState,
  fact: FactPosition & { readonly type: string | null; readonly previous?: FactPosition | null | undefined },
): Order {
  // The first that Central hears of a point: its history begins here.
  if (accepted === null) return 'next';
  if (!isBefore(accepted, fact)) return 'known';
  if (fact.bootId === accepted.bootId) return fact.seq === accepted.seq + 1 ? 'next' : 'gap';
  const { previous } = fact;
  if (fact.type !== 'booted' || fact.seq !== 1 || previous === undefined) return 'gap';
  return previous === null || !isBefore(accepted, previous) ? 'next' : 'gap';
}

function accept(step: Step, pointId: PointId, { bootId, seq }: FactPosition): void {
  const { pointStates, factGaps } = step.state;
  factGaps.delete(pointId);
  oweAccepted(step, pointId);
  putPointState(step, { ...pointStates.must(pointId), accepted: { bootId, seq } });
}

function oweAccepted({ state: { acceptsOwed } }: Step, pointId: PointId): void {
  if (!acceptsOwed.has(pointId)) acceptsOwed.set(pointId, { resend: false });
}

/** Remembers the first fact behind the gap, and how often it has come. True when none before it was known. */
function noteGap({ state: { factGaps }, now }: Step, pointId: PointId, { bootId, seq }: FactPosition): boolean {
  const gap = factGaps.get(pointId);
  if (gap === undefined || isBefore({ bootId, seq }, gap.first)) {
    factGaps.set(pointId, { sinceMs: gap?.sinceMs ?? now, first: { bootId, seq }, times: 1, asked: gap?.asked ?? 0 });
    return true;
  }
  if (!isBefore(gap.first, { bootId, seq })) factGaps.set(pointId, { ...gap, times: gap.times + 1 });
  return false;
}

/** The point has sent this one again and again over the named time, and never what is missing before it. */
function isGivenUp({ state, now }: Step, pointId: PointId, fact: FactPosition): boolean {
  const gap = state.factGaps.get(pointId);
  return gap !== undefined && !isBefore(gap.first, fact) && gap.times >= GAP_TIMES
    && now - gap.sinceMs >= state.settings.factGapMs;
}

function askAgain({ state, now }: Step, pointId: PointId): void {
  const gap = state.factGaps.get(pointId);
  const asked = gap?.asked ?? 0;
  const pauseMs = Math.min(RESEND_PAUSE_MAX_MS, RESEND_PAUSE_MS * 2 ** Math.max(0, asked - 1));
  if (now - (state.resendAskedMs.get(pointId) ?? -Infinity) < pauseMs) return;
  state.resendAskedMs.set(pointId, now);
  if (gap !== undefined) state.factGaps.set(pointId, { ...gap, asked: asked + 1 });
  state.acceptsOwed.set(pointId, { resend: true });
}

/** Everybody who looks after the point hears that something of it is missing. */
function passOver(step: Step, { pointId, accepted }: PointState, { bootId, seq }: FactPosition, why: string): void {
  const passed = { after: accepted, upTo: { bootId, seq }, why };
  pointEvent(step, 'point-note', pointId, { factsPassedOver: passed });
  audit(step, { who: pointId, address: '', action: 'pass-over-facts', outcome: 'done', parameters: passed });
  tell(step, 'error', `${pointId}: something that it reported cannot be taken in (${why}); it goes on at `
    + `${bootId}/${seq}. Look at the dead letters and its charges`, { pointId });
}

/** A charge that the missing fact may have been about. If it still runs, its next reading says so. */
function doubt(step: Step, session: Session, mayHaveEnded: boolean): void {
  const flagged = flagSession(step, session, 'report-missing');
  if (flagged !== session) putSession(step, flagged);
  const runs = session.state === 'charging' || session.state === 'suspended' || session.state === 'finishing';
  if (runs && mayHaveEnded) interruptSession(step, flagged, 'never-reported');
}
