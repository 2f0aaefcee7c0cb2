import { describe, expect, it } from 'vitest';
import { parseBatch } from './batch.ts';

describe('a file of requests', () => {
  it('holds one point id a line, with blank lines and comments', () => {
    const { requests, bad } = parseBatch('\uFEFFALC-01\r\n\n# comment\n  ALC-02  # the second\nALC-01');
    expect(requests).toEqual([
      { line: 1, pointId: 'ALC-01' }, { line: 4, pointId: 'ALC-02' }, { line: 5, pointId: 'ALC-01' }]);
    expect(bad).toEqual([]);
  });

  it('names its bad lines and keeps the good ones', () => {
    const { requests, bad } = parseBatch('ALC-01\nAL C\n-x\n');
    expect(requests).toHaveLength(1);
    expect(bad.map(({ line, text }) => [line, text])).toEqual([[2, 'AL C'], [3, '-x']]);
  });
});
