import fc from 'fast-check';
import { expect, test } from 'vitest';
import { siteId, tariffId } from '../../shared/ids.ts';
import type { SiteRow } from '../../shared/messages/orders.ts';
import { distance, nearestSites } from './site-search.ts';
import { emptyTables } from './state.ts';

const place = fc.record({
  latitude: fc.double({ min: -89.9, max: 89.9, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});
/** Places close together, also at the date line and near a pole, so that some are within the radius. */
const cluster = fc.record({
  around: fc.constantFrom(
    { latitude: 38.34, longitude: -0.48 }, { latitude: 10, longitude: 179.99 }, { latitude: 89.5, longitude: 0 }),
  steps: fc.array(fc.record({
    north: fc.double({ min: -0.4, max: 0.4, noNaN: true }), east: fc.double({ min: -0.4, max: 0.4, noNaN: true }),
  }), { maxLength: 30 }),
});

test('finds exactly the sites within the radius, nearest first, as a search of all does', () => {
  fc.assert(fc.property(cluster, fc.array(place, { maxLength: 10 }), fc.integer({ min: 1, max: 200_000 }),
    ({ around, steps }, others, radiusM) => {
      const places = [
        ...steps.map(({ north, east }) => ({
          latitude: Math.min(89.9, around.latitude + north),
          longitude: ((around.longitude + east + 540) % 360) - 180,
        })),
        ...others,
      ];
      const { sites } = emptyTables();
      places.forEach((at, i) => sites.put(site(`s-${i}`, at)));
      const expected = [...sites.values()].map((row) => ({ site: row, distanceM: distance(row, around) }))
        .filter((near) => near.distanceM <= radiusM)
        .sort((a, b) => a.distanceM - b.distanceM || (a.site.siteId < b.site.siteId ? -1 : 1));
      expect(nearestSites(sites, around, radiusM)).toEqual(expected);
    }));
});

test('measures distances as maps do', () => {
  const alicante = { latitude: 38.3452, longitude: -0.481 };
  const valencia = { latitude: 39.4699, longitude: -0.3763 };
  expect(Math.round(distance(alicante, valencia) / 100)).toBe(1254);
  expect(distance(alicante, alicante)).toBe(0);
});

function site(id: string, at: { latitude: number; longitude: number }): SiteRow {
  return {
    siteId: siteId(id), name: id, address: '', ...at, timeZone: 'UTC', tariffId: tariffId('t'), queueEnabled: true,
  };
}
