// Which partition a key belongs to: Java's murmur2, as every Kafka client's default partitioner computes it, so that
// clients in other languages agree with us. It multiplies 32-bit numbers where kafkajs's own uses Longs.

/**
 * The partition of a key.
 * @param key the record's key: a site's or a driver's id
 * @param partitionCount partitions of the topic, at least 1
 * @returns 0 … partitionCount - 1
 */
export function partitionOf(key: string, partitionCount: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitionCount;
}

/** Java's `Utils.murmur2` of Kafka's clients: a signed 32-bit hash. */
export function murmur2(data: Uint8Array): number {
  const m = 0x5bd1e995;
  const byte = (index: number): number => data[index] ?? 0;
  const whole = data.length & ~3;
  let hash = 0x9747b28c ^ data.length;

  for (let i = 0; i < whole; i += 4) {
    let k = byte(i) | (byte(i + 1) << 8) | (byte(i + 2) << 16) | (byte(i + 3) << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    hash = Math.imul(hash, m) ^ Math.imul(k, m);
  }
  const rest = data.length & 3;
  if (rest === 3) hash ^= byte(whole + 2) << 16;
  if (rest >= 2) hash ^= byte(whole + 1) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ byte(whole), m);

  hash ^= hash >>> 13;
  hash = Math.imul(hash, m);
  return hash ^ (hash >>> 15);
}
