// Reading a file of JSON that may hold passwords: what is wrong with it is told by its place, because the system's own
// words repeat a piece of the text.
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { survivesAsDouble } from './decimal.ts';
import { Failure } from './failure.ts';

/** The value in a file. `what` names it in the failure. Throws `Failure('bad-configuration')`, without its content. */
export function readJsonFile(file: string, what: string): unknown {
  return parsed(readText(file, what), { file, what }, (text) => JSON.parse(text));
}

/**
 * The value in a file of a stranger, at most `mostBytes` long. Every number in it is the decimal that was written; one
 * with more digits than a double keeps is NaN, for the schema to refuse by its field. Throws
 * `Failure('bad-configuration')`, without the file's content.
 */
export function readExactJsonFile(file: string, what: string, mostBytes: number): unknown {
  return parsed(readBounded(file, what, mostBytes), { file, what }, parseExactJson);
}

/** JSON whose numbers are exact, or NaN. Throws `SyntaxError`, and `RangeError` when it is nested too deeply. */
export function parseExactJson(text: string): unknown {
  return parseWithSource(text, (_key, value, context) => {
    const isLost = typeof value === 'number' && context?.source !== undefined && !survivesAsDouble(context.source);
    return isLost ? Number.NaN : value;
  });
}

/** The reviver's third argument is in ES2026 and in Node from 21 on, but not yet in TypeScript's library. */
type SourceReviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: SourceReviver) => unknown;

type Named = { readonly file: string; readonly what: string };

function readText(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Failure('bad-configuration', `cannot read ${what} ${file}: name a file that is there`, cause);
  }
}

function readBounded(file: string, what: string, mostBytes: number): string {
  let descriptor: number | null = null;
  let bytes: number;
  try {
    descriptor = openSync(file, 'r');
    const stat = fstatSync(descriptor);
    bytes = stat.isFile() ? stat.size : 0;
    if (stat.isFile() && bytes <= mostBytes) return readFileSync(descriptor, 'utf8');
  } catch (cause) {
    throw new Failure('bad-configuration', `cannot read ${what} ${file}: name a file that is there`, cause);
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
  const why = bytes === 0 ? 'is no plain file' : `has ${bytes} bytes, more than the ${mostBytes} that are read`;
  throw new Failure('bad-configuration', `${what} ${file} ${why}: name another`);
}

function parsed(text: string, { file, what }: Named, parse: (text: string) => unknown): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof RangeError) {
      throw new Failure('bad-configuration', `${what} ${file} is nested too deeply: mend or replace it`);
    }
    throw new Failure('bad-configuration', `${what} ${file} is no JSON${placeOf(error, text)}: mend or replace it`);
  }
}

function placeOf(error: unknown, text: string): string {
  const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  if (position === undefined) return '';
  const line = text.slice(0, Number(position)).split('\n').length;
  return ` (line ${line})`;
}
