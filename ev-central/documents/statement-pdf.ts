// A month of a wallet as a PDF: the balance before, each movement with the balance after it, the sums by kind. From its
// data alone: made again it is the same, byte for byte.
import { walletName } from '../../shared/account.ts';
import { formatAmount, formatMoney } from '../../shared/money.ts';
import { formatDateTime } from '../../shared/words/quantities.ts';
import type { MovementKind } from '../core/ledger.ts';
import type { Statement, StatementDocument, StatementLine } from '../core/statement.ts';
import { ACCENT, CONTENT_WIDTH, DETAILS_X, FAINT, INK, LEFT, RIGHT, Sheet } from './sheet.ts';

/** Where amounts and balances end. */
const BALANCE_X = RIGHT;
const AMOUNT_X = RIGHT - 82;
const WHAT_X = LEFT + 84;
const WHAT_WIDTH = AMOUNT_X - 74 - WHAT_X;
const CARRIED_HEIGHT = 22;

const KIND_NAMES = {
  'top-up': 'Top-up', charge: 'Charge', correction: 'Correction', refund: 'Refund', adjustment: 'Adjustment',
  reimbursement: 'Reimbursement', payout: 'Payout', transfer: 'Transfer', opening: 'Opening', subscription: 'Plan fee',
  'write-off': 'Write-off',
} as const satisfies Record<MovementKind, string>;

type Page = { readonly sheet: Sheet; readonly document: StatementDocument };
type Section = Page & {
  readonly statement: Statement;
  /** After the movements that stand on the pages so far. */
  readonly carried: { balanceMinor: number };
};

export function statementPdf(document: StatementDocument): Promise<Buffer> {
  const { account, month, issuer, untilMs } = document;
  const sheet = new Sheet({
    title: `Statement ${walletName(account)} ${month}`, author: issuer?.name ?? '', createdAtMs: untilMs,
    foot: issuer?.footer ?? [],
  });
  const page: Page = { sheet, document };
  drawHead(page);
  drawParties(page);
  for (const statement of document.statements) {
    drawSection({ ...page, statement, carried: { balanceMinor: statement.openingMinor } });
  }
  return sheet.end();
}

function drawHead({ sheet, document: { issuer } }: Page): void {
  const top = sheet.y;
  sheet.put('Statement', { size: 24, x: RIGHT, right: true, width: 220, color: ACCENT }, top - 4);
  const width = CONTENT_WIDTH - 230;
  if (issuer !== null) {
    sheet.y += sheet.put(issuer.name, { size: 12, bold: true, width, lineGap: 1 }) + 4;
    const address = [...issuer.address, ...(issuer.vatId === null ? [] : [`VAT ID ${issuer.vatId}`])].join('\n');
    sheet.y += sheet.put(address, { size: 8, color: FAINT, width, lineGap: 2 });
  }
  sheet.y = Math.max(sheet.y, top + 62) + 26;
}

function drawParties({ sheet, document }: Page): void {
  const { account, holder, month, timeZone, startMs, untilMs, isOver } = document;
  const top = sheet.y;
  const width = DETAILS_X - LEFT - 24;
  let y = top + sheet.put('WALLET OF', { size: 6.5, color: FAINT }, top) + 5;
  y += sheet.put(holder.name ?? walletName(account), { size: 10, bold: true, width, lineGap: 1 }, y) + 3;
  y += sheet.put(holder.address.join('\n'), { size: 9, width, lineGap: 2.5 }, y);
  const date = (atMs: number): string => formatDateTime(atMs, timeZone).slice(0, 10);
  const details: readonly (readonly [string, string])[] = [
    ['Month', month],
    ['Period', isOver ? `${date(startMs)} to ${date(untilMs - 1)}`
      : `${date(startMs)} to ${formatDateTime(untilMs, timeZone).slice(0, 16)}: the month is not over`],
    ['Times', timeZone], ['Wallet', walletName(account)],
  ];
  sheet.y = Math.max(y, sheet.putDetails(details, 'Month', top)) + 26;
}

/** What happened in one currency; a wallet has nearly always one. */
function drawSection(section: Section): void {
  const { sheet, statement: { openingMinor, lines, closingMinor } } = section;
  sheet.onNewPage = () => drawRunningHead(section);
  sheet.ensure(120);
  drawColumns(section);
  drawBalance(section, 'Balance before', openingMinor);
  sheet.onNewPage = () => {
    drawRunningHead(section);
    drawColumns(section);
    drawBalance(section, 'Brought forward', section.carried.balanceMinor);
  };
  sheet.footHeight = CARRIED_HEIGHT;
  sheet.onPageEnd = () => drawBalance(section, 'Carried forward', section.carried.balanceMinor);
  for (const line of lines) drawLine(section, line);
  sheet.footHeight = 0;
  sheet.onPageEnd = () => undefined;
  sheet.onNewPage = () => drawRunningHead(section);
  if (lines.length === 0) {
    sheet.y += sheet.put('No movements.', { size: 8.5, color: FAINT, x: WHAT_X }) + 8;
  }
  sheet.ensure(30);
  drawBalance(section, 'Balance afterwards', closingMinor, true);
  drawSums(section);
  sheet.y += 24;
}

