// How far Central has read each partition, and of which Kafka cluster.
import type { SqlRecord } from './columns.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';

/** `next` is the offset of the next record to handle, counted in `epoch` of the log. `topic` is the full name. */
export type StoredPosition = {
  readonly topic: string; readonly partition: number; readonly next: number; readonly epoch: number;
};

export function prepareOffsets(db: Sqlite) {
  const put = db.prepare(`INSERT INTO offsets (topic, partition, next_offset, epoch) VALUES (?, ?, ?, ?)
    ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset, epoch = excluded.epoch`);
  const all = db.prepare('SELECT topic, partition, next_offset, epoch FROM offsets ORDER BY topic, partition');
  const getCluster = db.prepare('SELECT cluster_id FROM bus_identity').pluck();
  const putCluster = db.prepare(`INSERT INTO bus_identity (only_row, cluster_id) VALUES (1, ?)
    ON CONFLICT (only_row) DO UPDATE SET cluster_id = excluded.cluster_id`);
  return {
    put: (position: StoredPosition): void =>
      void put.run(position.topic, position.partition, position.next, position.epoch),
    all: (): StoredPosition[] => (all.all() as SqlRecord[]).map((record) => ({
      topic: String(record['topic']), partition: Number(record['partition']), next: Number(record['next_offset']),
      epoch: Number(record['epoch']),
    })),
    clusterId: (): string | null => {
      const id = getCluster.get();
      return typeof id === 'string' ? id : null;
    },
    setClusterId: (clusterId: string): void => void putCluster.run(clusterId),
  };
}
