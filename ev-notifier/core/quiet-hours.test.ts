import { expect, it } from 'vitest';
import { quietUntil } from './quiet-hours.ts';

it.each([
  ['before them', 22, 7, 'Europe/Madrid', '2026-11-28T20:59:00Z', null],
  ['at their beginning', 22, 7, 'Europe/Madrid', '2026-11-28T21:00:00Z', '2026-11-29T06:00:00Z'],
  ['in the middle of a minute', 22, 7, 'Europe/Madrid', '2026-11-29T02:30:30.500Z', '2026-11-29T06:00:00Z'],
  ['at their end', 22, 7, 'Europe/Madrid', '2026-11-29T06:00:00Z', null],
  ['in a zone behind UTC', 22, 7, 'America/Sao_Paulo', '2026-11-29T01:00:00Z', '2026-11-29T10:00:00Z'],
  ['in the night in which clocks go back', 22, 7, 'Europe/Madrid', '2026-10-24T22:00:00Z', '2026-10-25T06:00:00Z'],
  ['in the night in which clocks go forward', 22, 7, 'Europe/Madrid', '2026-03-28T23:00:00Z', '2026-03-29T05:00:00Z'],
  ['within a day', 13, 15, 'UTC', '2026-11-28T14:10:00Z', '2026-11-28T15:00:00Z'],
])('quiet hours %s: from %i to %i h in %s, at %s', (_title, from, to, timeZone, at, until) => {
  const quietHours = { fromMinute: from * 60, toMinute: to * 60 };
  const found = quietUntil({ quietHours, timeZone }, Date.parse(at));
  expect(found === null ? null : new Date(found).toISOString().replace('.000Z', 'Z')).toBe(until);
});
