import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { userWallet } from '../../shared/account.ts';
import { monthBounds } from '../../shared/zone.ts';
import { ANA, BEN, Network } from '../core/core-harness.ts';
import { sampleIssuer } from '../core/issuer-for-tests.ts';
import { statementDocument } from '../core/statement.ts';
import { pdfPages } from '../documents/pdf-text-for-tests.ts';
import { openDatabase } from '../../shared/sqlite/database.ts';
import { openStore, type Store } from '../store/store.ts';
import { readCsv } from './csv-rows.ts';
import { statementCsv } from './statement-csv.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'ev-admin-statement-'));
const network = new Network({ issuer: sampleIssuer() });
let ticketId: string;

beforeAll(() => {
  network.connect();
  network.end(network.charging(ANA), 2_205);
  const { ticketId: paid } = network.lastNotice(ANA, 'ticket').ticket;
  ticketId = paid;
  network.now += 60_000;
  network.order({ kind: 'refund-ticket', ticketId: paid, amountMinor: 20, reason: 'slow' });
  network.order({ kind: 'put-billing-details', details: {
    payer: userWallet(ANA), policy: null, name: 'Ana Núñez', address: ['Calle Mayor 3'], vatId: null,
  } });
  // The last hour of November in Madrid, and the first of December.
  for (const hour of [22, 23]) {
    network.now = Date.UTC(2025, 10, 30, hour);
    network.order({ kind: 'book', userId: ANA, amountMinor: -26, reason: '=SUM(A1)' });
  }
  const store = open();
  store.commit({
    tables: network.state, appends: network.appended, sends: [], offsets: [], outboxDone: [], now: network.now,
  });
  store.close();
  const db = openDatabase(join(folder, 'central.db'));
  db.exec("DELETE FROM installation WHERE installation_id <> 'k7f2'");
  db.exec("INSERT INTO people (user_id, name, language, time_zone) VALUES ('ana', '', 'en', 'Europe/Madrid'), "
    + "('ben', '', 'en', 'UTC')");
  db.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function open(): Store {
  return openStore({
    file: join(folder, 'central.db'), masterKeyFile: join(folder, 'master.key'), clock: { now: () => network.now },
    log: () => undefined,
  });
}

type Ended = { status: number; stdout: string; stderr: string };

function admin(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const command = ['ev-central/main.ts', 'admin', 'statement', ...args, '--data-dir', folder];
    execFile(process.execPath, command, { cwd: ROOT },
      (error, stdout, stderr) => {
        resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
      });
  });
}

describe('a statement of the database', () => {
  const november = monthBounds('Europe/Madrid', '2025-11') ?? { startMs: 0, endMs: 0 };

  test('names the invoice of a charge and the credit note of a refund', () => {
    const store = open();
    const [statement] = store.statement(userWallet(ANA), november);
    store.close();
    expect(statement?.lines.map(({ kind, ticketId: its, invoice }) => [kind, its, invoice])).toEqual([
      ['top-up', null, null], ['charge', ticketId, 'INV-2025-000001'], ['refund', ticketId, 'CRN-2025-000001'],
      ['adjustment', null, null],
    ]);
    expect(statement?.sums).toEqual([
      { kind: 'top-up', count: 1, amountMinor: 10_000 }, { kind: 'charge', count: 1, amountMinor: -74 },
      { kind: 'refund', count: 1, amountMinor: 20 }, { kind: 'adjustment', count: 1, amountMinor: -26 },
    ]);
  });

  test('as a table has a line for each of its parts, which the balances lead through', () => {
    const store = open();
    const [owner, statements] = [store.walletOwner(userWallet(ANA)), store.statement(userWallet(ANA), november)];
    store.close();
    const { records, bad } = readCsv(statementCsv(statementDocument(userWallet(ANA), {
      month: '2025-11', timeZone: 'Europe/Madrid', span: november, now: network.now, owner, issuer: null, statements,
    })));
    expect(bad).toEqual([]);
    expect(records.map(({ fields: f }) => [f['line'], f['kind'], f['amount'], f['balance']])).toEqual([
      ['opening', '', '', '0.00'], ['movement', 'top-up', '100.00', '100.00'], ['movement', 'charge', '-0.74', '99.26'],
      ['movement', 'refund', '0.20', '99.46'], ['movement', 'adjustment', '-0.26', '99.20'],
      ['closing', '', '', '99.20'], ['sum', 'top-up', '100.00', ''], ['sum', 'charge', '-0.74', ''],
      ['sum', 'refund', '0.20', ''], ['sum', 'adjustment', '-0.26', ''],
    ]);
    expect(records[4]?.fields).toMatchObject({
      date: '2025-11-30 23:00:00', at: '2025-11-30T22:00:00.000Z', reason: "'=SUM(A1)", currency: 'EUR',
      against: 'adjustments',
    });
  });

  test('knows whose wallet it is; UTC is what nobody has chosen', () => {
    const store = open();
    expect(store.walletOwner(userWallet(ANA))).toEqual({
      currency: 'EUR', timeZone: 'Europe/Madrid', name: 'Ana Núñez', address: ['Calle Mayor 3'],
    });
    expect(store.walletOwner(userWallet(BEN))).toEqual({ currency: 'EUR', timeZone: null, name: null, address: [] });
    store.close();
  });
});

describe('as somebody types it', () => {
  test('writes the document and the table for their owner alone, in the zone of the wallet', async () => {
    const [pdf, csv, issuer] = ['ana.pdf', 'ana.csv', 'issuer.json'].map((name) => join(folder, name));
    if (pdf === undefined || csv === undefined || issuer === undefined) throw new Error('three names were made');
    writeFileSync(issuer, JSON.stringify(sampleIssuer()));
    const made = await admin('ana', '--month', '2025-11', '--pdf', pdf, '--csv', csv, '--issuer', issuer);
    expect(made).toEqual({ status: 0, stderr: '', stdout: `wallet:user:ana, 2025-11: ${csv}, ${pdf}\n` });
    const [page = []] = pdfPages(readFileSync(pdf));
    expect(page).toEqual(expect.arrayContaining([
      'Red de Carga del Sur, S.L.', 'Ana Núñez', '2025-11-30 23:00', '=SUM(A1)', '99.20 EUR',
    ]));
    expect(readCsv(readFileSync(csv, 'utf8')).records).toHaveLength(10);
    expect([pdf, csv].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
  }, 60_000);

  test('prints the month, as data with --json, and what is not there is refused', async () => {
    const { stdout } = await admin('ana', '2025-12', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      account: 'wallet:user:ana', month: '2025-12', timeZone: 'Europe/Madrid', from: '2025-11-30T23:00:00.000Z',
      statements: [{ openingMinor: 9_920, closingMinor: 9_894, sums: [{ kind: 'adjustment', amountMinor: -26 }] }],
    });
    const other = await admin('ana', '2025-12', '--currency', 'GBP', '--zone', 'UTC');
    expect(other.stdout).toBe('wallet:user:ana, 2025-12 (UTC)\nbefore: 0.00 GBP\nafter: 0.00 GBP\n');
    expect(await admin('nobody', '2025-12'))
      .toMatchObject({ status: 2, stderr: 'there is no wallet:user:nobody, and was none\n' });
    expect(await admin('ana', '2025-12', '--month', '2025-11'))
      .toMatchObject({ status: 64, stderr: 'the month is 2025-12 and --month 2025-11: name one\n' });
  }, 120_000);
});
