// The topics of a network: names, how long each keeps its records, and their creation. Pure but for `ensureTopics`,
// which talks to the cluster through the few functions of `TopicAdmin`.
import { Failure } from '../failure.ts';

export const TOPICS = [
  'requests',
  'commands',
  'facts',
  'meter',
  'notices',
  'progress',
  'events',
  'dead-letters',
] as const;

export type Topic = (typeof TOPICS)[number];

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** How long each topic keeps a record, and whether the broker flushes each write to its disk before it acknowledges. */
export const TOPIC_SETTINGS = {
  requests: { retentionMs: 30 * DAY_MS, flushEachWrite: true },
  commands: { retentionMs: 30 * DAY_MS, flushEachWrite: true },
  facts: { retentionMs: 30 * DAY_MS, flushEachWrite: true },
  meter: { retentionMs: 7 * DAY_MS, flushEachWrite: false },
  notices: { retentionMs: 30 * DAY_MS, flushEachWrite: false },
  progress: { retentionMs: 10 * MINUTE_MS, flushEachWrite: false },
  events: { retentionMs: 30 * DAY_MS, flushEachWrite: false },
  'dead-letters': { retentionMs: 30 * DAY_MS, flushEachWrite: false },
} as const satisfies Record<Topic, { retentionMs: number; flushEachWrite: boolean }>;

export type TopicCreation = {
  topic: string;
  partitions: number;
  replicationFactor: number;
  config: Record<string, string>;
};

/** What creating topics needs from a cluster. */
export type TopicAdmin = {
  /** Partition count of each of these topics that exists. */
  partitionCounts(topics: readonly string[]): Promise<Map<string, number>>;
  /** Creates topics; one that exists by now is left as it is. */
  createTopics(creations: readonly TopicCreation[]): Promise<void>;
};

/** The name of a topic on the cluster, such as `ev.facts`. */
export function topicName(prefix: string, topic: Topic): string {
  return `${prefix}.${topic}`;
}

/** All topic names of a network. */
export function topicNames(prefix: string): string[] {
  return TOPICS.map((topic) => topicName(prefix, topic));
}

/**
 * Creates the network's topics that are missing and checks those that exist.
 * @param options.partitions the count that this network was set up with; another count on the cluster is refused,
 *   because keys would move to other partitions and the stored offsets would mean nothing
 * @returns the partition count of each topic, by its name on the cluster
 * @throws Failure `bus-misconfigured`
 */
export async function ensureTopics(
  admin: TopicAdmin,
  options: { prefix: string; partitions: number; replicationFactor: number },
): Promise<Map<string, number>> {
  const { prefix, partitions, replicationFactor } = options;
  const names = topicNames(prefix);
  const present = await admin.partitionCounts(names);
  checkCounts(present, options);
  const missing = TOPICS.filter((topic) => !present.has(topicName(prefix, topic)));
  if (missing.length === 0) return present;

  await admin.createTopics(
    missing.map((topic) => ({
      topic: topicName(prefix, topic),
      partitions,
      replicationFactor,
      config: topicConfig(topic),
    })),
  );
  // Somebody else may have created one in between, with a count of their own.
  const counts = await admin.partitionCounts(names);
  checkCounts(counts, options);
  return counts;
}

function checkCounts(counts: ReadonlyMap<string, number>, options: { prefix: string; partitions: number }): void {
  for (const [topic, count] of counts) {
    if (count === options.partitions) continue;
    throw new Failure(
      'bus-misconfigured',
      `The topic ${topic} has ${count} partitions, this network is set to ${options.partitions}. ` +
        `Set the partitions back to ${count}, or choose another EV_TOPIC_PREFIX for a new network.`,
    );
  }
}

function topicConfig(topic: Topic): Record<string, string> {
  const { retentionMs, flushEachWrite } = TOPIC_SETTINGS[topic];
  return {
    'cleanup.policy': 'delete',
    'retention.ms': String(retentionMs),
    // Whole segments expire: a short retention needs short segments.
    'segment.ms': String(Math.min(retentionMs, DAY_MS)),
    // Our own clocks are inside the (sealed) messages; retention must not depend on a sender's clock.
    'message.timestamp.type': 'LogAppendTime',
    ...(flushEachWrite ? { 'flush.messages': '1' } : {}),
  };
}
