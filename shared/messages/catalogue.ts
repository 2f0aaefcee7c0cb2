// Every message of the network in one list, the unions by topic and by link, and the parsers used at each edge.
import { z } from 'zod';
import { accepted } from './accepted.ts';
import { authorize } from './authorize.ts';
import { authorized } from './authorized.ts';
import { booted } from './booted.ts';
import { cancelRequest } from './cancel-request.ts';
import { challenge } from './challenge.ts';
import { charge } from './charge.ts';
import { cleared } from './cleared.ts';
import { commandResult } from './command-result.ts';
import { deadLetter } from './dead-letter.ts';
import { debtNotice } from './debt-notice.ts';
import { engineHello } from './engine-hello.ts';
import { engineLocalAnswer } from './engine-local-answer.ts';
import { engineLocalRequest } from './engine-local-request.ts';
import { engineSetup } from './engine-setup.ts';
import { engineWelcome } from './engine-welcome.ts';
import { fault } from './fault.ts';
import { healthAnswer } from './health-answer.ts';
import { healthCheck } from './health-check.ts';
import { claimDecided } from './claim-decided.ts';
import { invoiceReady } from './invoice-ready.ts';
import { keyWithdrawn } from './key-withdrawn.ts';
import { localAnswer } from './local-answer.ts';
import { localRequest } from './local-request.ts';
import { loginRefused } from './login-refused.ts';
import { loginWelcome } from './login-welcome.ts';
import { login } from './login.ts';
import { meterSample } from './meter-sample.ts';
import { missedNotices } from './missed-notices.ts';
import { monitorHello } from './monitor-hello.ts';
import { monitorRefused } from './monitor-refused.ts';
import { monitorWelcome } from './monitor-welcome.ts';
import { networkEvent } from './network-event.ts';
import { offered } from './offered.ts';
import { operatorLogin } from './operator-login.ts';
import { operatorOrderResult } from './operator-order-result.ts';
import { operatorOrder } from './operator-order.ts';
import { operatorWelcome } from './operator-welcome.ts';
import { paymentAction } from './payment-action.ts';
import { paymentFailed } from './payment-failed.ts';
import { planLapsed } from './plan-lapsed.ts';
import { plugged } from './plugged.ts';
import { pointHealth } from './point-health.ts';
import { pointsChanged } from './points-changed.ts';
import { progress } from './progress.ts';
import { proof } from './proof.ts';
import { queryAnswer } from './query-answer.ts';
import { query } from './query.ts';
import { queued } from './queued.ts';
import { refused } from './refused.ts';
import { renewKey } from './renew-key.ts';
import { requestAccepted } from './request-accepted.ts';
import { reservationNews } from './reservation-news.ts';
import { resetPoint } from './reset-point.ts';
import { sessionBegun } from './session-begun.ts';
import { sessionEnded } from './session-ended.ts';
import { sessionOver } from './session-over.ts';
import { sessionResumed } from './session-resumed.ts';
import { sessionStarted } from './session-started.ts';
import { sessionsHeld } from './sessions-held.ts';
import { setOperative } from './set-operative.ts';
import { setPowerLimit } from './set-power-limit.ts';
import { stopCharge } from './stop-charge.ts';
import { stopSession } from './stop-session.ts';
import { tailRecord } from './tail-record.ts';
import { tailTopic } from './tail-topic.ts';
import { ticketIssued } from './ticket-issued.ts';
import { unlockConnector } from './unlock-connector.ts';
import { unplugged } from './unplugged.ts';
import type { Topic } from './message.ts';
import { noticeSchema } from './notice.ts';

/** Every message, in the order of the protocol page. */
export const MESSAGES = [
  // requests
  cancelRequest, charge, stopCharge,
  // commands
  accepted, authorize, resetPoint, setOperative, setPowerLimit, stopSession, unlockConnector,
  // facts
  booted, cleared, commandResult, fault, plugged, sessionEnded, sessionStarted, sessionsHeld, unplugged,
  // meter
  meterSample,
  // notices
  authorized, claimDecided, invoiceReady, offered, queued, refused, requestAccepted, sessionBegun, sessionOver,
  sessionResumed, ticketIssued, paymentAction, paymentFailed, debtNotice, planLapsed, reservationNews,
  // progress
  progress,
  // events
  networkEvent,
  // dead-letters
  deadLetter,
  // monitor→central
  localRequest, monitorHello, pointHealth, proof, renewKey,
  // central→monitor
  challenge, localAnswer, monitorRefused, monitorWelcome,
  // monitor→engine
  engineHello, engineLocalAnswer, engineSetup, healthCheck, keyWithdrawn,
  // engine→monitor
  engineLocalRequest, engineWelcome, healthAnswer,
  // driver→central
  login, query, // and operatorOrder, about what is hers
  // central→driver
  loginRefused, loginWelcome, missedNotices, pointsChanged, queryAnswer,
  // operator→central
  operatorLogin, operatorOrder, tailTopic,
  // central→operator
  operatorOrderResult, operatorWelcome, tailRecord,
] as const;

