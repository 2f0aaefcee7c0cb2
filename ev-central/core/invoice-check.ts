// Are the invoices what they must be? Numbers without gaps, sums that add up, each ticket of a time with an issuer on
// exactly one document, and a credit note for whatever the ledger gave back of it. Asked by `admin invoices verify` and
// by the simulation.
import { type Account, parseAccount } from '../../shared/account.ts';
import { assertNever } from '../../shared/assert.ts';
import type { Invoice } from '../../shared/messages/invoice.ts';
import type { Ticket } from '../../shared/messages/values.ts';
import type { InvoiceSeries, InvoiceTicketRow, InvoicingSpan, UninvoicedTicket } from './invoice-rows.ts';
import { vatOf } from './invoice-ticket.ts';

/** How the ledger and the credit notes must agree; the database compares them (store/credit-check.ts). */
export type CreditRule = 'refund-credited' | 'correction-credited' | 'credit-note-booked' | 'credited-of-session';
export type CreditFault = {
  readonly rule: CreditRule;
  /** The number of the movement or of the credit note, or the session's id: the first that is wrong, of `count`. */
  readonly at: string;
  readonly expected: number | null; readonly found: number | null; readonly count: number;
};

/** All that was ever issued, what waits, and the tickets. */
export type InvoiceBooks = {
  /** In the order in which they were issued. */
  readonly invoices: readonly Invoice[];
  readonly lines: readonly InvoiceTicketRow[];
  readonly series: readonly InvoiceSeries[];
  readonly waiting: readonly UninvoicedTicket[];
  readonly spans: readonly InvoicingSpan[];
  /** In the order in which they were made. */
  readonly tickets: readonly (Pick<Ticket,
    'ticketId' | 'sessionId' | 'kind' | 'currency' | 'issuedAtMs' | 'totalMinor' | 'vat'> & {
      readonly payer: Account;
    })[];
  /** What does not agree with the ledger. */
  readonly credits: readonly CreditFault[];
};

export type InvoiceFault =
  | { readonly kind: 'number-missing' | 'number-unknown'; readonly number: string }
  | { readonly kind: 'places' | 'sums' | 'vat' | 'sign' | 'corrects'; readonly number: string }
  | {
      readonly kind: 'ticket-differs' | 'ticket-unknown' | 'ticket-twice'; readonly number: string;
      readonly ticketId: string;
    }
  | { readonly kind: 'ticket-missing' | 'ticket-waits-twice'; readonly ticketId: string }
  | ({ readonly kind: 'credit' } & CreditFault);

export type InvoiceReport = {
  readonly invoices: number; readonly creditNotes: number; readonly tickets: number; readonly waiting: number;
  /** Tickets of times without an issuer, and those that cost nothing. */
  readonly notInvoiced: number;
  /** The first comes first. */
  readonly faults: readonly InvoiceFault[];
};

export function checkInvoices(books: InvoiceBooks): InvoiceReport {
  const faults: InvoiceFault[] = [...checkNumbers(books)];
  const linesOf = Map.groupBy(books.lines, (line) => line.number);
  const byNumber = new Map(books.invoices.map((invoice) => [invoice.number, invoice]));
  for (const invoice of books.invoices) {
    faults.push(...checkInvoice(invoice, linesOf.get(invoice.number) ?? [], byNumber));
  }
  const { notInvoiced, faults: ofTickets } = checkTickets(books, byNumber);
  return {
    invoices: books.invoices.filter(({ kind }) => kind === 'invoice').length,
    creditNotes: books.invoices.filter(({ kind }) => kind === 'credit-note').length,
    tickets: books.lines.length, waiting: books.waiting.length, notInvoiced,
    faults: [...faults, ...ofTickets, ...books.credits.map((fault) => ({ kind: 'credit' as const, ...fault }))],
  };
}

/** The fault in words. */
export function invoiceFaultText(fault: InvoiceFault): string {
  switch (fault.kind) {
    case 'number-missing': return `${fault.number} is missing: it was given, and no document has it`;
    case 'number-unknown': return `${fault.number} is of no series, or above the last number that was given`;
    case 'places': return `${fault.number} has not the tickets that it counts`;
    case 'sums': return `${fault.number}: its net, VAT, total, paid or due amounts are not the sums of its tickets`;
    case 'vat': return `${fault.number}: its VAT by rate is not that of its tickets`;
    case 'sign': return `${fault.number}: an invoice is not negative, a credit note is`;
    case 'corrects': return `${fault.number} corrects no invoice of the same payer`;
    case 'ticket-differs':
      return `${fault.number}: ticket ${fault.ticketId} stands there with other figures or another payer`;
    case 'ticket-unknown': return `${fault.number}: there is no ticket ${fault.ticketId}`;
    case 'ticket-twice':
      return `${fault.number}: ticket ${fault.ticketId} is on another invoice too, or still waits for one`;
    case 'ticket-missing': return `ticket ${fault.ticketId} is on no invoice and does not wait for one`;
    case 'ticket-waits-twice': return `ticket ${fault.ticketId} waits for an invoice, and there is no such ticket`;
    case 'credit': return creditFaultText(fault) + (fault.count === 1 ? '' : ` (the first of ${fault.count})`);
    default: return assertNever(fault, 'fault of the invoices');
  }
}

