// Reading a file of JSON that may hold passwords: what is wrong with it is told by its place, because the system's own
// words repeat a piece of the text.
import { readFileSync } from 'node:fs';
import { Failure } from './failure.ts';

/** The value in a file. `what` names it in the failure. Throws `Failure('bad-configuration')`, without its content. */
export function readJsonFile(file: string, what: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Failure('bad-configuration', `cannot read ${what} ${file}: name a file that is there`, cause);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Failure('bad-configuration', `${what} ${file} is no JSON${placeOf(error, text)}: mend or replace it`);
  }
}

function placeOf(error: unknown, text: string): string {
  const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  if (position === undefined) return '';
  const line = text.slice(0, Number(position)).split('\n').length;
  return ` (line ${line})`;
}
