// The folder that `--keep` names: everything of a run stays there, so nothing else may be in it.
import { mkdir, readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Failure } from '../shared/failure.ts';

/**
 * Makes the folder, or takes one that is empty; its absolute path. @throws Failure `not-writable`,
 * `bad-configuration`
 */
export async function emptyFolder(path: string): Promise<string> {
  const dir = resolve(path);
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    if ((await readdir(dir)).length === 0) return dir;
  } catch (cause) {
    throw new Failure('not-writable', `cannot use the folder ${path}: give another to --keep`, cause);
  }
  throw new Failure('bad-configuration', `the folder ${path} holds something: give a new one to --keep`);
}
