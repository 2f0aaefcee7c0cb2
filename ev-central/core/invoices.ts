// Invoices and credit notes: who is billed when, and under which number. A document is made in the transaction that
// makes its ticket, or, for who is billed by the month, at the first tick after the month's end from the tickets that
// wait; so whatever dies, none is lost and none is made twice. What was issued is never changed: a later correction is
// a document of its own.
import { type Account, parseAccount, userWallet, walletName } from '../../shared/account.ts';
import { invariant } from '../../shared/assert.ts';
import { type CorrelationId, correlationId, type RequestId, type SessionId, type UserId } from '../../shared/ids.ts';
import { LIMITS } from '../../shared/limits.ts';
import type {
  BillingDetails, Invoice, InvoiceKind, InvoicePolicy, InvoiceTicket, Issuer,
} from '../../shared/messages/invoice.ts';
import type { Ticket } from '../../shared/messages/values.ts';
import type { Currency } from '../../shared/money.ts';
import { formatDateTime } from '../../shared/words/quantities.ts';
import { monthStart, quarterEnd } from '../../shared/zone.ts';
import type { Effect } from './effects.ts';
import type { InvoicedSession, UninvoicedTicket } from './invoice-rows.ts';
import { invoiceTicket, vatOf } from './invoice-ticket.ts';
import { runnersOf } from './groups.ts';
import { notifyDriver } from './notices.ts';
import { counted, done, refused, type Result } from './order-result.ts';
import type { State } from './state.ts';
import { emit, networkEvent, type Step } from './step.ts';
import { walletOf } from './wallet.ts';

const QUARTER_MS = 15 * 60_000;

/** Invoices the tickets that this step has made, wherever it made them: no rule can forget to. */
export function invoiceNewTickets(step: Step): void {
  const tickets = step.effects.length === 0 ? [] : ticketsIn(step.effects);
  if (tickets.length === 0) return;
  noteInvoicing(step);
  const { issuer } = step.state.settings;
  if (issuer !== null) for (const ticket of tickets) takeTicket(step, issuer, ticket);
}

/** Invoices what waits and is due: tickets of months that are over, and of payers who are billed by charge now. */
export function invoiceDueTickets(step: Step): void {
  const { state, now } = step;
  const { issuer } = state.settings;
  if (issuer === null || (now < state.invoicesDueMs && state.invoicesDueMs - now <= QUARTER_MS)) return;
  const beforeMs = monthStart(issuer.timeZone, now);
  const due = new Map<string, UninvoicedTicket[]>();
  for (const row of state.uninvoicedTickets.values()) {
    if (row.issuedAtMs >= beforeMs && policyOf(state, issuer, row.payer) === 'monthly') continue;
    const key = `${row.currency} ${row.payer}`;
    due.set(key, [...due.get(key) ?? [], row]);
  }
  let isMore = false;
  for (const rows of [...due.values()].slice(0, LIMITS.invoicesAtOnce)) {
    const page = rows.slice(0, LIMITS.ticketsOnInvoice);
    isMore ||= page.length < rows.length;
    issueWaiting(step, issuer, page);
  }
  // Months begin at quarter hours, in every zone.
  state.invoicesDueMs = isMore || due.size > LIMITS.invoicesAtOnce ? now : quarterEnd(now);
}

export function putBillingDetails(step: Step, details: BillingDetails): Result {
  const { state } = step;
  if (walletOf(state, details.payer) === undefined) return refused(noSuch(details.payer));
  state.billingDetails.put(details);
  state.invoicesDueMs = 0;
  return done(`the next invoice of ${walletName(details.payer)} has these details`);
}

function noSuch(payer: Account): string {
  const parts = parseAccount(payer);
  return parts?.kind === 'group-wallet' ? `no such group: ${parts.groupId}` : `no such user: ${walletName(payer)}`;
}

/** What speaks against forgetting a payer; null: nothing. */
export function whyInvoicesNeed(state: State, payer: Account): string | null {
  const waiting = [...state.uninvoicedTickets.values()].filter((row) => row.payer === payer).length;
  return waiting === 0 ? null : `${walletName(payer)} has ${counted(waiting, 'ticket')} that no invoice holds yet: `
    + 'invoice the month by hand (admin invoice month), or wait for its end';
}

