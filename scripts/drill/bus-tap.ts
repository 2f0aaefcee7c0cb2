// A stranger on the bus: reads every record of the topics, as anybody who reaches the broker can, and writes records of
// its own or copies. It holds no key. For the drills about forged and replayed records.
import { connectBus, parseBrokers } from '../../shared/bus/connection.ts';
import { partitionOf } from '../../shared/bus/partition.ts';
import type { BusRecord } from '../../shared/bus/port.ts';
import { type Topic, topicName } from '../../shared/bus/topics.ts';
import { LIMITS } from '../../shared/limits.ts';
import { CENTRAL } from '../../shared/seal.ts';
import type { DrillNetwork } from './drill-network.ts';
import { until } from './patience.ts';

export type Forged = {
  readonly topic: Topic; readonly key: string; readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer;
};

export type BusTap = {
  /** What has been read of a topic so far. */
  records(topic: Topic): readonly BusRecord[];
  write(records: readonly Forged[]): Promise<void>;
  /** Resolves when Central has read everything that was written before: a marker behind it is in the dead letters. */
  untilRead(): Promise<void>;
  /** The reasons of all dead letters that claim to be from these senders. */
  deadLetters(claimedSenders: readonly string[]): Promise<string[]>;
  close(): Promise<void>;
};

const INTAKE = ['requests', 'facts', 'meter'] as const satisfies readonly Topic[];
const READ = [...INTAKE, 'commands', 'notices'] as const satisfies readonly Topic[];

/** Taps the bus of a network whose Central has started. */
export async function tapBus(network: DrillNetwork): Promise<BusTap> {
  const { brokers, topicPrefix } = network.options;
  const bus = await connectBus({ brokers: parseBrokers(brokers), clientId: 'drill-stranger', log: () => undefined });
  const read = new Map<string, BusRecord[]>(READ.map((topic) => [topicName(topicPrefix, topic), []]));
  const reader = bus.reader({
    groupId: `drill-stranger-${topicPrefix}`, topics: [...read.keys()], partitions: 'all',
    startOffsets: () => 'begin',
    onBatch: (records) => {
      for (const record of records) read.get(record.topic)?.push(record);
    },
  });
  await reader.start();
  const sender = bus.sender();
  const keysWritten = new Set<string>();
  let markers = 0;
  const write = async (records: readonly Forged[]): Promise<void> => {
    for (const { key } of records) keysWritten.add(key);
    await sender.send(records.map(({ topic, key, headers, value }) => ({
      topic: topicName(topicPrefix, topic), key, headers: { ...headers }, value,
    })));
  };
  const deadLetters = async (claimedSenders: readonly string[]): Promise<string[]> => {
    const rows = await network.rows(['dead-letters', '--limit', '10000']);
    return rows.filter((row) => claimedSenders.includes(String(row['claimedSender'])))
      .map((row) => String(row['reason']));
  };
  return {
    records: (topic) => read.get(topicName(topicPrefix, topic)) ?? [],
    write, deadLetters,
    async untilRead() {
      markers += 1;
      const name = `drill-marker-${markers}`;
      const marks = INTAKE.flatMap((topic) => [...keysWritten].map((key) => ({
        topic, key, headers: { from: name, to: CENTRAL, kid: 'none', mid: name }, value: Buffer.from(name),
      })));
      await write(marks);
      await until(() => deadLetters([name]), (found) => found.length === marks.length, {
        what: 'Central has read all that was written',
      });
    },
    async close() {
      await reader.close();
      await sender.close();
      await bus.close();
    },
  };
}

/** The same record again. */
export function copyOf(record: BusRecord, topic: Topic, change: Partial<Forged> = {}): Forged {
  return { topic, key: record.key, headers: record.headers, value: record.value, ...change };
}

/** A key that belongs to another partition than this one. */
export function keyElsewhere(key: string): string {
  const own = partitionOf(key, LIMITS.partitions);
  for (let i = 1; ; i += 1) {
    const other = `${key}-${i}`;
    if (partitionOf(other, LIMITS.partitions) !== own) return other;
  }
}
