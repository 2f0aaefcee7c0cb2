// One driver's log-in at work: the link to EV_Central, the sealed records, the store, and the pure client between them.
// What comes in goes to `handleClient`, what it wants done is done here.
import { assertNever } from '../shared/assert.ts';
import { SendFailure } from '../shared/bus/port.ts';
import type { BusRecord, OutRecord } from '../shared/bus/port.ts';
import { topicName } from '../shared/bus/topics.ts';
import type { Clock } from '../shared/clock.ts';
import { createFrameIds, withEnvelope } from '../shared/frame.ts';
import { correlationId, requestId, type CorrelationId, type PointId, type RequestId, type SiteId, type UserId,
} from '../shared/ids.ts';
import type { Log } from '../shared/log.ts';
import { loginProof } from '../shared/login-proof.ts';
import { checkMessage, noticeSchema, parseMessage, toDriverSchema } from '../shared/messages/catalogue.ts';
import type { LoginWelcome } from '../shared/messages/login-welcome.ts';
import type { Order } from '../shared/messages/orders.ts';
import { MESSAGE_VERSION } from '../shared/messages/message.ts';
import { progress } from '../shared/messages/progress.ts';
import type { KeyGrant } from '../shared/messages/values.ts';
import { CENTRAL, open, seal, sealKey, type SealKey } from '../shared/seal.ts';
import type { Ticker } from '../shared/wire/awake-timer.ts';
import { LinkClient } from '../shared/wire/client.ts';
import type { JsonObject } from '../shared/wire/json.ts';
import type { Connect } from '../shared/wire/link-socket.ts';
import type { BusLine, Receiver } from './bus-line.ts';
import type { ChargeWish } from './charges.ts';
import { comesBack, handleClient } from './client.ts';
import { startClient } from './client-state.ts';
import type { ClientEffect, ClientEvent, ClientInput, ClientState, Interests, Now } from './client-state.ts';
import type { DriverStore } from './driver-store.ts';

export type DriverClientOptions = {
  readonly driverId: UserId;
  readonly password: string;
  /** A one-time code for the first log-in; it serves for no other. */
  readonly code: string | null;
  readonly software: string;
  readonly interests: Interests;
  readonly timeZone: string;
  readonly directory: Map<PointId, SiteId>;
  readonly connect: Connect;
  readonly line: BusLine;
  readonly store: DriverStore;
  readonly ticker: Ticker;
  readonly clock: Clock;
  readonly random: () => number;
  /** Text that nobody else makes: for the ids of requests. */
  readonly newId: () => string;
  readonly log: Log;
  readonly onEvent: (event: ClientEvent) => void;
  readonly onChange: () => void;
};

type Keys = { login: SealKey; reading: SealKey; topicPrefix: string };

const TICK_MS = 250;

