// Reads a topic from its end and opens it, for an operator who is looking for a fault. A reader of its own, so that it
// can neither slow the network down nor move its offsets; what is too fast for a person is counted instead of shown.
import type { Bus, BusRecord } from '../../shared/bus/port.ts';
import { topicName, type Topic } from '../../shared/bus/topics.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Log } from '../../shared/log.ts';
import { describeError } from '../../shared/log.ts';
import { open } from '../../shared/seal.ts';
import type { KeyRing } from './key-ring.ts';

export type TailedRecord = {
  readonly topic: string; readonly partition: number; readonly offset: number; readonly key: string;
  readonly sender: string; readonly text: string;
};

export type Tails = {
  /** Starts one; the function returned ends it. */
  start(tail: { topic: Topic; contains: string }, line: (record: TailedRecord) => void): () => void;
};

const LINES_A_SECOND = 200;
const TEXT_CHARS = 16_000;
const UP: readonly Topic[] = ['requests', 'facts', 'meter'];

export function createTails(options: {
  bus: Pick<Bus, 'reader'>; keys: KeyRing; topicPrefix: string; groupId: string; clock: Clock; log: Log;
}): Tails {
  const { bus, keys, topicPrefix, groupId, clock, log } = options;
  let started = 0;

  function textOf(record: BusRecord, topic: Topic): string {
    const { from = '', to = '', kid = '', mid = '' } = record.headers;
    const row = keys.row(kid);
    if (row === undefined) return `(sealed with ${kid === '' ? 'no key' : kid}, which nobody here knows)`;
    const direction = UP.includes(topic) ? 'up' : 'down';
    const text = open(keys.sealKey(row), direction, record.topic, { from, to, kid, mid }, record.value);
    return text ?? `(cannot be opened with ${kid})`;
  }

  function start(tail: { topic: Topic; contains: string }, line: (record: TailedRecord) => void): () => void {
    started += 1;
    const allow = createAllowance(clock);
    const reader = bus.reader({
      groupId: `${groupId}-tail-${started}`,
      topics: [topicName(topicPrefix, tail.topic)],
      partitions: 'all',
      startOffsets: () => 'end',
      onBatch: (records) => {
        for (const record of records) {
          if (tail.contains === '' && !allow.next()) continue;
          const text = textOf(record, tail.topic);
          if (tail.contains !== '' && (!text.includes(tail.contains) || !allow.next())) continue;
          const { partition, offset, key, headers } = record;
          const skipped = allow.skipped();
          const note = skipped === 0 ? '' : `(${skipped} records were too fast to show) `;
          const shown = `${note}${text.slice(0, TEXT_CHARS)}`;
          line({ topic: tail.topic, partition, offset, key, sender: headers['from'] ?? '', text: shown });
        }
      },
    });
    reader.start().catch((error: unknown) => log('warn', 'tail-failed', { reason: describeError(error) }));
    return () => {
      reader.close().catch((error: unknown) => log('debug', 'tail-not-closed', { reason: describeError(error) }));
    };
  }

  return { start };
}

/** So many lines a second; counts those that were too many. */
function createAllowance(clock: Clock): { next(): boolean; skipped(): number } {
  let second = 0;
  let used = 0;
  let over = 0;
  return {
    next() {
      const now = Math.floor(clock.monotonic() / 1_000);
      if (now !== second) {
        second = now;
        used = 0;
      }
      used += 1;
      if (used <= LINES_A_SECOND) return true;
      over += 1;
      return false;
    },
    skipped() {
      const count = over;
      over = 0;
      return count;
    },
  };
}
