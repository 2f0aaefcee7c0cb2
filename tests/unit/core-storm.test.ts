import { describe, expect, it } from 'vitest';
import { storm } from '../simulation/core-storm.ts';

const SEEDS = 150;

describe('the core in a storm of inputs', () => {
  it('keeps its books, is stored as it stands in memory, and comes to rest, whatever comes', () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) expect(storm(seed)).toBeNull();
  }, 240_000);
});
