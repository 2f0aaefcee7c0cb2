// The codes in letters: the letter's id, and a code of it under a key of Central. So a code is nowhere stored, not even
// in a letter that waits, and a copy of the database without the master key yields none.
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { MailKind } from './core/account-rows.ts';

/** 100 bits: nobody guesses them, and they can still be typed. */
const CHARACTERS = 20;
/** Without 0, 1, 8 and 9, which look like letters. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const WITH_CODE = {
  register: true, 'verify-email': true, 'reset-password': true, 'already-registered': false, 'password-changed': false,
  'email-changed': false, 'debt-reminder': false, 'debt-final': false,
} as const satisfies Record<MailKind, boolean>;

/** The code for a letter; null for one that has none. */
export function mailCode(key: KeyObject, what: MailKind, mailId: string): string | null {
  return WITH_CODE[what] ? `${mailId}-${proofOf(key, mailId)}` : null;
}

/** The letter's id of a code that we made, as somebody has copied or typed it. Null: it is none of ours. */
export function readMailCode(key: KeyObject, text: string): string | null {
  const typed = text.replaceAll(/\s/g, '');
  const [mailId, given] = [typed.slice(0, -CHARACTERS - 1), typed.slice(-CHARACTERS).toUpperCase()];
  if (mailId === '' || typed.at(-CHARACTERS - 1) !== '-' || !/^[A-Z2-7]+$/.test(given)) return null;
  return timingSafeEqual(Buffer.from(given), Buffer.from(proofOf(key, mailId))) ? mailId : null;
}

function proofOf(key: KeyObject, mailId: string): string {
  const bytes = createHmac('sha256', key).update(`letter\n${mailId}`).digest();
  // 32 divides 256, so every character is as likely as another.
  return [...bytes.subarray(0, CHARACTERS)].map((byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('');
}
