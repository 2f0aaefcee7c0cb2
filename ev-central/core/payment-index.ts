// Which payments of a user stand ready for a charge or are under way, and which one a gateway knows by a reference of
// its own. Kept by `putPayment` and rebuilt at start; never stored.
import type { PaymentId, UserId } from '../../shared/ids.ts';
import type { Payment } from './payment-rows.ts';
import { PAYMENT_TABLE } from './payment-states.ts';

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
