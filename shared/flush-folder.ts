// A file that was made or renamed is on the disk only when its folder is, too.
import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Flushes a folder, where that is possible. The file in it is in place by now: this cannot fail any more. */
export function flushFolder(dir: string): void {
  if (process.platform === 'win32') return; // folders cannot be opened there
  try {
    const fd = openSync(dir, 'r');
    fsyncSync(fd);
    closeSync(fd);
  } catch {
    // Some file systems refuse to flush a folder; the file is whole either way.
  }
}
