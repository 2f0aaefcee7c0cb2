import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { murmur2, partitionOf } from './partition.ts';

const kafkajsMurmur2: unknown = createRequire(import.meta.url)('kafkajs/src/producer/partitioners/default/murmur2.js');

describe('the partition of a key', () => {
  test.each([
    // The vectors of Kafka's own UtilsTest.
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('the hash of %j is that of the Java client', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
  });

  test('the hash of any text is that of kafkajs', () => {
    if (typeof kafkajsMurmur2 !== 'function') throw new Error('kafkajs has moved its murmur2');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        expect(murmur2(Buffer.from(key))).toBe(kafkajsMurmur2(key));
      }),
    );
  });

  test('a key always falls into one of the partitions', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 1_000 }), (key, count) => {
        const partition = partitionOf(key, count);
        expect(partition >= 0 && partition < count && Number.isInteger(partition)).toBe(true);
      }),
    );
  });
});
