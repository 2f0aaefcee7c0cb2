// The filter of a list: `/` begins it, typing narrows the list at once, Enter keeps it, Esc clears it.
import { fill, put, type Area, type Canvas } from './canvas.ts';
import type { KeyEvent, PasteEvent } from './input.ts';
import { LABELS } from './labels.ts';
import { DIM, FIELD_FOCUS, WARN } from './style.ts';

export type Filter = { text: string; editing: boolean };

export function createFilter(): Filter {
  return { text: '', editing: false };
}

/** True when every word of the filter occurs somewhere in the text; capitals and accents don't matter. */
export function matches(filter: Filter, text: string): boolean {
  if (filter.text === '') return true;
  const haystack = folded(text);
  return folded(filter.text).split(/\s+/).every((word) => haystack.includes(word));
}

/** Takes the keys of the filter; true when the event was one of them. */
export function filterKey(filter: Filter, event: KeyEvent | PasteEvent): boolean {
  if (event.kind === 'paste') {
    if (filter.editing) filter.text += event.text;
    return filter.editing;
  }
  if (!filter.editing) {
    if (event.name === '/') filter.editing = true;
    else if (event.name === 'escape' && filter.text !== '') filter.text = '';
    else return false;
    return true;
  }
  if (event.name === 'enter' || event.name === 'down' || event.name === 'up') filter.editing = false;
  else if (event.name === 'escape') Object.assign(filter, { text: '', editing: false });
  else if (event.name === 'backspace') filter.text = [...filter.text].slice(0, -1).join('');
  else if (event.name === 'C-u') filter.text = '';
  else if (event.char !== null) filter.text += event.char;
  return true;
}

/** Draws the filter and how much of the list it shows into one line; nothing when there is no filter. */
export function drawFilter(canvas: Canvas, line: Area, filter: Filter, count: { shown: number; all: number }): void {
  if (!filter.editing && filter.text === '') return;
  fill(canvas, line);
  let x = put(canvas, line.x, line.y, `${LABELS.filter}: `, WARN, line.width);
  x = put(canvas, x, line.y, `${filter.text} `, FIELD_FOCUS, line.x + line.width - x);
  if (filter.editing) canvas.cursor = { x: Math.min(x - 1, canvas.width - 1), y: line.y };
  const hint = filter.editing ? ` (${LABELS.filterHint})` : '';
  put(canvas, x, line.y, ` ${count.shown} ${LABELS.of} ${count.all}${hint}`, DIM, line.x + line.width - x);
}

/** True when the filter needs a line on the screen. */
export function filterShown(filter: Filter): boolean {
  return filter.editing || filter.text !== '';
}

function folded(text: string): string {
  return text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
}
