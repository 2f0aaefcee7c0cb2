import { describe, expect, it } from 'vitest';
import { randomBytes } from 'node:crypto';
import { open, seal, sealKey } from './seal.ts';

const secret = randomBytes(32).toString('base64');
const key = sealKey('p-1', secret);
const ends = { from: 'ALC-01', to: 'central', mid: 'm-1' };

describe('a sealed record', () => {
  it('opens for the peer that shares the key', () => {
    const { headers, value } = seal(key, 'up', 'ev.facts', ends, '{"energy":"€"}');
    expect(open(sealKey('p-1', secret), 'up', 'ev.facts', headers, value)).toBe('{"energy":"€"}');
  });

  it.each([
    ['another topic', 'up', 'ev.meter', {}],
    ['the other direction', 'down', 'ev.facts', {}],
    ['another sender', 'up', 'ev.facts', { from: 'ALC-02' }],
    ['another receiver', 'up', 'ev.facts', { to: 'ana' }],
    ['another message id', 'up', 'ev.facts', { mid: 'm-2' }],
  ] as const)('does not open for %s', (_name, direction, topic, change) => {
    const { headers, value } = seal(key, 'up', 'ev.facts', ends, 'x');
    expect(open(key, direction, topic, { ...headers, ...change }, value)).toBeUndefined();
  });

  it('does not open when any byte was changed, nor under another key', () => {
    const { headers, value } = seal(key, 'up', 'ev.facts', ends, 'payload');
    for (let i = 0; i < value.length; i++) {
      const damaged = Buffer.from(value);
      damaged[i] = (damaged[i] ?? 0) ^ 1;
      expect(open(key, 'up', 'ev.facts', headers, damaged)).toBeUndefined();
    }
    const other = sealKey('p-1', randomBytes(32).toString('base64'));
    expect(open(other, 'up', 'ev.facts', headers, value)).toBeUndefined();
    expect(open(key, 'up', 'ev.facts', headers, Buffer.alloc(3))).toBeUndefined();
  });

  it('never uses a nonce twice', () => {
    const nonces = new Set<string>();
    for (let i = 0; i < 2_000; i++) {
      nonces.add(seal(key, 'up', 'ev.facts', ends, 'x').value.subarray(0, 12).toString('hex'));
    }
    expect(nonces.size).toBe(2_000);
  });
});
