// The reports of places, as they are asked for: what they are by, and what they refuse.
import { describe, expect, it } from 'vitest';
import { userId } from '../shared/ids.ts';
import { dayStart } from '../shared/zone.ts';
import { Network, POINT, SITE } from './core/core-harness.ts';
import { COUNTS } from './core/figures/figure.ts';
import type { CauseRow, CountsRow, FigureAsk } from './core/figures/ask.ts';
import { errorWords } from './core/figures/forecast-words.ts';
import { lastDayOf } from './core/figures/range.ts';
import { figuresPage } from './figure-pages.ts';
import type { Page, PageQuery } from './links/drivers.ts';
import type { WatchedConnector } from './uptime-page.ts';

const { state } = new Network();
const ZONE = 'Europe/Madrid';
const HOUR_MS = 3_600_000;
const at = (day: string, hours = 0): number => (dayStart(ZONE, day) ?? 0) + hours * HOUR_MS;

function connector(connectorNo: number, change: Partial<WatchedConnector> = {}): WatchedConnector {
  return {
    connector: `${POINT}/${connectorNo}`, pointId: POINT, connectorNo, siteId: SITE, timeZone: ZONE,
    sinceMs: at('2025-01-01'), condition: 'up', conditionSinceMs: at('2025-01-01'), removed: [], ...change,
  };
}

function counted(key: string, change: Partial<CountsRow>): CountsRow {
  return { key, ...Object.fromEntries(COUNTS.map((name) => [name, 0])), ...change } as CountsRow;
}

type Given = { watched?: readonly WatchedConnector[]; rows?: readonly CountsRow[]; now?: number };

function asked(filter: PageQuery['filter'], { watched = [], rows = [], now = at('2025-12-01') }: Given = {}): {
  page: Page; asks: FigureAsk[];
} {
  const asks: FigureAsk[] = [];
  const page = figuresPage({ role: 'operator', userId: userId('olga') },
    { what: 'figures', filter, after: null, limit: 500 }, {
      state, nowMs: () => now, watched: () => watched,
      figures: (ask) => {
        asks.push(ask);
        return { rows, more: false };
      },
    });
  return { page, asks };
}

