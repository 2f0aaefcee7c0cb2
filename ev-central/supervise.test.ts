import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { canHeal, supervise } from './supervise.ts';

test.each([[0, null, false], [64, null, false], [71, null, false], [73, null, true], [74, null, true], [81, null, true],
  [1, 'SIGKILL', true]] as const)('status %s (killed by %s) is worth a new start: %s', (status, killedBy, heals) => {
  expect(canHeal(status, killedBy)).toBe(heals);
});

test('a program that ends by a failure that may heal is started again, until it ends well', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ev-supervise-'));
  const count = join(folder, 'starts');
  const file = join(folder, 'program.mjs');
  const leash = new URL('../scripts/leash.mjs', import.meta.url).href;
  writeFileSync(count, '');
  writeFileSync(file, `
    import { appendFileSync, readFileSync } from 'node:fs';
    appendFileSync(process.argv[2], 'x');
    process.exit(readFileSync(process.argv[2], 'utf8').length < 2 ? 73 : 0);
  `);
  const said: string[] = [];
  const status = await supervise({ file, args: [count], leash, dataDir: folder, say: (text) => void said.push(text) });
  expect(status).toBe(0);
  expect(readFileSync(count, 'utf8')).toBe('xx');
  expect(said).toHaveLength(1);
  rmSync(folder, { recursive: true });
});
