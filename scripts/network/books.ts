// What is wrong with the books of a network, asked of its database: movements, balances, holds, tickets and invoices.
import { join } from 'node:path';
import type { CountsRow, FigureAsk } from '../../ev-central/core/figures/ask.ts';
import { ledgerFaultText } from '../../ev-central/cli/admin-ledger.ts';
import { checkInvoices, invoiceFaultText } from '../../ev-central/core/invoice-check.ts';
import { openDatabase, type Sqlite } from '../../shared/sqlite/database.ts';
import { prepareFigureReader } from '../../ev-central/store/figure-reader.ts';
import { prepareInvoiceBooks } from '../../ev-central/store/invoice-books.ts';
import { prepareLedgerCheck } from '../../ev-central/store/ledger-check.ts';
import type { ReplayFigures } from '../replay/figure-check.ts';

/** Who issues invoices in networks that scripts make. */
export const ISSUER_FILE = join(import.meta.dirname, '..', '..', 'database', 'demo', 'issuer.json');

type Place = { readonly centralDir: string };
export type InvoicesFound = { readonly documents: number; readonly problems: readonly string[] };

/** The faults in words; none: sound. EV_Central may run beside it. */
export function ledgerProblems(place: Place): string[] {
  return withDatabase(place, (db) => prepareLedgerCheck(db)().faults.map(ledgerFaultText));
}

/**
 * Whether every ticket is on one document, and all documents come to what all tickets come to, by currency. For a
 * network in which nobody was given money back: a refund's credit note belongs to no ticket of its own.
 */
export function findInvoices(place: Place): InvoicesFound {
  return withDatabase(place, (db) => {
    const books = prepareInvoiceBooks(db)();
    const { invoices, creditNotes, faults } = checkInvoices(books);
    const differences = new Map<string, number>();
    const add = (currency: string, minor: number): void =>
      void differences.set(currency, (differences.get(currency) ?? 0) + minor);
    for (const { currency, totalMinor } of books.tickets) add(currency, totalMinor);
    for (const { currency, totalMinor } of books.invoices) add(currency, -totalMinor);
    const unequal = [...differences].filter(([, minor]) => minor !== 0).map(([currency, minor]) =>
      `tickets come to ${minor} minor units ${currency} more than invoices and credit notes`);
    return { documents: invoices + creditNotes, problems: [...faults.map(invoiceFaultText), ...unequal] };
  });
}

/** Figures of all sites and users, and of each site by day and by hour. */
export function readFigures(place: Place): ReplayFigures {
  return withDatabase(place, (db) => {
    const read = prepareFigureReader(db);
    const counts = (by: FigureAsk['by'], scope: FigureAsk['scope'], id = ''): CountsRow[] => {
      const [from, to] = by === 'hour' ? ['1970-01-01T00', '9999-12-31T23'] : ['1970-01-01', '9999-12-31'];
      const page = read({ kind: 'counts', by, scope, id, siteId: null, from, to, offset: 0, limit: EVERY_ROW });
      return [...page.rows] as CountsRow[];
    };
    const bySite = counts('site', 'site');
    const ofSites = (by: 'day' | 'hour'): Map<string, CountsRow[]> =>
      new Map(bySite.map(({ key }) => [key, counts(by, 'site', key)]));
    return { bySite, byUser: counts('user', 'user'), days: ofSites('day'), hours: ofSites('hour') };
  });
}
const EVERY_ROW = 1_000_000;

function withDatabase<T>({ centralDir }: Place, read: (db: Sqlite) => T): T {
  const db = openDatabase(join(centralDir, 'central.db'));
  try {
    return read(db);
  } finally {
    db.close();
  }
}
