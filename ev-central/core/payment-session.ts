// A session that a card pays: the next charge takes the pre-authorization that stands ready, its end captures what it
// cost, and the rest is released. It is decided in the session's own transactions; the gateway hears of it later.
import { giveUp } from './payment.ts';
import { paymentOf, putPayment, readyPayments } from './ready-payments.ts';
import { begin } from './payment-operation.ts';
import type { Session } from './rows.ts';
import { userWallet } from '../../shared/account.ts';
import type { Step } from './step.ts';

/** The session takes the oldest pre-authorization that stands ready, if she pays herself and there is one. */
export function takeReadyPayment(step: Step, session: Session): void {
  if (session.payer !== userWallet(session.driverId)) return;
  const ready = readyPayments(step.state, session.driverId).find((payment) => payment.sessionId === null
    && payment.currency === session.currency && !payment.cancelWanted && payment.operation === null);
  if (ready !== undefined) putPayment(step, { ...ready, sessionId: session.sessionId });
}

/** The session has cost this much: it is captured, up to what stands ready; the wallet has paid the rest already. */
export function captureCost(step: Step, session: Session, costMinor: number): void {
  const payment = paymentOf(step.state, session.driverId, session.sessionId);
  if (payment === undefined || payment.operation !== null) return;
  const amountMinor = Math.min(costMinor, payment.amountMinor);
  if (amountMinor <= 0) giveUp(step, payment);
  else begin(step, payment, 'capture', { amountMinor, targetMinor: amountMinor });
}

/** The session never began: the card is free again. */
export function releasePayment(step: Step, session: Session): void {
  const payment = paymentOf(step.state, session.driverId, session.sessionId);
  if (payment !== undefined) giveUp(step, payment);
}
