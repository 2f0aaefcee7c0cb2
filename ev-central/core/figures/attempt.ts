// Attempts: what became of each request for a charge, one row a request, written with what decided it. From these rows
// come the success rates, the causes of failures and the times in the queue. `docs/decisions/0040-figures.md` has the
// definition.
import type { RequestId, SessionId, UserId } from '../../../shared/ids.ts';
import type { Refusal } from '../../../shared/messages/refusal.ts';
import type { Target } from '../../../shared/messages/values.ts';
import type { Effect } from '../effects.ts';
import type { Session } from '../rows.ts';
import { isOver } from '../session-index.ts';
import { emit, type Step } from '../step.ts';
import type { AttemptRow, FailureCause, StoredAttempt } from './attempt-row.ts';
import { type CauseKind, type Counts, type Figure, groupOf } from './figure.ts';
import { momentOf } from './ticket-figures.ts';

type Asked = { readonly requestId: RequestId; readonly driverId: UserId; readonly target: Target };

/** A request within this time after a failed one of the same driver at the same site is another try of that one. */
export const RETRY_WITHIN_MS = 30 * 60_000;

/** Notes what this step has decided, wherever it was decided. A request without a session comes to `noteRefusal`. */
export function noteAttempts(step: Step): void {
  const { effects } = step;
  if (effects.length === 0) return;
  const changed = new Set<SessionId>();
  const left = new Set<SessionId>();
  for (const effect of effects) {
    const id = sessionIn(effect);
    if (id !== null) changed.add(id);
    if (id !== null && leavesQueue(effect)) left.add(id);
  }
  for (const id of changed) {
    const session = step.state.sessions.get(id);
    if (session === undefined || isOfFee(session) || !(isOver(session) || left.has(id))) continue;
    emit(step, { kind: 'append', table: 'attempts', row: attemptOf(step, session, left.has(id)) });
  }
}

/** A request that no session came of. */
export function noteRefusal(step: Step, wish: Asked, cause: Refusal): void {
  const { state, now } = step;
  const { target } = wish;
  if (state.users.get(wish.driverId) === undefined) return;
  const point = target.kind === 'point' ? state.points.get(target.pointId) : undefined;
  const siteId = target.kind === 'site' ? target.siteId : point?.siteId;
  const site = siteId === undefined ? undefined : state.sites.get(siteId);
  emit(step, {
    kind: 'append', table: 'attempts',
    row: {
      requestId: wish.requestId, sessionId: null, driverId: wish.driverId, siteId: site?.siteId ?? null,
      pointId: point?.pointId ?? null, payer: null, timeZone: site?.timeZone ?? 'UTC', requestedAtMs: now,
      queuedAtMs: null, leftQueueAtMs: null, decidedAtMs: now, outcome: 'failed', cause,
    },
  });
}

/** What an attempt counts, as far as it is decided. */
export function figuresOfAttempt(attempt: StoredAttempt): Figure[] {
  const { timeZone, outcome, isFirst, cause, queuedAtMs, leftQueueAtMs } = attempt;
  const { siteId, pointId, driverId, payer } = attempt;
  const place = { siteId, pointId, userId: driverId, groupId: groupOf(payer) };
  const figures: Figure[] = [];
  const count = (atMs: number, counts: Counts): void => {
    figures.push({ kind: 'counts', place, ...momentOf(timeZone, atMs), counts });
  };
  if (queuedAtMs !== null && leftQueueAtMs !== null) {
    const waitsServed = outcome === 'charged' ? 1 : 0;
    count(queuedAtMs, { waits: 1, waitMs: Math.max(0, leftQueueAtMs - queuedAtMs), waitsServed });
  }
  if (outcome === null) return figures;
  const charged = outcome === 'charged' ? 1 : 0;
  count(attempt.requestedAtMs, {
    attempts: 1, charged, ...(isFirst ? { firstAttempts: 1, firstCharged: charged } : {}),
  });
  if (outcome === 'failed') {
    const kinds: readonly CauseKind[] = isFirst ? ['failure', 'first-failure'] : ['failure'];
    for (const what of kinds) {
      figures.push({
        kind: 'cause', place, ...momentOf(timeZone, attempt.requestedAtMs), what, cause: cause ?? 'taken-back',
        times: 1, ms: 0,
      });
    }
  }
  return figures;
}

/** The session of a reservation's fee has the reservation's id as that of its request: nobody asked for a charge. */
function isOfFee({ sessionId, requestId }: Session): boolean {
  return String(sessionId) === String(requestId);
}

function attemptOf({ now }: Step, session: Session, leavesNow: boolean): AttemptRow {
  const { requestId, sessionId, driverId, siteId, pointId, payer, timeZone, requestedAtMs, queuedAtMs } = session;
  const over = isOver(session);
  const outcome = session.energyWh > 0 ? 'charged' : 'failed';
  return {
    requestId, sessionId, driverId, siteId, pointId, payer, timeZone, requestedAtMs, queuedAtMs,
    leftQueueAtMs: leavesNow && queuedAtMs !== null ? now : null,
    decidedAtMs: over ? now : null, outcome: over ? outcome : null,
    cause: over && outcome === 'failed' ? causeOf(session) : null,
  };
}

function causeOf({ refusal, endReason, state }: Session): FailureCause {
  if (refusal !== null) return refusal;
  if (endReason !== null) return endReason;
  return state === 'expired' ? 'not-plugged-in' : 'taken-back';
}

/** The session of which an effect says that it came to another state, or was billed. */
function sessionIn(effect: Effect): SessionId | null {
  if (effect.kind !== 'append') return null;
  if (effect.table === 'tickets') return effect.row.sessionId;
  return effect.table === 'events' && effect.row.kind === 'session-state' ? effect.row.sessionId : null;
}

function leavesQueue(effect: Effect): boolean {
  return effect.kind === 'append' && effect.table === 'events' && effect.row.data['from'] === 'queued';
}
