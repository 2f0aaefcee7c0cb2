// `admin figures …` as its users run it: a process on a database of its own.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ANA, BEN, Network, POINT, SITE } from '../core/core-harness.ts';
import { pdfPages } from '../documents/pdf-text-for-tests.ts';
import { openStore } from '../store/store.ts';
import { readCsv } from './csv-rows.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'ev-admin-figures-'));
const network = new Network();

beforeAll(() => {
  network.connect();
  network.later(1_000);
  network.end(network.charging(ANA), 2_205);
  network.fact('unplugged', { connectorNo: 1 });
  network.charge(BEN, { target: { kind: 'point', pointId: POINT, connectorNo: null } });
  const store = openStore({
    file: join(folder, 'central.db'), masterKeyFile: join(folder, 'master.key'), clock: { now: () => network.now },
    log: () => undefined,
  });
  store.commit({
    tables: network.state, appends: network.appended, sends: [], offsets: [], outboxDone: [], now: network.now,
  });
  store.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Ended = { status: number; stdout: string; stderr: string };

function figures(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const command = ['ev-central/main.ts', 'admin', 'figures', ...args, '--data-dir', folder];
    execFile(process.execPath, command, { cwd: ROOT }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const SPAN = ['--from', '2025-11-01', '--to', '2025-11-30'];

describe('a report of the database', () => {
  test('is a table for people: kWh and hours', async () => {
    const { status, stdout } = await figures('use', '--by', 'site', ...SPAN);
    expect(status).toBe(0);
    expect(stdout).toMatch(/site id\s+sessions\s+energy\s+charging\s+idle/);
    expect(stdout).toMatch(/ALC\s+1\s+1[.,]2\d* kWh/);
  });

  test('is JSON with the smallest units', async () => {
    const { stdout } = await figures('success', '--by', 'total', ...SPAN, '--json');
    expect(JSON.parse(stdout)).toMatchObject([{ attempts: 1, charged: 1, chargedPercent: 100 }]);
  });

  test('is CSV and PDF for its owner alone, and says so', async () => {
    const [csv, pdf] = [join(folder, 'revenue.csv'), join(folder, 'revenue.pdf')];
    const { status, stdout } = await figures('revenue', '--by', 'total', ...SPAN, '--csv', csv, '--pdf', pdf);
    expect([status, stdout]).toEqual([0, `1 rows are in ${csv} and ${pdf}\n`]);
    expect(readCsv(readFileSync(csv, 'utf8')).header).toContain('netMinor');
    expect(pdfPages(readFileSync(pdf)).flat()).toContain('Net revenue (EUR)');
    expect([csv, pdf].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
  });

  test('of utilisation has a row for each day, of a forecast says how many weeks are missing', async () => {
    const used = await figures('utilisation', '--by', 'total', '--site', SITE, ...SPAN, '--json');
    expect(JSON.parse(used.stdout)).toMatchObject([{ utilisationPercent: expect.anything() as number }]);
    const forecast = await figures('forecast', '--site', SITE);
    expect(forecast).toMatchObject({ status: 0 });
    expect(forecast.stdout).toContain('There is no forecast yet: this site has charged for ');
    const pdf = join(folder, 'forecast.pdf');
    await figures('forecast', '--site', SITE, '--pdf', pdf);
    expect(pdfPages(readFileSync(pdf)).flat().join(' ')).toContain('There is no forecast yet');
  });

  test('counted anew is the same', async () => {
    const before = await figures('use', '--by', 'day', ...SPAN, '--json');
    expect((await figures('rebuild')).stdout).toMatch(/^all figures were made anew, of \d+ tickets/);
    expect(await figures('use', '--by', 'day', ...SPAN, '--json')).toEqual(before);
  });
});

describe('what cannot be meant is refused in words, with status 1 or 2', () => {
  test.each([
    [['use', '--by', 'week'], 'by must be one of hour, day, month, year, site, point, user, group, total'],
    [['use', '--from', '2025-02-30'], 'from: must be a day such as 2026-03-31'],
    [['use', '--from', '2025-03-02', '--to', '2025-03-01'], 'from 2025-03-02 is after to 2025-03-01'],
    [['use', '--site', 'ALC', '--user', 'ana'], 'name one of siteId, pointId, userId and groupId'],
    [['utilisation', '--by', 'user'], 'utilisation is by hour'],
    [['forecast'], 'a forecast is of one site: name a siteId'],
    [['forecast', '--site', 'NOWHERE'], 'there is no site NOWHERE'],
    [['forecast', '--site', 'ALC', '--days', '99'], 'days must be a whole number from 1 to 14'],
    [['forecast', '--site', 'ALC', '--holidays', 'xmas'], 'holidays: "xmas" is no day such as 2026-12-25'],
    [['uptime', '--by', 'hour'], 'uptime is by connector, point, site, month or total'],
    [['use', '--csv', ''], '--csv is empty: name a file'],
    [['use', '--pdf', join(folder, 'no', 'such', 'folder.pdf')], 'cannot write'],
    [['weather'], 'unknown command'],
  ])('%j', async (args, expected) => {
    const { status, stderr, stdout } = await figures(...args);
    expect([status > 0, `${stderr}${stdout}`]).toEqual([true, expect.stringContaining(expected)]);
  });
});
