// CSV as RFC 4180 has it: quoted fields may hold commas, quotes ("" for one) and line breaks.

/** One record by column name, with the number of the line on which it begins (the header is line 1). */
export type CsvRecord = { readonly line: number; readonly fields: Readonly<Record<string, string>> };

/** Reads a text with a header. A record with more or fewer fields than the header comes back in `bad`. */
export function readCsv(
  text: string,
): { header: string[]; records: CsvRecord[]; bad: { line: number; reason: string }[] } {
  const rows = splitRecords(text.replace(/^\uFEFF/, ''));
  const header = rows[0]?.fields.map((name) => name.trim()) ?? [];
  const records: CsvRecord[] = [];
  const bad: { line: number; reason: string }[] = [];
  for (const { line, fields } of rows.slice(1)) {
    if (fields.length === 1 && fields[0] === '') continue;
    if (fields.length !== header.length) {
      bad.push({ line, reason: `${fields.length} fields where the header has ${header.length}` });
      continue;
    }
    records.push({ line, fields: Object.fromEntries(header.map((name, i) => [name, fields[i] ?? ''])) });
  }
  return { header, records, bad };
}

/** What a spreadsheet takes for a formula, or drops before it looks for one. */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/** A number in decimals of its own, which no spreadsheet carries out. */
export type Decimal = { readonly decimal: string };
export type CsvCell = string | number | Decimal;

/** One record with its line end. A text that a spreadsheet would carry out gets an apostrophe before it. */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(value: CsvCell): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'object') return value.decimal;
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

type Split = { line: number; fields: string[] };

function splitRecords(text: string): Split[] {
  const records: Split[] = [];
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const record: Split = { line, fields: [] };
    let ended = false;
    while (!ended) {
      const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at);
      record.fields.push(field.value);
      line += field.lines;
      at = field.next;
      if (text[at] === ',') at += 1;
      else ended = true;
    }
    if (text[at] === '\r') at += 1;
    if (text[at] === '\n') at += 1;
    line += 1;
    records.push(record);
  }
  return records;
}

function plainField(text: string, from: number): { value: string; next: number; lines: number } {
  let to = from;
  while (to < text.length && text[to] !== ',' && text[to] !== '\n' && text[to] !== '\r') to += 1;
  return { value: text.slice(from, to), next: to, lines: 0 };
}

function quotedField(text: string, from: number): { value: string; next: number; lines: number } {
  let value = '';
  let at = from + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    const end = quote === -1 ? text.length : quote;
    value += text.slice(at, end);
    if (text[end + 1] !== '"') {
      // What stands between the closing quote and the comma is kept: a broken file is not made to look whole.
      const rest = plainField(text, Math.min(end + 1, text.length));
      return { value: value + rest.value, next: rest.next, lines: value.split('\n').length - 1 };
    }
    value += '"';
    at = end + 2;
  }
}
