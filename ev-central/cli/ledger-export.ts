// The ledger as text for other programs, oldest movement first, a page at a time: a line of CSV for each posting, or a
// line of JSON for each movement.
import type { Store, StoredMovement } from '../store/store.ts';
import { type ExportChoice, type ExportFormat, exportList, type Sink, timeText } from './audit-export.ts';
import { csvLine } from './csv-rows.ts';

const COLUMNS = [
  'movement_id', 'at', 'kind', 'currency', 'account', 'amount_minor', 'balance_minor', 'session_id', 'ticket_id',
  'reason', 'by',
];

const LINES: { readonly [F in ExportFormat]: (movement: StoredMovement) => string } = {
  csv: ({ movementId, atMs, kind, currency, postings, sessionId, ticketId, reason, by }) => postings
    .map(({ account, amountMinor, balanceMinor }) => csvLine([
      movementId, timeText(atMs), kind, currency, account, amountMinor, balanceMinor ?? '', sessionId ?? '',
      ticketId ?? '', reason, by,
    ])).join(''),
  jsonl: ({ atMs, ...movement }) => `${JSON.stringify({ at: timeText(atMs), atMs, ...movement })}\n`,
};

/** Writes the movements that the filter lets through; returns how many. */
export function exportLedger(store: Pick<Store, 'query'>, choice: ExportChoice, write: Sink): Promise<number> {
  return exportList<StoredMovement>(store, { list: 'ledger-log', columns: COLUMNS, lines: LINES }, choice, write);
}
