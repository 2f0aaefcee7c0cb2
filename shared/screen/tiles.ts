// A grid of tiles under group headers: scrolls, filters, selects in two dimensions, marks. Only tiles in sight are
// drawn. As many columns as fit; a tile has a coloured first line (symbol, id, state) and lines of text below it.
import { fit, hot, put, putRight, type Area, type Canvas } from './canvas.ts';
import { createFilter, drawFilter, filterKey, filterShown, matches, type Filter } from './filter.ts';
import type { KeyEvent, MouseEvent, PasteEvent } from './input.ts';
import { DIM, KEY, PLAIN, SELECTED, TITLE, type Style } from './style.ts';
import { drawScrollbar, toggle } from './table.ts';

export type TileLine = { readonly left: string; readonly right?: string; readonly style?: Style };
export type TileFace = {
  readonly symbol: string; readonly title: string; readonly label: string; readonly band: Style;
  readonly lines: readonly TileLine[];
};

export type TilesSpec<Item> = {
  readonly keyOf: (item: Item) => string;
  readonly groupOf: (item: Item) => string;
  /** The header above a group; `items` are those that the filter lets through. */
  readonly groupTitle: (group: string, items: readonly Item[]) => string;
  readonly textOf: (item: Item) => string;
  readonly face: (item: Item, width: number) => TileFace;
  /** Lines below the coloured one. */
  readonly lines: number;
  readonly minWidth: number;
  readonly empty: string;
  readonly onOpen?: (item: Item) => void;
};

export type Tiles<Item> = {
  readonly filter: Filter;
  readonly marked: Set<string>;
  draw(canvas: Canvas, area: Area, items: readonly Item[]): void;
  /** How many lines all of these take at this width, unfiltered. */
  linesFor(width: number, items: readonly Item[]): number;
  onKey(event: KeyEvent | PasteEvent): boolean;
  selected(): Item | undefined;
  select(key: string): void;
};

/** `filter` and `marked` may be shared with a table that shows the same items. */
export function createTiles<Item>(
  spec: TilesSpec<Item>, shared?: { filter: Filter; marked: Set<string> },
): Tiles<Item> {
  const state: State<Item> = {
    filter: shared?.filter ?? createFilter(), marked: shared?.marked ?? new Set(), rows: [], shown: [], key: null,
    top: 0, page: 1, column: 0,
  };
  return {
    filter: state.filter,
    marked: state.marked,
    draw: (canvas, area, items) => drawTiles(canvas, area, { spec, state, items }),
    linesFor: (width, items) => totalLines(spec, gridRows(spec, items, tilesPerRow(spec, width))),
    onKey: (event) => tilesKey(event, spec, state),
    selected: () => state.shown.find((item) => spec.keyOf(item) === state.key),
    select: (key) => {
      state.key = key;
    },
  };
}

/** A row of the grid: a group's header or tiles beside each other. `y` counts lines from the top of the whole grid. */
type GridRow<Item> = { readonly y: number; readonly title: string | null; readonly items: readonly Item[] };
type State<Item> = {
  readonly filter: Filter;
  readonly marked: Set<string>;
  rows: GridRow<Item>[];
  shown: readonly Item[];
  key: string | null;
  /** The first line in sight. */
  top: number;
  page: number;
  /** Where up and down aim at. */
  column: number;
};

