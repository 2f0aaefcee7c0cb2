import { expect, test } from 'vitest';
import { monthStart } from './zone.ts';

test.each([
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
