// A client that lost its link logs in again with the password that it holds. In place of one more one-time code it
// proves that it is the client that was let in: by the login key that only that log-in was given.
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** Whose log-in, in which frame: a proof serves for no other. */
export type ProofOf = { readonly driverId: string; readonly frameId: string };

/** HMAC-SHA-256, base64, under a key derived from the login key (32 bytes, base64). */
export function loginProof(keyBase64: string, { driverId, frameId }: ProofOf): string {
  const secret = Buffer.from(keyBase64, 'base64');
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'ev-login-proof-1', 32));
  return createHmac('sha256', key).update(`${driverId}\n${frameId}`).digest('base64');
}

/** Is this the proof that the holder of that key makes? */
export function isLoginProof(proofBase64: string, keyBase64: string, of: ProofOf): boolean {
  const right = Buffer.from(loginProof(keyBase64, of), 'base64');
  const given = Buffer.from(proofBase64, 'base64');
  return given.length === right.length && timingSafeEqual(given, right);
}
