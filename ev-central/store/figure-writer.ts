// Adds figures to their rows, within the transaction of what they count. What a batch adds to one row is added up
// first: a hundred tickets of one site write the rows of that site and of the network once.
import { bucketsOf, COUNTS, type Figure, SUMS } from '../core/figures/figure.ts';
import { snakeCase } from './columns.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';

export type FigureWriter = {
  /** `sign` -1 takes off what was added before. */
  add(figures: readonly Figure[], sign?: 1 | -1): void;
  /** Writes what was added since the last time. */
  flush(): void;
};

/** A table of figures: its key besides scope, grain, id and bucket, and what is added up. */
type FigureTable = { readonly table: string; readonly also: readonly string[]; readonly values: readonly string[] };
const TABLES = {
  counts: { table: 'figures', also: [], values: COUNTS.map(snakeCase) },
  money: { table: 'figure_sums', also: ['currency'], values: SUMS.map(snakeCase) },
  cause: { table: 'figure_causes', also: ['what', 'cause'], values: ['times', 'ms'] },
} as const satisfies Record<Figure['kind'], FigureTable>;

type Added = { readonly kind: Figure['kind']; readonly key: readonly string[]; readonly values: number[] };

export function prepareFigureWriter(db: Sqlite): FigureWriter {
  const statements = {
    counts: db.prepare(addSql(TABLES.counts)), money: db.prepare(addSql(TABLES.money)),
    cause: db.prepare(addSql(TABLES.cause)),
  };
  const added = new Map<string, Added>();
  return {
    add(figures, sign = 1) {
      for (const figure of figures) {
        const values = valuesOf(figure);
        if (values.every((value) => value === 0)) continue;
        for (const { scope, grain, id, bucket } of bucketsOf(figure)) {
          const key = [scope, grain, id, bucket, ...alsoOf(figure)];
          const name = `${figure.kind}\n${key.join('\n')}`;
          const row = added.get(name) ?? { kind: figure.kind, key, values: values.map(() => 0) };
          values.forEach((value, i) => {
            row.values[i] = (row.values[i] ?? 0) + sign * value;
          });
          added.set(name, row);
        }
      }
    },
    flush() {
      for (const { kind, key, values } of added.values()) {
        if (values.some((value) => value !== 0)) statements[kind].run(...key, ...values);
      }
      added.clear();
    },
  };
}

function valuesOf(figure: Figure): number[] {
  switch (figure.kind) {
    case 'counts': return COUNTS.map((name) => figure.counts[name] ?? 0);
    case 'money': return SUMS.map((name) => figure.sums[name] ?? 0);
    case 'cause': return [figure.times, figure.ms];
  }
}

function alsoOf(figure: Figure): string[] {
  switch (figure.kind) {
    case 'counts': return [];
    case 'money': return [figure.currency];
    case 'cause': return [figure.what, figure.cause];
  }
}

function addSql({ table, also, values }: FigureTable): string {
  const key = ['scope', 'grain', 'id', 'bucket', ...also];
  const columns = [...key, ...values];
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
    ON CONFLICT (${key.join(', ')}) DO UPDATE SET
    ${values.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')}`;
}
