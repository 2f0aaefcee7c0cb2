// The notifier's database: rows and offsets of one batch go in one transaction. It is the truth; memory holds what is
// not over. A second process may read it, and leave ids of deliveries that shall be sent again.
import type { Statement } from '../../shared/sqlite/database.ts';
import { attempt, openDatabase, type Sqlite } from '../../shared/sqlite/database.ts';
import { migrate, readMigrations } from '../../shared/sqlite/migrations.ts';
import type { StoredOffset } from '../../shared/bus/offsets.ts';
import type { Attempt, Delivery, Occasion } from '../core/rows.ts';
import type { NewState, NotifierEffect } from '../core/state.ts';

const MIGRATIONS = new URL('../../database/notifier/', import.meta.url);
const HOUR_MS = 3_600_000;
/** Records that no key opens: more than these are only counted. */
const MOST_UNREAD = 10_000;

export type PlacedOffset = StoredOffset & { readonly topic: string; readonly partition: number };
export type UnreadRecord = {
  readonly topic: string; readonly partition: number; readonly epoch: number; readonly offset: number;
  readonly why: string; readonly headers: Readonly<Record<string, string>>; readonly value: Buffer;
};
/** An attempt as the log lists it, with its number. */
export type LogEntry = Attempt & { readonly entry: number };
type Filter = { readonly userId?: string; readonly channel?: string; readonly kind?: string };
export type LogFilter = Filter & { readonly outcome?: string };
export type DeliveryFilter = Filter & { readonly state?: string };
export type Figures = { readonly dead: number; readonly unread: number };

export type NotifierStore = {
  load(nowMs: number): Omit<NewState, 'settings'>;
  offsets(): PlacedOffset[];
  clusterId(): string | null;
  /** Everything that `work` writes is there whole, or not at all. */
  transaction(work: () => void): void;
  /** Inside a transaction: what the core wants written. Other effects are none of its business. */
  write(effects: readonly NotifierEffect[]): void;
  setOffset(offset: PlacedOffset): void;
  setClusterId(clusterId: string): void;
  keepUnread(record: UnreadRecord, nowMs: number): void;
  unread(): UnreadRecord[];
  forgetUnread(record: UnreadRecord): void;
  /** Takes the deliveries that somebody wants sent again. */
  takeResends(): { readonly delivery: Delivery; readonly occasion: Occasion }[];
  /** `all`: every dead one. The number of those that are sent again; of a single id that is not over, 0. */
  askResend(what: { readonly deliveryId: string } | 'all'): number;
  /** Newest first. */
  log(filter: LogFilter & { readonly limit: number }): LogEntry[];
  /** What there is of each delivery, the last changed first. */
  deliveries(filter: DeliveryFilter & { readonly limit: number }): Delivery[];
  figures(): Figures;
  disabledWebhooks(): { readonly name: string; readonly sinceMs: number }[];
  /** False: it was not disabled. */
  enableWebhook(name: string): boolean;
  /** Forgets what is over since before then. */
  purge(beforeMs: number): void;
  close(): void;
};

