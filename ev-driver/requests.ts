// A driver's requests, pure: asking, stopping, cancelling, and what happens when the bus or Central is not there. What
// the user was told has failed is never sent later; what may have been sent all the same is taken back (delivery.md).
import { assertNever } from '../shared/assert.ts';
import { requestId, type RequestId } from '../shared/ids.ts';
import { LIMITS } from '../shared/limits.ts';
import type { ScreenMessage } from '../shared/screen/handle.ts';
import { words } from '../shared/words.ts';
import type { Trouble } from '../shared/words.ts';
import { isOver, newCharge, type Charge, type ChargeWish } from './charges.ts';
import { ANSWER_MS, centralTime, putCharge, say, sentence, trimCharges } from './client-state.ts';
import type { ClientEffect, ClientInput, ClientState, Now } from './client-state.ts';
import { lookUpPoint } from './questions.ts';

/** Why no request can be made now; null: it can. */
export function whyNotRequest(state: ClientState): Trouble | null {
  if (state.central.state !== 'up') return 'central-away';
  if (state.login.state !== 'in') return 'not-logged-in';
  return state.bus.state === 'up' ? null : 'bus-down';
}

/** Why nothing can be ordered over the link now, in words; null: it can. The bus is not needed for that. */
export function whyNotLink(state: ClientState): string | null {
  if (state.central.state !== 'up') return words().trouble['central-away'];
  return state.login.state === 'in' ? null : words().trouble['not-logged-in'];
}

/** Why this charge can't be stopped now, in words; null: it can. */
export function whyNotStop(state: ClientState, id: RequestId): string | null {
  const charge = state.charges.get(id);
  if (charge === undefined || isOver(charge)) return words().refusal['session-over']({});
  if (charge.sessionId === null || !['charging', 'suspended', 'preparing', 'interrupted'].includes(charge.state)) {
    return 'it is not charging yet: cancel it instead';
  }
  const trouble = whyNotRequest(state);
  return trouble === null ? null : words().trouble[trouble];
}

/** Why this request can't be taken back now, in words; null: it can. */
export function whyNotCancel(state: ClientState, id: RequestId): string | null {
  const charge = state.charges.get(id);
  if (charge === undefined || isOver(charge)) return words().refusal['session-over']({});
  if (['charging', 'suspended', 'finishing', 'interrupted', 'completed'].includes(charge.state)) {
    return 'it has begun: stop it instead';
  }
  const trouble = whyNotRequest(state);
  return trouble === null ? null : words().trouble[trouble];
}

/** A wish of the user: it is sent now, or fails now. */
export function ask(state: ClientState, wish: ChargeWish, now: Now, out: ClientEffect[]): void {
  const { requestId: id, corr, target } = wish;
  out.push({ kind: 'note', level: 'info', event: 'asked', fields: {
    driverId: state.driverId, requestId: id, corr, target,
  } });
  state.charges.set(id, newCharge(wish, centralTime(now)));
  const trouble = whyNotRequest(state);
  if (trouble !== null) return failCharge(state, id, trouble, now, out);
  if (target === null) return failCharge(state, id, 'not-sent', now, out);
  switch (target.kind) {
    case 'site': return sendCharge(state, id, target.siteId, now, out);
    case 'near': return sendCharge(state, id, state.driverId, now, out);
    case 'point': {
      const siteId = state.directory.get(target.pointId);
      if (siteId !== undefined) return sendCharge(state, id, siteId, now, out);
      return lookUpPoint(state, { requestId: id, pointId: target.pointId }, now, out);
    }
    default: assertNever(target, 'target');
  }
}

/** Hands a charge request to the bus; `key` is its site, or the driver's id when no site is known. */
export function sendCharge(
  state: ClientState, id: RequestId, key: string, now: Now, out: ClientEffect[],
): void {
  const charge = state.charges.get(id);
  if (charge === undefined || charge.target === null || charge.state !== 'sending') return;
  const { corr, target, fit, goal, mayQueue } = charge;
  putCharge(state, { ...charge, key }, out);
  out.push({ kind: 'send', key, corr, request: {
    type: 'charge', requestId: id, driverId: state.driverId, target, fit, goal, mayQueue,
    expiresAtMs: centralTime(now) + LIMITS.requestExpiryMs,
  } });
}

/** Ends a running charge. */
export function stop(state: ClientState, input: Extract<ClientInput, { kind: 'stop' }>, out: ClientEffect[]): void {
  const charge = state.charges.get(input.charge);
  if (charge === undefined || charge.sessionId === null) return;
  state.orders.set(input.orderId, charge.requestId);
  out.push({ kind: 'send', key: keyOf(state, charge), corr: charge.corr, request: {
    type: 'stop', requestId: input.orderId, driverId: state.driverId, sessionId: charge.sessionId,
  } });
}

