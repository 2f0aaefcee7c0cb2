// A payer's month, invoiced because somebody asks for it: what the tick after the month's end does by itself, or
// earlier, when a contract ends within the month. What was taken is gone from what waits, so nothing is billed twice.
import { walletName } from '../../shared/account.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { monthBounds } from '../../shared/zone.ts';
import type { UninvoicedTicket } from './invoice-rows.ts';
import { issueWaiting } from './invoices.ts';
import { counted, done, refused, type Result } from './order-result.ts';
import type { Step } from './step.ts';

export function invoiceMonth(
  step: Step, { payer, month }: Extract<Order, { kind: 'invoice-month' }>,
): Result {
  const { state, now } = step;
  const { issuer } = state.settings;
  if (issuer === null) return refused('there is no issuer, so no invoices are made: start EV_Central with --issuer');
  const span = monthBounds(issuer.timeZone, month);
  if (span === undefined) return refused(`"${month}" is no month: write it as 2026-03`);
  if (span.startMs > now) return refused(`${month} has not begun in ${issuer.timeZone}`);
  const waiting = [...state.uninvoicedTickets.values()].filter((row) =>
    row.payer === payer && span.startMs <= row.issuedAtMs && row.issuedAtMs < span.endMs);
  if (waiting.length === 0) return refused(`no ticket of ${walletName(payer)} from ${month} waits for an invoice`);
  const byCurrency = Map.groupBy(waiting, (row) => row.currency);
  const lines = [...byCurrency.values()].flatMap(pagesOf)
    .map((rows) => ({ what: issueWaiting(step, issuer, rows), outcome: counted(rows.length, 'ticket') }));
  const isWhole = span.endMs <= now ? '' : `; what comes until the end of ${month} goes on the next one`;
  const numbers = lines.map(({ what }) => what).join(', ');
  return done(`${numbers} over ${counted(waiting.length, 'ticket')} of ${walletName(payer)} from ${month}${isWhole}`,
    lines);
}

function pagesOf(rows: readonly UninvoicedTicket[]): UninvoicedTicket[][] {
  const pages: UninvoicedTicket[][] = [];
  for (let from = 0; from < rows.length; from += LIMITS.ticketsOnInvoice) {
    pages.push(rows.slice(from, from + LIMITS.ticketsOnInvoice));
  }
  return pages;
}
