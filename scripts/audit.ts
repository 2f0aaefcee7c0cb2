// `node scripts/audit.mjs`: asks npm for the known faults of our dependencies, and fails on grave ones. Where the
// registry does not answer that question (a mirror, no network) it says so loudly and does not fail: that a build
// needs the outside world would be a fault of its own.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findingsOf } from './audit/findings.ts';

const ROOT = join(import.meta.dirname, '..');
const TIMEOUT_MS = 60_000;

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const { stdout } = spawnSync(npm, ['audit', '--json'], {
  cwd: ROOT, encoding: 'utf8', timeout: TIMEOUT_MS, shell: process.platform === 'win32',
});
const findings = findingsOf(stdout ?? '');
if (findings === null) {
  console.log('\n!! DEPENDENCIES NOT AUDITED: the registry did not answer npm’s question for known faults.');
  console.log('!! Run “node scripts/audit.mjs” where it does, before a release.\n');
} else {
  for (const { name, severity, title } of findings) console.log(`${severity.padEnd(8)} ${name}: ${title}`);
  const grave = findings.filter(({ severity }) => severity === 'high' || severity === 'critical');
  console.log(`${findings.length} known faults in dependencies, ${grave.length} of them high or critical`);
  if (grave.length > 0) process.exitCode = 1;
}