/** Takes a request back that has not begun. */
export function cancel(state: ClientState, input: Extract<ClientInput, { kind: 'cancel' }>, out: ClientEffect[]): void {
  const charge = state.charges.get(input.charge);
  if (charge === undefined) return;
  state.orders.set(input.orderId, charge.requestId);
  sendCancel(state, charge, input.orderId, out);
}

function sendCancel(state: ClientState, charge: Charge, cancelId: RequestId, out: ClientEffect[]): void {
  out.push({ kind: 'send', key: keyOf(state, charge), corr: charge.corr, request: {
    type: 'cancel', requestId: cancelId, driverId: state.driverId, cancels: charge.requestId,
  } });
}

/** Takes back what may have been sent although the user was told that it failed. */
export function sendTakeBacks(state: ClientState, out: ClientEffect[]): void {
  if (whyNotRequest(state) !== null) return;
  for (const [id, takeBack] of state.takeBacks) {
    const charge = state.charges.get(id);
    if (takeBack.sending || charge === undefined) continue;
    takeBack.sending = true;
    const cancelId = takeBackId(id);
    state.orders.set(cancelId, id);
    sendCancel(state, charge, cancelId, out);
  }
}

/** What became of a record that was handed to the bus. */
export function sent(
  state: ClientState, input: Extract<ClientInput, { kind: 'sent' }>, now: Now, out: ClientEffect[],
): void {
  const { requestId: id, outcome } = input;
  const { driverId } = state;
  const orderedFor = state.orders.get(id);
  const fields = { driverId, requestId: id, outcome, corr: state.charges.get(orderedFor ?? id)?.corr };
  out.push({ kind: 'note', level: outcome === 'sent' ? 'info' : 'warn', event: 'request-sent', fields });
  for (const [takenBack, takeBack] of state.takeBacks) {
    if (takeBackId(takenBack) !== id) continue;
    takeBack.sending = false;
    if (outcome === 'sent') {
      state.takeBacks.delete(takenBack);
      out.push({ kind: 'forget-charge', requestId: takenBack });
    }
    return;
  }
  if (orderedFor !== undefined) {
    if (outcome === 'sent') return;
    say(state, { atMs: centralTime(now), level: 'error', text: sentence(words().trouble['bus-down']) });
    return;
  }
  const charge = state.charges.get(id);
  if (charge === undefined) return;
  if (outcome === 'not-sent') return failCharge(state, id, 'bus-down', now, out);
  if (outcome === 'unknown') {
    // A notice may have been faster than the acknowledgement: then the bus has it.
    if (charge.state !== 'sending') return;
    return failCharge(state, id, 'send-unknown', now, out);
  }
  state.newsAwakeMs = now.awakeMs;
  if (charge.state !== 'sending') return;
  state.answerBy.set(id, now.awakeMs + ANSWER_MS);
  putCharge(state, { ...charge, state: 'requested', sinceMs: centralTime(now) }, out);
}

/**
 * A request failed on this side: the user is told, and it is never sent again. One that the bus may have is taken back;
 * it stays kept until then, so that a restarted client does it too.
 */
export function failCharge(state: ClientState, id: RequestId, trouble: Trouble, now: Now, out: ClientEffect[]): void {
  const charge = state.charges.get(id);
  if (charge === undefined) return;
  const { trouble: inWords } = words();
  const onItsOwn = trouble === 'send-unknown' || trouble === 'no-answer' || trouble === 'not-sent';
  const text = sentence(onItsOwn ? inWords[trouble] : `${inWords[trouble]}: ${inWords['not-sent']}`);
  const step: ScreenMessage = { atMs: centralTime(now), level: 'error', text };
  say(state, step);
  const mayBeSent = trouble === 'send-unknown' || trouble === 'no-answer';
  const failed: Charge = {
    ...charge, state: mayBeSent ? 'cancelled' : 'rejected', sinceMs: step.atMs, why: text, failed: trouble,
    steps: [...charge.steps, step],
  };
  state.charges.set(id, failed);
  out.push({ kind: 'note', level: 'warn', event: 'request-failed', fields: {
    driverId: state.driverId, requestId: id, corr: charge.corr, trouble,
  } });
  if (mayBeSent) {
    state.takeBacks.set(id, { sending: false });
    out.push({ kind: 'keep-charge', charge: { ...failed, state: 'sending' } });
  } else out.push({ kind: 'forget-charge', requestId: id });
  out.push({ kind: 'event', event: { kind: 'charge', charge: failed } });
  trimCharges(state);
}

/** The cancel of one request has one id, so that it can be repeated. */
function takeBackId(id: RequestId): RequestId {
  return requestId(`x.${id}`.slice(0, 64));
}

function keyOf(state: ClientState, charge: Charge): string {
  const site = charge.pointId === null ? undefined : state.directory.get(charge.pointId);
  return charge.key ?? site ?? state.driverId;
}
