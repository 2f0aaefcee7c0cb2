// A report of the figures as CSV: a header of its fields, a line for each row. Rates that there are none of are empty.
import { csvLine } from './cli/csv-rows.ts';

export function figuresCsv(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const columns = Object.keys(rows[0] ?? {});
  return csvLine(columns) + rows.map((row) => csvLine(columns.map((name) => cell(row[name])))).join('');
}

function cell(value: unknown): string | number {
  if (typeof value === 'number' || typeof value === 'string') return value;
  return value === null || value === undefined ? '' : JSON.stringify(value);
}
