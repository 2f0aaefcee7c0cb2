import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tariffId } from '../../shared/ids.ts';
import { currency } from '../../shared/money.ts';
import { ANA, Network } from '../core/core-harness.ts';
import { openDatabase } from '../../shared/sqlite/database.ts';
import { openStore } from '../store/store.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'ev-recompute-'));
const database = join(folder, 'central.db');
let sessionId: string;

beforeAll(() => {
  const network = new Network();
  network.connect();
  network.order({ kind: 'put-tariff', tariff: {
    id: tariffId('day'), currency: currency('EUR'), min_price: { excl_vat: 5 },
    elements: [{ price_components: [
      { type: 'ENERGY', price: 0.4, vat: 21, step_size: 1_000 }, { type: 'PARKING_TIME', price: 6, step_size: 60 },
    ] }],
  } });
  const session = network.charging(ANA);
  network.later(1_800_000);
  network.sample(session, 1, 6_500);
  network.later(600_000);
  network.sample(session, 2, 6_500, 'suspended-ev', 0);
  network.end(session, 6_500);
  // It is gone, but the session's version is not.
  network.order({ kind: 'put-tariff', tariff: {
    id: tariffId('day'), currency: currency('EUR'),
    elements: [{ price_components: [{ type: 'FLAT', price: 9, step_size: 1 }] }],
  } });
  ({ sessionId } = session);
  const clock = { now: (): number => network.now };
  const store = openStore({ file: database, masterKeyFile: join(folder, 'master.key'), clock, log: () => undefined });
  store.commit({
    tables: network.state, appends: network.appended, sends: [], offsets: [], outboxDone: [], now: network.now,
  });
  store.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('admin recompute', { timeout: 60_000 }, () => {
  test('says line by line that a ticket comes out again, and ends with 0', async () => {
    const { status, stdout } = await run(sessionId);
    expect(status).toBe(0);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^k7f2-\d+ of session k7f2-\d+, tariff day#2: the same$/),
      '  ok Energy           6.000 kWh x 0.40/kWh = 2.40',
      '  ok Parking time     0:10:00 x 6.00/h = 1.00',
      '  ok Up to minimum     = 1.60',
      '  ok energy, Wh             5500', '  ok VAT, minor units       74', '  ok total, minor units     574',
      '1 tickets made again from their meter values, 0 differ', '',
    ]);
  });

  test('ends with 3 and shows both when a stored value does not come to the ticket any more', async () => {
    const db = openDatabase(database);
    db.prepare('UPDATE meter_values SET at_ms = at_ms - 120000 WHERE sample = 1').run();
    db.close();
    const { status, stdout } = await run(sessionId);
    expect(status).toBe(3);
    expect(stdout).toContain(
      'NO stored Parking time     0:10:00 x 6.00/h = 1.00, recomputed Parking time     0:12:00 x 6.00/h = 1.20');
    expect(stdout).toContain('1 tickets made again from their meter values, 1 differ');
    const json = JSON.parse((await run(sessionId, '--json')).stdout) as { checks: unknown[] };
    expect(json).toMatchObject({ outcome: 'refused', tickets: 1, different: [{ same: false, isOld: false }] });
    expect(await run('--all')).toMatchObject({ status: 3 });
  });

  test('of a session without a ticket is wrong usage', async () => {
    expect(await run('nobody')).toEqual({ status: 64, stdout: '', stderr: 'session nobody has no ticket\n' });
  });
});

function run(...args: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const command = [join(ROOT, 'ev-central', 'main.ts'), 'admin', 'recompute', ...args, '--data-dir', folder];
  return new Promise((resolve) => {
    execFile(process.execPath, command, (error, stdout, stderr) =>
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }));
  });
}
