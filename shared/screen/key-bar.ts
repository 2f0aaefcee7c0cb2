// The key bar at the bottom: keys with their labels, clickable, dim where the state does not allow them.
import { clickable, fill, put, type Canvas } from './canvas.ts';
import type { KeyBinding } from './host.ts';
import { KEY, KEY_OFF, KEY_TEXT } from './style.ts';

const KEY_NAMES: Readonly<Record<string, string>> = {
  enter: 'Enter', escape: 'Esc', space: 'Space', tab: 'Tab', up: '↑', down: '↓', left: '←', right: '→', pageup: 'PgUp',
  pagedown: 'PgDn',
};

/** How a key is written for people. */
export function keyName(key: string): string {
  return KEY_NAMES[key] ?? key.replace(/^C-/, 'Ctrl-').replace(/^f(\d+)$/, 'F$1');
}

/** Draws the bar into line `y`. The last two keys (help, quit) always have room; others as long as there is. */
export function drawKeyBar(
  canvas: Canvas, y: number, keys: readonly KeyBinding[], press: (key: KeyBinding) => void,
): void {
  fill(canvas, { x: 0, y, width: canvas.width, height: 1 }, KEY_TEXT);
  const shown = keys.filter((key) => key.helpOnly !== true);
  const last = shown.slice(-2);
  const lastWidth = last.reduce((sum, key) => sum + widthOf(key), 0);
  let x = 0;
  for (const key of shown.slice(0, -2)) {
    if (x + widthOf(key) > canvas.width - lastWidth) break;
    x = drawKey(canvas, x, y, key, press);
  }
  for (const key of last) x = drawKey(canvas, x, y, key, press);
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
