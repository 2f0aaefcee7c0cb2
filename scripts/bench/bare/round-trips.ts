// The bare counterpart of the bench `latency`: kafkajs alone sends a request and gets a reply, one after the other. Run
// by the bench in two processes: `node round-trips.ts replier|requester JOB` (a JSON file). The replier prints a line
// when it reads; the requester prints its times as one JSON line.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';

/** What the bench hands over. */
export type BareRoundTripsJob = {
  readonly brokers: string; readonly requestTopic: string; readonly replyTopic: string;
  readonly rounds: number; readonly warmUp: number;
  /** Between two rounds. */
  readonly pauseMs: number;
};
export type BareRoundTripsResult = { readonly timesMs: readonly number[] };

/** About as long as a sealed request. */
const VALUE_BYTES = 450;

const [, , role = '', file = ''] = process.argv;
const job = JSON.parse(readFileSync(file, 'utf8')) as BareRoundTripsJob;
const kafka = new Kafka({ clientId: `bare-${role}`, brokers: job.brokers.split(','), logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({ groupId: `bare-${role}-${process.pid}-${Date.now()}` });
const producer = kafka.producer({ allowAutoTopicCreation: false });
await producer.connect();
await consumer.connect();

if (role === 'replier') await reply();
else await request();

async function reply(): Promise<void> {
  await consumer.subscribe({ topic: job.requestTopic, fromBeginning: true });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ message: { key, value } }) => {
      await producer.send({ topic: job.replyTopic, messages: [{ key, value }] });
    },
  });
  await joined;
  console.log('ready');
}

async function request(): Promise<void> {
  let arrived = (): void => undefined;
  await consumer.subscribe({ topic: job.replyTopic, fromBeginning: true });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve(arrived()) });
  await joined;
  const timesMs: number[] = [];
  const value = Buffer.alloc(VALUE_BYTES, 'x');
  for (let round = 0; round < job.warmUp + job.rounds; round += 1) {
    const reply = new Promise<void>((resolve) => (arrived = resolve));
    const startedMs = performance.now();
    await producer.send({ topic: job.requestTopic, messages: [{ key: 'site-1', value }] });
    await reply;
    if (round >= job.warmUp) timesMs.push(performance.now() - startedMs);
    await pause(job.pauseMs);
  }
  const result: BareRoundTripsResult = { timesMs };
  console.log(JSON.stringify(result));
  process.exit();
}
