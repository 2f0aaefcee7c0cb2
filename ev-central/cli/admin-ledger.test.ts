import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ANA, BEN, Network } from '../core/core-harness.ts';
import { openDatabase } from '../../shared/sqlite/database.ts';
import { openStore, type Store } from '../store/store.ts';
import { groupWallet, userWallet } from '../../shared/account.ts';
import { groupId } from '../../shared/ids.ts';
import { monthBounds } from '../../shared/zone.ts';
import { ledgerFaultText, ledgerText } from './admin-ledger.ts';
import { statementText } from './admin-statement.ts';
import { walletOf } from './admin-wallet.ts';
import { readCsv } from './csv-rows.ts';
import { exportLedger } from './ledger-export.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'ev-admin-ledger-'));
const network = new Network();

beforeAll(() => {
  network.connect();
  network.end(network.charging(ANA), 2_205);
  network.now = Date.UTC(2025, 11, 3);
  network.order({ kind: 'book', userId: ANA, amountMinor: -26, reason: '=SUM(A1)' });
  const store = open();
  store.commit({
    tables: network.state, appends: network.appended, sends: [], offsets: [], outboxDone: [], now: network.now,
  });
  store.close();
  const db = openDatabase(join(folder, 'central.db'));
  db.exec("DELETE FROM installation WHERE installation_id <> 'k7f2'");
  db.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function open(): Store {
  return openStore({
    file: join(folder, 'central.db'), masterKeyFile: join(folder, 'master.key'), clock: { now: () => network.now },
    log: () => undefined,
  });
}

function withStore<T>(run: (store: Store) => T): T {
  const store = open();
  try {
    return run(store);
  } finally {
    store.close();
  }
}

describe('the ledger as a file', () => {
  const exported = async (format: 'csv' | 'jsonl', filter: Record<string, string | number> = {}): Promise<string> => {
    const pieces: string[] = [];
    const store = open();
    await exportLedger(store, { filter, format }, (text) => void pieces.push(text));
    store.close();
    return pieces.join('');
  };

  test('has a line of CSV for each posting, oldest first', async () => {
    const { records, bad } = readCsv(await exported('csv'));
    expect(bad).toEqual([]);
    expect(records.map(({ fields }) => [fields['movement_id'], fields['account'], fields['amount_minor']])).toEqual([
      ['1', 'wallet:user:ana', '10000'], ['1', 'cash', '-10000'], ['2', 'wallet:user:ben', '10000'],
      ['2', 'cash', '-10000'], ['3', 'wallet:user:cat', '10000'], ['3', 'cash', '-10000'],
      ['4', 'wallet:user:ana', '-74'], ['4', 'revenue:ALC', '74'], ['5', 'wallet:user:ana', '-26'],
      ['5', 'adjustments', '26'],
    ]);
    expect(records.at(-1)?.fields).toMatchObject({ reason: "'=SUM(A1)", by: 'olga', balance_minor: '' });
  });

  test('has what the filters let through', async () => {
    const ids = async (filter: Record<string, string | number>): Promise<unknown[]> =>
      (await exported('jsonl', filter)).trim().split('\n').filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as { movementId: number }).movementId);
    expect(await ids({ userId: 'ana' })).toEqual([1, 4, 5]);
    expect(await ids({ account: 'revenue:ALC' })).toEqual([4]);
    expect(await ids({ sinceMs: Date.UTC(2025, 11, 1), by: 'olga' })).toEqual([5]);
    expect(await ids({ groupId: 'ana' })).toEqual([]);
  });
});

describe('a statement', () => {
  const of = (month: string, account = userWallet(ANA)) =>
    withStore((store) => store.statement(account, monthBounds('Europe/Madrid', month) ?? { startMs: 0, endMs: 0 }));

  test('has the balance before, every movement of the month, and the balance after', () => {
    expect(of('2025-12')).toMatchObject([{
      currency: 'EUR', openingMinor: 9_926, closingMinor: 9_900,
      lines: [{ kind: 'adjustment', amountMinor: -26, balanceMinor: 9_900, against: ['adjustments'], by: 'olga' }],
    }]);
    const [november] = of('2025-11');
    expect(november).toMatchObject({ openingMinor: 0, closingMinor: 9_926 });
    expect(november?.lines.map(({ kind, amountMinor }) => [kind, amountMinor]))
      .toEqual([['top-up', 10_000], ['charge', -74]]);
    expect(of('2026-01')).toMatchObject([{ openingMinor: 9_900, lines: [], closingMinor: 9_900 }]);
    expect(of('2025-10')).toEqual([]);
  });

  test('is readable', () => {
    const [december] = of('2025-12');
    expect(december === undefined ? [] : statementText(december)).toEqual([
      'before: 99.26 EUR', '2025-12-03T00:00:00.000Z  adjustment  -0.26 EUR  99.00 EUR  =SUM(A1)',
      'adjustment (1): -0.26 EUR', 'after: 99.00 EUR',
    ]);
  });

  test.each([
    ['ana', userWallet(ANA)], ['wallet:user:ben', userWallet(BEN)], ['group:smiths', groupWallet(groupId('smiths'))],
    ['wallet:group:smiths', groupWallet(groupId('smiths'))],
  ])('is of the wallet "%s"', (text, account) => {
    expect(walletOf(text)).toBe(account);
  });
});

