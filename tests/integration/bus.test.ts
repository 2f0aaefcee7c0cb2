import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectBus, openBus } from '../../shared/bus/connection.ts';
import { compareWithLog } from '../../shared/bus/offsets.ts';
import { partitionOf } from '../../shared/bus/partition.ts';
import type { Bus, BusReader, BusRecord, OutRecord, ReaderOptions } from '../../shared/bus/port.ts';
import { topicName } from '../../shared/bus/topics.ts';
import { Failure } from '../../shared/failure.ts';
import type { Log } from '../../shared/log.ts';
import { brokerForTests, ownBroker, randomPrefix, removeBroker } from './broker-for-tests.ts';

const silent: Log = () => undefined;
const PARTITIONS = 4;
let groups = 0;

function facts(prefix: string): string {
  return topicName(prefix, 'facts');
}

function fact(prefix: string, key: string, n: number): OutRecord {
  return { topic: facts(prefix), key, headers: { n: String(n) }, value: JSON.stringify({ key, n }) };
}

function reader(bus: Bus, prefix: string, options: Partial<ReaderOptions> & Pick<ReaderOptions, 'onBatch'>): BusReader {
  groups += 1;
  return bus.reader({
    groupId: `test-${prefix}-${groups}`,
    topics: [facts(prefix)],
    partitions: 'all',
    startOffsets: () => 'begin',
    ...options,
  });
}

