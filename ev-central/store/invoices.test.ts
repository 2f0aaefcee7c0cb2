import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Append } from '../core/effects.ts';
import { emptyTables, type Tables } from '../core/state.ts';
import { BugError } from '../../shared/assert.ts';
import { userWallet } from '../../shared/account.ts';
import { sessionId, userId } from '../../shared/ids.ts';
import { meterSample } from '../../shared/messages/meter-sample.ts';
import { ticketIssued } from '../../shared/messages/ticket-issued.ts';
import { openDatabase } from '../../shared/sqlite/database.ts';
import { sampleInvoice, sampleSession, sampleSite, sampleTariff, sampleUninvoiced, START_MS } from './sample-rows.ts';
import { openStore, type Store } from './store.ts';

const HOUR_MS = 3_600_000;
const clock = { nowMs: START_MS, now: (): number => clock.nowMs };
let folder: string;
let store: Store;

beforeEach(() => {
  clock.nowMs = START_MS;
  folder = mkdtempSync(join(tmpdir(), 'ev-store-invoices-'));
  store = openStore({ file: join(folder, 'ev.db'), masterKeyFile: join(folder, 'key'), clock, log: () => undefined });
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function commit(tables: Tables, appends: readonly Append[] = []): void {
  store.commit({ tables, appends, sends: [], offsets: [], outboxDone: [], now: clock.nowMs });
}

function tablesWith(id: string): Tables {
  const tables = emptyTables();
  store.load(tables);
  tables.tariffs.put(sampleTariff);
  tables.sites.put(sampleSite);
  tables.sessions.put(sampleSession({ sessionId: sessionId(id), state: 'completed', settled: true }));
  return tables;
}

test('invoices stay as they were issued: nobody changes them, adds to them or deletes them', () => {
  const { ticket } = ticketIssued.schema.parse(ticketIssued.example);
  const line = { ...sampleUninvoiced().ticket, number: sampleInvoice().number, place: 1 };
  commit(tablesWith(ticket.sessionId), [
    { kind: 'append', table: 'tickets', row: ticket }, { kind: 'append', table: 'invoices', row: sampleInvoice() },
    { kind: 'append', table: 'invoice_tickets', row: line },
  ]);
  expect(store.invoiceBooks()).toMatchObject({ invoices: [sampleInvoice()], lines: [line], waiting: [] });
  const again = (row: Append) => (): void => commit(emptyTables(), [row]);
  expect(again({ kind: 'append', table: 'invoices', row: sampleInvoice() })).toThrow(BugError);
  expect(again({ kind: 'append', table: 'invoice_tickets', row: { ...line, place: 2 } })).toThrow(BugError);
  const other = openDatabase(join(folder, 'ev.db'));
  for (const sql of [
    'UPDATE invoices SET total_minor = 1', 'DELETE FROM invoices', 'DELETE FROM invoice_tickets',
    "UPDATE invoice_tickets SET site_name = 'x'",
  ]) {
    expect(() => other.exec(sql), sql).toThrow(/an invoice is never/);
  }
  expect(() => other.exec('INSERT INTO invoice_tickets SELECT number, 2, NULL, session_id, kind, site_id, site_name, '
    + 'point_id, connector_no, time_zone, started_at_ms, ended_at_ms, energy_wh, lines, net_minor, vat_minor, '
    + 'total_minor, vat, driver_id FROM invoice_tickets')).toThrow(/nothing is added/);
  other.close();
});

test('a session that is brought back brings along which invoice it is on', () => {
  const tables = tablesWith('old');
  const invoiced = {
    sessionId: sessionId('old'), number: 'INV-2025-000001', payer: userWallet(userId('ana')), vat: [], totalMinor: 420,
    creditedMinor: 0,
  };
  tables.invoicedSessions.put(invoiced);
  commit(tables);
  clock.nowMs += 2 * HOUR_MS;
  store.forget(tables, clock.nowMs);
  expect(tables.invoicedSessions.get(invoiced.sessionId)).toBeUndefined();
  const sample = meterSample.schema.parse({ ...Object(meterSample.example), sessionId: 'old' });
  store.hydrate(tables, { kind: 'meter', sample, sender: 'ALC-01' });
  expect(tables.invoicedSessions.get(invoiced.sessionId)).toEqual(invoiced);
});
