// A list that is read page by page from somewhere slow (a database, a link). It reads on when the selection comes near
// the end, or when a filter leaves less than a screenful; while only the first page is in sight it reads it again every
// few seconds, so what is new comes in by itself.
import type { Area, Canvas } from './canvas.ts';
import { put } from './canvas.ts';
import { textDialog } from './dialogs.ts';
import { dateAndTime, power } from './format.ts';
import type { QueryPage } from './handle.ts';
import type { Dialog, Host } from './host.ts';
import type { KeyEvent, PasteEvent } from './input.ts';
import { currencySchema, formatMoney } from '../money.ts';
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

/** A window with every field of a row: times as times, energy and money with their units. */
export function rowDialog<View>(host: Host<View>, row: ListRow): Dialog {
  return textDialog(host, { title: LABELS.details, lines: fieldLines(row, row['currency'], '') });
}

function fieldLines(row: ListRow, currency: unknown, indent: string): string[] {
  return Object.entries(row).flatMap(([name, value]) => {
    const { label, text } = fieldText(name, value, currency);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return text === '' ? [] : [`${indent}${label.padEnd(20)} ${text}`];
    }
    const inner: ListRow = { ...value };
    return [`${indent}${label}:`, ...fieldLines(inner, inner['currency'] ?? currency, `${indent}    `)];
  });
}

/** A field for people, read by its name's ending: `endedAtMs` is a time, `energyWh` an energy, `costMinor` money. */
export function fieldText(name: string, value: unknown, code?: unknown): { label: string; text: string } {
  const [, stem = name, unit = ''] = /^(.+?)(AtMs|SinceMs|ByMs|Wh|W|Minor|Percent)?$/.exec(name) ?? [];
  const show = typeof value === 'number' ? UNITS[unit] : undefined;
  const currency = currencySchema.safeParse(code);
  if (typeof value === 'number' && unit === 'Minor' && currency.success) {
    return { label: spaced(stem), text: formatMoney(value, currency.data) };
  }
  if (typeof value === 'number' && show !== undefined) {
    return { label: spaced(stem + show.says), text: show.text(value) };
  }
  if (value === null || value === undefined) return { label: spaced(name), text: '' };
  if (Array.isArray(value)) return { label: spaced(name), text: value.map(plainText).join(', ') };
  return { label: spaced(name), text: plainText(value) };
}

const UNITS: Readonly<Record<string, { says: string; text: (value: number) => string }>> = {
  AtMs: { says: 'At', text: dateAndTime }, SinceMs: { says: 'Since', text: dateAndTime },
  ByMs: { says: 'By', text: dateAndTime }, Wh: { says: '', text: (wh) => `${wh} Wh` }, W: { says: '', text: power },
  Percent: { says: '', text: (percent) => `${percent} %` },
};

/** `requestedAt` is "requested at". */
function spaced(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function plainText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
