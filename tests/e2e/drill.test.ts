// The drills as somebody starts them: real processes on a broker of their own. One passes, one must fail because its
// network is broken behind its back, and one is killed; nothing of any of them is left.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { waitFor } from './small-network.ts';

const DRILL = join(import.meta.dirname, '..', '..', 'scripts', 'drill.ts');
const TIMEOUT_MS = 300_000;
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

type Running = {
  /** Where it keeps its temporary files. */
  readonly temporary: string;
  readonly child: ReturnType<typeof spawn>;
  output(): string;
  readonly ended: Promise<number | null>;
};

function drill(args: readonly string[]): Running {
  const temporary = mkdtempSync(join(tmpdir(), 'ev-e2e-drill-'));
  folders.push(temporary);
  const child = spawn(process.execPath, [DRILL, ...args], {
    env: { ...process.env, TMPDIR: temporary }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const hear = (chunk: Buffer): void => { output += chunk.toString(); };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = new Promise<number | null>((resolve) => child.on('close', (status) => resolve(status)));
  return { temporary, child, output: () => output, ended };
}

/** Process ids of who was started with this folder, and has this word in its command line. */
function processesOf({ temporary }: Running, word = ''): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(temporary) && line.includes(word)).map((line) => parseInt(line, 10));
}

function says(running: Running, text: string): Promise<void> {
  return waitFor(() => running.output(), (output) => output.includes(text), { what: `“${text}”`, timeoutMs: 120_000 });
}

it('a drill passes, and its report has the row of the failure table with what was measured', async () => {
  const report = join(mkdtempSync(join(tmpdir(), 'ev-e2e-report-')), 'page.md');
  folders.push(join(report, '..'));
  const running = drill(['kill-engine', '--seed', '3', '--report', report]);
  expect(await running.ended).toBe(0);
  expect(running.output()).toContain('expected: Within 3 s the point is Faulted');
  expect(running.output()).toContain('1 passed, 0 failed, 0 skipped');
  expect(readFileSync(report, 'utf8'))
    .toMatch(/\| \*\*engine\*\* \|.*\*\*kill-engine\*\* ✓.*Faulted after \d+ ms.* Wh in tickets/);
  expect(readdirSync(running.temporary)).toEqual([]);
  expect(processesOf(running)).toEqual([]);
}, TIMEOUT_MS);

it('a drill fails when its network is not as it must be', async () => {
  const running = drill(['kill-monitor', '--seed', '3']);
  await says(running, 'kill -9 of the monitor');
  const [central = 0] = processesOf(running, 'ev-central');
  process.kill(central, 'SIGKILL');
  expect(await running.ended).toBe(1);
  expect(running.output()).toContain('WRONG');
  expect(running.output()).toContain('0 passed, 1 failed, 0 skipped: kill-monitor');
  expect(processesOf(running)).toEqual([]);
}, TIMEOUT_MS);

it('a drill that is killed leaves nothing behind', async () => {
  const running = drill(['kill-driver']);
  await waitFor(() => processesOf(running, 'ev-cp-engine').length, (count) => count > 0,
    { what: 'the engines run', timeoutMs: 120_000 });
  running.child.kill('SIGKILL');
  await waitFor(() => [...processesOf(running), ...readdirSync(running.temporary)], (left) => left.length === 0,
    { what: 'all of it is gone', timeoutMs: 60_000 });
}, TIMEOUT_MS);

it('refuses a name that it does not know in one line, with the nearest', async () => {
  const running = drill(['kill-centrl']);
  expect(await running.ended).toBe(64);
  expect(running.output().trim()).toBe('no drill is called “kill-centrl”: did you mean kill-central?');
});
