// A real process in a real terminal (a pty), read by @xterm/headless: what a person at it sees, and her keys.
import { spawn } from '@lydell/node-pty';
import { openHeadlessTerminal, type HeadlessTerminal } from './headless-terminal.ts';

export type ProcessTerminal = HeadlessTerminal & {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the exit status once the process has ended and everything that it wrote is on the screen. */
  ended(): Promise<number>;
  /** What of the terminal is not as a shell left it; empty when everything was given back. */
  leftBehind(): string[];
};

const CURSOR_OFF = '\x1b[?25l';
const CURSOR_ON = /\x1b\[(?:34h\x1b\[)?\?(?:12l\x1b\[\?)?25h/;

/** Starts `node file …args` in a terminal of this size. */
export function openProcessTerminal(options: {
  readonly file: string; readonly args: readonly string[]; readonly columns: number; readonly rows: number;
  readonly env?: Readonly<Record<string, string>>;
}): ProcessTerminal {
  const { file, args, columns, rows, env = {} } = options;
  const terminal = openHeadlessTerminal(columns, rows);
  const pty = spawn(process.execPath, [file, ...args], {
    cols: columns, rows, cwd: process.cwd(), name: 'xterm-256color',
    env: { ...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8', ...env },
  });
  terminal.streams.input.on('data', (keys: Buffer) => pty.write(keys.toString('utf8')));
  let afterCursorOff = '';
  pty.onData((data) => {
    afterCursorOff += data;
    afterCursorOff = afterCursorOff.slice(Math.max(0, afterCursorOff.lastIndexOf(CURSOR_OFF)));
    terminal.streams.output.write(data);
  });
  const exited = new Promise<number>((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)));
  return {
    ...terminal,
    pid: pty.pid,
    kill: (signal) => pty.kill(signal),
    resize(newColumns, newRows) {
      terminal.resize(newColumns, newRows);
      pty.resize(newColumns, newRows);
    },
    async ended() {
      const status = await exited;
      await new Promise<void>((resolve) => terminal.xterm.write('', resolve));
      return status;
    },
    leftBehind() {
      const { mouseTrackingMode, bracketedPasteMode } = terminal.xterm.modes;
      return [
        ...(terminal.xterm.buffer.active.type === 'normal' ? [] : ['the alternate screen']),
        ...(mouseTrackingMode === 'none' ? [] : [`the mouse (${mouseTrackingMode})`]),
        ...(bracketedPasteMode ? ['bracketed paste'] : []),
        ...(CURSOR_ON.test(afterCursorOff) ? [] : ['a hidden cursor']),
      ];
    },
  };
}
