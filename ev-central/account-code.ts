// Codes for letters: 160 random bits, which nobody guesses. The text goes into the letter, the hash is kept.
import { createHash } from 'node:crypto';
import type { NewCode } from '../shared/messages/accounts.ts';

const CODE_BYTES = 20;

export function makeAccountCode(randomBytes: (count: number) => Buffer): NewCode {
  const text = randomBytes(CODE_BYTES).toString('hex');
  return { text, sha256: hashAccountCode(text) };
}

/** Of a code as it was copied from a letter. */
export function hashAccountCode(text: string): string {
  return createHash('sha256').update(text.trim().toLowerCase()).digest('base64');
}
