// One process of the network, started on somebody's behalf (demo, replay, tests, drills): its lines are kept, JSON
// lines on stdout are events, orders go in on stdin, and it ends when its launcher is gone, however it went
// (leash.mjs).
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const ROOT = join(import.meta.dirname, '..', '..');
const LEASH = pathToFileURL(join(ROOT, 'scripts', 'leash.mjs')).href;
const LINES_KEPT = 2_000;

export type ProcessName = 'ev-central' | 'ev-cp-engine' | 'ev-cp-monitor' | 'ev-driver' | 'ev-notifier' | 'kafka';
export type JsonEvent = Readonly<Record<string, unknown>>;

export type ProcessOptions = {
  readonly program: ProcessName;
  /** What it is called in messages, such as `engine ALC-01`. */
  readonly label: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly onEvent?: (event: JsonEvent) => void;
  /** A command to stand in front, which becomes the process: `nsenter …` starts it on another host of a drill. */
  readonly via?: readonly string[];
};

export class ManagedProcess {
  readonly label: string;
  readonly program: ProcessName;
  /** What it printed last, stdout and stderr. */
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #listeners = new Set<(event: JsonEvent) => void>();
  readonly #exited: Promise<number>;
  #status: number | null = null;

  constructor(options: ProcessOptions) {
    this.label = options.label;
    this.program = options.program;
    if (options.onEvent !== undefined) this.#listeners.add(options.onEvent);
    const main = options.program === 'kafka' ? join('scripts', 'kafka.ts') : join(options.program, 'main.ts');
    const whole = [...options.via ?? [], process.execPath, '--import', LEASH, join(ROOT, main), ...options.args];
    const [command = '', ...args] = whole;
    this.#child = spawn(command, args, {
      cwd: ROOT, stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...options.env, EV_LEASH: String(process.pid) },
    });
    this.#child.stdin?.on('error', () => undefined); // it may be dead already: its exit tells
    this.#exited = new Promise((resolve) => {
      this.#child.on('error', () => resolve(127));
      this.#child.on('exit', (status, signal) => {
        this.#status = status ?? (signal === null ? 1 : 128);
        resolve(this.#status);
      });
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#take(line));
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#status === null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves with the exit status (128 and above: ended by a signal). */
  exited(): Promise<number> {
    return this.#exited;
  }

  /** Hears every JSON line of its stdout; the value stops that. */
  listen(listener: (event: JsonEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends one order as a JSON line. */
  send(order: JsonEvent): void {
    if (this.isRunning) this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  /** The next event for which `matches` holds. Rejects, with its last lines, when it ends or the time is over. */
  next(matches: (event: JsonEvent) => boolean, timeoutMs = 15_000): Promise<JsonEvent> {
    return new Promise((resolve, reject) => {
      const stop = this.listen((event) => {
        if (matches(event)) finish(() => resolve(event));
      });
      const tooLate = (): void => finish(() => reject(this.#error(`did not say so within ${timeoutMs} ms`)));
      const timer = setTimeout(tooLate, timeoutMs);
      void this.#exited.then((status) => finish(() => reject(this.#error(`ended with status ${status}`))));
      const finish = (settle: () => void): void => {
        stop();
        clearTimeout(timer);
        settle();
      };
    });
  }

  /** Resolves when a line that it printed contains the text; looks at those already printed first. */
  async untilLine(text: string, timeoutMs = 20_000): Promise<string> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const line = this.lines.find((each) => each.includes(text));
      if (line !== undefined) return line;
      if (!this.isRunning) throw this.#error('ended');
      if (Date.now() > deadline) throw this.#error(`did not print “${text}” within ${timeoutMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  signal(signal: NodeJS.Signals): void {
    if (this.isRunning) this.#child.kill(signal);
  }

  async kill9(): Promise<void> {
    this.signal('SIGKILL');
    await this.#exited;
  }

  /** Ends it properly; after `graceMs` it is killed. */
  async stop(graceMs = 5_000): Promise<number> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    const status = await this.#exited;
    clearTimeout(timer);
    return status;
  }

  #take(line: string): void {
    this.lines.push(line);
    if (this.lines.length > LINES_KEPT) this.lines.shift();
    if (!line.startsWith('{')) return;
    let event: unknown;
    try {
      event = JSON.parse(line);
    } catch {
      return;
    }
    if (typeof event !== 'object' || event === null) return;
    for (const listener of [...this.#listeners]) listener(event as JsonEvent);
  }

  #error(what: string): Error {
    return new Error(`${this.label} ${what}. Its last lines:\n${this.lines.slice(-8).join('\n')}`);
  }
}