function drawTiles<Item>(canvas: Canvas, area: Area, grid: {
  spec: TilesSpec<Item>; state: State<Item>; items: readonly Item[];
}): void {
  const { spec, state, items } = grid;
  state.shown = state.filter.text === '' ? items : items.filter((item) => matches(state.filter, spec.textOf(item)));
  const perRow = tilesPerRow(spec, area.width);
  const width = Math.floor((area.width - 1) / perRow) - 1;
  state.rows = gridRows(spec, state.shown, perRow);
  keepSelection(spec, state);
  const withFilter = filterShown(state.filter) ? 1 : 0;
  const body = { ...area, height: Math.max(1, area.height - withFilter) };
  const counts = { shown: state.shown.length, all: items.length };
  drawFilter(canvas, { ...area, y: area.y + area.height - 1, height: 1 }, state.filter, counts);
  state.page = body.height;
  scrollToSelection(spec, state);
  if (state.shown.length === 0) put(canvas, body.x + 1, body.y, spec.empty, DIM, body.width - 1);
  const total = totalLines(spec, state.rows);
  for (const row of state.rows) {
    const y = body.y + row.y - state.top;
    if (y + tileHeight(spec) <= body.y || y >= body.y + body.height) continue;
    if (row.title !== null) {
      if (y >= body.y) put(canvas, body.x, y, row.title, TITLE, body.width - 1);
      continue;
    }
    for (const [i, item] of row.items.entries()) {
      drawTile(canvas, { x: body.x + i * (width + 1), y, width, height: tileHeight(spec) }, {
        spec, item, clip: body, selected: spec.keyOf(item) === state.key, marked: state.marked.has(spec.keyOf(item)),
      });
    }
  }
  drawScrollbar(canvas, body, { top: state.top, total });
  hot(canvas, body, (event) => tilesMouse(event, { spec, state, body, width }));
}

function tilesPerRow<Item>(spec: TilesSpec<Item>, width: number): number {
  return Math.max(1, Math.floor((width - 1) / (spec.minWidth + 1)));
}

function tileHeight<Item>(spec: TilesSpec<Item>): number {
  return spec.lines + 1;
}

function totalLines<Item>(spec: TilesSpec<Item>, rows: readonly GridRow<Item>[]): number {
  const last = rows.at(-1);
  return last === undefined ? 0 : last.y + (last.title === null ? tileHeight(spec) : 1);
}

function gridRows<Item>(spec: TilesSpec<Item>, items: readonly Item[], perRow: number): GridRow<Item>[] {
  const rows: GridRow<Item>[] = [];
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = spec.groupOf(item);
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [item]);
    else members.push(item);
  }
  let y = 0;
  for (const [group, members] of groups) {
    rows.push({ y, title: spec.groupTitle(group, members), items: [] });
    y += 1;
    for (let i = 0; i < members.length; i += perRow) {
      rows.push({ y, title: null, items: members.slice(i, i + perRow) });
      y += tileHeight(spec);
    }
  }
  return rows;
}

function keepSelection<Item>(spec: TilesSpec<Item>, state: State<Item>): void {
  if (state.shown.some((item) => spec.keyOf(item) === state.key)) return;
  const first = state.rows.find((row) => row.title === null)?.items[0];
  state.key = first === undefined ? null : spec.keyOf(first);
  state.column = 0;
  state.top = 0;
}

function selectedRow<Item>(spec: TilesSpec<Item>, state: State<Item>): number {
  return state.rows.findIndex((row) => row.items.some((item) => spec.keyOf(item) === state.key));
}

/** Brings the selected tile into sight, with its group's header when it is in the group's first row. */
function scrollToSelection<Item>(spec: TilesSpec<Item>, state: State<Item>): void {
  const index = selectedRow(spec, state);
  const row = state.rows[index];
  if (row === undefined) return;
  const withHeader = state.rows[index - 1]?.title === null || index === 0 ? 0 : 1;
  state.top = Math.max(0, Math.min(state.top, row.y - withHeader, totalLines(spec, state.rows) - 1));
  const bottom = row.y + tileHeight(spec);
  if (bottom > state.top + state.page) state.top = bottom - state.page;
}

