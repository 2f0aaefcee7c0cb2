// The bus on Kafka: one client for a process, its health, and what senders and readers are made of.
import type { Admin, Kafka } from 'kafkajs';
import { Failure } from '../failure.ts';
import { describeError, type Log } from '../log.ts';
import { BusConsumer } from './consumer.ts';
import { BusHealth, withDeadline } from './health.ts';
import { CLIENT_RETRY, kafkaClient } from './kafka-client.ts';
import { againWhileNotNow } from './not-now.ts';
import type { LogRange } from './offsets.ts';
import type { Bus, BusReader, BusSender, BusState, ReaderOptions } from './port.ts';
import { BusProducer } from './producer.ts';
import { ensureTopics, topicNames, type TopicAdmin, type TopicCreation } from './topics.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const PROBE_TIMEOUT_MS = 1_800;
/** Long enough for a slow disk; that the broker is gone is noticed by its health long before. */
const REQUEST_TIMEOUT_MS = 10_000;
const ADMIN_DEADLINE_MS = 15_000;

export type BusOptions = {
  /** `host:port`, at least one. */
  brokers: readonly string[];
  clientId: string;
  log: Log;
};

/** The brokers of `KAFKA_BROKERS` or a flag: `host:port` separated by commas. @throws Failure `bad-configuration` */
export function parseBrokers(text: string): string[] {
  const brokers = text.split(',').map((part) => part.trim()).filter((part) => part !== '');
  const bad = brokers.find((broker) => !/^(\[[0-9a-fA-F:]+\]|[^\s:]+):\d{1,5}$/.test(broker));
  if (brokers.length > 0 && bad === undefined) return brokers;
  throw new Failure('bad-configuration', `“${bad ?? text}” names no broker: write host:port, several with commas.`);
}

/**
 * The bus, whether it is there or not: it starts `down` and comes up by itself. For processes that can do
 * their work without it for a while.
 */
export function openBus(options: BusOptions): Bus {
  return new KafkaBus(options);
}

/**
 * The bus, when it answers.
 * @throws Failure `bus-unreachable` when no broker answers within `timeoutMs` (default 5 s)
 */
export async function connectBus(options: BusOptions & { timeoutMs?: number }): Promise<Bus> {
  const bus = new KafkaBus(options);
  try {
    await withDeadline(bus.whenUp(), options.timeoutMs ?? CONNECT_TIMEOUT_MS);
    return bus;
  } catch {
    const cause = bus.lastError;
    await bus.close();
    throw new Failure(
      'bus-unreachable',
      `Kafka does not answer at ${options.brokers.join(', ')}. Start it (npm run kafka), or set KAFKA_BROKERS to ` +
        'where it runs.',
      cause,
    );
  }
}

type TopicWish = Parameters<Bus['ensureTopics']>[0];

class KafkaBus implements Bus {
  readonly #kafka: Kafka;
  readonly #health: BusHealth;
  readonly #log: Log;
  readonly #counts = new Map<string, number>();
  /** The topics that this process is to make. */
  #own: TopicWish | null = null;
  readonly #parts = new Set<BusSender | BusReader>();

  constructor({ brokers, clientId, log }: BusOptions) {
    this.#log = log;
    this.#kafka = kafkaClient({ brokers, clientId, log, requestTimeoutMs: REQUEST_TIMEOUT_MS });
    const probing = kafkaClient({ brokers, clientId: `${clientId}-health`, log, requestTimeoutMs: PROBE_TIMEOUT_MS });
    this.#health = new BusHealth({ kafka: probing, log });
  }

  get lastError(): unknown {
    return this.#health.lastError;
  }

  state(): BusState {
    return this.#health.state;
  }

  onState(listener: (state: BusState) => void): () => void {
    return this.#health.onState(listener);
  }

  whenUp(): Promise<void> {
    return this.#health.whenUp();
  }

  async ensureTopics(options: TopicWish): Promise<void> {
    this.#own = options;
    // Proves that every partition has its leader, so that nobody's first send or read meets one that has not.
    await this.logRanges(topicNames(options.prefix));
  }

