import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { codeAt, findCode, makeRecoveryCodes, makeSecondFactor } from './one-time-code.ts';

// RFC 6238, appendix B: the secret of its test vectors for SHA-1, times in seconds, and the last six of the eight
// digits that it gives.
const RFC_SECRET = Buffer.from('12345678901234567890').toString('base64');
const RFC_VECTORS: readonly (readonly [number, string])[] = [
  [59, '287082'], [1_111_111_109, '081804'], [1_111_111_111, '050471'], [1_234_567_890, '005924'],
  [2_000_000_000, '279037'], [20_000_000_000, '353130'],
];
const NOW_MS = 1_763_700_000_000;

describe('a one-time code', () => {
  it.each(RFC_VECTORS)('is at %i s the one that RFC 6238 gives', (seconds, code) => {
    const found = findCode({ secretBase64: RFC_SECRET, recoverySha256s: [] }, code, seconds * 1_000);
    expect(found).toEqual({ kind: 'timed', counter: Math.floor(seconds / 30) });
  });

  it('is known from one step before to one behind, by its own step', () => {
    const { secretBase64, recovery } = makeSecondFactor('ana', randomBytes);
    const secrets = { secretBase64, recoverySha256s: recovery.sha256s };
    const now = NOW_MS / 30_000;
    const found = [-2, -1, 0, 1, 2]
      .map((steps) => findCode(secrets, codeAt(secretBase64, NOW_MS + steps * 30_000), NOW_MS));
    expect(found).toEqual([
      { kind: 'wrong' }, { kind: 'timed', counter: now - 1 }, { kind: 'timed', counter: now },
      { kind: 'timed', counter: now + 1 }, { kind: 'wrong' },
    ]);
  });

  it('may be typed with a space, and a recovery code without its dashes and in small letters', () => {
    const { secretBase64, recovery } = makeSecondFactor('ana', randomBytes);
    const secrets = { secretBase64, recoverySha256s: recovery.sha256s };
    const code = codeAt(secretBase64, NOW_MS);
    expect(findCode(secrets, `${code.slice(0, 3)} ${code.slice(3)}`, NOW_MS).kind).toBe('timed');
    const [first = ''] = recovery.codes;
    expect(first).toMatch(/^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/);
    expect(findCode(secrets, first.replaceAll('-', '').toLowerCase(), NOW_MS))
      .toEqual({ kind: 'recovery', sha256: recovery.sha256s[0] });
  });

  it.each(['', '12345', '1234567', 'ABCD-EFGH-IJKL-MNOP', '١٢٣٤٥٦', '\0'.repeat(40)])('"%s" is wrong', (code) => {
    const { secretBase64, recovery } = makeSecondFactor('ana', randomBytes);
    expect(findCode({ secretBase64, recoverySha256s: recovery.sha256s }, code, NOW_MS)).toEqual({ kind: 'wrong' });
  });

  it('is nothing for who has no second factor, and when none was given', () => {
    const { secretBase64 } = makeSecondFactor('ana', randomBytes);
    expect(findCode(null, '123456', NOW_MS)).toEqual({ kind: 'none' });
    expect(findCode({ secretBase64, recoverySha256s: [] }, null, NOW_MS)).toEqual({ kind: 'none' });
  });
});

describe('a new second factor', () => {
  it('shows its secret as text and in the address of its QR code', () => {
    const { secretText, uri, secretBase64 } = makeSecondFactor('ana', randomBytes);
    expect(secretText).toMatch(/^[A-Z2-7]{32}$/);
    const address = new URL(uri);
    expect([address.protocol, address.host, decodeURIComponent(address.pathname)])
      .toEqual(['otpauth:', 'totp', '/EV network:ana']);
    expect(Object.fromEntries(address.searchParams)).toEqual({
      issuer: 'EV network', secret: secretText, algorithm: 'SHA1', digits: '6', period: '30',
    });
    expect(Buffer.from(secretBase64, 'base64')).toHaveLength(20);
  });

  it('has ten recovery codes, all different', () => {
    expect(new Set(makeRecoveryCodes(randomBytes).codes).size).toBe(10);
  });
});
