// Payments as the rules look for them: those of a user that stand ready for a charge or are under way, and the one that
// a gateway knows by a reference of its own. Kept by `putPayment` and rebuilt at start; never stored.
import type { PaymentId, SessionId, UserId } from '../../shared/ids.ts';
import type { Payment } from './payment-rows.ts';
import { PAYMENT_TABLE } from './payment-states.ts';
import type { User } from './rows.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';

export class PaymentIndex {
  readonly #readyOf = new Map<UserId, Set<PaymentId>>();
  readonly #underWayOf = new Map<UserId, Set<PaymentId>>();
  readonly #byReference = new Map<string, PaymentId>();

  /** Those of a user that stand ready for a charge. */
  readyOf(userId: UserId): ReadonlySet<PaymentId> {
    return this.#readyOf.get(userId) ?? EMPTY;
  }

  /** Those of a user that are not over. */
  underWayOf(userId: UserId): ReadonlySet<PaymentId> {
    return this.#underWayOf.get(userId) ?? EMPTY;
  }

  /** The first payment that the gateway called so. */
  byReference(gateway: string, reference: string): PaymentId | undefined {
    return this.#byReference.get(referenceKey(gateway, reference));
  }

  /** Takes a payment's new row in. Its user and gateway never change, and a reference that it has stays. */
  update({ paymentId, userId, gateway, reference, state }: Payment): void {
    keep(this.#readyOf, userId, paymentId, state === 'authorized');
    keep(this.#underWayOf, userId, paymentId, !PAYMENT_TABLE[state].isOver);
    if (reference === null) return;
    const key = referenceKey(gateway, reference);
    if (!this.#byReference.has(key)) this.#byReference.set(key, paymentId);
  }
}

const EMPTY: ReadonlySet<PaymentId> = new Set();

function keep(sets: Map<UserId, Set<PaymentId>>, userId: UserId, id: PaymentId, belongs: boolean): void {
  const set = sets.get(userId);
  if (belongs) sets.set(userId, (set ?? new Set<PaymentId>()).add(id));
  else if (set?.delete(id) === true && set.size === 0) sets.delete(userId);
}

function referenceKey(gateway: string, reference: string): string {
  return `${gateway}\n${reference}`;
}

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
