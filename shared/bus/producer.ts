// Sends records. One kafkajs producer at a time; after any failure it is thrown away and a new one is made for the
// next send, because kafkajs does not always reconnect by itself (#907, #919). Its retries per message storm (#1324):
// they are off, and whoever must deliver sends again from its outbox or journal.
import type { Kafka, Producer } from 'kafkajs';
import type { Log } from '../log.ts';
import { describeError } from '../log.ts';
import { CLIENT_RETRY } from './kafka-client.ts';
import { withDeadline, type BusHealth } from './health.ts';
import { partitionOf } from './partition.ts';
import { SendFailure, type BusSender, type OutRecord, type SendOptions } from './port.ts';

const CLOSE_DEADLINE_MS = 2_000;

type Message = { key: string; partition: number; headers: Record<string, string>; value: Buffer | string };

export class BusProducer implements BusSender {
  readonly #kafka: Kafka;
  readonly #health: BusHealth;
  readonly #log: Log;
  readonly #counts: (topics: readonly string[]) => Promise<Map<string, number>>;
  readonly #endWatch: () => void;
  readonly #inFlight = new Set<(error: SendFailure) => void>();
  #producer: Promise<Producer> | undefined;
  #closed = false;

  /** @param options.partitionCounts gives the topics' partition counts, from memory once they are known */
  constructor(options: {
    kafka: Kafka;
    health: BusHealth;
    log: Log;
    partitionCounts: (topics: readonly string[]) => Promise<Map<string, number>>;
  }) {
    this.#kafka = options.kafka;
    this.#health = options.health;
    this.#log = options.log;
    this.#counts = options.partitionCounts;
    this.#endWatch = options.health.onState((state) => {
      if (state === 'down') this.#busWentDown();
    });
  }

  async send(records: readonly OutRecord[], options: SendOptions = {}): Promise<void> {
    if (records.length === 0) return;
    if (this.#closed) throw new SendFailure('The sender is closed.', { maybeSent: false });
    if (this.#health.state === 'down') throw new SendFailure(BUS_DOWN, { maybeSent: false });
    await new Promise<void>((resolve, reject) => {
      this.#inFlight.add(reject);
      this.#sendNow(records, options.acks ?? -1)
        .then(resolve, reject)
        .finally(() => this.#inFlight.delete(reject));
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#endWatch();
    await this.#discard(this.#producer);
  }

  async #sendNow(records: readonly OutRecord[], acks: -1 | 1): Promise<void> {
    let made: Promise<Producer> | undefined;
    let handedOver = false;
    try {
      const counts = await this.#counts([...new Set(records.map((record) => record.topic))]);
      made = this.#producer ??= this.#connect();
      const producer = await made;
      const topicMessages = groupByTopic(records, counts);
      handedOver = true;
      await producer.sendBatch({ acks, topicMessages });
    } catch (cause) {
      if (made !== undefined) void this.#discard(made);
      this.#health.suspect();
      this.#log('debug', 'send failed', { records: records.length, reason: describeError(cause) });
      throw new SendFailure(handedOver ? NOT_ACKNOWLEDGED : BUS_DOWN, { maybeSent: handedOver, cause });
    }
  }

  async #connect(): Promise<Producer> {
    const producer = this.#kafka.producer({
      allowAutoTopicCreation: false,
      retry: { ...CLIENT_RETRY, retries: 0 },
      createPartitioner: () => ({ message }) => message.partition ?? 0,
    });
    await producer.connect();
    return producer;
  }

  /** Nobody waits for a hung broker: what is in flight is given up, the next send connects anew. */
  #busWentDown(): void {
    for (const reject of this.#inFlight) reject(new SendFailure(NOT_ACKNOWLEDGED, { maybeSent: true }));
    this.#inFlight.clear();
    void this.#discard(this.#producer);
  }

  async #discard(made: Promise<Producer> | undefined): Promise<void> {
    if (made === undefined) return;
    if (this.#producer === made) this.#producer = undefined;
    const disconnect = async (): Promise<void> => (await made).disconnect();
    await withDeadline(disconnect(), CLOSE_DEADLINE_MS).catch(() => undefined);
  }
}

const BUS_DOWN = 'The bus is down: nothing was sent.';
const NOT_ACKNOWLEDGED = 'The bus went down before it acknowledged what was sent.';

function groupByTopic(
  records: readonly OutRecord[],
  counts: ReadonlyMap<string, number>,
): { topic: string; messages: Message[] }[] {
  const byTopic = new Map<string, Message[]>();
  for (const { topic, key, headers, value } of records) {
    const message = { key, partition: partitionOf(key, counts.get(topic) ?? 1), headers, value };
    const messages = byTopic.get(topic);
    if (messages === undefined) byTopic.set(topic, [message]);
    else messages.push(message);
  }
  return [...byTopic].map(([topic, messages]) => ({ topic, messages }));
}
