import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { emptyTables } from '../core/state.ts';
import { sampleUser } from '../store/sample-rows.ts';
import { openStore } from '../store/store.ts';
import { systemClock } from '../../shared/clock.ts';
import { userId } from '../../shared/ids.ts';
import { ROOT } from '../../tests/unit/sources.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ev-totp-'));
  const store = open();
  const tables = emptyTables();
  tables.users.put(sampleUser());
  store.commit({ tables, appends: [], sends: [], offsets: [], outboxDone: [], now: 1 });
  store.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('an admin enrols, renews, lists and disables a second factor; its secrets stay out of the audit log', async () => {
  const made = JSON.parse((await run('enrol', 'ana', '--json')).stdout) as Record<string, string | string[]>;
  const secret = expect.stringMatching(/^[A-Z2-7]{32}$/) as string;
  expect(made).toMatchObject({ outcome: 'done', userId: 'ana', secret });
  expect(made['uri']).toContain(`secret=${String(made['secret'])}`);
  expect(made['recoveryCodes']).toHaveLength(10);
  // Only a terminal asks for a first code: a log-in has to confirm this one.
  expect(stored()).toMatchObject({ confirmed: false, lastCounter: 0 });
  expect((await run('recovery', 'ana')).stderr).toContain('is not confirmed yet');
  expect(await run('list')).toMatchObject({ status: 0, stdout: expect.stringMatching(/ana +false +10/) as string });
  expect((await run('enrol', 'zoe')).stderr).toContain('zoe');
  expect(await run('disable', 'ana', '--note', 'phone lost')).toMatchObject({ status: 0 });
  expect(stored()).toBeUndefined();
  const store = open();
  const audit = JSON.stringify(store.query('audit', {}, null, 50).rows);
  store.close();
  expect(audit).toContain('phone lost');
  for (const each of [made['secret'], ...made['recoveryCodes'] ?? []]) expect(audit).not.toContain(each);
  expect(audit).not.toMatch(/secretBase64|recoverySha256s/);
}, 60_000);

function stored() {
  const store = open();
  const tables = emptyTables();
  store.load(tables);
  store.close();
  return tables.secondFactors.get(userId('ana'));
}

function open() {
  return openStore({
    file: join(folder, 'central.db'), masterKeyFile: join(folder, 'master.key'), clock: systemClock,
    log: () => undefined,
  });
}

function run(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const command = [join(ROOT, 'ev-central', 'main.ts'), 'admin', 'users', 'totp', ...args, '--data-dir', folder];
  return new Promise((resolve) => {
    execFile(process.execPath, command, (error, stdout, stderr) =>
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }));
  });
}
