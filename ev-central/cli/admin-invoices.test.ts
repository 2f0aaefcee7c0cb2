import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../shared/clock.ts';
import { groupId, ticketId, userId } from '../../shared/ids.ts';
import { ticketIssued } from '../../shared/messages/ticket-issued.ts';
import type { Append } from '../core/effects.ts';
import { emptyTables } from '../core/state.ts';
import { pdfPages } from '../documents/pdf-text-for-tests.ts';
import { openDatabase } from '../../shared/sqlite/database.ts';
import {
  sampleGroup, sampleInvoice, sampleSession, sampleSite, sampleTariff, sampleUninvoiced, sampleUser, START_MS,
} from '../store/sample-rows.ts';
import { openStore } from '../store/store.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'ev-admin-invoices-'));
const { ticket } = sampleUninvoiced();
/** 23:30 of the last of December by UTC is January for the issuer. */
const NEW_YEAR_MS = Date.UTC(2025, 11, 31, 23, 30);
const [FIRST, SECOND] = ['INV-2025-000001', 'INV-2025-000002'];

beforeAll(() => {
  const store = openStore({
    file: join(folder, 'central.db'), masterKeyFile: join(folder, 'master.key'), clock: systemClock,
    log: () => undefined,
  });
  const tables = emptyTables();
  tables.tariffs.put(sampleTariff);
  tables.sites.put(sampleSite);
  tables.users.put(sampleUser());
  tables.users.put(sampleUser({ userId: userId('ben') }));
  tables.groups.put(sampleGroup({ groupId: groupId('vans') }));
  tables.sessions.put(sampleSession({ state: 'completed', settled: true }));
  tables.invoiceSeries.put({ seriesId: 'INV-2025', last: 2 });
  tables.invoicingSpans.put({ spanId: '1', fromMs: 1, untilMs: null, withGroups: true });
  const issued = { ...ticketIssued.schema.parse(ticketIssued.example).ticket, issuedAtMs: START_MS };
  const late = { ...issued, ticketId: ticketId('k7f2-121'), kind: 'correction' as const, corrects: issued.ticketId };
  const appends: Append[] = [
    { kind: 'append', table: 'tickets', row: issued }, { kind: 'append', table: 'tickets', row: late },
    { kind: 'append', table: 'invoices', row: sampleInvoice({ number: FIRST }) },
    { kind: 'append', table: 'invoice_tickets', row: { ...ticket, number: FIRST, place: 1 } },
    { kind: 'append', table: 'invoices', row: sampleInvoice({ number: SECOND, issuedAtMs: NEW_YEAR_MS }) },
    {
      kind: 'append', table: 'invoice_tickets',
      row: { ...ticket, kind: 'correction', ticketId: late.ticketId, number: SECOND, place: 1 },
    },
  ];
  store.commit({ tables, appends, sends: [], offsets: [], outboxDone: [], now: START_MS });
  store.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Ended = { status: number; stdout: string; stderr: string };

function admin(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['ev-central/main.ts', 'admin', ...args, '--data-dir', folder], { cwd: ROOT },
      (error, stdout, stderr) => {
        resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
      });
  });
}

describe('admin invoices', () => {
  test('lists them newest first, also of one month of the issuer and of one payer', async () => {
    const all = await admin('invoices', '--json');
    expect((JSON.parse(all.stdout) as { number: string }[]).map(({ number }) => number)).toEqual([SECOND, FIRST]);
    const january = await admin('invoices', '--month', '2026-01');
    expect(january.stdout).toMatch(new RegExp(`^number .*\\n${SECOND} +2026-01-01 +ana +1 +5\\.08 EUR +-\\n$`));
    expect((await admin('invoices', '--user', 'ben')).stdout).toBe('(none)\n');
    expect(await admin('invoices', '--month', 'May')).toMatchObject({
      status: 64, stderr: '--month: "May" is no month: write it as 2026-11\n',
    });
  });

  test('verify says what it found, and names the first fault with status 3', async () => {
    expect(await admin('invoices', 'verify')).toEqual({
      status: 0, stderr: '',
      stdout: '2 invoices and 0 credit notes over 2 tickets; 0 tickets wait for the end of their month, 0 are not '
        + 'to be invoiced\nsound: numbers without gaps, sums that add up, each ticket once, credit '
        + 'notes as the ledger gave back\n',
    });
    const db = openDatabase(join(folder, 'central.db'));
    db.exec("UPDATE invoice_series SET last = 3 WHERE series_id = 'INV-2025'");
    const broken = await admin('invoices', 'verify');
    db.exec("UPDATE invoice_series SET last = 2 WHERE series_id = 'INV-2025'");
    db.close();
    expect(broken.status).toBe(3);
    expect(broken.stderr).toBe('broken: INV-2025-000003 is missing: it was given, and no document has it\n');
  });
});

