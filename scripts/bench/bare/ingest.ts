// The bare counterpart of the bench `ingest`: kafkajs reads the same records, each is opened and parsed, the newest
// of a session is kept in a Map, and those that are watched are sealed and sent, at most once a second a session. No
// check, no database, no rule. Run by the bench: `node ingest.ts JOB` (a JSON file); prints one JSON line.
import { readFileSync } from 'node:fs';
import { Kafka, logLevel, type EachBatchPayload, type Message } from 'kafkajs';
import { CENTRAL, open, seal, sealKey, type SealKey } from '../../../shared/seal.ts';

/** What the bench hands over. */
export type BareIngestJob = {
  readonly brokers: string; readonly meterTopic: string; readonly progressTopic: string; readonly records: number;
  /** Key material by key id. */
  readonly keys: Readonly<Record<string, string>>;
  /** Key material by session of a watched driver. */
  readonly watched: Readonly<Record<string, { readonly driverId: string; readonly keyBase64: string }>>;
};
export type BareIngestResult = {
  readonly records: number; readonly elapsedMs: number; readonly cpuMs: number; readonly sent: number;
};

type Sample = { readonly sessionId: string; readonly registerWh: number; readonly powerW: number };

/** Live figures of a session go out at most this often, as EV_Central does it. */
const PROGRESS_MS = 950;

const job = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as BareIngestJob;
const keys = new Map<string, SealKey>(Object.entries(job.keys).map(([id, key]) => [id, sealKey(id, key)]));
const watched = new Map(Object.entries(job.watched)
  .map(([id, { driverId, keyBase64 }]) => [id, { driverId, key: sealKey(driverId, keyBase64), sentMs: -Infinity }]));
const newest = new Map<string, Sample>();
const kafka = new Kafka({ clientId: 'bare', brokers: job.brokers.split(','), logLevel: logLevel.ERROR });
const consumer = kafka.consumer({ groupId: `bare-${process.pid}-${Date.now()}`, maxWaitTimeInMs: 500 });
const producer = kafka.producer({ allowAutoTopicCreation: false });
let records = 0;
let sent = 0;
let startedMs = 0;
let startedCpu = process.cpuUsage();

await producer.connect();
await consumer.connect();
await consumer.subscribe({ topics: [job.meterTopic], fromBeginning: true });
const done = Promise.withResolvers<void>();
await consumer.run({ autoCommit: false, partitionsConsumedConcurrently: 12, eachBatch });
await done.promise;
const { user, system } = process.cpuUsage(startedCpu);
const result: BareIngestResult = {
  records, elapsedMs: performance.now() - startedMs, cpuMs: (user + system) / 1_000, sent,
};
console.log(JSON.stringify(result));
process.exit();

async function eachBatch({ batch }: EachBatchPayload): Promise<void> {
  if (startedMs === 0) {
    startedMs = performance.now();
    startedCpu = process.cpuUsage();
  }
  const touched = new Set<string>();
  for (const { headers, value } of batch.messages) {
    const from = String(headers?.['from']);
    const kid = String(headers?.['kid']);
    const key = keys.get(kid);
    if (value === null || key === undefined) throw new Error(`no key ${kid}`);
    const sealed = { from, to: CENTRAL, kid, mid: String(headers?.['mid']) };
    const sample = JSON.parse(open(key, 'up', batch.topic, sealed, value) ?? 'null') as Sample;
    newest.set(sample.sessionId, sample);
    if (watched.has(sample.sessionId)) touched.add(sample.sessionId);
  }
  records += batch.messages.length;
  await send([...touched]);
  if (records >= job.records) done.resolve();
}

async function send(sessionIds: readonly string[]): Promise<void> {
  const messages: Message[] = [];
  const nowMs = performance.now();
  for (const sessionId of sessionIds) {
    const watch = watched.get(sessionId);
    if (watch === undefined || nowMs - watch.sentMs < PROGRESS_MS) continue;
    watch.sentMs = nowMs;
    const text = JSON.stringify({ ...newest.get(sessionId), type: 'progress', atMs: Date.now(), costMinor: 1 });
    const ends = { from: CENTRAL, to: watch.driverId, mid: `${sessionId}-${sent}` };
    const { headers, value } = seal(watch.key, 'down', job.progressTopic, ends, text);
    messages.push({ key: watch.driverId, headers, value });
    sent += 1;
  }
  if (messages.length > 0) await producer.send({ topic: job.progressTopic, acks: 1, messages });
}
