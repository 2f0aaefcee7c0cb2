// Payments that people start, refund and give up: operators by order, users for themselves. Each wish is taken in once.
import { paymentId } from '../../shared/ids.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { formatMoney } from '../../shared/money.ts';
import type { Input } from './inputs.ts';
import { done, refused, type Result } from './order-result.ts';
import { CONFIRM_MS, giveUp, mayExpire } from './payment.ts';
import { paymentCorr, paymentEvent } from './payment-news.ts';
import { begin } from './payment-operation.ts';
import type { Payment } from './payment-rows.ts';
import { chooseGateway } from './payment-rules.ts';
import { PAYMENT_TABLE } from './payment-states.ts';
import type { State } from './state.ts';
import { audit, nextId, type Step } from './step.ts';
import { availableMinor } from './wallet.ts';

type OrderOf<K extends Order['kind']> = Extract<Order, { kind: K }>;
export type PaymentOrder = OrderOf<'start-payment' | 'cancel-payment' | 'refund-payment'>;

/** Payments of one user that may be under way at once. */
const UNDER_WAY_OF_USER = 5;

export function paymentOrder(step: Step, order: PaymentOrder): Result {
  switch (order.kind) {
    case 'start-payment': return startPayment(step, order);
    case 'cancel-payment': return cancelPayment(step, order);
    case 'refund-payment': return refundPayment(step, order);
  }
}

/** A user's own wish; the caller reads its answer from the record of the order. */
export function userPayment(
  step: Step, { orderId, userId, address, ask }: Extract<Input, { kind: 'user-payment' }>,
): void {
  if (step.state.orders.get(orderId) !== undefined) return;
  const result = ask.kind === 'start-payment' && ask.userId !== userId
    ? refused('a user pays for her own account only')
    : ask.kind === 'cancel-payment' && step.state.payments.get(ask.paymentId)?.userId !== userId
      ? refused(`no such payment: ${ask.paymentId}`)
      : paymentOrder(step, ask);
  step.state.orders.put({ ...result, orderId, by: userId, atMs: step.now });
  const { kind, ...parameters } = withoutToken(ask);
  audit(step, {
    who: userId, address, action: kind, outcome: result.outcome === 'done' ? 'done' : `refused: ${result.text}`,
    parameters,
  });
}

/** The audit log needs no means of payment. */
export function withoutToken<T extends Order>(order: T): T {
  return order.kind === 'start-payment' ? { ...order, token: '(not kept)' } : order;
}

/** Why the payment cannot be cancelled or refunded; null when it can. */
export function paymentRefusal(state: State, order: OrderOf<'cancel-payment' | 'refund-payment'>): string | null {
  const payment = state.payments.get(order.paymentId);
  if (payment === undefined) return `no such payment: ${order.paymentId}`;
  const allowed = PAYMENT_TABLE[payment.state];
  if (order.kind === 'cancel-payment') {
    if (!allowed.mayCancel) return `payment ${order.paymentId} is ${payment.state}: there is nothing to cancel`;
    const { sessionId } = payment;
    return sessionId === null ? null : `payment ${order.paymentId} pays the session ${sessionId}`;
  }
  if (!allowed.mayRefund) return `payment ${order.paymentId} is ${payment.state}: there is nothing to pay back`;
  const { operation } = payment;
  if (operation !== null && operation.kind !== 'fetch') {
    return `payment ${order.paymentId} has a ${operation.kind} under way: try again later`;
  }
  const leftMinor = payment.capturedMinor - payment.refundedMinor;
  if ((order.amountMinor ?? 0) > leftMinor) {
    return `only ${formatMoney(leftMinor, payment.currency)} of payment ${order.paymentId} are left`;
  }
  const user = state.users.get(payment.userId);
  if (user === undefined) return `no such user: ${payment.userId}`;
  return availableMinor(user) >= (order.amountMinor ?? leftMinor) ? null
    : `${payment.userId} has only ${formatMoney(availableMinor(user), user.currency)} to give back`;
}

function startPayment(step: Step, order: OrderOf<'start-payment'>): Result {
  const { state, now } = step;
  const { userId, purpose, amountMinor, token, country } = order;
  const user = state.users.get(userId);
  if (user === undefined) return refused(`no such user: ${userId}`);
  if (!user.active) return refused(`the account of ${userId} is not active`);
  const { currency } = user;
  const gateway = chooseGateway(state.settings.paymentRules, { country, currency, userId });
  if (gateway === null) {
    return refused(state.settings.paymentRules.length === 0 ? 'this network has no payment gateway'
      : `no payment gateway takes ${currency} of ${userId}${country === null ? '' : ` in ${country}`}`);
  }
  const open = [...state.payments.values()].filter((p) => p.userId === userId && !PAYMENT_TABLE[p.state].isOver);
  if (open.length >= UNDER_WAY_OF_USER) return refused(`${userId} has ${open.length} payments under way`);
  const id = paymentId(nextId(step));
  const payment: Payment = {
    paymentId: id, purpose, userId, sessionId: null, gateway, reference: null, token, currency, amountMinor,
    state: 'created', capturedMinor: 0, refundedMinor: 0, bookedMinor: 0, bookedBackMinor: 0, operation: null,
    operations: 0, cancelWanted: false, actionUrl: null, lastError: null, corr: paymentCorr(id), createdAtMs: now,
    changedAtMs: now, expiresAtMs: now + CONFIRM_MS,
  };
  const begun = begin(step, payment, 'authorize', { amountMinor });
  if (mayExpire(begun)) state.deadlines.add('payment', id, begun.expiresAtMs);
  paymentEvent(step, begun, { from: null, to: 'created' });
  return done(`payment ${id} of ${formatMoney(amountMinor, currency)} has begun at ${gateway}`,
    [{ what: id, outcome: begun.state }]);
}

function cancelPayment(step: Step, order: OrderOf<'cancel-payment'>): Result {
  const reason = paymentRefusal(step.state, order);
  if (reason !== null) return refused(reason);
  giveUp(step, step.state.payments.must(order.paymentId));
  return done(`payment ${order.paymentId} is being cancelled`);
}

function refundPayment(step: Step, order: OrderOf<'refund-payment'>): Result {
  const reason = paymentRefusal(step.state, order);
  if (reason !== null) return refused(reason);
  const payment = step.state.payments.must(order.paymentId);
  const amountMinor = order.amountMinor ?? payment.capturedMinor - payment.refundedMinor;
  begin(step, { ...payment, operation: null }, 'refund', {
    amountMinor, targetMinor: payment.refundedMinor + amountMinor,
  });
  return done(`${formatMoney(amountMinor, payment.currency)} of payment ${order.paymentId} are being paid back`);
}
