import { describe, expect, it } from 'vitest';
import type { Bench } from './bench.ts';
import { medianOf, percentileOf, resultRows, tableLines } from './table.ts';

const BENCH: Bench = {
  name: 'ingest', what: 'a backlog is drained',
  rows: [
    { row: 'ingest', what: 'samples', unit: 'samples/s', better: 'higher', goal: 90_000, ratioGoal: 0.7 },
    { row: 'ingest-memory', what: 'memory', unit: 'MB', better: 'lower', goal: 500 },
    { row: 'ingest-start', what: 'start', unit: 'ms', better: 'lower' },
  ],
  run: () => Promise.resolve({}),
};

const RUNS = [
  { ingest: { value: 95_000, baseline: 100_000 }, 'ingest-memory': { value: 501.23456 }, 'ingest-start': { value: 3 } },
  { ingest: { value: 80_000, baseline: 110_000 }, 'ingest-memory': { value: 400 }, 'ingest-start': { value: 1 } },
  { ingest: { value: 99_000, baseline: 130_000 }, 'ingest-memory': { value: 600 }, 'ingest-start': { value: 2 } },
];

describe('the rows of a bench', () => {
  it('hold least, middle and greatest value, the bare program and the ratio of each run', () => {
    expect(resultRows(BENCH, RUNS)[0]).toEqual({
      bench: 'ingest', unit: 'samples/s', min: 80_000, median: 95_000, max: 99_000, baseline: 110_000, ratio: 0.7615,
      goal: 90_000, met: true, what: 'samples', better: 'higher', ratioGoal: 0.7, runs: 3,
    });
  });

  it.each([
    ['the value reaches its goal and the ratio does not', [{ ingest: { value: 95_000, baseline: 200_000 } }], false],
    ['the ratio reaches its goal and the value does not', [{ ingest: { value: 8, baseline: 10 } }], false],
    ['the bare program was not measured', [{ ingest: { value: 95_000 } }], false],
    ['nothing was measured', [], false],
    ['both reach their goals', [{ ingest: { value: 95_000, baseline: 95_000 } }], true],
  ])('say whether the goal is met when %s', (_title, runs, met) => {
    expect(resultRows(BENCH, runs)[0]?.met).toBe(met);
  });

  it('judge less as better where it is, and nothing without a goal', () => {
    expect(resultRows(BENCH, RUNS).slice(1).map(({ median, met }) => ({ median, met }))).toEqual([
      { median: 501.2, met: false }, { median: 2, met: null },
    ]);
  });
});

it('the table shows a line for each row, in columns', () => {
  expect(tableLines(resultRows(BENCH, RUNS))).toEqual([
    'bench          unit          min  median     max     bare  ratio                    goal  met',
    'ingest         samples/s  80,000  95,000  99,000  110,000   0.76  ≥ 90,000, ≥ 0.7 × bare  yes',
    'ingest-memory  MB            400     501     600                                   ≤ 500   NO',
    'ingest-start   ms              1       2       3',
  ]);
});

it.each([
  [[], null], [[3], 3], [[1, 3], 2], [[5, 1, 3], 3],
])('the median of %j is %j', (values, median) => {
  expect(medianOf(values)).toBe(median);
});

it.each([
  [[], 0.5, 0], [[7], 0.99, 7], [[1, 2, 3, 4], 0.5, 2], [[4, 3, 2, 1], 0.99, 4], [[1, 2], 0, 1],
])('of %j the share %d does not exceed %d', (values, share, expected) => {
  expect(percentileOf(values, share)).toBe(expected);
});
