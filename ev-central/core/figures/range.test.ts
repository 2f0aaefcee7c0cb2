import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dayOf } from '../../../shared/zone.ts';
import { partsOf, signedPartsOf } from './range.ts';

const DAY_MS = 86_400_000;
const dayAt = (n: number): string => dayOf('UTC', n * DAY_MS);

it('a range is cut into parts that hold each of its days once, in the largest buckets', () => {
  const range = fc.tuple(fc.integer({ min: 18_000, max: 22_000 }), fc.integer({ min: 0, max: 1_200 }));
  const tops = fc.constantFrom('year' as const, 'month' as const, 'day' as const);
  fc.assert(fc.property(range, tops, ([first, length], top) => {
    const days = Array.from({ length: length + 1 }, (_unused, i) => dayAt(first + i));
    const parts = partsOf(days[0] ?? '', days.at(-1) ?? '', top);
    const digits = { hour: 13, day: 10, month: 7, year: 4 };
    const partOf = (day: string): number[] => parts.flatMap(({ grain, from, to }, i) => {
      const bucket = day.slice(0, digits[grain]);
      return from <= bucket && bucket <= to ? [i] : [];
    });
    for (const day of days) expect(partOf(day)).toHaveLength(1);
    expect(partOf(dayAt(first - 1))).toEqual([]);
    expect(partOf(dayAt(first + length + 1))).toEqual([]);
    const single = parts.filter(({ grain }) => grain === 'day');
    if (top !== 'day') expect(days.filter((day) => single.some(({ from, to }) => from <= day && day <= to)).length)
      .toBeLessThan(62);
  }), { numRuns: 300 });
});

it.each([
  ['2026-01-01', '2026-12-31', [['year', '2026', '2026']]],
  ['2025-12-31', '2026-12-31', [['day', '2025-12-31', '2025-12-31'], ['year', '2026', '2026']]],
  ['2026-03-15', '2027-03-14', [
    ['day', '2026-03-15', '2026-03-31'], ['month', '2026-04', '2027-02'], ['day', '2027-03-01', '2027-03-14'],
  ]],
  ['2024-02-01', '2024-02-29', [['month', '2024-02', '2024-02']]],
  ['2026-05-02', '2026-05-01', []],
])('%s to %s is %j', (from, to, expected) => {
  expect(partsOf(from, to).map(({ grain, from: first, to: last }) => [grain, first, last])).toEqual(expected);
});

it('a range in parts that are added and taken off counts each of its days once, and no other day', () => {
  const range = fc.tuple(fc.integer({ min: 18_000, max: 22_000 }), fc.integer({ min: 0, max: 1_200 }));
  const digits = { hour: 13, day: 10, month: 7, year: 4 };
  fc.assert(fc.property(range, ([first, length]) => {
    const [from, to] = [dayAt(first), dayAt(first + length)];
    const parts = signedPartsOf(from, to);
    for (let n = first - 400; n <= first + length + 400; n++) {
      const day = dayAt(n);
      const times = parts.reduce((sum, part) => {
        const bucket = day.slice(0, digits[part.grain]);
        return part.from <= bucket && bucket <= part.to ? sum + part.sign : sum;
      }, 0);
      expect([day, times]).toEqual([day, from <= day && day <= to ? 1 : 0]);
    }
    const rows = parts.filter(({ grain }) => grain === 'day').length;
    expect(rows).toBeLessThanOrEqual(2);
  }), { numRuns: 40 });
});

it('a year that is cut at both ends is the year less what is cut off', () => {
  expect(signedPartsOf('2025-01-14', '2025-12-20')).toEqual([
    { grain: 'day', from: '2025-01-01', to: '2025-01-13', sign: -1 },
    { grain: 'year', from: '2025', to: '2025', sign: 1 },
    { grain: 'day', from: '2025-12-21', to: '2025-12-31', sign: -1 },
  ]);
});
