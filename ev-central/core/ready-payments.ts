// Payments as the rules look for them: those of a user that stand ready for a charge.
import type { SessionId, UserId } from '../../shared/ids.ts';
import type { Payment } from './payment-rows.ts';
import type { User } from './rows.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';

/** Puts a payment's row; every change goes through here. */
export function putPayment(step: Step, payment: Payment): Payment {
  const row = { ...payment, changedAtMs: step.now };
  step.state.payments.put(row);
  step.state.paymentIndex.update(row);
  return row;
}

/** What a user's cards stand for beside her wallet: pre-authorized and not taken yet. */
export function readyMinor(state: State, user: User): number {
  let sum = 0;
  for (const payment of readyPayments(state, user.userId)) {
    const { operation, amountMinor, currency } = payment;
    if (currency !== user.currency || payment.cancelWanted || operation?.kind === 'cancel') continue;
    sum += operation?.kind === 'capture' ? operation.targetMinor : amountMinor;
  }
  return sum;
}

/** The pre-authorization that a session has, if it has one. */
export function paymentOf(state: State, userId: UserId, sessionId: SessionId): Payment | undefined {
  return readyPayments(state, userId).find((payment) => payment.sessionId === sessionId);
}

/** Those that stand ready, the oldest first. */
export function readyPayments(state: State, userId: UserId): Payment[] {
  return [...state.paymentIndex.readyOf(userId)].map((id) => state.payments.must(id))
    .sort((a, b) => a.createdAtMs - b.createdAtMs || (a.paymentId < b.paymentId ? -1 : 1));
}
