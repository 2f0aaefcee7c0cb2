// Which broker the demo uses: the one that KAFKA_BROKERS names, else one of our own on Java, else one in a container.
import { join } from 'node:path';
import { connectBus, parseBrokers } from '../shared/bus/connection.ts';
import { Failure } from '../shared/failure.ts';
import { startBroker, JARS_DIR } from './broker.ts';
import { hasJars, hasMaven, javaServes, javaVersion, run } from './broker/java.ts';

const COMPOSE_FILE = join(import.meta.dirname, '..', 'docker-compose.yml');
const COMPOSE_BROKERS = '127.0.0.1:9092';
const DOCKER_ANSWER_MS = 5_000;
const COMPOSE_UP_MS = 300_000;
const CONTAINER_UP_MS = 60_000;

export type BrokerKind = 'given' | 'java' | 'docker';

export type ChosenBroker = {
  kind: BrokerKind;
  /** For KAFKA_BROKERS. */
  brokers: string;
  /** Ends what was started here; a broker that was given stays. */
  stop(): Promise<void>;
};

/**
 * Chooses a broker, starts it where it is ours, and makes sure that it answers.
 * @param options.dir where a broker on Java keeps its data
 * @param options.env default: the environment of this process
 * @param options.log tells what is going on, in words
 * @throws Failure `bus-unreachable` when the broker that was given does not answer; `missing-program` when there is
 *   none to start; what `startBroker` throws
 */
export async function chooseBroker(options: {
  dir: string;
  log: (line: string) => void;
  env?: NodeJS.ProcessEnv;
  port?: number;
}): Promise<ChosenBroker> {
  const { dir, log, env = process.env } = options;
  const given = env['KAFKA_BROKERS'];
  if (given !== undefined && given.trim() !== '') {
    await checkAnswers(given);
    return { kind: 'given', brokers: given, stop: () => Promise.resolve() };
  }
  if (await canRunJava()) {
    log('Starting Apache Kafka on this machine’s Java …');
    const port = options.port === undefined ? {} : { port: options.port };
    const broker = await startBroker({ dir, log, ...port });
    return { kind: 'java', brokers: broker.brokers, stop: () => broker.stop() };
  }
  if (await dockerAnswers()) return startContainer(log);
  throw new Failure(
    'missing-program',
    'No Kafka: set KAFKA_BROKERS to one that runs, or install Java 17+ with Maven (Debian: apt-get install ' +
      'openjdk-17-jre-headless maven), or start Docker.',
  );
}

/** Java is new enough, and the broker's jars are here or can be fetched. */
export async function canRunJava(): Promise<boolean> {
  return javaServes(await javaVersion()) && (hasJars(JARS_DIR) || (await hasMaven()));
}

/** Does a container engine answer, and can it run compose files? */
export async function dockerAnswers(): Promise<boolean> {
  const { status } = await run('docker', ['info'], { timeoutMs: DOCKER_ANSWER_MS });
  return status === 0 && (await run('docker', ['compose', 'version'], { timeoutMs: DOCKER_ANSWER_MS })).status === 0;
}

async function startContainer(log: (line: string) => void): Promise<ChosenBroker> {
  log('Starting Apache Kafka in a container …');
  const compose = ['compose', '-f', COMPOSE_FILE];
  const { status, output } = await run('docker', [...compose, 'up', '-d', 'kafka'], { timeoutMs: COMPOSE_UP_MS });
  const stop = async (): Promise<void> => {
    await run('docker', [...compose, 'rm', '--stop', '--force', '--volumes', 'kafka'], { timeoutMs: CONTAINER_UP_MS });
  };
  if (status !== 0) {
    const reason = output.trim().split('\n').at(-1) ?? '';
    throw new Failure('missing-program', `Docker could not start Kafka from docker-compose.yml: ${reason}`);
  }
  try {
    await checkAnswers(COMPOSE_BROKERS, CONTAINER_UP_MS);
  } catch (error) {
    await stop();
    throw error;
  }
  return { kind: 'docker', brokers: COMPOSE_BROKERS, stop };
}

async function checkAnswers(brokers: string, timeoutMs?: number): Promise<void> {
  const bus = await connectBus({
    brokers: parseBrokers(brokers),
    clientId: 'ev-broker-check',
    log: () => undefined,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  await bus.close();
}
