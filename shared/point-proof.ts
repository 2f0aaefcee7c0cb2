// How a charge point proves that it knows its secret without sending it: Central gives a nonce of this connection, the
// monitor answers with an HMAC. Its key is the SHA-256 of the secret, which is all that Central has of it; who has that
// hash can answer, so the database holds it only as the master key wraps it (decision 0021).
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A point's secret: 32 random bytes. */
export const SECRET_BYTES = 32;

/** The SHA-256 of a secret: what Central keeps, and what both sides key the proof with. */
export function hashSecret(secret: Buffer): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Base64 of HMAC-SHA-256 keyed with the secret's SHA-256 over nonce ‖ point id (UTF-8). */
export function pointProof(secretSha256: Buffer, nonce: Buffer, pointId: string): string {
  return createHmac('sha256', secretSha256).update(nonce).update(pointId, 'utf8').digest('base64');
}

/** True when the proof is the right one; takes the same time for every wrong one. */
export function isPointProof(
  secretSha256: Buffer, nonce: Buffer, answer: { pointId: string; proofBase64: string },
): boolean {
  const right = Buffer.from(pointProof(secretSha256, nonce, answer.pointId), 'base64');
  const given = Buffer.from(answer.proofBase64, 'base64');
  return right.length === given.length && timingSafeEqual(right, given);
}

/** A secret as it is printed once and typed in: base64url, without padding. */
export function secretText(secret: Buffer): string {
  return secret.toString('base64url');
}

/** Reads a secret as it was printed; undefined when the text is none. */
export function parseSecret(text: string): Buffer | undefined {
  const trimmed = text.trim();
  if (!/^[A-Za-z0-9_-]{43}$/.test(trimmed)) return undefined;
  const secret = Buffer.from(trimmed, 'base64url');
  return secret.length === SECRET_BYTES ? secret : undefined;
}
