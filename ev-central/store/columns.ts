// How a field of a row becomes a column and back. A codec lists one column for each field of its row, so a new field
// breaks the build until it is stored. What is read is checked: a wrong type means a damaged or foreign database.
import { BugError } from '../../shared/assert.ts';
import { Failure } from '../../shared/failure.ts';

export type SqlValue = string | number | null;
export type SqlRecord = Readonly<Record<string, unknown>>;

/** One column: its name in the database, and the two directions. */
export type Column<T> = {
  readonly name: string;
  readonly toSql: (value: T) => SqlValue;
  readonly fromSql: (value: unknown) => T;
};

/** The type of a column, still without its name. */
type Kind<T> = Omit<Column<T>, 'name'>;

/** Turns rows of one table into columns and back. `keyColumns` is the primary key. */
export type RowCodec<R> = {
  readonly table: string;
  readonly columns: readonly string[];
  readonly keyColumns: readonly string[];
  /** The values of the key columns of a row that was removed, from its key in memory. */
  readonly keyValues: (key: string) => SqlValue[];
  /** Values in the order of `columns`. */
  readonly encode: (row: R) => SqlValue[];
  readonly decode: (record: SqlRecord) => R;
};

/** A string, or one of the ids or closed words that are strings. The brand is trusted: only the store writes here. */
export function text<T extends string>(): Kind<T> {
  return { toSql: (value) => value, fromSql: (value) => expect(value, typeof value === 'string') as T };
}

export function whole(): Kind<number> {
  return {
    toSql: (value) => {
      if (!Number.isSafeInteger(value)) throw new BugError(`${value} is not a whole number and cannot be stored`);
      return value;
    },
    fromSql: (value) => expect(value, typeof value === 'number') as number,
  };
}

export function real(): Kind<number> {
  return { toSql: (value) => value, fromSql: (value) => expect(value, typeof value === 'number') as number };
}

export function flag(): Kind<boolean> {
  return { toSql: (value) => (value ? 1 : 0), fromSql: (value) => expect(value, value === 0 || value === 1) === 1 };
}

/** A nested value, as JSON text. Values never change, so rows that are read one after the other share equal ones. */
export function json<T>(): Kind<T> {
  let last: { readonly text: string; readonly value: T } | null = null;
  return {
    toSql: (value) => JSON.stringify(value),
    fromSql: (value) => {
      const text = expect(value, typeof value === 'string') as string;
      if (last?.text !== text) last = { text, value: JSON.parse(text) as T };
      return last.value;
    },
  };
}

export function nullable<T>(kind: Kind<T>): Kind<T | null> {
  return {
    toSql: (value) => (value === null ? null : kind.toSql(value)),
    fromSql: (value) => (value === null ? null : kind.fromSql(value)),
  };
}

/**
 * A codec from one column kind a field; the column's name is the field's in snake_case.
 * @param definition.key the fields of the primary key
 * @param definition.keyValues needed only where the key in memory is made of several fields
 */
export function defineCodec<R extends object>(definition: {
  table: string;
  key: readonly (keyof R & string)[];
  keyValues?: (key: string) => SqlValue[];
  fields: { readonly [F in keyof R]-?: Kind<R[F]> };
}): RowCodec<R> {
  const fields = Object.keys(definition.fields) as (keyof R & string)[];
  const kinds = fields.map((field) => definition.fields[field]);
  const columns = fields.map(snakeCase);
  // Filled into a copy of an object that has all fields: one that grows field by field becomes a hash table in V8,
  // which takes five times the memory (40,000 sessions: 160 MB instead of 32).
  const empty = JSON.parse(JSON.stringify(Object.fromEntries(fields.map((field) => [field, null])))) as object;
  return {
    table: definition.table,
    columns,
    keyColumns: definition.key.map(snakeCase),
    keyValues: definition.keyValues ?? ((key) => [key]),
    encode: (row) => fields.map((field, i) => (kinds[i] as Kind<unknown>).toSql(row[field])),
    decode: (record) => {
      const row: Record<string, unknown> = { ...empty };
      fields.forEach((field, i) => {
        row[field] = decodeColumn(kinds[i] as Kind<unknown>, record[columns[i] ?? ''], definition.table, field);
      });
      return row as R;
    },
  };
}

/** `requestedAtMs → requested_at_ms`. */
export function snakeCase(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function decodeColumn(kind: Kind<unknown>, value: unknown, table: string, field: string): unknown {
  try {
    return kind.fromSql(value);
  } catch (cause) {
    throw new Failure('database-failed', `cannot read ${table}.${snakeCase(field)}: the database is damaged or was `
      + 'changed by hand; restore a copy', cause);
  }
}

function expect(value: unknown, right: boolean): unknown {
  if (!right) throw new TypeError(`unexpected value of type ${value === null ? 'null' : typeof value}`);
  return value;
}