describe('utilisation', () => {
  it.each([
    ['2025-10-25', 24], ['2025-10-26', 25], ['2025-03-30', 23],
  ])('of %s has %i hours of each connector, as that day of the site has', (day, hours) => {
    const { page } = asked({ report: 'utilisation', by: 'day', from: day, to: day, siteId: SITE }, {
      watched: [connector(1), connector(2)],
      rows: [counted(day, { chargingMs: 6 * HOUR_MS, idleMs: HOUR_MS })],
    });
    expect(page.rows).toEqual([{
      day, connectorMs: 2 * hours * HOUR_MS, chargingMs: 6 * HOUR_MS, idleMs: HOUR_MS, occupiedMs: 7 * HOUR_MS,
      utilisationPercent: Math.round(60_000 / (2 * hours)) / 100,
      occupiedPercent: Math.round(70_000 / (2 * hours)) / 100,
      idlePercent: Math.round(10_000 / (2 * hours)) / 100,
    }]);
  });

  it('counts a connector from when it was added, until it was removed, and again when it is back', () => {
    const { page } = asked({ report: 'utilisation', by: 'day', from: '2025-11-01', to: '2025-11-05' }, {
      watched: [
        connector(1, { sinceMs: at('2025-11-02', 6) }),
        connector(2, { removed: [{ fromMs: at('2025-11-03', 12), untilMs: at('2025-11-04', 12) }] }),
        connector(3, { condition: 'removed', conditionSinceMs: at('2025-11-02') }),
      ],
      now: at('2025-11-05', 8),
    });
    expect(page.rows.map((row) => [row['day'], Number(row['connectorMs']) / HOUR_MS])).toEqual([
      ['2025-11-01', 24 + 24], ['2025-11-02', 18 + 24], ['2025-11-03', 24 + 12], ['2025-11-04', 24 + 12],
      ['2025-11-05', 8 + 8],
    ]);
    expect(page.rows.every((row) => row['utilisationPercent'] === 0)).toBe(true);
  });

  it('cuts the first and the last month where the range is cut, and lists points at which nobody charged', () => {
    const span = { from: '2025-10-30', to: '2025-11-02' };
    const { page } = asked({ report: 'utilisation', by: 'month', ...span }, { watched: [connector(1)] });
    expect(page.rows.map((row) => [row['month'], Number(row['connectorMs']) / HOUR_MS]))
      .toEqual([['2025-10', 48], ['2025-11', 48]]);
    const byPoint = asked({ report: 'utilisation', by: 'point', siteId: SITE, ...span }, {
      watched: [connector(1), connector(1, { pointId: 'ALC-02', connector: 'ALC-02/1' })],
      rows: [counted(POINT, { chargingMs: 24 * HOUR_MS })],
    });
    expect(byPoint.page.rows.map((row) => [row['pointId'], row['utilisationPercent']])).toEqual([
      [POINT, 25], ['ALC-02', 0],
    ]);
    expect(byPoint.asks).toMatchObject([{ scope: 'point', id: '', siteId: SITE }]);
  });

  it('by hour is of hours of UTC', () => {
    const day = '2025-11-01';
    const { page } = asked({ report: 'utilisation', by: 'hour', from: day, to: day, siteId: SITE }, {
      watched: [connector(1)], rows: [counted('2025-11-01T08', { chargingMs: HOUR_MS / 2 })],
    });
    expect(page.rows).toHaveLength(24);
    expect(page.rows[0]).toMatchObject({ hour: '2025-10-31T23:00Z', utilisationPercent: 0 });
    expect(page.rows[9]).toMatchObject({ hour: '2025-11-01T08:00Z', utilisationPercent: 50 });
  });
});

describe('a report of places refuses', () => {
  it.each([
    [{ report: 'utilisation', by: 'user' }, 'utilisation is by hour, day, month, year, site, point, total'],
    [{ report: 'utilisation', userId: 'ana' }, 'utilisation is of points: name a siteId or a pointId'],
    [{ report: 'utilisation', siteId: SITE, pointId: POINT }, 'name one of siteId and pointId'],
    [{ report: 'utilisation', by: 'site', pointId: POINT }, 'a point has no sites: ask by point, or by time'],
    [{ report: 'utilisation', days: 3 }, 'days and holidays are of the forecast alone'],
    [{ report: 'use', holidays: '2026-12-25' }, 'days and holidays are of the forecast alone'],
    [{ report: 'forecast' }, 'a forecast is of one site: name a siteId'],
    [{ report: 'forecast', siteId: 'NOWHERE' }, 'there is no site NOWHERE'],
    [{ report: 'forecast', siteId: SITE, by: 'month' }, 'a forecast is by hour, day or total'],
    [{ report: 'forecast', siteId: SITE, days: 'few' }, 'days: must be a whole number'],
    [{ report: 'forecast', siteId: SITE, days: 15 }, 'days must be a whole number from 1 to 14'],
    [{ report: 'forecast', siteId: SITE, days: 1.5 }, 'days must be a whole number from 1 to 14'],
    [{ report: 'forecast', siteId: SITE, holidays: 'xmas' }, 'holidays: "xmas" is no day such as 2026-12-25'],
    [{ report: 'forecast', siteId: SITE, from: '2025-01-01' }, 'a forecast is of a site from now on'],
  ] as [PageQuery['filter'], string][])('%j', (filter, expected) => {
    expect(asked(filter).page).toMatchObject({ rows: [], error: expect.stringContaining(expected) as string });
  });
});

