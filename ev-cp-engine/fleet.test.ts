import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readFleet } from './fleet.ts';

const dir = mkdtempSync(join(tmpdir(), 'ev-fleet-'));
afterAll(() => rmSync(dir, { recursive: true }));

function fileOf(text: string): string {
  const file = join(dir, 'fleet.txt');
  writeFileSync(file, text);
  return file;
}

describe('a fleet', () => {
  test('is numbered', () => {
    expect(readFleet('3', 'CP-').map((point) => point.pointId)).toEqual(['CP-0001', 'CP-0002', 'CP-0003']);
  });

  test('is read from lines, with comments and numbers of connectors', () => {
    const points = readFleet(fileOf('# two\nALC-01\n\nALC-02, 2 # a double one\n'), '');
    expect(points.map((point) => [point.pointId, point.connectors.map((c) => c.connectorNo)]))
      .toEqual([['ALC-01', [1]], ['ALC-02', [1, 2]]]);
  });

  test('is read from JSON: ids, or points with their connectors', () => {
    const connectors = [{ connectorNo: 1, type: 'CHADEMO', maxPowerW: 50_000 }];
    const points = readFleet(fileOf(JSON.stringify(['A', { pointId: 'B', connectors }, { pointId: 'C' }])), '');
    expect(points.map((point) => [point.pointId, point.connectors[0]?.type]))
      .toEqual([['A', 'IEC_62196_T2'], ['B', 'CHADEMO'], ['C', 'IEC_62196_T2']]);
  });

  test.each([
    ['0', /1 to/], [fileOf('').replace('fleet.txt', 'none.txt'), /cannot read/],
  ])('%s is refused in words', (text, words) => {
    expect(() => readFleet(text, 'CP-')).toThrow(words);
  });

  test.each([['A\nA', /twice/], ['not an id!', /line 1/], ['A,17', /line 1/], ['[1]', /JSON list/], ['#', /no point/]])(
    'a file with %j is refused in words', (text, words) => {
      expect(() => readFleet(fileOf(text), '')).toThrow(words);
    },
  );
});
