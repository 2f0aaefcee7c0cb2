// Sealing of Kafka records: AES-256-GCM under a key that belongs to a pair, Central and one peer. HKDF derives one key
// per direction; topic, direction, sender, receiver and message id are authenticated, so a record can be neither read,
// nor forged, nor moved to another topic or sender. The value is nonce (12 bytes, random) ‖ ciphertext ‖ tag (16
// bytes). A KeyObject is made once per key: opening with it is four times as fast as with a Buffer
// (docs/performance.md).
import {
  createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomFillSync,
} from 'node:crypto';
import { invariant } from './assert.ts';

/** `up`: from a point or a driver to Central; `down`: from Central to it. */
export type SealDirection = 'up' | 'down';

/** Both directions of one pair's key. Holds secrets: never log it. */
export type SealKey = { readonly keyId: string; readonly up: KeyObject; readonly down: KeyObject };

/** What the headers of a sealed record say. Everything here is authenticated. */
export type SealedHeaders = { from: string; to: string; kid: string; mid: string };

export const CENTRAL = 'central';
export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const GCM = { authTagLength: TAG_BYTES };

/** Derives the pair of direction keys from the 32 bytes that were handed over. Throws `BugError` on another length. */
export function sealKey(keyId: string, keyBase64: string): SealKey {
  const secret = Buffer.from(keyBase64, 'base64');
  invariant(secret.length === KEY_BYTES, 'a sealing key has 32 bytes');
  const derive = (direction: SealDirection): KeyObject =>
    createSecretKey(Buffer.from(hkdfSync('sha256', secret, keyId, `ev-seal-1 ${direction}`, KEY_BYTES)));
  return { keyId, up: derive('up'), down: derive('down') };
}

/** Seals one payload for a topic (its full name, with prefix). */
export function seal(
  key: SealKey, direction: SealDirection, topic: string, ends: { from: string; to: string; mid: string }, text: string,
): { headers: SealedHeaders; value: Buffer } {
  const headers = { from: ends.from, to: ends.to, kid: key.keyId, mid: ends.mid };
  const nonce = nextNonce();
  const cipher = createCipheriv('aes-256-gcm', key[direction], nonce, GCM);
  cipher.setAAD(associatedData(topic, direction, headers));
  const body = cipher.update(text, 'utf8');
  cipher.final();
  return { headers, value: Buffer.concat([nonce, body, cipher.getAuthTag()]) };
}

/** Opens a sealed payload; undefined when it was not sealed with this key for this topic, direction and headers. */
export function open(
  key: SealKey, direction: SealDirection, topic: string, headers: SealedHeaders, value: Buffer,
): string | undefined {
  if (headers.kid !== key.keyId) return undefined;
  return openBytes(key[direction], associatedData(topic, direction, headers), value)?.toString('utf8');
}

/**
 * As `open`, from its parts: one direction's key and the bytes of `associatedText`. The text is decoded by the caller
 * in one piece: asked for it, the decipher would make a decoder of its own for each record (a quarter more).
 */
export function openBytes(key: KeyObject, associated: Buffer, value: Buffer): Buffer | undefined {
  if (value.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const bodyEnd = value.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, value.subarray(0, NONCE_BYTES), GCM);
  decipher.setAAD(associated);
  decipher.setAuthTag(value.subarray(bodyEnd));
  try {
    const body = decipher.update(value.subarray(NONCE_BYTES, bodyEnd));
    decipher.final();
    return body;
  } catch {
    return undefined;
  }
}

/** What is authenticated beside the payload. Ids hold no line breaks (shared/ids.ts): the parts cannot run together. */
export function associatedText(topic: string, direction: SealDirection, headers: SealedHeaders): string {
  return `${topic}\n${direction}\n${headers.from}\n${headers.to}\n${headers.kid}\n${headers.mid}`;
}

function associatedData(topic: string, direction: SealDirection, headers: SealedHeaders): Buffer {
  return Buffer.from(associatedText(topic, direction, headers));
}

// Random nonces are drawn in blocks: one call to the generator serves 512 records.
const pool = Buffer.alloc(NONCE_BYTES * 512);
let poolAt = pool.length;

function nextNonce(): Buffer {
  if (poolAt === pool.length) {
    randomFillSync(pool);
    poolAt = 0;
  }
  const nonce = Buffer.from(pool.subarray(poolAt, poolAt + NONCE_BYTES));
  poolAt += NONCE_BYTES;
  return nonce;
}
