// A terminal without a window: what a screen writes goes into @xterm/headless, keys and mouse go in through a stream.
import { PassThrough, Writable } from 'node:stream';
import xterm from '@xterm/headless';
import type { TerminalStreams } from '../../shared/screen/handle.ts';

export type HeadlessTerminal = {
  readonly streams: TerminalStreams;
  readonly xterm: InstanceType<typeof xterm.Terminal>;
  /** Whether the input is in raw mode now; null: never asked for. */
  rawMode(): boolean | null;
  type(text: string): void;
  click(x: number, y: number): void;
  wheel(direction: 'up' | 'down', x: number, y: number): void;
  resize(columns: number, rows: number): void;
  /** The visible lines, without blanks at their ends. */
  lines(): string[];
  text(): string;
  /** The colours of the cell where `needle` begins on the screen. */
  lookOf(needle: string): { fg: number; bg: number; bold: boolean } | null;
  /** Where `needle` begins. */
  find(needle: string): { x: number; y: number } | null;
  /** Bytes written since the start. */
  written(): number;
  /** Waits until the screen's text is as wanted; fails with what it last showed. */
  waitFor(condition: (text: string) => boolean, what?: string): Promise<string>;
};

export function openHeadlessTerminal(columns: number, rows: number): HeadlessTerminal {
  const emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
  const input = Object.assign(new PassThrough(), {
    raw: null as boolean | null,
    setRawMode(on: boolean) {
      input.raw = on;
      return input;
    },
  });
  let bytes = 0;
  const output = Object.assign(new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      bytes += chunk.length;
      emulator.write(chunk, () => done());
    },
  }), { columns, rows, isTTY: true });
  const lines = (): string[] => Array.from({ length: emulator.rows }, (_unused, y) =>
    emulator.buffer.active.getLine(emulator.buffer.active.viewportY + y)?.translateToString(true) ?? '');
  const find = (needle: string): { x: number; y: number } | null => {
    for (const [y, line] of lines().entries()) {
      const x = line.indexOf(needle);
      if (x >= 0) return { x, y };
    }
    return null;
  };
  return {
    streams: { input, output },
    xterm: emulator,
    rawMode: () => input.raw,
    type: (text) => void input.write(text),
    click: (x, y) => void input.write(`\x1b[<0;${x + 1};${y + 1}M\x1b[<0;${x + 1};${y + 1}m`),
    wheel: (direction, x, y) => void input.write(`\x1b[<${direction === 'up' ? 64 : 65};${x + 1};${y + 1}M`),
    resize(newColumns, newRows) {
      emulator.resize(newColumns, newRows);
      Object.assign(output, { columns: newColumns, rows: newRows });
      output.emit('resize');
    },
    lines,
    text: () => lines().join('\n'),
    find,
    lookOf(needle) {
      const at = find(needle);
      if (at === null) return null;
      const cell = emulator.buffer.active.getLine(emulator.buffer.active.viewportY + at.y)?.getCell(at.x);
      return cell === undefined ? null
        : { fg: cell.getFgColor(), bg: cell.getBgColor(), bold: cell.isBold() !== 0 };
    },
    written: () => bytes,
    async waitFor(condition, what = 'the wanted text') {
      const deadline = performance.now() + 20_000;
      for (;;) {
        const text = lines().join('\n');
        if (condition(text)) return text;
        if (performance.now() > deadline) throw new Error(`waited for ${what}; the screen shows:\n${text}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
}
