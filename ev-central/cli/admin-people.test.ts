import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { emptyTables, type Tables } from '../core/state.ts';
import { sampleUser } from '../store/sample-rows.ts';
import { openStore } from '../store/store.ts';
import { systemClock } from '../../shared/clock.ts';
import { userId } from '../../shared/ids.ts';
import { ROOT } from '../../tests/unit/sources.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ev-people-'));
  const store = open();
  const tables = emptyTables();
  tables.users.put(sampleUser());
  store.commit({ tables, appends: [], sends: [], offsets: [], outboxDone: [], now: 1 });
  store.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('an admin keeps profile, vehicles and cards of a person, and has her forgotten', async () => {
  expect(await run('person', 'set', 'ana', '--name', 'Ana', '--language', 'es')).toMatchObject({ status: 0 });
  expect((await run('person', 'set', 'ana', '--zone', 'Europe/Alicante')).stderr).toContain('no such time zone');
  expect((await run('email', 'ana', 'ana@example.org')).stdout).toContain('a letter was sent');
  // It leaves when EV_Central starts.
  expect([...stored().mails.values()]).toMatchObject([{ email: 'ana@example.org', language: 'es', state: 'sending' }]);
  expect((await run('reset-code', 'ana')).stderr).toContain('no address of ana is known');
  const vehicle = ['--battery-kwh', '40', '--connector', 'IEC_62196_T2', '--max-kw', '6.6'];
  expect(await run('vehicle', 'put', 'ana', 'leaf', ...vehicle)).toMatchObject({ status: 0 });
  expect(await run('token', 'issue', 'ana', '04a1b2c3', '--expires', '2099-12-31')).toMatchObject({ status: 0 });
  expect(await run('token', 'block', '04A1B2C3', '--note', 'lost')).toMatchObject({ status: 0 });
  expect((await run('token', 'list')).stdout).toMatch(/04A1B2C3 +rfid +ana +true/);
  expect((await run('vehicle', 'list', 'ana', '--json')).stdout).toContain('"batteryWh":40000');
  expect(await run('forget', 'ana', '--note', 'asked for it')).toMatchObject({ status: 0 });
  const { users, persons, tokens, vehicles, mails } = stored();
  expect([persons.size, tokens.size, vehicles.size, mails.size]).toEqual([0, 0, 0, 0]);
  expect(users.must(userId('ana'))).toMatchObject({ active: false, passwordHash: null });
}, 120_000);

test('an admin sets what a person is told of, from a file that is checked', async () => {
  const file = join(folder, 'choice.json');
  const choice = {
    phone: '+34600111222', chat: null, quietHours: { fromMinute: 1_320, toMinute: 420 },
    channels: { 'low-balance': [] }, sites: [], allSites: true, push: [],
  };
  writeFileSync(file, JSON.stringify({ ...choice, phone: '600 111' }));
  expect((await run('notifications', 'ana', file)).stderr).toContain('preferences.phone: must be + and 7 to 15 digits');
  writeFileSync(file, JSON.stringify(choice));
  expect((await run('notifications', 'ana', file)).stdout).toContain('preferences of ana are changed');
  expect([...stored().contactPreferences.values()]).toEqual([{ userId: 'ana', ...choice }]);
  expect((await run('notifications', 'ana', join(folder, 'none.json'))).stderr).toContain('cannot read');
}, 60_000);

test('a file of cards is imported whole, or not at all and with the lines that are wrong', async () => {
  const file = join(folder, 'cards.csv');
  writeFileSync(file, 'user,token,kind\nana,04A1B2C3,rfid\nana,04A1,badge\nzoe\n');
  const bad = await run('token', 'import', file);
  expect(bad).toMatchObject({ status: 2, stderr: expect.stringContaining('line 3: kind') as string });
  expect(bad.stderr).toContain('line 4: 1 fields where the header has 3');
  writeFileSync(file, 'user,token\nana,04A1B2C3\nzoe,04A1B2C4\n');
  expect((await run('token', 'import', file, '--json')).stdout).toContain('"line":3');
  expect(stored().tokens.size).toBe(0);
  writeFileSync(file, 'user,token\nana,04A1B2C3\nana,04A1B2C4\n');
  expect((await run('token', 'import', file)).stdout).toContain('2 tokens issued');
  expect(stored().tokens.size).toBe(2);
}, 60_000);

function stored(): Tables {
  const store = open();
  const tables = emptyTables();
  store.load(tables);
  store.close();
  return tables;
}

function open() {
  return openStore({
    file: join(folder, 'central.db'), masterKeyFile: join(folder, 'master.key'), clock: systemClock,
    log: () => undefined,
  });
}

function run(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const command = [join(ROOT, 'ev-central', 'main.ts'), 'admin', 'user', ...args, '--data-dir', folder];
  return new Promise((resolve) => {
    execFile(process.execPath, command, (error, stdout, stderr) =>
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }));
  });
}
