import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openMasterKey } from './master-key.ts';

const KEY = Buffer.alloc(32, 5).toString('base64');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ev-master-key-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('a master key file is made once, for its owner alone, and opens later what it wrapped', () => {
  const file = join(folder, 'keys', 'master.key');
  const wrapped = openMasterKey(file, { makeIfMissing: true }).keys.wrap('p-1', KEY);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(openMasterKey(file, { makeIfMissing: true }).keys.unwrap('p-1', wrapped)).toBe(KEY);
});

test.each([
  ['keys', 'secrets', 'cannot open the stored key'], ['secrets', 'keys', 'cannot open the secret of point'],
] as const)('wrapped %s open neither under another id, nor as %s, nor by another key', (kind, other, words) => {
  const master = openMasterKey(join(folder, 'a'), { makeIfMissing: true });
  const wrapped = master[kind].wrap('p-1', KEY);
  expect(master[kind].unwrap('p-1', wrapped)).toBe(KEY);
  expect(() => master[kind].unwrap('p-2', wrapped)).toThrow(`${words} p-2`);
  expect(() => master[other].unwrap('p-1', wrapped)).toThrow(/changed by hand/);
  expect(() => master[kind].unwrap('p-1', KEY)).toThrow(`${words} p-1`);
  const foreign = openMasterKey(join(folder, 'b'), { makeIfMissing: true });
  expect(() => foreign[kind].unwrap('p-1', wrapped)).toThrow(/master key file is not the one/);
});

test('a missing, a readable and a damaged master key file are refused with what to do', () => {
  const file = join(folder, 'master.key');
  expect(() => openMasterKey(file, { makeIfMissing: false })).toThrow(/is missing, .* put the file back/);
  writeFileSync(file, Buffer.alloc(32), { mode: 0o600 });
  chmodSync(file, 0o644);
  expect(() => openMasterKey(file, { makeIfMissing: true })).toThrow(/chmod 600/);
  writeFileSync(file, 'short');
  expect(() => openMasterKey(file, { makeIfMissing: true })).toThrow(/has 5 bytes, not 32/);
});
