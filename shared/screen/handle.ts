// What a process sees of its screen, and the few shapes that all four views share. No terminal library in here: a
// process builds plain snapshots of these types, the screen draws them and calls the actions back.
import type { Readable, Writable } from 'node:stream';

/** How loud a line is. Shown by symbol and colour. */
export type MessageLevel = 'info' | 'good' | 'warn' | 'error';

/** One line of the message panel. Newest last; keep the last 200 or so. */
export type ScreenMessage = { readonly atMs: number; readonly level: MessageLevel; readonly text: string };

/** A link or the bus, with since-when and why (in words; empty when there is nothing to say). */
export type LinkView = {
  readonly state: 'up' | 'connecting' | 'down' | 'refused';
  readonly sinceMs: number;
  readonly why: string;
};

/** What became of an action: its words go to the message line; several `lines` to a window. */
export type ActionResult = { readonly ok: boolean; readonly text: string; readonly lines?: readonly string[] };
export type ActionAnswer = ActionResult | Promise<ActionResult>;

/** One page of a list that is read from the database. `error` is null when it worked. */
export type QueryPage = {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly next: string | null;
  readonly error: string | null;
};

/** The streams of the terminal; tests give their own, with `columns` and `rows` and a `resize` event on the output. */
export type TerminalStreams = {
  readonly input: Readable & { setRawMode?(on: boolean): unknown };
  readonly output: Writable & { columns?: number; rows?: number };
};

/** Options that every screen takes. */
export type ScreenOptions<View, Actions> = {
  /** Builds the snapshot; called after `refresh()` and once a second, at most 8 times a second. */
  readonly view: () => View;
  readonly actions: Actions;
  /** The user asked to quit, and confirmed. The screen stays until `close()`, which the process calls when it ends. */
  readonly onQuit: () => void;
  /** Default: the process's own terminal. */
  readonly streams?: TerminalStreams;
  /** Default: `process.env.TERM`; `screen-256color` and unknown ones fall back to xterm-256color. */
  readonly term?: string;
};

/** An open screen. */
export type Screen = {
  /** Something changed: draws soon (many calls are one drawing, at most 8 a second). */
  refresh(): void;
  /** A line for the user, shown at once above the key bar. */
  message(text: string, level: MessageLevel): void;
  /** Gives the terminal back as it was. Safe to call twice; also done when the process exits, crashes or is ended. */
  close(): void;
};
