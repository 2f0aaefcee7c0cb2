// One open screen: header, pages, windows, message line, key bar; the drawing rhythm; the way back to a sane terminal.
// A frame is drawn whole into a fresh canvas from a snapshot; the terminal writes only the cells that differ, so an
// unchanged frame costs nothing. The process's changes are drawn at most 8 times a second, key presses at once.
import { clickable, createCanvas, dispatchMouse, fill, hot, put, type Area, type Canvas } from './canvas.ts';
import { confirmDialog, textDialog } from './dialogs.ts';
import type {
  ActionAnswer, ActionResult, MessageLevel, Screen, ScreenMessage, ScreenOptions, TerminalStreams,
} from './handle.ts';
import { helpLines } from './help.ts';
import type { Dialog, Host, KeyBinding, Page } from './host.ts';
import type { InputEvent, KeyEvent, PasteEvent } from './input.ts';
import { drawKeyBar, keyBarRows } from './key-bar.ts';
import { LABELS } from './labels.ts';
import { closeOnExit } from './exit-guard.ts';
import { BAD, HEADER_STRONG, HEADER_TAB, KEY_TEXT, LEVEL_LOOK } from './style.ts';
import { openTerminal, type Terminal } from './terminal.ts';

export type ScreenSetup<View> = {
  /** Draws the header into an area of full width and `headerRows` lines. */
  readonly header: (canvas: Canvas, area: Area, view: View) => void;
  readonly headerRows: number;
  /** Makes the pages; the first is shown first. Tabs are drawn when there is more than one with a tab. */
  readonly pages: (host: Host<View>) => readonly Page<View>[];
  /** Pages that have a tab, and a digit key, in this order. */
  readonly tabs: readonly string[];
  /** More lines for the help window. */
  readonly help: readonly string[];
  /** Called once when everything stands; may open a first window. */
  readonly onOpen?: (host: Host<View>) => void;
  /** Called before each frame with a fresh snapshot. */
  readonly onView?: (host: Host<View>, view: View) => void;
};

/** Frames that the process's changes cause are this far apart at least. */
const FRAME_MS = 125;
/** Clocks and ages go on though nothing is said to have changed. */
const TICK_MS = 1_000;
/** How long a message stays above the key bar. */
const MESSAGE_MS = 8_000;
/** From this height on the message line has a place of its own; on smaller ones it covers the page's last line. */
const ROOMY_ROWS = 30;
const SMALLEST = { width: 40, height: 10 } as const;

/** Opens a screen on the process's terminal or on given streams. */
export function openScreen<View, Actions>(
  options: ScreenOptions<View, Actions>, setup: ScreenSetup<View>,
): Screen & { readonly host: Host<View> } {
  const open = new OpenScreen<View, Actions>(options, setup);
  return {
    host: open.host,
    refresh: () => open.refresh(),
    message: (text, level) => open.host.message(text, level),
    close: () => open.close(),
  };
}

/** Has a lifetime: the terminal, timers and the process's exit handlers. */
class OpenScreen<View, Actions> {
  readonly host: Host<View>;
  private readonly options: ScreenOptions<View, Actions>;
  private readonly setup: ScreenSetup<View>;
  private readonly terminal: Terminal;
  private readonly pages: readonly Page<View>[];
  private readonly stopGuard: () => void;
  private readonly ticker: NodeJS.Timeout;
  private page: Page<View>;
  private dialogs: Dialog[] = [];
  private note: ScreenMessage | null = null;
  private snapshot: View;
  private snapshotAtMs = 0;
  private canvas: Canvas = createCanvas(1, 1);
  private frameTimer: NodeJS.Timeout | null = null;
  private inputFrame = false;
  private interrupts = 0;
  private closed = false;

  constructor(options: ScreenOptions<View, Actions>, setup: ScreenSetup<View>) {
    this.options = options;
    this.setup = setup;
    this.snapshot = options.view();
    this.host = this.makeHost();
    this.pages = setup.pages(this.host);
    const [first] = this.pages;
    if (first === undefined) throw new TypeError('a screen has at least one page');
    this.page = first;
    this.terminal = openTerminal({
      streams: options.streams ?? processStreams(),
      term: options.term ?? process.env['TERM'],
      env: process.env,
      onInput: (event) => this.onInput(event),
      onResize: () => this.draw(),
    });
    this.stopGuard = closeOnExit({
      close: () => this.close(),
      redraw: () => {
        this.terminal.forget();
        this.draw();
      },
      guardStderr: options.streams === undefined,
      onStray: (text) => this.host.message(text, 'warn'),
    });
    this.ticker = setInterval(() => this.refresh(), TICK_MS);
    setup.onOpen?.(this.host);
    first.onShow?.();
    this.draw();
  }

