import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Failure } from './failure.ts';
import { readJsonFile } from './json-file.ts';
import { describeError } from './log.ts';

const dir = mkdtempSync(join(tmpdir(), 'ev-json-'));
const file = join(dir, 'drivers.json');
afterAll(() => rmSync(dir, { recursive: true }));

function faultOf(text: string): Failure {
  writeFileSync(file, text);
  try {
    readJsonFile(file, 'the fleet');
  } catch (error) {
    if (error instanceof Failure) return error;
  }
  throw new Error('it was read');
}

test('JSON is read', () => {
  writeFileSync(file, '{"a":[1]}');
  expect(readJsonFile(file, 'the fleet')).toEqual({ a: [1] });
});

test.each([
  ['{"password":"hunter2" "x"}'], ['{"password":hunter2}'], ['hunter2'], ['{"password":"hunter2'],
  ['{\n"password":"hunter2",}'],
])('%j is refused by its place, and nothing of it is repeated', (text) => {
  const fault = faultOf(text);
  expect(fault.code).toBe('bad-configuration');
  expect(describeError(fault)).toContain(file);
  expect(describeError(fault)).not.toMatch(/hunter|password/);
});

test('a file that is not there is named', () => {
  expect(() => readJsonFile(join(dir, 'none.json'), 'the fleet')).toThrow('none.json');
});
