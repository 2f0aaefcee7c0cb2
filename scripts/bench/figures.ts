// How fast figures of a year of a large network are read: 5,000 points at 500 sites, 20,000 drivers, each with its rows
// of days, months and years; sites and the network by the hour, too. The rows are made as they would stand in the
// database; questions go through the reader that Central has.
import { join } from 'node:path';
import type { FigureAsk } from '../../ev-central/core/figures/ask.ts';
import { openDatabase, type Sqlite } from '../../shared/sqlite/database.ts';
import { prepareFigureReader } from '../../ev-central/store/figure-reader.ts';
import { migrate } from '../../shared/sqlite/migrations.ts';
import { readMigrations } from '../../ev-central/store/migrations.ts';
import { type Bench, type Figures, scaled, type Stage } from './bench.ts';

const SITES = 500;
const POINTS = 5_000;
const USERS = 20_000;
const YEAR = { from: '2025-01-01', to: '2025-12-31' };
const HOURS = { from: '2025-01-01T00', to: '2025-12-31T23' };
const OPEN_HOURS = Array.from({ length: 16 }, (_unused, i) => i + 6);
const DAY_MS = 86_400_000;
const DAYS = Array.from({ length: 365 }, (_unused, i) =>
  new Date(Date.UTC(2025, 0, 1) + i * DAY_MS).toISOString().slice(0, 10));
const MONTHS = [...new Set(DAYS.map((day) => day.slice(0, 7)))];
const TIMES = 9;
const GOAL_MS = 50;

const QUESTIONS: readonly { row: string; what: string; ask: Partial<FigureAsk> }[] = [
  { row: 'figures-total', what: 'the total of a year', ask: { by: 'total', ...YEAR } },
  { row: 'figures-days', what: 'a year by day', ask: { by: 'day', ...YEAR } },
  { row: 'figures-hours', what: 'a year by hour', ask: { by: 'hour', ...HOURS } },
  { row: 'figures-sites', what: 'a year by site, 500 sites', ask: { by: 'site', scope: 'site', ...YEAR } },
  { row: 'figures-points', what: 'a year by point, 5,000 points', ask: { by: 'point', scope: 'point', ...YEAR } },
  {
    row: 'figures-points-cut', what: 'days that cut months, by point, a page of 500',
    ask: { by: 'point', scope: 'point', from: '2025-01-14', to: '2025-12-20', limit: 500 },
  },
  {
    row: 'figures-points-cut-all', what: 'days that cut months, by point, 5,000 points at once',
    ask: { by: 'point', scope: 'point', from: '2025-01-14', to: '2025-12-20' },
  },
  {
    row: 'figures-outages-cut', what: 'outages of 5,000 connectors over days that cut months',
    ask: { kind: 'causes', by: 'connector', scope: 'connector', from: '2025-01-14', to: '2025-12-20' },
  },
  {
    row: 'figures-users', what: 'a year by driver, a page of 500',
    ask: { by: 'user', scope: 'user', ...YEAR, limit: 500 },
  },
];

export const figuresBench: Bench = {
  name: 'figures',
  what: 'figures of a year of 5,000 points, read from 6.5 million rows',
  rows: QUESTIONS.map(({ row, what }) => ({ row, what, unit: 'ms', better: 'lower', goal: GOAL_MS })),
  run(stage): Promise<Figures> {
    const db = openDatabase(join(stage.dir, 'figures.db'));
    try {
      migrate(db, readMigrations(), { now: () => 0 });
      stage.say(`${fill(db, stage)} rows of figures`);
      const read = prepareFigureReader(db);
      return Promise.resolve(Object.fromEntries(QUESTIONS.map(({ row, ask }) =>
        [row, { value: median(() => read({ ...ANY, ...ask })) }])));
    } finally {
      db.close();
    }
  },
};

const ANY: FigureAsk = {
  kind: 'counts', by: 'total', scope: 'network', id: '', siteId: null, ...YEAR, offset: 0, limit: 1_000_000,
};

function median(ask: () => unknown): number {
  const times = Array.from({ length: TIMES }, () => {
    const startedMs = performance.now();
    ask();
    return performance.now() - startedMs;
  }).sort((a, b) => a - b);
  return times[Math.floor(TIMES / 2)] ?? 0;
}

/** Returns how many rows there are. */
function fill(db: Sqlite, stage: Stage): number {
  const insert = db.prepare(`INSERT INTO figures
    (scope, grain, id, bucket, sessions, energy_wh, charging_ms, idle_ms, attempts, charged)
    VALUES (?, ?, ?, ?, 3, 30000, 9000000, 1000000, 3, 3)`);
  let rows = 0;
  const put = (scope: string, grain: string, id: string, bucket: string): void => {
    insert.run(scope, grain, id, bucket);
    rows += 1;
  };
  const owner = (scope: string, id: string, days: readonly string[], hours: readonly number[]): void => {
    put(scope, 'year', id, '2025');
    for (const month of MONTHS) put(scope, 'month', id, month);
    for (const day of days) {
      put(scope, 'day', id, day);
      for (const hour of hours) put(scope, 'hour', id, `${day}T${String(hour).padStart(2, '0')}`);
    }
  };
  const outage = db.prepare(`INSERT INTO figure_causes (scope, grain, id, bucket, what, cause, times, ms)
    VALUES ('connector', ?, ?, ?, 'outage', ?, 1, 60000)`);
  const outages = (id: string): void => {
    for (const cause of ['faulted', 'disconnected']) {
      outage.run('year', id, '2025', cause);
      for (const month of MONTHS) outage.run('month', id, month, cause);
      for (const day of DAYS.filter((_day, i) => i % 3 === 0)) outage.run('day', id, day, cause);
    }
  };
  const ids = (count: number): string[] =>
    Array.from({ length: scaled(count, stage) }, (_unused, i) => `X-${String(i).padStart(5, '0')}`);
  db.transaction(() => {
    owner('network', '', DAYS, Array.from({ length: 24 }, (_unused, hour) => hour));
    for (const id of ids(SITES)) owner('site', id, DAYS, OPEN_HOURS);
    for (const id of ids(POINTS)) owner('point', id, DAYS, []);
    for (const id of ids(POINTS)) outages(id);
    for (const [i, id] of ids(USERS).entries()) owner('user', id, DAYS.filter((_day, day) => day % 5 === i % 5), []);
  })();
  return rows;
}
