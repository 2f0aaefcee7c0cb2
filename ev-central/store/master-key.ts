// The master key: 32 random bytes in a file of mode 0600. It wraps (AES-256-GCM) the keys that Central stores, so that
// a copy of the database alone opens nothing.
import type { KeyObject } from 'node:crypto';
import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure } from '../../shared/failure.ts';
import { insistOnPrivate } from '../../shared/private-file.ts';

const MASTER_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Wraps the material of a key under its id: a wrapped key moved to another row does not open. */
export type KeyWrap = {
  wrap(keyId: string, keyBase64: string): string;
  unwrap(keyId: string, wrapped: string): string;
};

/** A wrap with the key of a file; `makeIfMissing` is false for a database that already holds wrapped keys. */
export function openMasterKey(file: string, options: { makeIfMissing: boolean }): KeyWrap {
  return keyWrap(createSecretKey(readOrMake(file, options.makeIfMissing)));
}

/** For databases in memory: a key that nobody keeps. */
export function passingMasterKey(): KeyWrap {
  return keyWrap(createSecretKey(randomBytes(MASTER_KEY_BYTES)));
}

function keyWrap(master: KeyObject): KeyWrap {
  return {
    wrap(keyId, keyBase64) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', master, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(`ev-stored-key:${keyId}`, 'utf8'));
      const sealed = Buffer.concat([cipher.update(Buffer.from(keyBase64, 'base64')), cipher.final()]);
      return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64');
    },
    unwrap(keyId, wrapped) {
      const bytes = Buffer.from(wrapped, 'base64');
      try {
        const decipher = createDecipheriv('aes-256-gcm', master, bytes.subarray(0, NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        });
        decipher.setAAD(Buffer.from(`ev-stored-key:${keyId}`, 'utf8'));
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        const sealed = bytes.subarray(NONCE_BYTES, -TAG_BYTES);
        return Buffer.concat([decipher.update(sealed), decipher.final()]).toString('base64');
      } catch (cause) {
        throw new Failure('bad-configuration',
          `cannot open the stored key ${keyId}: the master key file is not the one that this database was made with; `
          + 'give the right --master-key-file', cause);
      }
    },
  };
}

function readOrMake(file: string, makeIfMissing: boolean): Buffer {
  const existing = readMasterKey(file);
  if (existing !== undefined) return existing;
  if (!makeIfMissing) {
    throw new Failure('bad-configuration',
      `the master key file ${file} is missing, and this database holds keys that only it opens: put the file back, `
      + 'or give --master-key-file');
  }
  const key = randomBytes(MASTER_KEY_BYTES);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const fd = openSync(file, 'wx', 0o600);
    try {
      writeSync(fd, key);
      fsyncSync(fd); // the keys that it wraps are flushed too: neither may be without the other
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    throw new Failure('not-writable', `cannot make the master key file ${file}: choose a folder that can be written`,
      cause);
  }
  return key;
}

function readMasterKey(file: string): Buffer | undefined {
  let key: Buffer;
  try {
    key = readFileSync(file);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new Failure('bad-configuration', `cannot read the master key file ${file}: check who may read it`, cause);
  }
  if (key.length !== MASTER_KEY_BYTES) {
    throw new Failure('bad-configuration', `${file} is not a master key: it has ${key.length} bytes, not 32`);
  }
  insistOnPrivate(file);
  return key;
}
