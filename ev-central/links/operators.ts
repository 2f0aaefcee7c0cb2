// The side of Central that `ctl`, `admin` and `tail` talk to: log-in by password, or by the token that only this
// machine's user can read; then orders, questions, and topics opened.
import { timingSafeEqual } from 'node:crypto';
import { assertNever } from '../../shared/assert.ts';
import type { FromOperator } from '../../shared/messages/catalogue.ts';
import type { TailTopic } from '../../shared/messages/tail-topic.ts';
import type { TailRecord } from '../../shared/messages/tail-record.ts';
import { userId } from '../../shared/ids.ts';
import type { Log } from '../../shared/log.ts';
import { KEY_BYTES } from '../../shared/seal.ts';
import type { Input } from '../core/inputs.ts';
import { type Connection, type OperatorPeer, sendFrame } from './connection.ts';
import { answerQuery, type ReadPage } from './drivers.ts';

/** What a tail says: a record as it is framed. */
export type TailLine = Omit<TailRecord, 'v' | 'id' | 're' | 'type'>;
/** Reads a topic from its end and opens it; returns the function that ends it. */
export type StartTail = (tail: Pick<TailTopic, 'topic' | 'contains'>, line: (line: TailLine) => void) => () => void;

export type OperatorOptions = {
  readonly give: (input: Input) => void;
  readonly read: ReadPage;
  readonly startTail: StartTail;
  /** The content of the token file. */
  readonly token: string;
  /** What a service says; null: there is no services' key yet. */
  readonly serviceToken: () => string | null;
  readonly randomBytes: (count: number) => Buffer;
  readonly log: Log;
};

/** Who a tool with the token is in the audit log: somebody with an account on this machine. */
export const LOCAL_TOOL = 'local';
const TAILS_AT_ONCE = 4;

export function greetOperator(
  connection: Connection, login: Extract<FromOperator, { type: 'login-operator' }>, options: OperatorOptions,
): void {
  if (login.service !== null) return greetService(connection, login, login.service, options);
  if (login.token !== null) return greetByToken(connection, login.id, login.token, options);
  const { userId: by, password } = login;
  if (by === null || password === null) {
    connection.peer = { kind: 'operator', by: '', role: null };
    return refuse(connection, login.id, 'malformed', 'Give a user and a password, or the token of this machine.');
  }
  connection.peer = { kind: 'operator', by, role: null };
  connection.secrets.set(login.id, { password, code: login.code, proof: null });
  const key = (): string => options.randomBytes(KEY_BYTES).toString('base64');
  options.give({
    kind: 'login', connectionId: connection.id, re: login.id, userId: by, address: connection.address,
    purpose: 'operator', lastNotice: 0, loginKeyBase64: key(), readingKeyBase64: key(),
  });
}

/** Takes a later frame of an operator's tool; false when it is out of place. */
export function takeOperatorFrame(
  connection: Connection, peer: OperatorPeer, frame: FromOperator, options: OperatorOptions,
): boolean {
  const { role, by } = peer;
  if (frame.type === 'login-operator' || role === null) return false;
  if (role === 'service') return takeServiceFrame(connection, frame, options);
  switch (frame.type) {
    case 'order':
      options.give({
        kind: 'order', orderId: frame.orderId, order: frame.order, by, role, address: connection.address,
        answer: { connectionId: connection.id, re: frame.id },
      });
      return true;
    case 'query':
      answerQuery(connection, { role, userId: userId(by) }, frame, options.read);
      return true;
    case 'tail':
      if (connection.endings.length >= TAILS_AT_ONCE) return false;
      connection.endings.push(options.startTail(frame, (line) => {
        sendFrame(connection, frame.id, { type: 'tail-record', ...line });
      }));
      return true;
    default: return assertNever(frame, 'frame of an operator');
  }
}

/** A service asks whom it may write to, and for nothing else. */
function takeServiceFrame(connection: Connection, frame: FromOperator, options: OperatorOptions): boolean {
  if (frame.type !== 'query' || frame.what !== 'notification-contacts') return false;
  answerQuery(connection, { role: 'admin', userId: null }, frame, options.read);
  return true;
}

function greetService(
  connection: Connection, { id, token }: Extract<FromOperator, { type: 'login-operator' }>, service: string,
  options: OperatorOptions,
): void {
  const by = `service ${service}`;
  const wanted = options.serviceToken();
  connection.peer = { kind: 'operator', by, role: null };
  if (wanted === null || token === null || !sameText(token, wanted)) {
    options.log('warn', 'service-refused', { service, address: connection.address });
    return refuse(connection, id, 'unknown-or-wrong',
      "This is not the token of the services' key: get the key with admin service-key.");
  }
  connection.peer = { kind: 'operator', by, role: 'service' };
  options.log('info', 'service', { service, address: connection.address });
  sendFrame(connection, id, { type: 'welcome-operator', taken: true, role: null, reason: null, text: '' });
}

function greetByToken(connection: Connection, re: string, token: string, options: OperatorOptions): void {
  connection.peer = { kind: 'operator', by: LOCAL_TOOL, role: null };
  const { isLocal } = connection.link;
  if (!isLocal || !sameText(token, options.token)) {
    options.log('warn', 'operator-token-refused', { address: connection.address });
    return refuse(connection, re, 'unknown-or-wrong', isLocal
      ? 'The token is not the one of this Central: read the file again.'
      : 'The token serves on the machine of EV_Central only: log in with --login.');
  }
  connection.peer = { kind: 'operator', by: LOCAL_TOOL, role: 'admin' };
  options.log('info', 'operator-by-token', { address: connection.address });
  sendFrame(connection, re, { type: 'welcome-operator', taken: true, role: 'admin', reason: null, text: '' });
}

function refuse(connection: Connection, re: string, reason: string, text: string): void {
  sendFrame(connection, re, { type: 'welcome-operator', taken: false, role: null, reason, text });
  connection.link.close({ code: 'refused', detail: text });
}

function sameText(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
