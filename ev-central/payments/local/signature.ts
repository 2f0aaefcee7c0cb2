// How the local gateway signs its webhooks: `t=<seconds>,v1=<HMAC-SHA-256 of "<seconds>.<body>", hexadecimal>`. The
// time is under the signature, so that nobody can send an old webhook again later.
import { createHmac, timingSafeEqual } from 'node:crypto';

export const SIGNATURE_HEADER = 'ev-gateway-signature';
/** A webhook may be this old, and this far ahead of our clock. */
const TOLERANCE_MS = 5 * 60_000;

export function signWebhook(body: string, secret: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1_000);
  return `t=${seconds},v1=${hmac(seconds, Buffer.from(body), secret).toString('hex')}`;
}

/** Why the signature does not prove the body; null when it does. */
export function signatureFault(
  header: string | null, body: Buffer, { secret, nowMs }: { secret: string; nowMs: number },
): string | null {
  if (header === null) return 'unsigned';
  const match = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header);
  if (match === null) return 'a signature that cannot be read';
  const seconds = Number(match[1]);
  if (!timingSafeEqual(hmac(seconds, body, secret), Buffer.from(match[2] ?? '', 'hex'))) return 'a wrong signature';
  return Math.abs(nowMs - seconds * 1_000) > TOLERANCE_MS ? 'too old, or of a clock that is wrong' : null;
}

function hmac(seconds: number, body: Buffer, secret: string): Buffer {
  return createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();
}
