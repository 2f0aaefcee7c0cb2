// Subscriptions: a fee by the month from a driver's own wallet, and a discount while it is paid. When the next fee is
// due stands in the row, which moves on in the transaction that books it: whatever dies, no month is booked twice.
import { correlationId, type PlanId, type SiteId, type UserId } from '../../shared/ids.ts';
import { parseDecimal } from '../../shared/decimal.ts';
import { daysOfDate } from '../../shared/messages/ocpi-tariff.ts';
import type { PlanRow, Subscription } from '../../shared/messages/subscription.ts';
import { type Currency, formatMoney, ratio, roundHalfEven } from '../../shared/money.ts';
import { formatDateTime } from '../../shared/words/quantities.ts';
import type { LapseReason } from '../../shared/messages/plan-lapsed.ts';
import { notifyDriver } from './notices.ts';
import { counted, done, refused, type Result } from './order-result.ts';
import type { State } from './state.ts';
import { audit, type Step, tell } from './step.ts';
import type { Discount } from './tariff/discount.ts';
import { availableMinor, book } from './wallet.ts';

const DAY_MS = 86_400_000;

export function putPlan({ state }: Step, plan: PlanRow): Result {
  const strange = plan.siteIds?.find((id) => state.sites.get(id) === undefined);
  if (strange !== undefined) return refused(`no such site: ${strange}`);
  const known = state.plans.get(plan.planId);
  if (known !== undefined && known.currency !== plan.currency && subscribers(state, plan.planId) > 0) {
    return refused(`plan ${plan.planId} is in ${known.currency} and has subscribers: put another one`);
  }
  const { validFromMs, validToMs } = plan;
  if (validFromMs !== null && validToMs !== null && validFromMs >= validToMs) {
    return refused(`plan ${plan.planId} would end before it begins`);
  }
  state.plans.put(plan);
  return done(`plan ${plan.planId} is in force; charges that have begun keep what they had`);
}

export function removePlan({ state }: Step, planId: PlanId): Result {
  if (state.plans.get(planId) === undefined) return refused(`no such plan: ${planId}`);
  const count = subscribers(state, planId);
  if (count > 0) return refused(`plan ${planId} has ${counted(count, 'subscriber')}: it can go when it has none`);
  state.plans.remove(planId);
  return done(`plan ${planId} is removed`);
}

/** Begins a subscription, or one again that lapsed; the first month is paid at once. */
export function subscribe(step: Step, { userId, planId }: { userId: UserId; planId: PlanId }): Result {
  const { state, now } = step;
  const user = state.users.get(userId);
  if (user === undefined) return refused(`no such user: ${userId}`);
  const plan = state.plans.get(planId);
  if (plan === undefined) return refused(`no such plan: ${planId}`);
  if (!isOpen(plan, now)) return refused(`plan ${planId} is not valid now`);
  const known = state.subscriptions.get(userId);
  if (known?.state === 'active') return refused(`${userId} has the plan ${known.planId} already: cancel it first`);
  if (known?.state === 'cancelled') {
    if (known.planId !== planId) return refused(`${userId} has the plan ${known.planId} until ${dayOf(known.dueMs)}`);
    state.subscriptions.put({ ...known, state: 'active' });
    return done(`${userId} keeps the plan ${planId}; the next fee is due on ${dayOf(known.dueMs)}`);
  }
  if (user.currency !== plan.currency) {
    return refused(`plan ${planId} is in ${plan.currency}, the wallet in ${user.currency}`);
  }
  const missing = plan.monthlyFeeMinor - availableMinor(user);
  if (missing > 0) return refused(`the wallet of ${userId} lacks ${formatMoney(missing, user.currency)} for the fee`);
  bookFee(step, userId, plan);
  const dueMs = monthsLater(now, 1);
  keep(step, { userId, planId, state: 'active', sinceMs: now, dueMs, months: 1, why: '' });
  return done(`${userId} has the plan ${planId}, paid until ${dayOf(dueMs)}`);
}

/** Ends a subscription with the month that is paid. */
export function unsubscribe({ state }: Step, userId: UserId): Result {
  const known = state.subscriptions.get(userId);
  if (known === undefined || known.state === 'cancelled') return refused(`${userId} has no plan to cancel`);
  if (known.state === 'lapsed') {
    state.subscriptions.remove(userId);
    return done(`the plan ${known.planId} of ${userId}, which had lapsed, is cancelled`);
  }
  state.subscriptions.put({ ...known, state: 'cancelled' });
  return done(`the plan ${known.planId} of ${userId} ends on ${dayOf(known.dueMs)}`);
}

