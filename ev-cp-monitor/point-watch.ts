// The two links of one watched point, and the pure monitor between them: what comes in goes to `handleMonitor`, what it
// wants done is done here. Both links come back by themselves; neither waits for the other.
import { assertNever } from '../shared/assert.ts';
import type { Clock } from '../shared/clock.ts';
import { withEnvelope } from '../shared/frame.ts';
import type { PointId } from '../shared/ids.ts';
import type { Log } from '../shared/log.ts';
import { checkMessage, fromEngineSchema, toMonitorSchema } from '../shared/messages/catalogue.ts';
import type { Parsed } from '../shared/messages/catalogue.ts';
import { pointProof } from '../shared/point-proof.ts';
import type { ScreenMessage } from '../shared/screen/handle.ts';
import type { Ticker } from '../shared/wire/awake-timer.ts';
import { LinkClient } from '../shared/wire/client.ts';
import type { LinkClientOptions } from '../shared/wire/client.ts';
import type { JsonObject } from '../shared/wire/json.ts';
import type { Connect } from '../shared/wire/link-socket.ts';
import type { Openings } from '../shared/wire/openings.ts';
import { handleMonitor, whyNotAuthenticate } from './monitor.ts';
import { startMonitor } from './monitor-state.ts';
import type { MonitorEffect, MonitorInput, MonitorState, Now } from './monitor-state.ts';
import type { MonitorPointView } from './ui/view.ts';

/** How to reach one of the two; links of a fleet to it open some at a time. */
export type WatchTarget = { readonly connect: Connect; readonly address: string; readonly openings: Openings };

export type PointWatchOptions = {
  readonly pointId: PointId;
  readonly secretSha256: Buffer;
  readonly pairingCode: string | null;
  readonly software: string;
  readonly central: WatchTarget;
  readonly engine: WatchTarget;
  readonly ticker: Ticker;
  readonly clock: Clock;
  /** From 0 to less than 1: the jitter of reconnects. */
  readonly random: () => number;
  readonly frameId: () => string;
  readonly log: Log;
  /** A line for the screen. */
  readonly onMessage: (message: ScreenMessage) => void;
  readonly onChange: () => void;
};

export class PointWatch {
  readonly #options: PointWatchOptions;
  readonly #state: MonitorState;
  #engine: LinkClient;
  #central: LinkClient;
  #centralOffsetMs: number | null = null;
  #closed = false;

  constructor(options: PointWatchOptions) {
    this.#options = options;
    const { pointId, software, pairingCode } = options;
    this.#state = startMonitor({ pointId, software, pairingCode }, this.#now());
    this.#central = this.#centralClient();
    this.#engine = this.#engineClient();
  }

  start(): void {
    this.#central.start();
    this.#engine.start();
  }

  /** Once a second. */
  tick(): void {
    this.#handle({ kind: 'tick' });
  }

