// `npm run check`: what is checked first and quickly: types, lint and unit tests, one after the other.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

const STEPS = [
  { name: 'types', package: 'typescript/bin/tsc', args: ['--noEmit'] },
  { name: 'lint', package: 'eslint/bin/eslint.js', args: ['.'] },
  { name: 'unit tests', package: 'vitest/vitest.mjs', args: ['run', '--project', 'unit', '--reporter=dot'] },
] as const;

const failed: string[] = [];
for (const step of selectedSteps()) {
  const startedMs = performance.now();
  const program = join(ROOT, 'node_modules', step.package);
  if (!existsSync(program)) {
    console.error(`${step.package} is not installed: run “npm ci”.`);
    process.exit(1);
  }
  const { status } = spawnSync(process.execPath, [program, ...step.args], { cwd: ROOT, stdio: 'inherit' });
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${step.name} (${seconds} s)`);
  if (status !== 0) failed.push(step.name);
}
process.exitCode = failed.length === 0 ? 0 : 1;

/** `--only types,lint` runs just those; .ci/run leaves the unit tests to `npm test`. */
function selectedSteps(): readonly (typeof STEPS)[number][] {
  const index = process.argv.indexOf('--only');
  if (index < 0) return STEPS;
  const names = (process.argv[index + 1] ?? '').split(',');
  return STEPS.filter((step) => names.includes(step.name));
}
