// The audit log as text for other programs, oldest row first. It is read page by page: memory holds one page, and no
// snapshot of the database is kept open while a slow reader waits.
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { isoTime } from '../../shared/clock.ts';
import { attempt } from '../../shared/sqlite/database.ts';
import type { AuditLogRow, Store } from '../store/store.ts';
import { csvLine } from './csv-rows.ts';
import { UsageError } from './tool-action.ts';

export const EXPORT_FORMATS = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
/** Takes a piece of text, and says when it may have the next one. */
export type Sink = (text: string) => void | Promise<void>;

const PAGE_ROWS = 500;
const COLUMNS = ['row_id', 'at', 'who', 'address', 'action', 'outcome', 'parameters', 'hash'];
const LATEST_DATE_MS = 8_640_000_000_000_000;

const LINES: { readonly [F in ExportFormat]: (row: AuditLogRow) => string } = {
  csv: (row) => csvLine([
    row.rowId, timeText(row.atMs), row.who, row.address, row.action, row.outcome, row.parameters, row.hash ?? '',
  ]),
  jsonl: ({ rowId, atMs, parameters, hash, ...row }) => `${JSON.stringify({
    rowId, at: timeText(atMs), atMs, ...row, parameters: valueOf(parameters), hash,
  })}\n`,
};

/** A list of the store as text: what is on each line, and the head of the CSV. */
export type ExportedList<R> = {
  readonly list: Parameters<Store['query']>[0];
  readonly columns: readonly string[];
  readonly lines: { readonly [F in ExportFormat]: (row: R) => string };
};
export type ExportChoice = {
  readonly filter: Readonly<Record<string, string | number>>; readonly format: ExportFormat;
};

/** Writes the rows that the filter lets through; returns how many. */
export function exportAudit(store: Pick<Store, 'query'>, choice: ExportChoice, write: Sink): Promise<number> {
  return exportList<AuditLogRow>(store, { list: 'audit-log', columns: COLUMNS, lines: LINES }, choice, write);
}

/** Writes the rows of a list that the filter lets through, page by page; returns how many. */
export async function exportList<R>(
  store: Pick<Store, 'query'>, { list, columns, lines }: ExportedList<R>, { filter, format }: ExportChoice, write: Sink,
): Promise<number> {
  if (format === 'csv') await write(csvLine([...columns]));
  let count = 0;
  let after: string | null = null;
  do {
    const { rows, next, error } = store.query(list, filter, after, PAGE_ROWS);
    if (error !== null) throw new Error(error);
    if (rows.length > 0) await write(rows.map((row) => lines[format](row as unknown as R)).join(''));
    count += rows.length;
    after = next;
  } while (after !== null);
  return count;
}

export function formatOf(text: string | undefined): ExportFormat {
  const format = EXPORT_FORMATS.find((each) => each === text);
  if (format === undefined) throw new UsageError(`--format: "${text ?? ''}" is none of ${EXPORT_FORMATS.join(', ')}`);
  return format;
}

/** The actions that stand in the log, for somebody who asked for one that does not. */
export function actionsIn(store: Pick<Store, 'query'>): string[] {
  const actions = new Set<string>();
  let after: string | null = null;
  do {
    const { rows, next } = store.query('audit-log', {}, after, PAGE_ROWS);
    for (const row of rows) actions.add(String(row['action']));
    after = next;
  } while (after !== null);
  return [...actions].sort();
}

/** Waits while the reader of a pipe is slower. */
export const toStdout: Sink = async (text) => {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
};

/** Writes a file for its owner alone: people's ids and addresses are in it. It gets its name when it is whole. */
export async function intoFile(file: string, fill: (write: Sink) => Promise<number>): Promise<number> {
  const part = `${file}.part`;
  const writing = `write ${file}`;
  rmSync(part, { force: true });
  const fd = attempt(writing, () => openSync(part, 'wx', 0o600));
  let isOpen = true;
  try {
    const count = await fill((text) => attempt(writing, () => writeFileSync(fd, text)));
    attempt(writing, () => fsyncSync(fd));
    closeSync(fd);
    isOpen = false;
    attempt(writing, () => renameSync(part, file));
    return count;
  } catch (error) {
    if (isOpen) closeSync(fd);
    rmSync(part, { force: true });
    throw error;
  }
}

/** A time that somebody has changed by hand may be none. */
export function timeText(atMs: number): string {
  return Math.abs(atMs) > LATEST_DATE_MS ? String(atMs) : isoTime(atMs);
}

/** Parameters that somebody has changed by hand may be no JSON: then they are a text. */
function valueOf(parameters: string): unknown {
  try {
    return JSON.parse(parameters);
  } catch {
    return parameters;
  }
}
