// A record of kafkajs seen as one of ours. At 100,000 records a second most headers and keys are looked at once or not
// at all: they are decoded when they are asked for.
import type { Batch, KafkaMessage } from 'kafkajs';
import { FastRecord } from './fast-records.ts';
import type { BusRecord } from './port.ts';

const NO_VALUE = Buffer.alloc(0);

class KafkaRecord implements BusRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly #message: KafkaMessage;
  #key: string | undefined;
  #headers: Readonly<Record<string, string>> | undefined;

  constructor(topic: string, partition: number, message: KafkaMessage) {
    this.topic = topic;
    this.partition = partition;
    this.offset = message instanceof FastRecord ? message.offsetNumber : Number(message.offset);
    this.#message = message;
  }

  get value(): Buffer {
    return this.#message.value ?? NO_VALUE;
  }

  get timestampMs(): number {
    return Number(this.#message.timestamp);
  }

  get key(): string {
    return (this.#key ??= this.#message.key?.toString() ?? '');
  }

  get headers(): Readonly<Record<string, string>> {
    return (this.#headers ??= decodeHeaders(this.#message));
  }
}

/** The records of a kafkajs batch, in offset order. */
export function recordsOf(batch: Pick<Batch, 'topic' | 'partition' | 'messages'>): BusRecord[] {
  const { topic, partition } = batch;
  return batch.messages.map((message) => new KafkaRecord(topic, partition, message));
}

/** A header given twice keeps its first value; a header name is never used as a prototype's. */
function decodeHeaders(message: KafkaMessage): Record<string, string> {
  if (message instanceof FastRecord) return message.textHeaders();
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) headers[name] = first.toString();
  }
  return headers;
}
