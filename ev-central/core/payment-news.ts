// What a gateway says of a payment becomes what Central holds of it: merged so that order and repetition do not matter,
// booked once, told to the driver, the services and the audit log.
import { gatewayAccount } from '../../shared/account.ts';
import { correlationId, type CorrelationId } from '../../shared/ids.ts';
import type { PaymentFailure } from '../../shared/messages/values.ts';
import { notifyDriver } from './notices.ts';
import { putPayment } from './ready-payments.ts';
import type { Payment, Snapshot } from './payment-rows.ts';
import { mayBecome, PAYMENT_TABLE, type PaymentState } from './payment-states.ts';
import { audit, event, networkEvent, type Step, tell } from './step.ts';
import { book } from './wallet.ts';

/** A pre-authorization that no charge has used is released after this time. */
export const READY_MS = 12 * 3_600_000;
const FAILURES: readonly PaymentState[] = ['declined', 'failed', 'expired'];

/** Takes the gateway's view in. What is older than what is known changes nothing. */
export function merge(step: Step, payment: Payment, snapshot: Snapshot): Payment {
  const capturedMinor = Math.max(payment.capturedMinor, snapshot.capturedMinor);
  const refundedMinor = Math.max(payment.refundedMinor, snapshot.refundedMinor);
  const said = stateOf(step, payment, { status: snapshot.status, capturedMinor, refundedMinor });
  const state = said !== payment.state && mayBecome(payment.state, said) ? said : payment.state;
  const stands = state === 'authorized' && payment.state !== 'authorized';
  const merged = {
    ...payment, reference: payment.reference ?? snapshot.reference, token: '', capturedMinor, refundedMinor,
    lastError: snapshot.reason ?? payment.lastError,
    expiresAtMs: stands ? step.now + READY_MS : payment.expiresAtMs,
    // It was given up, and its driver was told so: nobody waits for it any more.
    cancelWanted: payment.cancelWanted || (stands && payment.state === 'failed'),
  };
  const why = snapshot.status === 'declined' ? 'declined' as const : 'not-confirmed' as const;
  return moved(step, bookMoney(step, merged), state, why);
}

/** The state follows the amounts: money that has moved says more than any word. */
function stateOf(
  { now }: Step, payment: Payment, { status, capturedMinor, refundedMinor }: Pick<Snapshot,
    'status' | 'capturedMinor' | 'refundedMinor'>,
): PaymentState {
  if (refundedMinor > 0) return refundedMinor >= capturedMinor ? 'refunded' : 'partly-refunded';
  if (capturedMinor > 0) return capturedMinor >= payment.amountMinor ? 'captured' : 'partly-captured';
  // Given up by us because nobody came.
  const waited = PAYMENT_TABLE[payment.state].expires && payment.sessionId === null;
  if (status === 'cancelled' && waited && now >= payment.expiresAtMs) return 'expired';
  // Captured, and nothing of it: there is nothing in it for us.
  return status === 'captured' ? 'cancelled' : status;
}

/** Changes the state, with all that hangs on it. The caller has asked the table. */
export function moved(step: Step, payment: Payment, state: PaymentState, why: PaymentFailure): Payment {
  if (state === payment.state) return putPayment(step, payment);
  const row = putPayment(step, { ...payment, state });
  paymentEvent(step, row, { from: payment.state, to: state });
  if (state === 'requires-action') {
    const { paymentId, purpose, amountMinor, currency, expiresAtMs } = row;
    notifyDriver(step, whom(row), {
      type: 'payment-action', paymentId, purpose, amountMinor, currency, confirmByMs: expiresAtMs,
    });
  }
  // One that she gave up herself is no failure; neither is the end of one that stood ready and was not needed.
  const isNews = FAILURES.includes(state) && !(state === 'expired' && payment.state === 'authorized');
  const lostForSession = (state === 'cancelled' || state === 'expired') && row.sessionId !== null && !row.cancelWanted;
  if (isNews || lostForSession) tellFailure(step, row, lostForSession ? 'not-captured' : why);
  return row;
}

/** A payment that failed never loses anything in silence: the driver, the services and the audit log hear of it. */
export function tellFailure(step: Step, payment: Payment, reason: PaymentFailure): void {
  const { paymentId, purpose, sessionId, amountMinor, currency, lastError } = payment;
  notifyDriver(step, whom(payment), {
    type: 'payment-failed', paymentId, purpose, sessionId, amountMinor, currency, reason,
  });
  networkEvent(step, 'payment-failed', { driverId: payment.userId, corr: payment.corr }, {
    paymentId, purpose, sessionId, amountMinor, currency, reason,
  });
  audit(step, {
    who: payment.userId, address: '', action: 'payment', outcome: `failed: ${reason}`,
    parameters: { paymentId, purpose, sessionId, gateway: payment.gateway, amountMinor, currency, lastError },
  });
}

/** An entry of the event log. Events belong to sites: that of its session, else the network's first. */
export function paymentEvent(step: Step, payment: Payment, data: Readonly<Record<string, unknown>>): void {
  const session = payment.sessionId === null ? undefined : step.state.sessions.get(payment.sessionId);
  const siteId = session?.siteId ?? step.state.sites.values().next().value?.siteId;
  if (siteId === undefined) return;
  const { paymentId, userId, purpose, gateway, reference } = payment;
  const { amountMinor, capturedMinor, refundedMinor, currency } = payment;
  event(step, 'payment', { siteId, corr: payment.corr, ...(session === undefined ? {} : { session }) }, {
    paymentId, userId, purpose, gateway, reference, amountMinor, capturedMinor, refundedMinor, currency, ...data,
  });
}

/** The wallet gets what was captured and gives back what was refunded, each once, whatever is said again. */
function bookMoney(step: Step, payment: Payment): Payment {
  const inMinor = payment.capturedMinor - payment.bookedMinor;
  const outMinor = payment.refundedMinor - payment.bookedBackMinor;
  if (inMinor === 0 && outMinor === 0) return payment;
  if (step.state.users.get(payment.userId) === undefined) {
    const { gateway, paymentId, userId } = payment;
    tell(step, 'error', `${gateway} took payment ${paymentId} of ${userId}, who has no account any more`);
    return payment;
  }
  if (inMinor > 0) bookPayment(step, payment, { kind: 'top-up', amountMinor: inMinor, what: 'payment' });
  if (outMinor > 0) bookPayment(step, payment, { kind: 'refund', amountMinor: -outMinor, what: 'refund of payment' });
  return { ...payment, bookedMinor: payment.capturedMinor, bookedBackMinor: payment.refundedMinor };
}

/** The one place where a payment meets the wallet: against it stands what the gateway owes us. */
function bookPayment(
  step: Step, { userId, paymentId, gateway, sessionId }: Payment,
  { kind, amountMinor, what }: { kind: 'top-up' | 'refund'; amountMinor: number; what: string },
): void {
  book(step, userId, {
    kind, amountMinor, reason: `${what} ${paymentId}`, contra: gatewayAccount(gateway),
    ...(sessionId === null ? {} : { sessionId }),
  });
}

function whom({ userId, corr }: Payment) {
  return { driverId: userId, requestId: null, corr };
}

/** The correlation id of everything about a payment. */
export function paymentCorr(id: string): CorrelationId {
  return correlationId(`payment-${id}`);
}
