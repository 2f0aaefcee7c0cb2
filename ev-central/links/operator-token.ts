// The token by which a tool of the same machine's user talks to the running Central: random at each start, in a file
// that only that user can read.
import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../shared/failure.ts';

export const TOKEN_FILE = 'operator.token';

/** Writes a fresh token into the data folder. Throws `Failure('not-writable')`. */
export function writeOperatorToken(dataDir: string, randomBytes: (count: number) => Buffer): string {
  const token = randomBytes(32).toString('base64url');
  const file = join(dataDir, TOKEN_FILE);
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, `${token}\n`, { mode: 0o600 });
    chmodSync(draft, 0o600);
    renameSync(draft, file);
  } catch (cause) {
    throw new Failure('not-writable', `cannot write ${file}: use another --data-dir`, cause);
  }
  return token;
}

/** Takes the token away when Central ends. */
export function removeOperatorToken(dataDir: string): void {
  rmSync(join(dataDir, TOKEN_FILE), { force: true });
}
