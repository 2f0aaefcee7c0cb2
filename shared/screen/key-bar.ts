// The key bar at the bottom: keys with their labels, clickable, dim where the state does not allow them. One line where
// that is enough, otherwise two; what still has no room stands in the help.
import { clickable, fill, put, type Canvas } from './canvas.ts';
import type { KeyBinding } from './host.ts';
import { KEY, KEY_OFF, KEY_TEXT } from './style.ts';

const MAX_ROWS = 2;

const KEY_NAMES: Readonly<Record<string, string>> = {
  enter: 'Enter', escape: 'Esc', space: 'Space', tab: 'Tab', up: '↑', down: '↓', left: '←', right: '→', pageup: 'PgUp',
  pagedown: 'PgDn',
};

/** How a key is written for people. */
export function keyName(key: string): string {
  return KEY_NAMES[key] ?? key.replace(/^C-/, 'Ctrl-').replace(/^f(\d+)$/, 'F$1');
}

/** How many lines the bar needs at this width. */
export function keyBarRows(keys: readonly KeyBinding[], width: number): number {
  return layOut(keys, width).length;
}

/** Draws the bar into the lines that end with line `bottom`. */
export function drawKeyBar(
  canvas: Canvas, bottom: number, keys: readonly KeyBinding[], press: (key: KeyBinding) => void,
): void {
  const rows = layOut(keys, canvas.width);
  const top = bottom - rows.length + 1;
  fill(canvas, { x: 0, y: top, width: canvas.width, height: rows.length }, KEY_TEXT);
  for (const [i, row] of rows.entries()) {
    let x = 0;
    for (const key of row) x = drawKey(canvas, x, top + i, key, press);
  }
}

/** Keys row by row. The last two (help, quit) always have room; of the others those that fit. */
function layOut(keys: readonly KeyBinding[], width: number): KeyBinding[][] {
  const shown = keys.filter((key) => key.helpOnly !== true);
  const last = shown.slice(-2);
  const reserved = sumOfWidths(last);
  const rows: KeyBinding[][] = [[]];
  let used = 0;
  for (const key of shown.slice(0, -2)) {
    const room = width - (rows.length === MAX_ROWS ? reserved : 0);
    if (used + widthOf(key) > room) {
      if (rows.length === MAX_ROWS) break;
      rows.push([]);
      used = 0;
    }
    rows.at(-1)?.push(key);
    used += widthOf(key);
  }
  if (used + reserved > width && rows.length < MAX_ROWS) rows.push([]);
  rows.at(-1)?.push(...last);
  return rows;
}

function sumOfWidths(keys: readonly KeyBinding[]): number {
  return keys.reduce((sum, key) => sum + widthOf(key), 0);
}

function widthOf(key: KeyBinding): number {
  return keyName(key.key).length + key.label.length + 3;
}

function drawKey(canvas: Canvas, x: number, y: number, key: KeyBinding, press: (key: KeyBinding) => void): number {
  const allowed = (key.whyNot ?? null) === null;
  const afterKey = put(canvas, x, y, keyName(key.key), allowed ? KEY : KEY_OFF);
  // A key that is not allowed differs by its brackets too, not by colour alone.
  const end = put(canvas, afterKey, y, allowed ? ` ${key.label}  ` : `(${key.label}) `, allowed ? KEY_TEXT : KEY_OFF);
  clickable(canvas, { x, y, width: end - x, height: 1 }, () => press(key));
  return end;
}
