// A broker takes a megabyte at once of a partition (message.max.bytes), and kafkajs puts all records of a partition
// into one. So what is sent at once is bounded in bytes, whatever partitions it goes to.

const SEND_BYTES = 700_000;
/** Headers, key and sealing of a record. */
const OVERHEAD_BYTES = 250;

/** How many of these fit into one send; at least one. `bytesOf` gives the bytes of a payload. */
export function countOfSend<T>(items: readonly T[], bytesOf: (item: T) => number): number {
  let bytes = 0;
  for (let count = 0; count < items.length; count += 1) {
    const item = items[count];
    bytes += item === undefined ? 0 : bytesOf(item) + OVERHEAD_BYTES;
    if (bytes > SEND_BYTES) return Math.max(1, count);
  }
  return items.length;
}
