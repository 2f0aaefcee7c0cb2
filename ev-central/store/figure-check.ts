// Are the figures that were added up while things happened those that a fresh count of what is stored comes to? Counted
// within a transaction that is taken back: nothing is changed.
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
      return difference(added, everyRow(db));
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

function difference(added: ReadonlyMap<string, string>, counted: ReadonlyMap<string, string>): string | null {
  for (const key of new Set([...added.keys(), ...counted.keys()])) {
    const [was, is] = [added.get(key) ?? 'nothing', counted.get(key) ?? 'nothing'];
    if (was !== is) return `${key} was added up to ${was}, what is stored comes to ${is}`;
  }
  return null;
}
