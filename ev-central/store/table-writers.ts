// Writes what changed in the tables of the core: prepared upserts and deletes, only changed rows.
import type { Tables } from '../core/state.ts';
import type { Table } from '../core/table.ts';
import type { Codecs } from './codecs.ts';
import type { RowCodec, SqlValue } from './columns.ts';
import type { Sqlite, Statement } from './database.ts';

/** Writes the changes of all tables; runs inside the commit's transaction. */
export type WriteTables = (tables: Tables, nowMs: number) => void;

/** Writes the changes of one table; the keys that were removed. */
type WriteTable<K extends string> = (tables: Tables, nowMs: number) => readonly K[];

/** Prepares one writer for each table. */
export function prepareTableWriters(db: Sqlite, codecs: Codecs): WriteTables {
  const write = <K extends string, R>(
    codec: RowCodec<R>, tableOf: (tables: Tables) => Table<K, R>, stamp?: string,
  ): WriteTable<K> => {
    const writeRows = writer(db, codec, stamp);
    return (tables, nowMs) => writeRows(tableOf(tables), nowMs);
  };
  const writeUsers = write(codecs.users, ({ users }) => users);
  const removeNotices = db.prepare('DELETE FROM notices WHERE user_id = ?');
  const each: Record<keyof Tables, (tables: Tables, nowMs: number) => void> = {
    installation: write(codecs.installation, ({ installation }) => installation),
    tariffs: write(codecs.tariffs, ({ tariffs }) => tariffs),
    tariffVersions: write(codecs.tariffVersions, ({ tariffVersions }) => tariffVersions),
    priceSeries: write(codecs.priceSeries, ({ priceSeries }) => priceSeries),
    priceSeriesVersions: write(codecs.priceSeriesVersions, ({ priceSeriesVersions }) => priceSeriesVersions),
    sites: write(codecs.sites, ({ sites }) => sites),
    points: write(codecs.points, ({ points }) => points),
    pointStates: write(codecs.pointStates, ({ pointStates }) => pointStates),
    users: (tables, nowMs) => {
      // Somebody who gets the same id later begins with the first notice, and reads none of another person's.
      for (const userId of writeUsers(tables, nowMs)) removeNotices.run(userId);
    },
    groups: write(codecs.groups, ({ groups }) => groups),
    groupTariffs: write(codecs.groupTariffs, ({ groupTariffs }) => groupTariffs),
    sessions: write(codecs.sessions, ({ sessions }) => sessions, 'changed_at_ms'),
    meters: write(codecs.meters, ({ meters }) => meters),
    keys: write(codecs.keys, ({ keys }) => keys),
    requests: write(codecs.requests, ({ requests }) => requests),
    orders: write(codecs.orders, ({ orders }) => orders),
    commands: write(codecs.commands, ({ commands }) => commands),
    lockouts: write(codecs.lockouts, ({ lockouts }) => lockouts),
    ticketPayments: write(codecs.ticketPayments, ({ ticketPayments }) => ticketPayments),
    apiSessions: write(codecs.apiSessions, ({ apiSessions }) => apiSessions),
    apiKeys: write(codecs.apiKeys, ({ apiKeys }) => apiKeys),
    apiCalls: write(codecs.apiCalls, ({ apiCalls }) => apiCalls),
    persons: write(codecs.persons, ({ persons }) => persons),
    accountCodes: write(codecs.accountCodes, ({ accountCodes }) => accountCodes),
    mails: write(codecs.mails, ({ mails }) => mails),
    vehicles: write(codecs.vehicles, ({ vehicles }) => vehicles),
    tokens: write(codecs.tokens, ({ tokens }) => tokens),
    secondFactors: write(codecs.secondFactors, ({ secondFactors }) => secondFactors),
    billingDetails: write(codecs.billingDetails, ({ billingDetails }) => billingDetails),
    invoiceSeries: write(codecs.invoiceSeries, ({ invoiceSeries }) => invoiceSeries),
    uninvoicedTickets: write(codecs.uninvoicedTickets, ({ uninvoicedTickets }) => uninvoicedTickets),
    invoicedSessions: write(codecs.invoicedSessions, ({ invoicedSessions }) => invoicedSessions),
    invoicingSpans: write(codecs.invoicingSpans, ({ invoicingSpans }) => invoicingSpans),
  };
  const writers = Object.values(each);
  return (tables, nowMs) => {
    for (const writeTable of writers) writeTable(tables, nowMs);
  };
}

/** `INSERT … ON CONFLICT (key) DO UPDATE …` for one row; `stamp` is a column that takes the commit's time. */
function upsertSql(codec: Pick<RowCodec<never>, 'table' | 'columns' | 'keyColumns'>, stamp?: string): string {
  const columns = stamp === undefined ? codec.columns : [...codec.columns, stamp];
  const others = columns.filter((column) => !codec.keyColumns.includes(column));
  return `INSERT INTO ${codec.table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
    ON CONFLICT (${codec.keyColumns.join(', ')}) DO UPDATE SET ${others.map((c) => `${c} = excluded.${c}`).join(', ')}`;
}

function writer<R>(db: Sqlite, codec: RowCodec<R>, stamp?: string) {
  const upsert: Statement = db.prepare(upsertSql(codec, stamp));
  const remove: Statement = db.prepare(
    `DELETE FROM ${codec.table} WHERE ${codec.keyColumns.map((column) => `${column} = ?`).join(' AND ')}`);
  return <K extends string>(table: Table<K, R>, nowMs: number): readonly K[] => {
    const { put, removed } = table.takeChanges();
    for (const row of put) {
      const values: SqlValue[] = codec.encode(row);
      if (stamp !== undefined) values.push(nowMs);
      upsert.run(values);
    }
    for (const key of removed) remove.run(codec.keyValues(key));
    return removed;
  };
}
