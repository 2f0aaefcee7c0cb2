// Files of evidence, beside the database: each under its hash, for its owner alone, written whole or not at all. The
// core knows hash, kind and size of a file, never what is in it.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../shared/failure.ts';
import { LIMITS } from '../shared/limits.ts';
import type { MediaType } from '../shared/messages/claim.ts';

export type EvidenceShelf = {
  readonly fault: typeof evidenceFault;
  /** The name under which a file is kept: its SHA-256 in hexadecimal digits. */
  readonly nameOf: (bytes: Buffer) => string;
  /** Writes a file, or finds it there; returns its SHA-256 in hexadecimal digits. Throws `Failure`. */
  put(bytes: Buffer): Promise<string>;
  /** Undefined when there is none, or when it is not what was put: a file that was changed is no evidence. */
  read(sha256: string): Promise<Buffer | undefined>;
};

/** What the first bytes of each kind are. */
const BEGINNINGS: Readonly<Record<MediaType, string>> = {
  'application/pdf': '255044462d', 'image/jpeg': 'ffd8ff', 'image/png': '89504e470d0a1a0a',
};

/** Why a file is no evidence of this kind; null: it may be. */
export function evidenceFault(bytes: Buffer, mediaType: MediaType): string | null {
  if (bytes.length === 0) return 'the file is empty';
  if (bytes.length > LIMITS.evidenceBytes) {
    return `the file has ${bytes.length} bytes: at most ${LIMITS.evidenceBytes} are taken`;
  }
  const isOne = bytes.toString('hex', 0, 8).startsWith(BEGINNINGS[mediaType]);
  return isOne ? null : `the file does not begin as ${mediaType} does`;
}

/** The kind that the first bytes say; undefined: none that is taken. */
export function mediaTypeOf(bytes: Buffer): MediaType | undefined {
  const kinds = Object.keys(BEGINNINGS) as MediaType[];
  return kinds.find((kind) => bytes.toString('hex', 0, 8).startsWith(BEGINNINGS[kind]));
}

export function createEvidenceShelf(dataDir: string): EvidenceShelf {
  const folder = join(dataDir, 'evidence');
  const read = async (sha256: string): Promise<Buffer | undefined> => {
    const bytes = await readFile(join(folder, sha256)).catch(() => undefined);
    return bytes !== undefined && sha256Of(bytes) === sha256 ? bytes : undefined;
  };
  return {
    read, fault: evidenceFault, nameOf: sha256Of,
    async put(bytes) {
      const sha256 = sha256Of(bytes);
      if (await read(sha256) !== undefined) return sha256;
      const part = join(folder, `${sha256}.${randomUUID()}.part`);
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const file = await open(part, 'wx', 0o600);
        try {
          await file.writeFile(bytes);
          await file.sync(); // the order that names it commits next
        } finally {
          await file.close();
        }
        await rename(part, join(folder, sha256));
        await syncFolder(folder);
      } catch (cause) {
        await rm(part, { force: true });
        throw new Failure('not-writable', `cannot keep a file of evidence in ${folder}: check its space and rights`,
          cause);
      }
      return sha256;
    },
  };
}

/** The name of a new file is on the disk, too. Some systems cannot: then it is their affair. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
