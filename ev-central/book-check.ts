// Whether ledger, audit log and invoices are as EV_Central has written them, each fault in words: what `admin … verify`
// says, for the REST API. A check reads whole tables, so it runs in a second thread, on a connection of its own.
import { Worker } from 'node:worker_threads';
import type { BookCheck, BookReport } from './api/ports.ts';
import { faultText } from './cli/admin-audit.ts';
import { ledgerFaultText } from './cli/admin-ledger.ts';
import { checkInvoices, invoiceFaultText } from './core/invoice-check.ts';
import type { Store } from './store/store.ts';

export type BookFiles = { readonly database: string; readonly masterKeyFile: string };
type Books = Pick<Store, 'verifyAudit' | 'verifyLedger' | 'invoiceBooks'>;

/** Checks one after the other; null while one is under way. Without files (a database in memory) in this thread. */
export function createBookChecks(
  files: BookFiles | null, store: Books,
): (check: BookCheck) => Promise<BookReport | null> {
  let isBusy = false;
  return async (check) => {
    if (isBusy) return null;
    isBusy = true;
    try {
      return files === null ? bookReport(store, check) : await inThread(files, check);
    } finally {
      isBusy = false;
    }
  };
}

export function bookReport(store: Books, check: BookCheck): BookReport {
  switch (check.books) {
    case 'ledger': {
      const { faults, ...figures } = store.verifyLedger();
      return report(figures, faults, ledgerFaultText);
    }
    case 'audit': {
      const { faults, head, state, ...figures } = store.verifyAudit(check.expected);
      return report({
        ...figures, ...state, head: head === null ? null : `${head.rowId}:${head.hash}`,
      }, faults, faultText);
    }
    case 'invoices': {
      const { faults, ...figures } = checkInvoices(store.invoiceBooks());
      return report(figures, faults, invoiceFaultText);
    }
    default: return check satisfies never;
  }
}

function report<F extends object>(
  figures: object, faults: readonly F[], textOf: (fault: F) => string,
): BookReport {
  return {
    outcome: faults.length === 0 ? 'sound' : 'broken', ...figures,
    faults: faults.map((fault) => ({ ...fault, text: textOf(fault) })),
  };
}

function inThread(files: BookFiles, check: BookCheck): Promise<BookReport> {
  const worker = new Worker(new URL('./book-check-worker.ts', import.meta.url), {
    execArgv: [], name: 'book-check', workerData: { files, check },
  });
  return new Promise<BookReport>((resolve, reject) => {
    worker.once('message', (told: BookReport) => resolve(told));
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the check ended without a report')));
  }).finally(() => void worker.terminate());
}
