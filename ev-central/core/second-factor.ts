// Orders about second factors. Whoever makes one (a tool, the REST API) shows its secret once, and may have checked a
// first code; without that the first log-in with a code confirms it, and until then none is asked for.
import { assertNever } from '../../shared/assert.ts';
import type { Order, OrderKind } from '../../shared/messages/orders.ts';
import { counted, done, refused, type Result } from './order-result.ts';
import type { SecondFactor } from './rows.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';

type OrderOf<K extends OrderKind> = Extract<Order, { kind: K }>;
export type SecondFactorOrder = OrderOf<'enrol-second-factor' | 'renew-recovery-codes' | 'remove-second-factor'>;

export function secondFactorRefusal(state: State, order: SecondFactorOrder): string | null {
  if (state.users.get(order.userId) === undefined) return `no such user: ${order.userId}`;
  const factor = state.secondFactors.get(order.userId);
  // Who found an open session must not put an authenticator of his own in the place of hers.
  if (order.kind === 'enrol-second-factor') {
    return factor?.confirmed === true ? `${order.userId} has a second factor: remove it first` : null;
  }
  return factor === undefined ? `${order.userId} has no second factor` : null;
}

export function secondFactorOrder(step: Step, order: SecondFactorOrder): Result {
  const { secondFactors } = step.state;
  const { userId } = order;
  switch (order.kind) {
    case 'enrol-second-factor': {
      const confirmed = order.counter !== null;
      secondFactors.put({
        userId, secretBase64: order.secretBase64, confirmed, lastCounter: order.counter ?? 0,
        recoverySha256s: order.recoverySha256s, madeAtMs: step.now,
      });
      return done(confirmed
        ? `log-ins of ${userId} need a one-time code from now on`
        : `the first log-in of ${userId} with a one-time code confirms it; until then none is asked for`);
    }
    case 'renew-recovery-codes': {
      const factor = secondFactors.must(userId);
      if (!factor.confirmed) return refused(`the second factor of ${userId} is not confirmed yet`);
      secondFactors.put({ ...factor, recoverySha256s: order.recoverySha256s });
      return done(`${counted(order.recoverySha256s.length, 'recovery code')} of ${userId}: the ones before are void`);
    }
    case 'remove-second-factor':
      secondFactors.remove(userId);
      return done(`log-ins of ${userId} need no one-time code any more`);
    default: return assertNever(order, 'order about a second factor');
  }
}

/** As the list shows it: without secrets. */
export function secondFactorRow(factor: SecondFactor): Readonly<Record<string, unknown>> {
  const { userId, confirmed, recoverySha256s, madeAtMs } = factor;
  return { userId, confirmed, recoveryCodesLeft: recoverySha256s.length, madeAtMs };
}
