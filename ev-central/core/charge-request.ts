// A driver asks for a charge. Everything that can speak against it is checked here, in the order in which a driver
// can do something about it; the first reason is what she is told.
import { type Account, parseAccount } from '../../shared/account.ts';
import type { CorrelationId, RequestId, UserId } from '../../shared/ids.ts';
import { sessionId } from '../../shared/ids.ts';
import type { Refusal } from '../../shared/messages/refusal.ts';
import type { Fit, Goal, Target } from '../../shared/messages/values.ts';
import { isWithinHours } from '../../shared/zone.ts';
import { askPoint } from './authorization.ts';
import { leastCost } from './cost-watch.ts';
import { noteRefusal } from './figures/attempt.ts';
import { groupRefusal, holdWithin, payerOf, payingGroup } from './groups.ts';
import { notify, refuse } from './notices.ts';
import { takeReadyPayment } from './payment-session.ts';
import { choosePlace, type Choice, type Facts } from './placement.ts';
import { putReservation } from './reservation-change.ts';
import { releaseReservationHold } from './reservation-money.ts';
import { reservedFor, useReservation } from './reservation-use.ts';
import type { Session, User } from './rows.ts';
import { putSession } from './session-change.ts';
import { nextId, type Step } from './step.ts';
import { basisOf, type PricedPlace, tariffFor } from './tariffs.ts';
import { coveredMinor, openHold, spendableMinor, walletOf } from './wallet.ts';
import { reviewQueue } from './waiting-queue.ts';

export type Wish = {
  readonly requestId: RequestId; readonly driverId: UserId; readonly corr: CorrelationId;
  readonly target: Target; readonly fit: Fit; readonly goal: Goal; readonly mayQueue: boolean;
  readonly atPoint: boolean;
};
type Chosen = Exclude<Choice, { kind: 'none' }>;
export type Answer =
  | { readonly outcome: 'accepted' | 'queued'; readonly session: Session }
  | { readonly outcome: 'refused'; readonly reason: Refusal; readonly facts: Facts };

/** Decides a wish for a charge, and tells the driver. The caller has dealt with repeated request ids. */
export function requestCharge(step: Step, wish: Wish): Answer {
  const answer = decide(step, wish);
  step.state.requests.put({
    requestId: wish.requestId, driverId: wish.driverId, kind: 'charge', answer: null, atMs: step.now,
    sessionId: answer.outcome === 'refused' ? null : answer.session.sessionId,
  });
  if (answer.outcome === 'refused') {
    noteRefusal(step, wish, answer.reason);
    refuse(step, wish, answer.reason, answer.facts);
  }
  return answer;
}

function decide(step: Step, wish: Wish): Answer {
  const { state, now } = step;
  const user = state.users.get(wish.driverId);
  if (user === undefined) return refused('user-unknown', { driverId: wish.driverId });
  const payer = payerOf(state, user.userId);
  const wallet = walletOf(state, payer) ?? user;
  const reason = userRefusal(step, user, wish, payer);
  if (reason !== undefined) return reason;
  if (state.outboxBacklog > state.settings.outboxBacklog) return refused('central-overloaded', {});
  // In her slot her own connector comes first, past everybody who waits.
  const own = reservedFor(step, wish);
  const choice = own?.choice ?? choosePlace(state, user.userId, wish.target, wish.fit, now);
  if (choice.kind === 'none') return refused(choice.reason, choice.facts);
  const site = state.sites.must(choice.siteId);
  const version = tariffFor(state, pricedPlace(wish, choice), now);
  if (version === undefined) return refused('no-tariff', { siteId: site.siteId });
  const { currency } = wallet;
  const basis = basisOf(state, version, { wallet: currency, userId: user.userId, siteId: site.siteId, now });
  if (basis === null) return refused('currency-mismatch', { currency: version.ocpi.currency, wallet: currency });
  const outside = outsideHours(user, site.timeZone, now);
  if (outside !== undefined) return outside;
  if (choice.kind === 'busy') {
    const no = queueRefusal(step, user, wish, choice);
    if (no !== undefined) return no;
  }
  // A fee or a minimum price is due however little is charged.
  const leastMinor = leastCost(state, { ...basis, timeZone: site.timeZone }, now);
  const hold = holdOf(step, user, wish, { siteId: choice.siteId, leastMinor });
  if ('reason' in hold) return refused(hold.reason, hold.facts);
  const { holdMinor } = hold;
  // The hold of her reservation makes room for that of the charge.
  const spendable = spendableMinor(state, payer) + (own?.reservation.payer === payer ? own.reservation.holdMinor : 0);
  if (spendable < holdMinor) {
    const facts = { missingMinor: holdMinor - spendable, currency: wallet.currency };
    return refused('balance-too-low', facts);
  }
  if (own !== undefined) putReservation(step, releaseReservationHold(step, own.reservation));
  const answer = begin(step, wish, user, choice, { holdMinor, payer, ...basis, currency });
  if (own !== undefined && answer.outcome !== 'refused') useReservation(step, own.reservation, answer.session);
  return answer;
}

