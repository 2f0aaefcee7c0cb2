// The tables that only grow: movements of the ledger, holds, meter values, tickets, invoices, notices, events and dead
// letters; rows of the audit log go to its chain. Figures count what is written here, in the same transaction.
import type { Append } from '../core/effects.ts';
import type { AuditRow, HoldRow, MeterValueRow } from '../core/rows.ts';
import type { DeadLetter } from '../../shared/messages/dead-letter.ts';
import type { NetworkEvent } from '../../shared/messages/network-event.ts';
import type { AuditChain } from './audit-chain.ts';
import type { RowCodec, SqlValue } from './columns.ts';
import { defineCodec, json, nullable, text, whole } from './columns.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';
import { invoiceRows, invoiceTicketRows } from './invoice-rows.ts';
import { prepareFigureCounter } from './figures.ts';
import { prepareMovements } from './movements.ts';
import { ticketRows } from './ticket-rows.ts';

type AppendTable = Exclude<Append['table'], 'audit'>;

/** Prepares the inserts; the function returned writes the appended rows of a batch, inside its transaction. */
export function prepareAppends(db: Sqlite, chain: Pick<AuditChain, 'append'>): (appends: readonly Append[]) => void {
  const figures = prepareFigureCounter(db);
  const movement = prepareMovements(db);
  const holds = insert(db, holdRows);
  const meterValue = insert(db, meterValueRows);
  const ticket = insert(db, ticketRows);
  const invoice = insert(db, invoiceRows);
  const invoiceTicket = insert(db, invoiceTicketRows);
  const event = insert(db, eventRows);
  const deadLetter = insert(db, deadLetterRows);
  const notice = db.prepare('INSERT INTO notices (user_id, number, type, at_ms, message) VALUES (?, ?, ?, ?, ?)');
  const writers: { readonly [T in AppendTable]: (row: Extract<Append, { table: T }>['row']) => void } = {
    movements(row) {
      movement(row);
      figures.movement(row);
    },
    holds, meter_values: meterValue, invoices: invoice, invoice_tickets: invoiceTicket,
    tickets(row) {
      ticket(row);
      figures.ticket(row);
    },
    attempts: (row) => figures.attempt(row),
    conditions: (row) => figures.condition(row),
    notices: (row) => notice.run(row.driverId, row.number, row.type, row.atMs, JSON.stringify(row)),
    events: ({ v: _v, type: _type, id, ...row }) => event({ ...row, messageId: id }),
    dead_letters: ({ v: _v, type: _type, id, ...row }) => deadLetter({ ...row, messageId: id }),
  };
  return (appends) => {
    const audited: AuditRow[] = [];
    for (const append of appends) {
      if (append.table === 'audit') audited.push(append.row);
      else (writers[append.table] as (row: Append['row']) => void)(append.row);
    }
    figures.flush();
    chain.append(audited);
  };
}

const holdRows = defineCodec<HoldRow>({
  table: 'holds', key: [],
  fields: { atMs: whole(), userId: text(), account: text(), sessionId: text(), change: text(), amountMinor: whole() },
});

export const meterValueRows = defineCodec<MeterValueRow>({
  table: 'meter_values', key: ['sessionId', 'sample'],
  fields: {
    sessionId: text(), sample: whole(), registerWh: whole(), powerW: whole(), socPercent: nullable(whole()),
    atMs: whole(), rawAtMs: whole(), receivedAtMs: whole(), kind: text(),
  },
});

/** What an event or a dead letter is in the database: the envelope's version and type are the same for all. */
export type StoredEvent = Omit<NetworkEvent, 'v' | 'type' | 'id'> & { readonly messageId: string };
export const eventRows = defineCodec<StoredEvent>({
  table: 'events', key: [],
  fields: {
    atMs: whole(), kind: text(), siteId: text(), pointId: nullable(text()), sessionId: nullable(text()),
    driverId: nullable(text()), corr: text(), messageId: text(), data: json(),
  },
});

export type StoredDeadLetter = Omit<DeadLetter, 'v' | 'type' | 'id'> & { readonly messageId: string };
export const deadLetterRows = defineCodec<StoredDeadLetter>({
  table: 'dead_letters', key: [],
  fields: {
    atMs: whole(), source: text(), reason: text(), detail: text(), claimedSender: text(), messageId: text(),
    corr: text(), headers: json(), payloadBase64: text(),
  },
});

function insert<R>(db: Sqlite, codec: RowCodec<R>): (row: R) => void {
  const statement = db.prepare(
    `INSERT INTO ${codec.table} (${codec.columns.join(', ')}) VALUES (${codec.columns.map(() => '?').join(', ')})`);
  return (row) => {
    const values: SqlValue[] = codec.encode(row);
    statement.run(values);
  };
}
