// A month of a wallet as text for other programs: a line for what was on it before, one for each movement, one for what
// was on it afterwards, and one for the sum of each kind, which the column `line` tells apart.
import type { Statement, StatementDocument, StatementLine } from '../core/statement.ts';
import { formatAmount } from '../../shared/money.ts';
import { formatDateTime } from '../../shared/words/quantities.ts';
import { timeText } from './audit-export.ts';
import { type CsvCell, csvLine, type Decimal } from './csv-rows.ts';

const COLUMNS = [
  'line', 'date', 'at', 'movement_id', 'kind', 'reason', 'session_id', 'ticket_id', 'invoice', 'payment_id', 'against',
  'currency', 'amount', 'balance',
] as const;
type Cells = Partial<Readonly<Record<(typeof COLUMNS)[number], CsvCell | null>>>;

export function statementCsv(document: StatementDocument): string {
  const rows = document.statements.flatMap((statement) => rowsOf(document, statement));
  return csvLine([...COLUMNS]) + rows.map((row) => csvLine(COLUMNS.map((column) => row[column] ?? ''))).join('');
}

function rowsOf({ timeZone, startMs, untilMs }: StatementDocument, statement: Statement): Cells[] {
  const { currency, openingMinor, lines, sums, closingMinor } = statement;
  const when = (atMs: number): Cells => ({ date: formatDateTime(atMs, timeZone), at: timeText(atMs) });
  const money = (minor: number): Decimal => ({ decimal: formatAmount(minor, currency) });
  const movement = ({ atMs, amountMinor, balanceMinor, ...line }: StatementLine): Cells => ({
    line: 'movement', ...when(atMs), movement_id: line.movementId, kind: line.kind, reason: line.reason,
    session_id: line.sessionId, ticket_id: line.ticketId, invoice: line.invoice, payment_id: line.paymentId,
    against: line.against.join(' '), currency, amount: money(amountMinor), balance: money(balanceMinor),
  });
  return [
    { line: 'opening', ...when(startMs), currency, balance: money(openingMinor) },
    ...lines.map(movement),
    { line: 'closing', ...when(untilMs), currency, balance: money(closingMinor) },
    ...sums.map(({ kind, count, amountMinor }): Cells => ({
      line: 'sum', kind, reason: `${count} movements`, currency, amount: money(amountMinor),
    })),
  ];
}
