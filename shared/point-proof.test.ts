import { createHmac, createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashSecret, isPointProof, parseSecret, pointProof, secretText } from './point-proof.ts';

const secret = Buffer.alloc(32, 7);
const nonce = Buffer.from('abcdefabcdefabcdefabcdefabcdefab', 'hex');
const proofBase64 = pointProof(hashSecret(secret), nonce, 'ALC-01');

describe('the proof of a point', () => {
  it('is the HMAC of nonce and point id under the hashed secret', () => {
    const key = createHash('sha256').update(secret).digest();
    const message = Buffer.concat([nonce, Buffer.from('ALC-01')]);
    expect(proofBase64).toBe(createHmac('sha256', key).update(message).digest('base64'));
  });

  it('holds for its own nonce, point and secret only', () => {
    const holds = (s: Buffer, n: Buffer, pointId: string): boolean =>
      isPointProof(hashSecret(s), n, { pointId, proofBase64 });
    expect(holds(secret, nonce, 'ALC-01')).toBe(true);
    expect(holds(secret, nonce, 'ALC-02')).toBe(false);
    expect(holds(secret, Buffer.alloc(16), 'ALC-01')).toBe(false);
    expect(holds(Buffer.alloc(32, 8), nonce, 'ALC-01')).toBe(false);
  });

  it('refuses an answer of another length instead of throwing', () => {
    expect(isPointProof(hashSecret(secret), nonce, { pointId: 'ALC-01', proofBase64: '' })).toBe(false);
  });
});

describe('a secret as text', () => {
  it('reads back what was printed, with blanks around it', () => {
    expect(parseSecret(` ${secretText(secret)}\n`)).toEqual(secret);
  });

  it.each(['', 'short', `${secretText(secret)}A`, secretText(secret).replace(/.$/, '!')])('refuses %j', (text) => {
    expect(parseSecret(text)).toBeUndefined();
  });
});
