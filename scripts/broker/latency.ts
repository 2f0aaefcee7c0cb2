// How long a request and its reply take through the bus, and how many records a second it carries. Measures, judges
// nothing: `node scripts/broker/latency.ts` (a broker of its own, or that of KAFKA_BROKERS).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectBus, parseBrokers } from '../../shared/bus/connection.ts';
import type { Bus, BusReader, BusRecord } from '../../shared/bus/port.ts';
import { topicName } from '../../shared/bus/topics.ts';
import { chooseBroker } from '../broker-choice.ts';
import { inPlainWords } from '../plain-words.ts';

const ROUNDS = 3_000;
const WARM_UP = 500;
const BULK_RECORDS = 200_000;
const BULK_BATCH = 2_000;

await inPlainWords(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ev-latency-'));
  const broker = await chooseBroker({ dir, log: (line) => console.log(line) });
  const bus = await connectBus({ brokers: parseBrokers(broker.brokers), clientId: 'latency', log: () => undefined });
  try {
    const prefix = `latency-${Date.now()}`;
    await bus.ensureTopics({ prefix, partitions: 12, replicationFactor: 1 });
    await roundTrips(bus, { prefix, request: 'requests', reply: 'commands', title: 'flushed on each write' });
    await roundTrips(bus, { prefix, request: 'meter', reply: 'notices', title: 'not flushed' });
    await bulk(bus, prefix);
  } finally {
    await bus.close();
    await broker.stop();
    await rm(dir, { recursive: true, force: true });
  }
  return 0;
});

type Round = { prefix: string; request: 'requests' | 'meter'; reply: 'commands' | 'notices'; title: string };

/** One request at a time; the reader of the requests replies, the reader of the replies starts the next. */
async function roundTrips(bus: Bus, { prefix, request, reply, title }: Round): Promise<void> {
  const [requests, replies] = [topicName(prefix, request), topicName(prefix, reply)];
  const client = bus.sender();
  const server = bus.sender();
  const value = Buffer.alloc(150, 'x');
  let arrived = (): void => undefined;
  const answering = await startedReader(bus, requests, async () => {
    await server.send([{ topic: replies, key: 'site-1', headers: {}, value }]);
  });
  const receiving = await startedReader(bus, replies, () => arrived());
  const timesMs: number[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    const reply = new Promise<void>((resolve) => (arrived = resolve));
    const startedMs = performance.now();
    await client.send([{ topic: requests, key: 'site-1', headers: {}, value }]);
    await reply;
    if (round >= WARM_UP) timesMs.push(performance.now() - startedMs);
  }
  timesMs.sort((a, b) => a - b);
  const at = (share: number): string => `${(timesMs[Math.floor(share * timesMs.length)] ?? 0).toFixed(2)} ms`;
  console.log(`request and reply, ${title}: median ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}`);
  await Promise.all([answering.close(), receiving.close(), client.close(), server.close()]);
}

async function bulk(bus: Bus, prefix: string): Promise<void> {
  const topic = topicName(prefix, 'meter');
  const sender = bus.sender();
  const value = Buffer.alloc(150, 'x');
  const startedMs = performance.now();
  for (let sent = 0; sent < BULK_RECORDS; sent += BULK_BATCH) {
    const key = (index: number): string => `site-${(sent + index) % 100}`;
    const headers = { from: 'cp-1', to: 'central' };
    await sender.send(Array.from({ length: BULK_BATCH }, (_, index) => ({ topic, key: key(index), headers, value })));
  }
  report('sent', BULK_RECORDS, performance.now() - startedMs);
  let seen = 0;
  const finished = Promise.withResolvers<void>();
  const readMs = performance.now();
  const reader = await startedReader(bus, topic, (records) => {
    seen += records.length;
    if (seen >= BULK_RECORDS) finished.resolve();
  });
  await finished.promise;
  report('read', seen, performance.now() - readMs);
  await Promise.all([reader.close(), sender.close()]);
}

async function startedReader(
  bus: Bus,
  topic: string,
  onBatch: (records: BusRecord[]) => void | Promise<void>,
): Promise<BusReader> {
  const groupId = `latency-${topic}`;
  const reader = bus.reader({ groupId, topics: [topic], partitions: 'all', startOffsets: () => 'begin', onBatch });
  await reader.start();
  return reader;
}

function report(what: string, records: number, elapsedMs: number): void {
  console.log(`${what}: ${Math.round(records / (elapsedMs / 1_000)).toLocaleString('en')} records a second`);
}
