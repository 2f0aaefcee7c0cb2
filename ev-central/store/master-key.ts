// The master key: 32 random bytes in a file of mode 0600. It wraps (AES-256-GCM) the keys and the points' secrets that
// Central stores, so that a copy of the database alone opens nothing and lets nobody in; and the key that chains the
// audit log is derived from it, so that who can only write in the database cannot make the chain fit.
import type { KeyObject } from 'node:crypto';
import { createCipheriv, createSecretKey, hkdfSync, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure } from '../../shared/failure.ts';
import { flushFolder } from '../../shared/flush-folder.ts';
import { insistOnPrivate } from '../../shared/private-file.ts';
import { openBytes } from '../../shared/seal.ts';

const MASTER_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Wraps bytes (base64) under the id that they belong to: wrapped bytes moved to another row do not open. */
export type Wrap = {
  wrap(id: string, base64: string): string;
  unwrap(id: string, wrapped: string): string;
};

/**
 * What the master key wraps, and what is derived from it. Each kind that is wrapped has a prefix of its own in what is
 * authenticated: none opens as the other.
 */
export type MasterKey = {
  /** Keys of records, by key id. */
  readonly keys: Wrap;
  /** The SHA-256 of points' secrets, by point id. */
  readonly secrets: Wrap;
  /** The secrets of people's authenticators, by user id. */
  readonly secondFactors: Wrap;
  /** Codes in letters that are not sent yet, by mail id. */
  readonly mailCodes: Wrap;
  /** Makes the hashes of the audit log (audit-chain.ts). */
  readonly auditKey: KeyObject;
};

/** The key of a file; `makeIfMissing` is false for a database that already holds what only it opens. */
export function openMasterKey(file: string, options: { makeIfMissing: boolean }): MasterKey {
  return masterKey(createSecretKey(readOrMake(file, options.makeIfMissing)));
}

/** For databases in memory: a key that nobody keeps. */
export function passingMasterKey(): MasterKey {
  return masterKey(createSecretKey(randomBytes(MASTER_KEY_BYTES)));
}

function masterKey(key: KeyObject): MasterKey {
  return {
    keys: wrapOf(key, { prefix: 'ev-stored-key:', what: 'the stored key' }),
    secrets: wrapOf(key, { prefix: 'ev-point-secret:', what: 'the secret of point' }),
    secondFactors: wrapOf(key, { prefix: 'ev-second-factor:', what: 'the second factor of user' }),
    mailCodes: wrapOf(key, { prefix: 'ev-mail-code:', what: 'the code of letter' }),
    auditKey: createSecretKey(Buffer.from(hkdfSync('sha256', key, '', 'ev-audit-chain-1', MASTER_KEY_BYTES))),
  };
}

function wrapOf(master: KeyObject, { prefix, what }: { prefix: string; what: string }): Wrap {
  return {
    wrap(id, base64) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', master, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(`${prefix}${id}`, 'utf8'));
      const sealed = Buffer.concat([cipher.update(Buffer.from(base64, 'base64')), cipher.final()]);
      return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64');
    },
    unwrap(id, wrapped) {
      const bytes = openBytes(master, Buffer.from(`${prefix}${id}`, 'utf8'), Buffer.from(wrapped, 'base64'));
      if (bytes !== undefined) return bytes.toString('base64');
      throw new Failure('bad-configuration',
        `cannot open ${what} ${id}: the master key file is not the one that this database was made with, or that row `
        + 'was changed by hand; give the right --master-key-file, or restore a copy of the database');
    },
  };
}

function readOrMake(file: string, makeIfMissing: boolean): Buffer {
  const existing = readMasterKey(file);
  if (existing !== undefined) return existing;
  if (!makeIfMissing) {
    throw new Failure('bad-configuration',
      `the master key file ${file} is missing, and this database holds keys, secrets of points or an audit log that `
      + 'need it: put the file back, or give --master-key-file');
  }
  const key = randomBytes(MASTER_KEY_BYTES);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const fd = openSync(file, 'wx', 0o600);
    try {
      writeSync(fd, key);
      fsyncSync(fd); // what it wraps is flushed too: neither may be without the other
    } finally {
      closeSync(fd);
    }
    flushFolder(dirname(file));
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
