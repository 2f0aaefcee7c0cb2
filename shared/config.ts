// Configuration of a process: one table of settings, read once in main.ts. A value comes from a flag, a plain argument,
// the environment or the default, in this order; its origin is remembered. An unknown flag or EV_ variable is refused
// with the nearest known name; a bad value is refused with what would be right.
import type { Command} from 'commander';
import { CommanderError, Option } from 'commander';
import { z } from 'zod';
import { Failure } from './failure.ts';

/** One setting: `flag` without dashes (`kafka-brokers`), `env` its variable, `schema` parses the text. */
export type Setting<S extends z.ZodType = z.ZodType> = {
  readonly flag: string;
  readonly env: string;
  readonly schema: S;
  readonly default: z.infer<S>;
  readonly describe: string;
  /** Never shown by --print-config. */
  readonly secret?: boolean;
  /** A flag without a value. */
  readonly boolean?: boolean;
  /** Its place among the plain arguments, from 0: the addresses of the practice work without flags. */
  readonly argument?: number;
};
export type Settings = Readonly<Record<string, Setting>>;
export type ConfigOf<T extends Settings> = { readonly [K in keyof T]: z.infer<T[K]['schema']> };
export type Origin = 'default' | 'environment' | 'flag' | 'argument';
export type ReadConfig<T extends Settings> = { config: ConfigOf<T>; origins: Readonly<Record<keyof T, Origin>> };

/** Types a setting by its schema; the table of a process is an object of these. */
export function setting<S extends z.ZodType>(value: Setting<S>): Setting<S> {
  return value;
}

/** Adds the flags and plain arguments of a table to a command (so `--help` shows them with their defaults). */
export function addSettings(command: Command, settings: Settings): Command {
  const positional = Object.values(settings).filter((s) => s.argument !== undefined)
    .sort((a, b) => (a.argument ?? 0) - (b.argument ?? 0));
  for (const s of positional) command.argument(`[${s.flag}]`, s.describe);
  for (const s of Object.values(settings)) {
    const value = s.boolean === true ? '' : ` <${s.schema.description ?? 'value'}>`;
    const shown = s.default === null || s.secret === true ? '' : `, default: ${String(s.default)}`;
    command.addOption(new Option(`--${s.flag}${value}`, `${s.describe} (env ${s.env}${shown})`));
  }
  return command;
}

/** Reads a table from what the command has parsed and from the environment. Throws `Failure('bad-configuration')`. */
export function readSettings<T extends Settings>(
  command: Command, settings: T, env: Readonly<Record<string, string | undefined>>,
): ReadConfig<T> {
  refuseUnknownVariables(settings, env);
  const config: Record<string, unknown> = {};
  const origins: Record<string, Origin> = {};
  for (const [name, s] of Object.entries(settings)) {
    const { text, origin } = rawValue(command, s, env);
    origins[name] = origin;
    config[name] = text === undefined ? s.default : parseValue(s, text, origin);
  }
  return { config: config as ConfigOf<T>, origins: origins as Record<keyof T, Origin> };
}

/** The effective values with their origin, one line each, without secrets. */
export function printConfig<T extends Settings>(settings: T, read: ReadConfig<T>): string {
  const lines = Object.entries(settings).map(([name, s]) => {
    const value = read.config[name];
    const text = s.secret === true && value !== null && value !== '' ? '(secret, not shown)' : shown(value);
    return `${s.flag.padEnd(24)} ${text}  [${read.origins[name] ?? 'default'}]`;
  });
  return lines.join('\n');
}

/**
 * Runs a process's command line: `--help`, `--print-config`, unknown flags with the nearest name, then `start`.
 * Failures end in one clear line on stderr and their exit status; never a stack trace.
 */
export async function runCommand(command: Command, argv: readonly string[]): Promise<void> {
  // Whoever reads what we print may leave early (`… | head`): then there is nobody left to print for.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
  });
  command.exitOverride().showSuggestionAfterError(true).allowExcessArguments(false);
  try {
    await command.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 64;
      return;
    }
    exitWith(error);
  }
}

