// The ledger as text for other programs, oldest movement first, a page at a time: a line of CSV for each posting, or a
// line of JSON for each movement.
import type { Store, StoredMovement } from '../store/store.ts';
import { type ExportFormat, type Sink, timeText } from './audit-export.ts';
import { csvLine } from './csv-rows.ts';

const PAGE_ROWS = 500;
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
export async function exportLedger(
  store: Pick<Store, 'query'>,
  { filter, format }: { filter: Readonly<Record<string, string | number>>; format: ExportFormat }, write: Sink,
): Promise<number> {
  if (format === 'csv') await write(csvLine(COLUMNS));
  let count = 0;
  let after: string | null = null;
  do {
    const { rows, next, error } = store.query('ledger-log', filter, after, PAGE_ROWS);
    if (error !== null) throw new Error(error);
    if (rows.length > 0) await write(rows.map((row) => LINES[format](row as unknown as StoredMovement)).join(''));
    count += rows.length;
    after = next;
  } while (after !== null);
  return count;
}
