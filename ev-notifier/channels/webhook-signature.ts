// Signatures of webhooks, as Standard Webhooks 1.0 has them: the receiver recomputes HMAC-SHA256 over
// `<id>.<timestamp>.<body>` and looks whether the timestamp is near its own clock, so that nothing can be played again.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** A receiver takes nothing that is further from its clock. */
export const REPLAY_WINDOW_MS = 5 * 60_000;
const PREFIX = 'whsec_';

export type SignedHeaders = {
  readonly 'webhook-id': string; readonly 'webhook-timestamp': string; readonly 'webhook-signature': string;
};

/** 24 to 64 bytes, base64, with or without `whsec_` before; undefined when it is something else. */
export function webhookSecret(text: string): Buffer | undefined {
  const base64 = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const secret = Buffer.from(base64, 'base64');
  return secret.length >= 24 && secret.length <= 64 ? secret : undefined;
}

/** With several secrets (a newer one, and that before it until the receiver has the newer) a signature of each. */
export function signWebhook(
  secrets: readonly Buffer[], { id, atMs, body }: { readonly id: string; readonly atMs: number; readonly body: string },
): SignedHeaders {
  const timestamp = String(Math.floor(atMs / 1_000));
  return {
    'webhook-id': id, 'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) =>
      `v1,${mac(secret, `${id}.${timestamp}.${body}`).toString('base64')}`).join(' '),
  };
}

/** What a receiver does; null: it is genuine and new. The id tells one that came before. */
export function webhookObjection(
  secret: Buffer, headers: SignedHeaders, body: string, nowMs: number,
): 'too-old' | 'wrong-signature' | null {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  const wanted = mac(secret, `${id}.${timestamp}.${body}`);
  const isGenuine = signatures.split(' ').some((each) => {
    const given = Buffer.from(each.startsWith('v1,') ? each.slice(3) : '', 'base64');
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  });
  if (!isGenuine) return 'wrong-signature';
  return Math.abs(Number(timestamp) * 1_000 - nowMs) <= REPLAY_WINDOW_MS ? null : 'too-old';
}

function mac(secret: Buffer, text: string): Buffer {
  return createHmac('sha256', secret).update(text, 'utf8').digest();
}
