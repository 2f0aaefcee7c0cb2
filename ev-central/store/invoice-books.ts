// All invoices with what they are made of, as they stand at one moment: for whoever checks them beside a running
// Central.
import type { Account } from '../../shared/account.ts';
import type { InvoiceBooks } from '../core/invoice-check.ts';
import { ticketRows } from './ticket-rows.ts';
import type { RowCodec, SqlRecord } from './columns.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';
import {
  invoiceRows, invoiceSeries, invoiceTicketRows, invoicingSpans, uninvoicedTickets,
} from './invoice-rows.ts';
import { prepareCreditCheck } from './ledger-check.ts';

const TICKETS = `SELECT ${ticketRows.columns.map((column) => `t.${column}`).join(', ')},
  coalesce(s.payer, 'wallet:user:' || t.driver_id) AS payer
  FROM tickets t LEFT JOIN charging_sessions s ON s.session_id = t.session_id ORDER BY t.row_id`;

/** The function returned reads them in one transaction. */
export function prepareInvoiceBooks(db: Sqlite): () => InvoiceBooks {
  const all = <R>(codec: RowCodec<R>, order: string): (() => R[]) => {
    const statement = db.prepare(`SELECT ${codec.columns.join(', ')} FROM ${codec.table} ORDER BY ${order}`);
    return () => (statement.all() as SqlRecord[]).map(codec.decode);
  };
  const [invoices, lines] = [all(invoiceRows, 'row_id'), all(invoiceTicketRows, 'number, place')];
  const [series, waiting] = [all(invoiceSeries, 'series_id'), all(uninvoicedTickets, 'ticket_id')];
  const spans = all(invoicingSpans, 'from_ms');
  const credits = prepareCreditCheck(db);
  const selectTickets = db.prepare(TICKETS);
  const tickets = (): InvoiceBooks['tickets'] => (selectTickets.all() as SqlRecord[])
    .map((record) => ({ ...ticketRows.decode(record), payer: String(record['payer']) as Account }));
  return db.transaction((): InvoiceBooks => ({
    invoices: invoices(), lines: lines(), series: series(), waiting: waiting(), spans: spans(), tickets: tickets(),
    credits: credits(),
  }));
}
