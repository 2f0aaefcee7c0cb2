// Calls of the REST API that move money or energy: each is carried out once, whatever is sent again. What it came to is
// kept with it, so that the same call gets the same answer after a restart, too.
import type { Notice } from '../../shared/messages/catalogue.ts';
import type { Request } from '../../shared/messages/catalogue.ts';
import type { ApiAnswer, RequestAnswer } from './api-rows.ts';
import { driverRequest } from './driver-request.ts';
import type { Input } from './inputs.ts';
import { takeOrder } from './orders.ts';
import { emit, type Step } from './step.ts';

type Call = Extract<Input, { kind: 'api-call' }>;

export function takeCall(step: Step, input: Call): void {
  const { state, now } = step;
  const { callId, bodySha256, call } = input;
  const known = state.apiCalls.get(callId);
  if (known !== undefined) {
    return answer(step, input, known.bodySha256 === bodySha256 ? known.answer : null);
  }
  // While Kafka is away a charge would begin later than anybody waits for it. Nothing of it is kept: it may come again.
  if (call.kind === 'request' && call.request.type === 'charge' && !state.bus.up) {
    return answer(step, input, { ...NOTHING, outcome: 'refused', reason: 'bus-down' });
  }
  const given = call.kind === 'request' ? request(step, call.request) : order(step, call, callId);
  state.apiCalls.put({ callId, bodySha256, answer: given, atMs: now });
  answer(step, input, given);
}

function order(step: Step, call: Extract<Call['call'], { kind: 'order' }>, callId: Call['callId']): ApiAnswer {
  takeOrder(step, { ...call, orderId: callId, answer: null });
  const { outcome, text, lines } = step.state.orders.must(callId);
  return { kind: 'order', outcome, text, lines };
}

/** What its driver is told about the request in this step is the answer. */
function request(step: Step, wanted: Request): RequestAnswer {
  const before = step.effects.length;
  driverRequest(step, wanted);
  const sessionId = step.state.requests.get(wanted.requestId)?.sessionId ?? null;
  for (const effect of step.effects.slice(before)) {
    if (effect.kind !== 'append' || effect.table !== 'notices' || effect.row.requestId !== wanted.requestId) continue;
    const told = answerOf(effect.row);
    if (told !== null) return { ...told, sessionId: told.sessionId ?? sessionId };
  }
  return { ...NOTHING, outcome: 'taken', sessionId };
}

function answerOf(notice: Notice): RequestAnswer | null {
  switch (notice.type) {
    case 'accepted': {
      const { sessionId, pointId, connectorNo, holdMinor, currency } = notice;
      return { ...NOTHING, outcome: 'accepted', sessionId, pointId, connectorNo, holdMinor, currency };
    }
    case 'queued': {
      const { sessionId, place, estimatedWaitMs } = notice;
      return { ...NOTHING, outcome: 'queued', sessionId, place, estimatedWaitMs };
    }
    case 'refused': {
      const { reason, facts, sessionId } = notice;
      return { ...NOTHING, outcome: 'refused', reason, facts, sessionId };
    }
    default: return null;
  }
}

const NOTHING: RequestAnswer = {
  kind: 'request', outcome: 'taken', reason: null, facts: {}, sessionId: null, pointId: null, connectorNo: null,
  holdMinor: null, currency: null, place: null, estimatedWaitMs: null,
};

/** `answer` null: the id was used for another call. */
function answer(step: Step, { connectionId, re }: Call, given: ApiAnswer | null): void {
  emit(step, { kind: 'frame', connectionId, re, frame: { type: 'api-answer', answer: given } });
}
