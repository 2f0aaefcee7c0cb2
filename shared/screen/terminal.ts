// The terminal itself: the only file that imports blessed. Blessed brings terminfo, the alternate screen and a cell
// buffer that writes only what has changed. Its weak points are kept in here: terminal names that it cannot read, line
// drawing through the alternate character set (garbage in tmux), its own crash and signal handlers, its input parser.
import { PassThrough } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import blessed from 'blessed';
import { BugError } from '../assert.ts';
import type { Canvas } from './canvas.ts';
import type { TerminalStreams } from './handle.ts';
import { flushInput, parseInput, type InputEvent } from './input.ts';

export type Terminal = {
  readonly width: number;
  readonly height: number;
  /** Brings the canvas to the terminal; writes only cells that differ. False: the terminal is behind, try again. */
  paint(canvas: Canvas): boolean;
  /** Forgets what the terminal shows, so that the next `paint` writes everything. */
  forget(): void;
  /** Gives the terminal back as it was. Safe to call twice. */
  close(): void;
};

export type TerminalOptions = {
  readonly streams: TerminalStreams;
  readonly term: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onInput: (event: InputEvent) => void;
  readonly onResize: () => void;
};

/** Takes the terminal over. */
export function openTerminal(options: TerminalOptions): Terminal {
  const { input, output } = options.streams;
  const screen = openBlessed(options);
  const ascii = needsAscii(options.env);
  let closed = false;
  const stopInput = listenInput(input, options.onInput);
  const onResize = (): void => options.onResize();
  screen.program.on('resize', onResize);
  outlive(output);
  screen.program._write(TERMINAL_ON);
  screen.program.flush();
  return {
    get width() { return screen.cols; },
    get height() { return screen.rows; },
    paint(canvas) {
      if (closed || output.writableNeedDrain === true) return closed;
      copyCells(canvas, screen, ascii);
      screen.draw(0, screen.rows - 1);
      placeCursor(canvas, screen);
      return true;
    },
    forget() {
      if (!closed) screen.alloc();
    },
    close() {
      if (closed) return;
      closed = true;
      stopInput();
      screen.program.removeListener('resize', onResize);
      screen.program._write(TERMINAL_OFF);
      screen.destroy();
      screen.program.flush();
    },
  };
}

const outlived = new WeakSet<NodeJS.EventEmitter>();

/**
 * A terminal that has gone away must not end the process through its output: SIGHUP does that in order. For good,
 * because the last words are written after the screen has closed, and their failure comes later still.
 */
export function outlive(output: NodeJS.EventEmitter): void {
  if (outlived.has(output)) return;
  outlived.add(output);
  output.on('error', () => undefined);
}

/** Mouse buttons with SGR coordinates, and bracketed paste; everything that is left on at the end is turned off. */
const TERMINAL_ON = '\x1b[?1000h\x1b[?1006h\x1b[?2004h';
const TERMINAL_OFF = '\x1b[?2004l\x1b[?1006l\x1b[?1000l\x1b[m';

/** The part of blessed's screen that is used here; its own types do not name the cell buffer. */
type BlessedScreen = {
  readonly cols: number;
  readonly rows: number;
  readonly lines: ([number, string][] & { dirty?: boolean })[];
  readonly tput: { brokenACS: boolean };
  readonly program: NodeJS.EventEmitter & {
    _write(text: string): void; flush(): void; showCursor(): void; hideCursor(): void; cup(y: number, x: number): void;
    cursorHidden: boolean;
  };
  draw(from: number, to: number): void;
  alloc(): void;
  destroy(): void;
};

function openBlessed(options: TerminalOptions): BlessedScreen {
  const before = processListeners();
  const settings: unknown = {
    input: new PassThrough(), // blessed reads nothing: input.ts does
    output: options.streams.output,
    terminal: terminalName(options.term),
    forceUnicode: true,
  };
  const screen: unknown = blessed.screen(settings as blessed.Widgets.IScreenOptions);
  if (!isBlessedScreen(screen)) throw new BugError('blessed has no cell buffer: another version than 0.1.81?');
  screen.tput.brokenACS = true; // lines as UTF-8, never through the alternate character set
  removeNewListeners(before);
  return screen;
}

