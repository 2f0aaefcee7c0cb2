// All TCP links of Central: which connection is whose, what comes in as inputs, what the core wants said as frames.
// A first message names the role; until then a connection can do nothing. Bad frames are logged with their reason and
// end what is not yet let in; nothing that a peer sends can do more than that.
import { assertNever } from '../../shared/assert.ts';
import { type ConnectionId, connectionId, type UserId } from '../../shared/ids.ts';
import { isLoginProof } from '../../shared/login-proof.ts';
import type { Log } from '../../shared/log.ts';
import {
  checkMessage, fromDriverSchema, fromMonitorSchema, fromOperatorSchema, type Notice, type Parsed,
} from '../../shared/messages/catalogue.ts';
import type { JsonObject } from '../../shared/wire/json.ts';
import type { Link } from '../../shared/wire/link.ts';
import type { Effect } from '../core/effects.ts';
import type { CodeFound, CodeSecrets } from '../core/code-found.ts';
import type { Input } from '../core/inputs.ts';
import { type Connection, frameParts, hostOf, type OperatorRole, type Secret, sendFrame } from './connection.ts';
import { type DriverOptions, greetDriver, takeDriverFrame } from './drivers.ts';
import { greetMonitor, type MonitorOptions, takeMonitorFrame } from './monitors.ts';
import { greetOperator, type OperatorOptions, takeOperatorFrame } from './operators.ts';
import { type ComparePassword, createPasswordChecks, standInHash } from './password-checks.ts';

export type LinksOptions = Omit<MonitorOptions & DriverOptions & OperatorOptions, 'give'> & {
  readonly give: (input: Input) => void;
  /** The queue of inputs is full: who sends is not read until it has room. */
  readonly isFull: () => boolean;
  readonly whenRoom: () => Promise<void>;
  readonly comparePassword: ComparePassword;
  /** What a one-time code is, now. */
  readonly findCode: (secrets: CodeSecrets | null, code: string | null) => CodeFound;
  /** Of every user: what an unknown one's is compared like. */
  readonly passwordHashes: () => Iterable<string | null>;
  /** The frame that a password check of the core is about: its secret is kept under this id. */
  readonly frameOfCheck: (checkId: number) => string | null;
  /** A driver's stored notices with numbers above `after`, in order. */
  readonly noticesAfter: (driver: UserId, after: number, limit: number) => readonly Notice[];
  readonly log: Log;
};

type Of<K extends Effect['kind']> = Extract<Effect, { kind: K }>;

export type Links = {
  /** Takes an open link; the server calls it. */
  take(link: Link, remoteAddress: string): void;
  frame(effect: Of<'frame'>): void;
  close(effect: Of<'close'>): void;
  checkPassword(effect: Of<'check-password'>): void;
  missedNotices(effect: Of<'missed-notices'>): void;
  /** Compares a password that came another way, in turn with those of links. `hash` null: of nobody. */
  compare(password: string | null, hash: string | null, done: (ok: boolean) => void): void;
  /** Memory can no longer be trusted: nothing that comes is read or answered any more. */
  end(): void;
};

/** Secrets that one connection may have waiting for their comparison; the oldest are forgotten. */
const SECRETS_AT_ONCE = 8;
const NOTICES_A_READ = 200;
const CLOSED = { replaced: 'another connection of the same identity took its place', refused: 'refused' } as const;
const OVER = { code: 'closed', detail: 'EV_Central has failed and ends' } as const;

