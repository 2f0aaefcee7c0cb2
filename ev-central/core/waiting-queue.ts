// The waiting queue of a site: who is next, where everybody stands, how long it will take. Its rows are the sessions in
// state `queued`, so it survives whatever the sessions survive.
import type { PointId, SiteId } from '../../shared/ids.ts';
import type { Refusal } from '../../shared/messages/refusal.ts';
import { PRIORITY_CLASSES } from '../../shared/messages/values.ts';
import { askPoint, closeUnstarted } from './authorization.ts';
import { notify } from './notices.ts';
import { choosePlace, fits, pointRefusal, pointsAt } from './placement.ts';
import { reviewQueueAt } from './queue-review.ts';
import { remainingMs } from './remaining.ts';
import { keptFor } from './reservation-slots.ts';
import type { Session } from './rows.ts';
import { putSession } from './session-change.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';

/** What a driver waits for was taken out of the registry: nobody waits for ever. */
const GONE: readonly Refusal[] = ['point-unknown', 'connector-unknown', 'site-unknown', 'nothing-fits'];

/**
 * Who waits at a site, first in line first. A class counts as one higher for each `ageingMs` waited, up to the
 * highest; among equals the longest wait wins. So nobody starves: after enough time she is in the highest class, and
 * oldest there.
 */
export function waitingLine(state: State, siteId: SiteId, now: number): Session[] {
  const waiting = [...state.sessionIndex.waitingAt(siteId)].map((id) => state.sessions.must(id));
  const line = waiting.filter((s) => !s.offered);
  const rank = new Map(line.map((s) => [s, effectiveClass(s, now, state.settings.ageingMs)]));
  return line.sort((a, b) =>
    (rank.get(b) ?? 0) - (rank.get(a) ?? 0)
    || (a.queuedAtMs ?? 0) - (b.queuedAtMs ?? 0)
    || (a.sessionId < b.sessionId ? -1 : 1));
}

/** Offers what is free to the first in line whom it fits, and tells everybody whose place changed. */
export function reviewQueue(step: Step, siteId: SiteId): void {
  const { state, now } = step;
  if (state.sessionIndex.waitingAt(siteId).size === 0) return;
  for (const session of waitingLine(state, siteId, now)) {
    const target = session.target.kind === 'near' ? { kind: 'site' as const, siteId } : session.target;
    const choice = choosePlace(state, session.driverId, target, session.fit, now);
    if (choice.kind === 'none' && GONE.includes(choice.reason)) {
      closeUnstarted(step, session, 'rejected', choice.reason);
    } else if (choice.kind !== 'none' && choice.siteId !== siteId) {
      closeUnstarted(step, session, 'rejected', 'point-unknown');
    } else if (choice.kind === 'free') askPoint(step, session, choice.place, true);
  }
  tellPlaces(step, siteId);
  const line = waitingLine(state, siteId, now);
  if (line.length > 0) reviewQueueAt(state, siteId, nextAgeing(line, now, state.settings.ageingMs));
}

/**
 * When the driver at a place of the line can expect a connector: the connectors that work free up one after the other
 * as their charges end; null when that cannot be told.
 */
export function estimatedWaitMs(state: State, session: Session, place: number, now: number): number | null {
  const freeInMs: number[] = [];
  for (const pointId of candidatePoints(state, session)) {
    if (pointRefusal(state, pointId, now) !== undefined) continue;
    for (const connector of state.points.must(pointId).connectors) {
      if (!fits(connector, session.fit)) continue;
      const holderId = state.sessionIndex.atConnector(pointId, connector.connectorNo);
      const holder = holderId === undefined ? undefined : state.sessions.get(holderId);
      const kept = holder === undefined ? keptFor(state, pointId, connector.connectorNo) : undefined;
      if (kept !== undefined && kept.userId !== session.driverId) freeInMs.push(Math.max(0, kept.endsAtMs - now));
      else freeInMs.push(holder === undefined ? 0 : (remainingMs(state, holder) ?? Infinity));
    }
  }
  freeInMs.sort((a, b) => a - b);
  if (freeInMs.length === 0) return null;
  // The place-th connector to free up; when there are more drivers than connectors, a round as long as the longest.
  const round = Math.floor((place - 1) / freeInMs.length);
  const longest = freeInMs.at(-1) ?? Infinity;
  const wait = (freeInMs[(place - 1) % freeInMs.length] ?? Infinity) + (round === 0 ? 0 : round * longest);
  return Number.isFinite(wait) ? Math.round(wait) : null;
}

function tellPlaces(step: Step, siteId: SiteId): void {
  const { state, now } = step;
  waitingLine(state, siteId, now).forEach((session, index) => {
    const place = index + 1;
    if (session.toldPlace === place) return;
    const told = putSession(step, { ...session, toldPlace: place });
    notify(step, told, {
      type: 'queued', sessionId: session.sessionId, siteId, place,
      estimatedWaitMs: estimatedWaitMs(state, session, place, now),
    });
  });
}

function candidatePoints(state: State, session: Session): PointId[] {
  return session.target.kind === 'point'
    ? [session.target.pointId]
    : pointsAt(state, session.siteId).map((point) => point.pointId);
}

function effectiveClass(session: Session, now: number, ageingMs: number): number {
  const aged = Math.floor((now - (session.queuedAtMs ?? now)) / ageingMs);
  return Math.min(PRIORITY_CLASSES.length - 1, PRIORITY_CLASSES.indexOf(session.priorityClass) + aged);
}

/** When somebody in the line next counts as a class higher: the order may change then. */
function nextAgeing(line: readonly Session[], now: number, ageingMs: number): number {
  const times = line.map((s) => now + ageingMs - ((now - (s.queuedAtMs ?? now)) % ageingMs));
  return Math.min(...times);
}