/** Opens the database, made when it is not there. @throws Failure */
export function openNotifierStore(
  file: string, { clock, newId }: { clock: { now(): number }; newId: () => string },
): NotifierStore {
  const db = openDatabase(file);
  try {
    migrate(db, readMigrations(MIGRATIONS), clock);
    db.prepare('INSERT INTO installation SELECT ?, 0 WHERE NOT EXISTS (SELECT 1 FROM installation)').run(newId());
    return createStore(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

function createStore(db: Sqlite): NotifierStore {
  const writer = createWriter(db);
  const known = db.prepare('SELECT 1 FROM occasions WHERE occasion_id = ?').pluck();
  const setOffset = db.prepare(`INSERT INTO offsets VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET epoch = excluded.epoch, next = excluded.next`);
  return {
    load: (nowMs) => load(db, nowMs, (occasionId) => known.get(occasionId) !== undefined),
    offsets: () => db.prepare('SELECT topic, partition, epoch, next FROM offsets').all() as PlacedOffset[],
    clusterId: () => (db.prepare('SELECT cluster_id FROM bus').pluck().get() as string | undefined) ?? null,
    transaction: (work) => attempt('write the database', () => db.transaction(work).immediate()),
    write: (effects) => effects.forEach(writer),
    setOffset: ({ topic, partition, epoch, next }) => void setOffset.run(topic, partition, epoch, next),
    setClusterId: (clusterId) => void db.prepare(`INSERT INTO bus VALUES (1, ?)
      ON CONFLICT DO UPDATE SET cluster_id = excluded.cluster_id`).run(clusterId),
    ...unreadRecords(db),
    ...resends(db),
    ...lists(db),
    ...webhooks(db),
    purge: (beforeMs) => purge(db, beforeMs),
    close: () => db.close(),
  };
}

function load(db: Sqlite, nowMs: number, isKnown: (occasionId: string) => boolean): Omit<NewState, 'settings'> {
  const { installation_id: installationId, counter } = db.prepare('SELECT * FROM installation').get() as
    { installation_id: string; counter: number };
  const open = `SELECT * FROM deliveries WHERE state IN ('waiting', 'sending')`;
  return {
    installationId, counter, isKnown,
    occasions: (db.prepare(`SELECT * FROM occasions WHERE state = 'open'
      OR occasion_id IN (SELECT occasion_id FROM (${open}))`).all() as SqlRow[]).map(occasionOf),
    deliveries: (db.prepare(open).all() as SqlRow[]).map(deliveryOf),
    faulted: db.prepare('SELECT point_id FROM faulted_points').pluck().all() as string[],
    disabled: db.prepare('SELECT name FROM disabled_webhooks').pluck().all() as string[],
    lately: (db.prepare('SELECT * FROM delivery_log WHERE at_ms > ? ORDER BY entry').all(nowMs - HOUR_MS) as SqlRow[])
      .map(entryOf),
  };
}

function createWriter(db: Sqlite): (effect: NotifierEffect) => void {
  const occasion = db.prepare(`INSERT INTO occasions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET state = excluded.state`);
  const delivery = db.prepare(`INSERT INTO deliveries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET state = excluded.state, failures = excluded.failures, next_at_ms = excluded.next_at_ms,
      expires_at_ms = excluded.expires_at_ms, provider_id = excluded.provider_id, error = excluded.error`);
  const counter = db.prepare('UPDATE installation SET counter = ?');
  const fault = db.prepare('INSERT INTO faulted_points VALUES (?) ON CONFLICT DO NOTHING');
  const well = db.prepare('DELETE FROM faulted_points WHERE point_id = ?');
  const disable = db.prepare('INSERT INTO disabled_webhooks VALUES (?, ?) ON CONFLICT DO NOTHING');
  const log = db.prepare(`INSERT INTO delivery_log
    (at_ms, delivery_id, kind, channel, user_id, target, outcome, detail, provider_id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  return (effect) => {
    switch (effect.kind) {
      case 'put-occasion': {
        const { occasionId, kind, siteId, userIds, toStaff, facts, happenedAtMs, expiresAtMs, state } = effect.row;
        occasion.run(occasionId, kind, siteId, JSON.stringify(userIds), Number(toStaff), JSON.stringify(facts),
          happenedAtMs, expiresAtMs, state);
        return;
      }
      case 'put-delivery': {
        const { deliveryId, occasionId, kind, channel, userId, target, state, failures, madeAtMs, nextAtMs, expiresAtMs,
          providerId, error } = effect.row;
        delivery.run(deliveryId, occasionId, kind, channel, userId, target, state, failures, madeAtMs,
          Math.round(nextAtMs), expiresAtMs, providerId, error);
        return;
      }
      case 'put-counter': return void counter.run(effect.counter);
      case 'put-faulted': return void (effect.faulted ? fault : well).run(effect.pointId);
      case 'disable-webhook': return void disable.run(effect.name, effect.atMs);
      case 'log-attempt': {
        const { atMs, deliveryId, kind, channel, userId, target, outcome, detail, providerId } = effect.row;
        log.run(atMs, deliveryId, kind, channel, userId, target, outcome, detail, providerId);
        return;
      }
      case 'ask': case 'send': case 'message': return;
    }
  };
}

function unreadRecords(db: Sqlite): Pick<NotifierStore, 'keepUnread' | 'unread' | 'forgetUnread'> {
  return {
    keepUnread({ topic, partition, epoch, offset, why, headers, value }, nowMs) {
      db.prepare(`INSERT INTO unread SELECT ?, ?, ?, ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM unread) < ?
        ON CONFLICT DO NOTHING`).run(topic, partition, epoch, offset, nowMs, why, JSON.stringify(headers), value,
        MOST_UNREAD);
    },
    unread: () => (db.prepare('SELECT * FROM unread ORDER BY at_ms, record_offset').all() as SqlRow[]).map((row) => ({
      topic: String(row['topic']), partition: Number(row['partition']), epoch: Number(row['epoch']),
      offset: Number(row['record_offset']), why: String(row['why']),
      headers: JSON.parse(String(row['headers'])) as Record<string, string>, value: row['value'] as Buffer,
    })),
    forgetUnread({ topic, partition, epoch, offset }) {
      db.prepare('DELETE FROM unread WHERE topic = ? AND partition = ? AND epoch = ? AND record_offset = ?')
        .run(topic, partition, epoch, offset);
    },
  };
}

function resends(db: Sqlite): Pick<NotifierStore, 'takeResends' | 'askResend'> {
  const wanted = db.prepare('SELECT d.* FROM resends JOIN deliveries d USING (delivery_id)');
  const occasion = db.prepare('SELECT * FROM occasions WHERE occasion_id = ?');
  const taken = db.prepare('DELETE FROM resends');
  return {
    takeResends() {
      const rows = (wanted.all() as SqlRow[]).map(deliveryOf);
      if (rows.length > 0) taken.run();
      return rows.map((delivery) => ({
        delivery, occasion: occasionOf(occasion.get(delivery.occasionId) as SqlRow),
      }));
    },
    askResend(what) {
      const insert = 'INSERT INTO resends SELECT delivery_id FROM deliveries WHERE';
      if (what === 'all') return db.prepare(`${insert} state = 'dead' ON CONFLICT DO NOTHING`).run().changes;
      return db.prepare(`${insert} delivery_id = ? AND state IN ('dead', 'expired', 'dropped', 'sent')
        ON CONFLICT DO NOTHING`).run(what.deliveryId).changes;
    },
  };
}

function lists(db: Sqlite): Pick<NotifierStore, 'log' | 'deliveries' | 'figures'> {
  const figures: Statement = db.prepare(`SELECT (SELECT count(*) FROM deliveries WHERE state = 'dead') AS dead,
    (SELECT count(*) FROM unread) AS unread`);
  return {
    log({ limit, ...filter }) {
      const { where, values } = conditions(filter);
      return (db.prepare(`SELECT * FROM delivery_log ${where} ORDER BY entry DESC LIMIT ?`).all(...values, limit) as
        SqlRow[]).map(entryOf);
    },
    deliveries({ limit, ...filter }) {
      const { where, values } = conditions(filter);
      return (db.prepare(`SELECT * FROM deliveries ${where} ORDER BY next_at_ms DESC, delivery_id LIMIT ?`)
        .all(...values, limit) as SqlRow[]).map(deliveryOf);
    },
    figures: () => figures.get() as Figures,
  };
}

const COLUMNS = { userId: 'user_id', channel: 'channel', kind: 'kind', outcome: 'outcome', state: 'state' } as const;

function conditions(filter: LogFilter & DeliveryFilter): { where: string; values: string[] } {
  const given = (Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]).flatMap((name) => {
    const value = filter[name];
    return value === undefined ? [] : [{ sql: `${COLUMNS[name]} = ?`, value }];
  });
  const where = given.length === 0 ? '' : `WHERE ${given.map(({ sql }) => sql).join(' AND ')}`;
  return { where, values: given.map(({ value }) => value) };
}

function webhooks(db: Sqlite): Pick<NotifierStore, 'disabledWebhooks' | 'enableWebhook'> {
  return {
    disabledWebhooks: () => (db.prepare('SELECT * FROM disabled_webhooks ORDER BY name').all() as SqlRow[])
      .map((row) => ({ name: String(row['name']), sinceMs: Number(row['since_ms']) })),
    enableWebhook: (name) => db.prepare('DELETE FROM disabled_webhooks WHERE name = ?').run(name).changes === 1,
  };
}

function purge(db: Sqlite, beforeMs: number): void {
  db.transaction(() => {
    db.prepare("DELETE FROM deliveries WHERE next_at_ms < ? AND state NOT IN ('waiting', 'sending')").run(beforeMs);
    db.prepare(`DELETE FROM occasions WHERE happened_at_ms < ? AND state = 'spread'
      AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.occasion_id = occasions.occasion_id)`).run(beforeMs);
    db.prepare('DELETE FROM delivery_log WHERE at_ms < ?').run(beforeMs);
    db.prepare('DELETE FROM unread WHERE at_ms < ?').run(beforeMs);
  }).immediate();
}

type SqlRow = Readonly<Record<string, unknown>>;

function occasionOf(row: SqlRow): Occasion {
  return {
    occasionId: row['occasion_id'], kind: row['kind'], siteId: row['site_id'],
    userIds: JSON.parse(String(row['user_ids'])) as unknown, toStaff: row['to_staff'] === 1,
    facts: JSON.parse(String(row['facts'])) as unknown, happenedAtMs: row['happened_at_ms'],
    expiresAtMs: row['expires_at_ms'], state: row['state'],
  } as Occasion;
}

function deliveryOf(row: SqlRow): Delivery {
  return {
    deliveryId: row['delivery_id'], occasionId: row['occasion_id'], kind: row['kind'], channel: row['channel'],
    userId: row['user_id'], target: row['target'], state: row['state'], failures: row['failures'],
    madeAtMs: row['made_at_ms'], nextAtMs: row['next_at_ms'], expiresAtMs: row['expires_at_ms'],
    providerId: row['provider_id'], error: row['error'],
  } as Delivery;
}

function entryOf(row: SqlRow): LogEntry {
  return {
    entry: row['entry'], atMs: row['at_ms'], deliveryId: row['delivery_id'], kind: row['kind'], channel: row['channel'],
    userId: row['user_id'], target: row['target'], outcome: row['outcome'], detail: row['detail'],
    providerId: row['provider_id'],
  } as LogEntry;
}
