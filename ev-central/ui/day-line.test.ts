import { describe, expect, it } from 'vitest';
import { cellsFor, dayLine, hoursLine, type Day } from './day-line.ts';

const START = Date.parse('2026-11-27T23:00:00Z');
const HOUR_MS = 3_600_000;
const DAY: Day = { startMs: START, endMs: START + 24 * HOUR_MS, timeZone: 'Europe/Madrid' };

function row(from: number, to: number, state: 'booked' | 'checked-in' | 'no-show' | 'cancelled') {
  return { beginsAtMs: START + from * HOUR_MS, endsAtMs: START + to * HOUR_MS, state };
}

describe('a day of a connector', () => {
  it('is finer where there is more room', () => {
    expect([30, 60, 80, 100, 180].map((width) => cellsFor(DAY, width)))
      .toEqual([[60, 24], [30, 48], [20, 72], [15, 96], [10, 144]]
        .map(([minutes = 0, count]) => ({ stepMs: minutes * 60_000, count })));
  });

  it('marks what is booked, in use, and what nobody came for; not what was cancelled', () => {
    const rows = [row(-1, 1, 'booked'), row(2, 3, 'no-show'), row(4, 6, 'checked-in'), row(7, 9, 'cancelled')];
    const line = dayLine(rows, DAY, cellsFor(DAY, 30), { running: null, nowMs: START });
    expect(line).toBe('▒·x·██··················');
  });

  it('shows a charge that runs from its beginning up to now', () => {
    const running = START + 10.5 * HOUR_MS;
    const line = dayLine([], DAY, cellsFor(DAY, 30), { running, nowMs: START + 12 * HOUR_MS });
    expect(line).toBe('··········██············');
  });

  it('has the hours of the site above it, and where it is now', () => {
    const cells = cellsFor(DAY, 60);
    expect(hoursLine(DAY, cells, START + 12 * HOUR_MS)).toBe('00  02  04  06  08  10  v2  14  16  18  20  22  ');
  });

  it('has 25 hours when the clocks are put back', () => {
    const startMs = Date.parse('2026-10-24T22:00:00Z');
    expect(cellsFor({ startMs, endMs: startMs + 25 * HOUR_MS, timeZone: 'Europe/Madrid' }, 60).count).toBe(50);
  });
});
