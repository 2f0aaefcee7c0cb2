// Apache Kafka on this machine's Java: one broker in KRaft mode with its data in one folder, for the demo, the tests
// and `npm run kafka`. The JVM is a child of a small guardian process, which ends it when we are gone, however we went.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { connectBus } from '../shared/bus/connection.ts';
import { Failure } from '../shared/failure.ts';
import { fetchJars, javaCommand, javaServes, javaVersion, hasJars, run } from './broker/java.ts';
import { freePort, portProblem } from './broker/ports.ts';

const HERE = import.meta.dirname;
const KAFKA_VERSION = '4.1.0';
const UP_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 8_000;
/** Where the broker's jars are kept, once fetched. */
export const JARS_DIR = join(HERE, '..', 'var', 'kafka-jars', KAFKA_VERSION);

export type BrokerOptions = {
  /** Data, settings and log of the broker; kept between runs. */
  dir: string;
  /** Address it listens on; default 127.0.0.1. */
  host?: string;
  /** Default: any free one. */
  port?: number;
  /** Tells what is going on, in words. */
  log: (line: string) => void;
};

export type Broker = {
  /** `host:port`, for KAFKA_BROKERS. */
  readonly brokers: string;
  readonly dir: string;
  /** Process id of the JVM. */
  pid(): number;
  isRunning(): boolean;
  /** Ends it properly; at the latest after 8 s it is killed. */
  stop(): Promise<void>;
  /** kill -9 of the JVM; resolves when it is dead. */
  kill9(): Promise<void>;
  /** Starts it again on the same port and data (a new cluster when that is gone), after `stop` or `kill9`. */
  restart(): Promise<void>;
  /** Resolves when the JVM has ended, whoever ended it. */
  ended(): Promise<void>;
};

type Running = { guardian: ChildProcessByStdio<Writable, Readable, Readable>; pid: number; exited: Promise<number> };

