// The benches as somebody starts them: a tiny trial through the command line.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { brokerForTests } from '../integration/broker-for-tests.ts';

const BENCH = join(import.meta.dirname, '..', '..', 'scripts', 'bench.ts');
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

type Ended = { status: number | null; stdout: string; stderr: string; left: string[] };

/** Runs the command; `left` is what it left of its temporary files. */
function bench(args: readonly string[], brokers: string, killWhen?: string): Promise<Ended> {
  const temporary = mkdtempSync(join(tmpdir(), 'ev-bench-test-'));
  folders.push(temporary);
  const child = spawn(process.execPath, [BENCH, ...args], {
    env: { ...process.env, KAFKA_BROKERS: brokers, TMPDIR: temporary }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr, killed] = ['', '', false];
  child.stdout.on('data', (chunk: Buffer) => { stdout += chunk.toString('utf8'); });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
    if (!killed && killWhen !== undefined && stderr.includes(killWhen)) killed = child.kill('SIGINT');
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      const left = readdirSync(temporary).filter((name) => name.startsWith('ev-bench'));
      resolve({ status, stdout, stderr, left });
    });
  });
}

const ROW = {
  unit: 'ms', min: expect.any(Number) as number, median: expect.any(Number) as number,
  max: expect.any(Number) as number,
};

describe('npm run bench', () => {
  it('runs a bench on real processes and ends with one JSON array of its rows', async () => {
    const brokers = await brokerForTests();
    const { status, stdout, stderr, left } = await bench(
      ['latency', '--runs', '1', '--scale', '0.01', '--json'], brokers);
    const lines = stdout.trim().split('\n');
    expect({ status, failed: /failed in run .*/.exec(stderr)?.[0] }).toEqual({ status: 0, failed: undefined });
    expect(lines).toHaveLength(1);
    const rows = JSON.parse(lines[0] ?? '') as Record<string, unknown>[];
    expect(rows.map((row) => row['bench'])).toEqual([
      'latency-decide', 'latency-decide-p99', 'latency-authorize', 'latency-authorize-p99', 'latency-unflushed',
      'latency-flush',
    ]);
    expect(rows[0]).toMatchObject({
      ...ROW, baseline: expect.any(Number) as number, ratio: expect.any(Number) as number, goal: 2,
      met: expect.any(Boolean) as boolean,
    });
    expect(rows[5]).toMatchObject({ ...ROW, baseline: null, ratio: null, goal: null, met: null });
    expect(stderr).toContain('At 0.01 of the load: a trial');
    expect(left).toEqual([]);
  });

  it('ends everything at Ctrl-C', async () => {
    const brokers = await brokerForTests();
    const { status, stdout, stderr, left } = await bench(
      ['latency', '--runs', '1', '--scale', '0.01', '--json'], brokers, 'charges started');
    expect({ status, stdout, left }).toEqual({ status: 130, stdout: '', left: [] });
    expect(stderr).toContain('Interrupted: everything is ended.');
  });

  it.each([
    ['a bench that is not there', ['nope'], 64, 'there is no bench “nope”; there are '],
    ['no runs', ['--runs', '0'], 1, 'it is a number from 1 to 100.'],
    ['a load of more than all', ['--scale', '2'], 1, 'it is above 0 and at most 1.'],
  ])('refuses %s', async (_what, args, wanted, words) => {
    const { status, stdout, stderr } = await bench(args, '127.0.0.1:1');
    expect({ status, stdout }).toEqual({ status: wanted, stdout: '' });
    expect(stderr).toContain(words);
  });

  it('says which benches there are', async () => {
    const { status, stdout } = await bench(['--list'], '127.0.0.1:1');
    expect(status).toBe(0);
    expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual(
      expect.arrayContaining(['steady', 'latency', 'storm', 'recovery', 'start', 'memory', 'parts']));
  });
});
