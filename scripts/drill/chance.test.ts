import { expect, it } from 'vitest';
import { drawFrom } from './chance.ts';

function draws(seed: number, name: string): unknown[] {
  const chance = drawFrom(seed, name);
  const letter = chance.of(['a', 'b', 'c', 'd']);
  return [chance.whole(1, 1_000), letter, chance.shuffled([1, 2, 3, 4, 5, 6]), chance.whole(0, 9)];
}

it('the same seed draws the same for a drill', () => {
  expect(draws(5, 'kill-engine')).toEqual(draws(5, 'kill-engine'));
});

it('another seed, and another drill, draw something else', () => {
  expect(draws(6, 'kill-engine')).not.toEqual(draws(5, 'kill-engine'));
  expect(draws(5, 'kill-monitor')).not.toEqual(draws(5, 'kill-engine'));
});

it('what is drawn stays within its bounds, and shuffling loses nobody', () => {
  const chance = drawFrom(1, 'x');
  const values = Array.from({ length: 500 }, () => chance.whole(3, 5));
  expect([...new Set(values)].sort()).toEqual([3, 4, 5]);
  expect(chance.shuffled(['a', 'b', 'c']).sort()).toEqual(['a', 'b', 'c']);
});
