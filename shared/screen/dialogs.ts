// Windows on top of a page: text to read, a question, a menu. Forms have a file of their own.
import { clickable, fill, frame, hot, put, putRight, wrap, type Area, type Canvas } from './canvas.ts';
import type { Dialog, Host, KeyBinding } from './host.ts';
import type { KeyEvent, PasteEvent } from './input.ts';
import { keyName } from './key-bar.ts';
import { LABELS } from './labels.ts';
import { DIM, HEADER_TAB, KEY, PLAIN, SELECTED, TITLE, WARN, type Style } from './style.ts';

/** The area of a window in the middle of the screen. */
export function dialogArea(area: Area, width: number, height: number): Area {
  const w = Math.min(width, area.width - 2);
  const h = Math.min(height, area.height - 2);
  return {
    x: area.x + Math.floor((area.width - w) / 2), y: area.y + Math.max(1, Math.floor((area.height - h) / 2)),
    width: w, height: h,
  };
}

/** Text to read; scrolls. Any of Enter, Esc, `q` and `?` closes it. */
export function textDialog<View>(
  host: Host<View>, content: { title: string; lines: readonly string[]; width?: number },
): Dialog {
  let top = 0;
  let page = 1;
  let lineCount = 0;
  const scroll = (by: number): void => {
    top = Math.max(0, Math.min(top + by, lineCount - page));
  };
  const dialog: Dialog = {
    hints: [
      { key: 'escape', label: LABELS.close, run: () => host.close(dialog) },
      { key: 'down', label: LABELS.scroll, run: () => scroll(1) },
    ],
    draw(canvas, area) {
      const width = Math.min(content.width ?? 76, area.width - 2);
      const lines = content.lines.flatMap((line) => (line.length <= width - 4 ? [line] : wrap(line, width - 4)));
      const inside = frame(canvas, dialogArea(area, width, lines.length + 2), content.title);
      page = inside.height;
      lineCount = lines.length;
      scroll(0);
      for (let i = 0; i < page; i++) put(canvas, inside.x, inside.y + i, lines[top + i] ?? '', PLAIN, inside.width);
      if (lines.length > page) {
        const where = ` ${Math.min(lines.length, top + page)}/${lines.length} `;
        putRight(canvas, inside.x + inside.width, inside.y + inside.height, where, TITLE);
      }
      hot(canvas, area, (event) => {
        if (event.action === 'wheel-up') scroll(-3);
        if (event.action === 'wheel-down') scroll(3);
      });
    },
    onKey(event) {
      if (event.kind === 'paste') return;
      const step = { up: -1, down: 1, pageup: -page, pagedown: page, space: page, home: -1e6, end: 1e6 }[event.name];
      if (step !== undefined) scroll(step);
      else if (['escape', 'enter', 'q', '?'].includes(event.name)) host.close(dialog);
    },
  };
  return dialog;
}

/** A question with yes and no. `no` has the focus: Enter alone changes nothing. */
export function confirmDialog<View>(
  host: Host<View>, question: { title: string; lines: readonly string[]; run: () => void },
): Dialog {
  let yes = false;
  const answer = (value: boolean): void => {
    host.close(dialog);
    if (value) question.run();
  };
  const dialog: Dialog = {
    hints: [
      { key: 'y', label: LABELS.yes, run: () => answer(true) },
      { key: 'n', label: LABELS.no, run: () => answer(false) },
    ],
    draw(canvas, area) {
      const lines = question.lines.flatMap((line) => wrap(line, 56));
      const width = Math.max(30, question.title.length + 8, ...lines.map((line) => line.length + 4));
      const inside = frame(canvas, dialogArea(area, width, lines.length + 4), question.title, WARN);
      for (const [i, line] of lines.entries()) put(canvas, inside.x, inside.y + i, line, PLAIN, inside.width);
      const y = inside.y + inside.height - 1;
      const end = button(canvas, inside.x, y, `y ${LABELS.yes}`, yes, () => answer(true));
      button(canvas, end + 2, y, `n ${LABELS.no}`, !yes, () => answer(false));
    },
    onKey(event) {
      if (event.kind === 'paste') return;
      if (event.name === 'y' || event.name === 'Y') answer(true);
      else if (event.name === 'n' || event.name === 'N' || event.name === 'escape') answer(false);
      else if (['left', 'right', 'tab', 'up', 'down', 'S-tab'].includes(event.name)) yes = !yes;
      else if (event.name === 'enter') answer(yes);
    },
  };
  return dialog;
}

