// An invoice or a credit note as a PDF, from its data alone: made again after years it is the same, byte for byte.
import { walletName } from '../../shared/account.ts';
import type { Invoice, InvoiceTicket } from '../../shared/messages/invoice.ts';
import { formatAmount, formatMoney } from '../../shared/money.ts';
import { formatClock, formatDateTime, formatEnergy } from '../../shared/words/quantities.ts';
import { ACCENT, CONTENT_WIDTH, DETAILS_X, FAINT, INK, LEFT, RIGHT, Sheet } from './sheet.ts';

/** Where amounts end. */
const TOTAL_X = RIGHT;
const VAT_X = RIGHT - 72;
const NET_X = RIGHT - 138;
/** Where the column of details and the block of sums begin. */
const LINE_X = LEFT + 12;
const PRICE_GAP = 2.5;

type Sums = { netMinor: number; vatMinor: number; totalMinor: number };
type Page = {
  readonly sheet: Sheet; readonly invoice: Invoice; readonly hasVat: boolean;
  /** Of the charges that stand on the pages so far. */
  readonly carried: Sums;
};
const CARRIED_HEIGHT = 22;

export function invoicePdf(invoice: Invoice, tickets: readonly InvoiceTicket[]): Promise<Buffer> {
  const { number, issuer, issuedAtMs } = invoice;
  const sheet = new Sheet({
    title: `${titleOf(invoice)} ${number}`, author: issuer.name, createdAtMs: issuedAtMs, foot: issuer.footer,
  });
  const page: Page = {
    sheet, invoice, hasVat: invoice.vat.some(({ rate }) => rate !== null),
    carried: { netMinor: 0, vatMinor: 0, totalMinor: 0 },
  };
  drawHead(page);
  drawParties(page, tickets);
  drawAmount(page);
  sheet.onNewPage = () => {
    drawRunningHead(page);
    drawColumns(page);
    drawCarried(page, 'Brought forward');
  };
  sheet.footHeight = CARRIED_HEIGHT;
  sheet.onPageEnd = () => drawCarried(page, 'Carried forward');
  drawColumns(page);
  for (const ticket of tickets) drawTicket(page, ticket);
  sheet.footHeight = 0;
  sheet.onPageEnd = () => undefined;
  sheet.onNewPage = () => drawRunningHead(page);
  drawSums(page);
  return sheet.end();
}

function titleOf({ kind }: Invoice): string {
  return kind === 'invoice' ? 'Invoice' : 'Credit note';
}

function drawHead({ sheet, invoice }: Page): void {
  const { issuer } = invoice;
  const top = sheet.y;
  sheet.put(titleOf(invoice), { size: 24, x: RIGHT, right: true, width: 220, color: ACCENT }, top - 4);
  const width = CONTENT_WIDTH - 230;
  sheet.y += sheet.put(issuer.name, { size: 12, bold: true, width, lineGap: 1 }) + 4;
  const address = [...issuer.address, ...(issuer.vatId === null ? [] : [`VAT ID ${issuer.vatId}`])].join('\n');
  sheet.y += sheet.put(address, { size: 8, color: FAINT, width, lineGap: 2 });
  sheet.y = Math.max(sheet.y, top + 62) + 26;
}

function drawParties({ sheet, invoice }: Page, tickets: readonly InvoiceTicket[]): void {
  const { buyer, timeZone } = invoice;
  const customer = walletName(invoice.payer);
  const top = sheet.y;
  const width = DETAILS_X - LEFT - 24;
  let y = top + sheet.put('BILLED TO', { size: 6.5, color: FAINT }, top) + 5;
  y += sheet.put(buyer.name ?? customer, { size: 10, bold: true, width, lineGap: 1 }, y) + 3;
  const lines = [...buyer.address, ...(buyer.vatId === null ? [] : [`VAT ID ${buyer.vatId}`])];
  y += sheet.put(lines.join('\n'), { size: 9, width, lineGap: 2.5 }, y);
  const date = (atMs: number): string => formatDateTime(atMs, timeZone).slice(0, 10);
  const from = date(Math.min(...tickets.map((ticket) => ticket.startedAtMs)));
  const until = date(Math.max(...tickets.map((ticket) => ticket.endedAtMs)));
  const details: readonly (readonly [string, string])[] = [
    ['Number', invoice.number], ['Date', date(invoice.issuedAtMs)],
    ['Charged', from === until ? from : `${from} to ${until}`], ['Customer', customer],
    ...(invoice.corrects === null ? [] : [['Corrects', invoice.corrects] as const]),
  ];
  sheet.y = Math.max(y, sheet.putDetails(details, 'Number', top)) + 26;
}

