import { expect, it } from 'vitest';
import { isBefore } from './fact-position.ts';

it.each([
  ['an earlier fact of the same boot', { bootId: 7, seq: 3 }, { bootId: 7, seq: 4 }, true],
  ['a fact of an older boot, however many it had', { bootId: 6, seq: 99 }, { bootId: 7, seq: 1 }, true],
  ['the beginning of a boot', { bootId: 7, seq: 0 }, { bootId: 7, seq: 1 }, true],
  ['the same fact', { bootId: 7, seq: 3 }, { bootId: 7, seq: 3 }, false],
  ['a later fact of the same boot', { bootId: 7, seq: 4 }, { bootId: 7, seq: 3 }, false],
  ['the first fact of a newer boot', { bootId: 8, seq: 1 }, { bootId: 7, seq: 99 }, false],
])('%s: does it lie before the other?', (_what, a, b, wanted) => {
  expect(isBefore(a, b)).toBe(wanted);
});
