// Folds the usages of sessions anew that a database of the version before holds by bands of the day, once: migration
// 0006 leaves them in `band_usage`, because a fold is no work for SQL. It is made from the stored meter values, as
// Central makes it, so that what follows on it, and what is made again later, is the same. The amount cannot differ:
// the tariffs were turned into OCPI ones with the same prices, cut at the same moments.
import type { Session, TariffKey, TariffVersion } from '../core/rows.ts';
import { addReading } from '../core/session-cost.ts';
import { tariffRules, type TariffRules } from '../core/tariff/rules.ts';
import { beginTariffUsage, type TariffUsage } from '../core/tariff/usage.ts';
import { Failure } from '../../shared/failure.ts';
import { meterValueRows } from './appends.ts';
import { sessions, tariffVersions } from './codecs.ts';
import type { SqlRecord } from './columns.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';
import { attempt } from '../../shared/sqlite/database.ts';

const PAGE_ROWS = 500;
type BandUsage = { readonly bands: readonly { readonly energyWh: number }[]; readonly last: { readonly atMs: number } };

/** Nothing to do in a database of this version. @returns how many sessions were folded. @throws Failure */
export function foldOldUsages(db: Sqlite): number {
  const page = db.prepare(`SELECT ${sessions.columns.join(', ')}, band_usage FROM charging_sessions
    WHERE band_usage IS NOT NULL LIMIT ${PAGE_ROWS}`);
  const foldPage = db.transaction((): number => {
    const rows = page.all() as SqlRecord[];
    for (const row of rows) foldOne(db, row);
    return rows.length;
  });
  let count = 0;
  for (;;) {
    const done = attempt('fold the usages of sessions anew', () => foldPage.immediate());
    count += done;
    if (done < PAGE_ROWS) return count;
  }
}

function foldOne(db: Sqlite, row: SqlRecord): void {
  const session = sessions.decode(row);
  const old = JSON.parse(String(row['band_usage'])) as BandUsage;
  const usage = fold(db, session, rulesOf(db, session.tariff));
  const energyWh = old.bands.reduce((sum, band) => sum + band.energyWh, 0);
  if (usage.energyWh !== energyWh || usage.lastMs !== old.last.atMs) {
    throw new Failure('database-failed', `the stored meter values of session ${session.sessionId} do not come to its `
      + 'usage: the database was changed by hand; restore a copy');
  }
  db.prepare('UPDATE charging_sessions SET usage = ?, band_usage = NULL WHERE session_id = ?')
    .run(JSON.stringify(usage), session.sessionId);
}

function fold(
  db: Sqlite, { sessionId, meterStartWh, startedAtMs, timeZone }: Session, rules: TariffRules,
): TariffUsage {
  const values = db.prepare(`SELECT ${meterValueRows.columns.join(', ')} FROM meter_values
    WHERE session_id = ? AND sample > 0 ORDER BY sample`).all(sessionId) as SqlRecord[];
  return values.map((value) => meterValueRows.decode(value)).reduce((usage, value) =>
    addReading(usage, value, { meterStartWh: meterStartWh ?? 0, rules, timeZone }), beginTariffUsage(startedAtMs ?? 0));
}

function rulesOf(db: Sqlite, key: TariffKey): TariffRules {
  const row = db.prepare(`SELECT ${tariffVersions.columns.join(', ')} FROM tariff_versions
    WHERE tariff_id = ? AND version = ?`).get(...tariffVersions.keyValues(key));
  if (row === undefined) throw new Failure('database-failed', `there is no tariff ${key}: restore a copy`);
  const version: TariffVersion = tariffVersions.decode(row as SqlRecord);
  return tariffRules(version.ocpi);
}