function ticketsIn(effects: readonly Effect[]): Ticket[] {
  return effects.flatMap((effect) => (effect.kind === 'append' && effect.table === 'tickets' ? [effect.row] : []));
}

/**
 * With the first ticket or refund under an issuer, or again without one: since when invoices are made, or until when.
 */
export function noteInvoicing({ state, now }: Step): void {
  const makesThem = state.settings.issuer !== null;
  const open = [...state.invoicingSpans.values()].find((span) => span.untilMs === null);
  if (makesThem ? open?.withGroups === true : open === undefined) return;
  if (open !== undefined) state.invoicingSpans.put({ ...open, untilMs: now });
  if (!makesThem) return;
  state.invoicingSpans.put({ spanId: `${now}`, fromMs: now, untilMs: null, withGroups: true });
}

function takeTicket(step: Step, issuer: Issuer, ticket: Ticket): void {
  // Nobody wants a document, and a number, about nothing.
  if (ticket.totalMinor === 0) return;
  const { state } = step;
  const payer = payerOf(state, ticket);
  const row: UninvoicedTicket = {
    ticketId: ticket.ticketId, payer, currency: ticket.currency, issuedAtMs: ticket.issuedAtMs,
    ticket: invoiceTicket(state, ticket, payer),
  };
  if (ticket.totalMinor < 0) {
    const corrected = state.invoicedSessions.get(ticket.sessionId);
    if (corrected !== undefined) {
      return void creditNote(step, issuer, corrected, { ...aboutOf(step, ticket.sessionId), ...row });
    }
    // What is taken back was never invoiced, or waits and takes this along, however late it is.
    const waiting = waitingOf(state, ticket);
    if (waiting !== undefined) state.uninvoicedTickets.put({ ...row, issuedAtMs: waiting.issuedAtMs });
    return;
  }
  if (policyOf(state, issuer, payer) === 'monthly') state.uninvoicedTickets.put(row);
  else {
    const about = aboutOf(step, ticket.sessionId);
    issue(step, issuer, { ...about, ...documentOf([row]), kind: 'invoice', corrects: null });
  }
}

/** Takes something off a charge that is on an invoice; returns the number of the credit note. */
export function creditNote(
  step: Step, issuer: Issuer, corrected: InvoicedSession,
  { ticket, currency, ...about }: About & Pick<UninvoicedTicket, 'ticket' | 'currency'>,
): string {
  const creditedMinor = corrected.creditedMinor - ticket.totalMinor;
  step.state.invoicedSessions.put({ ...corrected, creditedMinor });
  return issue(step, issuer, {
    requestId: about.requestId, corr: about.corr, kind: 'credit-note', corrects: corrected.number,
    payer: corrected.payer, currency, tickets: [ticket],
  });
}

/** Who pays for a session. */
function payerOf({ sessions }: State, { sessionId, driverId }: Ticket): Account {
  return sessions.get(sessionId)?.payer ?? userWallet(driverId as UserId);
}

/** A group has many charges, and gets one invoice a month unless it asks for others. */
function policyOf(state: State, issuer: Issuer, payer: Account): InvoicePolicy {
  const usual = parseAccount(payer)?.kind === 'group-wallet' ? 'monthly' : issuer.policy;
  return state.billingDetails.get(payer)?.policy ?? usual;
}

function waitingOf(state: State, { sessionId }: Ticket): UninvoicedTicket | undefined {
  for (const row of state.uninvoicedTickets.values()) if (row.ticket.sessionId === sessionId) return row;
  return undefined;
}

export type About = { readonly requestId: RequestId | null; readonly corr: CorrelationId | null };
type Draft = About & {
  readonly kind: InvoiceKind; readonly corrects: string | null; readonly payer: Account; readonly currency: Currency;
  readonly tickets: readonly InvoiceTicket[];
};

/** What a document about a charge is told under. */
export function aboutOf({ state }: Step, sessionId: SessionId): About {
  const session = state.sessions.get(sessionId);
  return { requestId: session?.requestId ?? null, corr: session?.corr ?? null };
}

/** One invoice over tickets that wait; returns its number. */
export function issueWaiting(step: Step, issuer: Issuer, rows: readonly UninvoicedTicket[]): string {
  for (const { ticketId } of rows) step.state.uninvoicedTickets.remove(ticketId);
  return issue(step, issuer, { requestId: null, corr: null, kind: 'invoice', corrects: null, ...documentOf(rows) });
}

