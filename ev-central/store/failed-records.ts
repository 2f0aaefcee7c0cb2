// Records whose handling made the process end, counted so that one bad record cannot make it end for ever.
import type { Sqlite } from '../../shared/sqlite/database.ts';

/** Places whose last failure is older are forgotten: their records were handled since. */
const KEPT_MS = 7 * 24 * 3_600_000;

export function prepareFailedRecords(db: Sqlite) {
  const note = db.prepare(`INSERT INTO failed_records (place, failures, last_at_ms) VALUES (?, 1, ?)
    ON CONFLICT (place) DO UPDATE SET failures = failures + 1, last_at_ms = excluded.last_at_ms`);
  const forget = db.prepare('DELETE FROM failed_records WHERE last_at_ms < ?');
  const all = db.prepare('SELECT place, failures FROM failed_records');
  return {
    /** Counts one failure of each, in a transaction of its own. */
    note: db.transaction((places: readonly string[], nowMs: number): void => {
      forget.run(nowMs - KEPT_MS);
      for (const place of places) note.run(place, nowMs);
    }),
    /** Failures by place. */
    all(): ReadonlyMap<string, number> {
      const rows = all.all() as { place: string; failures: number }[];
      return new Map(rows.map(({ place, failures }) => [place, failures]));
    },
  };
}
