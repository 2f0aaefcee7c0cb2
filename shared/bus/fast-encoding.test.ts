import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRecord, type RecordFields } from './fast-encoding.ts';

const load = createRequire(import.meta.url);
const theirs = load('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (record: object) => { buffer: Buffer };

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const content = fc.oneof(bytes, fc.string({ unit: 'binary', maxLength: 80 }), fc.string({ maxLength: 80 }));
const name = fc.oneof(fc.constantFrom('from', 'to', 'kid', 'mid', 'constructor'), fc.string({ maxLength: 20 }))
  .filter((text) => text !== '__proto__');
const record = fc.record({
  offsetDelta: fc.nat(2 ** 31 - 1), timestampDelta: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
  key: fc.option(content), value: fc.option(content),
  headers: fc.dictionary(name, fc.oneof(content, fc.array(content, { maxLength: 3 })), { maxKeys: 6 }),
});

describe('the fast encoder of records', () => {
  it('gives the bytes that the encoder of kafkajs gives', () => {
    fc.assert(fc.property(record, (values) => {
      expect(encodeRecord(values).buffer.equals(theirs(values).buffer)).toBe(true);
    }));
  });

  it.each<[string, RecordFields]>([
    ['nothing', {}],
    ['no value, as a tombstone has none', { key: 'k', value: null }],
    ['a long value', { key: 'k', value: Buffer.alloc(70_000, 1), headers: { from: 'ALC-01' } }],
    ['letters of several bytes', { key: 'ñ', value: '€', headers: { 'ü': 'é'.repeat(60) } }],
  ])('encodes %s as kafkajs does', (_what, values) => {
    expect(encodeRecord(values).buffer).toEqual(theirs(values).buffer);
  });
});
