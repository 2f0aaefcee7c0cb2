// What is wrong with the books of a network, asked of its database: movements, balances, holds and tickets.
import { join } from 'node:path';
import { ledgerFaultText } from '../../ev-central/cli/admin-ledger.ts';
import { openDatabase } from '../../ev-central/store/database.ts';
import { prepareLedgerCheck } from '../../ev-central/store/ledger-check.ts';

/** The faults in words; none: sound. EV_Central may run beside it. */
export function ledgerProblems({ centralDir }: { readonly centralDir: string }): string[] {
  const db = openDatabase(join(centralDir, 'central.db'));
  try {
    return prepareLedgerCheck(db)().faults.map(ledgerFaultText);
  } finally {
    db.close();
  }
}
