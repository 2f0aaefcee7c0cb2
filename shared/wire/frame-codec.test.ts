import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../limits.ts';
import { CONTROL, createFrameDecoder, encodeFrame } from './frame-codec.ts';
import type { FrameEvent } from './frame-codec.ts';
import { parseJsonObject } from './json.ts';

const control: FrameEvent[] = [{ kind: 'enq' }, { kind: 'ack' }, { kind: 'nack' }, { kind: 'eot' }];
const payload = fc.json({ maxDepth: 3 });
const part = fc.oneof(
  fc.constantFrom(...control),
  payload.map((text): FrameEvent => ({ kind: 'frame', payload: text })),
);

describe('a frame', () => {
  test('is STX, the payload, ETX and the XOR of the payload', () => {
    expect([...encodeFrame('{}')]).toEqual([0x02, 0x7b, 0x7d, 0x03, 0x7b ^ 0x7d]);
  });

  test('is refused when its payload holds a control character', () => {
    expect(() => encodeFrame('{"a":"\u0003"}')).toThrow('control byte 3');
  });
});

describe('any sequence of frames and control bytes is read the same', () => {
  test('whole', () => {
    fc.assert(fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      expect(decode([encodeAll(parts)])).toEqual(parts);
    }));
  });

  test('byte by byte', () => {
    fc.assert(fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      expect(decode([...encodeAll(parts)].map((byte) => Buffer.of(byte)))).toEqual(parts);
    }));
  });

  test('at random splits, also when the caller uses its buffer again', () => {
    fc.assert(fc.property(fc.array(part, { maxLength: 12 }), fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
      (parts, sizes) => {
        const bytes = encodeAll(parts);
        const decoder = createFrameDecoder(LIMITS);
        const events: FrameEvent[] = [];
        for (let at = 0; at < bytes.length;) {
          const chunk = Buffer.from(bytes.subarray(at, at + Number(sizes.next().value)));
          at += chunk.length;
          events.push(...decoder.push(chunk));
          chunk.fill(0xff);
        }
        expect(events).toEqual(parts);
        expect(decoder.midFrame()).toBe(false);
      }));
  });
});

describe('a damaged stream', () => {
  test('never throws, never reads a payload over the limit, and says nothing more once it has ended', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }), (chunks) => {
      const events = decode(chunks, 100);
      const endAt = events.findIndex(({ kind }) => kind === 'oversized' || kind === 'malformed');
      if (endAt >= 0) expect(endAt).toBe(events.length - 1);
      for (const event of events) {
        if (event.kind === 'frame') expect(Buffer.byteLength(event.payload)).toBeLessThanOrEqual(100);
      }
    }), { numRuns: 500 });
  });

  // A byte that turned into ETX, with an LRC after it that fits by chance, gives a payload that is cut short: 8 bits
  // see no more. The beginning of a JSON object is never one itself, so the link ends such a connection as malformed.
  test('of which one payload byte was changed never gives another message, and the repeated frame is read', () => {
    const flip = fc.integer({ min: 1, max: 255 });
    fc.assert(fc.property(payload, fc.nat(), flip, (json, position, bits) => {
      const text = `{"a":${json}}`;
      const damaged = Buffer.from(encodeFrame(text));
      const at = 1 + (position % (damaged.length - 3));
      damaged[at] = (damaged[at] ?? 0) ^ bits;
      const events = decode([damaged, encodeFrame(text)]);
      const payloads = events.flatMap((event) => (event.kind === 'frame' ? [event.payload] : []));
      const cutShort = payloads.some((each) => parseJsonObject(each) === null);
      expect(payloads.filter((each) => parseJsonObject(each) !== null)).toEqual(cutShort ? [] : [text]);
      expect(events.at(-1)?.kind).toBe(cutShort ? 'malformed' : 'frame');
      expect(events.some(({ kind }) => kind === 'ack' || kind === 'nack' || kind === 'eot')).toBe(false);
    }), { numRuns: 500 });
  });

  test('of which the end of a frame was lost goes on with the repeated frame', () => {
    const cut = encodeFrame('{"n":1}').subarray(0, 5);
    expect(decode([cut, encodeFrame('{"n":1}')])).toEqual([{ kind: 'frame', payload: '{"n":1}' }]);
  });

  test('takes the LRC by position, whatever byte it is', () => {
    // 'a' ^ 'g' is ACK, 'a' ^ 'e' is EOT, 'a' ^ 'c' is STX, 'a' ^ 'b' is ETX.
    for (const text of ['"ag"', '"ae"', '"ac"', '"ab"']) {
      const frame = { kind: 'frame', payload: text };
      expect(decode([encodeFrame(text), Buffer.of(CONTROL.ack)])).toEqual([frame, { kind: 'ack' }]);
    }
  });

  test('after a bad LRC skips control bytes too, up to the next STX', () => {
    const damaged = Buffer.from(encodeFrame('{"n":1}'));
    damaged[3] = CONTROL.etx; // the frame seems to end early, its true LRC may look like an ACK
    const bytes = [damaged, Buffer.of(CONTROL.ack, CONTROL.eot, CONTROL.nack), encodeFrame('{"n":1}')];
    expect(decode(bytes)).toEqual([{ kind: 'bad-lrc' }, { kind: 'frame', payload: '{"n":1}' }]);
  });

  test('ends when nothing but rubbish follows a bad LRC', () => {
    const events = decode([Buffer.from([CONTROL.stx, 0x61, CONTROL.etx, 0x00]), Buffer.alloc(200, 0x20)], 100);
    expect(events.map(({ kind }) => kind)).toEqual(['bad-lrc', 'malformed']);
  });

  test('ends at a payload that is not UTF-8, at text between frames, and at a payload over the limit', () => {
    expect(decode([Buffer.from([CONTROL.stx, 0xc3, 0x28, CONTROL.etx, 0xc3 ^ 0x28])]).map(({ kind }) => kind))
      .toEqual(['malformed']);
    expect(decode([Buffer.from('GET / HTTP/1.1')]).map(({ kind }) => kind)).toEqual(['malformed']);
    expect(decode([encodeFrame(`"${'a'.repeat(98)}"`)], 100).map(({ kind }) => kind)).toEqual(['frame']);
    expect(decode([encodeFrame(`"${'a'.repeat(99)}"`)], 100).map(({ kind }) => kind)).toEqual(['oversized']);
  });
});

function encodeAll(parts: readonly FrameEvent[]): Buffer {
  return Buffer.concat(parts.map((event) => {
    switch (event.kind) {
      case 'frame': return encodeFrame(event.payload);
      case 'enq': case 'ack': case 'nack': case 'eot': return Buffer.of(CONTROL[event.kind]);
      default: throw new Error(`${event.kind} is not sent`);
    }
  }));
}

function decode(chunks: readonly Uint8Array[], frameBytes: number = LIMITS.frameBytes): FrameEvent[] {
  const decoder = createFrameDecoder({ frameBytes });
  return chunks.flatMap((chunk) => decoder.push(chunk));
}
