// A faster decoder for the records that kafkajs reads, in the place of its own. That one parses two 64-bit numbers from
// text and copies an object for each header: with four headers it took as long as opening the record's seal (the bench
// `ingest` shows it, docs/performance.md). Here a record is walked once, and what nobody asks for is never made. It is
// the format of KIP-98, "Record", and gives the same values as kafkajs's decoder; a test compares both.
import { createRequire } from 'node:module';
import type { IHeaders } from 'kafkajs';

/** Of the record's batch, as kafkajs hands it to its decoder. */
type BatchContext = {
  readonly firstOffset: string; readonly firstTimestamp: string; readonly magicByte?: number;
  readonly isControlBatch?: boolean; readonly timestampType?: number; readonly maxTimestamp?: string;
};

const LOG_APPEND_TIME = 1;
const RECORD_DECODER = 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js';
const BATCH_DECODER = 'kafkajs/src/protocol/recordBatch/v0/decoder.js';

/** Puts this decoder in the place of kafkajs's. Only before the first record is read: kafkajs loads its own then. */
export function quickenRecords(): void {
  const load = createRequire(import.meta.url);
  if (load.cache[load.resolve(BATCH_DECODER)] !== undefined) return;
  load(RECORD_DECODER);
  const loaded = load.cache[load.resolve(RECORD_DECODER)];
  if (loaded !== undefined) loaded.exports = decodeRecord;
}

/** Decodes one record; `decoder.buffer` holds it, from its attributes on. Throws `RangeError` when it is cut off. */
export function decodeRecord(decoder: { readonly buffer: Buffer }, context: BatchContext): FastRecord {
  return new FastRecord(decoder.buffer, context);
}

/** A record as kafkajs gives it (`KafkaMessage`), whose parts are made when they are asked for. */
export class FastRecord {
  readonly batchContext: BatchContext;
  readonly attributes: number;
  readonly offsetNumber: number;
  readonly #buffer: Buffer;
  readonly #timestampDelta: number;
  readonly #keyFrom: number;
  readonly #keyTo: number;
  readonly #valueFrom: number;
  readonly #valueTo: number;

  constructor(buffer: Buffer, context: BatchContext) {
    this.batchContext = context;
    this.#buffer = buffer;
    this.attributes = (buffer[0] ?? 0) << 24 >> 24;
    at = 1;
    this.#timestampDelta = readVarInt(buffer);
    this.offsetNumber = Number(context.firstOffset) + readVarInt(buffer);
    const keyLength = readVarInt(buffer);
    this.#keyFrom = keyLength < 0 ? -1 : at;
    this.#keyTo = at += Math.max(0, keyLength);
    const valueLength = readVarInt(buffer);
    this.#valueFrom = valueLength < 0 ? -1 : at;
    this.#valueTo = at += Math.max(0, valueLength);
    if (at > buffer.length) throw cutOff();
  }

  get magicByte(): number | undefined {
    return this.batchContext.magicByte;
  }

  get isControlRecord(): boolean {
    return this.batchContext.isControlBatch ?? false;
  }

  get offset(): string {
    return String(this.offsetNumber);
  }

  get timestamp(): string {
    const { timestampType, maxTimestamp, firstTimestamp } = this.batchContext;
    if (timestampType === LOG_APPEND_TIME && maxTimestamp !== undefined) return maxTimestamp;
    return String(Number(firstTimestamp) + this.#timestampDelta);
  }

  get key(): Buffer | null {
    return this.#keyFrom < 0 ? null : this.#buffer.subarray(this.#keyFrom, this.#keyTo);
  }

  get value(): Buffer | null {
    return this.#valueFrom < 0 ? null : this.#buffer.subarray(this.#valueFrom, this.#valueTo);
  }

  /** As kafkajs gives them: a name that comes twice has all its values. */
  get headers(): IHeaders {
    const headers: IHeaders = {};
    this.#eachHeader((name, from, to) => {
      const value = from < 0 ? undefined : this.#buffer.subarray(from, to);
      const before = headers[name];
      if (before === undefined) headers[name] = value;
      else if (value !== undefined) headers[name] = Array.isArray(before) ? [...before, value] : [before, value];
    });
    return headers;
  }

  /** The headers as text; one given twice keeps its first value, and a name is never used as a prototype's. */
  textHeaders(): Record<string, string> {
    // Ours have these four names: an object of a fixed shape takes a third of the memory of one that may have any.
    const ours = { from: '', to: '', kid: '', mid: '' };
    let found = 0;
    let others = 0;
    this.#eachHeader((name, from, to) => {
      if (isOurs(name) && from >= 0 && ours[name] === '') {
        ours[name] = this.#buffer.toString('utf8', from, to);
        found += 1;
      } else others += 1;
    });
    return found === NAMES.length && others === 0 ? ours : this.#anyHeaders();
  }

  #anyHeaders(): Record<string, string> {
    const headers: Record<string, string> = Object.create(null) as Record<string, string>;
    this.#eachHeader((name, from, to) => {
      if (from >= 0) headers[name] ??= this.#buffer.toString('utf8', from, to);
    });
    return headers;
  }

  #eachHeader(take: (name: string, valueFrom: number, valueTo: number) => void): void {
    const buffer = this.#buffer;
    at = this.#valueTo;
    for (let left = readVarInt(buffer); left > 0; left -= 1) {
      const nameLength = readVarInt(buffer);
      const name = headerName(buffer, at, at += nameLength);
      const valueLength = readVarInt(buffer);
      const from = valueLength < 0 ? -1 : at;
      at += Math.max(0, valueLength);
      if (nameLength < 0 || at > buffer.length) throw cutOff();
      take(name, from, at);
    }
    if (at > buffer.length) throw cutOff();
  }
}

function cutOff(): RangeError {
  return new RangeError('a record of the log is cut off');
}

/** Where the next number is read: one cursor for all, because nothing here waits. */
let at = 0;

/** A zigzag varint of up to 53 bits; behind the buffer's end it reads zeros, and the caller sees that it is cut off. */
function readVarInt(buffer: Buffer): number {
  let byte = buffer[at++] ?? 0;
  if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
  let value = byte & 0x7f;
  let factor = 0x80;
  do {
    byte = buffer[at++] ?? 0;
    value += (byte & 0x7f) * factor;
    factor *= 0x80;
  } while (byte >= 0x80);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** Our records have the same few names: no new string is made for them. */
const NAMES = ['to', 'kid', 'mid', 'from'] as const;
type OurName = (typeof NAMES)[number];

function isOurs(name: string): name is OurName {
  return name === 'from' || name === 'to' || name === 'kid' || name === 'mid';
}

function headerName(buffer: Buffer, from: number, to: number): string {
  for (const name of NAMES) if (to - from === name.length && isText(buffer, from, name)) return name;
  return buffer.toString('utf8', from, to);
}

function isText(buffer: Buffer, from: number, text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (buffer[from + i] !== text.charCodeAt(i)) return false;
  return true;
}
