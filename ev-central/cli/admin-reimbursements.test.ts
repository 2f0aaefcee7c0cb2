import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../shared/clock.ts';
import { groupId, userId } from '../../shared/ids.ts';
import { currency } from '../../shared/money.ts';
import { emptyTables } from '../core/state.ts';
import { sampleGroup, sampleUser, START_MS } from '../store/sample-rows.ts';
import { openStore } from '../store/store.ts';
import { rateOf } from './admin-reimbursements.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'ev-admin-reimbursements-'));

beforeAll(() => {
  const store = openStore({
    file: join(folder, 'central.db'), masterKeyFile: join(folder, 'master.key'), clock: systemClock,
    log: () => undefined,
  });
  const tables = emptyTables();
  tables.users.put(sampleUser({ balanceMinor: 0 }));
  tables.groups.put(sampleGroup({
    groupId: groupId('vans'), members: [{ userId: userId('ana'), role: 'member', paid: false, limits: null }],
  }));
  store.commit({ tables, appends: [], sends: [], offsets: [], outboxDone: [], now: START_MS });
  store.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Ended = { status: number; stdout: string; stderr: string };

function reimbursement(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['ev-central/main.ts', 'admin', 'reimbursement', ...args, '--data-dir', folder],
      { cwd: ROOT }, (error, stdout, stderr) => {
        resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
      });
  });
}

describe('admin reimbursement', () => {
  test('leads a claim from its terms to the payout, with its file', async () => {
    const terms = await reimbursement('terms', 'vans', '--rate', '0.2875', '--per-month', '150.00');
    expect(terms).toMatchObject({ status: 0 });
    expect(await reimbursement('meter', 'vans', 'ana', 'home-ana')).toMatchObject({ status: 0 });
    expect((await reimbursement('terms', 'vans')).stdout).toContain('28.75 EUR for 100 kWh');
    const period = ['--from', '2025-10-01', '--to', '2025-10-31', '--from-wh', '1000', '--to-wh', '26300'];
    const { stdout } = await reimbursement('claim', 'ana', 'vans', 'home-ana', ...period, '--json');
    const { lines: [line] } = JSON.parse(stdout) as { lines: { what: string }[] };
    const id = line?.what ?? '';
    writeFileSync(join(folder, 'bill.pdf'), '%PDF-1.7\n');
    writeFileSync(join(folder, 'bill.txt'), 'a bill');
    expect((await reimbursement('evidence', id, join(folder, 'bill.txt'), '--reference', 'x')).status).toBe(64);
    expect((await reimbursement('submit', id)).stderr).toContain('has no evidence');
    await reimbursement('evidence', id, join(folder, 'bill.pdf'), '--reference', 'Bill 4711');
    expect((await reimbursement('submit', id)).status).toBe(0);
    expect((await reimbursement('approve', id)).status).toBe(0);
    expect((await reimbursement('pay', id)).stderr).toContain('has 0.00 EUR that is not held');
    expect((await reimbursement('pay', id, '--from', 'reimbursements')).stdout)
      .toBe(`7.27 EUR are paid from reimbursements to ana for claim ${id}\n`);
    expect((await reimbursement('list', '--state', 'paid')).stdout).toMatch(new RegExp(`${id} +paid +ana +vans`));
    expect((await reimbursement('verify')).stdout).toContain('1 files of evidence\nsound');
    const [file = ''] = readdirSync(join(folder, 'evidence'));
    rmSync(join(folder, 'evidence', file));
    expect(await reimbursement('verify')).toMatchObject({
      status: 3, stderr: `broken: claim ${id}: the file "Bill 4711" is missing or was changed\n`,
    });
  }, 120_000);
});

test.each([
  ['0.2875', { minor: 2_875, perKwh: 100 }], ['0.30', { minor: 30, perKwh: 1 }], ['1', { minor: 100, perKwh: 1 }],
])('the rate %s is exact', (text, rate) => {
  expect(rateOf(text, currency('EUR'))).toEqual(rate);
});

test.each(['0', '-1', '0,30', 'x'])('"%s" is no rate', (text) => {
  expect(() => rateOf(text, currency('EUR'))).toThrow(/is no price/);
});