  /** Whoever has made the topics makes them again when a broker has come back without them. */
  async #makeOwnTopics(): Promise<void> {
    const own = this.#own;
    if (own === null) return;
    const counts = await this.#withAdmin('prepare the topics', (admin) => ensureTopics(topicAdmin(admin), own));
    for (const [topic, count] of counts) this.#counts.set(topic, count);
  }

  async partitionCounts(topics: readonly string[]): Promise<Map<string, number>> {
    if (topics.some((topic) => !this.#counts.has(topic))) {
      const found = await this.#withAdmin('look up the topics', (admin) => topicAdmin(admin).partitionCounts(topics));
      for (const [topic, count] of found) this.#counts.set(topic, count);
    }
    const missing = topics.filter((topic) => !this.#counts.has(topic));
    if (missing.length === 0) return this.#counts;
    throw new Failure(
      'bus-misconfigured',
      `Kafka has no topic ${missing.join(', ')}. EV_Central creates the topics: start it first, with the same ` +
        'EV_TOPIC_PREFIX.',
    );
  }

  async logRanges(topics: readonly string[]): Promise<LogRange[]> {
    await this.#makeOwnTopics();
    await this.partitionCounts(topics);
    return this.#withAdmin('tell the logs’ offsets', (admin) => fetchLogRanges(admin, topics));
  }

  clusterId(): Promise<string> {
    return this.#withAdmin('tell its cluster’s id', async (admin) => (await admin.describeCluster()).clusterId);
  }

  sender(): BusSender {
    const partitionCounts = (topics: readonly string[]): Promise<Map<string, number>> => this.partitionCounts(topics);
    const sender = new BusProducer({ kafka: this.#kafka, health: this.#health, log: this.#log, partitionCounts });
    this.#parts.add(sender);
    return sender;
  }

  reader(options: ReaderOptions): BusReader {
    const { topics } = options;
    if (topics.length === 0) throw new Failure('bad-configuration', 'A reader needs at least one topic.');
    const reader = new BusConsumer({
      kafka: this.#kafka,
      health: this.#health,
      log: this.#log,
      source: this,
      reader: options,
    });
    this.#parts.add(reader);
    return reader;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#parts].map((part) => part.close()));
    await this.#health.close();
  }

  /** Runs something with an admin client of its own: such calls are rare, and a fresh client has no old connection. */
  async #withAdmin<T>(attempt: string, work: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.#kafka.admin({ retry: CLIENT_RETRY });
    try {
      return await withDeadline(
        admin.connect().then(() => againWhileNotNow(() => work(admin))),
        ADMIN_DEADLINE_MS,
      );
    } catch (cause) {
      if (cause instanceof Failure) throw cause;
      this.#log('debug', 'admin request failed', { attempt, reason: describeError(cause) });
      throw new Failure('bus-unreachable', `Kafka was asked to ${attempt} and failed; its log says more.`, cause);
    } finally {
      void admin.disconnect().catch(() => undefined);
    }
  }
}

/** First and end offset of every partition of the topics. */
export async function fetchLogRanges(admin: Admin, topics: readonly string[]): Promise<LogRange[]> {
  const perTopic = await Promise.all(
    topics.map(async (topic) => {
      const offsets = await admin.fetchTopicOffsets(topic);
      return offsets.map(({ partition, low, high }) => ({
        topic,
        partition,
        first: Number(low),
        end: Number(high),
      }));
    }),
  );
  return perTopic.flat().sort((a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition);
}

function topicAdmin(admin: Admin): TopicAdmin {
  return {
    async partitionCounts(topics) {
      const present = new Set(await admin.listTopics());
      const wanted = topics.filter((topic) => present.has(topic));
      if (wanted.length === 0) return new Map();
      const metadata = await admin.fetchTopicMetadata({ topics: wanted });
      return new Map(metadata.topics.map(({ name, partitions }) => [name, partitions.length]));
    },
    async createTopics(creations) {
      await admin.createTopics({ waitForLeaders: true, topics: creations.map(creationOf) });
    },
  };
}

function creationOf({ topic, partitions, replicationFactor, config }: TopicCreation): {
  topic: string;
  numPartitions: number;
  replicationFactor: number;
  configEntries: { name: string; value: string }[];
} {
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  return { topic, numPartitions: partitions, replicationFactor, configEntries };
}
