// The sites near a position. A plain pass over all sites with a cheap test first: 4,736 sites take a fraction of a
// millisecond (measured in docs/performance.md), so there is no index to keep.
import type { SiteId } from '../../shared/ids.ts';
import type { SiteRow } from '../../shared/messages/orders.ts';
import type { Table } from './table.ts';

export type Position = { readonly latitude: number; readonly longitude: number };
export type NearSite = { readonly site: SiteRow; readonly distanceM: number };

const EARTH_RADIUS_M = 6_371_008.8;
const METRES_PER_DEGREE = (Math.PI * EARTH_RADIUS_M) / 180;

/** The sites within `radiusM` metres of a position, nearest first (by id where equally near). */
export function nearestSites(sites: Table<SiteId, SiteRow>, from: Position, radiusM: number): NearSite[] {
  const degrees = radiusM / METRES_PER_DEGREE;
  const found: NearSite[] = [];
  for (const site of sites.values()) {
    if (Math.abs(site.latitude - from.latitude) > degrees) continue;
    const distanceM = distance(site, from);
    if (distanceM <= radiusM) found.push({ site, distanceM });
  }
  return found.sort((a, b) => a.distanceM - b.distanceM || (a.site.siteId < b.site.siteId ? -1 : 1));
}

/** Great-circle distance in metres (haversine formula, mean earth radius of IUGG). */
export function distance(a: Position, b: Position): number {
  const radians = Math.PI / 180;
  const dLat = (b.latitude - a.latitude) * radians;
  const dLon = (b.longitude - a.longitude) * radians;
  const h = Math.sin(dLat / 2) ** 2
    + Math.cos(a.latitude * radians) * Math.cos(b.latitude * radians) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
}