export function createLinks(options: LinksOptions): Links {
  const { give } = options;
  const connections = new Map<ConnectionId, Connection>();
  const checks = createPasswordChecks(options.comparePassword, options.log);
  let last = 0;
  let isOver = false;

  function take(link: Link, remoteAddress: string): void {
    if (isOver) return link.close(OVER);
    last += 1;
    const connection: Connection = {
      id: connectionId(last), link, address: hostOf(remoteAddress), peer: { kind: 'unnamed' }, secrets: new Map(),
      endings: [],
    };
    connections.set(connection.id, connection);
    link.onMessage = (message) => {
      holdBack(link, options);
      takeMessage(connection, message, options);
    };
    link.onClose = ({ code, detail }) => {
      connections.delete(connection.id);
      connection.secrets.clear();
      for (const end of connection.endings) end();
      if (connection.peer.kind === 'unnamed') return;
      give({ kind: 'link-closed', connectionId: connection.id, reason: `${code}: ${detail}` });
    };
  }

  function frame({ connectionId: id, re, frame: body }: Of<'frame'>): void {
    const connection = connections.get(id);
    if (connection === undefined) {
      // It ended while the core let it in: the core has to hear that once more.
      if (body.type.startsWith('welcome-')) give({ kind: 'link-closed', connectionId: id, reason: 'gone meanwhile' });
      return;
    }
    if (re !== null) connection.secrets.delete(re);
    noteWelcome(connection, body);
    sendFrame(connection, re, body);
    // Refused: whoever neither goes nor proves who it is would hold its connection for ever.
    if (!isLetIn(connection)) connection.link.awaitMessage();
  }

  function close({ connectionId: id, reason }: Of<'close'>): void {
    connections.get(id)?.link.close({ code: reason, detail: CLOSED[reason] });
  }

  function checkPassword(effect: Of<'check-password'>): void {
    const { checkId, connectionId: id, hash } = effect;
    const secret = takeSecret(connections.get(id), options.frameOfCheck(checkId));
    compare(secret?.password ?? null, hash, (ok) =>
      give({ kind: 'password-checked', checkId, ok, code: codeFound(effect, secret, options.findCode) }));
  }

  function compare(password: string | null, hash: string | null, done: (ok: boolean) => void): void {
    checks.check({ password, hash: hash ?? standInHash(options.passwordHashes()), done });
  }

  function missedNotices(effect: Of<'missed-notices'>): void {
    const connection = connections.get(effect.connectionId);
    if (connection !== undefined) sendMissed(connection, effect, options);
  }

  function end(): void {
    isOver = true;
    for (const { link } of connections.values()) silence(link);
  }

  return { take, frame, close, checkPassword, missedNotices, compare, end };
}

/** It is compared once. */
function takeSecret(connection: Connection | undefined, frameId: string | null): Secret | undefined {
  const secret = connection?.secrets.get(frameId ?? '');
  connection?.secrets.delete(frameId ?? '');
  return secret;
}

/** What came in place of a code counts only when no code came. */
function codeFound(
  { secondFactor, loginKeyBase64: key }: Of<'check-password'>, secret: Secret | undefined,
  findCode: LinksOptions['findCode'],
): CodeFound {
  const { code = null, proof = null } = secret ?? {};
  const isProved = code === null && key !== null && proof !== null && isLoginProof(proof.hmacBase64, key, proof);
  return isProved ? { kind: 'proved' } : findCode(secondFactor, code);
}

function silence(link: Link): void {
  link.onMessage = () => undefined;
  link.close(OVER);
}

/** While the queue of inputs is full, nothing more is read from who sends. */
function holdBack(link: Link, options: LinksOptions): void {
  if (!options.isFull()) return;
  link.pause();
  void options.whenRoom().then(() => link.resume());
}

function takeMessage(connection: Connection, message: JsonObject, options: LinksOptions): void {
  const refusal = connection.peer.kind === 'unnamed'
    ? greet(connection, message, options) : takeLater(connection, message, options);
  forgetOldest(connection.secrets);
  const { peer } = connection;
  if (peer.kind === 'monitor' && peer.nonce !== null) connection.link.awaitMessage(); // its proof
  if (refusal === null) return;
  options.log('warn', 'bad-frame', { address: connection.address, peer: nameOf(connection), why: refusal });
  if (isLetIn(connection)) answerBadFrame(connection, message, refusal);
  else connection.link.close({ code: 'malformed-frame', detail: refusal });
}

/** Sends a driver the notices that she missed, in as many frames as they need; the last one says so. */
function sendMissed(
  connection: Connection, { userId, after }: Of<'missed-notices'>, { noticesAfter }: LinksOptions,
): void {
  for (let from = after; ;) {
    const notices = noticesAfter(userId, from, NOTICES_A_READ);
    const more = notices.length === NOTICES_A_READ;
    const parts = notices.length === 0 ? [[]] : frameParts(notices);
    parts.forEach((part, at) => {
      sendFrame(connection, null, { type: 'missed-notices', notices: part, more: more || at < parts.length - 1 });
    });
    if (!more) return;
    from = notices.at(-1)?.number ?? from;
  }
}

