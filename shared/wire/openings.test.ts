import { expect, test } from 'vitest';
import { LIMITS } from '../limits.ts';
import { createOpenings } from './openings.ts';

test('so many open at once; the others follow in the order in which they asked, each when one has left', () => {
  const openings = createOpenings();
  const all = Array.from({ length: LIMITS.openingsAtOnce + 3 }, (_unused, n) => ({ n }));
  const begun: number[] = [];
  for (const each of all) openings.ask(each, () => begun.push(each.n));
  const first = Array.from({ length: LIMITS.openingsAtOnce }, (_unused, n) => n);
  expect(begun).toEqual(first);
  const [one, two, gaveUp] = [all[0], all[1], all[LIMITS.openingsAtOnce + 1]];
  if (one === undefined || two === undefined || gaveUp === undefined) throw new Error('too few');
  openings.leave(gaveUp);
  openings.leave(one);
  openings.leave(one);
  openings.leave({});
  openings.leave(two);
  expect(begun).toEqual([...first, LIMITS.openingsAtOnce, LIMITS.openingsAtOnce + 2]);
});

test('who leaves while it begins makes room for the next', () => {
  const openings = createOpenings(1);
  const begun: number[] = [];
  for (const n of [1, 2, 3]) {
    const who = { n };
    openings.ask(who, () => {
      begun.push(n);
      openings.leave(who);
    });
  }
  expect(begun).toEqual([1, 2, 3]);
});
