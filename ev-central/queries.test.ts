import { describe, expect, it } from 'vitest';
import { pointId, siteId, userId } from '../shared/ids.ts';
import { derive, createState } from './core/handle.ts';
import { freshPointState } from './core/point-status.ts';
import { DEFAULT_SETTINGS } from './core/settings.ts';
import type { State } from './core/state.ts';
import type { PageQuery } from './links/drivers.ts';
import { createReader, offersOf } from './queries.ts';
import { samplePoint, sampleSite, sampleTariff, sampleVersion } from './store/sample-rows.ts';

const POINTS = 5_000;
const SITES = 50;
const NOW_MS = 1_763_700_000_000;
const OPERATOR = { role: 'operator', userId: userId('olga') } as const;

/** A network whose points were put in backwards, 100 at a site; every second has a CCS connector of 50 kW. */
function network(): State {
  const state = createState(DEFAULT_SETTINGS);
  state.tariffs.put(sampleTariff);
  state.tariffVersions.put(sampleVersion);
  for (let i = 0; i < SITES; i += 1) {
    state.sites.put({ ...sampleSite, siteId: siteId(`site-${i}`), name: `Place ${i}`, latitude: 30 + i / 10 });
  }
  for (let i = POINTS - 1; i >= 0; i -= 1) {
    const id = pointId(`P-${String(i).padStart(5, '0')}`);
    const connector = i % 2 === 0
      ? { connectorNo: 1, type: 'IEC_62196_T2', maxPowerW: 22_000 } as const
      : { connectorNo: 1, type: 'IEC_62196_T2_COMBO', maxPowerW: 50_000 } as const;
    state.points.put(samplePoint({ pointId: id, siteId: siteId(`site-${i % SITES}`), connectors: [connector] }));
    state.pointStates.put(freshPointState(id, NOW_MS));
  }
  derive(state, NOW_MS);
  return state;
}

/** Reads the points page by page, with how often the state of a point was looked up for each page. */
function readPages(state: State, filter: PageQuery['filter'], limit: number) {
  const read = createReader({
    state, nowMs: () => NOW_MS, status: () => ({}), figures: () => ({ rows: [], more: false }), watched: () => [],
    stored: () => ({ rows: [], next: null, error: null }),
  });
  let lookUps = 0;
  const get = state.pointStates.get.bind(state.pointStates);
  state.pointStates.get = (id) => {
    lookUps += 1;
    return get(id);
  };
  const rows: unknown[] = [];
  const lookUpsOfPages: number[] = [];
  for (let after: string | null = null; ;) {
    lookUps = 0;
    const page = read(OPERATOR, { what: 'points', filter, after, limit });
    expect(page.error).toBe(null);
    lookUpsOfPages.push(lookUps);
    rows.push(...page.rows);
    if (page.next === null) return { rows, lookUpsOfPages };
    after = page.next;
  }
}

describe('invoices', () => {
  const asked: unknown[] = [];
  const read = createReader({
    state: createState(DEFAULT_SETTINGS), nowMs: () => NOW_MS, status: () => ({}),
    figures: () => ({ rows: [], more: false }), watched: () => [],
    stored: (what, filter) => {
      asked.push([what, filter]);
      return { rows: [], next: null, error: null };
    },
  });
  const page = (what: PageQuery['what']): PageQuery => ({ what, filter: { driverId: 'ben' }, after: null, limit: 10 });

  it('are hers alone for a driver, whatever filter she sends', () => {
    const ana = { role: 'user', userId: userId('ana') } as const;
    for (const what of ['my-invoices', 'my-invoice-tickets'] as const) {
      expect(read(ana, page(what)).error).toBeNull();
      expect(asked.at(-1)).toEqual([what, { driverId: 'ana' }]);
    }
    expect(read(ana, page('invoices')).error).toMatch(/for administrators/);
  });

  it('have names and addresses: of those who run the network, administrators alone see them', () => {
    for (const what of ['invoices', 'invoice-tickets', 'billing-details'] as const) {
      expect(read(OPERATOR, page(what)).error).toBe(`the list ${what} is for administrators`);
      expect(read({ role: 'admin', userId: null }, page(what)).error).toBeNull();
    }
  });
});

describe('a page of points', () => {
  // The status of a point and of each connector: one look-up each.
  const LOOK_UPS_A_ROW = 2;

  it.each<[string, PageQuery['filter'], number]>([
    ['of all points', {}, POINTS],
    ['of a site', { siteId: 'site-7' }, POINTS / SITES],
    ['of points that fit', { connectorType: 'IEC_62196_T2_COMBO', minPowerW: 40_000 }, POINTS / 2],
    ['of points found by words', { text: 'place 7' }, POINTS / SITES],
    ['of points near a position', { latitude: 30.7, longitude: sampleSite.longitude, radiusM: 12_000 },
      3 * POINTS / SITES],
    ['of what fits near a position', {
      latitude: 30.7, longitude: sampleSite.longitude, radiusM: 12_000, minPowerW: 40_000, text: 'p-0',
    }, POINTS / SITES],
  ])('%s makes only its own rows, and all pages together are the whole list', (_name, filter, expected) => {
    const state = network();
    const whole = offersOf(state, filter, NOW_MS);
    const { rows, lookUpsOfPages } = readPages(state, filter, 100);
    expect(rows).toEqual(whole);
    expect(rows.length).toBe(expected);
    expect(Math.max(...lookUpsOfPages)).toBeLessThanOrEqual(100 * LOOK_UPS_A_ROW);
  });

  it('is in order of the ids, also after a point came and another went', () => {
    const state = network();
    readPages(state, {}, 500);
    state.points.remove(pointId('P-00000'));
    state.points.put(samplePoint({ pointId: pointId('A-1'), siteId: siteId('site-0') }));
    const ids = offersOf(state, {}, NOW_MS).map((offer) => offer.pointId);
    expect(ids.slice(0, 2)).toEqual(['A-1', 'P-00001']);
    expect(ids).toEqual([...ids].sort());
  });
});