function isBlessedScreen(screen: unknown): screen is BlessedScreen {
  return typeof screen === 'object' && screen !== null && 'lines' in screen && 'draw' in screen && 'program' in screen;
}

/** Names that blessed's terminfo reader handles; for all others xterm's sequences are right or harmless. */
export function terminalName(term: string | undefined): string {
  return /^(xterm(-color|-256color)?|linux|rxvt-256color|rxvt-unicode-256color|vt100|vt220)$/.test(term ?? '')
    ? String(term)
    : 'xterm-256color';
}

/** True when the locale says that the terminal shows no UTF-8. No locale at all is taken for UTF-8, but not in tmux. */
export function needsAscii(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '');
  if (locale === undefined) return env['TMUX'] !== undefined && env['TMUX'] !== '';
  return !/utf-?8/i.test(locale);
}

const ASCII_OF: Readonly<Record<string, string>> = {
  '─': '-', '│': '|', '┌': '+', '┐': '+', '└': '+', '┘': '+', '█': '#', '░': '.', '▒': ':', '…': '~', '»': '>',
  '×': 'x', '·': '.', '°': 'o', '€': 'E', '▲': '^', '▼': 'v', '◄': '<', '►': '>', '■': '#', '▌': '|', '▏': '|',
};

function asciiOf(char: string): string {
  if (char <= '~') return char;
  const plain = ASCII_OF[char] ?? char.normalize('NFD').charAt(0);
  return plain <= '~' ? plain : '?';
}

function copyCells(canvas: Canvas, screen: BlessedScreen, ascii: boolean): void {
  const width = Math.min(canvas.width, screen.cols);
  for (let y = 0; y < Math.min(canvas.height, screen.rows); y++) {
    const line = screen.lines[y];
    if (line === undefined) continue;
    for (let x = 0; x < width; x++) {
      const cell = line[x];
      if (cell === undefined) continue;
      const char = canvas.chars[y * canvas.width + x] ?? ' ';
      const look = canvas.styles[y * canvas.width + x] ?? 0;
      const shown = ascii ? asciiOf(char) : char;
      if (cell[0] === look && cell[1] === shown) continue;
      cell[0] = look;
      cell[1] = shown;
      line.dirty = true;
    }
  }
}

function placeCursor(canvas: Canvas, screen: BlessedScreen): void {
  if (canvas.cursor === null) {
    if (!screen.program.cursorHidden) screen.program.hideCursor();
    return;
  }
  screen.program.cup(canvas.cursor.y, canvas.cursor.x);
  if (screen.program.cursorHidden) screen.program.showCursor();
}

/** An escape sequence that arrives in two reads is whole within this time; a lone ESC is the Escape key after it. */
const ESCAPE_MS = 60;

function listenInput(input: TerminalStreams['input'], onInput: (event: InputEvent) => void): () => void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let timer: NodeJS.Timeout | undefined;
  const onData = (data: Buffer | string): void => {
    clearTimeout(timer);
    const parsed = parseInput(rest + (typeof data === 'string' ? data : decoder.write(data)));
    rest = parsed.rest;
    for (const event of parsed.events) onInput(event);
    if (rest === '') return;
    timer = setTimeout(() => {
      const events = flushInput(rest);
      if (!rest.startsWith('\x1b[200~')) rest = '';
      for (const event of events) onInput(event);
    }, ESCAPE_MS);
  };
  const ignore = (): void => undefined;
  input.on('data', onData);
  input.on('error', ignore);
  input.setRawMode?.(true);
  input.resume();
  return () => {
    clearTimeout(timer);
    input.removeListener('data', onData);
    input.removeListener('error', ignore);
    input.setRawMode?.(false);
    input.pause();
  };
}

const HANDLED = ['uncaughtException', 'SIGTERM', 'SIGINT', 'SIGQUIT', 'exit'] as const;

/** What is registered at the process, so that what blessed adds can be taken away: it would end us without our say. */
function processListeners(): Map<string, Set<unknown>> {
  return new Map(HANDLED.map((event) => [event, new Set<unknown>(process.rawListeners(event))]));
}

function removeNewListeners(before: Map<string, Set<unknown>>): void {
  for (const event of HANDLED) {
    for (const listener of process.rawListeners(event)) {
      if (before.get(event)?.has(listener) === true) continue;
      process.removeListener(event, listener as () => void);
    }
  }
}
