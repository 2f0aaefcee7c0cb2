// A list with columns: scrolls, filters, selects, marks; thousands of rows are no problem because only the rows in
// sight are made into text. Rows are given at every drawing; the selection follows its row by key.
import { clickable, fill, fit, hot, put, putRight, type Area, type Canvas } from './canvas.ts';
import { createFilter, drawFilter, filterKey, filterShown, matches, type Filter } from './filter.ts';
import type { KeyEvent, PasteEvent } from './input.ts';
import { BOLD, DIM, PLAIN, SELECTED, TITLE, type Style } from './style.ts';

export type Column<Row> = {
  readonly title: string;
  readonly width: number;
  /** Shares what is left over with the other growing columns. */
  readonly grows?: boolean;
  readonly right?: boolean;
  /** Shown only when the table is at least this wide. */
  readonly from?: number;
  readonly text: (row: Row) => string;
  readonly style?: (row: Row) => Style;
};

export type TableSpec<Row> = {
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  /** What the filter searches; default: the columns' texts. */
  readonly textOf?: (row: Row) => string;
  /** Said when there are no rows. */
  readonly empty: string;
  /** Enter or a double click. */
  readonly onOpen?: (row: Row) => void;
  /** The space key marks rows. */
  readonly marks?: boolean;
  /** The selection has come near the end: more rows may be fetched. */
  readonly onNearEnd?: () => void;
};

export type Table<Row> = {
  readonly filter: Filter;
  readonly marked: Set<string>;
  draw(canvas: Canvas, area: Area, rows: readonly Row[], focused?: boolean): void;
  onKey(event: KeyEvent | PasteEvent): boolean;
  selected(): Row | undefined;
  /** How many rows the filter lets through. */
  shown(): number;
  select(key: string): void;
};

/** `filter` and `marked` may be shared with another view of the same rows (tiles). */
export function createTable<Row>(
  spec: TableSpec<Row>, shared?: { filter: Filter; marked: Set<string> },
): Table<Row> {
  const state: State<Row> = {
    filter: shared?.filter ?? createFilter(), marked: shared?.marked ?? new Set(), shown: [], index: 0, key: null,
    top: 0, page: 1,
  };
  return {
    filter: state.filter,
    marked: state.marked,
    draw: (canvas, area, rows, focused = true) => drawTable(canvas, area, { spec, state, rows, focused }),
    onKey: (event) => tableKey(event, spec, state),
    selected: () => state.shown[state.index],
    shown: () => state.shown.length,
    select: (key) => {
      state.key = key;
    },
  };
}

type State<Row> = {
  readonly filter: Filter;
  readonly marked: Set<string>;
  shown: readonly Row[];
  index: number;
  key: string | null;
  top: number;
  page: number;
};

function drawTable<Row>(canvas: Canvas, area: Area, table: {
  spec: TableSpec<Row>; state: State<Row>; rows: readonly Row[]; focused: boolean;
}): void {
  const { spec, state, rows, focused } = table;
  state.shown = state.filter.text === '' ? rows : rows.filter((row) => matches(state.filter, rowText(spec, row)));
  followKey(spec, state);
  const widths = columnWidths(spec.columns, area.width - 2);
  drawTitles(canvas, area, spec.columns, widths);
  const withFilter = filterShown(state.filter) ? 1 : 0;
  const counts = { shown: state.shown.length, all: rows.length };
  drawFilter(canvas, { ...area, y: area.y + area.height - 1, height: 1 }, state.filter, counts);
  const body = { x: area.x, y: area.y + 1, width: area.width, height: Math.max(0, area.height - 1 - withFilter) };
  state.page = Math.max(1, body.height);
  state.top = Math.max(0, Math.min(state.top, state.shown.length - body.height, state.index));
  if (state.index >= state.top + body.height) state.top = state.index - body.height + 1;
  if (state.shown.length === 0) put(canvas, body.x + 1, body.y, spec.empty, DIM, body.width - 1);
  for (let i = 0; i < Math.min(body.height, state.shown.length - state.top); i++) {
    const row = state.shown[state.top + i];
    if (row === undefined) break;
    const line = { ...body, y: body.y + i, height: 1 };
    drawRow(canvas, line, row, { spec, widths, selected: focused && state.top + i === state.index,
      marked: state.marked.has(spec.keyOf(row)) });
  }
  drawScrollbar(canvas, body, { top: state.top, total: state.shown.length });
  hot(canvas, { ...area }, (event) => {
    if (event.action === 'wheel-up') move(spec, state, -3);
    else if (event.action === 'wheel-down') move(spec, state, 3);
    else if (event.action === 'down' && event.button === 'left') clickRow(spec, state, state.top + event.y - body.y);
  });
}

/** Keeps the selection on its row when rows come and go; on its place when the row is gone. */
function followKey<Row>(spec: TableSpec<Row>, state: State<Row>): void {
  const current = state.shown[state.index];
  if (state.key !== null && (current === undefined || spec.keyOf(current) !== state.key)) {
    const found = state.shown.findIndex((row) => spec.keyOf(row) === state.key);
    if (found >= 0) state.index = found;
  }
  state.index = Math.max(0, Math.min(state.index, state.shown.length - 1));
  const row = state.shown[state.index];
  if (row !== undefined) state.key = spec.keyOf(row);
}