async function waitFor(condition: () => boolean, options: { timeoutMs: number; what: () => string }): Promise<void> {
  const endMs = performance.now() + options.timeoutMs;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`not within ${options.timeoutMs} ms: ${options.what()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function numbersOf(records: readonly BusRecord[], key: string): number[] {
  return records.filter((record) => record.key === key).map((record) => Number(record.headers['n']));
}

function oneTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

describe('the bus on a real broker', () => {
  let bus: Bus;
  let brokers: string[];

  beforeAll(async () => {
    brokers = [await brokerForTests()];
    bus = await connectBus({ brokers, clientId: 'bus-test', log: silent });
  });
  afterAll(async () => bus.close());

  async function network(): Promise<string> {
    const prefix = randomPrefix();
    await bus.ensureTopics({ prefix, partitions: PARTITIONS, replicationFactor: 1 });
    return prefix;
  }

  test('records of a key arrive once, in their order, with key, headers and value', async () => {
    const prefix = await network();
    const got: BusRecord[] = [];
    const reading = reader(bus, prefix, { onBatch: (records) => void got.push(...records) });
    await reading.start();
    const sender = bus.sender();
    for (const n of oneTo(50)) await sender.send([fact(prefix, 'site-1', n), fact(prefix, 'site-2', n)]);
    await waitFor(() => got.length >= 100, { timeoutMs: 10_000, what: () => `${got.length} of 100` });
    expect(numbersOf(got, 'site-1')).toEqual(oneTo(50));
    expect(numbersOf(got, 'site-2')).toEqual(oneTo(50));
    const first = got.find((record) => record.key === 'site-1');
    expect(first?.value.toString()).toBe('{"key":"site-1","n":1}');
    expect(Math.abs((first?.timestampMs ?? 0) - Date.now())).toBeLessThan(60_000);
    await reading.close();
    await sender.close();
  });

  test('a reader goes on at the offset that its owner has stored', async () => {
    const prefix = await network();
    const sender = bus.sender();
    await sender.send(oneTo(20).map((n) => fact(prefix, 'site-1', n)));
    const partition = partitionOf('site-1', PARTITIONS);
    const got: BusRecord[] = [];
    const reading = reader(bus, prefix, {
      startOffsets: (_topic, asked) => (asked === partition ? 15 : 0),
      onBatch: (records) => void got.push(...records),
    });
    await reading.start();
    await waitFor(() => got.length >= 5, { timeoutMs: 10_000, what: () => `${got.length} of 5` });
    expect(got.map((record) => record.offset)).toEqual([15, 16, 17, 18, 19]);
    await reading.close();
    await sender.close();
  });

  test('a reader that starts at the end sees only what is sent after its start', async () => {
    const prefix = await network();
    const sender = bus.sender();
    await sender.send([fact(prefix, 'site-1', 1)]);
    const got: BusRecord[] = [];
    const reading = reader(bus, prefix, { startOffsets: () => 'end', onBatch: (records) => void got.push(...records) });
    await reading.start();
    await sender.send([fact(prefix, 'site-1', 2)]);
    await waitFor(() => got.length > 0, { timeoutMs: 10_000, what: () => 'nothing' });
    expect(numbersOf(got, 'site-1')).toEqual([2]);
    await reading.close();
    await sender.close();
  });

  test('a pinned reader sees only the partition of its key', async () => {
    const prefix = await network();
    const keys = oneTo(40).map((n) => `site-${n}`);
    const got: BusRecord[] = [];
    const reading = reader(bus, prefix, {
      partitions: { key: 'site-7' },
      onBatch: (records) => void got.push(...records),
    });
    await reading.start();
    const sender = bus.sender();
    await sender.send(keys.map((key, index) => fact(prefix, key, index)));
    const mine = keys.filter((key) => partitionOf(key, PARTITIONS) === partitionOf('site-7', PARTITIONS));
    await waitFor(() => got.length >= mine.length, { timeoutMs: 10_000, what: () => `${got.length}` });
    expect(got.map((record) => record.key)).toEqual(mine);
    await reading.close();
    await sender.close();
  });

  test('a batch that is not handled is read again from the stored offset', async () => {
    const prefix = await network();
    const sender = bus.sender();
    await sender.send(oneTo(3).map((n) => fact(prefix, 'site-1', n)));
    const got: BusRecord[] = [];
    let refusals = 2;
    const reading = reader(bus, prefix, {
      onBatch: async (records) => {
        refusals -= 1;
        if (refusals >= 0) throw new Error('the store is away');
        got.push(...records);
      },
    });
    await reading.start();
    await waitFor(() => got.length >= 3, { timeoutMs: 15_000, what: () => `${got.length} of 3` });
    expect(numbersOf(got, 'site-1')).toEqual([1, 2, 3]);
    await reading.close();
    await sender.close();
  });

  test('a paused reader hands nothing over until it is resumed', async () => {
    const prefix = await network();
    const got: BusRecord[] = [];
    const reading = reader(bus, prefix, { onBatch: (records) => void got.push(...records) });
    await reading.start();
    reading.pause();
    const sender = bus.sender();
    await sender.send([fact(prefix, 'site-1', 1)]);
    // A second reader that has seen the record proves that it was there to be read.
    const other: BusRecord[] = [];
    const witness = reader(bus, prefix, { onBatch: (records) => void other.push(...records) });
    await witness.start();
    await waitFor(() => other.length > 0, { timeoutMs: 10_000, what: () => 'nothing' });
    expect(got).toEqual([]);
    reading.resume();
    await waitFor(() => got.length > 0, { timeoutMs: 10_000, what: () => 'nothing after resume' });
    await Promise.all([reading.close(), witness.close(), sender.close()]);
  });

  test('one send may be larger than a batch that the broker takes', async () => {
    const prefix = await network();
    const sender = bus.sender();
    const value = Buffer.alloc(2_000, 'x');
    await sender.send(oneTo(2_000).map((n) => ({ ...fact(prefix, 'site-1', n), value })));
    const got: BusRecord[] = [];
    const reading = reader(bus, prefix, { onBatch: (records) => void got.push(...records) });
    await reading.start();
    await waitFor(() => got.length >= 2_000, { timeoutMs: 10_000, what: () => `${got.length} of 2000` });
    expect(numbersOf(got, 'site-1')).toEqual(oneTo(2_000));
    await Promise.all([reading.close(), sender.close()]);
  });

  test('rejoins of the group, forced in the middle of the stream, lose no record', async () => {
    const prefix = await network();
    const sender = bus.sender();
    const other = await connectBus({ brokers, clientId: 'bus-test-other', log: silent });
    const stored = new Map<number, number>();
    const seen: BusRecord[] = [];
    const same = { groupId: `test-${prefix}`, topics: [facts(prefix)], partitions: 'all' } as const;
    const reading = bus.reader({
      ...same,
      startOffsets: (_topic, partition) => stored.get(partition) ?? 0,
      onBatch: (records) => {
        for (const record of records) {
          if (record.offset < (stored.get(record.partition) ?? 0)) continue;
          stored.set(record.partition, record.offset + 1);
          seen.push(record);
        }
      },
    });
    await reading.start();
    let sent = 0;
    const feed = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i += 1) {
        sent += 1;
        await sender.send([fact(prefix, 'site-1', sent), fact(prefix, 'site-2', sent), fact(prefix, 'site-3', sent)]);
      }
    };
    for (let turn = 0; turn < 3; turn += 1) {
      // A second member in the same group makes the first one join again, when it comes and when it goes.
      const intruder = other.reader({ ...same, startOffsets: () => 'end', onBatch: () => undefined });
      await Promise.all([intruder.start(), feed(100)]);
      await Promise.all([intruder.close(), feed(50)]);
    }
    await waitFor(() => seen.length >= sent * 3, { timeoutMs: 20_000, what: () => `${seen.length} of ${sent * 3}` });
    for (const key of ['site-1', 'site-2', 'site-3']) expect(numbersOf(seen, key)).toEqual(oneTo(sent));
    await Promise.all([reading.close(), sender.close(), other.close()]);
  });

  test('a changed partition count is refused with what to do', async () => {
    const prefix = await network();
    const changed = bus.ensureTopics({ prefix, partitions: PARTITIONS + 1, replicationFactor: 1 });
    await expect(changed).rejects.toThrow(/has 4 partitions, this network is set to 5.*back to 4/s);
    await expect(changed).rejects.toMatchObject({ code: 'bus-misconfigured' });
  });

  test('topics that exist with the same count are left as they are', async () => {
    const prefix = await network();
    await bus.ensureTopics({ prefix, partitions: PARTITIONS, replicationFactor: 1 });
    expect((await bus.logRanges([facts(prefix)])).length).toBe(PARTITIONS);
  });

  test('a topic that nobody has created is named, with what to do', async () => {
    const sending = bus.sender().send([fact(randomPrefix(), 'site-1', 1)]);
    await expect(sending).rejects.toMatchObject({ code: 'bus-unreachable', maybeSent: false });
    const cause = await sending.catch((error: unknown) => (error instanceof Error ? error.cause : undefined));
    expect(cause).toMatchObject({ code: 'bus-misconfigured' });
    await expect(sending).rejects.toThrow(/EV_Central creates the topics/);
  });

  test('a stored offset beyond the end of the real log starts a new epoch at its first record', async () => {
    const prefix = await network();
    const sender = bus.sender();
    await sender.send(oneTo(3).map((n) => fact(prefix, 'site-1', n)));
    const ranges = await bus.logRanges([facts(prefix)]);
    const range = ranges.find(({ partition }) => partition === partitionOf('site-1', PARTITIONS));
    expect(range).toMatchObject({ first: 0, end: 3 });
    expect(compareWithLog({ stored: { epoch: 0, next: 4 }, range: range ?? { first: 0, end: 0 } })).toEqual({
      kind: 'beyond-end',
      epoch: 1,
      next: 0,
    });
    await sender.close();
  });
});

test('a broker that is not there is one clear line that names it and what to do', async () => {
  const connecting = connectBus({ brokers: ['127.0.0.1:1'], clientId: 'bus-test', log: silent, timeoutMs: 1_500 });
  const error = await connecting.catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(Failure);
  expect(error).toMatchObject({ code: 'bus-unreachable' });
  expect(String(error)).toMatch(/127\.0\.0\.1:1\..*npm run kafka.*KAFKA_BROKERS/);
});

test('a bus that is opened without a broker is down, and its senders fail at once', async () => {
  const bus = openBus({ brokers: ['127.0.0.1:1'], clientId: 'bus-test', log: silent });
  const startedMs = performance.now();
  const sending = bus.sender().send([fact('none', 'site-1', 1)]);
  await expect(sending).rejects.toMatchObject({ code: 'bus-unreachable', maybeSent: false });
  expect(performance.now() - startedMs).toBeLessThan(500);
  await bus.close();
});

test('a reader whose broker comes back without its log makes the topics again, if they are its own', async () => {
  const broker = await ownBroker();
  const prefix = randomPrefix();
  const bus = await connectBus({ brokers: [broker.brokers], clientId: 'bus-lost-log', log: silent });
  try {
    await bus.ensureTopics({ prefix, partitions: 1, replicationFactor: 1 });
    const seen: number[] = [];
    const clusters = new Set<string>();
    const reading = reader(bus, prefix, {
      onLog: ({ clusterId }) => void clusters.add(clusterId),
      onBatch: (records) => void seen.push(...records.map((record) => Number(record.headers['n']))),
    });
    await reading.start();
    await broker.kill9();
    await rm(join(broker.dir, 'data'), { recursive: true });
    await broker.restart();
    await waitFor(() => clusters.size === 2, { timeoutMs: 30_000, what: () => `${clusters.size} clusters compared` });
    await bus.sender().send([fact(prefix, 'site-1', 1)]);
    await waitFor(() => seen.length === 1, { timeoutMs: 30_000, what: () => `read: ${seen.join(', ')}` });
  } finally {
    await bus.close();
    await removeBroker(broker);
  }
}, 120_000);

test('after kill -9 of the broker and its restart everything arrives in order, soon', async () => {
  const broker = await ownBroker();
  const prefix = randomPrefix();
  const bus = await connectBus({ brokers: [broker.brokers], clientId: 'bus-kill', log: silent });
  try {
    await bus.ensureTopics({ prefix, partitions: 1, replicationFactor: 1 });
    const seen: number[] = [];
    let stored = 0;
    const reading = reader(bus, prefix, {
      startOffsets: () => stored,
      onBatch: (records) => {
        for (const record of records) {
          if (record.offset < stored) continue;
          stored = record.offset + 1;
          seen.push(Number(record.headers['n']));
        }
      },
    });
    await reading.start();
    const sender = bus.sender();
    const TOTAL = 300;
    const sending = (async () => {
      for (const n of oneTo(TOTAL)) {
        // An outbox: the same record again until it is acknowledged.
        for (;;) {
          const sent = await sender.send([fact(prefix, 'site-1', n)]).then(
            () => true,
            () => false,
          );
          if (sent) break;
          await bus.whenUp();
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    await waitFor(() => seen.length >= 50, { timeoutMs: 10_000, what: () => `${seen.length}` });
    await broker.kill9();
    const killedMs = performance.now();
    await waitFor(() => bus.state() === 'down', { timeoutMs: 3_000, what: () => bus.state() });
    const noticedMs = performance.now() - killedMs;
    await broker.restart();
    const backMs = performance.now();
    const before = seen.length;
    await waitFor(() => bus.state() === 'up', { timeoutMs: 2_000, what: () => bus.state() });
    await waitFor(() => seen.length > before, { timeoutMs: 5_000, what: () => `${seen.length}, ${reading.state()}` });
    const recoveredMs = performance.now() - backMs;
    await sending;
    const isWhole = (): boolean => new Set(seen).size === TOTAL;
    await waitFor(isWhole, { timeoutMs: 20_000, what: () => `${new Set(seen).size} of ${TOTAL}` });
    // A record may be there twice when its acknowledgement was lost; without those, the order is the sender's.
    expect([...new Set(seen)]).toEqual(oneTo(TOTAL));
    expect(seen.length).toBeLessThanOrEqual(TOTAL + 1);
    console.log(`down known after ${Math.round(noticedMs)} ms, reading ${Math.round(recoveredMs)} ms after it is back`);
    await Promise.all([reading.close(), sender.close()]);
  } finally {
    await bus.close();
    await removeBroker(broker);
  }
});

test('a broker that hangs is known to be down soon, and all goes on when it wakes', async () => {
  const broker = await ownBroker();
  const prefix = randomPrefix();
  const bus = await connectBus({ brokers: [broker.brokers], clientId: 'bus-hang', log: silent });
  try {
    await bus.ensureTopics({ prefix, partitions: 2, replicationFactor: 1 });
    const got: BusRecord[] = [];
    const reading = reader(bus, prefix, { onBatch: (records) => void got.push(...records) });
    await reading.start();
    const sender = bus.sender();
    await sender.send([fact(prefix, 'site-1', 1)]);
    await waitFor(() => got.length === 1, { timeoutMs: 5_000, what: () => `${got.length}` });

    process.kill(broker.pid(), 'SIGSTOP');
    const hangsMs = performance.now();
    // A thread of the broker may still answer while the signal stops the others: send until nobody does.
    const inFlight = (async () => {
      for (;;) await sender.send([fact(prefix, 'site-1', 2)]);
    })().catch((error: unknown) => error);
    await waitFor(() => bus.state() === 'down', { timeoutMs: 3_500, what: () => bus.state() });
    expect(await inFlight).toMatchObject({ code: 'bus-unreachable', maybeSent: true });
    expect(performance.now() - hangsMs).toBeLessThan(4_000);
    await expect(sender.send([fact(prefix, 'site-1', 3)])).rejects.toMatchObject({ maybeSent: false });

    process.kill(broker.pid(), 'SIGCONT');
    await bus.whenUp();
    await sender.send([fact(prefix, 'site-1', 4)]);
    await waitFor(() => numbersOf(got, 'site-1').includes(4), { timeoutMs: 5_000, what: () => `${got.length}` });
    expect(numbersOf(got, 'site-1')).not.toContain(3);
    await Promise.all([reading.close(), sender.close()]);
  } finally {
    await bus.close();
    await removeBroker(broker);
  }
});