export const requestSchema = z.discriminatedUnion('type', [
  cancelRequest.schema, charge.schema, stopCharge.schema,
]);
export type Request = z.infer<typeof requestSchema>;
export const commandSchema = z.discriminatedUnion('type', [
  accepted.schema, authorize.schema, resetPoint.schema, setOperative.schema, setPowerLimit.schema,
  stopSession.schema, unlockConnector.schema,
]);
export type Command = z.infer<typeof commandSchema>;
export const factSchema = z.discriminatedUnion('type', [
  booted.schema, cleared.schema, commandResult.schema, fault.schema, plugged.schema, sessionEnded.schema,
  sessionStarted.schema, sessionsHeld.schema, unplugged.schema,
]);
export type Fact = z.infer<typeof factSchema>;
export { noticeSchema };
export type { Notice } from './notice.ts';

/** What may stand on each topic. */
export const TOPIC_SCHEMAS = {
  requests: requestSchema,
  commands: commandSchema,
  facts: factSchema,
  meter: meterSample.schema,
  notices: noticeSchema,
  progress: progress.schema,
  events: networkEvent.schema,
  'dead-letters': deadLetter.schema,
} as const satisfies Record<Topic, z.ZodType>;

export const fromMonitorSchema = z.discriminatedUnion('type', [
  localRequest.schema, monitorHello.schema, pointHealth.schema, proof.schema, renewKey.schema,
]);
export type FromMonitor = z.infer<typeof fromMonitorSchema>;
export const toMonitorSchema = z.discriminatedUnion('type', [
  challenge.schema, localAnswer.schema, monitorRefused.schema, monitorWelcome.schema,
]);
export type ToMonitor = z.infer<typeof toMonitorSchema>;
export const toEngineSchema = z.discriminatedUnion('type', [
  engineHello.schema, engineLocalAnswer.schema, engineSetup.schema, healthCheck.schema, keyWithdrawn.schema,
]);
export type ToEngine = z.infer<typeof toEngineSchema>;
export const fromEngineSchema = z.discriminatedUnion('type', [
  engineLocalRequest.schema, engineWelcome.schema, healthAnswer.schema,
]);
export type FromEngine = z.infer<typeof fromEngineSchema>;
export const fromDriverSchema = z.discriminatedUnion('type', [
  login.schema, query.schema, operatorOrder.schema,
]);
export type FromDriver = z.infer<typeof fromDriverSchema>;
export const toDriverSchema = z.discriminatedUnion('type', [
  loginRefused.schema, loginWelcome.schema, missedNotices.schema, pointsChanged.schema, queryAnswer.schema,
  operatorOrderResult.schema,
]);
export type ToDriver = z.infer<typeof toDriverSchema>;
export const fromOperatorSchema = z.discriminatedUnion('type', [
  operatorLogin.schema, operatorOrder.schema, tailTopic.schema, query.schema,
]);
export type FromOperator = z.infer<typeof fromOperatorSchema>;
export const toOperatorSchema = z.discriminatedUnion('type', [
  operatorOrderResult.schema, operatorWelcome.schema, tailRecord.schema, queryAnswer.schema,
]);
export type ToOperator = z.infer<typeof toOperatorSchema>;

export type Parsed<T> = { ok: true; message: T } | { ok: false; reason: 'malformed' | 'unknown-type'; detail: string };

/**
 * Parses JSON text against one schema. Unknown fields are ignored; an unknown `type` and a bad field come back as
 * values that say what is wrong, never as an exception.
 */
export function parseMessage<S extends z.ZodType>(schema: S, text: string): Parsed<z.infer<S>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The system's words would repeat a piece of the text, and this goes to logs and dead letters.
    return { ok: false, reason: 'malformed', detail: 'not JSON' };
  }
  return checkMessage(schema, value);
}

/** As `parseMessage`, for a value that was parsed already. */
export function checkMessage<S extends z.ZodType>(schema: S, value: unknown): Parsed<z.infer<S>> {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, message: result.data };
  const issue = result.error.issues[0];
  const unknownType = issue?.code === 'invalid_union' && issue.path.join() === 'type';
  const detail = issue === undefined ? 'invalid' : `${issue.path.join('.') || 'message'}: ${issue.message}`;
  return { ok: false, reason: unknownType ? 'unknown-type' : 'malformed', detail };
}
