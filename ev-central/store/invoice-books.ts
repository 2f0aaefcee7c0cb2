// All invoices with what they are made of, as they stand at one moment: for whoever checks them beside a running
// Central.
import type { InvoiceBooks } from '../core/invoice-check.ts';
import { ticketRows } from './appends.ts';
import type { RowCodec, SqlRecord } from './columns.ts';
import type { Sqlite } from './database.ts';
import {
  invoiceRows, invoiceSeries, invoiceTicketRows, invoicingSpans, uninvoicedTickets,
} from './invoice-rows.ts';

/** What a group's wallet paid is on no invoice. */
const PAID_BY_DRIVER = `EXISTS (SELECT 1 FROM charging_sessions s
  WHERE s.session_id = tickets.session_id AND s.payer = 'wallet:user:' || tickets.driver_id)`;

/** The function returned reads them in one transaction. */
export function prepareInvoiceBooks(db: Sqlite): () => InvoiceBooks {
  const all = <R>(codec: RowCodec<R>, order: string, where = 'true'): (() => R[]) => {
    const statement = db.prepare(
      `SELECT ${codec.columns.join(', ')} FROM ${codec.table} WHERE ${where} ORDER BY ${order}`);
    return () => (statement.all() as SqlRecord[]).map(codec.decode);
  };
  const [invoices, lines] = [all(invoiceRows, 'row_id'), all(invoiceTicketRows, 'number, place')];
  const [series, waiting] = [all(invoiceSeries, 'series_id'), all(uninvoicedTickets, 'ticket_id')];
  const [spans, tickets] = [all(invoicingSpans, 'from_ms'), all(ticketRows, 'row_id', PAID_BY_DRIVER)];
  return db.transaction((): InvoiceBooks => ({
    invoices: invoices(), lines: lines(), series: series(), waiting: waiting(), spans: spans(), tickets: tickets(),
  }));
}
