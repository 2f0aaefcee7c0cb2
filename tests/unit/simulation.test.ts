import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { KEPT_SEEDS } from '../simulation/kept-seeds.ts';
import { MUTANTS } from '../simulation/mutants.ts';
import { simulate, type Verdict } from '../simulation/simulation.ts';

const SEEDS = 8;
/** It goes on so far until it has met what it has to try. */
const MOST_SEEDS = 24;
const DAY = 20;
const TIMEOUT_MS = 120_000;
const COMMAND_LINE = fileURLToPath(new URL('../simulation/command-line.ts', import.meta.url));

/** What a failed seed says: the reason, and how to see it again. */
function said({ seed, failure }: Verdict): string | null {
  return failure === null ? null : `npm run simulate -- --seed ${seed} --trace: ${failure}`;
}

/** Runs the command with a broken build, until a seed fails; what it printed, and its exit status. */
function runBroken(name: string, firstSeed = 1): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath,
      [COMMAND_LINE, '--from', String(firstSeed), '--seeds', '30', '--break', name], { timeout: TIMEOUT_MS });
    const output: string[] = [];
    child.stdout.on('data', (data: Buffer) => output.push(data.toString()));
    child.stderr.on('data', (data: Buffer) => output.push(data.toString()));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output: output.join('') }));
  });
}

describe('the simulated network', () => {
  it('keeps its promises under the faults of some seeds', async () => {
    const lost = { starts: 0, ends: 0 };
    // What follows from a start or an end that cannot be handled is tried only if some are.
    const isTried = (): boolean => lost.starts > 0 && lost.ends > 0;
    for (let seed = 1; seed <= SEEDS || (!isTried() && seed <= MOST_SEEDS); seed += 1) {
      const verdict = await simulate(seed);
      expect(said(verdict)).toBeNull();
      lost.starts += verdict.counts['lost:session-started'] ?? 0;
      lost.ends += verdict.counts['lost:session-ended'] ?? 0;
    }
    expect(isTried(), JSON.stringify(lost)).toBe(true);
  }, TIMEOUT_MS);

  it('keeps them on a day in a small town', async () => {
    expect(said(await simulate(DAY, { dayMs: 2 * 3_600_000 }))).toBeNull();
  }, TIMEOUT_MS);

  it.each(KEPT_SEEDS)('keeps them under seed $seed, which found: $found', async ({ seed }) => {
    expect(said(await simulate(seed))).toBeNull();
  }, TIMEOUT_MS);

  it('does the same again when a seed is replayed', async () => {
    const [first, second] = [await simulate(7), await simulate(7)];
    expect(second).toEqual(first);
    expect(first.steps).toBeGreaterThan(10_000);
  }, TIMEOUT_MS);
});

describe('a build that is broken on purpose is found', () => {
  it('when it loses one row of the outbox', async () => {
    const { failure } = await simulate(1, { broken: 'drop-outbox-row' });
    expect(failure).toMatch(/^message .* never reached (notices|commands)$/);
  }, TIMEOUT_MS);

  it.each(MUTANTS)('when $fault ($name), and the command that replays it is printed', async (mutant) => {
    const { name, firstSeed } = mutant;
    const { status, output } = await runBroken(name, firstSeed);
    expect(output).toMatch(new RegExp(`replay: npm run simulate -- --seed \\d+ --break ${name} --trace`));
    expect(status).toBe(1);
  }, TIMEOUT_MS);
});
