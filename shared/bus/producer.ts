// Sends records. One kafkajs producer at a time; after any failure it is thrown away and a new one is made for the
// next send, because kafkajs does not always reconnect by itself (#907, #919). Its retries per message storm (#1324):
// they are off, and whoever must deliver sends again from its outbox or journal.
import type { Kafka, Producer } from 'kafkajs';
import { Failure } from '../failure.ts';
import { describeError, type Log } from '../log.ts';
import { CLIENT_RETRY } from './kafka-client.ts';
import { withDeadline, type BusHealth } from './health.ts';
import { againWhileNotNow } from './not-now.ts';
import { partitionOf } from './partition.ts';
import { SendFailure, type BusSender, type OutRecord, type SendOptions } from './port.ts';

const CLOSE_DEADLINE_MS = 2_000;
/** Well below the broker's 1,048,588 bytes, because sizes are estimated. */
const BATCH_BYTES = 800_000;
const RECORD_OVERHEAD_BYTES = 24;

type Message = OutRecord & { partition: number };

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
      for (const chunk of chunksOf(records, counts)) {
        handedOver = true;
        // What was refused was not written, so order holds.
        await againWhileNotNow(() => producer.sendBatch({ acks, topicMessages: groupByTopic(chunk) }));
      }
    } catch (cause) {
      if (cause instanceof Failure && cause.code === 'bus-misconfigured') {
        throw new SendFailure(cause.message, { maybeSent: false, cause });
      }
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
    producer.on('producer.network.request', () => this.#health.answered());
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

/**
 * Cuts records, in their order, into sends that the broker takes: kafkajs writes all that one send has for a partition
 * as one batch, and a broker refuses a batch over 1 MB.
 */
function* chunksOf(records: readonly OutRecord[], counts: ReadonlyMap<string, number>): Generator<Message[]> {
  let chunk: Message[] = [];
  let bytesByPartition = new Map<string, number>();
  for (const { topic, key, headers, value } of records) {
    const partition = partitionOf(key, counts.get(topic) ?? 1);
    const place = `${topic}/${partition}`;
    const recordBytes = sizeOf({ key, headers, value });
    const bytes = (bytesByPartition.get(place) ?? 0) + recordBytes;
    if (bytes > BATCH_BYTES && chunk.length > 0) {
      yield chunk;
      chunk = [];
      bytesByPartition = new Map([[place, recordBytes]]);
    } else {
      bytesByPartition.set(place, bytes);
    }
    chunk.push({ topic, key, partition, headers, value });
  }
  yield chunk;
}

/** About how many bytes a record takes; rather more than less. */
function sizeOf({ key, headers, value }: Pick<OutRecord, 'key' | 'headers' | 'value'>): number {
  let bytes = RECORD_OVERHEAD_BYTES + key.length + Buffer.byteLength(value);
  for (const name in headers) bytes += name.length + (headers[name]?.length ?? 0) + RECORD_OVERHEAD_BYTES;
  return bytes;
}

function groupByTopic(chunk: readonly Message[]): { topic: string; messages: Message[] }[] {
  const byTopic = new Map<string, Message[]>();
  for (const message of chunk) {
    const messages = byTopic.get(message.topic);
    if (messages === undefined) byTopic.set(message.topic, [message]);
    else messages.push(message);
  }
  return [...byTopic].map(([topic, messages]) => ({ topic, messages }));
}