function drawTile<Item>(canvas: Canvas, area: Area, tile: {
  spec: TilesSpec<Item>; item: Item; clip: Area; selected: boolean; marked: boolean;
}): void {
  const { spec, item, clip, selected, marked } = tile;
  const face = spec.face(item, area.width - 2);
  const line = (i: number, draw: (y: number) => void): void => {
    const y = area.y + i;
    if (y >= clip.y && y < clip.y + clip.height) draw(y);
  };
  line(0, (y) => {
    put(canvas, area.x, y, fit('', area.width), face.band);
    put(canvas, area.x, y, marked ? '*' : selected ? '>' : ' ', marked || selected ? KEY : face.band);
    const labelAt = putRight(canvas, area.x + area.width - 1, y, face.label, face.band, area.width - 6);
    put(canvas, area.x + 1, y, `${face.symbol} ${face.title}`, face.band, labelAt - area.x - 2);
  });
  for (let i = 0; i < spec.lines; i++) {
    const text = face.lines[i];
    line(i + 1, (y) => {
      const look = selected ? SELECTED : (text?.style ?? PLAIN);
      put(canvas, area.x, y, fit('', area.width), selected ? SELECTED : PLAIN);
      const edge = area.x + area.width - 1;
      const end = text?.right === undefined ? edge + 1 : putRight(canvas, edge, y, text.right, look, area.width - 2);
      put(canvas, area.x + 1, y, text?.left ?? '', look, end - area.x - 2);
      put(canvas, area.x, y, ' ', face.band);
    });
  }
}

function tilesMouse<Item>(event: MouseEvent, grid: {
  spec: TilesSpec<Item>; state: State<Item>; body: Area; width: number;
}): void {
  const { spec, state, body, width } = grid;
  if (event.action === 'wheel-up') return moveRows(spec, state, -1);
  if (event.action === 'wheel-down') return moveRows(spec, state, 1);
  if (event.action !== 'down' || event.button !== 'left') return;
  const y = event.y - body.y + state.top;
  const row = state.rows.find((r) => r.title === null && y >= r.y && y < r.y + tileHeight(spec));
  const item = row?.items[Math.floor((event.x - body.x) / (width + 1))];
  if (item === undefined) return;
  if (spec.keyOf(item) === state.key) spec.onOpen?.(item);
  selectItem(spec, state, item);
}

function tilesKey<Item>(event: KeyEvent | PasteEvent, spec: TilesSpec<Item>, state: State<Item>): boolean {
  if (filterKey(state.filter, event)) return true;
  if (event.kind === 'paste') return false;
  const rowsInSight = Math.max(1, Math.floor(state.page / tileHeight(spec)));
  const rows = { up: -1, down: 1, pageup: -rowsInSight, pagedown: rowsInSight, home: -1e9, end: 1e9 }[event.name];
  if (rows !== undefined) moveRows(spec, state, rows);
  else if (event.name === 'left') moveItems(spec, state, -1);
  else if (event.name === 'right') moveItems(spec, state, 1);
  else if (event.name === 'space' && state.key !== null) {
    toggle(state.marked, state.key);
    moveItems(spec, state, 1);
  } else if (event.name === 'enter' && spec.onOpen !== undefined) {
    const item = state.shown.find((i) => spec.keyOf(i) === state.key);
    if (item !== undefined) spec.onOpen(item);
  } else return false;
  return true;
}

function moveItems<Item>(spec: TilesSpec<Item>, state: State<Item>, by: number): void {
  const all = state.rows.flatMap((row) => row.items);
  const index = all.findIndex((item) => spec.keyOf(item) === state.key);
  const item = all[Math.max(0, Math.min(all.length - 1, index + by))];
  if (item !== undefined) selectItem(spec, state, item);
}

function moveRows<Item>(spec: TilesSpec<Item>, state: State<Item>, by: number): void {
  const tileRows = state.rows.filter((row) => row.title === null);
  const index = tileRows.findIndex((row) => row.items.some((item) => spec.keyOf(item) === state.key));
  const row = tileRows[Math.max(0, Math.min(tileRows.length - 1, index + by))];
  const item = row?.items[Math.min(state.column, row.items.length - 1)];
  if (item !== undefined) state.key = spec.keyOf(item);
}

function selectItem<Item>(spec: TilesSpec<Item>, state: State<Item>, item: Item): void {
  state.key = spec.keyOf(item);
  const row = state.rows[selectedRow(spec, state)];
  state.column = Math.max(0, row?.items.indexOf(item) ?? 0);
}
