// The columns of invoices, of the tickets on them, and of what invoicing remembers.
import type {
  InvoicedSession, InvoiceSeries, InvoiceTicketRow, InvoicingSpan, UninvoicedTicket,
} from '../core/invoice-rows.ts';
import type { BillingDetails, Invoice } from '../../shared/messages/invoice.ts';
import { defineCodec, flag, json, nullable, text, whole } from './columns.ts';

export const billingDetails = defineCodec<BillingDetails>({
  table: 'billing_details', key: ['payer'],
  fields: {
    payer: text(), policy: nullable(text()), name: nullable(text()), address: json(), vatId: nullable(text()),
  },
});

export const invoiceSeries = defineCodec<InvoiceSeries>({
  table: 'invoice_series', key: ['seriesId'], fields: { seriesId: text(), last: whole() },
});

export const uninvoicedTickets = defineCodec<UninvoicedTicket>({
  table: 'uninvoiced_tickets', key: ['ticketId'],
  fields: { ticketId: text(), payer: text(), currency: text(), issuedAtMs: whole(), ticket: json() },
});

export const invoicedSessions = defineCodec<InvoicedSession>({
  table: 'invoiced_sessions', key: ['sessionId'],
  fields: {
    sessionId: text(), number: text(), payer: text(), vat: json(), totalMinor: whole(), creditedMinor: whole(),
  },
});

export const invoicingSpans = defineCodec<InvoicingSpan>({
  table: 'invoicing_spans', key: ['spanId'],
  fields: { spanId: text(), fromMs: whole(), untilMs: nullable(whole()), withGroups: flag() },
});

export const invoiceRows = defineCodec<Invoice>({
  table: 'invoices', key: ['number'],
  fields: {
    number: text(), kind: text(), corrects: nullable(text()), payer: text(), issuedAtMs: whole(), timeZone: text(),
    issuer: json(), buyer: json(), currency: text(), ticketCount: whole(), vat: json(), netMinor: whole(),
    vatMinor: whole(), totalMinor: whole(), paidMinor: whole(), dueMinor: whole(),
  },
});

export const invoiceTicketRows = defineCodec<InvoiceTicketRow>({
  table: 'invoice_tickets', key: ['number', 'place'],
  fields: {
    number: text(), place: whole(), ticketId: nullable(text()), sessionId: text(), kind: text(),
    driverId: nullable(text()), siteId: text(), siteName: text(), pointId: text(), connectorNo: whole(),
    timeZone: text(), startedAtMs: whole(), endedAtMs: whole(), energyWh: whole(), lines: json(), netMinor: whole(),
    vatMinor: whole(), totalMinor: whole(), vat: json(),
  },
});
