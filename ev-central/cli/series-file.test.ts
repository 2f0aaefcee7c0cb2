import { describe, expect, it } from 'vitest';
import { readSeries } from './series-file.ts';

const read = (text: string) => readSeries(text.trim().replaceAll(/^ +/gm, ''), 'EUR');

describe('a file of prices per hour', () => {
  it('is read with its offsets, over the change to winter time', () => {
    expect(read(`
      from,price,currency
      2026-10-25T01:00+02:00,0.08123,EUR
      2026-10-25T02:00:00+02:00,-0.002,EUR
      2026-10-25T02:00+01:00,0,EUR
      2026-10-25T02:00Z,0.1,EUR
    `)).toEqual({
      faults: [], run: { fromMs: Date.parse('2026-10-24T23:00Z'), prices: ['0.08123', '-0.002', '0', '0.1'] },
    });
  });

  it.each([
    ['a gap', 'between this and line 2 2 hours are missing', '2026-01-01T00:00Z,1', '2026-01-01T03:00Z,1'],
    ['an overlap', 'overlaps the hour of line 2: each has 60 minutes', '2026-01-01T00:00Z,1', '2026-01-01T00:30Z,1'],
    ['an hour that is there twice', 'overlaps the hour of line 2: each has 60 minutes',
      '2026-01-01T00:00Z,1', '2026-01-01T01:00+01:00,1'],
    ['hours that are not sorted', 'comes before the hour of line 2: the hours are not in order',
      '2026-01-01T05:00Z,1', '2026-01-01T04:00Z,1'],
    ['a time without offset', '"2026-01-01T01:00" is no time with its offset, such as 2026-12-24T18:00+01:00 or '
      + '2026-12-24T17:00Z', '2026-01-01T00:00Z,1', '2026-01-01T01:00,1'],
    ['a day that there is not', '"2026-02-30T01:00Z" is no time with its offset, such as 2026-12-24T18:00+01:00 or '
      + '2026-12-24T17:00Z', '2026-01-01T00:00Z,1', '2026-02-30T01:00Z,1'],
    ['a price that is no decimal',
      '"0,3" must be a decimal such as 0.08123, of at most 9 places behind the point',
      '2026-01-01T00:00Z,1', '2026-01-01T01:00Z,"0,3"'],
    ['a field too few', '1 fields where the header has 2', '2026-01-01T00:00Z,1', '2026-01-01T01:00Z'],
  ])('names the line of %s', (_what, why, first, second) => {
    expect(read(`from,price\n${first}\n${second}`).faults).toEqual([{ line: 3, why }]);
  });

  it('names each wrong currency, and all that is wrong at once', () => {
    expect(read('from,price,currency\n2026-01-01T00:00Z,x,EUR\n2026-01-01T01:00Z,1,USD').faults).toEqual([
      { line: 2, why: '"x" must be a decimal such as 0.08123, of at most 9 places behind the point' },
      { line: 3, why: 'the price is in USD, not in EUR' },
    ]);
  });

  it.each([
    ['a column is missing', 'time,price\n', 'there is no column from'],
    ['there is nothing in it', 'from,price\n', 'there is no hour'],
  ])('says when %s', (_what, text, why) => {
    expect(read(text).faults).toEqual([{ line: 1, why }]);
  });
});
