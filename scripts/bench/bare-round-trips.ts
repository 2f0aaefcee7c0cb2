// Runs the bare kafkajs program of the bench `latency` (bare/round-trips.ts) against a broker, on topics with the
// settings that are asked for.
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Kafka, logLevel } from 'kafkajs';
import type { BareRoundTripsJob, BareRoundTripsResult } from './bare/round-trips.ts';
import type { Stage } from './bench.ts';

const PROGRAM = join(import.meta.dirname, 'bare', 'round-trips.ts');
const READY_MS = 30_000;

type RoundTrips = Pick<BareRoundTripsJob, 'rounds' | 'warmUp' | 'pauseMs'>;

/** The times of so many round trips. `flushed`: the broker flushes each request, as it does with ours. */
export async function bareRoundTrips(
  stage: Stage, { name, flushed, ...how }: { name: string; flushed: boolean } & RoundTrips,
): Promise<readonly number[]> {
  const { brokers } = stage.broker;
  const topic = `${stage.topicPrefix}-bare-${name}`;
  const job: BareRoundTripsJob = {
    brokers, requestTopic: `${topic}.requests`, replyTopic: `${topic}.replies`, ...how,
  };
  await createTopics(brokers, [{ topic: job.requestTopic, flushed }, { topic: job.replyTopic, flushed: false }]);
  const file = join(stage.dir, `bare-${name}.json`);
  await writeFile(file, JSON.stringify(job));
  const replier = start('replier', file);
  try {
    await firstLine(replier, (line) => line === 'ready', READY_MS);
    const requester = start('requester', file);
    stage.defer(() => void requester.kill());
    const timeoutMs = READY_MS + (how.rounds + how.warmUp) * 1_000;
    const line = await firstLine(requester, (each) => each.startsWith('{'), timeoutMs);
    return (JSON.parse(line) as BareRoundTripsResult).timesMs;
  } finally {
    replier.kill();
  }
}

async function createTopics(brokers: string, topics: readonly { topic: string; flushed: boolean }[]): Promise<void> {
  const kafka = new Kafka({ clientId: 'bare-setup', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    await admin.createTopics({
      waitForLeaders: true,
      topics: topics.map(({ topic, flushed }) => ({
        topic, numPartitions: 1, replicationFactor: 1,
        configEntries: flushed ? [{ name: 'flush.messages', value: '1' }] : [],
      })),
    });
  } finally {
    await admin.disconnect();
  }
}

function start(role: 'replier' | 'requester', file: string): ChildProcess {
  return spawn(process.execPath, ['--no-warnings', PROGRAM, role, file], { stdio: ['ignore', 'pipe', 'pipe'] });
}

function firstLine(child: ChildProcess, matches: (line: string) => boolean, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => { errors += chunk.toString('utf8'); });
    const timer = setTimeout(() => reject(new Error(`the bare program said nothing: ${errors}`)), timeoutMs);
    child.on('exit', (status) => {
      clearTimeout(timer);
      reject(new Error(`the bare program ended with ${status}: ${errors}`));
    });
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!matches(line)) return;
      clearTimeout(timer);
      resolve(line);
    });
  });
}
