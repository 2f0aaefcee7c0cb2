// Writes what changed in the tables of the core: prepared upserts and deletes, only changed rows.
import type { Tables } from '../core/state.ts';
import type { Table } from '../core/table.ts';
import type { Codecs } from './codecs.ts';
import type { RowCodec, SqlValue } from './columns.ts';
import type { Sqlite, Statement } from './database.ts';

/** Writes the changes of all tables; runs inside the commit's transaction. */
export type WriteTables = (tables: Tables, nowMs: number) => void;

/** Prepares one writer for each table. */
export function prepareTableWriters(db: Sqlite, codecs: Codecs): WriteTables {
  const write = prepareWriters(db, codecs);
  const removeNotices = db.prepare('DELETE FROM notices WHERE user_id = ?');
  const each: Record<keyof Tables, (tables: Tables, nowMs: number) => void> = {
    installation: (tables, nowMs) => write.installation(tables.installation, nowMs),
    tariffs: (tables, nowMs) => write.tariffs(tables.tariffs, nowMs),
    tariffVersions: (tables, nowMs) => write.tariffVersions(tables.tariffVersions, nowMs),
    priceSeries: (tables, nowMs) => write.priceSeries(tables.priceSeries, nowMs),
    priceSeriesVersions: (tables, nowMs) => write.priceSeriesVersions(tables.priceSeriesVersions, nowMs),
    sites: (tables, nowMs) => write.sites(tables.sites, nowMs),
    points: (tables, nowMs) => write.points(tables.points, nowMs),
    pointStates: (tables, nowMs) => write.pointStates(tables.pointStates, nowMs),
    users: (tables, nowMs) => {
      // Somebody who gets the same id later begins with the first notice, and reads none of another person's.
      for (const userId of write.users(tables.users, nowMs)) removeNotices.run(userId);
    },
    groups: (tables, nowMs) => write.groups(tables.groups, nowMs),
    groupTariffs: (tables, nowMs) => write.groupTariffs(tables.groupTariffs, nowMs),
    sessions: (tables, nowMs) => write.sessions(tables.sessions, nowMs),
    meters: (tables, nowMs) => write.meters(tables.meters, nowMs),
    keys: (tables, nowMs) => write.keys(tables.keys, nowMs),
    requests: (tables, nowMs) => write.requests(tables.requests, nowMs),
    orders: (tables, nowMs) => write.orders(tables.orders, nowMs),
    commands: (tables, nowMs) => write.commands(tables.commands, nowMs),
    lockouts: (tables, nowMs) => write.lockouts(tables.lockouts, nowMs),
    ticketPayments: (tables, nowMs) => write.ticketPayments(tables.ticketPayments, nowMs),
    apiSessions: (tables, nowMs) => write.apiSessions(tables.apiSessions, nowMs),
    apiKeys: (tables, nowMs) => write.apiKeys(tables.apiKeys, nowMs),
    apiCalls: (tables, nowMs) => write.apiCalls(tables.apiCalls, nowMs),
    secondFactors: (tables, nowMs) => write.secondFactors(tables.secondFactors, nowMs),
    billingDetails: (tables, nowMs) => write.billingDetails(tables.billingDetails, nowMs),
    invoiceSeries: (tables, nowMs) => write.invoiceSeries(tables.invoiceSeries, nowMs),
    uninvoicedTickets: (tables, nowMs) => write.uninvoicedTickets(tables.uninvoicedTickets, nowMs),
    invoicedSessions: (tables, nowMs) => write.invoicedSessions(tables.invoicedSessions, nowMs),
    invoicingSpans: (tables, nowMs) => write.invoicingSpans(tables.invoicingSpans, nowMs),
    claimTerms: (tables, nowMs) => write.claimTerms(tables.claimTerms, nowMs),
    claims: (tables, nowMs) => write.claims(tables.claims, nowMs),
  };
  const writers = Object.values(each);
  return (tables, nowMs) => {
    for (const writeTable of writers) writeTable(tables, nowMs);
  };
}

/** One writer for each table. */
function prepareWriters(db: Sqlite, codecs: Codecs) {
  return {
    installation: writer(db, codecs.installation),
    tariffs: writer(db, codecs.tariffs),
    tariffVersions: writer(db, codecs.tariffVersions),
    priceSeries: writer(db, codecs.priceSeries),
    priceSeriesVersions: writer(db, codecs.priceSeriesVersions),
    sites: writer(db, codecs.sites),
    points: writer(db, codecs.points),
    pointStates: writer(db, codecs.pointStates),
    users: writer(db, codecs.users),
    groups: writer(db, codecs.groups),
    groupTariffs: writer(db, codecs.groupTariffs),
    sessions: writer(db, codecs.sessions, 'changed_at_ms'),
    meters: writer(db, codecs.meters),
    keys: writer(db, codecs.keys),
    requests: writer(db, codecs.requests),
    orders: writer(db, codecs.orders),
    commands: writer(db, codecs.commands),
    lockouts: writer(db, codecs.lockouts),
    ticketPayments: writer(db, codecs.ticketPayments),
    apiSessions: writer(db, codecs.apiSessions),
    apiKeys: writer(db, codecs.apiKeys),
    apiCalls: writer(db, codecs.apiCalls),
    secondFactors: writer(db, codecs.secondFactors),
    billingDetails: writer(db, codecs.billingDetails),
    invoiceSeries: writer(db, codecs.invoiceSeries),
    uninvoicedTickets: writer(db, codecs.uninvoicedTickets),
    invoicedSessions: writer(db, codecs.invoicedSessions),
    invoicingSpans: writer(db, codecs.invoicingSpans),
    claimTerms: writer(db, codecs.claimTerms),
    claims: writer(db, codecs.claims),
  } satisfies Record<keyof Tables, unknown>;
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
