// One link: both directions over one socket, symmetrical once it is open. The opener sends ENQ and waits for ACK; then
// each direction is stop-and-wait with one unacknowledged frame, repeated after NACK or silence. No timer is in the
// path of a message: an ACK starts the next frame, deadlines are numbers in awake time that the shared ticker compares.
//
// ACK carries no number, so the ACK of a repetition may be taken for the next frame's. TCP loses nothing, so the worst
// is that two frames are in the air; and a number that was skipped ends the link, so nothing is ever lost in silence.
import { assertNever, invariant } from '../assert.ts';
import { LIMITS } from '../limits.ts';
import type { Ticker } from './awake-timer.ts';
import { reasonOfBye } from './close-reason.ts';
import type { CloseReason } from './close-reason.ts';
import { createFrameDecoder, encodeFrame, SIGNS } from './frame-codec.ts';
import type { FrameEvent } from './frame-codec.ts';
import { createHeartbeat } from './heartbeat.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { JsonObject } from './json.ts';
import { lateness } from './link-deadlines.ts';
import type { LinkTimes } from './link-deadlines.ts';
import { isMessage, numbered, parseLinkFrame } from './link-frames.ts';
import type { LinkFrame } from './link-frames.ts';
import type { LinkSocket } from './link-socket.ts';
import { createSmallTalk } from './small-talk.ts';

/** The most bytes of a message's own JSON: a frame's, less room for `n`. Longer answers are sent in parts. */
export const MESSAGE_BYTES = LIMITS.frameBytes - 32;
/** Unread answers of ours at which a peer counts as not reading. Several whole frames. */
const UNREAD_BYTES = LIMITS.frameBytes * 4;

export type LinkOptions = {
  readonly socket: LinkSocket;
  readonly role: 'opener' | 'acceptor';
  readonly ticker: Ticker;
  /** Wall clock, UTC ms. */
  readonly nowMs: () => number;
  /** What each ping and pong of ours carries besides the clock; small. */
  readonly heartbeatData?: (() => JsonObject) | undefined;
  readonly messagesBeat?: boolean | undefined; // opener: it sends a message every second, and that is its heartbeat
  /** Acceptor: null lets the connection in, a text refuses it (NACK). */
  readonly admit?: () => string | null;
  /** The owner's hooks (server, client); the user of the link assigns `onMessage` and its siblings in `opened`. */
  readonly opened: (link: Link) => void;
  /** Acceptor: true: a message came; false: the owner waits for another one before it lets the peer in. */
  readonly named?: (link: Link, isNamed: boolean) => void;
  readonly closed: (link: Link, reason: CloseReason) => void;
};

type Outgoing = { kind: 'message'; json: string } | { kind: 'ping' } | { kind: 'pong'; ping: number };
type InAir = { n: number; kind: Outgoing['kind']; frame: Buffer; repeats: number; dueMs: number };

export class Link {
  /** A message of the peer, in order, each once. */
  onMessage: (message: JsonObject) => void = () => undefined;
  /** A ping or pong came, with the data of the peer's `heartbeatData` (`{}` without). */
  onHeartbeat: (data: JsonObject) => void = () => undefined;
  /** The link is over; called once, also after our own `close`. What was not acknowledged may be lost. */
  onClose: (reason: CloseReason) => void = () => undefined;

