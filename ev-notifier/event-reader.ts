// Reads the event log with the services' key, from offsets of its own: they are written in the transaction that holds
// what the events changed, and compared with the log before anything is read (docs/decisions/0007).
import type { Bus, BusReader, BusRecord } from '../shared/bus/port.ts';
import { compareWithLog, type LogRange } from '../shared/bus/offsets.ts';
import { topicName } from '../shared/bus/topics.ts';
import type { Clock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { networkEvent, type NetworkEvent } from '../shared/messages/network-event.ts';
import { CENTRAL, open, sealKey, type SealKey } from '../shared/seal.ts';
import type { ServiceKey } from '../shared/service-key.ts';
import type { NotifierStore, PlacedOffset, UnreadRecord } from './store/store.ts';

/** Whom EV_Central seals events for. */
const SERVICES = 'services';

export type EventReaderOptions = {
  readonly bus: Bus; readonly store: NotifierStore; readonly keys: readonly ServiceKey[];
  readonly topicPrefix: string;
  /** Fresh for each start. */
  readonly groupId: string;
  readonly clock: Clock; readonly log: Log;
  /** `beside` is written in the same transaction. */
  readonly take: (events: readonly NetworkEvent[], beside: () => void) => void;
  readonly say: (level: 'warn' | 'error', text: string) => void;
};

type Read = { readonly event: NetworkEvent } | { readonly why: string; readonly keep: boolean };

export class EventReader {
  readonly #options: EventReaderOptions;
  readonly #topic: string;
  readonly #keys: ReadonlyMap<string, SealKey>;
  readonly #positions: Map<number, PlacedOffset>;
  readonly #reader: BusReader;
  #clusterId: string | null;

  constructor(options: EventReaderOptions) {
    const { bus, store, keys, topicPrefix, groupId } = options;
    this.#options = options;
    this.#topic = topicName(topicPrefix, 'events');
    this.#keys = new Map(keys.map(({ keyId, keyBase64 }) => [keyId, sealKey(keyId, keyBase64)]));
    this.#clusterId = store.clusterId();
    this.#positions = new Map(store.offsets().filter(({ topic }) => topic === this.#topic)
      .map((offset) => [offset.partition, offset]));
    this.#reader = bus.reader({
      groupId, topics: [this.#topic], partitions: 'all',
      startOffsets: (_topic, partition) => this.#positions.get(partition)?.next ?? 'end',
      onLog: (found) => this.#compare(found.ranges, found.clusterId),
      onBatch: (records) => this.#take(records),
    });
  }

  start(): Promise<void> {
    this.#openUnread();
    return this.#reader.start();
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  /** Corrects what the log demands, and writes it before anything is read. */
  #compare(ranges: readonly LogRange[], clusterId: string): void {
    const { store, log, say, take } = this.#options;
    const otherCluster = this.#clusterId !== null && this.#clusterId !== clusterId;
    const corrected = ranges.flatMap(({ topic, partition, first, end }): PlacedOffset[] => {
      if (topic !== this.#topic) return [];
      const stored = this.#positions.get(partition);
      // A new notifier tells nobody of what was before it.
      if (stored === undefined) return [{ topic, partition, epoch: 0, next: end }];
      const decision = compareWithLog({ stored, range: { first, end }, otherCluster });
      if (decision.kind === 'go-on') return [];
      const lost = decision.kind === 'expired' ? `${decision.lostRecords} events expired before they were read`
        : 'the log is another one: it is read from its beginning';
      log('error', 'log-lost', { topic, partition, stored: stored.next, first, end, lost });
      say('error', `${topic}/${partition}: ${lost}`);
      return [{ topic, partition, epoch: decision.epoch, next: decision.next }];
    });
    if (corrected.length === 0 && this.#clusterId === clusterId) return;
    take([], () => {
      for (const offset of corrected) store.setOffset(offset);
      store.setClusterId(clusterId);
    });
    for (const offset of corrected) this.#positions.set(offset.partition, offset);
    this.#clusterId = clusterId;
  }

  async #take(records: readonly BusRecord[]): Promise<void> {
    const { bus, store, log, clock, take, say } = this.#options;
    const [first] = records;
    if (first === undefined || this.#clusterId === null) return;
    const { topic, partition } = first;
    if (first.offset !== this.#positions.get(partition)?.next) {
      this.#compare(await bus.logRanges([topic]), this.#clusterId);
    }
    const { epoch = 0, next = 0 } = this.#positions.get(partition) ?? {};
    // A rejoin gives some of them again.
    const fresh = records.filter(({ offset }) => offset >= next);
    const last = fresh.at(-1);
    if (last === undefined) return;
    const unread: UnreadRecord[] = [];
    const events = fresh.flatMap(({ offset, headers, value }): NetworkEvent[] => {
      const read = this.#read(headers, value);
      if ('event' in read) return [read.event];
      log('warn', 'event-not-read', { topic, partition, offset, why: read.why });
      if (read.keep) unread.push({ topic, partition, epoch, offset, why: read.why, headers, value });
      return [];
    });
    const position = { topic, partition, epoch, next: last.offset + 1 };
    take(events, () => {
      for (const record of unread) store.keepUnread(record, clock.now());
      store.setOffset(position);
    });
    this.#positions.set(partition, position);
    if (unread.length > 0) {
      say('error', `${unread.length} events are sealed with a key that is not in the file of the service key`);
    }
  }

  #read(headers: Readonly<Record<string, string>>, value: Buffer): Read {
    const { from = '', to = '', kid = '', mid = '' } = headers;
    if (from !== CENTRAL || to !== SERVICES) return { why: `from ${from} to ${to}`, keep: false };
    const key = this.#keys.get(kid);
    if (key === undefined) return { why: `sealed with the key ${kid}`, keep: true };
    const text = open(key, 'down', this.#topic, { from, to, kid, mid }, value);
    if (text === undefined) return { why: 'not sealed by EV_Central', keep: false };
    const parsed = networkEvent.schema.safeParse(jsonOf(text));
    // An EV_Central that is newer knows kinds of which nobody here is told.
    return parsed.success ? { event: parsed.data } : { why: 'not an event that is known here', keep: false };
  }

  /** A key that was given since may open what could not be opened. */
  #openUnread(): void {
    const { store, take, log } = this.#options;
    for (const record of store.unread()) {
      if (record.topic !== this.#topic) continue;
      const read = this.#read(record.headers, record.value);
      if (!('event' in read) && read.keep) continue;
      take('event' in read ? [read.event] : [], () => store.forgetUnread(record));
      log('info', 'event-read-late', { partition: record.partition, offset: record.offset });
    }
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