/** Prints one line for a failure (and the stack of a bug), and sets the exit status. */
export function exitWith(error: unknown): void {
  if (error instanceof Failure) {
    const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
    process.stderr.write(`${error.code}: ${error.message}${cause}\n`);
    process.exitCode = error.exitStatus;
    return;
  }
  process.stderr.write(`bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 81;
}

/** `host:port` or `port` alone; null when it is neither. */
export function parseAddress(text: string, defaultHost = '127.0.0.1'): { host: string; port: number } | null {
  const match = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(text.trim());
  if (match === null) return null;
  const port = Number(match[3]);
  return port > 65_535 ? null : { host: match[1] ?? match[2] ?? defaultHost, port };
}

/** Text of an address as a setting's value. */
export const addressSchema = z.string().refine((text) => parseAddress(text) !== null, 'must be host:port')
  .describe('host:port');
/** A whole number given as text. */
export const wholeNumberSchema = z.coerce.number().int().nonnegative().describe('number');
export const flagSchema = z.union([
  z.boolean(), z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1'),
]);

function rawValue(
  command: Command, s: Setting, env: Readonly<Record<string, string | undefined>>,
): { text: unknown; origin: Origin } {
  const flagged: unknown = flagValue(command, s.flag);
  if (flagged !== undefined) return { text: flagged, origin: 'flag' };
  const argument = s.argument === undefined ? undefined : command.args[s.argument];
  if (argument !== undefined) return { text: argument, origin: 'argument' };
  const variable = env[s.env];
  if (variable !== undefined && variable !== '') return { text: variable, origin: 'environment' };
  return { text: undefined, origin: 'default' };
}

/** commander reads `--no-x` as an option `x` that is true until the flag is given. */
function flagValue(command: Command, flag: string): unknown {
  if (!flag.startsWith('no-')) return command.getOptionValue(camelCase(flag));
  return command.getOptionValue(camelCase(flag.slice(3))) === false ? true : undefined;
}

function parseValue(s: Setting, text: unknown, origin: Origin): unknown {
  const parsed = s.schema.safeParse(text);
  if (parsed.success) return parsed.data;
  const what = origin === 'environment' ? s.env : `--${s.flag}`;
  const given = s.secret === true ? '' : ` (it is ${shown(text)})`;
  throw new Failure('bad-configuration', `${what}: ${whatIsWrong(s.schema, parsed.error.issues[0])}${given}`);
}

/** A password stands in no URL of ours, but people put one there: what we print of it would be read by others. */
function shown(value: unknown): string {
  return String(JSON.stringify(value)).replace(/(:\/\/[^:@/\s"]*):.*@/, '$1:(not shown)@');
}

function whatIsWrong({ description: unit }: z.ZodType, issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code !== 'invalid_type') return issue?.message ?? 'is not valid';
  const type = issue.expected === 'int' ? 'whole number' : issue.expected;
  return `must be a ${type}${unit === undefined || unit === issue.expected ? '' : ` (${unit})`}`;
}

function refuseUnknownVariables(settings: Settings, env: Readonly<Record<string, string | undefined>>): void {
  const known = new Set([...Object.values(settings).map((s) => s.env), ...SHARED_VARIABLES]);
  const prefixes = new Set(Object.values(settings).map((s) => processPrefix(s.env)).filter((p) => p !== ''));
  for (const name of Object.keys(env)) {
    const prefix = processPrefix(name);
    if (prefix === '' || !prefixes.has(prefix) || known.has(name)) continue;
    const nearest = [...known].sort((a, b) => distance(a, name) - distance(b, name))[0];
    throw new Failure('bad-configuration', `unknown variable ${name}: did you mean ${nearest ?? 'none'}?`);
  }
}

/** Variables that all processes read, and those of the tests. */
const SHARED_VARIABLES = ['KAFKA_BROKERS', 'EV_TOPIC_PREFIX', 'EV_TEST_BROKERS', 'EV_TLS_CA', 'EV_LOG_DIR'];

/** `EV_CENTRAL_PORT → EV_CENTRAL`: a process refuses only unknown variables that carry its own name. */
function processPrefix(name: string): string {
  return /^EV_(CENTRAL|ENGINE|MONITOR|DRIVER|NOTIFIER)(?=_)/.exec(name)?.[0] ?? '';
}

function camelCase(flag: string): string {
  return flag.replace(/-([a-z0-9])/g, (_m, letter: string) => letter.toUpperCase());
}

/** Levenshtein distance, for the nearest known name. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_unused, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, swap));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
