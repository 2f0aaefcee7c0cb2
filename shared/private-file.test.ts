import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { insistOnPrivate, mendPrivate } from './private-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'ev-private-'));
afterAll(() => rmSync(dir, { recursive: true }));

function fileWith(mode: number): string {
  const file = join(dir, mode.toString(8));
  writeFileSync(file, 'secret');
  chmodSync(file, mode);
  return file;
}

test.each([[0o644], [0o640], [0o604], [0o666], [0o620]])('a file of ours with mode %o is mended', (mode) => {
  const file = fileWith(mode);
  mendPrivate(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test.each([[0o644], [0o640], [0o602]])('a file that somebody gave with mode %o is refused by name', (mode) => {
  const file = fileWith(mode);
  expect(() => insistOnPrivate(file)).toThrow(`chmod 600 ${file}`);
});

test('a private file, one for reading alone, and one that is not there are left as they are', () => {
  for (const file of [fileWith(0o600), fileWith(0o400), join(dir, 'none')]) {
    mendPrivate(file);
    insistOnPrivate(file);
  }
  expect(statSync(fileWith(0o400)).mode & 0o777).toBe(0o400);
});