function drawRunningHead({ sheet, document: { account, month, issuer } }: Page): void {
  const half = CONTENT_WIDTH / 2 - 10;
  const title = `Statement ${walletName(account)} ${month}`;
  const height = sheet.put(title, { size: 8.5, bold: true, width: half });
  sheet.put(issuer?.name ?? '', { size: 8.5, color: FAINT, x: RIGHT, right: true, width: half });
  sheet.y += Math.max(height, 10) + 16;
}

function drawColumns({ sheet, statement: { currency } }: Section): void {
  const style = { size: 6.5, color: FAINT } as const;
  sheet.put('DATE', style);
  sheet.put('MOVEMENT', { ...style, x: WHAT_X });
  sheet.put('AMOUNT', { ...style, x: AMOUNT_X, right: true });
  sheet.put(`BALANCE ${currency}`, { ...style, x: BALANCE_X, right: true });
  sheet.y += 12;
  sheet.rule({ color: INK, width: 0.8 });
  sheet.y += 7;
}

function drawBalance({ sheet, statement: { currency } }: Section, text: string, minor: number, bold = false): void {
  sheet.put(text, { size: 8.5, bold, color: bold ? INK : FAINT, x: WHAT_X, width: WHAT_WIDTH });
  sheet.put(formatAmount(minor, currency), { size: 8.5, bold, x: BALANCE_X, right: true, width: 78 });
  sheet.y += 14;
  sheet.rule(bold ? { color: INK, width: 0.8 } : {});
  sheet.y += 7;
}

function drawLine({ sheet, document, statement, carried }: Section, line: StatementLine): void {
  const { atMs, kind, reason, amountMinor, balanceMinor } = line;
  const { currency } = statement;
  const title = { size: 8, bold: true, width: WHAT_WIDTH, x: WHAT_X } as const;
  // Below the amounts, so it may be as wide as the page.
  const small = { size: 7.5, color: FAINT, width: RIGHT - WHAT_X, x: WHAT_X, lineGap: 1 } as const;
  const details = [reason, referencesOf(line)].filter((text) => text !== '').join('\n');
  const height = sheet.heightOf(KIND_NAMES[kind], title) + 2 + sheet.heightOf(details, small) + 10;
  sheet.ensure(height);
  sheet.put(formatDateTime(atMs, document.timeZone).slice(0, 16), { size: 8, width: 82 });
  sheet.put(formatAmount(amountMinor, currency), { size: 8, x: AMOUNT_X, right: true, width: 74 });
  sheet.put(formatAmount(balanceMinor, currency), { size: 8, x: BALANCE_X, right: true, width: 78 });
  sheet.y += sheet.put(KIND_NAMES[kind], title) + 2;
  sheet.y += sheet.put(details, small) + 4;
  carried.balanceMinor = balanceMinor;
  sheet.rule();
  sheet.y += 6;
}

/** The reason names a payment already. */
function referencesOf({ sessionId, ticketId, invoice }: StatementLine): string {
  const references = [['Session', sessionId], ['Ticket', ticketId], ['Document', invoice]];
  return references.flatMap(([name, id]) => (id === null ? [] : [`${name} ${id}`])).join(' · ');
}

function drawSums({ sheet, statement: { sums, currency, openingMinor, closingMinor } }: Section): void {
  sheet.y += 10;
  sheet.ensure(sums.length * 14 + 60);
  const x = DETAILS_X - 60;
  const row = (name: string, minor: number, bold = false): void => {
    sheet.put(name, { size: 8.5, bold, color: bold ? INK : FAINT, x, width: 170 });
    sheet.put(formatMoney(minor, currency), { size: 8.5, bold, x: RIGHT, right: true, width: 110 });
    sheet.y += 14;
  };
  row('Balance before', openingMinor);
  for (const { kind, count, amountMinor } of sums) row(`${KIND_NAMES[kind]} (${count})`, amountMinor);
  sheet.rule({ x, color: INK, width: 0.8 });
  sheet.y += 6;
  row('Balance afterwards', closingMinor, true);
}
