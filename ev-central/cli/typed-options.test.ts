import { describe, expect, test } from 'vitest';
import { UsageError } from './tool-action.ts';
import { timesOf } from './typed-options.ts';

describe('a span of time, as somebody types it,', () => {
  test.each([
    ['2026-03-31', undefined, '2026-03-31T00:00:00.000Z', undefined],
    [undefined, '2026-03-31', undefined, '2026-04-01T00:00:00.000Z'],
    ['2026-03-31', '2026-03-31', '2026-03-31T00:00:00.000Z', '2026-04-01T00:00:00.000Z'],
    ['2024-02-29', undefined, '2024-02-29T00:00:00.000Z', undefined],
    ['2026-03-31T16:00Z', '2026-03-31T18:00:30.5+02:00', '2026-03-31T16:00:00.000Z', undefined],
    [undefined, undefined, undefined, undefined],
  ])('from %s to %s', (from, to, since, until) => {
    const times = timesOf({ from, to });
    const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
    expect(iso(times.sinceMs)).toBe(since);
    expect(iso(times.untilMs)).toBe(until ?? (to === undefined ? undefined : '2026-03-31T16:00:30.500Z'));
  });

  test.each([
    '', 'yesterday', '31.03.2026', '2026-02-30', '2025-02-29', '2026-13-01', '2026-3-1', '2026-03-31T16:00',
    '2026-03-31 16:00Z', '2026-03-31T25:00Z', '1767225600000', '2026-03-31T16:00+0200',
  ])('is refused by its flag: %j', (text) => {
    expect(() => timesOf({ from: text })).toThrow(new UsageError(`--from: "${text}" is no time: write 2026-03-31, `
      + '2026-03-31T16:00Z or 2026-03-31T18:00+02:00'));
    expect(() => timesOf({ to: text })).toThrow(/^--to: /);
  });

  test.each([
    ['2026-04-01', '2026-03-31'], ['2026-03-31T16:00Z', '2026-03-31T18:00+02:00'],
  ])('is refused when it ends before it begins: %s to %s', (from, to) => {
    expect(() => timesOf({ from, to })).toThrow(`--from ${from} is not before --to ${to}`);
  });
});