describe('a forecast from two weeks of charges', () => {
  it('has no rows, and says from which day on there is one', () => {
    const rows = Array.from({ length: 14 }, (_unused, i) =>
      counted(`2025-11-${String(17 + i).padStart(2, '0')}T10`, { energyWh: 5_000 }));
    const { page, asks } = asked({ report: 'forecast', siteId: SITE, by: 'hour' }, { rows });
    expect(page).toEqual({ rows: [], next: null, error: null });
    expect(asks).toMatchObject([{ kind: 'counts', by: 'hour', scope: 'site', id: SITE, to: '2025-11-30T22' }]);
    const [total = {}] = asked({ report: 'forecast', siteId: SITE, by: 'total' }, { rows }).page.rows;
    expect(total).toMatchObject({ weeks: 2, weeksNeeded: 4, readyOn: '2025-12-15', maeWh: null });
    expect(errorWords(total)).toBe('There is no forecast yet: this site has charged for 2 whole weeks, and a forecast '
      + 'needs 4: ask from 2025-12-15 on.');
  });
});

describe('uptime by month', () => {
  const outage = (key: string, ms: number): CauseRow => ({ key, what: 'outage', cause: 'faulted', times: 1, ms });
  const hoursOf = (month: string): number => (at(lastDayOf(month)) - at(`${month}-01`)) / HOUR_MS + 24;

  /** 36 hours of October and 9 of November were an outage of the first connector. */
  function uptime(filter: PageQuery['filter'], now = at('2025-12-01')): Page {
    const lost = [['2025-10', 36], ['2025-11', 9]] as const;
    return figuresPage({ role: 'operator', userId: userId('olga') },
      { what: 'figures', filter: { report: 'uptime', ...filter }, after: null, limit: 500 }, {
        state, nowMs: () => now, watched: () => [connector(1)],
        figures: ({ from, to }) => ({
          rows: [outage(`${POINT}/1`, lost.reduce((sum, [month, hours]) =>
            (from.slice(0, 7) <= month && month <= to.slice(0, 7) ? sum + hours * HOUR_MS : sum), 0))],
          more: false,
        }),
      });
  }

  it('is of the month, and of the twelve months that end with it, of which only those count that were watched', () => {
    const { rows } = uptime({ by: 'month', from: '2025-09-15', to: '2025-11-30' });
    expect(rows.map((row) => row['month'])).toEqual(['2025-09', '2025-10', '2025-11']);
    const [september, october, november] = rows;
    expect(september).toMatchObject({ uptimePercent: 100, yearUptimePercent: 100 });
    const percentOf = (lost: number, whole: number): number => Math.floor((1 - lost / whole) * 100_000) / 1_000;
    expect(october).toMatchObject({
      watchedMs: hoursOf('2025-10') * HOUR_MS, outageMs: 36 * HOUR_MS, uptimePercent: percentOf(36, 745),
    });
    expect(november).toMatchObject({ outageMs: 9 * HOUR_MS, uptimePercent: percentOf(9, 720) });
    // Watched since the first of January: eleven months.
    const watched = (at('2025-12-01') - at('2025-01-01')) / HOUR_MS;
    expect(november?.['yearUptimePercent']).toBe(percentOf(45, watched));
  });

  it('has the last twelve months without days, and leaves out those in which nothing was watched', () => {
    const { rows } = uptime({ by: 'month' }, at('2025-11-15'));
    expect(rows.map((row) => row['month'])).toEqual(Array.from({ length: 11 }, (_unused, i) =>
      `2025-${String(i + 1).padStart(2, '0')}`));
    // November, so far.
    expect(rows.at(-1)).toMatchObject({ watchedMs: 14 * 24 * HOUR_MS });
  });

  it.each([
    [{ by: 'day' }, 'uptime is by connector, point, site, month or total'],
    [{ by: 'month', from: '2025-03-02', to: '2025-03-01' }, 'from 2025-03-02 is after to 2025-03-01'],
    [{ userId: 'ana' }, 'uptime is of points: name a siteId or a pointId'],
  ] as [PageQuery['filter'], string][])('refuses %j in words', (filter, expected) => {
    expect(uptime(filter).error).toBe(expected);
  });
});
