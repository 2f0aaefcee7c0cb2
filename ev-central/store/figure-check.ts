// Are the figures that were added up while things happened those that a fresh count of what is stored comes to? Counted
// within a transaction that is taken back: nothing is changed. And is their revenue what the ledger's accounts have?
import type { SqlRecord } from './columns.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';
import { rebuildFigures } from './figures.ts';

const TABLES = {
  figures: ['scope', 'grain', 'id', 'bucket'], figure_sums: ['scope', 'grain', 'id', 'bucket', 'currency'],
  figure_causes: ['scope', 'grain', 'id', 'bucket', 'what', 'cause'],
} as const;

/** What differs first, in words; null: nothing. */
export function prepareFigureCheck(db: Sqlite): () => string | null {
  return () => {
    db.exec('SAVEPOINT figure_check');
    try {
      const added = everyRow(db);
      rebuildFigures(db);
      return difference(added, everyRow(db)) ?? ledgerDifference(db);
    } finally {
      db.exec('ROLLBACK TO figure_check; RELEASE figure_check');
    }
  };
}

/** By its key; rows of nothing are none. */
function everyRow(db: Sqlite): Map<string, string> {
  const rows = new Map<string, string>();
  for (const [table, keys] of Object.entries(TABLES)) {
    for (const row of db.prepare(`SELECT * FROM ${table}`).all() as SqlRecord[]) {
      const values = Object.entries(row).filter(([name, value]) => !keys.some((key) => key === name) && value !== 0);
      if (values.length === 0) continue;
      const name = [table, ...keys.map((key) => String(row[key]))].join(' ');
      rows.set(name, values.map((each) => each.join(' ')).join(', '));
    }
  }
  return rows;
}

/** By currency: a site's account has what its tickets and refunds came to, that of subscriptions the fees of plans. */
const EARNED = `SELECT m.currency || ' ' || p.account AS name, sum(p.amount_minor) AS minor
  FROM postings p JOIN movements m ON m.row_id = p.movement_id
  WHERE p.account LIKE 'revenue:%' OR p.account = 'subscriptions' GROUP BY name`;
const COUNTED = `SELECT currency || ' ' || iif(scope = 'site', 'revenue:' || id, 'subscriptions') AS name, sum(iif(
    scope = 'site', total_minor - vat_minor - refunded_minor + refunded_vat_minor,
    plan_fees_minor - plan_fees_vat_minor)) AS minor
  FROM figure_sums WHERE grain = 'year' AND scope IN ('site', 'network') GROUP BY name`;

function ledgerDifference(db: Sqlite): string | null {
  const read = (sql: string): Map<string, string> => new Map(
    (db.prepare(sql).all() as { name: string; minor: number }[]).filter(({ minor }) => minor !== 0)
      .map(({ name, minor }) => [`revenue of ${name}`, String(minor)]));
  const [counted, earned] = [read(COUNTED), read(EARNED)];
  for (const name of new Set([...counted.keys(), ...earned.keys()])) {
    const [was, is] = [counted.get(name) ?? '0', earned.get(name) ?? '0'];
    if (was !== is) return `${name} was added up to ${was}, the ledger has ${is}`;
  }
  return null;
}

function difference(added: ReadonlyMap<string, string>, counted: ReadonlyMap<string, string>): string | null {
  for (const key of new Set([...added.keys(), ...counted.keys()])) {
    const [was, is] = [added.get(key) ?? 'nothing', counted.get(key) ?? 'nothing'];
    if (was !== is) return `${key} was added up to ${was}, what is stored comes to ${is}`;
  }
  return null;
}
