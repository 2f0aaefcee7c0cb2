// What a page of a screen is, and what the screen offers to its pages: messages, windows on top, actions.
import type { Area, Canvas } from './canvas.ts';
import type { ActionAnswer, ActionResult, MessageLevel } from './handle.ts';
import type { KeyEvent, PasteEvent } from './input.ts';

/** A key with its label in the key bar. `whyNot` is a reason in words: the key is dim, and pressing it tells why. */
export type KeyBinding = {
  /** As `KeyEvent.name`. */
  readonly key: string;
  readonly label: string;
  readonly whyNot?: string | null;
  /** Only in the help, where the bar has no room for it. */
  readonly helpOnly?: boolean;
  readonly run: () => void;
};

/** One page of a screen. It draws itself from the snapshot and keeps only what is the user's (selection, filter). */
export type Page<View> = {
  readonly id: string;
  readonly title: string;
  draw(canvas: Canvas, area: Area, view: View): void;
  keys(view: View): readonly KeyBinding[];
  /** Keys that the page takes before all bindings (moving, a filter being typed); true when it did. */
  onKey(event: KeyEvent | PasteEvent, view: View): boolean;
  /** Called when the page comes to the front. */
  onShow?(): void;
};

/** A window on top of the page. It gets every key until it is closed. */
export type Dialog = {
  draw(canvas: Canvas, area: Area): void;
  onKey(event: KeyEvent | PasteEvent): void;
  /** What the key bar says meanwhile. */
  readonly hints: readonly KeyBinding[];
};

export type Host<View> = {
  /** The snapshot that was drawn last. */
  view(): View;
  /** Something of the user's has changed: draws at once. */
  draw(): void;
  message(text: string, level: MessageLevel): void;
  open(dialog: Dialog): void;
  close(dialog: Dialog): void;
  show(pageId: string): void;
  /** Starts an action and tells its outcome; `done` gets it too. */
  run(action: () => ActionAnswer, done?: (result: ActionResult) => void): void;
  quit(): void;
};
