import { expect, test } from 'vitest';
import { renewalMs } from './key-renewal.ts';

const NOW_MS = 1_763_700_000_000;

test.each([
  ['at 80 % of its life', NOW_MS + 60_000, NOW_MS, NOW_MS + 48_000],
  ['5 s before the end of a short life', NOW_MS + 10_000, NOW_MS, NOW_MS + 5_000],
  ['before its end, when our clock was two hours ahead as it came',
    NOW_MS + 60_000, NOW_MS + 7_200_000, NOW_MS + 55_000],
  ['at once, when our clock was two hours behind', NOW_MS + 60_000, NOW_MS - 7_200_000, NOW_MS - 1_392_000],
])('a key is renewed %s', (_when, expiresAtMs, nowMs, dueMs) => {
  expect(renewalMs({ nowMs, expiresAtMs })).toBe(dueMs);
});

test('a key without an end is never renewed', () => {
  expect(renewalMs({ nowMs: NOW_MS, expiresAtMs: null })).toBeNull();
});