/** What a reader looks for first. */
function drawAmount({ sheet, invoice }: Page): void {
  const { kind, totalMinor, currency } = invoice;
  const amount = formatMoney(kind === 'invoice' ? totalMinor : -totalMinor, currency);
  sheet.y += sheet.put(amount, { size: 19, bold: true }) + 2;
  const said = kind === 'invoice' ? `Paid from the wallet. ${dueText(invoice)}` : 'Given back to the wallet.';
  sheet.y += sheet.put(said, { size: 9, color: FAINT }) + 24;
}

function dueText({ dueMinor, currency }: Invoice): string {
  return dueMinor === 0 ? 'Nothing is due.' : `${formatMoney(dueMinor, currency)} are due.`;
}

function drawRunningHead({ sheet, invoice }: Page): void {
  sheet.put(`${titleOf(invoice)} ${invoice.number}`, { size: 8.5, bold: true, width: CONTENT_WIDTH / 2 });
  sheet.put(invoice.issuer.name, { size: 8.5, color: FAINT, x: RIGHT, right: true, width: CONTENT_WIDTH / 2 - 10 });
  sheet.y += 26;
}

function drawColumns({ sheet, invoice, hasVat }: Page): void {
  const style = { size: 6.5, color: FAINT } as const;
  sheet.put('CHARGES', style);
  sheet.put(`TOTAL ${invoice.currency}`, { ...style, x: TOTAL_X, right: true });
  sheet.put(hasVat ? 'NET' : 'PRICE', { ...style, x: hasVat ? NET_X : VAT_X, right: true });
  if (hasVat) sheet.put('VAT', { ...style, x: VAT_X, right: true });
  sheet.y += 12;
  sheet.rule({ color: INK, width: 0.8 });
  sheet.y += 8;
}

function drawTicket(page: Page, ticket: InvoiceTicket): void {
  const { sheet, hasVat, carried } = page;
  const priceX = hasVat ? NET_X : VAT_X;
  const width = priceX - LEFT - 62;
  const title = `${periodText(ticket)}  ${ticket.siteName}`;
  const detail = detailText(ticket);
  const titleHeight = sheet.heightOf(title, { size: 8.5, bold: true, width });
  const detailHeight = sheet.heightOf(detail, { size: 7.5, width, lineGap: 1 });
  // A ticket's head is never left alone at the foot of a page.
  sheet.ensure(titleHeight + detailHeight + 20);
  drawSumsOf(page, ticket);
  carried.netMinor += ticket.netMinor;
  carried.vatMinor += ticket.vatMinor;
  carried.totalMinor += ticket.totalMinor;
  sheet.y += sheet.put(title, { size: 8.5, bold: true, width }) + 2.5;
  sheet.y += sheet.put(detail, { size: 7.5, color: FAINT, width, lineGap: 1 }) + 3;
  for (const line of ticket.lines) drawLine(page, line, priceX);
  sheet.y += 5;
  sheet.ensure(1);
  sheet.rule();
  sheet.y += 8;
}

/** Net, VAT and total in their columns. */
function drawSumsOf({ sheet, invoice: { currency }, hasVat }: Page, { netMinor, vatMinor, totalMinor }: Sums): void {
  const amount = (minor: number, x: number, bold: boolean): void => {
    sheet.put(formatAmount(minor, currency), { size: 8.5, x, right: true, bold, width: 70 });
  };
  if (hasVat) {
    amount(netMinor, NET_X, false);
    amount(vatMinor, VAT_X, false);
  }
  amount(totalMinor, TOTAL_X, true);
}

