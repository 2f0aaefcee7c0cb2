// Budgets with a ratchet: what is over one is listed here by name with its size. A number may only go down, and an
// entry that is no longer needed has to go.
import { describe, expect, it } from 'vitest';
import { functionLengths, sources } from './sources.ts';

const FUNCTION_LINES = 70;
const FILE_LINES = 400;
const LINE_COLUMNS = 120;

/** `path: function` → its lines. A function that makes a thing with a lifetime counts whole, closures included. */
const LONG_FUNCTIONS: Readonly<Record<string, number>> = {
};

const LONG_FILES: Readonly<Record<string, number>> = {
};

describe('the budget of', () => {
  it(`a function is ${FUNCTION_LINES} lines`, () => {
    const sizes = sources().flatMap(functionLengths).filter((each) => !isTestGroup(each.name))
      .map((each) => [`${each.path}: ${each.name}`, each.lines] as const);
    expect(breaches(sizes, FUNCTION_LINES, LONG_FUNCTIONS)).toEqual([]);
  });

  it(`a file is ${FILE_LINES} lines`, () => {
    const sizes = sources().map((source) => [source.path, source.text.trimEnd().split('\n').length] as const);
    expect(breaches(sizes, FILE_LINES, LONG_FILES)).toEqual([]);
  });

  it(`a line is ${LINE_COLUMNS} columns`, () => {
    const long = sources().flatMap((source) => source.text.split('\n')
      .map((line, index) => ({ at: `${source.path}:${index + 1}`, line }))
      .filter(({ line }) => line.length > LINE_COLUMNS && !line.includes('://')));
    expect(long.map(({ at }) => at)).toEqual([]);
  });
});

describe('the ratchet', () => {
  const sizes = [['a', 80], ['b', 60]] as const;
  it.each([
    ['lets a known exception be', { a: 80 }, []],
    ['refuses an unknown one', {}, ['a has 80, the budget is 70']],
    ['refuses one that has grown', { a: 79 }, ['a has 80, its exception is 79: it may only shrink']],
    ['asks to write down what has shrunk', { a: 81 }, ['a has 80, its exception says 81: lower it']],
    ['asks to remove what is within the budget', { a: 80, b: 75 }, ['b is within the budget: remove its exception']],
    ['asks to remove what is gone', { a: 80, c: 75 }, ['c is within the budget: remove its exception']],
  ])('%s', (_title, exceptions, expected) => {
    expect(breaches(sizes, 70, exceptions)).toEqual(expected);
  });
});

/** A `describe` holds tests; it is no unit of work. */
function isTestGroup(name: string): boolean {
  return name.startsWith('describe');
}

function breaches(
  sizes: readonly (readonly [string, number])[], budget: number, exceptions: Readonly<Record<string, number>>,
): string[] {
  const over = new Map<string, number>();
  for (const [name, size] of sizes) if (size > budget) over.set(name, Math.max(size, over.get(name) ?? 0));
  const found = [...over].flatMap(([name, size]) => {
    const excepted = exceptions[name];
    if (excepted === undefined) return [`${name} has ${size}, the budget is ${budget}`];
    if (size > excepted) return [`${name} has ${size}, its exception is ${excepted}: it may only shrink`];
    return size < excepted ? [`${name} has ${size}, its exception says ${excepted}: lower it`] : [];
  });
  const needless = Object.keys(exceptions).filter((name) => !over.has(name));
  return [...found, ...needless.map((name) => `${name} is within the budget: remove its exception`)];
}
