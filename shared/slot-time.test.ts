import { describe, expect, it } from 'vitest';
import { slotTime } from './slot-time.ts';

const NOW = Date.parse('2026-11-28T16:30:20Z');

describe('a time as people type it', () => {
  it.each([
    ['now', '2026-11-28T16:30:20Z'], ['', '2026-11-28T16:30:20Z'], ['+30m', '2026-11-28T17:01:00Z'],
    ['+2h', '2026-11-28T18:31:00Z'], ['+1d', '2026-11-29T16:31:00Z'], ['18:30', '2026-11-28T17:30:00Z'],
    ['8:00', '2026-11-29T07:00:00Z'], ['today 08:00', '2026-11-28T07:00:00Z'],
    ['Tomorrow 08:00', '2026-11-29T07:00:00Z'], ['2026-12-01 14:00', '2026-12-01T13:00:00Z'],
    ['2026-12-01T14:00', '2026-12-01T13:00:00Z'], ['2026-12-01T14:00+09:00', '2026-12-01T05:00:00Z'],
    ['2026-07-01 14:00', '2026-07-01T12:00:00Z'],
  ])('takes "%s" in the zone of the site', (text, wanted) => {
    const atMs = slotTime(text, { nowMs: NOW, timeZone: 'Europe/Madrid' });
    expect(atMs === null ? null : new Date(atMs).toISOString()).toBe(new Date(wanted).toISOString());
  });

  it.each(['soon', '25:00', '12:60', '+5', '2026-02-30 12:00', 'tomorrow', '2026-11-28', '-30m'])(
    'does not take "%s"', (text) => {
      expect(slotTime(text, { nowMs: NOW, timeZone: 'Europe/Madrid' })).toBeNull();
    });
});
