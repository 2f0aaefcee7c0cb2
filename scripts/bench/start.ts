// `start`: how long somebody waits who has just cloned the project: the clone, the dependencies (from npm's own cache),
// and from there to the first kWh; and the start of each process. The kWh comes at the demo's speed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { JARS_DIR } from '../broker.ts';
import type { Bench, Figures, Stage } from './bench.ts';
import type { FirstKwh } from './first-kwh.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const TIMEOUT_MS = 300_000;

export const startBench: Bench = {
  name: 'start',
  what: 'from a fresh clone to the first kWh, and the start of each process: printed only',
  rows: [
    { row: 'start', what: 'clone with dependencies → first kWh at the demo’s speed', unit: 's', better: 'lower' },
    { row: 'start-clone', what: 'git clone, without dependencies', unit: 's', better: 'lower' },
    { row: 'start-install', what: 'npm ci, from npm’s cache', unit: 's', better: 'lower' },
    { row: 'start-broker', what: 'the broker answers', unit: 's', better: 'lower' },
    { row: 'start-database', what: 'the demo’s database is made', unit: 's', better: 'lower' },
    { row: 'start-central', what: 'EV_Central listens', unit: 's', better: 'lower' },
    { row: 'start-point', what: 'an engine and its monitor are in service', unit: 's', better: 'lower' },
    { row: 'start-driver', what: 'a driver is logged in', unit: 's', better: 'lower' },
  ],
  run,
};

async function run(stage: Stage): Promise<Figures> {
  const clone = join(stage.dir, 'clone');
  const cloned = await timed(stage, 'git', ['clone', '--quiet', '--local', '--no-hardlinks', ROOT, clone]);
  const install = await timed(stage, 'npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], clone);
  // The broker's jars are fetched once a machine, by Maven: the clone uses those that are here.
  if (existsSync(JARS_DIR)) {
    const jars = join(clone, 'var', 'kafka-jars');
    await mkdir(dirname(jars), { recursive: true });
    await symlink(dirname(JARS_DIR), jars);
  }
  const program = join(clone, 'scripts', 'bench', 'first-kwh.ts');
  const { output } = await timed(stage, process.execPath, [program], clone);
  const line = output.trim().split('\n').findLast((each) => each.startsWith('{')) ?? '{}';
  const times = JSON.parse(line) as FirstKwh;
  return {
    'start': { value: times.kwhMs / 1_000 }, 'start-clone': { value: cloned.ms / 1_000 },
    'start-install': { value: install.ms / 1_000 }, 'start-broker': { value: times.brokerMs / 1_000 },
    'start-database': { value: times.databaseMs / 1_000 }, 'start-central': { value: times.centralMs / 1_000 },
    'start-point': { value: times.pointMs / 1_000 }, 'start-driver': { value: times.driverMs / 1_000 },
  };
}

/** Runs a program to its end, or to the stage's; rejects with its last words unless it ends with 0. */
function timed(
  stage: Stage, program: string, args: readonly string[], cwd?: string,
): Promise<{ ms: number; output: string }> {
  const fromMs = performance.now();
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS, ...(cwd === undefined ? {} : { cwd }),
  });
  stage.defer(() => void child.kill());
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => { output += chunk.toString('utf8'); });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) return resolve({ ms: performance.now() - fromMs, output });
      const words = output.trim().split('\n').slice(-5).join(' ');
      reject(new Error(`${program} ${args[0] ?? ''} ended with ${status ?? 'a signal'}: ${words}`));
    });
  });
}
