// One line for each message that came in or goes out, with its ids, so that `npm run trace` can join the logs of all
// processes to the path of one wish. Meter samples and live figures are too many and say nothing about a path.
import type { Send } from './core/effects.ts';
import type { Input } from './core/inputs.ts';
import type { LogFields } from '../shared/log.ts';
import type { Log } from '../shared/log.ts';
import type { Committed } from './loop.ts';

/** Logs what a batch brought in and what it sends. */
export function logTraffic(log: Log, { inputs, sends }: Pick<Committed, 'inputs' | 'sends'>): void {
  for (const input of inputs) {
    switch (input.kind) {
      case 'tick': case 'meter': case 'point-health': case 'outbox-backlog': case 'password-checked': break;
      case 'request': log('info', 'request-in', idsOf(input.request)); break;
      case 'fact': log('info', 'fact-in', idsOf(input.fact)); break;
      default: log('info', `${input.kind}-in`, inputFields(input));
    }
  }
  for (const send of sends) logSend(log, send);
}

function logSend(log: Log, send: Send): void {
  switch (send.topic) {
    case 'commands': return log('info', 'command-out', { ...idsOf(send.message), pointId: send.to });
    case 'notices': return log('info', 'notice-out', idsOf(send.message));
    case 'dead-letters': {
      const { id, corr, source, reason, detail, claimedSender } = send.message;
      return log('warn', 'dead-letter-out', { id, corr, source, reason, detail, claimedSender });
    }
    case 'events': return; // each event has its message or its cause in the log already
  }
}

/** The fields by which a path is found. Never payloads: they hold what is nobody's business. */
const ID_FIELDS = [
  'corr', 'id', 'type', 'number', 'requestId', 'cancels', 'sessionId', 'pointId', 'driverId', 'siteId', 'connectorNo',
  'bootId', 'seq', 'reason',
] as const;

function idsOf(message: Readonly<Record<string, unknown>>): LogFields {
  const fields: Record<string, unknown> = {};
  for (const name of ID_FIELDS) if (message[name] !== undefined) fields[name] = message[name];
  const ticket = message['ticket'];
  if (typeof ticket === 'object' && ticket !== null) {
    const { ticketId, sessionId } = ticket as Record<string, unknown>;
    Object.assign(fields, { ticketId, sessionId });
  }
  return fields;
}

/** The fields of other inputs that may be logged: an allow-list, because some inputs hold keys. */
function inputFields(input: Input): LogFields {
  switch (input.kind) {
    case 'login': return { connectionId: input.connectionId, userId: input.userId, address: input.address };
    case 'monitor-proof': {
      const { connectionId, pointId, address, proved, byHand } = input;
      return { connectionId, pointId, address, proved, byHand };
    }
    case 'local-request': {
      const { corr, requestId, driverId, connectorNo } = input;
      return { corr, requestId, typed: endOf(driverId), connectorNo };
    }
    case 'order': return { orderId: input.orderId, order: input.order.kind, by: input.by, address: input.address };
    case 'mail-sent': return { mailId: input.mailId, reason: input.error };
    case 'link-closed': return { connectionId: input.connectionId, reason: input.reason };
    case 'payment-outcome': {
      const { paymentId, key, attempt, outcome } = input;
      return { paymentId, key, attempt, outcome: outcome.kind };
    }
    case 'payment-event': {
      const { gateway, eventId, paymentId, reference } = input.event;
      return { gateway, eventId, paymentId, reference };
    }
    case 'renew-key': return { connectionId: input.connectionId };
    case 'bus': return { up: input.up, reason: input.reason };
    case 'log-lost': return { detail: input.detail };
    default: return {};
  }
}

/** What was typed at a point may be the uid of a card, and whoever knows a whole one can make such a card. */
function endOf(typed: string): string {
  return typed.length < 8 ? '…' : `…${typed.slice(-4)}`;
}
