// Writes what changed in the tables of the core: prepared upserts and deletes, only changed rows.
import type { Tables } from '../core/state.ts';
import type { Table } from '../core/table.ts';
import type { Codecs } from './codecs.ts';
import type { RowCodec, SqlValue } from './columns.ts';
import type { Sqlite, Statement } from '../../shared/sqlite/database.ts';

/** Writes the changes of all tables; runs inside the commit's transaction. */
export type WriteTables = (tables: Tables, nowMs: number) => void;

/** Sessions are kept in memory by when they changed last. */
const STAMPS: Readonly<Partial<Record<keyof Tables, string>>> = { sessions: 'changed_at_ms' };

/** Prepares one writer for each table, in the order of the codecs: what others refer to comes first. */
export function prepareTableWriters(db: Sqlite, codecs: Codecs): WriteTables {
  const names = Object.keys(codecs) as (keyof Tables)[];
  // A table and its codec are of the same rows; that is lost where all of them stand in one list.
  const writers = names.map((name) => ({ name, write: writer(db, codecs[name] as RowCodec<unknown>, STAMPS[name]) }));
  const removeNotices = db.prepare('DELETE FROM notices WHERE user_id = ?');
  return (tables, nowMs) => {
    for (const { name, write } of writers) {
      const removed = write(tables[name] as unknown as Table<string, unknown>, nowMs);
      // Somebody who gets the same id later begins with the first notice, and reads none of another person's.
      if (name === 'users') for (const userId of removed) removeNotices.run(userId);
    }
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
