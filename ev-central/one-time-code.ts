// One-time codes of an authenticator (TOTP, RFC 6238: six digits, 30 s, SHA-1, as every authenticator app reads them)
// and recovery codes. The core decides what a code is worth; here it is only found out what it is. This file alone
// imports the library.
import { createHash } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { CodeFound, CodeSecrets } from './core/code-found.ts';

const STEP_S = 30;
/** RFC 4226 asks for at least 128 bits and recommends 160. */
const SECRET_BYTES = 20;
/** The code before and the one behind the present one: clocks differ, and typing takes time (RFC 6238, 5.2). */
const WINDOW = 1;
const RECOVERY_CODES = 10;
/** 80 bits: too many to be guessed even from a copy of their hashes. */
const RECOVERY_BYTES = 10;
const ISSUER = 'EV network';

export type NewRecoveryCodes = { readonly codes: readonly string[]; readonly sha256s: readonly string[] };
export type NewSecondFactor = {
  /** For typing into an authenticator, and as the address that its QR code holds. Shown once. */
  readonly secretText: string; readonly uri: string;
  readonly secretBase64: string;
  readonly recovery: NewRecoveryCodes;
};

type RandomBytes = (count: number) => Buffer;

export function makeSecondFactor(userId: string, randomBytes: RandomBytes): NewSecondFactor {
  const bytes = randomBytes(SECRET_BYTES);
  const totp = totpOf(bytes, userId);
  return {
    secretText: totp.secret.base32, uri: totp.toString(), secretBase64: bytes.toString('base64'),
    recovery: makeRecoveryCodes(randomBytes),
  };
}

export function makeRecoveryCodes(randomBytes: RandomBytes): NewRecoveryCodes {
  const codes = Array.from({ length: RECOVERY_CODES }, () =>
    secretOf(randomBytes(RECOVERY_BYTES)).base32.replace(/(.{4})(?=.)/g, '$1-'));
  return { codes, sha256s: codes.map(sha256Of) };
}

/** What this code is at this time. Without a second factor a code is nobody's business: none was needed. */
export function findCode(secrets: CodeSecrets | null, code: string | null, nowMs: number): CodeFound {
  if (secrets === null || code === null) return { kind: 'none' };
  const typed = code.replaceAll(/[\s-]/g, '');
  if (/^\d{6}$/.test(typed)) {
    const totp = totpOf(Buffer.from(secrets.secretBase64, 'base64'), '');
    const delta = totp.validate({ token: typed, timestamp: nowMs, window: WINDOW });
    return delta === null ? { kind: 'wrong' } : { kind: 'timed', counter: counterAt(nowMs) + delta };
  }
  const sha256 = sha256Of(typed);
  return secrets.recoverySha256s.includes(sha256) ? { kind: 'recovery', sha256 } : { kind: 'wrong' };
}

/** The code that an authenticator shows at this time. */
export function codeAt(secretBase64: string, nowMs: number): string {
  return totpOf(Buffer.from(secretBase64, 'base64'), '').generate({ timestamp: nowMs });
}

function counterAt(nowMs: number): number {
  return Math.floor(nowMs / 1_000 / STEP_S);
}

function totpOf(bytes: Buffer, label: string): TOTP {
  return new TOTP({ issuer: ISSUER, label, algorithm: 'SHA1', digits: 6, period: STEP_S, secret: secretOf(bytes) });
}

function secretOf(bytes: Buffer): Secret {
  return new Secret({ buffer: new Uint8Array(bytes).buffer });
}

/** As it is typed, with or without dashes, in small or capital letters. */
function sha256Of(code: string): string {
  return createHash('sha256').update(code.replaceAll(/[\s-]/g, '').toUpperCase()).digest('base64');
}
