import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import bcrypt from 'bcrypt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../shared/clock.ts';
import { userId } from '../../shared/ids.ts';
import { emptyTables } from '../core/state.ts';
import { openStore } from '../store/store.ts';
import { readStations } from './afdc-stations.ts';
import { openLocalCentral } from './local-central.ts';
import { loadNetwork, readNetworkFile, writeSecrets } from './network-file.ts';
import type { OrderDesk } from './order-desk.ts';
import { giveOrder, readList } from './order-desk.ts';
import { importStations } from './station-import.ts';

const DEMO = fileURLToPath(new URL('../../database/demo/network.json', import.meta.url));
let folder: string;
let desk: OrderDesk;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ev-local-'));
  desk = open();
});
afterEach(async () => {
  await desk.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the demo network is loaded once, with secrets, passwords and balances, and again without change', async () => {
  const network = readNetworkFile(DEMO);
  const first = await loadNetwork(desk, network, { bcryptCost: 4 });
  expect(first.refused).toEqual([]);
  expect(Object.keys(first.secrets.points)).toEqual(network.points.map((point) => point.pointId));
  const again = await loadNetwork(desk, network, { bcryptCost: 4 });
  expect(again.secrets).toEqual({ points: {}, users: {} });
  await desk.close();
  const store = openStore({ ...paths(), clock: systemClock, log: () => undefined });
  const tables = emptyTables();
  store.load(tables);
  store.close();
  expect([tables.sites.size, tables.points.size, tables.users.size]).toEqual([3, 14, 14]);
  const ana = tables.users.must(userId('ana'));
  expect(ana.balanceMinor).toBe(10_000);
  expect(await bcrypt.compare(first.secrets.users['ana']?.password ?? '', ana.passwordHash ?? '')).toBe(true);
  expect(await bcrypt.compare(first.secrets.users['ana']?.pin ?? '', ana.pinHash ?? '')).toBe(true);
  desk = open();
});

test('secrets are written for their owner alone, and those of others stay in the file', () => {
  const file = join(folder, 'secrets.json');
  writeSecrets(file, { points: { a: '1' }, users: {} });
  writeSecrets(file, { points: { b: '2' }, users: { ana: { password: 'p', pin: '1234' } } });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    points: { a: '1', b: '2' }, users: { ana: { password: 'p', pin: '1234' } },
  });
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('stations are taken in as sites and points, and a second time without new secrets', async () => {
  const read = readStations('ID,Station Name,Latitude,Longitude,EV Level1 EVSE Num,EV Level2 EVSE Num,EV DC Fast Count,'
    + 'EV Connector Types\n1,A,41,-74,,2,,J1772\n2,B,42,-74,,,1,J1772COMBO\n3,C,x,-74,,1,,J1772');
  if ('missing' in read) throw new Error(read.missing.join());
  const options = { prefix: 'US-', timeZone: 'America/New_York', tariff: 'imported' };
  const first = await importStations(desk, read, options);
  expect(first).toMatchObject({ sites: 2, points: 3, newPoints: 3, skippedRows: 1, refused: [] });
  expect(await importStations(desk, read, options)).toMatchObject({ points: 3, newPoints: 0, refused: [] });
  expect((await readList(desk, 'points')).map((row) => row['pointId'])).toEqual(['US-1-01', 'US-1-02', 'US-2-01']);
});

test('an order that breaks a rule is refused in words, and nothing of it is kept', async () => {
  const outcome = await giveOrder(desk, { kind: 'remove-user', userId: userId('nobody') });
  expect(outcome).toMatchObject({ outcome: 'refused', text: 'no such user: nobody' });
  expect(await readList(desk, 'users')).toEqual([]);
  expect(await readList(desk, 'audit')).toMatchObject([{ action: 'remove-user', who: 'local' }]);
});

test('while somebody works on the database, nobody else opens it', () => {
  expect(openLocalCentral(localFiles(), systemClock)).toBeNull();
});

function localFiles() {
  return { database: join(folder, 'central.db'), masterKeyFile: join(folder, 'master.key') };
}

function paths() {
  return { file: join(folder, 'central.db'), masterKeyFile: join(folder, 'master.key') };
}

function open(): OrderDesk {
  const opened = openLocalCentral(localFiles(), systemClock);
  if (opened === null) throw new Error('the lock is taken');
  return opened;
}
