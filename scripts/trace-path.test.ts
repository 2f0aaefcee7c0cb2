import { expect, test } from 'vitest';
import { parseLogLine, pathOf, printSteps } from './trace-path.ts';

const line = (atMs: number, process: string, event: string, fields: Record<string, unknown>) =>
  ({ atMs, process, event, fields });

const LINES = [
  line(30, 'ev-central', 'command-out', { corr: 'c-1', sessionId: 's-1', pointId: 'P' }),
  line(10, 'ev-driver', 'request-out', { corr: 'c-1', requestId: 'r-1' }),
  line(20, 'ev-central', 'request-in', { corr: 'c-1', requestId: 'r-1' }),
  line(40, 'ev-cp-engine', 'command-in', { sessionId: 's-1', pointId: 'P' }),
  line(50, 'ev-central', 'notice-out', { corr: 'c-1', ticketId: 't-1', sessionId: 's-1' }),
  line(25, 'ev-central', 'request-in', { corr: 'c-2', requestId: 'r-2', pointId: 'P' }),
  line(26, 'ev-central', 'event', { corr: 'point-P', sessionId: 's-1' }),
  line(27, 'ev-central', 'event', { corr: 'point-P', sessionId: 's-9' }),
];

test.each(['c-1', 'r-1', 's-1', 't-1'])('the id %s leads to the whole path, in order of time', (id) => {
  expect(pathOf(id, LINES).map((step) => step.atMs)).toEqual([10, 20, 26, 30, 40, 50]);
});

test('an id that no log knows has no path', () => {
  expect(pathOf('x', LINES)).toEqual([]);
});

test('each step is printed with the time since the first and since the one before', () => {
  expect(printSteps(pathOf('c-2', LINES))[0]).toMatch(/\+0 ms +\+0 +ev-central +request-in +requestId=r-2/);
});

test('a line that was cut is passed over', () => {
  expect(parseLogLine('{"timestamp":"2026-01-01T00:00:00.000Z","mess')).toBeUndefined();
  expect(parseLogLine('{"timestamp":"2026-01-01T00:00:00.000Z","message":"x","process":"p","corr":"c"}'))
    .toEqual({ atMs: Date.UTC(2026, 0, 1), process: 'p', event: 'x', fields: { corr: 'c' } });
});