  refresh(): void {
    if (this.closed || this.frameTimer !== null) return;
    const wait = Math.max(0, FRAME_MS - (performance.now() - this.snapshotAtMs));
    this.frameTimer = setTimeout(() => {
      this.frameTimer = null;
      this.snapshotAtMs = performance.now();
      this.snapshot = this.options.view();
      this.draw();
    }, wait);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    if (this.frameTimer !== null) clearTimeout(this.frameTimer);
    clearInterval(this.ticker);
    this.stopGuard();
    this.terminal.close();
  }

  private draw(): void {
    if (this.closed) return;
    this.compose();
    if (!this.terminal.paint(this.canvas)) this.refresh();
  }

  /** Makes the frame; pages learn from it what is in sight, so keys act on it even before it is painted. */
  private compose(): void {
    this.setup.onView?.(this.host, this.snapshot);
    const { width, height } = this.terminal;
    this.canvas = createCanvas(width, height);
    if (width < SMALLEST.width || height < SMALLEST.height) put(this.canvas, 0, 0, LABELS.tooSmall, BAD);
    else this.drawFrame(this.canvas);
  }

  private drawFrame(canvas: Canvas): void {
    const { width, height } = canvas;
    const { headerRows, tabs } = this.setup;
    fill(canvas, { x: 0, y: 0, width, height: headerRows }, HEADER_STRONG);
    this.setup.header(canvas, { x: 0, y: 0, width, height: headerRows }, this.snapshot);
    const tabRows = tabs.length > 1 ? 1 : 0;
    if (tabRows > 0) this.drawTabs(canvas, headerRows);
    const top = headerRows + tabRows;
    const dialog = this.dialogs.at(-1);
    const barRows = keyBarRows(this.pageKeys(), width);
    const noteRows = height >= ROOMY_ROWS ? 1 : 0;
    const page = { x: 0, y: top, width, height: height - top - barRows - noteRows };
    this.page.draw(canvas, page, this.snapshot);
    this.drawNote(canvas, height - barRows - 1);
    if (dialog !== undefined) {
      hot(canvas, { x: 0, y: 0, width, height }, () => undefined); // nothing below a window reacts
      canvas.cursor = null;
      dialog.draw(canvas, { x: 0, y: 0, width, height: height - 1 });
    }
    fill(canvas, { x: 0, y: height - barRows, width, height: barRows }, KEY_TEXT);
    drawKeyBar(canvas, height - 1, dialog === undefined ? this.pageKeys() : dialog.hints, (k) => this.press(k));
  }

  private drawTabs(canvas: Canvas, y: number): void {
    fill(canvas, { x: 0, y, width: canvas.width, height: 1 }, HEADER_STRONG);
    const titles = tabTitles(this.setup.tabs.map((id) => this.pages.find((p) => p.id === id)?.title ?? id),
      this.setup.tabs.indexOf(this.page.id), canvas.width);
    const room = canvas.width - titles.reduce((sum, title) => sum + title.length, 0);
    const gap = Math.max(1, Math.min(3, Math.floor(room / titles.length)));
    let x = 1;
    for (const [i, id] of this.setup.tabs.entries()) {
      const end = put(canvas, x, y, titles[i] ?? '', id === this.page.id ? HEADER_TAB : HEADER_STRONG);
      clickable(canvas, { x, y, width: end - x, height: 1 }, () => this.show(id));
      x = end + gap;
    }
  }

  private drawNote(canvas: Canvas, y: number): void {
    if (this.note === null || performance.now() - this.note.atMs > MESSAGE_MS) return;
    const look = LEVEL_LOOK[this.note.level];
    fill(canvas, { x: 0, y, width: canvas.width, height: 1 });
    put(canvas, 1, y, `${look.symbol} ${this.note.text}`, look.style, canvas.width - 2);
  }

  /** The page's keys, then those of the screen; help and quit come last and always have room. */
  private pageKeys(): readonly KeyBinding[] {
    return [
      ...this.page.keys(this.snapshot),
      { key: '?', label: LABELS.help, run: () => this.openHelp() },
      { key: 'q', label: LABELS.quit, run: () => this.host.quit() },
    ];
  }

  private openHelp(): void {
    const lines = helpLines(this.page.title, this.page.keys(this.snapshot), this.setup.help);
    this.host.open(textDialog(this.host, { title: LABELS.helpTitle, lines }));
  }