function documentOf(rows: readonly UninvoicedTicket[]): Pick<Draft, 'payer' | 'currency' | 'tickets'> {
  const [first] = rows;
  invariant(first !== undefined, 'an invoice has a ticket');
  return { payer: first.payer, currency: first.currency, tickets: rows.map((row) => row.ticket) };
}

/** Writes a document and tells its payer; returns its number. */
function issue(step: Step, issuer: Issuer, draft: Draft): string {
  const { tickets } = draft;
  const invoice = invoiceOf(step, issuer, draft);
  const { number } = invoice;
  emit(step, { kind: 'append', table: 'invoices', row: invoice });
  tickets.forEach((ticket, i) => {
    emit(step, { kind: 'append', table: 'invoice_tickets', row: { ...ticket, number, place: i + 1 } });
    if (ticket.kind !== 'final') return;
    const { sessionId, vat, totalMinor: ofTicketMinor } = ticket;
    step.state.invoicedSessions.put({
      sessionId, number, payer: invoice.payer, vat, totalMinor: ofTicketMinor, creditedMinor: 0,
    });
  });
  tellOfInvoice(step, invoice, draft);
  return number;
}

/** A user is told of her invoice, of a group's those who run it. */
function tellOfInvoice(
  step: Step, { number, payer, kind, corrects, ticketCount, totalMinor, currency }: Invoice, draft: Draft,
): void {
  const parts = parseAccount(payer);
  const group = parts?.kind === 'group-wallet' ? parts.groupId : null;
  const readers = parts?.kind === 'user-wallet' ? [parts.userId]
    : group === null ? [] : runnersOf(step.state.groups.get(group));
  const corr = draft.corr ?? correlationId(`invoice-${number}`);
  for (const driverId of readers) {
    notifyDriver(step, { driverId, requestId: draft.requestId, corr }, {
      type: 'invoice', invoiceNumber: number, kind, corrects, ticketCount, totalMinor, currency, groupId: group,
      sessionId: ticketCount === 1 ? draft.tickets[0]?.sessionId ?? null : null,
    });
    networkEvent(step, 'invoice', { driverId, corr }, { number, kind, corrects, ticketCount, totalMinor, currency });
  }
}

function invoiceOf(step: Step, issuer: Issuer, { tickets, payer, currency, kind, corrects }: Draft): Invoice {
  const sum = (of: (ticket: InvoiceTicket) => number): number => tickets.reduce((total, each) => total + of(each), 0);
  const { name = null, address = [], vatId = null } = step.state.billingDetails.get(payer) ?? {};
  const totalMinor = sum((ticket) => ticket.totalMinor);
  return {
    number: nextNumber(step, issuer, kind), kind, corrects, payer, issuedAtMs: step.now, timeZone: issuer.timeZone,
    issuer: { name: issuer.name, address: issuer.address, vatId: issuer.vatId, footer: issuer.footer },
    buyer: { name: name ?? groupName(step.state, payer), address, vatId }, currency,
    ticketCount: tickets.length, vat: vatOf(tickets),
    netMinor: sum((ticket) => ticket.netMinor), vatMinor: sum((ticket) => ticket.vatMinor), totalMinor,
    // The wallet paid when the tickets were made, and was given back what a correction took off.
    paidMinor: totalMinor, dueMinor: 0,
  };
}

/** A group has a name of its own; that of a user is among her billing details alone. */
function groupName(state: State, payer: Account): string | null {
  const parts = parseAccount(payer);
  const name = parts?.kind === 'group-wallet' ? state.groups.get(parts.groupId)?.name ?? '' : '';
  return name === '' ? null : name;
}

/** `<prefix>-<year>-<6 digits>`, without gaps: the counter commits with the document. */
function nextNumber({ state, now }: Step, issuer: Issuer, kind: InvoiceKind): string {
  const prefix = kind === 'invoice' ? issuer.invoicePrefix : issuer.creditNotePrefix;
  const seriesId = `${prefix}-${formatDateTime(now, issuer.timeZone).slice(0, 4)}`;
  const last = (state.invoiceSeries.get(seriesId)?.last ?? 0) + 1;
  state.invoiceSeries.put({ seriesId, last });
  return `${seriesId}-${String(last).padStart(6, '0')}`;
}