/** A paid month is over: the next one is paid, or the subscription ends. */
export function subscriptionDue(step: Step, userId: UserId, dueMs: number): void {
  const { state, now } = step;
  const known = state.subscriptions.get(userId);
  if (known === undefined || known.dueMs !== dueMs || known.state === 'lapsed') return;
  const [user, plan] = [state.users.get(userId), state.plans.get(known.planId)];
  if (known.state === 'cancelled' || user === undefined) return void state.subscriptions.remove(userId);
  if (plan === undefined || !isOpen(plan, now)) {
    return lapse(step, known, 'plan-closed', 'the plan is no longer valid');
  }
  if (plan.currency !== user.currency) {
    return lapse(step, known, 'other-currency', `the plan is in ${plan.currency}, the wallet is not`);
  }
  if (availableMinor(user) < plan.monthlyFeeMinor) {
    const fee = formatMoney(plan.monthlyFeeMinor, plan.currency);
    return lapse(step, known, 'fee-unpaid', `the wallet had not ${fee} for the fee`);
  }
  bookFee(step, userId, plan);
  // Months in which nothing was awake are not paid for: the fee is for the one that runs.
  let months = known.months + 1;
  while (monthsLater(known.sinceMs, months) <= now) months += 1;
  keep(step, { ...known, months, dueMs: monthsLater(known.sinceMs, months) });
}

/** What a driver's plan takes off a charge that takes its tariff now; null: nothing. */
export function discountFor(
  state: State, { userId, siteId, currency, now }: {
    readonly userId: UserId | null; readonly siteId: SiteId; readonly currency: Currency; readonly now: number;
  },
): Discount | null {
  const known = userId === null ? undefined : state.subscriptions.get(userId);
  if (known === undefined || known.state === 'lapsed' || known.dueMs <= now) return null;
  const plan = state.plans.get(known.planId);
  if (plan === undefined || !isOpen(plan, now)) return null;
  if (plan.siteIds !== null && !plan.siteIds.includes(siteId)) return null;
  const perKwh = plan.currency === currency ? plan.discount.perKwh : '0';
  const { planId, name, discount } = plan;
  const isNothing = [perKwh, discount.energyPercent, discount.timePercent, discount.flatPercent]
    .every((text) => parseDecimal(text)?.digits === 0n);
  return isNothing ? null : { planId, name, ...discount, perKwh };
}

/** When fees fall due, made anew from the rows. */
export function deriveSubscriptions(state: State, notBeforeMs: number): void {
  for (const { userId, dueMs, state: its } of state.subscriptions.values()) {
    if (its !== 'lapsed') state.deadlines.add('subscription', userId, dueMs, notBeforeMs);
  }
}

/** The same time of day so many months later: on the same day of the month, or on its last (UTC). */
export function monthsLater(sinceMs: number, months: number): number {
  const text = formatDateTime(sinceMs, 'UTC');
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10))];
  const first = (n: number): number =>
    daysOfDate(`${String(year + Math.floor(n / 12)).padStart(4, '0')}-${String((n % 12) + 1).padStart(2, '0')}-01`);
  const at = month - 1 + months;
  const days = Math.min(first(at) + day - 1, first(at + 1) - 1);
  return days * DAY_MS + (((sinceMs % DAY_MS) + DAY_MS) % DAY_MS);
}

function lapse(step: Step, known: Subscription, reason: LapseReason, why: string): void {
  const { userId, planId } = known;
  step.state.subscriptions.put({ ...known, state: 'lapsed', why });
  audit(step, {
    who: 'ev-central', address: '', action: 'lapse-subscription', outcome: 'done',
    parameters: { userId, planId, why },
  });
  const plan = step.state.plans.get(planId);
  notifyDriver(step, { driverId: userId, requestId: null, corr: correlationId(`plan-${userId}`.slice(0, 64)) }, {
    type: 'plan-lapsed', planId, reason, feeMinor: plan?.monthlyFeeMinor ?? 0,
    currency: plan?.currency ?? step.state.users.must(userId).currency,
  });
  tell(step, 'warn', `the plan ${planId} of ${userId} has lapsed: ${why}`);
}

function keep(step: Step, row: Subscription): void {
  step.state.subscriptions.put(row);
  step.state.deadlines.add('subscription', row.userId, row.dueMs);
}

function bookFee(step: Step, userId: UserId, plan: PlanRow): void {
  if (plan.monthlyFeeMinor === 0) return;
  book(step, userId, {
    kind: 'subscription', amountMinor: -plan.monthlyFeeMinor, vatMinor: vatIn(plan),
    reason: `plan ${plan.planId}, month from ${dayOf(step.now)}`,
  });
}

function vatIn({ monthlyFeeMinor, vatPercent }: PlanRow): number {
  const vat = parseDecimal(vatPercent) ?? { digits: 0n, scale: 0 };
  const hundred = 100n * 10n ** BigInt(vat.scale);
  const net = roundHalfEven(ratio(BigInt(monthlyFeeMinor) * hundred, hundred + vat.digits));
  return monthlyFeeMinor - Number(net);
}

function isOpen({ validFromMs, validToMs }: PlanRow, now: number): boolean {
  return (validFromMs === null || validFromMs <= now) && (validToMs === null || now < validToMs);
}

function subscribers(state: State, planId: PlanId): number {
  return [...state.subscriptions.values()].filter((row) => row.planId === planId && row.state !== 'lapsed').length;
}

function dayOf(atMs: number): string {
  return formatDateTime(atMs, 'UTC').slice(0, 10);
}
