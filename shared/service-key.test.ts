import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { readServiceKeys, serviceToken } from './service-key.ts';

const KEY = { keyId: 'k-1', keyBase64: Buffer.alloc(32, 1).toString('base64') };
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function fileWith(text: string, mode = 0o600): string {
  const folder = mkdtempSync(join(tmpdir(), 'ev-service-key-'));
  folders.push(folder);
  const file = join(folder, 'service.key');
  writeFileSync(file, text, { mode });
  return file;
}

it('reads one key a line, the newest first', () => {
  const older = { ...KEY, keyId: 'k-0' };
  const file = fileWith(`${JSON.stringify(KEY)}\n\n${JSON.stringify(older)}\n`);
  expect(readServiceKeys(file)).toEqual([KEY, older]);
});

it.each([
  ['', /is empty/], ['key id k-1', /line 1 .* is no service key/],
  [`${JSON.stringify(KEY)}\n{"keyId":"k-0","keyBase64":"AAAA"}`, /line 2 .* is no service key/],
])('refuses a file with %j, and says how to make one', (text, says) => {
  const read = (): unknown => readServiceKeys(fileWith(text));
  expect(read).toThrow(says);
  expect(read).toThrow(/admin service-key/);
});

it('refuses a file that others may read', () => {
  if (process.platform === 'win32') return;
  expect(() => readServiceKeys(fileWith(JSON.stringify(KEY), 0o644))).toThrow(/chmod 600/);
});

it('makes a token that is another for each key and each id of one, and does not hold the key', () => {
  const tokens = [KEY, { ...KEY, keyId: 'k-2' }, { ...KEY, keyBase64: Buffer.alloc(32, 2).toString('base64') }]
    .map(serviceToken);
  expect(new Set(tokens).size).toBe(3);
  expect(tokens[0]).toHaveLength(43);
  expect(tokens.join()).not.toContain(Buffer.alloc(32, 1).toString('base64url'));
});
