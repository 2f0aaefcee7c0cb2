// What somebody sees who starts a process in a terminal: the process in a pty, its screen read by @xterm/headless.
// There are no keys: whoever looks through this cannot type.
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

export type ProcessScreen = {
  readonly terminal: xterm.Terminal;
  /** The visible lines, without blanks at their ends. */
  text(): string;
  end(signal?: NodeJS.Signals): void;
  /** Resolves with the exit status. */
  ended(): Promise<number>;
};

/** Starts `node …args` in a terminal of this size. */
export function openProcessScreen(options: {
  readonly args: readonly string[]; readonly columns: number; readonly rows: number; readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): ProcessScreen {
  const { args, columns, rows, cwd, env } = options;
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
  const pty = spawn(process.execPath, [...args], { cols: columns, rows, name: 'xterm-256color', cwd, env: { ...env } });
  pty.onData((text) => terminal.write(text));
  const exited = new Promise<number>((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)));
  return {
    terminal,
    text() {
      const buffer = terminal.buffer.active;
      const lines = Array.from({ length: terminal.rows }, (_unused, y) =>
        buffer.getLine(buffer.viewportY + y)?.translateToString(true) ?? '');
      return lines.join('\n');
    },
    end: (signal = 'SIGTERM') => pty.kill(signal),
    ended: () => exited,
  };
}
