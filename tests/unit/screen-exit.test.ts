// However a process with a screen ends, its terminal is as it was: a real process in a real terminal (a pty).
import { spawn, type IPty } from '@lydell/node-pty';
import { afterEach, describe, expect, it, vi } from 'vitest';

// A machine that is busy with other tests draws late, never wrong.
vi.setConfig({ testTimeout: 60_000 });

const LEAVES_ALTERNATE_SCREEN = '\x1b[?1049l';
const MOUSE_OFF = '\x1b[?1000l';
const CURSOR_ON = /\x1b\[(?:34h\x1b\[)?\?(?:12l\x1b\[\?)?25h/;

const running: IPty[] = [];
afterEach(() => {
  for (const pty of running.splice(0)) pty.kill('SIGKILL');
});

async function open(mode: string) {
  const pty = spawn(process.execPath, ['tests/screen/exit-demo.ts', mode], {
    cols: 80, rows: 24, cwd: process.cwd(), name: 'screen-256color',
    env: { ...process.env, TERM: 'screen-256color', LANG: 'C.UTF-8' },
  });
  running.push(pty);
  const seen = { text: '', exit: null as { exitCode: number; signal?: number | undefined } | null };
  pty.onData((data) => (seen.text += data));
  pty.onExit((exit) => (seen.exit = exit));
  await waitFor(() => seen.text.includes('EV_CP_Monitor') && seen.text.includes('Messages'), seen);
  return { pty, seen };
}

async function waitFor(condition: () => boolean, seen: unknown): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`last seen: ${JSON.stringify(seen).slice(-2_000)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('a terminal after its screen', () => {
  it.each([
    ['SIGTERM', 'plain', 143], ['SIGHUP', 'plain', 129], ['SIGINT', 'plain', 130],
    ['SIGTERM', 'own-handler', 7],
  ] as const)('is restored after %s (%s), and the exit status says why', async (signal, mode, exitCode) => {
    const { pty, seen } = await open(mode);
    pty.kill(signal);
    await waitFor(() => seen.exit !== null, seen);
    expectRestored(seen.text);
    expect(seen.exit?.exitCode).toBe(exitCode);
  });

  it.each([
    ['an exception that nobody catches', 'throw'], ['a promise that nobody catches', 'reject'],
  ])('is restored after %s, and the stack is readable below it', async (_name, mode) => {
    const { pty, seen } = await open(mode);
    pty.write('a');
    await waitFor(() => seen.exit !== null, seen);
    expectRestored(seen.text);
    expect(seen.text.slice(seen.text.lastIndexOf(LEAVES_ALTERNATE_SCREEN))).toContain('Error: on purpose');
    expect(seen.exit?.exitCode).not.toBe(0);
  });

  it('is restored after quitting from the keyboard', async () => {
    const { pty, seen } = await open('plain');
    pty.write('q');
    await waitFor(() => seen.text.includes('End this program?'), seen);
    pty.write('y');
    await waitFor(() => seen.exit !== null, seen);
    expectRestored(seen.text);
    expect(seen.exit?.exitCode).toBe(0);
  });

  it('shows what others print to stderr as a message, not across the screen', async () => {
    const { pty, seen } = await open('stray');
    pty.write('a');
    await waitFor(() => seen.text.includes('! a library talks'), seen);
  });
});

function expectRestored(text: string): void {
  const last = text.lastIndexOf(LEAVES_ALTERNATE_SCREEN);
  expect(last).toBeGreaterThan(text.lastIndexOf('\x1b[?1049h'));
  expect(text.lastIndexOf(MOUSE_OFF)).toBeGreaterThan(text.lastIndexOf('\x1b[?1000h'));
  expect(text.slice(text.lastIndexOf('\x1b[?25l'))).toMatch(CURSOR_ON);
  expect(text).not.toContain('Error on xterm');
}