/** Takes the first message: null, or why it is none. */
function greet(connection: Connection, message: JsonObject, options: LinksOptions): string | null {
  switch (message['type']) {
    case 'hello-monitor': {
      const parsed = checkMessage(fromMonitorSchema, message);
      if (parsed.ok && parsed.message.type === 'hello-monitor') {
        greetMonitor(connection, parsed.message, options);
        return null;
      }
      return detailOf(parsed);
    }
    case 'login': {
      const parsed = checkMessage(fromDriverSchema, message);
      if (parsed.ok && parsed.message.type === 'login') {
        greetDriver(connection, parsed.message, options);
        return null;
      }
      return detailOf(parsed);
    }
    case 'login-operator': {
      const parsed = checkMessage(fromOperatorSchema, message);
      if (parsed.ok && parsed.message.type === 'login-operator') {
        greetOperator(connection, parsed.message, options);
        return null;
      }
      return detailOf(parsed);
    }
    default: return 'the first message names nobody';
  }
}

/** Takes a later message: null, or why it was not taken. */
function takeLater(connection: Connection, message: JsonObject, options: LinksOptions): string | null {
  const { peer } = connection;
  switch (peer.kind) {
    case 'monitor': {
      const parsed = checkMessage(fromMonitorSchema, message);
      if (!parsed.ok) return parsed.detail;
      return takeMonitorFrame(connection, peer, parsed.message, options) ? null : OUT_OF_PLACE;
    }
    case 'driver': {
      const parsed = checkMessage(fromDriverSchema, message);
      if (!parsed.ok) return parsed.detail;
      return takeDriverFrame(connection, peer, parsed.message, options) ? null : OUT_OF_PLACE;
    }
    case 'operator': {
      const parsed = checkMessage(fromOperatorSchema, message);
      if (!parsed.ok) return parsed.detail;
      return takeOperatorFrame(connection, peer, parsed.message, options) ? null : OUT_OF_PLACE;
    }
    case 'unnamed': return OUT_OF_PLACE;
    default: return assertNever(peer, 'peer');
  }
}

function forgetOldest(secrets: Map<string, Secret>): void {
  for (const id of secrets.keys()) {
    if (secrets.size <= SECRETS_AT_ONCE) return;
    secrets.delete(id);
  }
}

const OUT_OF_PLACE = 'a frame out of place';

function detailOf(parsed: Parsed<unknown>): string {
  return parsed.ok ? OUT_OF_PLACE : parsed.detail;
}

/** The core decides who is let in; its answers tell us. */
function noteWelcome(connection: Connection, frame: Of<'frame'>['frame']): void {
  const { peer } = connection;
  if (peer.kind === 'monitor' && frame.type === 'welcome-monitor') peer.welcomed = true;
  if (peer.kind === 'driver' && frame.type === 'welcome-driver') peer.welcomed = true;
  if (peer.kind === 'operator' && frame.type === 'welcome-operator' && frame['taken'] === true) {
    peer.role = frame['role'] as OperatorRole;
  }
}

function isLetIn({ peer }: Connection): boolean {
  return peer.kind === 'operator' ? peer.role !== null : peer.kind !== 'unnamed' && peer.welcomed;
}

function nameOf({ peer }: Connection): string {
  switch (peer.kind) {
    case 'unnamed': return 'unnamed';
    case 'monitor': return `monitor of ${peer.pointId}`;
    case 'driver': return `driver ${peer.driverId}`;
    case 'operator': return `operator ${peer.by}`;
    default: return assertNever(peer, 'peer');
  }
}

/** Whoever waits for an answer gets one; a report that cannot be read is only logged. */
function answerBadFrame(connection: Connection, message: JsonObject, why: string): void {
  const id = message['id'];
  if (typeof id !== 'string' || id === '') return;
  const { peer } = connection;
  if (message['type'] === 'order' && (peer.kind === 'operator' || peer.kind === 'driver')) {
    const orderId = typeof message['orderId'] === 'string' ? message['orderId'] : 'none';
    sendFrame(connection, id, { type: 'order-result', orderId, outcome: 'refused', text: why, lines: [] });
  } else if (peer.kind === 'operator' || peer.kind === 'driver') {
    sendFrame(connection, id, { type: 'rows', rows: [], next: null, error: why });
  } else if (message['type'] === 'local-request') {
    const requestId = typeof message['requestId'] === 'string' ? message['requestId'] : 'none';
    sendFrame(connection, id, { type: 'local-answer', requestId, outcome: 'refused', reason: null, text: why });
  }
}
