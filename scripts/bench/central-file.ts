// What EV_Central has committed, read from its database beside it: a reader of SQLite's WAL disturbs no writer, and
// what it sees is on the disk.
import { openDatabase, type Sqlite } from '../../shared/sqlite/database.ts';

export type CommittedOffset = { readonly topic: string; readonly partition: number; readonly next: number };

/** Has a lifetime: the open file. */
export class CentralFile {
  readonly #db: Sqlite;
  readonly #offsets;
  readonly #inService;

  constructor(path: string) {
    this.#db = openDatabase(path);
    this.#db.pragma('query_only = ON');
    this.#offsets = this.#db.prepare('SELECT topic, partition, next_offset AS next FROM offsets');
    this.#inService = this.#db.prepare(
      'SELECT count(*) FROM charging_point_states WHERE connected = 1 AND engine = \'ok\' AND faults = \'[]\'').pluck();
  }

  offsets(): CommittedOffset[] {
    return this.#offsets.all() as CommittedOffset[];
  }

  /** Points whose monitor is let in and whose engine is well. */
  pointsInService(): number {
    return Number(this.#inService.get());
  }

  /** The first value of a question's first row. */
  count(sql: string, ...values: readonly (string | number)[]): number {
    return Number(this.#db.prepare(sql).pluck().get(...values) ?? 0);
  }

  /** Rows of a question. */
  rows(sql: string, ...values: readonly (string | number)[]): Record<string, unknown>[] {
    return this.#db.prepare(sql).all(...values) as Record<string, unknown>[];
  }

  close(): void {
    this.#db.close();
  }
}
