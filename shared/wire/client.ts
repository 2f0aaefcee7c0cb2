// A lasting connection: connects, opens a link, and comes back by itself with jittered exponential back-off. Sockets,
// clock, ticker and randomness come from outside; the pauses are deadlines on the shared ticker.
import { invariant } from '../assert.ts';
import { LIMITS } from '../limits.ts';
import type { Ticker } from './awake-timer.ts';
import type { CloseReason } from './close-reason.ts';
import type { JsonObject } from './json.ts';
import type { Connect, LinkSocket } from './link-socket.ts';
import { Link } from './link.ts';
import type { Openings } from './openings.ts';

/** The first pause lies between 0 and this, so that a thousand clients do not come back in one instant. */
const FIRST_PAUSE_MS = 500;

export type ClientState =
  | { readonly kind: 'connecting'; readonly sinceMs: number; readonly why: string; readonly attempts: number }
  | { readonly kind: 'open'; readonly sinceMs: number }
  | { readonly kind: 'closed'; readonly sinceMs: number; readonly why: string };

export type LinkClientOptions = {
  readonly connect: Connect;
  readonly ticker: Ticker;
  /** Wall clock, UTC ms. */
  readonly nowMs: () => number;
  /** From 0 to less than 1: the jitter. */
  readonly random: () => number;
  readonly heartbeatData?: () => JsonObject;
  /** A message is sent every second on an open link: see `LinkOptions`. */
  readonly messagesBeat?: boolean;
  /** Shared by a fleet: each attempt waits for its turn, which lasts until `settled`, a failure, or `helloMs`. */
  readonly openings?: Openings;
  /** A link is open: assign its `onMessage`, send the first message. */
  readonly onOpen: (link: Link) => void;
  /** A link ended, or an attempt failed (`socket-error`, `refused`, …). `stop` ends the client. */
  readonly onClose: (reason: CloseReason) => 'retry' | 'stop';
  readonly onState?: (state: ClientState) => void;
};

type Step =
  | { kind: 'idle' }
  | { kind: 'waiting' }
  | { kind: 'dialling'; untilMs: number; cancel: () => void }
  | { kind: 'linked'; link: Link; sinceMs: number }
  | { kind: 'pausing'; untilMs: number }
  | { kind: 'ended' };

export class LinkClient {
  readonly #options: LinkClientOptions;
  #step: Step = { kind: 'idle' };
  #state: ClientState;
  #attempts = 0;
  #unsubscribe: () => void = () => undefined;

  constructor(options: LinkClientOptions) {
    this.#options = options;
    this.#state = { kind: 'connecting', sinceMs: options.nowMs(), why: 'not yet tried', attempts: 0 };
  }

  /** What a screen shows: `sinceMs` is UTC, `why` one line for a person. */
  get state(): ClientState {
    return this.#state;
  }

  /** The open link; null while there is none. */
  get link(): Link | null {
    return this.#state.kind === 'open' && this.#step.kind === 'linked' ? this.#step.link : null;
  }

  /** Begins to connect. Called once. */
  start(): void {
    invariant(this.#step.kind === 'idle', 'a link client starts once');
    this.#unsubscribe = this.#options.ticker.subscribe((nowMs) => this.#tick(nowMs));
    this.#askToDial();
  }

  /** What the link was opened for is done (the peer has let us in): it is the turn of others. */
  settled(): void {
    this.#options.openings?.leave(this);
  }

  /** Ends for good: closes the link (what is queued still goes out) and tries no more. */
  close(reason: CloseReason = { code: 'closed', detail: 'closed' }): void {
    const step = this.#step;
    if (step.kind === 'ended') return;
    this.#stop(reason.detail);
    if (step.kind === 'dialling') step.cancel();
    if (step.kind === 'linked') step.link.close(reason);
  }

  #askToDial(): void {
    const { openings } = this.#options;
    this.#step = { kind: 'waiting' };
    if (openings === undefined) this.#dial();
    else openings.ask(this, () => this.#dial());
  }

  #dial(): void {
    const untilMs = this.#options.ticker.awakeMs() + LIMITS.reconnectMs;
    const step: Step = { kind: 'dialling', untilMs, cancel: () => undefined };
    this.#step = step;
    this.#attempts += 1;
    const { cancel } = this.#options.connect({
      connected: (socket) => (this.#step === step ? this.#openLink(socket) : socket.destroy()),
      failed: (error) => {
        if (this.#step === step) this.#lost({ code: 'socket-error', detail: error.message });
      },
    });
    step.cancel = cancel;
  }

  #openLink(socket: LinkSocket): void {
    const { ticker, nowMs, heartbeatData, messagesBeat } = this.#options;
    const link = new Link({
      socket, role: 'opener', ticker, nowMs, heartbeatData, messagesBeat,
      opened: (opened) => this.#opened(opened),
      closed: (closed, reason) => this.#linkClosed(closed, reason),
    });
    this.#step = { kind: 'linked', link, sinceMs: ticker.awakeMs() };
    link.start();
  }

  #opened(link: Link): void {
    this.#setState({ kind: 'open', sinceMs: this.#options.nowMs() });
    this.#options.onOpen(link);
  }

  #linkClosed(link: Link, reason: CloseReason): void {
    if (this.#step.kind !== 'linked' || this.#step.link !== link) return;
    // Only a link that lasted shows that the server is well: one that opens and dies keeps the pauses growing.
    if (this.#options.ticker.awakeMs() - this.#step.sinceMs >= LIMITS.reconnectMs) this.#attempts = 0;
    this.#lost(reason);
  }

  #lost(reason: CloseReason): void {
    this.settled();
    const capMs = Math.min(LIMITS.reconnectMs, FIRST_PAUSE_MS * 2 ** Math.min(Math.max(this.#attempts - 1, 0), 16));
    const untilMs = this.#options.ticker.awakeMs() + this.#options.random() * capMs;
    this.#step = { kind: 'pausing', untilMs };
    const why = `${reason.code}: ${reason.detail}`;
    const sinceMs = this.#state.kind === 'connecting' ? this.#state.sinceMs : this.#options.nowMs();
    this.#setState({ kind: 'connecting', sinceMs, why, attempts: this.#attempts });
    if (this.#options.onClose(reason) === 'stop') this.#stop(why);
  }

  #stop(why: string): void {
    if (this.#step.kind === 'ended') return;
    this.#step = { kind: 'ended' };
    this.settled();
    this.#unsubscribe();
    this.#setState({ kind: 'closed', sinceMs: this.#options.nowMs(), why });
  }

  #tick(nowMs: number): void {
    const step = this.#step;
    if (step.kind === 'pausing' && nowMs >= step.untilMs) this.#askToDial();
    if (step.kind === 'linked' && nowMs - step.sinceMs >= LIMITS.helloMs) this.settled();
    if (step.kind === 'dialling' && nowMs >= step.untilMs) {
      step.cancel();
      this.#lost({ code: 'socket-error', detail: `no connection within ${LIMITS.reconnectMs} ms` });
    }
  }

  #setState(state: ClientState): void {
    this.#state = state;
    this.#options.onState?.(state);
  }
}