describe('admin invoice', () => {
  test('writes the document for its owner alone, and gives the data', async () => {
    const file = join(folder, 'invoice.pdf');
    const { status, stdout: said } = await admin('invoice', FIRST, '--pdf', file);
    expect({ status, said }).toEqual({ status: 0, said: `${FIRST} is in ${file}\n` });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(pdfPages(readFileSync(file))[0]).toEqual(expect.arrayContaining(['Invoice', FIRST, 'Ana Núñez']));
    const { stdout } = await admin('invoice', FIRST, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ number: FIRST, totalMinor: 508, tickets: [{ ticketId: 'k7f2-120' }] });
  });

  test('says so when there is none, or when the file cannot be written', async () => {
    expect(await admin('invoice', 'INV-2025-000009')).toMatchObject({
      status: 2, stderr: 'no such invoice: INV-2025-000009\n',
    });
    const { status, stderr } = await admin('invoice', FIRST, '--pdf', join(folder, 'none', 'x.pdf'));
    expect(status).not.toBe(0);
    expect(stderr).toContain('name another file');
  });
});

describe('admin invoice month', () => {
  test('takes a group by its id and a user as user:ID, and says why it makes none', async () => {
    expect(await admin('invoice', 'month', 'vans', '2025-13')).toMatchObject({ status: 64 });
    for (const payer of ['vans', 'user:ana']) {
      expect(await admin('invoice', 'month', payer, '2025-11')).toMatchObject({
        status: 2, stderr: 'refused: there is no issuer, so no invoices are made: start EV_Central with --issuer\n',
      });
    }
  });
});

describe('admin billing', () => {
  test('changes what is given, keeps the rest, and shows it', async () => {
    await admin('billing', 'ana', '--name', 'Ana Núñez', '--address', 'Calle 3', '--address', '03570 Villajoyosa');
    expect(await admin('billing', 'ana', '--policy', 'monthly')).toMatchObject({
      status: 0, stdout: 'the next invoice of ana has these details\n',
    });
    expect(JSON.parse((await admin('billing', 'ana', '--json')).stdout)).toEqual({
      payer: 'wallet:user:ana', policy: 'monthly', name: 'Ana Núñez', address: ['Calle 3', '03570 Villajoyosa'],
      vatId: null,
    });
    await admin('billing', 'ana', '--policy', 'issuer', '--name', '');
    expect(JSON.parse((await admin('billing', 'ana', '--json')).stdout)).toMatchObject({ policy: null, name: null });
  });

  test('of a group is that of its wallet', async () => {
    await admin('billing', 'group:vans', '--name', 'Reparto Sur, S.L.', '--vat-id', 'ESB00000000');
    expect(JSON.parse((await admin('billing', 'group:vans', '--json')).stdout)).toMatchObject({
      payer: 'wallet:group:vans', policy: null, name: 'Reparto Sur, S.L.', vatId: 'ESB00000000',
    });
  });

  test('refuses nobody and a policy that there is not', async () => {
    expect(await admin('billing', 'zoe', '--policy', 'monthly')).toMatchObject({
      status: 2, stderr: 'refused: no such user: zoe\n',
    });
    expect(await admin('billing', 'ana', '--policy', 'daily')).toMatchObject({ status: 64 });
  });
});
