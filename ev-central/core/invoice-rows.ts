// The stored rows of invoicing. Invoices themselves, and the tickets on them, are only ever added.
import type { Account } from '../../shared/account.ts';
import type { SessionId, TicketId } from '../../shared/ids.ts';
import type { InvoiceTicket } from '../../shared/messages/invoice.ts';
import type { VatPart } from '../../shared/messages/values.ts';
import type { Currency } from '../../shared/money.ts';

/** The last number given of one series (`<prefix>-<year>`). It commits with the document that has the number. */
export type InvoiceSeries = { readonly seriesId: string; readonly last: number };

/** A ticket that waits for its payer's invoice, as it will stand there. */
export type UninvoicedTicket = {
  readonly ticketId: TicketId;
  readonly payer: Account;
  readonly currency: Currency;
  readonly issuedAtMs: number;
  readonly ticket: InvoiceTicket;
};

/** Which invoice holds a session's first ticket: what corrects it later names that. Lives as long as its session. */
export type InvoicedSession = {
  readonly sessionId: SessionId;
  readonly number: string;
  readonly payer: Account;
  /** Of the ticket. */
  readonly vat: readonly VatPart[];
  readonly totalMinor: number;
  /** Taken off by credit notes so far. */
  readonly creditedMinor: number;
};

/** A time in which EV_Central made invoices; `untilMs` is null while it does. */
export type InvoicingSpan = {
  readonly spanId: string; readonly fromMs: number; readonly untilMs: number | null;
  /** What groups pay is invoiced, too: false only in spans of a program that did not. */
  readonly withGroups: boolean;
};

/** A ticket's place on its invoice. */
export type InvoiceTicketRow = InvoiceTicket & { readonly number: string; readonly place: number };