export class DriverClient {
  readonly state: ClientState;
  readonly #options: DriverClientOptions;
  readonly #frameId = createFrameIds();
  readonly #receiver: Receiver = {
    received: (record, topic) => this.#received(record, topic),
    bus: (state) => this.handle({ kind: 'bus', state }),
    reading: () => this.handle({ kind: 'reading' }),
  };
  #link: LinkClient;
  #keys: Keys | null = null;
  #code: string | null;
  /** Of the last log-in: with it no further code is needed while it is good. */
  #loginKey: KeyGrant | null = null;
  #offsetMs: number | null = null;
  #messages = 0;
  #tickDueMs = 0;
  #closed = false;

  constructor(options: DriverClientOptions) {
    this.#options = options;
    this.#code = options.code;
    const { driverId, interests, timeZone, directory, store } = options;
    this.#link = this.#linkClient();
    this.state = startClient({ driverId, interests, timeZone, directory, ...store.load() }, this.now());
  }

  get driverId(): UserId {
    return this.#options.driverId;
  }

  start(): void {
    this.#options.line.join(this.driverId, this.#receiver);
    this.#link.start();
  }

  /** Called by the owner's one ticker; looks at the deadlines a few times a second. */
  tick(awakeMs: number): void {
    if (awakeMs < this.#tickDueMs) return;
    this.#tickDueMs = awakeMs + TICK_MS;
    this.handle({ kind: 'tick' });
  }

  /** Asks for a charge; the ids are made here, once, at the key press. */
  ask(wish: Omit<ChargeWish, 'requestId' | 'corr'>, id: RequestId = this.newRequestId()): RequestId {
    this.handle({ kind: 'ask', wish: { ...wish, requestId: id, corr: this.newCorrelationId() } });
    return id;
  }

  stop(charge: RequestId): RequestId {
    const orderId = this.newRequestId();
    this.handle({ kind: 'stop', orderId, charge, corr: this.newCorrelationId() });
    return orderId;
  }

  cancel(charge: RequestId): RequestId {
    const orderId = this.newRequestId();
    this.handle({ kind: 'cancel', orderId, charge });
    return orderId;
  }

  /** Gives an order about her reservations; `id`: that of one whose answer never came. */
  order(order: Order, id: RequestId = this.newRequestId()): RequestId {
    this.handle({ kind: 'order', orderId: id, order });
    return id;
  }

  newRequestId(): RequestId {
    return requestId(`r-${this.#options.newId()}`);
  }

  newCorrelationId(): CorrelationId {
    return correlationId(`c-${this.#options.newId()}`);
  }

  handle(input: ClientInput): void {
    if (this.#closed) return;
    for (const effect of handleClient(this.state, input, this.now())) this.#carryOut(effect);
    this.#options.onChange();
  }

  now(): Now {
    const { clock, ticker } = this.#options;
    this.#offsetMs = this.#link.link?.clockOffsetMs ?? this.#offsetMs;
    return { atMs: clock.now(), awakeMs: ticker.awakeMs(), centralOffsetMs: this.#offsetMs };
  }

  close(): void {
    this.#closed = true;
    this.#options.line.leave(this.driverId, this.#receiver);
    this.#link.close({ code: 'closed', detail: 'the driver left' });
    this.#options.store.flush();
  }

  #linkClient(): LinkClient {
    const { connect, ticker, clock, random, log } = this.#options;
    const client: LinkClient = new LinkClient({
      connect, ticker, random, nowMs: () => clock.now(),
      onOpen: (link) => {
        link.onMessage = (raw) => {
          const parsed = checkMessage(toDriverSchema, raw);
          if (parsed.ok) this.handle({ kind: 'from-central', message: parsed.message });
          else log('warn', 'message-ignored', { type: raw['type'], detail: parsed.detail });
        };
        this.handle({ kind: 'central-open' });
      },
      onClose: (reason) => {
        if (client !== this.#link) return 'stop';
        this.handle({ kind: 'central-lost', reason });
        return comesBack(this.state) ? 'retry' : 'stop';
      },
    });
    return client;
  }

  #carryOut(effect: ClientEffect): void {
    const { store, log } = this.#options;
    switch (effect.kind) {
      case 'to-central': return this.#link.link?.send(withEnvelope(effect.frame, effect.id));
      case 'send-login': return this.#sendLogin(effect.lastNotice);
      case 'use-keys': return this.#useKeys(effect.welcome);
      case 'send': return void this.#send(effect);
      case 'drop-central': return this.#link.link?.close({ code: 'closed', detail: effect.detail });
      case 'connect-central': return this.#connect();
      case 'keep-notice': return store.keepNotice(effect.notice);
      case 'forget-notices': return store.forgetNotices();
      case 'keep-charge': return store.keepCharge(effect.charge);
      case 'forget-charge': return store.forgetCharge(effect.requestId);
      case 'event': return this.#options.onEvent(effect.event);
      case 'note': return log(effect.level, effect.event, effect.fields);
      default: assertNever(effect, 'client effect');
    }
  }

  #sendLogin(lastNotice: number): void {
    const { driverId, password, software } = this.#options;
    const id = this.#frameId();
    const key = this.#loginKey;
    const proof = key === null || this.#code !== null
      ? null : { keyId: key.keyId, hmacBase64: loginProof(key.keyBase64, { driverId, frameId: id }) };
    const frame = { type: 'login', driverId, password, code: this.#code, proof, lastNotice, software } as const;
    this.#link.link?.send(withEnvelope(frame, id));
  }

  #useKeys({ loginKey, readingKey, topicPrefix, partitions }: LoginWelcome): void {
    this.#code = null;
    this.#loginKey = loginKey;
    this.#keys = {
      login: sealKey(loginKey.keyId, loginKey.keyBase64), reading: sealKey(readingKey.keyId, readingKey.keyBase64),
      topicPrefix,
    };
    this.#options.line.read({ topicPrefix, partitions });
  }

  /** A fresh client of the link, at once; the one before may have been told to stay away. */
  #connect(): void {
    const before = this.#link;
    this.#link = this.#linkClient();
    before.close();
    this.#link.start();
  }

  async #send(effect: Extract<ClientEffect, { kind: 'send' }>): Promise<void> {
    const { requestId: id } = effect.request;
    const report = (outcome: 'sent' | 'not-sent' | 'unknown'): void =>
      this.handle({ kind: 'sent', requestId: id, outcome });
    const record = this.#sealed(effect);
    if (record === null) return report('not-sent');
    try {
      await this.#options.line.send(record);
      report('sent');
    } catch (error) {
      if (!(error instanceof SendFailure)) this.#options.log('error', 'send-failed', { error, requestId: id });
      report(error instanceof SendFailure && !error.maybeSent ? 'not-sent' : 'unknown');
    }
  }

  #sealed({ request, key, corr }: Extract<ClientEffect, { kind: 'send' }>): OutRecord | null {
    if (this.#keys === null) return null;
    const { login, topicPrefix } = this.#keys;
    const topic = topicName(topicPrefix, 'requests');
    this.#messages += 1;
    const mid = `${request.requestId}.${this.#messages}`;
    const { atMs, centralOffsetMs } = this.now();
    const message = { v: MESSAGE_VERSION, id: mid, atMs: atMs + (centralOffsetMs ?? 0), corr, ...request };
    const ends = { from: this.driverId, to: CENTRAL, mid };
    return { topic, key, ...seal(login, 'up', topic, ends, JSON.stringify(message satisfies JsonObject)) };
  }

  #received(record: BusRecord, topic: 'notices' | 'progress'): void {
    if (this.#keys === null) return; // the log-in that will follow brings what is missed now
    const { from = '', to = '', kid = '', mid = '' } = record.headers;
    const text = open(this.#keys.reading, 'down', record.topic, { from, to, kid, mid }, record.value);
    if (from !== CENTRAL || text === undefined) {
      this.#options.log('warn', 'record-not-understood', { topic, from, kid, offset: record.offset });
      return;
    }
    const parsed = topic === 'notices' ? parseMessage(noticeSchema, text) : parseMessage(progress.schema, text);
    if (!parsed.ok) {
      this.#options.log('warn', 'record-not-understood', { topic, offset: record.offset, detail: parsed.detail });
    } else if (parsed.message.type === 'progress') this.handle({ kind: 'progress', progress: parsed.message });
    else this.handle({ kind: 'notice', notice: parsed.message });
  }
}