  private onInput(event: InputEvent): void {
    if (this.closed) return;
    // Keys that arrive together: each acts on what the one before it has brought up.
    if (this.inputFrame) this.compose();
    if (event.kind === 'mouse') dispatchMouse(this.canvas, event);
    else this.onKey(event);
    this.drawSoon();
  }

  private onKey(event: KeyEvent | PasteEvent): void {
    if (event.kind === 'key' && event.name === 'C-c') return this.interrupt();
    if (event.kind === 'key' && event.name === 'C-l') return this.terminal.forget();
    this.interrupts = 0;
    const dialog = this.dialogs.at(-1);
    if (dialog !== undefined) return dialog.onKey(event);
    if (this.page.onKey(event, this.snapshot) || event.kind === 'paste') return;
    const binding = this.pageKeys().find((k) => k.key === event.name);
    if (binding !== undefined) return this.press(binding);
    const tab = /^[0-9]$/.test(event.name) ? this.setup.tabs[(Number(event.name) + 9) % 10] : undefined;
    if (tab !== undefined && this.setup.tabs.length > 1) this.show(tab);
  }

  /** Ctrl-C asks like `q`; twice in a row it ends at once, whatever stands on the screen. */
  private interrupt(): void {
    this.interrupts += 1;
    if (this.interrupts > 1) this.options.onQuit();
    else this.host.quit();
  }

  private press(binding: KeyBinding): void {
    const reason = binding.whyNot ?? null;
    if (reason === null) binding.run();
    else this.host.message(`${LABELS.notNow}: ${binding.label}: ${reason}`, 'warn');
  }

  private show(id: string): void {
    const page = this.pages.find((p) => p.id === id);
    if (page === undefined) return;
    this.page = page;
    page.onShow?.();
    this.drawSoon();
  }

  /** Many events of one read are one frame. */
  private drawSoon(): void {
    if (this.inputFrame || this.closed) return;
    this.inputFrame = true;
    setImmediate(() => {
      this.inputFrame = false;
      this.draw();
    });
  }

  private makeHost(): Host<View> {
    const host: Host<View> = {
      view: () => this.snapshot,
      draw: () => this.drawSoon(),
      message: (text, level) => {
        this.note = { atMs: performance.now(), level, text };
        this.drawSoon();
      },
      open: (dialog) => {
        this.dialogs.push(dialog);
        this.drawSoon();
      },
      close: (dialog) => {
        this.dialogs = this.dialogs.filter((d) => d !== dialog);
        this.drawSoon();
      },
      show: (id) => this.show(id),
      run: (action, done) => runAction(host, action, done),
      quit: () => host.open(confirmDialog(host, {
        title: LABELS.quit, lines: [LABELS.quitQuestion], run: () => this.options.onQuit(),
      })),
    };
    return host;
  }
}

/**
 * The tabs with their digits, 0 for the tenth. Where not all titles have room, those nearest to the shown page keep
 * theirs, and the others are digits alone; the help names them all.
 */
function tabTitles(titles: readonly string[], shown: number, width: number): string[] {
  const digits = titles.map((_title, i) => String((i + 1) % 10));
  let room = width - 1 - digits.length * 2;
  const nearest = titles.map((_title, i) => i).sort((a, b) => Math.abs(a - shown) - Math.abs(b - shown));
  const kept = new Set<number>();
  for (const i of nearest) {
    room -= (titles[i]?.length ?? 0) + 1;
    if (room < 0) break;
    kept.add(i);
  }
  return titles.map((title, i) => (kept.has(i) ? `${digits[i] ?? ''} ${title}` : digits[i] ?? ''));
}

/** Tells what became of an action; its promise may take as long as it wants. */
function runAction<View>(
  host: Host<View>, action: () => ActionAnswer, done?: (result: ActionResult) => void,
): void {
  const tell = (result: ActionResult): void => {
    const level: MessageLevel = result.ok ? 'good' : 'error';
    const lines = result.lines ?? [];
    const only = lines.length === 1 ? ` (${lines[0] ?? ''})` : '';
    if (result.text !== '') host.message(`${result.text}${only}`, level);
    if (lines.length > 1) host.open(textDialog(host, { title: result.text, lines }));
    done?.(result);
  };
  const answer = action();
  if (!(answer instanceof Promise)) return tell(answer);
  host.message(LABELS.working, 'info');
  answer.then(tell, (error: unknown) => {
    tell({ ok: false, text: `${LABELS.failed}: ${error instanceof Error ? error.message : String(error)}` });
  });
}

function processStreams(): TerminalStreams {
  return { input: process.stdin, output: process.stdout };
}