/** Amounts in minor units, as the rows have them. */
export function creditFaultText({ rule, at, expected, found }: Omit<CreditFault, 'count'>): string {
  switch (rule) {
    case 'refund-credited': case 'correction-credited':
      return `movement ${at} gave back ${expected ?? 0} of a charge that is on an invoice; credit notes say `
        + String(found ?? 0);
    case 'credit-note-booked': return `${at} is over ${expected ?? 0}; the ledger gave back ${found ?? 0} for it`;
    case 'credited-of-session':
      return `of session ${at}, ${found ?? 0} are kept as credited; its credit notes come to ${expected ?? 0}`;
    default: return assertNever(rule, 'rule of the credit notes');
  }
}

function* checkNumbers({ invoices, series }: InvoiceBooks): Generator<InvoiceFault> {
  const there = new Set(invoices.map(({ number }) => number));
  const given = new Set<string>();
  for (const { seriesId, last } of series) {
    for (let n = 1; n <= last; n++) {
      const number = `${seriesId}-${String(n).padStart(6, '0')}`;
      given.add(number);
      if (!there.has(number)) yield { kind: 'number-missing', number };
    }
  }
  for (const { number } of invoices) if (!given.has(number)) yield { kind: 'number-unknown', number };
}

function* checkInvoice(
  invoice: Invoice, lines: readonly InvoiceTicketRow[], byNumber: ReadonlyMap<string, Invoice>,
): Generator<InvoiceFault> {
  const { number, kind, corrects, netMinor, vatMinor, totalMinor, paidMinor, dueMinor } = invoice;
  if (lines.length !== invoice.ticketCount || lines.some(({ place }, i) => place !== i + 1)) {
    yield { kind: 'places', number };
  }
  const sum = (of: (line: InvoiceTicketRow) => number): number => lines.reduce((total, line) => total + of(line), 0);
  const isRight = sum((line) => line.netMinor) === netMinor && sum((line) => line.vatMinor) === vatMinor
    && sum((line) => line.totalMinor) === totalMinor && netMinor + vatMinor === totalMinor
    && paidMinor + dueMinor === totalMinor;
  if (!isRight) yield { kind: 'sums', number };
  if (JSON.stringify(vatOf(lines)) !== JSON.stringify(invoice.vat)) yield { kind: 'vat', number };
  const hasRefund = lines.some((line) => line.kind === 'refund');
  if (kind === 'credit-note' ? totalMinor >= 0 : totalMinor < 0 || hasRefund) yield { kind: 'sign', number };
  const corrected = corrects === null ? undefined : byNumber.get(corrects);
  const fits = kind === 'invoice' ? corrects === null
    : corrected?.kind === 'invoice' && corrected.payer === invoice.payer && corrected.currency === invoice.currency;
  if (!fits) yield { kind: 'corrects', number };
}

function checkTickets(
  { lines, tickets, waiting, spans }: InvoiceBooks, byNumber: ReadonlyMap<string, Invoice>,
): { notInvoiced: number; faults: InvoiceFault[] } {
  const faults: InvoiceFault[] = [];
  const known = new Map(tickets.map((ticket) => [ticket.ticketId, ticket]));
  const waits = new Set(waiting.map(({ ticketId }) => ticketId));
  const on = new Map<string, string>();
  for (const line of lines) {
    const { number, ticketId } = line;
    if (ticketId === null) continue; // a refund: of a charge, without a ticket
    const ticket = known.get(ticketId);
    const invoice = byNumber.get(number);
    if (ticket === undefined) faults.push({ kind: 'ticket-unknown', number, ticketId });
    else if (on.has(ticketId) || waits.has(ticketId)) faults.push({ kind: 'ticket-twice', number, ticketId });
    else if (ticket.totalMinor !== line.totalMinor || ticket.payer !== invoice?.payer
      || ticket.currency !== invoice.currency || JSON.stringify(ticket.vat) !== JSON.stringify(line.vat)) {
      faults.push({ kind: 'ticket-differs', number, ticketId });
    }
    on.set(ticketId, number);
  }
  for (const { ticketId } of waiting) if (!known.has(ticketId)) faults.push({ kind: 'ticket-waits-twice', ticketId });
  const sessions = new Set([...lines.map((line) => line.sessionId), ...waiting.map(({ ticket }) => ticket.sessionId)]);
  let notInvoiced = 0;
  for (const { ticketId, sessionId, issuedAtMs, totalMinor, payer } of tickets) {
    if (on.has(ticketId) || waits.has(ticketId)) continue;
    const isGroups = parseAccount(payer)?.kind === 'group-wallet';
    const wasOpen = spans.some(({ fromMs, untilMs, withGroups }) => (withGroups || !isGroups)
      && fromMs <= issuedAtMs && issuedAtMs < (untilMs ?? Infinity));
    // What takes back something that was never invoiced has nothing to correct.
    const hasNothing = totalMinor === 0 || (totalMinor < 0 && !sessions.has(sessionId));
    if (wasOpen && !hasNothing) faults.push({ kind: 'ticket-missing', ticketId });
    else notInvoiced += 1;
  }
  return { notInvoiced, faults };
}
