// A payment from its begin to its end: outcomes of gateways, webhooks and time drive it. What fails outside is repeated
// from what is stored; what nobody knows is looked up; nothing waits for ever, and no session waits for any of it.
import type { Input } from './inputs.ts';
import { merge, moved, paymentEvent, READY_MS } from './payment-news.ts';
import { ANSWER_MS, attempt, begin, isTired, pauseMs, rest, retryLater } from './payment-operation.ts';
import type { GatewayOutcome, Payment, PaymentOperation, Snapshot } from './payment-rows.ts';
import { PAYMENT_TABLE } from './payment-states.ts';
import type { State } from './state.ts';
import { type Step, tell } from './step.ts';
import type { PaymentId } from '../../shared/ids.ts';

type Outcome = Extract<Input, { kind: 'payment-outcome' }>;
type News = Extract<Input, { kind: 'payment-event' }>;

/** A payment that waits for its payer is given up after this time. */
export const CONFIRM_MS = 30 * 60_000;
/** News is looked for after this, should the webhook be lost; then after ever longer pauses up to the longest. */
const FIRST_LOOK_MS = 15_000;
const LONGEST_LOOK_MS = 10 * 60_000;

/** After the store has loaded the rows: what is under way goes on. */
export function derivePayments(state: State, notBeforeMs: number): void {
  for (const payment of state.payments.values()) {
    state.paymentIndex.update(payment);
    const { paymentId, operation, expiresAtMs } = payment;
    if (operation !== null) {
      const latestMs = notBeforeMs + longestWaitMs(operation);
      state.deadlines.add('payment', paymentId, operation.nextAttemptMs, notBeforeMs, latestMs);
    }
    if (mayExpire(payment)) {
      const latestMs = notBeforeMs + (payment.state === 'authorized' ? READY_MS : CONFIRM_MS);
      state.deadlines.add('payment', paymentId, expiresAtMs, notBeforeMs, latestMs);
    }
  }
}

/** No operation waits longer for its next time than this, counted from when that was set. */
function longestWaitMs({ kind, phase, attempts }: PaymentOperation): number {
  if (phase === 'asked') return ANSWER_MS;
  return kind === 'fetch' ? LONGEST_LOOK_MS : pauseMs(attempts);
}

/** A gateway has answered, or has not. */
export function paymentOutcome(step: Step, { paymentId, key, attempt: number, outcome }: Outcome): void {
  const payment = step.state.payments.get(paymentId);
  if (payment === undefined) return;
  const { operation } = payment;
  const isAwaited = operation !== null && operation.phase === 'asked' && operation.key === key
    && operation.attempts === number;
  if (outcome.kind === 'answered') return learn(step, payment, outcome.snapshot, isAwaited);
  if (isAwaited) cameToNothing(step, payment, operation, outcome);
}

/** A webhook that proved to be the gateway's. Taken in once; one about a payment that is not ours is only said. */
export function paymentNews(step: Step, { event: { gateway, eventId, paymentId, reference, snapshot } }: News): void {
  const { state, now } = step;
  const eventKey = `${gateway}/${eventId}`;
  if (state.paymentEvents.get(eventKey) !== undefined) return;
  const payment = findPayment(state, gateway, paymentId, reference);
  if (payment === undefined) {
    return tell(step, 'warn', `${gateway} tells of ${reference}, which is no payment of this network`);
  }
  state.paymentEvents.put({ eventKey, paymentId: payment.paymentId, atMs: now });
  if (snapshot !== null) return learn(step, payment, snapshot, false);
  const known = payment.reference === null ? { ...payment, reference } : payment;
  const { operation } = known;
  if (operation === null) begin(step, known, 'fetch');
  else if (operation.kind === 'fetch' && operation.phase === 'resting') attempt(step, known, operation);
}

/** A time of the payment has come: an answer is given up, the next attempt is made, or nobody came in time. */
export function paymentDue(step: Step, paymentId: PaymentId, dueMs: number): void {
  const payment = step.state.payments.get(paymentId);
  if (payment === undefined) return;
  const { operation } = payment;
  if (operation !== null && operation.nextAttemptMs === dueMs) {
    if (operation.phase === 'resting') attempt(step, payment, operation);
    else cameToNothing(step, payment, operation, { kind: 'uncertain', reason: 'no answer in time' });
  } else if (payment.expiresAtMs === dueMs && mayExpire(payment)) {
    // By the deadline, whatever the wall clock says: it may have gone back.
    giveUp(step, { ...payment, expiresAtMs: Math.min(payment.expiresAtMs, step.now) });
  }
}

/** The payment is not wanted any more: it is cancelled at the gateway as soon as nothing else is under way. */
export function giveUp(step: Step, payment: Payment): void {
  goOn(step, { ...payment, cancelWanted: true });
}

/** Somebody waits for this payment, and not for ever. One that pays a session lives as long as that. */
export function mayExpire({ state, sessionId }: Payment): boolean {
  return PAYMENT_TABLE[state].expires && sessionId === null;
}

function findPayment(
  { payments, paymentIndex }: State, gateway: string, paymentId: PaymentId | null, reference: string,
): Payment | undefined {
  const named = paymentId === null ? undefined : payments.get(paymentId);
  if (named?.gateway === gateway && (named.reference ?? reference) === reference) return named;
  const id = paymentIndex.byReference(gateway, reference);
  return id === undefined ? undefined : payments.must(id);
}

