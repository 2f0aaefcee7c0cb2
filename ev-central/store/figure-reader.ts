// Reads figures: a range of days in its largest buckets, by time, or by site, point, user or group. Owners are taken
// from the rows of years, which are few, so that a page of them reads its own rows alone.
import type { FigureAnswer, FigureAsk } from '../core/figures/ask.ts';
import { OWNERS } from '../core/figures/ask.ts';
import { COUNTS, SUMS } from '../core/figures/figure.ts';
import { type Part, partsOf, signedPartsOf } from '../core/figures/range.ts';
import { snakeCase } from './columns.ts';
import type { Sqlite, Statement } from '../../shared/sqlite/database.ts';

const KINDS = {
  counts: { table: 'figures', also: [], values: COUNTS },
  money: { table: 'figure_sums', also: ['currency'], values: SUMS },
  causes: { table: 'figure_causes', also: ['what', 'cause'], values: ['times', 'ms'] },
} as const;

type Sql = { readonly text: string; readonly values: readonly (string | number)[] };

export function prepareFigureReader(db: Sqlite): (ask: FigureAsk) => FigureAnswer {
  const prepared = new Map<string, Statement>();
  const all = ({ text, values }: Sql): unknown[] => {
    const statement = prepared.get(text) ?? db.prepare(text);
    prepared.set(text, statement);
    return statement.all(...values);
  };
  return (ask) => {
    if (!isByOwner(ask)) return pageOf(all(byTime(ask)) as FigureAnswer['rows'], ask);
    const rows = all(byOwner(ask)) as FigureAnswer['rows'];
    // Owners without anything in these days have no rows, and others may follow them.
    return { rows, more: all(ownersOf(ask, 1, ask.offset + ask.limit)).length > 0 };
  };
}

/** The rows of `limit` keys behind the first `offset` ones: a key has as many rows as it has currencies, or causes. */
function pageOf(rows: FigureAnswer['rows'], { offset, limit }: FigureAsk): FigureAnswer {
  const keys = [...new Set(rows.map(({ key }) => key))];
  if (offset === 0 && keys.length <= limit) return { rows, more: false };
  const wanted = new Set(keys.slice(offset, offset + limit));
  return { rows: rows.filter(({ key }) => wanted.has(key)), more: keys.length > offset + limit };
}

function isByOwner({ by }: FigureAsk): boolean {
  return OWNERS.some((owner) => owner === by);
}

/** Some of the owners that have anything in these years. */
function ownersOf({ kind, scope, id, siteId, from, to }: FigureAsk, limit: number, offset: number): Sql {
  const conditions = ["scope = ?", "grain = 'year'", 'bucket BETWEEN ? AND ?'];
  const values: (string | number)[] = [scope, from.slice(0, 4), to.slice(0, 4)];
  if (id !== '') {
    conditions.push('id = ?');
    values.push(id);
  }
  if (siteId !== null) {
    conditions.push(scope === 'connector' ? 'id IN (SELECT connector FROM watched_connectors WHERE site_id = ?)'
      : 'id IN (SELECT point_id FROM charging_points WHERE site_id = ?)');
    values.push(siteId);
  }
  return {
    text: `SELECT DISTINCT id FROM ${KINDS[kind].table} WHERE ${conditions.join(' AND ')} ORDER BY id LIMIT ? OFFSET ?`,
    values: [...values, limit, offset],
  };
}

/** A page of owners, and what each has within the days. Each part is added up by itself: few rows are left to sort. */
function byOwner(ask: FigureAsk): Sql {
  const { table, also, values: names } = KINDS[ask.kind];
  const owners = ownersOf(ask, ask.limit, ask.offset);
  const columns = names.map(snakeCase);
  const parts = signedPartsOf(ask.from, ask.to).map(({ grain, from, to, sign }): Sql => ({
    text: `SELECT ${['f.id', ...also].join(', ')},
        ${columns.map((name) => `${sign} * sum(${name}) AS ${name}`).join(', ')}
      FROM owners o CROSS JOIN ${table} f ON f.scope = ? AND f.grain = '${grain}' AND f.id = o.id
        AND f.bucket BETWEEN ? AND ? GROUP BY ${['o.id', ...also].join(', ')}`,
    values: [ask.scope, from, to],
  }));
  return {
    text: `WITH owners AS MATERIALIZED (${owners.text})
      SELECT id AS key, ${columnsOf(ask)} FROM (${parts.map(({ text }) => text).join(' UNION ALL ')})
      GROUP BY ${groupBy('id', ask)} HAVING ${columns.map((name) => `sum(${name}) <> 0`).join(' OR ')}`,
    values: [...owners.values, ...parts.flatMap((part) => part.values)],
  };
}

function byTime(ask: FigureAsk): Sql {
  const { table } = KINDS[ask.kind];
  const parts = partsOfTime(ask).map((part): Sql => ({
    text: `SELECT * FROM ${table} WHERE scope = ? AND grain = '${part.grain}' AND id = ? AND bucket BETWEEN ? AND ?`,
    values: [ask.scope, ask.id, part.from, part.to],
  }));
  const key = keyOf(ask);
  return {
    text: `SELECT ${key} AS key, ${columnsOf(ask)} FROM (${parts.map(({ text }) => text).join(' UNION ALL ')})
      GROUP BY ${groupBy(key, ask)}`,
    values: parts.flatMap((part) => part.values),
  };
}

function partsOfTime({ by, from, to }: FigureAsk): Part[] {
  switch (by) {
    case 'hour': return [{ grain: 'hour', from, to }];
    case 'day': return partsOf(from, to, 'day');
    case 'month': return partsOf(from, to, 'month');
    default: return partsOf(from, to);
  }
}

function keyOf({ by }: FigureAsk): string {
  switch (by) {
    case 'hour': case 'day': return 'bucket';
    case 'month': return 'substr(bucket, 1, 7)';
    case 'year': return 'substr(bucket, 1, 4)';
    default: return "''";
  }
}

function columnsOf({ kind }: FigureAsk): string {
  const { also, values } = KINDS[kind];
  return [...also, ...values.map((name) => `sum(${snakeCase(name)}) AS ${name}`)].join(', ');
}

function groupBy(key: string, { kind }: FigureAsk): string {
  return [key, ...KINDS[kind].also].join(', ');
}
