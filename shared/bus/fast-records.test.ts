import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRecord } from './fast-records.ts';

const load = createRequire(import.meta.url);
type Encoded = { readonly buffer: Buffer };
type Decode = (decoder: object, context: object) => Record<string, unknown>;
const encodeRecord = load('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (record: object) => Encoded;
const theirs = load('kafkajs/src/protocol/recordBatch/record/v0/decoder.js') as Decode;
const Decoder = load('kafkajs/src/protocol/decoder.js') as new (buffer: Buffer) => {
  readonly buffer: Buffer; readVarIntBytes(): Buffer;
};

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const name = fc.oneof(fc.constantFrom('from', 'to', 'kid', 'mid', 'constructor'), fc.string({ maxLength: 20 }))
  .filter((text) => text !== '__proto__');
const record = fc.record({
  offsetDelta: fc.nat(2 ** 31 - 1), timestampDelta: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
  key: fc.option(bytes), value: fc.option(bytes), headers: fc.dictionary(name, bytes, { maxKeys: 6 }),
});
const context = {
  firstOffset: '9007199250000', firstTimestamp: '1795252532247', magicByte: 2, timestampType: 0, isControlBatch: false,
};

function encoded(values: object): Buffer {
  const withLength = new Decoder(encodeRecord(values).buffer);
  return withLength.readVarIntBytes();
}

describe('the fast decoder of records', () => {
  it('gives what the decoder of kafkajs gives', () => {
    fc.assert(fc.property(record, (values) => {
      const buffer = encoded(values);
      const mine = decodeRecord({ buffer }, context);
      const { timestamp, offset, key, value, headers, attributes, magicByte, isControlRecord } =
        theirs(new Decoder(buffer), context);
      expect({
        timestamp: mine.timestamp, offset: mine.offset, key: mine.key, value: mine.value,
        headers: { ...mine.headers }, attributes: mine.attributes, magicByte: mine.magicByte,
        isControlRecord: mine.isControlRecord,
      }).toEqual({ timestamp, offset, key, value, headers, attributes, magicByte, isControlRecord });
      expect({ ...mine.textHeaders() }).toEqual(
        Object.fromEntries(Object.entries(values.headers).map(([k, v]) => [k, v.toString()])));
    }));
  });

  it('keeps the first of two headers of one name as text, and both as kafkajs does', () => {
    const buffer = encoded({
      offsetDelta: 0, timestampDelta: 0, key: null, value: Buffer.from('v'),
      headers: { from: [Buffer.from('a'), Buffer.from('b')] },
    });
    const mine = decodeRecord({ buffer }, context);
    expect({ ...mine.textHeaders() }).toEqual({ from: 'a' });
    expect(mine.headers).toEqual(theirs(new Decoder(buffer), context)['headers']);
  });

  it('takes the time of the batch when the broker sets it', () => {
    const buffer = encoded({ offsetDelta: 0, timestampDelta: 7, key: null, value: null, headers: {} });
    const appended = { ...context, timestampType: 1, maxTimestamp: '1795252539999' };
    expect(decodeRecord({ buffer }, appended).timestamp).toBe(theirs(new Decoder(buffer), appended)['timestamp']);
  });

  it('says that a record is cut off, wherever it is cut', () => {
    const whole = encoded({
      offsetDelta: 3, timestampDelta: 7, key: Buffer.from('key'), value: Buffer.from('value'),
      headers: { from: Buffer.from('ALC-01') },
    });
    for (let length = 8; length < whole.length; length += 1) {
      expect(() => decodeRecord({ buffer: whole.subarray(0, length) }, context).textHeaders()).toThrow(RangeError);
    }
  });
});
