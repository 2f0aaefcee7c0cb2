// Files that hold secrets are their owner's alone. One of ours that others may read is mended; one that somebody gave
// us is refused by name, because who has read it meanwhile only its owner can judge.
import { chmodSync, statSync } from 'node:fs';
import { Failure } from './failure.ts';

const OTHERS = 0o077;

/** Takes all rights from others where a file of ours is there and gives them some. Throws `Failure('not-writable')`. */
export function mendPrivate(file: string): void {
  if (!isOpenToOthers(file)) return;
  try {
    chmodSync(file, statSync(file).mode & 0o700);
  } catch (cause) {
    throw new Failure('not-writable', `others may read ${file}, which holds secrets: do "chmod 600 ${file}"`, cause);
  }
}

/** Throws `Failure('bad-configuration')`, naming the file, when others than its owner may read or write it. */
export function insistOnPrivate(file: string): void {
  if (!isOpenToOthers(file)) return;
  throw new Failure('bad-configuration', `others may read ${file}, which holds secrets: do "chmod 600 ${file}", and `
    + 'change what is in it if somebody may have read it');
}

/** A missing file is open to nobody. Windows has no modes: there the folder's own rights protect the file. */
function isOpenToOthers(file: string): boolean {
  if (process.platform === 'win32') return false;
  const found = statSync(file, { throwIfNoEntry: false });
  return found !== undefined && found.isFile() && (found.mode & OTHERS) !== 0;
}
