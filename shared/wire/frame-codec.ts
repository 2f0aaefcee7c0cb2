// The frames of every TCP link: <STX> payload <ETX> <LRC>, and the control bytes between them. Pure and incremental:
// bytes in, events out; it never sees a socket. Each byte is looked at once and a payload is copied at most once, so
// time and memory are linear in what was received, however it was split.
//
// The LRC is read by position, so it may equal any control byte. After a bad LRC nobody knows where in a frame the
// reader stands, and the byte that looks like ACK, NACK or EOT may be a payload's LRC. A false ACK would lose a frame
// without a trace, while a lost ACK only costs a repetition. So everything up to the next STX is skipped, control
// bytes too. An STX inside a payload (JSON never contains one) means that the end of the frame before it was lost:
// the reader begins again there, and the sender, who gets no ACK for the lost one, repeats it.
import { isUtf8 } from 'node:buffer';
import { BugError, assertNever } from '../assert.ts';

export const CONTROL = { stx: 0x02, etx: 0x03, eot: 0x04, enq: 0x05, ack: 0x06, nack: 0x15 } as const;

/** The control bytes as they are written. */
export const SIGNS = {
  eot: Buffer.of(CONTROL.eot), enq: Buffer.of(CONTROL.enq), ack: Buffer.of(CONTROL.ack), nack: Buffer.of(CONTROL.nack),
} as const;

const EMPTY = Buffer.alloc(0);

export type FrameEvent =
  | { readonly kind: 'enq' | 'ack' | 'nack' | 'eot' }
  | { readonly kind: 'frame'; readonly payload: string }
  | { readonly kind: 'bad-lrc' }
  | { readonly kind: 'oversized' }
  | { readonly kind: 'malformed'; readonly reason: string };

export type FrameDecoder = {
  /** Takes the next bytes and returns what they completed. After `oversized` or `malformed` it returns nothing more. */
  push(chunk: Uint8Array): FrameEvent[];
  /** True while a frame has begun and is not whole. */
  midFrame(): boolean;
};

/**
 * Encodes one payload (JSON text, which escapes control characters) as a frame.
 * Throws `BugError` when the text holds a control character: it did not come from JSON.stringify.
 */
export function encodeFrame(payloadJson: string): Buffer {
  const payloadBytes = Buffer.byteLength(payloadJson);
  const frame = Buffer.allocUnsafe(payloadBytes + 3);
  frame[0] = CONTROL.stx;
  frame.write(payloadJson, 1);
  let lrc = 0;
  for (let i = 1; i <= payloadBytes; i += 1) {
    const byte = frame[i] ?? 0;
    if (byte < 0x20) throw new BugError(`a frame's payload must be JSON: it holds the control byte ${byte}`);
    lrc ^= byte;
  }
  frame[payloadBytes + 1] = CONTROL.etx;
  frame[payloadBytes + 2] = lrc;
  return frame;
}

/** Makes the reader of one direction of one connection. `frameBytes` bounds a payload. */
export function createFrameDecoder(limits: { readonly frameBytes: number }): FrameDecoder {
  return new FrameReader(limits.frameBytes);
}

/** Where in a frame the reader stands, and what it has of it. */
class FrameReader implements FrameDecoder {
  readonly #frameBytes: number;
  readonly #payload = new PayloadBuffer();
  #state: 'between' | 'payload' | 'lrc' | 'skipping' | 'ended' = 'between';
  #lrc = 0;
  #skippedBytes = 0;

  constructor(frameBytes: number) {
    this.#frameBytes = frameBytes;
  }

  push(chunk: Uint8Array): FrameEvent[] {
    const events: FrameEvent[] = [];
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = 0;
    while (at < bytes.length && this.#state !== 'ended') {
      switch (this.#state) {
        case 'between': at = this.#readBetween(bytes, at, events); break;
        case 'payload': at = this.#readPayload(bytes, at, events); break;
        case 'lrc': at = this.#readLrc(bytes, at, events); break;
        case 'skipping': at = this.#skip(bytes, at, events); break;
        default: assertNever(this.#state, 'state of the frame reader');
      }
    }
    this.#payload.keep();
    return events;
  }

  midFrame(): boolean {
    return this.#state === 'payload' || this.#state === 'lrc';
  }

  #readBetween(bytes: Buffer, at: number, events: FrameEvent[]): number {
    const byte = bytes[at] ?? 0;
    switch (byte) {
      case CONTROL.stx: this.#begin(); break;
      case CONTROL.enq: events.push({ kind: 'enq' }); break;
      case CONTROL.ack: events.push({ kind: 'ack' }); break;
      case CONTROL.nack: events.push({ kind: 'nack' }); break;
      case CONTROL.eot: events.push({ kind: 'eot' }); break;
      default: this.#end(events, { kind: 'malformed', reason: `byte ${byte} between frames` });
    }
    return at + 1;
  }

