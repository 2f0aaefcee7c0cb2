// What a drill draws from its seed. The same seed and name draw the same, alone or among all drills.
import { createHash } from 'node:crypto';
import { generator } from '../demo/life.ts';

export type Chance = {
  /** From `from` to `to`, both included. */
  whole(from: number, to: number): number;
  /** One of a list that is not empty. */
  of<T>(list: readonly T[]): T;
  /** The same things in another order. */
  shuffled<T>(list: readonly T[]): T[];
};

/** The chance of one drill under a seed (a whole number). */
export function drawFrom(seed: number, drillName: string): Chance {
  const random = generator(createHash('sha256').update(`${seed} ${drillName}`).digest().readUInt32LE(0));
  const whole = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
  return {
    whole,
    of: <T>(list: readonly T[]): T => {
      const found = list[whole(0, list.length - 1)];
      if (found === undefined) throw new Error('nothing to choose from');
      return found;
    },
    shuffled: (list) => list.map((item) => ({ item, key: random() })).sort((a, b) => a.key - b.key)
      .map(({ item }) => item),
  };
}
