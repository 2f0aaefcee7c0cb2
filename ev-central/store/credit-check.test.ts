import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ANA, BEN, Network } from '../core/core-harness.ts';
import { checkInvoices, invoiceFaultText } from '../core/invoice-check.ts';
import { sampleIssuer } from '../core/issuer-for-tests.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';
import { IN_MEMORY, openDatabase } from '../../shared/sqlite/database.ts';
import { openStore, type Store } from './store.ts';

let db: Sqlite;
let store: Store;
let network: Network;
let session: string;
beforeEach(() => {
  db = openDatabase(IN_MEMORY);
  network = new Network({ issuer: sampleIssuer() });
  store = openStore({ file: db, masterKeyFile: null, clock: { now: () => network.now }, log: () => undefined });
  db.exec('DELETE FROM installation');
  network.connect();
  session = charge(ANA);
  refund(30);
  refund(7);
});
afterEach(() => store.close());

function charge(driver: typeof ANA): string {
  const its = network.charging(driver);
  network.end(its, 2_205);
  network.fact('unplugged', { connectorNo: 1 });
  network.later(60_000);
  return its.sessionId;
}

function refund(amountMinor: number, driver = ANA): void {
  const { ticketId } = network.lastNotice(driver, 'ticket').ticket;
  const result = network.order({ kind: 'refund-ticket', ticketId, amountMinor, reason: 'slow' });
  expect(result).toMatchObject({ outcome: 'done' });
  network.now += 60_000;
}

function commit(): void {
  store.commit({
    tables: network.state, appends: network.appended, sends: [], offsets: [], outboxDone: [], now: network.now,
  });
}

/** What both checks say about credit notes; they must say the same. */
function faults(): object[] {
  const ledger = store.verifyLedger().faults.filter(({ rule }) => rule.includes('credit'));
  const books = checkInvoices(store.invoiceBooks()).faults.filter((fault) => fault.kind === 'credit');
  expect(books).toEqual(ledger.map((fault) => ({ kind: 'credit', ...fault })));
  for (const fault of books) expect(invoiceFaultText(fault)).toContain(fault.at);
  return ledger;
}

/** Somebody writes into the database by hand. */
function forge(sql: string): void {
  for (const name of ['movements_stay', 'movements_are_kept', 'postings_stay', 'postings_are_kept', 'invoices_stay',
    'invoices_are_kept', 'invoice_tickets_stay', 'invoice_tickets_are_kept']) {
    db.exec(`DROP TRIGGER ${name}`);
  }
  db.exec(sql);
}

describe('refunds and credit notes agree', () => {
  test('when each refund has its credit note', () => {
    commit();
    expect(faults()).toEqual([]);
    expect(checkInvoices(store.invoiceBooks())).toMatchObject({ invoices: 1, creditNotes: 2, faults: [] });
  });

  test('when a charge that was never invoiced is given back', () => {
    const { issuer } = network.state.settings;
    const ofSettings = network.state.settings as { issuer: typeof issuer };
    ofSettings.issuer = null;
    charge(BEN);
    refund(5, BEN);
    ofSettings.issuer = issuer;
    refund(6, BEN);
    commit();
    expect(faults()).toEqual([]);
  });

  test('when a charge is given back after the issuer has gone, whatever came in between', () => {
    (network.state.settings as { issuer: unknown }).issuer = null;
    refund(5);
    commit();
    expect(faults()).toEqual([]);
    expect(store.verifyLedger().faults).toEqual([]);
  });
});

