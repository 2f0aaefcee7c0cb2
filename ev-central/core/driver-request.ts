// What drivers send over Kafka: a charge, a stop, a cancellation; each taken in once, whatever is sent again.
import { assertNever } from '../../shared/assert.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { Request } from '../../shared/messages/catalogue.ts';
import type { CancelRequest } from '../../shared/messages/cancel-request.ts';
import type { Charge } from '../../shared/messages/charge.ts';
import type { StopCharge } from '../../shared/messages/stop-charge.ts';
import { closeUnstarted } from './authorization.ts';
import { requestCharge } from './charge-request.ts';
import { noteRefusal } from './figures/attempt.ts';
import { refuse } from './notices.ts';
import type { RequestRecord, Session } from './rows.ts';
import { stopSession } from './session-end.ts';
import { isOver } from './session-index.ts';
import type { Step } from './step.ts';
import { SESSION_TABLE } from './transitions.ts';

/** The sender was proved by the key; a repeated request id changes nothing. */
export function driverRequest(step: Step, request: Request): void {
  const known = step.state.requests.get(request.requestId);
  switch (request.type) {
    case 'charge': return charge(step, request, known);
    case 'stop':
      if (known === undefined) stop(step, request);
      return;
    case 'cancel':
      if (known === undefined) cancel(step, request);
      return;
    default: assertNever(request, 'request');
  }
}

/** Ends a session in whatever state it is: taken back before it began, stopped after. */
export function endByDriver(step: Step, session: Session): void {
  if (session.usage === null) closeUnstarted(step, session, 'cancelled', null);
  else stopSession(step, session, 'driver');
}

function charge(step: Step, request: Charge, known: RequestRecord | undefined): void {
  // A cancellation that came first counts for requests of the same driver only.
  const foreign = known?.kind === 'cancelled-before' && known.driverId !== request.driverId;
  if (known !== undefined && !foreign) {
    // Taken back before it came: it never starts, and its driver hears it.
    if (known.kind === 'cancelled-before') {
      step.state.requests.put({ ...known, kind: 'charge' });
      refuse(step, request, 'cancelled', {});
    }
    return;
  }
  if (request.expiresAtMs <= step.now) {
    remember(step, request, 'charge', null);
    noteRefusal(step, request, 'expired');
    refuse(step, request, 'expired', { lateMs: step.now - request.expiresAtMs });
    return;
  }
  if (request.expiresAtMs > step.now + LIMITS.requestExpiryMaxMs) {
    remember(step, request, 'charge', null);
    refuse(step, request, 'expires-too-late', {});
    return;
  }
  requestCharge(step, { ...request, atPoint: false });
}

function stop(step: Step, request: StopCharge): void {
  const session = step.state.sessions.get(request.sessionId);
  remember(step, request, 'stop', session?.sessionId ?? null);
  if (session === undefined) return refuse(step, request, 'no-such-session', { sessionId: request.sessionId });
  if (session.driverId !== request.driverId) return refuse(step, request, 'not-yours', {});
  if (isOver(session) || !SESSION_TABLE[session.state].driverMayStop) {
    return refuse(step, request, 'session-over', { state: session.state }, session.sessionId);
  }
  endByDriver(step, session);
}

function cancel(step: Step, request: CancelRequest): void {
  const target = step.state.requests.get(request.cancels);
  remember(step, request, 'cancel', target?.sessionId ?? null);
  if (target === undefined) {
    step.state.requests.put({
      requestId: request.cancels, driverId: request.driverId, kind: 'cancelled-before', sessionId: null, answer: null,
      atMs: step.now,
    });
    return;
  }
  if (target.driverId !== request.driverId) return refuse(step, request, 'not-yours', {});
  const session = target.sessionId === null ? undefined : step.state.sessions.get(target.sessionId);
  if (session === undefined || isOver(session) || !SESSION_TABLE[session.state].mayCancel) return;
  endByDriver(step, session);
}

function remember(
  step: Step, request: Request, kind: RequestRecord['kind'], session: RequestRecord['sessionId'],
): void {
  step.state.requests.put({
    requestId: request.requestId, driverId: request.driverId, kind, sessionId: session, answer: null, atMs: step.now,
  });
}