/** A button; returns the column after it. */
export function button(
  canvas: Canvas, x: number, y: number, text: string, focused: boolean, run: () => void,
): number {
  const end = put(canvas, x, y, `[ ${text} ]`, focused ? HEADER_TAB : PLAIN);
  clickable(canvas, { x, y, width: end - x, height: 1 }, run);
  return end;
}

/** A menu of keys; what the state does not allow is dim and shows its reason. */
export function menuDialog<View>(
  host: Host<View>, menu: { title: string; items: readonly KeyBinding[] },
): Dialog {
  let selected = Math.max(0, menu.items.findIndex((item) => (item.whyNot ?? null) === null));
  let top = 0;
  const choose = (item: KeyBinding | undefined): void => {
    if (item === undefined) return;
    const reason = item.whyNot ?? null;
    if (reason !== null) return host.message(`${LABELS.notNow}: ${item.label}: ${reason}`, 'warn');
    host.close(dialog);
    item.run();
  };
  const move = (by: number): void => {
    selected = Math.max(0, Math.min(menu.items.length - 1, selected + by));
  };
  const dialog: Dialog = {
    hints: [
      { key: 'enter', label: LABELS.ok, run: () => choose(menu.items[selected]) },
      { key: 'escape', label: LABELS.close, run: () => host.close(dialog) },
    ],
    draw(canvas, area) {
      const width = Math.max(40, menu.title.length + 8, ...menu.items.map((item) => itemText(item).length + 10));
      const inside = frame(canvas, dialogArea(area, width, menu.items.length + 2), menu.title);
      top = Math.max(Math.min(top, selected), selected - inside.height + 1);
      for (let i = 0; i < inside.height; i++) {
        const item = menu.items[top + i];
        if (item === undefined) break;
        const line = { x: inside.x, y: inside.y + i, width: inside.width, height: 1 };
        drawItem(canvas, line, item, top + i === selected);
        clickable(canvas, line, () => choose(item));
      }
    },
    onKey: (event) => menuKey(event, { move, close: () => host.close(dialog), items: menu.items, choose,
      current: () => menu.items[selected] }),
  };
  return dialog;
}

function menuKey(event: KeyEvent | PasteEvent, on: {
  move: (by: number) => void; close: () => void; items: readonly KeyBinding[];
  choose: (item: KeyBinding | undefined) => void; current: () => KeyBinding | undefined;
}): void {
  if (event.kind === 'paste') return;
  const step = { up: -1, down: 1, tab: 1, 'S-tab': -1, home: -1e6, end: 1e6 }[event.name];
  if (step !== undefined) on.move(step);
  else if (event.name === 'escape') on.close();
  else if (event.name === 'enter') on.choose(on.current());
  else on.choose(on.items.find((item) => item.key === event.name));
}

function itemText(item: KeyBinding): string {
  const reason = item.whyNot ?? null;
  return reason === null ? item.label : `${item.label}: ${reason}`;
}

function drawItem(canvas: Canvas, line: Area, item: KeyBinding, selected: boolean): void {
  const allowed = (item.whyNot ?? null) === null;
  const look: Style = selected ? SELECTED : allowed ? PLAIN : DIM;
  fill(canvas, line, look);
  put(canvas, line.x, line.y, ` ${keyName(item.key)} `, allowed ? KEY : look);
  put(canvas, line.x + 4, line.y, allowed ? item.label : `(${itemText(item)})`, look, line.width - 4);
}
