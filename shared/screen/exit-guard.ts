// Gives the terminal back on every way out: exit, signals, crashes. SIGKILL alone cannot be helped.
import { outlive } from './terminal.ts';

/** The signals that end a process from outside, with their numbers for the exit status. */
const SIGNALS: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGHUP', 1], ['SIGINT', 2], ['SIGQUIT', 3], ['SIGTERM', 15],
];

/**
 * Calls `close` before the process ends, however it ends, and `redraw` when it was stopped and goes on (Ctrl-Z, kill
 * -CONT). While the screen is up, what others print to stderr would be garbage on it: it goes to `onStray`. Returns the
 * function that takes all this back.
 */
export function closeOnExit(guard: {
  close: () => void; redraw: () => void; guardStderr: boolean; onStray: (text: string) => void;
}): () => void {
  const onExit = (): void => guard.close();
  // The monitor sees an exception before anybody else, and changes nothing about what happens next: the stack that Node
  // prints then lands on a sane terminal.
  process.on('uncaughtExceptionMonitor', onExit);
  process.on('exit', onExit);
  process.on('SIGCONT', guard.redraw);
  const onSignal = SIGNALS.map(([name, number]) => {
    const handler = (): void => {
      const others = process.listenerCount(name) - 1;
      guard.close();
      // Who else listens ends the process in its own order; if nobody does, it ends here as without a handler.
      if (others <= 0) process.exit(128 + number);
    };
    // First in line: a `once` handler of the process has taken itself away before the next one is called.
    process.prependListener(name, handler);
    return { name, handler };
  });
  const restoreStderr = guard.guardStderr ? guardStderr(guard.onStray) : (): void => undefined;
  return () => {
    process.removeListener('uncaughtExceptionMonitor', onExit);
    process.removeListener('exit', onExit);
    process.removeListener('SIGCONT', guard.redraw);
    for (const { name, handler } of onSignal) process.removeListener(name, handler);
    restoreStderr();
  };
}

function guardStderr(onStray: (text: string) => void): () => void {
  if (process.stderr.isTTY !== true) return () => undefined;
  outlive(process.stderr);
  const original = process.stderr.write;
  const caught = (chunk: string | Uint8Array): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    const line = text.trim().split('\n')[0] ?? '';
    if (line !== '') onStray(line);
    return true;
  };
  process.stderr.write = caught;
  return () => {
    if (process.stderr.write === caught) process.stderr.write = original;
  };
}
