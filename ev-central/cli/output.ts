// How tools print lists and rows: aligned columns for people, one JSON document for programs.
import { isoTime } from '../../shared/clock.ts';
import type { Row } from './order-desk.ts';
import type { ToolOptions } from './tool-options.ts';

/** Prints a list. Without `columns` all scalar fields of the rows are shown. */
export function printList(
  rows: readonly Row[], { json }: Pick<ToolOptions, 'json'>, columns?: readonly string[],
): void {
  if (json) return printJson(rows);
  if (rows.length === 0) return void process.stdout.write('(none)\n');
  const names = columns ?? Object.keys(rows[0] ?? {});
  const table = [names.map(title), ...rows.map((row) => names.map((name) => cell(name, row[name])))];
  const widths = names.map((_name, i) => Math.max(...table.map((line) => (line[i] ?? '').length)));
  for (const line of table) {
    process.stdout.write(`${line.map((text, i) => text.padEnd(widths[i] ?? 0)).join('  ').trimEnd()}\n`);
  }
}

/** Prints one row, a field a line. */
export function printRow(row: Row, { json }: Pick<ToolOptions, 'json'>): void {
  if (json) return printJson(row);
  const width = Math.max(...Object.keys(row).map((name) => title(name).length));
  for (const [name, value] of Object.entries(row)) {
    process.stdout.write(`${title(name).padEnd(width)}  ${cell(name, value)}\n`);
  }
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** `startedAtMs → started at`. */
function title(name: string): string {
  return name.replace(/(At|Since|Until|By)?Ms$/, (_all, word: string | undefined) => (word === undefined ? '' : word))
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** Times as ISO 8601; what is nested as JSON; control characters of devices never reach the terminal. */
function cell(name: string, value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'number' && /(^since|^at|At|Since|By|Until)Ms$/.test(name)) return isoTime(value);
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return [...text].map((letter) => (letter < ' ' || letter === '\u007f' ? ' ' : letter)).join('');
}