test('the books in lines have all wallets in one sum, and every fault has its place and number', () => {
  expect(withStore((store) => ledgerText(store.verifyLedger()))).toEqual([
    '5 movements', 'wallets (3): 299.00 EUR', 'adjustments: 0.26 EUR', 'cash: -300.00 EUR', 'revenue:ALC: 0.74 EUR',
    'sound: every movement balances, and balances, holds, tickets and credit notes are as booked',
  ]);
  expect(ledgerFaultText({ rule: 'balanced', at: '17', expected: 0, found: 3, count: 2 }))
    .toBe('movement 17 does not balance: its postings add up to 3 (the first of 2)');
});

describe('as somebody types it', () => {
  type Ended = { status: number; stdout: string; stderr: string };
  const admin = (...args: string[]) => new Promise<Ended>((resolve) => {
    const command = [join(ROOT, 'ev-central', 'main.ts'), 'admin', ...args, '--data-dir', folder];
    execFile(process.execPath, command, { maxBuffer: 8 << 20 }, (error, stdout, stderr) =>
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }));
  });

  test.each([
    [['ledger', 'export', '--account', 'bank'], '--account: "bank" is no account'],
    [['ledger', 'verify', '--central', '10.0.0.7:7000'], 'on the machine of EV_Central'],
    [['statement', 'ana', '2026-13'], '"2026-13" is no month'],
    [['statement', 'ana', '2026-03', '--zone', 'Mars'], '--zone: Mars is no time zone'],
    [['wallet', 'adjust', 'ana', '5.00'], '--reason is missing'],
    [['wallet', 'top-up', 'ana', '5.001'], '"5.001" is no amount of EUR'],
  ])('%j is refused in words, with the status of wrong usage', async (args, words) => {
    const { status, stderr } = await admin(...args);
    expect({ status, stderr }).toEqual({ status: 64, stderr: expect.stringContaining(words) as string });
  });

  test('money moves, a family pays, and the books are sound until somebody changes them by hand', async () => {
    const done = async (...args: string[]): Promise<string> => {
      const { status, stdout, stderr } = await admin(...args);
      expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' });
      return stdout.trim();
    };
    writeFileSync(join(folder, 'groups.csv'),
      'group_id,currency,user_id,kind,per_month\nsmiths,EUR,ana,family,120.00\nsmiths,EUR,ben,,\n');
    expect(await done('group', 'import', join(folder, 'groups.csv'))).toBe('1 groups put; 0 refused');
    await done('group', 'member', 'smiths', 'ben', '--role', 'owner', '--unpaid');
    expect(JSON.parse(await done('group', 'show', 'smiths', '--json'))).toMatchObject({
      kind: 'family', members: [
        { userId: 'ana', paid: true, limits: { perSessionMinor: null, perMonthMinor: 12_000 } },
        { userId: 'ben', role: 'owner', paid: false, limits: null },
      ],
    });
    expect(await done('wallet', 'transfer', 'ana', 'group:smiths', '15.00'))
      .toBe('15.00 EUR are moved from wallet:user:ana to wallet:group:smiths');
    await done('wallet', 'adjust', 'group:smiths', '-5.00', '--reason', 'lost');
    expect(JSON.parse(await done('wallet', 'show', 'group:smiths', '--json'))).toMatchObject({ freeMinor: 1_000 });
    const { ticketId } = network.lastNotice(ANA, 'ticket').ticket;
    expect(await done('wallet', 'refund', ticketId, '0.30', '--reason', 'slow')).toContain('0.30 EUR of ticket');
    expect(await admin('wallet', 'refund', ticketId, '0.45', '--reason', 'slow')).toMatchObject({ status: 2 });
    expect(await done('ledger', 'verify')).toContain('sound: ');
    const db = openDatabase(join(folder, 'central.db'));
    db.exec("UPDATE users SET balance_minor = balance_minor + 1 WHERE user_id = 'ben'");
    db.close();
    const broken = await admin('ledger', 'verify', '--json');
    expect(broken.status).toBe(3);
    expect(JSON.parse(broken.stdout)).toMatchObject({ outcome: 'broken', faults: [{
      rule: 'wallet-balance', at: 'wallet:user:ben', expected: 10_000, found: 10_001,
    }] });
    const file = join(folder, 'ledger.csv');
    await done('ledger', 'export', '--group', 'smiths', '--output', file);
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(5);
  }, 120_000);
});