  readonly remoteAddress: string;
  /** The peer is a process of this machine. */
  readonly isLocal: boolean;
  readonly #options: LinkOptions;
  readonly #socket: LinkSocket;
  readonly #ticker: Ticker;
  readonly #decoder = createFrameDecoder(LIMITS);
  readonly #heartbeat: Heartbeat;
  readonly #isTooMuchTalk: () => boolean;
  #state: 'new' | 'opening' | 'open' | 'closing' | 'closed' = 'new';
  #unsubscribe: () => void = () => undefined;
  #queue: Outgoing[] = [];
  #inAir: InAir | null = null;
  #sentN = 0;
  #receivedN = 0;
  #out: Uint8Array[] = [];
  #corked = false;
  readonly #times: LinkTimes = { lastByteMs: 0, begunMs: null, stepByMs: null };
  #lastSentMs = 0;
  #pausedMs: number | null = null;
  #bye: CloseReason | null = null;
  #closing: CloseReason = { code: 'closed', detail: 'closed' };

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#socket = options.socket;
    ({ remoteAddress: this.remoteAddress, isLocal: this.isLocal } = options.socket);
    this.#ticker = options.ticker;
    const awakeMs = (): number => options.ticker.awakeMs();
    this.#isTooMuchTalk = createSmallTalk(awakeMs);
    const { role, nowMs, heartbeatData: data, messagesBeat = false } = options;
    this.#heartbeat = createHeartbeat({ role, nowMs, awakeMs, data, messagesBeat });
  }

  get state(): 'new' | 'opening' | 'open' | 'closing' | 'closed' {
    return this.#state;
  }

  /** The peer's clock minus ours in ms, by the smallest round trip of the last pings; null before the first. */
  get clockOffsetMs(): number | null {
    return this.#heartbeat.best()?.offsetMs ?? null;
  }

  /** Begins: the opener says ENQ, the acceptor waits for it. Called once, by the owner. */
  start(): void {
    invariant(this.#state === 'new', 'a link starts once');
    this.#state = 'opening';
    this.#times.lastByteMs = this.#ticker.awakeMs();
    const opener = this.#options.role === 'opener';
    this.#times.stepByMs = this.#times.lastByteMs + (opener ? LIMITS.deadPeerMs : LIMITS.helloMs);
    this.#unsubscribe = this.#ticker.subscribe((nowMs) => this.#tick(nowMs));
    this.#socket.listen({ data: (chunk) => this.#read(chunk), closed: (error) => this.#socketClosed(error) });
    if (opener) this.#write(SIGNS.enq);
  }

  /**
   * Queues one message (JSON text of at most `MESSAGE_BYTES`, no key `n`, type none of ping, pong, bye). Never fails:
   * a link that cannot deliver ends, and says so by `onClose`; on a link that is over it does nothing.
   */
  send(message: JsonObject): void {
    invariant(isMessage(message), `a message must leave n and the link's types alone: ${String(message['type'])}`);
    if (this.#state === 'closing' || this.#state === 'closed') return;
    const json = JSON.stringify(message);
    invariant(Buffer.byteLength(json) <= MESSAGE_BYTES, `a ${String(message['type'])} too long for one frame`);
    if (this.#queue.length >= LIMITS.linkQueueFrames) {
      this.#finish({ code: 'queue-full', detail: `${this.#queue.length} frames wait for the peer` });
      return;
    }
    this.#queue.push({ kind: 'message', json });
    this.#dispatch();
  }

  /**
   * Ends the link: what is queued still goes out for up to `LIMITS.frameAckMs`, then the peer is told the reason and
   * EOT. From now on nothing is received. `onClose` follows when it is over (at once when nothing is queued).
   */
  close(reason: CloseReason = { code: 'closed', detail: 'closed' }): void {
    if (this.#state === 'closing' || this.#state === 'closed') return;
    this.#queue = this.#state === 'open' ? this.#queue.filter((item) => item.kind === 'message') : [];
    this.#state = 'closing';
    this.#closing = reason;
    this.#times.stepByMs = this.#ticker.awakeMs() + LIMITS.frameAckMs;
    this.resume();
    this.#dispatch();
  }

  /** Acceptor: the peer's next message must come in time: it has not proved yet who it is. */
  awaitMessage(): void {
    if (this.#state !== 'open') return;
    this.#times.stepByMs = this.#ticker.awakeMs() + LIMITS.helloMs;
    this.#options.named?.(this, false);
  }

  /** Stops reading: the peer's next frame stays unacknowledged. For seconds at most, or the peer gives up. */
  pause(): void {
    if (this.#state === 'closed' || this.#pausedMs !== null) return;
    this.#pausedMs = this.#ticker.awakeMs();
    this.#socket.pause();
  }

  /** Reads again; no deadline ran meanwhile. */
  resume(): void {
    if (this.#pausedMs === null) return;
    const pausedForMs = this.#ticker.awakeMs() - this.#pausedMs;
    this.#pausedMs = null;
    this.#times.lastByteMs += pausedForMs;
    if (this.#times.begunMs !== null) this.#times.begunMs += pausedForMs;
    if (this.#inAir !== null) this.#inAir.dueMs += pausedForMs;
    if (this.#state !== 'closed') this.#socket.resume();
  }

  #read(chunk: Uint8Array): void {
    if (this.#state === 'closed') return;
    this.#times.lastByteMs = this.#ticker.awakeMs();
    this.#corked = true; // an ACK and the answer that its frame causes leave in one write
    try {
      let whole = false;
      for (const event of this.#decoder.push(chunk)) {
        this.#take(event);
        whole = true;
        if (this.#over()) return;
      }
      if (!this.#decoder.midFrame()) this.#times.begunMs = null;
      else if (whole || this.#times.begunMs === null) this.#times.begunMs = this.#times.lastByteMs;
    } finally {
      this.#corked = false;
      this.#flush();
    }
  }

  /** Asked again after a handler ran, which may have closed the link. */
  readonly #over = (): boolean => this.#state === 'closed';

  #take(event: FrameEvent): void {
    switch (event.kind) {
      case 'enq': return this.#takeEnq();
      case 'ack': return this.#state === 'opening' ? this.#takeOpening(true) : this.#takeAck();
      case 'nack': return this.#state === 'opening' ? this.#takeOpening(false) : this.#takeNack();
      case 'eot': return this.#finish(this.#bye ?? { code: 'closed-by-peer', detail: 'the peer closed the link' });
      case 'frame': return this.#takeFrame(event.payload);
      case 'bad-lrc': return this.#takeDamaged();
      case 'oversized':
        return this.#finish({ code: 'oversized-frame', detail: `a frame of more than ${LIMITS.frameBytes} bytes` });
      case 'malformed': return this.#malformed(event.reason);
      default: assertNever(event, 'event of the frame reader');
    }
  }

  #takeEnq(): void {
    if (this.#state !== 'opening' || this.#options.role !== 'acceptor') return this.#malformed('ENQ out of place');
    const refusal = this.#options.admit?.() ?? null;
    if (refusal !== null) {
      this.#write(SIGNS.nack);
      return this.#finish({ code: 'refused', detail: refusal });
    }
    this.#write(SIGNS.ack);
    this.#open(this.#times.stepByMs);
  }

  #takeOpening(isTaken: boolean): void {
    if (this.#options.role === 'acceptor') return this.#malformed('an answer before ENQ');
    if (isTaken) return this.#open(null);
    this.#finish({ code: 'refused', detail: 'the peer takes no more connections' });
  }

  #takeAck(): void {
    if (this.#inAir === null) return this.#smallTalk();
    this.#inAir = null;
    this.#dispatch();
  }

  #takeNack(): void {
    if (this.#inAir !== null) this.#repeat(this.#inAir, 'refused as damaged');
    else this.#smallTalk();
  }

  #takeDamaged(): void {
    if (!this.#isUp()) return this.#malformed('a damaged frame before the opening');
    this.#write(SIGNS.nack);
    this.#smallTalk();
  }

  #open(stepByMs: number | null): void {
    this.#state = 'open';
    this.#times.stepByMs = stepByMs;
    this.#lastSentMs = this.#ticker.awakeMs();
    this.#options.opened(this);
    if (this.#options.role === 'opener') this.#enqueuePing();
    this.#dispatch();
  }

  #takeFrame(text: string): void {
    if (!this.#isUp()) return this.#malformed('a frame before the opening');
    const parsed = parseLinkFrame(text);
    if ('malformed' in parsed) return this.#malformed(parsed.malformed);
    const { n, frame } = parsed;
    if (frame.type === 'bye') {
      this.#bye = reasonOfBye(frame);
      return;
    }
    if (this.#state === 'closing') return; // not acknowledged: it was not received
    if (n > this.#receivedN + 1) return this.#malformed(`frame ${n} after frame ${this.#receivedN}`);
    this.#write(SIGNS.ack);
    if (n <= this.#receivedN) return this.#smallTalk();
    this.#receivedN = n;
    if (frame.type !== 'message') this.#smallTalk();
    if (!this.#over()) this.#handle(frame, n);
  }

  #handle(frame: Exclude<LinkFrame, { type: 'bye' }>, n: number): void {
    switch (frame.type) {
      case 'ping':
        if (!this.#heartbeat.takePing(frame)) return void (this.#lastSentMs = this.#times.lastByteMs); // by its ACK
        this.#queue = this.#queue.filter((item) => item.kind !== 'pong'); // a newer ping makes the older answer void
        this.#queue.unshift({ kind: 'pong', ping: n });
        this.onHeartbeat(frame.data ?? {});
        return this.#dispatch();
      case 'pong':
        this.#heartbeat.takePong(frame);
        return this.onHeartbeat(frame.data ?? {});
      case 'message':
        if (this.#times.stepByMs !== null) {
          this.#times.stepByMs = null;
          this.#options.named?.(this, true);
        }
        return this.onMessage(frame.message);
      default: assertNever(frame, 'frame');
    }
  }

  /** Sends the next frame if none is in the air; ends a closing link that has nothing left to say. */
  #dispatch(): void {
    if (!this.#isUp()) return;
    if (this.#inAir === null) {
      const next = this.#queue.shift();
      if (next !== undefined) this.#transmit(next);
    }
    const idle = this.#inAir === null || (this.#inAir.kind !== 'message' && this.#queue.length === 0);
    if (this.#state === 'closing' && idle) this.#finish(this.#closing);
  }

  #transmit(item: Outgoing): void {
    const nowMs = this.#ticker.awakeMs();
    this.#sentN += 1;
    const n = this.#sentN;
    const frame = encodeFrame(numbered(n, item.kind === 'message' ? item.json : this.#heartbeat.json(item, n)));
    invariant(frame.length - 3 <= LIMITS.frameBytes, 'heartbeat data fits into a frame');
    this.#inAir = { n, kind: item.kind, frame, repeats: 0, dueMs: nowMs + LIMITS.frameAckMs };
    this.#lastSentMs = nowMs;
    this.#write(frame);
  }

  #repeat(inAir: InAir, why: string): void {
    if (inAir.repeats >= LIMITS.frameRetries) {
      this.#finish({ code: 'no-ack', detail: `a frame was ${why} after ${inAir.repeats} repetitions` });
      return;
    }
    inAir.repeats += 1;
    inAir.dueMs = this.#ticker.awakeMs() + LIMITS.frameAckMs;
    this.#heartbeat.repeated(inAir.n);
    this.#write(inAir.frame);
  }

  #enqueuePing(): void {
    if (!this.#queue.some((item) => item.kind === 'ping')) this.#queue.unshift({ kind: 'ping' });
  }

  #tick(nowMs: number): void {
    const stepIsLate = this.#times.stepByMs !== null && nowMs >= this.#times.stepByMs;
    if (this.#state === 'closed' && stepIsLate) this.#socket.destroy();
    if (this.#state === 'closing' && stepIsLate) this.#finish(this.#closing);
    if (this.#pausedMs !== null || (this.#state !== 'opening' && this.#state !== 'open')) return;
    const late = lateness(this.#state, this.#options.role, this.#times, nowMs);
    if (late !== null) return this.#finish(late);
    if (this.#state === 'opening') return;
    if (this.#inAir !== null && nowMs >= this.#inAir.dueMs) this.#repeat(this.#inAir, 'not acknowledged');
    if (!this.#heartbeat.due(nowMs, this.#lastSentMs)) return;
    this.#enqueuePing();
    this.#dispatch();
  }

  #isUp(): boolean {
    return this.#state === 'open' || this.#state === 'closing';
  }

  #smallTalk(): void {
    if (this.#isTooMuchTalk()) this.#malformed('a flood of heartbeats, repetitions or stray bytes');
  }

  #malformed(detail: string): void {
    this.#finish({ code: 'malformed-frame', detail });
  }

  #socketClosed(error: Error | null): void {
    this.#unsubscribe();
    if (this.#state === 'closed') return;
    const closing = this.#state === 'closing' ? this.#closing : null;
    this.#state = 'closed';
    this.#tell(closing ?? this.#bye ?? (error === null
      ? { code: 'closed-by-peer', detail: 'the connection ended without a good-bye' }
      : { code: 'socket-error', detail: error.message }));
  }

  /** Says good-bye as far as the peer can hear it, ends the socket, and tells the owner and the user. */
  #finish(reason: CloseReason): void {
    if (this.#state === 'closed') return;
    const sayWhy = this.#isUp() && this.#bye === null;
    this.#state = 'closed'; // first, because a write can find the peer not reading and come back here
    if (reason.code !== 'closed-by-peer') {
      const bye = { type: 'bye', code: reason.code, detail: reason.detail.slice(0, 500) };
      if (sayWhy) this.#write(encodeFrame(numbered(this.#sentN + 1, JSON.stringify(bye))));
      this.#write(SIGNS.eot);
    }
    this.#flush();
    this.#socket.resume();
    this.#socket.end();
    this.#times.stepByMs = this.#ticker.awakeMs() + LIMITS.frameAckMs;
    this.#tell(reason);
  }

  #tell(reason: CloseReason): void {
    this.#queue = [];
    this.#inAir = null;
    this.#options.closed(this, reason);
    this.onClose(reason);
  }

  #write(data: Uint8Array): void {
    this.#out.push(data);
    if (!this.#corked) this.#flush();
  }

  #flush(): void {
    const [first, ...rest] = this.#out;
    if (first === undefined) return;
    this.#out = [];
    this.#socket.write(rest.length === 0 ? first : Buffer.concat([first, ...rest]));
    if (this.#state !== 'closed' && this.#socket.bufferedBytes() > UNREAD_BYTES) {
      this.#finish({ code: 'queue-full', detail: 'the peer does not read what it is sent' });
    }
  }
}