/** The sums so far, at the foot of a page and again at the head of the next. */
function drawCarried(page: Page, text: string): void {
  const { sheet, carried } = page;
  sheet.put(text, { size: 8.5, color: FAINT, width: 200 });
  drawSumsOf(page, carried);
  sheet.y += 14;
  sheet.rule();
  sheet.y += 8;
}

function drawLine({ sheet }: Page, line: InvoiceTicket['lines'][number], priceX: number): void {
  const style = { size: 7.5, color: FAINT } as const;
  const quantityX = priceX - 62;
  const quantityWidth = 150;
  const width = quantityX - quantityWidth - LINE_X - 6;
  const height = Math.max(sheet.heightOf(line.text, { ...style, width }),
    sheet.heightOf(line.quantity, { ...style, width: quantityWidth }));
  sheet.ensure(height);
  sheet.put(line.text, { ...style, x: LINE_X, width });
  sheet.put(line.quantity, { ...style, x: quantityX, right: true, width: quantityWidth });
  sheet.put(line.amount, { ...style, x: priceX, right: true, width: 60 });
  sheet.y += height + PRICE_GAP;
}

/** `2026-11-21  06:23–07:23`, in the zone of the site; with the second date when it is another day. */
function periodText({ startedAtMs, endedAtMs, timeZone }: InvoiceTicket): string {
  const [from, until] = [formatDateTime(startedAtMs, timeZone), formatDateTime(endedAtMs, timeZone)];
  const end = from.slice(0, 10) === until.slice(0, 10) ? until.slice(11, 16) : until.slice(0, 16);
  return `${from.slice(0, 16)}–${end}`;
}

function detailText(
  { kind, driverId, pointId, connectorNo, energyWh, startedAtMs, endedAtMs, ticketId }: InvoiceTicket,
): string {
  const who = driverId === null ? '' : ` · charged by ${driverId}`;
  if (kind === 'refund') return `Refund for the charge at ${pointId} connector ${connectorNo}${who}`;
  const what = kind === 'correction' ? `Correction ${ticketId ?? ''}` : `Ticket ${ticketId ?? ''}`;
  const duration = formatClock(Math.max(0, endedAtMs - startedAtMs));
  return `${formatEnergy(energyWh)} in ${duration} h at ${pointId} connector ${connectorNo} · ${what}${who}`;
}

function drawSums({ sheet, invoice, hasVat }: Page): void {
  const { currency, vat, netMinor, totalMinor, paidMinor, dueMinor, kind } = invoice;
  const rows = [
    ...(hasVat ? [['Net', netMinor] as const] : []),
    ...vat.flatMap(({ rate, netMinor: net, vatMinor }) =>
      (rate === null ? [] : [[`VAT ${rate} % of ${formatAmount(net, currency)}`, vatMinor] as const])),
  ];
  sheet.y += 10;
  sheet.ensure(rows.length * 15 + 74);
  const row = (name: string, minor: number, bold = false): void => {
    const size = bold ? 10.5 : 8.5;
    const color = bold ? INK : FAINT;
    sheet.put(name, { size, bold, color, x: DETAILS_X - 30, width: 190 });
    sheet.put(formatMoney(minor, currency), { size, bold, x: RIGHT, right: true });
    sheet.y += bold ? 20 : 15;
  };
  for (const [name, minor] of rows) row(name, minor);
  if (rows.length > 0) {
    sheet.rule({ x: DETAILS_X - 30, color: INK, width: 0.8 });
    sheet.y += 7;
  }
  row('Total', totalMinor, true);
  row(kind === 'invoice' ? 'Paid from the wallet' : 'Given back to the wallet', paidMinor);
  row('Due', dueMinor);
  const without = vat.find(({ rate }) => rate === null);
  if (without === undefined) return;
  const all = `No VAT was reckoned${hasVat ? ` on ${formatMoney(without.netMinor, currency)}` : ''}.`;
  sheet.put(all, { size: 7.5, color: FAINT, x: DETAILS_X - 30, width: 200 });
}
