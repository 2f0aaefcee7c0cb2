// One operation at a gateway: begun, attempted, repeated with back-off under the same key, given up. It stands in the
// payment's row until its outcome was committed, and every attempt has a deadline there: a crash loses none.
import { invariant } from '../../shared/assert.ts';
import type { GatewayAsk, OperationKind, Payment, PaymentOperation } from './payment-rows.ts';
import { putPayment } from './ready-payments.ts';
import { emit, type Step } from './step.ts';

/** No answer in this time is none: the shell gives up earlier. */
export const ANSWER_MS = 30_000;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 3_600_000;
const HOUR_MS = 3_600_000;

/**
 * An authorization that may have been carried out is asked for again for so long: gateways remember keys for a day
 * (Stripe: at least 24 hours), and after that the same key would pay a second time.
 */
const UNSURE_AUTHORIZATION_MS = 20 * HOUR_MS;
/** How long an operation is tried. A fetch that only looks for news ends with the payment. */
const TRIED_MS = {
  authorize: HOUR_MS, capture: 72 * HOUR_MS, cancel: 72 * HOUR_MS, refund: 72 * HOUR_MS, fetch: 72 * HOUR_MS,
} as const satisfies Record<OperationKind, number>;

/** Begins an operation; its first attempt leaves with this step, or after a pause. */
export function begin(
  step: Step, payment: Payment, kind: OperationKind, { amountMinor = 0, targetMinor = 0, afterMs = 0 } = {},
): Payment {
  invariant(payment.operation === null, `${payment.paymentId} has one operation at a time`);
  const operations = payment.operations + 1;
  const operation: PaymentOperation = {
    kind, key: `${payment.paymentId}.${operations}`, amountMinor, targetMinor, attempts: 0, sinceMs: step.now,
    phase: 'resting', nextAttemptMs: step.now + afterMs, unsure: false, refused: false,
  };
  const begun = { ...payment, operation, operations };
  return afterMs === 0 ? attempt(step, begun, operation) : rest(step, begun, operation, afterMs);
}

/** Asks the gateway, under the operation's key. What is not known to have failed is looked up first. */
export function attempt(step: Step, payment: Payment, operation: PaymentOperation): Payment {
  const nextAttemptMs = step.now + ANSWER_MS;
  const asked: PaymentOperation = {
    ...operation, attempts: operation.attempts + 1, phase: 'asked', nextAttemptMs,
  };
  const row = putPayment(step, { ...payment, operation: asked });
  step.state.deadlines.add('payment', payment.paymentId, nextAttemptMs);
  emit(step, {
    kind: 'payment', gateway: payment.gateway, paymentId: payment.paymentId, key: asked.key, attempt: asked.attempts,
    ask: askOf(payment, operation),
  });
  return row;
}

/** After an attempt that came to nothing: again later; null when it has been tried for long enough. */
export function retryLater(
  step: Step, payment: Payment, operation: PaymentOperation, { unsure, reason }: { unsure: boolean; reason: string },
): Payment | null {
  if (isTired(step, { ...operation, unsure })) return null;
  return rest(step, { ...payment, lastError: reason }, { ...operation, unsure }, pauseMs(operation.attempts));
}

export function isTired({ now }: Step, operation: PaymentOperation): boolean {
  const isUnsure = operation.kind === 'authorize' && operation.unsure;
  return now - operation.sinceMs >= (isUnsure ? UNSURE_AUTHORIZATION_MS : TRIED_MS[operation.kind]);
}

/** 2, 4, 8 … seconds, an hour at most. Without jitter: it is reckoned from what is stored. */
export function pauseMs(attempts: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(Math.max(attempts - 1, 0), 20));
}

export function rest(step: Step, payment: Payment, operation: PaymentOperation, forMs: number): Payment {
  const nextAttemptMs = step.now + forMs;
  step.state.deadlines.add('payment', payment.paymentId, nextAttemptMs);
  return putPayment(step, { ...payment, operation: { ...operation, phase: 'resting', nextAttemptMs } });
}

function askOf(payment: Payment, { kind, key, amountMinor, unsure }: PaymentOperation): GatewayAsk {
  const { paymentId, currency, token, purpose, reference } = payment;
  // The gateway has not told its reference: then the same key again tells what became of it.
  if (kind === 'authorize' && reference === null) {
    return { kind, key, paymentId, amountMinor, currency, token, capture: purpose === 'top-up' };
  }
  invariant(reference !== null, `${paymentId} is known to its gateway`);
  if (unsure) return { kind: 'fetch', reference };
  switch (kind) {
    case 'capture': case 'refund': return { kind, key, reference, amountMinor, currency };
    case 'cancel': return { kind, key, reference };
    default: return { kind: 'fetch', reference };
  }
}