/** The hold that the wish needs, within what a group allows that pays for her. */
function holdOf(
  { state, now }: Step, { userId }: User, { goal }: Wish,
  { siteId, leastMinor }: { readonly siteId: Session['siteId']; readonly leastMinor: number },
): ReturnType<typeof holdWithin> {
  const group = payingGroup(state, userId);
  const usualMinor = state.settings.defaultHoldMinor;
  if (group === undefined) return { holdMinor: Math.max(goal.amountMinor ?? usualMinor, leastMinor) };
  return groupRefusal(group, state.sites.must(siteId), now)
    ?? holdWithin(state, group, { userId, goalMinor: goal.amountMinor, usualMinor, leastMinor, now });
}

type Payment = Pick<Session, 'holdMinor' | 'payer' | 'tariff' | 'terms' | 'currency'>;

function begin(
  step: Step, wish: Wish, user: User, choice: Chosen, payment: Payment,
): Answer {
  const { state, now } = step;
  const site = state.sites.must(choice.siteId);
  const queued = choice.kind === 'busy';
  const session = newSession(step, wish, user, {
    ...payment, siteId: site.siteId, timeZone: site.timeZone,
    state: queued ? 'queued' : 'requested', queuedAtMs: queued ? now : null,
  });
  openHold(step, session);
  takeReadyPayment(step, session);
  putSession(step, session);
  if (choice.kind === 'busy') {
    reviewQueue(step, site.siteId);
    return { outcome: 'queued', session: state.sessions.must(session.sessionId) };
  }
  notify(step, session, {
    type: 'accepted', sessionId: session.sessionId, ...choice.place, holdMinor: session.holdMinor,
    currency: session.currency, freeUntilMs: choice.freeUntilMs,
  });
  return { outcome: 'accepted', session: askPoint(step, session, choice.place, false) };
}

type Beginning = Payment & Pick<Session, 'siteId' | 'timeZone' | 'state' | 'queuedAtMs'>;

function newSession(step: Step, wish: Wish, user: User, beginning: Beginning): Session {
  const { now } = step;
  return {
    ...beginning,
    sessionId: sessionId(nextId(step)), requestId: wish.requestId, corr: wish.corr, driverId: wish.driverId,
    pointId: null, connectorNo: null, atPoint: wish.atPoint, stateSinceMs: now, requestedAtMs: now,
    target: wish.target, fit: wish.fit, goal: wish.goal, priorityClass: user.priorityClass, toldPlace: null,
    offered: false, commandNumber: null, plugByMs: null,
    startedAtMs: null, startedRawMs: null, startReceivedMs: null, bootId: null, meterStartWh: null, usage: null,
    lastStoredSample: 0,
    stopping: null, endedAtMs: null, endReceivedMs: null, meterStopWh: null, endReason: null, refusal: null,
    provisional: false, settled: false, energyWh: 0, costMinor: 0, ticketId: null, disputedWh: 0, flags: [],
  };
}

/** Which point it is, somebody who waits for any one does not know yet. */
function pricedPlace({ target, driverId }: Wish, choice: Chosen): PricedPlace {
  const { siteId } = choice;
  if (choice.kind !== 'busy') return { siteId, userId: driverId, ...choice.place };
  const known = target.kind === 'point' ? { pointId: target.pointId, connectorNo: target.connectorNo } : null;
  return { siteId, userId: driverId, ...known ?? { pointId: null, connectorNo: null } };
}

function userRefusal(step: Step, user: User, wish: Wish, payer: Account): Answer | undefined {
  if (!user.active) return refused('user-inactive', {});
  if (coveredMinor(step.state, payer) < 0) {
    const { balanceMinor, currency } = walletOf(step.state, payer) ?? user;
    const parts = parseAccount(payer);
    const group = parts?.kind === 'group-wallet' ? { groupId: parts.groupId } : {};
    return refused('balance-negative', { balanceMinor, currency, ...group });
  }
  const open = step.state.sessionIndex.ofDriver(user.userId).size;
  if (open >= user.limits.sessionsAtOnce) return refused('too-many-sessions', { limit: user.limits.sessionsAtOnce });
  const { maxPowerW } = user.limits;
  if (maxPowerW !== null && (wish.fit.minPowerW ?? 0) > maxPowerW) {
    return refused('power-above-limit', { limitW: maxPowerW });
  }
  return undefined;
}

function outsideHours(user: User, timeZone: string, now: number): Answer | undefined {
  const { hours } = user.limits;
  return hours === null || isWithinHours(hours, timeZone, now) ? undefined : refused('outside-hours', { ...hours });
}

function queueRefusal(step: Step, user: User, wish: Wish, choice: { siteId: Session['siteId'] }): Answer | undefined {
  const { state } = step;
  if (!wish.mayQueue || !state.sites.must(choice.siteId).queueEnabled) {
    const { target } = wish;
    return refused('point-busy', target.kind === 'point' ? { pointId: target.pointId } : { siteId: choice.siteId });
  }
  const waiting = state.sessionIndex.waitingAt(choice.siteId);
  if (waiting.size >= state.settings.waitingAtSite) return refused('queue-full', { waiting: waiting.size });
  const already = [...state.sessionIndex.ofDriver(user.userId)]
    .some((id) => waiting.has(id) && sameTarget(state.sessions.must(id).target, wish.target));
  return already ? refused('already-waiting', { siteId: choice.siteId }) : undefined;
}

function sameTarget(a: Target, b: Target): boolean {
  return a.kind === 'point' && b.kind === 'point' ? a.pointId === b.pointId : a.kind === b.kind;
}

function refused(reason: Refusal, facts: Facts): Answer {
  return { outcome: 'refused', reason, facts };
}