/** The gateway's view, as an answer or as news. `isAwaited`: the operation under way was asked for it. */
function learn(step: Step, before: Payment, snapshot: Snapshot, isAwaited: boolean): void {
  const payment = merge(step, before, snapshot);
  const { operation } = payment;
  if (operation === null || isDone(payment, operation)) return goOn(step, { ...payment, operation: null });
  if (!isAwaited) return;
  if (operation.kind === 'fetch') return goOn(step, payment);
  // It was looked up and is not done: now it is known that it may be asked for again.
  if (operation.unsure) return void attempt(step, payment, { ...operation, unsure: false });
  cameToNothing(step, payment, operation, { kind: 'uncertain', reason: `${operation.kind} is not done yet` });
}

function isDone({ state, reference, capturedMinor, refundedMinor }: Payment, operation: PaymentOperation): boolean {
  switch (operation.kind) {
    case 'authorize': return reference !== null;
    case 'capture': return capturedMinor >= operation.targetMinor || PAYMENT_TABLE[state].isOver;
    case 'refund': return refundedMinor >= operation.targetMinor;
    case 'cancel': return PAYMENT_TABLE[state].isOver;
    case 'fetch': return PAYMENT_TABLE[state].isOver;
  }
}

function cameToNothing(
  step: Step, payment: Payment, operation: PaymentOperation, outcome: Exclude<GatewayOutcome, { kind: 'answered' }>,
): void {
  const { reason } = outcome;
  if (outcome.kind === 'refused') return refusedBy(step, payment, operation, outcome);
  const unsure = outcome.kind === 'uncertain' || operation.unsure;
  if (retryLater(step, payment, operation, { unsure, reason }) !== null) return;
  giveUpOperation(step, { ...payment, lastError: reason }, operation);
}

/** A no for good. Of what stands at the gateway already, only the gateway knows how: it is looked up. */
function refusedBy(
  step: Step, payment: Payment, operation: PaymentOperation,
  { why, reason }: Extract<GatewayOutcome, { kind: 'refused' }>,
): void {
  const told = { ...payment, lastError: reason };
  switch (operation.kind) {
    case 'authorize':
      moved(step, { ...told, operation: null, token: '' }, why === 'declined' ? 'declined' : 'failed', why);
      return;
    case 'refund':
      paymentEvent(step, told, { refused: 'refund', amountMinor: operation.amountMinor, reason });
      tell(step, 'error', `${payment.gateway} refused to pay back payment ${payment.paymentId}: ${reason}`);
      begin(step, { ...told, operation: null }, 'fetch');
      return;
    case 'capture':
      // Refused a second time, after it was looked up: what stood ready cannot be taken any more, and is released.
      if (operation.refused) return giveUpOperation(step, told, operation);
      attempt(step, told, { ...operation, unsure: true, refused: true });
      return;
    case 'cancel': case 'fetch':
      if (retryLater(step, payment, operation, { unsure: operation.kind === 'cancel', reason }) === null) {
        giveUpOperation(step, told, operation);
      }
  }
}

/** It has been tried for long enough: a person has to look at it. A later word of the gateway still counts. */
function giveUpOperation(step: Step, payment: Payment, operation: PaymentOperation): void {
  const { paymentId, gateway, state, lastError } = payment;
  const why = lastError ?? 'no reason';
  tell(step, 'error', `payment ${paymentId}: ${operation.kind} at ${gateway} was given up: ${why}`);
  paymentEvent(step, payment, { givenUp: operation.kind, lastError });
  const free = { ...payment, operation: null, token: '' };
  if (PAYMENT_TABLE[state].isOver) {
    if (operation.kind === 'refund') tell(step, 'warn', `look up payment ${paymentId} at ${gateway}`);
    moved(step, free, state, 'gateway-away');
    return;
  }
  const failed = moved(step, free, 'failed', operation.kind === 'capture' ? 'not-captured' : 'gateway-away');
  // The amount still stands ready at the gateway: the driver shall have it back before it expires there.
  if (operation.kind === 'capture') begin(step, { ...failed, cancelWanted: true }, 'cancel');
}

/** What follows from how the payment stands now. Writes its row. */
function goOn(step: Step, payment: Payment): void {
  const { operation, state, cancelWanted } = payment;
  const busy = operation !== null && operation.kind !== 'fetch';
  const idle = { ...payment, operation: null };
  if (busy) return void moved(step, payment, state, 'gateway-away');
  if (PAYMENT_TABLE[state].isOver) return void moved(step, idle, state, 'gateway-away');
  // An authorization that comes after its payment was given up, or that nobody asked for in this form, is put right.
  if (cancelWanted && payment.reference !== null) return void begin(step, idle, 'cancel');
  if (state === 'authorized') return standReady(step, idle);
  const looks = operation?.attempts ?? 0;
  const lookAfterMs = Math.min(LONGEST_LOOK_MS, FIRST_LOOK_MS / 2_000 * pauseMs(looks + 1));
  if (operation === null) return void begin(step, idle, 'fetch', { afterMs: lookAfterMs });
  if (isTired(step, operation)) return giveUpOperation(step, payment, operation);
  rest(step, payment, operation, lookAfterMs);
}

function standReady(step: Step, payment: Payment): void {
  if (payment.purpose === 'top-up') {
    const { amountMinor } = payment;
    begin(step, payment, 'capture', { amountMinor, targetMinor: amountMinor });
    return;
  }
  moved(step, payment, 'authorized', 'gateway-away');
  if (mayExpire(payment)) step.state.deadlines.add('payment', payment.paymentId, payment.expiresAtMs);
}
