import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pointId, siteId } from '../../shared/ids.ts';
import type { Condition, ConditionRow, ConnectorSpan } from '../core/figures/condition-row.ts';
import { prepareConditions, prepareSignOfLife, prepareWatched } from './conditions.ts';
import { IN_MEMORY, openDatabase, type Sqlite } from '../../shared/sqlite/database.ts';
import { migrate } from '../../shared/sqlite/migrations.ts';
import { readMigrations } from './migrations.ts';

const MINUTE_MS = 60_000;
let db: Sqlite;
beforeEach(() => {
  db = openDatabase(IN_MEMORY);
  migrate(db, readMigrations(), { now: () => 0 });
});
afterEach(() => void db.close());

/** A Central from its start to its end: what it writes, and the spans that are over with it. */
function life(rows: readonly (readonly [Condition, number])[], aliveMinute: number): string[] {
  const spans: ConnectorSpan[] = [];
  const write = prepareConditions(db, (span) => void spans.push(span));
  const sign = prepareSignOfLife(db);
  for (const [condition, minute] of rows) write(row(condition, minute * MINUTE_MS));
  sign(aliveMinute * MINUTE_MS);
  return spans.map(({ condition, fromMs, untilMs }) => `${condition} ${fromMs / MINUTE_MS}-${untilMs / MINUTE_MS}`);
}

function row(condition: Condition, atMs: number): ConditionRow {
  return {
    connector: 'ALC-01/1', pointId: pointId('ALC-01'), connectorNo: 1, siteId: siteId('ALC'), timeZone: 'Europe/Madrid',
    condition, userId: null, groupId: null, atMs,
  };
}

describe('the time in which EV_Central did not run', () => {
  it('is an outage of its own, from its last sign of life to its start', () => {
    expect(life([['up', 0]], 10)).toEqual([]);
    expect(life([['up', 15]], 20)).toEqual(['central-away 10-15']);
    expect(life([['up', 21]], 22)).toEqual(['central-away 20-21']);
    expect(prepareWatched(db)()).toMatchObject([{ sinceMs: 0, condition: 'up', conditionSinceMs: 21 * MINUTE_MS }]);
  });

  it('counts once for each start, and not again when the condition changes', () => {
    life([['up', 0]], 10);
    expect(life([['up', 15], ['faulted', 16], ['up', 18]], 20)).toEqual(['central-away 10-15', 'faulted 16-18']);
  });

  it('ends an outage that went on: what was seen of it is its own, and it goes on with the start', () => {
    expect(life([['up', 0], ['faulted', 4]], 10)).toEqual([]);
    expect(life([['faulted', 15], ['up', 17]], 20)).toEqual(['faulted 4-10', 'central-away 10-15', 'faulted 15-17']);
  });

  it('counts for no connector that was not part of the network', () => {
    life([['up', 0], ['removed', 4]], 10);
    expect(life([['up', 15]], 20)).toEqual(['removed 4-15']);
    expect(prepareWatched(db)()).toMatchObject([{ sinceMs: 0, condition: 'up' }]);
  });

  it('is from the last change on where that is later than the last sign of life', () => {
    life([['up', 0]], 10);
    // It died within the minute in which it does not sign.
    expect(life([['up', 11], ['faulted', 12]], 10)).toEqual(['central-away 10-11']);
    expect(life([['up', 15]], 20)).toEqual(['central-away 12-15']);
  });

  it('is none where the clock was set back before the last sign of life', () => {
    life([['up', 0]], 10);
    expect(life([['up', 9]], 9)).toEqual([]);
  });
});

describe('the connectors that are watched', () => {
  it('have the spans in which they were removed, if they came back', () => {
    const write = prepareConditions(db, (span) => {
      db.prepare(`INSERT OR IGNORE INTO figure_causes (scope, grain, id, bucket, what, cause, times, ms)
        VALUES ('connector', 'year', ?, '1970', 'outage', ?, 1, 1)`).run(span.connector, span.condition);
    });
    for (const [condition, minute] of [
      ['up', 0], ['removed', 4], ['up', 6], ['faulted', 7], ['up', 8], ['removed', 9],
    ] as const) write(row(condition, minute * MINUTE_MS));
    expect(prepareWatched(db)()).toMatchObject([{
      connector: 'ALC-01/1', condition: 'removed', removed: [{ fromMs: 4 * MINUTE_MS, untilMs: 6 * MINUTE_MS }],
    }]);
  });
});
