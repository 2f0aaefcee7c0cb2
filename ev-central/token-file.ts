// Tokens from CSV: user,token and, if wanted, kind and expires. What is wrong is said with its line, and then no token
// of the file is issued.
import {
  MOST_TOKENS_AT_ONCE, MOST_TOKENS_OF_FILE, type NewToken, newTokenSchema,
} from '../shared/messages/accounts.ts';
import { readCsv } from './cli/csv-rows.ts';

export type LineProblem = { readonly line: number; readonly reason: string };
export type TokenFile = {
  readonly tokens: readonly NewToken[];
  /** Of each token. */
  readonly lines: readonly number[];
  readonly problems: readonly LineProblem[];
};

const COLUMNS = ['user', 'token', 'kind', 'expires'];
const NEEDED = ['user', 'token'];

/** `most`: how many are taken at once, by the tool or over HTTP. */
export function readTokenFile(text: string, most = MOST_TOKENS_AT_ONCE): TokenFile {
  const { header, records, bad } = readCsv(text);
  const missing = NEEDED.filter((name) => !header.includes(name));
  if (missing.length > 0) return failed(1, `the header has no column ${missing.join(', ')}`);
  const unknown = header.filter((name) => !COLUMNS.includes(name));
  if (unknown.length > 0) {
    return failed(1, `the header has a column ${unknown.join(', ')}: known are ${COLUMNS.join(', ')}`);
  }
  if (records.length + bad.length === 0) return failed(1, 'there are no tokens below the header');
  if (records.length > most) {
    const other = most < MOST_TOKENS_OF_FILE
      ? `, or give it to POST /api/v1/tokens/import, which takes ${MOST_TOKENS_OF_FILE}` : '';
    return failed(records[most]?.line ?? 1,
      `there are ${records.length} tokens, and ${most} are taken at once: split the file${other}`);
  }
  const problems: LineProblem[] = [...bad];
  const tokens: NewToken[] = [];
  const lines: number[] = [];
  for (const { line, fields } of records) {
    const read = tokenOf(fields);
    if (typeof read === 'string') problems.push({ line, reason: read });
    else {
      tokens.push(read);
      lines.push(line);
    }
  }
  return { tokens, lines, problems: problems.sort((a, b) => a.line - b.line) };
}

/** The last moment of a day: a card that expires on it serves until then, in UTC. */
export function endOfDay(day: string): number | null {
  const startMs = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN;
  // 31 February is read as 3 March.
  if (Number.isNaN(startMs) || new Date(startMs).toISOString().slice(0, 10) !== day) return null;
  return startMs + 24 * 3_600_000;
}

function tokenOf(fields: Readonly<Record<string, string>>): NewToken | string {
  const text = (name: string): string => (fields[name] ?? '').trim();
  const expires = text('expires');
  const expiresAtMs = expires === '' ? null : endOfDay(expires);
  if (expires !== '' && expiresAtMs === null) return `"${expires.slice(0, 40)}" is no date: write it as 2027-12-31`;
  const parsed = newTokenSchema.safeParse({
    userId: text('user'), tokenId: text('token'), tokenKind: text('kind') === '' ? 'rfid' : text('kind').toLowerCase(),
    expiresAtMs,
  });
  if (parsed.success) return parsed.data;
  const names: Readonly<Record<string, string>> = { userId: 'user', tokenId: 'token', tokenKind: 'kind' };
  const { issues } = parsed.error;
  return issues.map(({ path: [name], message }) => `${names[String(name)] ?? 'row'}: ${message}`).join('; ');
}

function failed(line: number, reason: string): TokenFile {
  return { tokens: [], lines: [], problems: [{ line, reason }] };
}