function columnWidths<Row>(columns: readonly Column<Row>[], room: number): number[] {
  const visible = columns.map((c) => room + 2 >= (c.from ?? 0));
  const fixed = columns.reduce((sum, c, i) => sum + (visible[i] === true ? c.width + 1 : 0), 0);
  const growing = columns.filter((c, i) => c.grows === true && visible[i] === true).length;
  const extra = Math.max(0, room - fixed);
  let given = 0;
  let seen = 0;
  return columns.map((c, i) => {
    if (visible[i] !== true) return 0;
    if (c.grows !== true) return c.width;
    seen += 1;
    const share = Math.floor((extra * seen) / growing) - given;
    given += share;
    return c.width + share;
  });
}

function drawTitles<Row>(canvas: Canvas, area: Area, columns: readonly Column<Row>[], widths: readonly number[]): void {
  fill(canvas, { ...area, height: 1 });
  let x = area.x + 1;
  for (const [i, column] of columns.entries()) {
    const width = widths[i] ?? 0;
    if (width === 0) continue;
    const title = column.title === '' ? '' : column.title;
    if (column.right === true) putRight(canvas, x + width, area.y, title, TITLE, width);
    else put(canvas, x, area.y, title, TITLE, Math.min(width, area.x + area.width - x));
    x += width + 1;
  }
}

function drawRow<Row>(canvas: Canvas, line: Area, row: Row, how: {
  spec: TableSpec<Row>; widths: readonly number[]; selected: boolean; marked: boolean;
}): void {
  const { spec, widths, selected, marked } = how;
  fill(canvas, line, selected ? SELECTED : PLAIN);
  put(canvas, line.x, line.y, marked ? '*' : selected ? '>' : ' ', selected ? SELECTED : BOLD);
  let x = line.x + 1;
  for (const [i, column] of spec.columns.entries()) {
    const width = Math.min(widths[i] ?? 0, line.x + line.width - 1 - x);
    if (width <= 0) continue;
    const look = selected ? SELECTED : (column.style?.(row) ?? PLAIN);
    if (column.right === true) putRight(canvas, x + width, line.y, column.text(row), look, width);
    else put(canvas, x, line.y, column.text(row), look, width);
    x += width + 1;
  }
}

/** The bar at the right edge: where the rows in sight are among all. Nothing when all are in sight. */
export function drawScrollbar(canvas: Canvas, body: Area, list: { top: number; total: number }): void {
  if (list.total <= body.height || body.height < 2) return;
  const x = body.x + body.width - 1;
  const length = Math.max(1, Math.round((body.height * body.height) / list.total));
  const hidden = list.total - body.height;
  const at = Math.round(((body.height - length) * list.top) / hidden);
  for (let i = 0; i < body.height; i++) put(canvas, x, body.y + i, i >= at && i < at + length ? '█' : '│', DIM);
}

function rowText<Row>(spec: TableSpec<Row>, row: Row): string {
  return spec.textOf?.(row) ?? spec.columns.map((column) => column.text(row)).join(' ');
}

function tableKey<Row>(event: KeyEvent | PasteEvent, spec: TableSpec<Row>, state: State<Row>): boolean {
  if (filterKey(state.filter, event)) return true;
  if (event.kind === 'paste') return false;
  const step = { up: -1, down: 1, pageup: -state.page, pagedown: state.page, home: -1e9, end: 1e9 }[event.name];
  if (step !== undefined) {
    move(spec, state, step);
    return true;
  }
  const row = state.shown[state.index];
  if (row === undefined) return false;
  if (event.name === 'enter' && spec.onOpen !== undefined) {
    spec.onOpen(row);
    return true;
  }
  if (event.name === 'space' && spec.marks === true) {
    toggle(state.marked, spec.keyOf(row));
    move(spec, state, 1);
    return true;
  }
  return false;
}

function move<Row>(spec: TableSpec<Row>, state: State<Row>, by: number): void {
  state.index = Math.max(0, Math.min(state.shown.length - 1, state.index + by));
  const row = state.shown[state.index];
  state.key = row === undefined ? null : spec.keyOf(row);
  if (state.index >= state.shown.length - state.page) spec.onNearEnd?.();
}

/** The first click selects, a click on the selected row opens it. */
function clickRow<Row>(spec: TableSpec<Row>, state: State<Row>, index: number): void {
  const row = state.shown[index];
  if (row === undefined || index < state.top) return;
  if (index === state.index) spec.onOpen?.(row);
  state.index = index;
  state.key = spec.keyOf(row);
}

export function toggle(set: Set<string>, key: string): void {
  if (!set.delete(key)) set.add(key);
}

/** A short list without selection: the newest rows that fit, one line each. For panels beside a page's main list. */
export function drawPanelRows<Row>(canvas: Canvas, area: Area, panel: {
  columns: readonly Column<Row>[]; rows: readonly Row[]; empty: string; onClick?: (row: Row) => void;
}): void {
  const widths = columnWidths(panel.columns, area.width - 1);
  if (panel.rows.length === 0) put(canvas, area.x + 1, area.y, panel.empty, DIM, area.width - 1);
  for (const [i, row] of panel.rows.slice(0, area.height).entries()) {
    let x = area.x + 1;
    for (const [c, column] of panel.columns.entries()) {
      const width = Math.min(widths[c] ?? 0, area.x + area.width - x);
      if (width <= 0) continue;
      const text = column.right === true ? column.text(row).padStart(width) : fit(column.text(row), width);
      put(canvas, x, area.y + i, text, column.style?.(row) ?? PLAIN, width);
      x += width + 1;
    }
    const click = panel.onClick;
    if (click !== undefined) clickable(canvas, { ...area, y: area.y + i, height: 1 }, () => click(row));
  }
}
