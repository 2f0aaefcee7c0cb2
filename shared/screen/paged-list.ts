// A list that is read page by page from somewhere slow (a database, a link). It reads on when the selection comes near
// the end, or when a filter leaves less than a screenful; while only the first page is in sight it reads it again every
// few seconds, so what is new comes in by itself.
import type { Area, Canvas } from './canvas.ts';
import { put } from './canvas.ts';
import { textDialog } from './dialogs.ts';
import { dateAndTime } from './format.ts';
import type { QueryPage } from './handle.ts';
import type { Dialog, Host } from './host.ts';
import type { KeyEvent, PasteEvent } from './input.ts';
import { LABELS } from './labels.ts';
import { BAD, DIM } from './style.ts';
import { createTable, type Column } from './table.ts';

export type ListRow = Readonly<Record<string, unknown>>;

export type PagedListSpec = {
  readonly columns: readonly Column<ListRow>[];
  readonly keyOf: (row: ListRow) => string;
  readonly fetch: (after: string | null, limit: number) => Promise<QueryPage>;
  readonly empty: string;
  /** Default: a window with everything that the row holds. */
  readonly onOpen?: (row: ListRow) => void;
};

export type PagedList = {
  draw(canvas: Canvas, area: Area): void;
  onKey(event: KeyEvent | PasteEvent): boolean;
  selected(): ListRow | undefined;
  /** Reads the first page anew; called when the list comes to the front. */
  reload(): void;
  /** Begins the filter. */
  startFilter(): void;
};

const PAGE_ROWS = 100;
const RELOAD_MS = 3_000;
/** A filter reads on through at most this many rows by itself. */
const FILTER_READS_ROWS = 5_000;

export function createPagedList<View>(host: Host<View>, spec: PagedListSpec): PagedList {
  const state: State = { rows: [], next: null, pages: 0, reading: false, error: null, readAtMs: -Infinity };
  const read = (after: string | null): void => {
    if (state.reading) return;
    state.reading = true;
    spec.fetch(after, PAGE_ROWS).then((page) => takePage(state, page, after), (error: unknown) => {
      state.error = error instanceof Error ? error.message : String(error);
    }).finally(() => {
      state.reading = false;
      state.readAtMs = performance.now();
      host.draw();
    });
  };
  const readOn = (): void => {
    if (state.next !== null) read(state.next);
  };
  const table = createTable<ListRow>({
    columns: spec.columns, keyOf: spec.keyOf, empty: spec.empty, onNearEnd: readOn,
    textOf: (row) => `${spec.columns.map((c) => c.text(row)).join(' ')} ${JSON.stringify(row)}`,
    onOpen: spec.onOpen ?? ((row) => host.open(rowDialog(host, row))),
  });
  return {
    draw(canvas, area) {
      if (state.pages <= 1 && performance.now() - state.readAtMs > RELOAD_MS) read(null);
      table.draw(canvas, area, state.rows);
      const hungry = table.filter.text !== '' && state.rows.length < FILTER_READS_ROWS
        && table.shown() < area.height;
      if (hungry) readOn();
      if (state.error !== null) put(canvas, area.x + 1, area.y + 1, state.error, BAD, area.width - 2);
      else if (state.pages === 0) put(canvas, area.x + 1, area.y + 1, LABELS.loading, DIM, area.width - 2);
    },
    onKey: (event) => table.onKey(event),
    selected: () => table.selected(),
    reload() {
      state.pages = 0;
      state.next = null;
      read(null);
    },
    startFilter() {
      table.filter.editing = true;
    },
  };
}

type State = {
  rows: readonly ListRow[]; next: string | null; pages: number; reading: boolean; error: string | null;
  readAtMs: number;
};

function takePage(state: State, page: QueryPage, after: string | null): void {
  state.error = page.error;
  if (page.error !== null) return;
  state.rows = after === null ? page.rows : [...state.rows, ...page.rows];
  state.pages = after === null ? 1 : state.pages + 1;
  state.next = page.next;
}

/** A window with every field of a row, times as times. */
export function rowDialog<View>(host: Host<View>, row: ListRow): Dialog {
  const lines = Object.entries(row).flatMap(([name, value]) => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return [`${name}:`, ...Object.entries(value).map(([key, inner]) => `    ${key}: ${fieldText(key, inner)}`)];
    }
    return [`${name.padEnd(18)} ${fieldText(name, value)}`];
  });
  return textDialog(host, { title: LABELS.details, lines });
}

/** A value for people, by its name's ending: `…AtMs` is a time. Missing ones are empty. */
export function fieldText(name: string, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' && /(^a|A)tMs$/.test(name)) return dateAndTime(value);
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}
