import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWithinHours, monthBounds, monthOf, monthStart } from './zone.ts';

describe('a month in a zone', () => {
  it.each([
    ['UTC', '2026-03', Date.UTC(2026, 2, 1), Date.UTC(2026, 3, 1)],
    ['Europe/Madrid', '2026-03', Date.UTC(2026, 1, 28, 23), Date.UTC(2026, 2, 31, 22)],
    ['Asia/Kathmandu', '2025-12', Date.UTC(2025, 10, 30, 18, 15), Date.UTC(2025, 11, 31, 18, 15)],
    ['America/New_York', '2024-02', Date.UTC(2024, 1, 1, 5), Date.UTC(2024, 2, 1, 5)],
  ])('of %s: %s', (zone, month, startMs, endMs) => {
    expect(monthBounds(zone, month)).toEqual({ startMs, endMs });
    expect([startMs - 1, startMs, endMs - 1, endMs].map((atMs) => monthOf(zone, atMs) === month))
      .toEqual([false, true, true, false]);
  });

  it('is the one that the calendar has, for any time', () => {
    fc.assert(fc.property(fc.integer({ min: -62_000_000_000_000, max: 250_000_000_000_000 }), (atMs) => {
      expect(monthOf('UTC', atMs)).toBe(new Date(atMs).toISOString().slice(0, 7));
    }));
  });

  it.each(['2026-13', '2026-00', '2026-3', '26-03', 'march', '2026-03-01'])('"%s" is none', (text) => {
    expect(monthBounds('UTC', text)).toBeUndefined();
  });
});

it('hours of the day may go over midnight', () => {
  const at = (hour: number): number => Date.UTC(2026, 2, 1, hour);
  const night = { fromMinute: 1_320, toMinute: 360 };
  expect([21, 22, 23, 0, 5, 6].map((hour) => isWithinHours(night, 'UTC', at(hour))))
    .toEqual([false, true, true, true, true, false]);
});

it.each([
  ['UTC', '2026-11-28T07:24:49.123Z', '2026-11-01T00:00:00.000Z'],
  ['Europe/Madrid', '2026-11-30T22:59:59.999Z', '2026-10-31T23:00:00.000Z'],
  ['Europe/Madrid', '2026-11-30T23:00:00.000Z', '2026-11-30T23:00:00.000Z'],
  // The clock is put back, or forward, within the month.
  ['Europe/Madrid', '2026-10-25T12:00:00.000Z', '2026-09-30T22:00:00.000Z'],
  ['Europe/Madrid', '2026-03-29T12:00:00.000Z', '2026-02-28T23:00:00.000Z'],
  ['Asia/Kathmandu', '2026-01-31T18:14:59.999Z', '2025-12-31T18:15:00.000Z'],
  ['America/New_York', '2026-03-08T12:00:00.000Z', '2026-03-01T05:00:00.000Z'],
  ['Australia/Lord_Howe', '2026-04-30T12:00:00.000Z', '2026-03-31T13:00:00.000Z'],
])('in %s the month of %s began at %s', (zone, at, start) => {
  expect(new Date(monthStart(zone, Date.parse(at))).toISOString()).toBe(start);
});
