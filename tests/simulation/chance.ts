// The chance of a run: every draw comes from one seed.
import { generator } from '../../scripts/demo/life.ts';

export type Chance = {
  /** From 0 to less than 1. */
  next(): number;
  /** From 0 to less than `limit`. */
  below(limit: number): number;
  between(from: number, to: number): number;
  whole(from: number, to: number): number;
  is(probability: number): boolean;
  /** One of a list that is not empty. */
  of<T>(list: readonly T[]): T;
  bytes(count: number): Buffer;
};

export function createChance(seed: number): Chance {
  const next = generator(seed);
  const between = (from: number, to: number): number => from + next() * (to - from);
  const whole = (from: number, to: number): number => Math.floor(between(from, to + 1));
  return {
    next, between, whole,
    below: (limit) => next() * limit,
    is: (probability) => next() < probability,
    of: <T>(list: readonly T[]): T => {
      const found = list[whole(0, list.length - 1)];
      if (found === undefined) throw new Error('nothing to choose from');
      return found;
    },
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => whole(0, 255))),
  };
}
