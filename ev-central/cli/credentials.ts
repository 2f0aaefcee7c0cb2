// Passwords, PINs and secrets as the tools make them: hashed here, so that none ever travels in an order.
import { randomBytes, randomInt } from 'node:crypto';
import bcrypt from 'bcrypt';
import { hashSecret, SECRET_BYTES, secretText } from '../../shared/point-proof.ts';
import { UsageError } from './tool-action.ts';

/** Work factor for people's passwords. 4 is enough for a network that is generated for a demo or a replay. */
export const BCRYPT_COST = 10;
/** bcrypt reads no further. */
const PASSWORD_BYTES = 72;

/** A point's secret: `text` is shown once, `sha256Base64` is what Central stores. */
export function makePointSecret(): { text: string; sha256Base64: string } {
  const secret = randomBytes(SECRET_BYTES);
  return { text: secretText(secret), sha256Base64: hashSecret(secret).toString('base64') };
}

export function makePassword(): string {
  return randomBytes(12).toString('base64url');
}

export function makePin(): string {
  return String(randomInt(10_000)).padStart(4, '0');
}

export async function hashPassword(password: string, cost: number): Promise<string> {
  if (password === '' || Buffer.byteLength(password) > PASSWORD_BYTES) {
    throw new UsageError(`a password has 1 to ${PASSWORD_BYTES} bytes`);
  }
  return bcrypt.hash(password, cost);
}

export async function hashPin(pin: string, cost: number): Promise<string> {
  if (!/^\d{4,12}$/.test(pin)) throw new UsageError('a PIN has 4 to 12 digits');
  return bcrypt.hash(pin, cost);
}
