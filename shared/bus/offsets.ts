// Where to go on reading a partition when what was stored and what the log holds are compared. A `seek` beyond the end
// makes kafkajs reset silently to the end or the start (measured; nothing throws): so Central compares first.

/** A stored position: the offset of the next record to handle, and the epoch of the log that it counts in. */
export type StoredOffset = { epoch: number; next: number };

/** What the log of a partition holds: offsets `first` … `end - 1`. */
export type LogRange = { topic: string; partition: number; first: number; end: number };

export type OffsetDecision =
  | { kind: 'go-on'; epoch: number; next: number }
  /** Records that were never read have expired. */
  | { kind: 'expired'; epoch: number; next: number; lostRecords: number }
  /** The log is shorter than what was read from it, or another cluster's: it counts from anew. */
  | { kind: 'beyond-end'; epoch: number; next: number };

/**
 * Compares a stored position with the log.
 * @param options.stored the stored position
 * @param options.range what the log holds now
 * @param options.otherCluster the log belongs to another cluster than the stored position
 * @returns where to go on, and whether something was lost or the log was replaced
 */
export function compareWithLog(options: {
  stored: StoredOffset;
  range: Pick<LogRange, 'first' | 'end'>;
  otherCluster?: boolean;
}): OffsetDecision {
  const { stored, range } = options;
  const { first, end } = range;
  if (options.otherCluster === true || stored.next > end) {
    return { kind: 'beyond-end', epoch: stored.epoch + 1, next: first };
  }
  if (stored.next < first) {
    return { kind: 'expired', epoch: stored.epoch, next: first, lostRecords: first - stored.next };
  }
  return { kind: 'go-on', epoch: stored.epoch, next: stored.next };
}
