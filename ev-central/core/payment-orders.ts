// Payments that people start, refund, try again and give up: operators for everybody, users for themselves.
import { paymentId } from '../../shared/ids.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { formatMoney } from '../../shared/money.ts';
import { done, refused, type Result } from './order-result.ts';
import { CONFIRM_MS, giveUp, mayExpire } from './payment.ts';
import { paymentCorr, paymentEvent } from './payment-news.ts';
import { attempt, begin } from './payment-operation.ts';
import type { Payment } from './payment-rows.ts';
import { chooseGateway } from './payment-rules.ts';
import { PAYMENT_TABLE } from './payment-states.ts';
import type { State } from './state.ts';
import { nextId, type Step } from './step.ts';
import { availableMinor } from './wallet.ts';

type OrderOf<K extends Order['kind']> = Extract<Order, { kind: K }>;
export type PaymentOrder = OrderOf<'start-payment' | 'cancel-payment' | 'refund-payment' | 'retry-payment'>;

/** Payments of one user that may be under way at once. */
const UNDER_WAY_OF_USER = 5;

export function paymentOrder(step: Step, order: PaymentOrder): Result {
  switch (order.kind) {
    case 'start-payment': return startPayment(step, order);
    case 'cancel-payment': return cancelPayment(step, order);
    case 'refund-payment': return refundPayment(step, order);
    case 'retry-payment': return retryPayment(step, order);
  }
}

/** The audit log needs no means of payment. */
export function withoutToken<T extends Order>(order: T): T {
  return order.kind === 'start-payment' ? { ...order, token: '(not kept)' } : order;
}

/** Why that cannot be done with the payment; null when it can. */
export function paymentRefusal(state: State, order: Exclude<PaymentOrder, { kind: 'start-payment' }>): string | null {
  const payment = state.payments.get(order.paymentId);
  if (payment === undefined) return `no such payment: ${order.paymentId}`;
  const allowed = PAYMENT_TABLE[payment.state];
  if (order.kind === 'cancel-payment') {
    if (!allowed.mayCancel) return `payment ${order.paymentId} is ${payment.state}: there is nothing to cancel`;
    const { sessionId } = payment;
    return sessionId === null ? null : `payment ${order.paymentId} pays the session ${sessionId}`;
  }
  if (order.kind === 'retry-payment') return retryRefusal(payment);
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

function retryRefusal({ paymentId: id, operation, reference }: Payment): string | null {
  if (operation?.phase === 'asked') return `${operation.kind} of payment ${id} waits for its gateway now`;
  return operation !== null || reference !== null ? null
    : `payment ${id} never reached its gateway, and nothing of it is under way: start a new one`;
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
  const { size: underWay } = state.paymentIndex.underWayOf(userId);
  if (underWay >= UNDER_WAY_OF_USER) return refused(`${userId} has ${underWay} payments under way`);
  const id = paymentId(nextId(step));
  const payment: Payment = {
    paymentId: id, purpose, userId, sessionId: null, gateway, reference: null, token, currency, amountMinor,
    state: 'created', capturedMinor: 0, refundedMinor: 0, bookedMinor: 0, bookedBackMinor: 0, operation: null,
    operations: 0, cancelWanted: false, lastError: null, corr: paymentCorr(id), createdAtMs: now,
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

/** What rests is tried now; otherwise it is looked up how the payment stands at its gateway. */
function retryPayment(step: Step, order: OrderOf<'retry-payment'>): Result {
  const payment = step.state.payments.must(order.paymentId);
  const { operation, gateway } = payment;
  if (operation === null) begin(step, payment, 'fetch');
  else attempt(step, payment, operation);
  return done(`${gateway} is asked for ${operation?.kind ?? 'fetch'} of payment ${order.paymentId} now`);
}
