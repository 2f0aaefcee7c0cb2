// A grid of cells that widgets draw on, anew at every frame. Widgets are functions of (canvas, area, data); only
// terminal.ts brings the grid to a terminal. Every character takes one column: what would not, is replaced here,
// because wide characters leave stale cells behind. Areas that react to the mouse are registered while drawing.
import { PLAIN, TITLE, type Style } from './style.ts';
import type { MouseEvent } from './input.ts';

export type Area = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
/** An area that reacts to the mouse; the last one registered that contains the pointer gets the event. */
export type HotArea = { readonly area: Area; readonly on: (event: MouseEvent) => void };
export type Span = { readonly text: string; readonly style?: Style };

export type Canvas = {
  readonly width: number;
  readonly height: number;
  /** Row by row, one character a cell. */
  readonly chars: string[];
  readonly styles: Uint32Array;
  readonly hots: HotArea[];
  /** Where the terminal's cursor stands; null: hidden. */
  cursor: { readonly x: number; readonly y: number } | null;
};

export function createCanvas(width: number, height: number): Canvas {
  const cells = width * height;
  return {
    width, height, chars: new Array<string>(cells).fill(' '), styles: new Uint32Array(cells).fill(PLAIN), hots: [],
    cursor: null,
  };
}

/**
 * Writes text at a cell, cut with `…` when it is longer than `width` (and at the canvas's edge). Returns the column
 * after it.
 */
export function put(canvas: Canvas, x: number, y: number, text: string, look: Style = PLAIN, width = Infinity): number {
  const room = Math.min(width, canvas.width - x);
  if (y < 0 || y >= canvas.height || room <= 0) return x;
  const columns = cut(columnsOf(text), room);
  for (let i = 0; i < columns.length; i++) {
    if (x + i < 0) continue;
    const cell = y * canvas.width + x + i;
    canvas.chars[cell] = columns[i] ?? ' ';
    canvas.styles[cell] = look;
  }
  return x + columns.length;
}

/** Writes text that ends before column `end`; at most `width` columns. Returns the column where it begins. */
export function putRight(
  canvas: Canvas, end: number, y: number, text: string, look: Style = PLAIN, width = Infinity,
): number {
  const columns = cut(columnsOf(text), width);
  const x = end - columns.length;
  put(canvas, x, y, columns.join(''), look);
  return x;
}

/** Writes spans one after the other, within `width` columns. Returns the column after them. */
export function putSpans(canvas: Canvas, x: number, y: number, spans: readonly Span[], width = Infinity): number {
  const end = Math.min(canvas.width, x + width);
  let at = x;
  for (const span of spans) at = put(canvas, at, y, span.text, span.style ?? PLAIN, end - at);
  return at;
}

/** Fills an area with one character (a blank). */
export function fill(canvas: Canvas, area: Area, look: Style = PLAIN, char = ' '): void {
  for (let y = Math.max(0, area.y); y < Math.min(canvas.height, area.y + area.height); y++) {
    for (let x = Math.max(0, area.x); x < Math.min(canvas.width, area.x + area.width); x++) {
      canvas.chars[y * canvas.width + x] = char;
      canvas.styles[y * canvas.width + x] = look;
    }
  }
}

/** A ruled line with a title: `── Title ────`. */
export function rule(canvas: Canvas, area: Area, title: string, look: Style = TITLE): void {
  fill(canvas, { ...area, height: 1 }, look, '─');
  if (title !== '') put(canvas, area.x + 2, area.y, ` ${title} `, look, area.width - 3);
}

