// `npm test`: every test, with one real broker for the whole run. Arguments go on to vitest. The last line is always
// “N passed, N failed”, and nothing that was started stays behind, however the run ends.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeError } from '../shared/log.ts';
import { chooseBroker, type ChosenBroker } from './broker-choice.ts';
import { untilAskedToEnd } from './plain-words.ts';
import { countTests, type TestCounts } from './test-report.ts';

const ROOT = join(import.meta.dirname, '..');

const asked = untilAskedToEnd();
const dir = await mkdtemp(join(tmpdir(), 'ev-test-'));
let counts: TestCounts = { passed: 0, failed: 1 };
let broker: ChosenBroker | undefined;
try {
  broker = await chooseBroker({ dir: join(dir, 'broker'), log: (line) => console.log(line) });
  console.log(`Kafka for the tests: ${broker.brokers}`);
  counts = await runTests(broker.brokers, join(dir, 'report.json'));
} catch (error) {
  console.error(describeError(error));
} finally {
  await broker?.stop();
  await rm(dir, { recursive: true, force: true });
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;

async function runTests(brokers: string, reportFile: string): Promise<TestCounts> {
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const leash = ['--import', pathToFileURL(join(import.meta.dirname, 'leash.mjs')).href];
  const child = spawn(process.execPath, [...leash, vitest, 'run', ...reporters, ...process.argv.slice(2)], {
    cwd: ROOT,
    env: { ...process.env, EV_TEST_BROKERS: brokers, EV_LEASH: String(process.pid) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // A group of its own: what tests have started and left is ended with it.
    detached: process.platform !== 'win32',
  });
  const exited = new Promise<number>((resolve) => {
    child.on('error', () => resolve(127));
    child.on('exit', (status, signal) => resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
  const status = await Promise.race([exited, asked.then(() => 130)]);
  endGroup(child.pid);
  await exited;
  const report = await readFile(reportFile, 'utf8').catch(() => undefined);
  return countTests(report, status);
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // Nobody of the group is left.
  }
}