  whyNotAuthenticate(): string | null {
    return whyNotAuthenticate(this.#state);
  }

  /** The menu's "authenticate"; what comes of it is seen in the view. */
  authenticate(): void {
    this.#handle({ kind: 'authenticate' });
  }

  close(): void {
    this.#closed = true;
    const reason = { code: 'closed', detail: 'the monitor was ended' } as const;
    this.#central.close(reason);
    this.#engine.close(reason);
  }

  view(): MonitorPointView {
    const { central, engine, authentication, health, history, setup } = this.#state;
    const { needsHand, state, sinceMs, why } = authentication;
    return {
      pointId: this.#options.pointId, siteId: setup?.siteId ?? null, place: setup?.place ?? '',
      central: { state: central.state, sinceMs: central.sinceMs, why: central.why },
      centralAddress: this.#options.central.address,
      engine: { state: engine.state, sinceMs: engine.sinceMs, why: engine.why },
      engineAddress: this.#options.engine.address,
      health: { ...health },
      history: [...history],
      authentication: { state, sinceMs, why, needsHand },
      keyExpiresAtMs: setup?.key.expiresAtMs ?? null,
      clockOffsetMs: this.#centralOffsetMs,
    };
  }

  #centralClient(): LinkClient {
    const client: LinkClient = new LinkClient({
      ...this.#clientOptions(this.#options.central),
      onOpen: (link) => {
        link.onMessage = (message) => this.#received('from-central', checkMessage(toMonitorSchema, message), message);
        this.#handle({ kind: 'central-open' });
      },
      onClose: (reason) => {
        if (client !== this.#central) return 'stop';
        this.#handle({ kind: 'central-lost', reason });
        return this.#state.authentication.needsHand ? 'stop' : 'retry';
      },
    });
    return client;
  }

  #engineClient(): LinkClient {
    const client: LinkClient = new LinkClient({
      ...this.#clientOptions(this.#options.engine),
      messagesBeat: true, // a health check every second, which says how Central is and what time it is there
      onOpen: (link) => {
        link.onMessage = (message) => this.#received('from-engine', checkMessage(fromEngineSchema, message), message);
        this.#handle({ kind: 'engine-open' });
      },
      onClose: (reason) => {
        if (client !== this.#engine) return 'stop';
        this.#handle({ kind: 'engine-lost', reason });
        return this.#state.standsDown ? 'stop' : 'retry';
      },
    });
    return client;
  }

  #clientOptions(
    { connect, openings }: WatchTarget,
  ): Pick<LinkClientOptions, 'connect' | 'openings' | 'ticker' | 'nowMs' | 'random'> {
    const { ticker, clock, random } = this.#options;
    return { connect, openings, ticker, nowMs: () => clock.now(), random };
  }

  #received<T>(kind: 'from-central' | 'from-engine', parsed: Parsed<T>, raw: JsonObject): void {
    if (parsed.ok) return this.#handle({ kind, message: parsed.message } as MonitorInput);
    const { pointId } = this.#options;
    this.#options.log('warn', 'message-ignored', { pointId, kind, type: raw['type'], detail: parsed.detail });
  }

  #handle(input: MonitorInput): void {
    if (this.#closed) return;
    const effects = handleMonitor(this.#state, input, this.#now());
    for (const effect of effects) this.#carryOut(effect);
    if (this.#state.authentication.state === 'authenticated') this.#central.settled();
    if (this.#state.engine.taken) this.#engine.settled();
    this.#options.onChange();
  }

  #carryOut(effect: MonitorEffect): void {
    switch (effect.kind) {
      case 'to-central': return this.#central.link?.send(withEnvelope(effect.frame, this.#options.frameId()));
      case 'to-engine': return this.#engine.link?.send(withEnvelope(effect.frame, this.#options.frameId()));
      case 'prove': {
        const { pointId, secretSha256, frameId } = this.#options;
        const proofBase64 = pointProof(secretSha256, Buffer.from(effect.nonceBase64, 'base64'), pointId);
        this.#central.link?.send(withEnvelope({ type: 'proof', proofBase64, re: effect.re }, frameId()));
        return;
      }
      case 'connect-central': return this.#connectCentral();
      case 'connect-engine': return this.#connectEngine();
      case 'drop-central': return this.#central.link?.close({ code: 'closed', detail: effect.detail });
      case 'drop-engine': return this.#engine.link?.close({ code: 'closed', detail: effect.detail });
      case 'note': {
        this.#options.log(effect.level, effect.event, effect.fields);
        const level = effect.level === 'debug' ? 'info' : effect.level;
        this.#options.onMessage({ atMs: this.#options.clock.now(), level, text: effect.text });
        return;
      }
      default: assertNever(effect, 'monitor effect');
    }
  }

  /** Somebody asked for it: a fresh client tries at once, wherever the one before it was (it may be over for good). */
  #connectCentral(): void {
    const before = this.#central;
    this.#central = this.#centralClient();
    before.close();
    this.#central.start();
  }

  #connectEngine(): void {
    const before = this.#engine;
    this.#engine = this.#engineClient();
    before.close();
    this.#engine.start();
  }

  #now(): Now {
    const { clock, ticker } = this.#options;
    this.#centralOffsetMs = this.#central?.link?.clockOffsetMs ?? this.#centralOffsetMs;
    return { atMs: clock.now(), awakeMs: ticker.awakeMs(), centralOffsetMs: this.#centralOffsetMs };
  }
}
