import { describe, expect, it } from 'vitest';
import { KEPT_SEEDS } from '../simulation/kept-seeds.ts';
import { simulate, type Verdict } from '../simulation/simulation.ts';

const SEEDS = 10;
const TIMEOUT_MS = 60_000;

/** What a failed seed says: the reason, and how to see it again. */
function said({ seed, failure }: Verdict): string | null {
  return failure === null ? null : `npm run simulate -- --seed ${seed} --trace: ${failure}`;
}

describe('the simulated network', () => {
  it('keeps its promises under the faults of some seeds', async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) expect(said(await simulate(seed))).toBeNull();
  }, TIMEOUT_MS);

  it.each(KEPT_SEEDS)('keeps them under seed $seed, which found: $found', async ({ seed }) => {
    expect(said(await simulate(seed))).toBeNull();
  }, TIMEOUT_MS);

  it('does the same again when a seed is replayed', async () => {
    const [first, second] = [await simulate(7), await simulate(7)];
    expect(second).toEqual(first);
    expect(first.steps).toBeGreaterThan(10_000);
  }, TIMEOUT_MS);

  it('finds a build that loses one row of the outbox', async () => {
    const { failure } = await simulate(1, { broken: 'drop-outbox-row' });
    expect(failure).toMatch(/^message .* never reached (notices|commands)$/);
  }, TIMEOUT_MS);
});