/** A frame with a title; returns the area inside. */
export function frame(canvas: Canvas, area: Area, title: string, look: Style = TITLE): Area {
  const { x, y, width, height } = area;
  fill(canvas, area);
  fill(canvas, { x, y, width, height: 1 }, look, '─');
  fill(canvas, { x, y: y + height - 1, width, height: 1 }, look, '─');
  fill(canvas, { x, y, width: 1, height }, look, '│');
  fill(canvas, { x: x + width - 1, y, width: 1, height }, look, '│');
  put(canvas, x, y, '┌', look);
  put(canvas, x + width - 1, y, '┐', look);
  put(canvas, x, y + height - 1, '└', look);
  put(canvas, x + width - 1, y + height - 1, '┘', look);
  if (title !== '') put(canvas, x + 2, y, ` ${title} `, look, width - 4);
  return { x: x + 2, y: y + 1, width: width - 4, height: height - 2 };
}

/** Gives the cells of an area another style and keeps their characters. */
export function tint(canvas: Canvas, area: Area, look: Style): void {
  for (let y = Math.max(0, area.y); y < Math.min(canvas.height, area.y + area.height); y++) {
    const from = y * canvas.width;
    canvas.styles.fill(look, from + Math.max(0, area.x), from + Math.min(canvas.width, area.x + area.width));
  }
}

/** Registers an area that reacts to the mouse. */
export function hot(canvas: Canvas, area: Area, on: (event: MouseEvent) => void): void {
  canvas.hots.push({ area, on });
}

/** Registers an area that reacts to a click of the left button. */
export function clickable(canvas: Canvas, area: Area, run: () => void): void {
  hot(canvas, area, (event) => {
    if (event.action === 'down' && event.button === 'left') run();
  });
}

/** Hands a mouse event to the topmost area under the pointer. */
export function dispatchMouse(canvas: Canvas, event: MouseEvent): void {
  for (let i = canvas.hots.length - 1; i >= 0; i--) {
    const found = canvas.hots[i];
    if (found !== undefined && contains(found.area, event.x, event.y)) {
      found.on(event);
      return;
    }
  }
}

export function contains(area: Area, x: number, y: number): boolean {
  return x >= area.x && x < area.x + area.width && y >= area.y && y < area.y + area.height;
}

/** The text as characters of one column each: control and zero-width ones vanish, wide ones become `?`. */
export function columnsOf(text: string): string[] {
  if (PRINTABLE_ASCII.test(text)) return text.split('');
  const columns: string[] = [];
  for (const char of text.normalize('NFC')) {
    if (CONTROL.test(char)) columns.push(' ');
    else if (!ZERO_WIDTH.test(char)) columns.push(isWide(char) ? '?' : char);
  }
  return columns;
}

/** Exactly `width` columns: cut with `…`, or filled up with blanks. */
export function fit(text: string, width: number): string {
  const columns = cut(columnsOf(text), width);
  return columns.join('') + ' '.repeat(Math.max(0, width - columns.length));
}

/** Text broken into lines of at most `width` columns, between words where that is possible. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > width) {
        lines.push(line);
        line = '';
      }
      line = line === '' ? word : `${line} ${word}`;
      while (line.length > width) {
        lines.push(line.slice(0, width));
        line = line.slice(width);
      }
    }
    lines.push(line);
  }
  return lines;
}

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
const CONTROL = /\p{Cc}/u;
/** Combining marks, and format characters such as the bidirectional overrides that can make text lie. */
const ZERO_WIDTH = /[\p{M}\p{Cf}\p{Cs}]/u;
const WIDE_RANGES: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f], [0x2329, 0x232a], [0x2e80, 0xa4cf], [0xa960, 0xa97f], [0xac00, 0xd7a3], [0xf900, 0xfaff],
  [0xfe10, 0xfe1f], [0xfe30, 0xfe6f], [0xff00, 0xff60], [0xffe0, 0xffe6], [0x10000, 0x10ffff],
];

function isWide(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  return WIDE_RANGES.some(([from, to]) => code >= from && code <= to) || /\p{Emoji_Presentation}/u.test(char);
}

function cut(columns: string[], width: number): string[] {
  if (columns.length <= width) return columns;
  return width < 1 ? [] : [...columns.slice(0, width - 1), '…'];
}
