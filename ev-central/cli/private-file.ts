// A document as a file for its owner alone: it bears names, addresses and what somebody paid.
import { writeFileSync } from 'node:fs';
import { Failure } from '../../shared/failure.ts';

export function writePrivate(file: string, content: Buffer | string): void {
  try {
    writeFileSync(file, content, { mode: 0o600 });
  } catch (cause) {
    throw new Failure('not-writable', `cannot write ${file}: name another file`, cause);
  }
}