describe('what was forged is found:', () => {
  const inDocuments = (what: string): string => `FROM ${what} WHERE number = 'CRN-2025-000001'`;

  test('a credit note that is gone', () => {
    commit();
    forge(`PRAGMA foreign_keys = OFF; DELETE ${inDocuments('invoice_tickets')}; DELETE ${inDocuments('invoices')}`);
    expect(faults()).toEqual([
      { rule: 'refund-credited', at: '5', expected: 30, found: 0, count: 1 },
      { rule: 'credited-of-session', at: session, expected: 7, found: 37, count: 1 },
    ]);
  });

  test('a credit note over another amount', () => {
    commit();
    forge("UPDATE invoice_tickets SET net_minor = -29, total_minor = -29 WHERE number = 'CRN-2025-000001'");
    expect(faults()).toEqual([
      { rule: 'refund-credited', at: '5', expected: 30, found: 0, count: 1 },
      { rule: 'credit-note-booked', at: 'CRN-2025-000001', expected: 29, found: 0, count: 1 },
      { rule: 'credited-of-session', at: session, expected: 36, found: 37, count: 1 },
    ]);
  });

  test('a refund that nobody booked', () => {
    commit();
    forge(`PRAGMA foreign_keys = OFF; DELETE FROM postings WHERE movement_id = 6;
      DELETE FROM movements WHERE row_id = 6`);
    expect(faults()).toEqual([{ rule: 'credit-note-booked', at: 'CRN-2025-000002', expected: 7, found: 0, count: 1 }]);
  });

  test('a refund that is booked twice under one credit note', () => {
    commit();
    forge(`INSERT INTO movements SELECT 99, at_ms, kind, currency, session_id, ticket_id, reason, ordered_by
        FROM movements WHERE row_id = 6;
      INSERT INTO postings SELECT 99, place, account, amount_minor, balance_minor FROM postings WHERE movement_id = 6`);
    expect(faults()).toEqual([{ rule: 'refund-credited', at: '6', expected: 14, found: 7, count: 1 }]);
  });

  test('a correction that gives back and stands on no document', () => {
    commit();
    forge(`INSERT INTO movements SELECT 99, at_ms, 'correction', currency, session_id, 'none', reason, ordered_by
        FROM movements WHERE row_id = 6;
      INSERT INTO postings SELECT 99, place, account, amount_minor, balance_minor FROM postings WHERE movement_id = 6`);
    expect(faults()).toEqual([{ rule: 'correction-credited', at: '99', expected: 7, found: 0, count: 1 }]);
  });

  test('a line of a credit note that says a correction which nobody booked', () => {
    commit();
    forge("UPDATE invoice_tickets SET kind = 'correction' WHERE number = 'CRN-2025-000001'");
    expect(faults()).toEqual([
      { rule: 'refund-credited', at: '5', expected: 30, found: 0, count: 1 },
      { rule: 'credit-note-booked', at: 'CRN-2025-000001', expected: 30, found: 0, count: 1 },
    ]);
  });
});

test('ten thousand refunds are compared in seconds', () => {
  commit();
  forge(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
    INSERT INTO movements SELECT 1000 + i, 5 * i, 'refund', 'EUR', 's' || (i % 100), 't', 'x', 'x' FROM n;
    INSERT INTO postings SELECT row_id, 0, 'wallet:user:ana', 1, 1 FROM movements WHERE row_id > 1000;
    INSERT INTO invoices SELECT row_id, 'X' || row_id, 'credit-note', 'INV-2025-000001', 'wallet:user:ana', at_ms,
      'UTC', '{}', '{}', 'EUR', 1, '[]', -1, 0, -1, -1, 0 FROM movements WHERE row_id > 1000;
    INSERT INTO invoice_tickets (number, place, session_id, kind, site_id, site_name, point_id, connector_no, time_zone,
      started_at_ms, ended_at_ms, energy_wh, lines, net_minor, vat_minor, total_minor, vat)
      SELECT 'X' || row_id, 1, session_id, 'refund', 'a', 'a', 'a', 1, 'UTC', 1, 2, 0, '[]', -1, 0, -1, '[]'
      FROM movements WHERE row_id > 1000`);
  const began = performance.now();
  expect(store.verifyLedger().faults.filter(({ rule }) => rule.includes('credit'))).toEqual([]);
  expect(performance.now() - began).toBeLessThan(10_000);
});
