// What is wrong with the books of a network, asked of its database: movements, balances, holds, tickets and invoices.
import { join } from 'node:path';
import { ledgerFaultText } from '../../ev-central/cli/admin-ledger.ts';
import { checkInvoices, invoiceFaultText } from '../../ev-central/core/invoice-check.ts';
import { openDatabase, type Sqlite } from '../../ev-central/store/database.ts';
import { prepareInvoiceBooks } from '../../ev-central/store/invoice-books.ts';
import { prepareLedgerCheck } from '../../ev-central/store/ledger-check.ts';

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

function withDatabase<T>({ centralDir }: Place, read: (db: Sqlite) => T): T {
  const db = openDatabase(join(centralDir, 'central.db'));
  try {
    return read(db);
  } finally {
    db.close();
  }
}
