import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Failure } from './failure.ts';
import { parseExactJson, readExactJsonFile, readJsonFile } from './json-file.ts';
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

describe('JSON with exact numbers', () => {
  test('keeps what a double keeps, and is NaN where it would lose digits', () => {
    const text = '{"a":0.25,"b":[1e2,0.10000000000000000555,1e999],"c":"0.1"}';
    expect(parseExactJson(text)).toEqual({ a: 0.25, b: [100, Number.NaN, Number.NaN], c: '0.1' });
  });

  test('is refused when it is too long or too deep, and is never repeated', () => {
    writeFileSync(file, '{"password":"hunter2"}');
    expect(() => readExactJsonFile(file, 'the fleet', 10)).toThrow(/the fleet .* has 22 bytes, more than the 10/);
    writeFileSync(file, '['.repeat(100_000));
    expect(() => readExactJsonFile(file, 'the fleet', 1_000_000)).toThrow(/is no JSON|nested too deeply/);
    expect(() => readExactJsonFile(dir, 'the fleet', 10)).toThrow('is no plain file');
  });
});