  #readPayload(bytes: Buffer, from: number, events: FrameEvent[]): number {
    let at = from;
    let byte = 0;
    let lrc = this.#lrc;
    for (; at < bytes.length; at += 1) {
      byte = bytes[at] ?? 0;
      if (byte === CONTROL.etx || byte === CONTROL.stx) break;
      lrc ^= byte;
    }
    this.#lrc = lrc;
    if (this.#payload.length + (at - from) > this.#frameBytes) {
      this.#end(events, { kind: 'oversized' });
      return bytes.length;
    }
    this.#payload.append(bytes.subarray(from, at));
    if (at === bytes.length) return at;
    if (byte === CONTROL.stx) this.#begin();
    else this.#state = 'lrc';
    return at + 1;
  }

  #readLrc(bytes: Buffer, at: number, events: FrameEvent[]): number {
    const whole = this.#payload.take();
    if (bytes[at] !== this.#lrc) {
      events.push({ kind: 'bad-lrc' });
      this.#state = 'skipping';
      this.#skippedBytes = 0;
    } else if (!isUtf8(whole)) {
      this.#end(events, { kind: 'malformed', reason: 'a payload that is not UTF-8' });
    } else {
      events.push({ kind: 'frame', payload: whole.toString('utf8') });
      this.#state = 'between';
    }
    return at + 1;
  }

  #skip(bytes: Buffer, from: number, events: FrameEvent[]): number {
    const stxAt = bytes.indexOf(CONTROL.stx, from);
    this.#skippedBytes += (stxAt < 0 ? bytes.length : stxAt) - from;
    if (this.#skippedBytes > this.#frameBytes) {
      this.#end(events, { kind: 'malformed', reason: `no frame within ${this.#frameBytes} bytes after a damaged one` });
      return bytes.length;
    }
    if (stxAt < 0) return bytes.length;
    this.#begin();
    return stxAt + 1;
  }

  #begin(): void {
    this.#state = 'payload';
    this.#lrc = 0;
    this.#payload.take();
  }

  #end(events: FrameEvent[], event: FrameEvent): void {
    events.push(event);
    this.#state = 'ended';
    this.#payload.take();
  }
}

/**
 * The payload read so far. One that lies whole in one chunk is only referred to; else it is collected in a buffer of
 * its own that doubles, so a peer that sends single bytes costs neither a list of slices nor quadratic copying.
 */
class PayloadBuffer {
  #view: Buffer = EMPTY;
  #own: Buffer = EMPTY;
  #ownLength = 0;

  get length(): number {
    return this.#view.length + this.#ownLength;
  }

  append(slice: Buffer): void {
    if (this.length === 0) this.#view = slice;
    else {
      this.keep();
      this.#copyIn(slice);
    }
  }

  /** Copies what is only referred to: the chunk belongs to the caller again when `push` returns. */
  keep(): void {
    if (this.#view.length > 0) this.#copyIn(this.#view);
    this.#view = EMPTY;
  }

  /** Hands out the payload and forgets it: an idle link holds no memory. */
  take(): Buffer {
    const whole = this.#ownLength > 0 ? this.#own.subarray(0, this.#ownLength) : this.#view;
    this.#view = EMPTY;
    this.#own = EMPTY;
    this.#ownLength = 0;
    return whole;
  }

  #copyIn(slice: Buffer): void {
    const needed = this.#ownLength + slice.length;
    if (needed > this.#own.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#own.length * 2, 64));
      this.#own.copy(larger, 0, 0, this.#ownLength);
      this.#own = larger;
    }
    slice.copy(this.#own, this.#ownLength);
    this.#ownLength = needed;
  }
}
