import { compare, hashSync } from 'bcrypt';
import { describe, expect, it } from 'vitest';
import { standInHash } from './password-checks.ts';

const hashOfCost = (cost: number): string => hashSync('correct horse', cost);

describe('the hash that is compared when there is no such user', () => {
  it.each([
    ['nobody has a password', [], 10],
    ['most have one of cost 4', [hashOfCost(5), hashOfCost(4), null, hashOfCost(4)], 4],
    ['most have one of cost 5', [null, hashOfCost(5)], 5],
    ['one cannot be read', ['hash-of-the-simulation', hashOfCost(6)], 6],
  ])('takes as long as those of others when %s', async (_title, hashes, cost) => {
    const hash = standInHash(hashes);
    expect(hash).toMatch(new RegExp(`^\\$2b\\$${String(cost).padStart(2, '0')}\\$.{53}$`));
    expect(await compare('correct horse', hash)).toBe(false);
  });

  it('is found without looking at every user of a large network', () => {
    let looked = 0;
    function* many(): Generator<string> {
      const hash = hashOfCost(4);
      for (;;) {
        looked += 1;
        yield hash;
      }
    }
    expect(standInHash(many())).toContain('$04$');
    expect(looked).toBeLessThanOrEqual(101);
  });
});
