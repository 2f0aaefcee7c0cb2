import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { mailCode, readMailCode } from './mail-code.ts';

const KEY = createSecretKey(Buffer.alloc(32, 1));

describe('a code in a letter', () => {
  const code = mailCode(KEY, 'reset-password', 'k7f2-812') ?? '';

  it('tells which letter it stood in, however it is typed', () => {
    expect(code).toMatch(/^k7f2-812-[A-Z2-7]{20}$/);
    const typed = `k7f2-812-${code.slice(-20).toLowerCase().replace(/(.{5})/g, '$1 ')}\n`;
    expect([readMailCode(KEY, code), readMailCode(KEY, ` ${typed}`)]).toEqual(['k7f2-812', 'k7f2-812']);
  });

  it.each([
    ['of another letter', code.replace('812', '813')],
    ['with one character changed', `${code.slice(0, -1)}${code.endsWith('7') ? 'A' : '7'}`],
    ['cut short', code.slice(0, -1)], ['without its letter', code.slice(-20)], ['that is nothing', ''],
    ['in another script', `k7f2-812-${'é'.repeat(20)}`],
  ])('%s is none of ours', (_what, text) => {
    expect(readMailCode(KEY, text)).toBeNull();
  });

  it('made under another key is none of ours, and notices have none', () => {
    expect(readMailCode(createSecretKey(Buffer.alloc(32, 2)), code)).toBeNull();
    expect(mailCode(KEY, 'password-changed', 'k7f2-812')).toBeNull();
  });
});
