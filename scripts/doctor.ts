// `npm run doctor`: looks at this machine and names what is missing, each on a line with what mends it. Exit status 0
// when the demo would run here.
import { accessSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs';
import { arch, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import { connectBus, parseBrokers } from '../shared/bus/connection.ts';
import { describeError } from '../shared/log.ts';
import { dockerAnswers } from './broker-choice.ts';
import { JARS_DIR } from './broker.ts';
import { hasJars, hasMaven, javaServes, javaVersion, run } from './broker/java.ts';
import { portProblem } from './broker/ports.ts';

const ROOT = join(import.meta.dirname, '..');
const VAR = join(ROOT, 'var');
const MIN_FREE_BYTES = 1_000_000_000;
const MIN_MEMORY_BYTES = 2_000_000_000;
/** The ports that the guide uses; the demo takes others when they are taken. */
const USUAL_PORTS = [
  { port: 9_092, use: 'Kafka (npm run kafka)' },
  { port: 7_010, use: 'EV_Central' },
  { port: 7_020, use: 'a charge point' },
] as const;

/** `missing`: the demo does not run without it; `note`: it does. */
type Finding = { level: 'ok' | 'note' | 'missing'; what: string; mend?: string };

const findings = [
  node(),
  await npm(),
  dependencies(),
  ...(await broker()),
  await tmux(),
  ...(await ports()),
  writable(),
  ...space(),
];
for (const finding of findings) print(finding);
const missing = findings.filter(({ level }) => level === 'missing').length;
console.log(missing === 0 ? '\nThe demo runs here: npm run demo' : `\n${missing} missing: the demo does not run yet.`);
process.exitCode = missing === 0 ? 0 : 1;

function print({ level, what, mend }: Finding): void {
  const mark = { ok: 'ok      ', note: 'note    ', missing: 'MISSING ' }[level];
  console.log(`${mark}${what}${mend === undefined ? '' : ` → ${mend}`}`);
}

function node(): Finding {
  // An older Node never comes this far: setup.mjs has found a new one, or has said what to do.
  return { level: 'ok', what: `Node ${process.versions.node} (${platform()}-${arch()}, ${process.execPath})` };
}

async function npm(): Promise<Finding> {
  const { status, output } = await run(platform() === 'win32' ? 'npm.cmd' : 'npm', ['--version']);
  if (status === 0) return { level: 'ok', what: `npm ${output.trim()}` };
  return { level: 'missing', what: 'npm', mend: install('npm') };
}

function dependencies(): Finding {
  const native = join(ROOT, 'node_modules', 'better-sqlite3');
  if (existsSync(native)) return { level: 'ok', what: 'dependencies (node_modules)' };
  return { level: 'missing', what: 'dependencies', mend: 'npm ci' };
}

/** One of three is enough: a broker that was given, Java with Maven, or Docker. */
async function broker(): Promise<Finding[]> {
  const given = process.env['KAFKA_BROKERS'];
  if (given !== undefined && given.trim() !== '') return [await givenBroker(given)];
  const [version, maven, docker] = await Promise.all([javaVersion(), hasMaven(), dockerAnswers()]);
  const java = javaServes(version);
  const jars = hasJars(JARS_DIR);
  const level = docker ? 'note' : 'missing';
  const found: Finding[] = [{ level: 'ok', what: 'KAFKA_BROKERS is not set: a broker of our own is started' }];
  if (java) found.push({ level: 'ok', what: `Java ${version}` });
  else {
    const what = version === 0 ? 'Java 17 or newer' : `Java 17 or newer (this is ${version})`;
    found.push({ level, what, mend: install('openjdk-17-jre-headless') });
  }
  if (jars) found.push({ level: 'ok', what: 'Kafka’s jars are here' });
  else if (maven) found.push({ level: 'ok', what: 'Maven (brings Kafka, 43 MB, once)' });
  else found.push({ level, what: 'Maven', mend: install('maven') });
  if (docker) found.push({ level: 'ok', what: 'Docker answers' });
  else if (!java || !(maven || jars)) {
    found.push({ level: 'note', what: 'Docker does not answer; with it neither Java nor Maven is needed' });
  }
  return found;
}

async function givenBroker(given: string): Promise<Finding> {
  try {
    const brokers = parseBrokers(given);
    const bus = await connectBus({ brokers, clientId: 'ev-doctor', log: () => undefined, timeoutMs: 4_000 });
    await bus.close();
    return { level: 'ok', what: `Kafka answers at ${given} (KAFKA_BROKERS)` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : describeError(error);
    return { level: 'missing', what: `KAFKA_BROKERS=${given}: ${reason}`, mend: 'start it, or unset KAFKA_BROKERS' };
  }
}

async function tmux(): Promise<Finding> {
  if ((await run('tmux', ['-V'])).status === 0) return { level: 'ok', what: 'tmux (for npm run demo -- --tmux)' };
  return { level: 'note', what: 'tmux is missing; only npm run demo -- --tmux needs it', mend: install('tmux') };
}

async function ports(): Promise<Finding[]> {
  const taken = await Promise.all(
    USUAL_PORTS.map(async ({ port, use }) => ({ port, use, free: (await portProblem(port)) === undefined })),
  );
  return taken.map(({ port, use, free }) =>
    free
      ? { level: 'ok', what: `port ${port} is free (${use})` }
      : { level: 'note', what: `port ${port} is in use (${use}); the demo takes another`, mend: whoListens(port) },
  );
}

function writable(): Finding {
  try {
    mkdirSync(VAR, { recursive: true });
    accessSync(VAR, constants.W_OK);
    return { level: 'ok', what: `${VAR} can be written` };
  } catch {
    return { level: 'missing', what: `${VAR} cannot be written`, mend: `chmod u+rwx ${ROOT} ${VAR}` };
  }
}

function space(): Finding[] {
  const { bavail, bsize } = statfsSync(ROOT);
  const freeBytes = bavail * bsize;
  const memoryBytes = totalmem();
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  const disk: Finding =
    freeBytes >= MIN_FREE_BYTES
      ? { level: 'ok', what: `${gigabytes(freeBytes)} of disk are free` }
      : { level: 'missing', what: `only ${gigabytes(freeBytes)} of disk are free`, mend: 'free 1 GB' };
  const memory: Finding =
    memoryBytes >= MIN_MEMORY_BYTES
      ? { level: 'ok', what: `${gigabytes(memoryBytes)} of memory` }
      : { level: 'note', what: `only ${gigabytes(memoryBytes)} of memory: the demo will be slow` };
  return [disk, memory];
}

function install(debianPackage: string): string {
  if (platform() === 'darwin') return `brew install ${debianPackage.startsWith('openjdk') ? 'openjdk' : debianPackage}`;
  if (platform() === 'win32') return `install ${debianPackage}`;
  return `sudo apt-get install ${debianPackage}`;
}

function whoListens(port: number): string {
  return platform() === 'linux' ? `ss -ltnp 'sport = :${port}'` : `lsof -i :${port}`;
}
