// Logs are events: a level, an event name, ids and fields. The logger is passed in; this file only makes it.
// It writes JSON lines to var/log/<process>.log through winston, and, where there is no screen, a readable line to
// stderr.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import winston from 'winston';
import { Failure } from './failure.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one event. Never throws, never blocks; never give it a key, a secret, a password or a PIN. */
export type Log = (level: LogLevel, event: string, fields?: LogFields) => void;

export type OpenLog = { log: Log; file: string; close(): Promise<void> };

/**
 * Opens the log of one process: `<dir>/<name>.log`, JSON lines, turned over at 20 MB (5 kept).
 * `console` also prints each event of level info and above as one readable line to stderr (when there is no screen).
 * Throws `Failure('not-writable')` when the folder cannot be written.
 */
export function openLog(options: { dir: string; name: string; console: boolean; level?: LogLevel }): OpenLog {
  try {
    mkdirSync(options.dir, { recursive: true });
  } catch (cause) {
    throw new Failure('not-writable', `cannot make the log folder ${options.dir}: use another --log-dir`, cause);
  }
  const file = join(options.dir, `${options.name}.log`);
  const toFile = new winston.transports.File({ filename: file, maxsize: 20_000_000, maxFiles: 5, tailable: true });
  toFile.on('error', () => undefined); // a full disk must not take the process down through its log
  const transports: winston.transport[] = [toFile];
  if (options.console) {
    const stderrLevels = ['error', 'warn', 'info', 'debug'];
    transports.push(new winston.transports.Console({ level: 'info', stderrLevels, format: readableLine() }));
  }
  const logger = winston.createLogger({
    level: options.level ?? 'info',
    defaultMeta: { process: options.name, pid: process.pid },
    format: winston.format.json(),
    transports,
  });
  let closed = false;
  let waiting: { level: LogLevel; event: string; fields: LogFields }[] = [];
  const write = (): void => {
    const entries = waiting;
    waiting = [];
    for (const { level, event, fields } of entries) logger.log(level, event, fields);
  };
  // Lines are made when this turn is over: what the event lets leave the process goes first.
  const log: Log = (level, event, fields) => {
    if (closed || !logger.isLevelEnabled(level)) return; // closed: a socket's words after the process has said its last
    if (waiting.length === 0) setImmediate(write);
    const timestamp = new Date().toISOString();
    waiting.push({ level, event, fields: { timestamp, ...fields, ...errorFields(fields) } });
  };
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      closed = true;
      write();
      toFile.once('finish', () => resolve());
      logger.end();
      setTimeout(resolve, 500).unref();
    });
  return { log, file, close };
}

/** The whole chain of an error on one line: what was attempted, then each cause. */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  for (let e: unknown = error; e !== undefined && parts.length < 8; e = e instanceof Error ? e.cause : undefined) {
    parts.push(e instanceof Error ? e.message : String(e));
  }
  return parts.join(': ');
}

function errorFields(fields: LogFields | undefined): LogFields {
  const error = fields?.['error'];
  return error instanceof Error ? { error: describeError(error), stack: error.stack } : {};
}

function readableLine(): winston.Logform.Format {
  return winston.format.printf((info) => {
    const { level, message, timestamp, process: name, pid: _pid, stack: _stack, ...fields } = info;
    const rest = Object.entries(fields).map(([key, value]) => `${key}=${shown(value)}`);
    return `${String(timestamp)} ${String(name)} ${level} ${String(message)} ${rest.join(' ')}`.trimEnd();
  });
}

function shown(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