/**
 * Starts a broker and waits until it answers.
 * @throws Failure `missing-program` (no Java 17+, or no Maven when the jars are not there yet), `port-in-use`,
 *   `bad-configuration` (not this machine's address), `not-writable`, `bus-unreachable` (it did not come up; the
 *   message names its log)
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { dir, log, host = '127.0.0.1' } = options;
  await requireJava();
  if (!hasJars(JARS_DIR)) log('Fetching Apache Kafka with Maven (43 MB, once) …');
  await fetchJars(JARS_DIR);
  await mkdir(dir, { recursive: true });
  const port = await choosePort({ host, wanted: options.port });
  await writeSettings({ dir, host, port, controllerPort: await freePort() });
  await format(dir);

  let running = await startJvm(dir, `${host}:${port}`);
  return {
    brokers: `${host}:${port}`,
    dir,
    pid: () => running.pid,
    isRunning: () => isAlive(running.pid),
    async stop() {
      running.guardian.stdin.end();
      await running.exited;
    },
    async kill9() {
      if (isAlive(running.pid)) process.kill(running.pid, 'SIGKILL');
      await running.exited;
    },
    async restart() {
      await running.exited;
      await format(dir); // its log may have been removed: then it begins as another cluster
      running = await startJvm(dir, `${host}:${port}`);
    },
    async ended() {
      await running.exited;
    },
  };
}

async function requireJava(): Promise<void> {
  const version = await javaVersion();
  if (javaServes(version)) return;
  const found = version === 0 ? 'Java is missing' : `Java ${version} is too old`;
  const mend = 'Debian: apt-get install openjdk-17-jre-headless';
  throw new Failure('missing-program', `${found}: Kafka needs Java 17 or newer (${mend}).`);
}

async function choosePort({ host, wanted }: { host: string; wanted: number | undefined }): Promise<number> {
  if (wanted === undefined) return freePort(host);
  const problem = await portProblem(wanted, host);
  if (problem === undefined) return wanted;
  if (problem === 'EADDRNOTAVAIL' || problem === 'ENOTFOUND' || problem === 'EAI_AGAIN') {
    throw new Failure('bad-configuration', `${host} is not an address of this machine: give --host one of its own.`);
  }
  if (problem === 'EACCES') {
    throw new Failure('bad-configuration', `Port ${wanted} may not be used here: choose one above 1023 with --port.`);
  }
  throw new Failure(
    'port-in-use',
    `Port ${wanted} of ${host} is in use. Choose another with --port, or use what runs there: ` +
      `KAFKA_BROKERS=${host}:${wanted}.`,
  );
}

async function startJvm(dir: string, brokers: string): Promise<Running> {
  const output = join(dir, 'jvm.log');
  const guardian = spawn(
    process.execPath,
    [join(HERE, 'broker', 'guardian.mjs'), output, String(STOP_GRACE_MS), javaCommand(), ...jvmArguments(dir)],
    // A session of its own: Ctrl-C in the terminal is for us, and we end the broker last.
    { detached: true, stdio: ['pipe', 'pipe', 'pipe'] },
  );
  // A pipe that breaks because the guardian has died is told by its exit.
  guardian.stdin.on('error', () => undefined);
  const exited = new Promise<number>((resolve) => guardian.on('exit', (status) => resolve(status ?? 128)));
  const pid = await firstLineAsNumber(guardian, exited);
  const running: Running = { guardian, pid, exited };
  await waitUntilUp(running, { brokers, dir, output });
  return running;
}

async function waitUntilUp(running: Running, where: { brokers: string; dir: string; output: string }): Promise<void> {
  const gone = running.exited.then(() => 'gone' as const);
  const up = connectBus({
    brokers: [where.brokers],
    clientId: 'broker-launcher',
    log: () => undefined,
    timeoutMs: UP_TIMEOUT_MS,
  }).then(async (bus) => {
    await bus.close();
    return 'up' as const;
  });
  const outcome = await Promise.race([gone, up]).catch(() => 'silent' as const);
  if (outcome === 'up') return;
  up.catch(() => undefined);
  running.guardian.stdin.end();
  const last = await lastLines(where.output);
  const reason = last === '' ? '' : ` (${last})`;
  const log = join(where.dir, 'kafka.log');
  throw new Failure('bus-unreachable', `Kafka did not come up at ${where.brokers}${reason}; its log is ${log}.`);
}

function jvmArguments(dir: string): string[] {
  return [
    '-Xms128m',
    '-Xmx512m',
    '-XX:+UseSerialGC',
    '-Djava.awt.headless=true',
    `-Dlog4j2.configurationFile=${join(HERE, 'broker', 'log4j2.properties')}`,
    `-Dev.broker.log=${join(dir, 'kafka.log')}`,
    '-cp',
    join(JARS_DIR, '*'),
    'kafka.Kafka',
    join(dir, 'server.properties'),
  ];
}

async function format(dir: string): Promise<void> {
  if (existsSync(join(dir, 'data', 'meta.properties'))) return;
  const args = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', join(JARS_DIR, '*')];
  const tool = ['kafka.tools.StorageTool', 'format', '-t', clusterId(), '-c', join(dir, 'server.properties')];
  const { status, output } = await run(javaCommand(), [...args, ...tool]);
  if (status === 0) return;
  const reason = output.trim().split('\n').at(-1) ?? '';
  throw new Failure('not-writable', `Kafka could not lay out its data in ${dir}: ${reason}`);
}

/** 16 random bytes in Kafka's spelling, which must not begin with a dash. */
function clusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}

async function writeSettings(at: { dir: string; host: string; port: number; controllerPort: number }): Promise<void> {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${at.controllerPort}`,
    listeners: `PLAINTEXT://${at.host}:${at.port},CONTROLLER://127.0.0.1:${at.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${at.host}:${at.port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(at.dir, 'data').replaceAll('\\', '/'),
    'auto.create.topics.enable': false,
    'num.partitions': 1,
    'default.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    // After a kill -9 the controller refuses the broker until its old session is over: 9 s by default.
    'broker.session.timeout.ms': 2_500,
    'broker.heartbeat.interval.ms': 250,
    'num.network.threads': 2,
    'num.io.threads': 4,
    // 96 partitions with the default of 10 MB for each index would be 2 GB of address space and (sparse) disk.
    'log.index.size.max.bytes': 1_048_576,
    'log.segment.bytes': 134_217_728,
    'log.cleaner.dedupe.buffer.size': 8_388_608,
    'log.retention.check.interval.ms': 60_000,
  };
  const text = Object.entries(settings).map(([name, value]) => `${name}=${String(value)}\n`);
  await writeFile(join(at.dir, 'server.properties'), text.join(''));
}

async function firstLineAsNumber(guardian: Running['guardian'], exited: Promise<number>): Promise<number> {
  const line = new Promise<string>((resolve) => {
    guardian.stdout.once('data', (data: Buffer) => resolve(data.toString()));
  });
  const errors: string[] = [];
  guardian.stderr.on('data', (data: Buffer) => errors.push(data.toString()));
  const pid = await Promise.race([line.then(Number), exited.then(() => 0)]);
  if (pid > 0) return pid;
  throw new Failure('missing-program', `Java could not be started: ${errors.join('').trim()}`);
}

async function lastLines(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-2).join(' ').slice(0, 300);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
