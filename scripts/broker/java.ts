// Java and Maven for the broker: are they here, which version, and the broker's jars, fetched once.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../shared/failure.ts';

const MIN_JAVA = 17;
const POM = join(import.meta.dirname, 'pom.xml');
const WHOLE = '.whole';

export type RunResult = { status: number; output: string };

/** Runs a program to its end; status 127 when it cannot be started. */
export function run(
  command: string,
  args: readonly string[],
  options: { timeoutMs?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'], timeout: options.timeoutMs, env: options.env ?? process.env,
    });
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    child.on('error', (error) => resolve({ status: 127, output: error.message }));
    child.on('close', (status) => resolve({ status: status ?? 128, output }));
  });
}

/** The `java` to use: that of `JAVA_HOME`, else the one in the path. */
export function javaCommand(env: NodeJS.ProcessEnv = process.env): string {
  const home = env['JAVA_HOME'];
  return home === undefined || home === '' ? 'java' : join(home, 'bin', 'java');
}

/** Java's major version, 0 when there is no Java that runs. */
export async function javaVersion(): Promise<number> {
  const { status, output } = await run(javaCommand(), ['-version']);
  if (status !== 0) return 0;
  const version = /version "(\d+)(?:\.(\d+))?/.exec(output);
  if (version === null) return 0;
  // Java 8 called itself 1.8.
  return Number(version[1]) === 1 ? Number(version[2] ?? 0) : Number(version[1]);
}

export async function hasMaven(): Promise<boolean> {
  return (await run(mavenCommand(), ['-version'])).status === 0;
}

/** Is Java new enough for the broker? */
export function javaServes(version: number): boolean {
  return version >= MIN_JAVA;
}

/** Are the broker's jars in this folder, all of them? */
export function hasJars(jarsDir: string): boolean {
  return existsSync(join(jarsDir, WHOLE));
}

/**
 * Puts the broker's jars into a folder, once; with the jars there no network and no Maven is needed.
 * @throws Failure `missing-program` without Maven or when Maven cannot get them
 */
export async function fetchJars(jarsDir: string): Promise<void> {
  if (hasJars(jarsDir)) return;
  if (!(await hasMaven())) {
    throw new Failure('missing-program', 'Maven is missing; it brings Kafka’s jars (Debian: apt-get install maven).');
  }
  // Into a folder of our own and then renamed, so that two commands at once do not see half of it.
  const making = `${jarsDir}.making-${process.pid}`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true });
  const goal = ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', '-DincludeScope=runtime'];
  const { status, output } = await run(mavenCommand(), [...goal, `-DoutputDirectory=${making}`]);
  const jars = (await readdir(making)).filter((name) => name.endsWith('.jar'));
  if (status !== 0 || jars.length === 0) {
    await rm(making, { recursive: true, force: true });
    const reason = output.split('\n').find((line) => line.includes('ERROR')) ?? output.trim().split('\n').at(-1) ?? '';
    throw new Failure('missing-program', `Maven could not get Kafka’s jars: ${reason.slice(0, 300)}`);
  }
  await writeFile(join(making, WHOLE), `${jars.length}\n`);
  await rename(making, jarsDir).catch(async () => {
    await rm(making, { recursive: true, force: true });
    if (!hasJars(jarsDir)) {
      throw new Failure('not-writable', `Kafka’s jars could not be put into ${jarsDir}: remove it and try again.`);
    }
  });
}

function mavenCommand(): string {
  return process.platform === 'win32' ? 'mvn.cmd' : 'mvn';
}
