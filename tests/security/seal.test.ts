// A sealed record can be read and made only by the pair that has its key, and only for the place that it was made for.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { open, seal, sealKey, type SealedHeaders } from '../../shared/seal.ts';

const TOPIC = 'ev.facts';
const TEXT = JSON.stringify({ type: 'session-ended', pointId: 'ALC-01', meterStopWh: 1_234 });
const ENDS = { from: 'ALC-01', to: 'central', mid: 'ALC-01-7-3' };
const key = sealKey('p-1', randomBytes(32).toString('base64'));
const other = sealKey('p-2', randomBytes(32).toString('base64'));
const sealed = seal(key, 'up', TOPIC, ENDS, TEXT);

describe('a sealed record', () => {
  it('opens for whom it is, and shows nothing of itself to others', () => {
    expect(open(key, 'up', TOPIC, sealed.headers, sealed.value)).toBe(TEXT);
    for (let at = 0; at + 4 <= TEXT.length; at += 1) expect(sealed.value.includes(TEXT.slice(at, at + 4))).toBe(false);
  });

  it('does not open with the key of another point or driver, also when that one claims the key id', () => {
    const claimed = sealKey(key.keyId, randomBytes(32).toString('base64'));
    expect(open(other, 'up', TOPIC, sealed.headers, sealed.value)).toBeUndefined();
    expect(open(other, 'up', TOPIC, { ...sealed.headers, kid: other.keyId }, sealed.value)).toBeUndefined();
    expect(open(claimed, 'up', TOPIC, sealed.headers, sealed.value)).toBeUndefined();
  });

  it('is not made with the same bytes under another key id: the id is part of the key', () => {
    const secret = randomBytes(32).toString('base64');
    const record = seal(sealKey('p-3', secret), 'up', TOPIC, ENDS, TEXT);
    expect(open(sealKey('p-4', secret), 'up', TOPIC, { ...record.headers, kid: 'p-4' }, record.value)).toBeUndefined();
  });

  it('cannot be turned round: what goes up is none of what comes down', () => {
    expect(open(key, 'down', TOPIC, sealed.headers, sealed.value)).toBeUndefined();
    const turned: SealedHeaders = { ...sealed.headers, from: sealed.headers.to, to: sealed.headers.from };
    expect(open(key, 'down', TOPIC, turned, sealed.value)).toBeUndefined();
  });

  it.each<[string, string, Partial<SealedHeaders>]>([
    ['another topic', 'ev.meter', {}],
    ['the same topic of another network', 'ev2.facts', {}],
    ['another sender', TOPIC, { from: 'ALC-02' }],
    ['another receiver', TOPIC, { to: 'ALC-02' }],
    ['another message id', TOPIC, { mid: 'ALC-01-7-4' }],
    ['another key id', TOPIC, { kid: 'p-2' }],
    ['a sender and a receiver that share their letters otherwise', TOPIC, { from: 'ALC-0', to: '1central' }],
    ['headers that are missing', TOPIC, { from: '', to: '', mid: '' }],
  ])('cannot be moved to %s', (_what, topic, change) => {
    expect(open(key, 'up', topic, { ...sealed.headers, ...change }, sealed.value)).toBeUndefined();
  });

  it('does not open with any one of its bits turned', () => {
    for (let at = 0; at < sealed.value.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const forged = Buffer.from(sealed.value);
        forged.writeUInt8(forged.readUInt8(at) ^ (1 << bit), at);
        expect(open(key, 'up', TOPIC, sealed.headers, forged)).toBeUndefined();
      }
    }
  });

  it('does not open when it is cut at any length, lengthened, or put together of two', () => {
    const second = seal(key, 'up', TOPIC, ENDS, TEXT.replace('1234', '9999'));
    for (let length = 0; length < sealed.value.length; length += 1) {
      expect(open(key, 'up', TOPIC, sealed.headers, sealed.value.subarray(0, length))).toBeUndefined();
      const spliced = Buffer.concat([sealed.value.subarray(0, length), second.value.subarray(length)]);
      if (!spliced.equals(second.value)) expect(open(key, 'up', TOPIC, sealed.headers, spliced)).toBeUndefined();
    }
    expect(open(key, 'up', TOPIC, sealed.headers, Buffer.concat([sealed.value, Buffer.of(0)]))).toBeUndefined();
  });

  it('never uses a nonce twice, and the same text never looks the same', () => {
    const nonces = new Set<string>();
    for (let i = 0; i < 5_000; i += 1) {
      nonces.add(seal(key, 'up', TOPIC, ENDS, 'x').value.subarray(0, 12).toString('hex'));
    }
    expect(nonces.size).toBe(5_000);
  });
});
