import { expect, test } from 'vitest';
import { pointId, siteId } from '../../shared/ids.ts';
import type { PointOffer } from '../../shared/messages/rows.ts';
import { currency } from '../../shared/money.ts';
import { outside, outsideOffer } from './outside.ts';

const OFFER: PointOffer = {
  pointId: pointId('ALC-01'), siteId: siteId('ALC'), place: 'Alicante', address: 'Calle Mayor 1', latitude: 38.34,
  longitude: -0.48, status: 'Charging', sinceMs: 1_763_700_000_000, why: '',
  connectors: [{ connectorNo: 1, type: 'IEC_62196_T2', maxPowerW: 22_000, status: 'Charging' }],
  price: { perKwh: '0.45', perHour: null, perParkingHour: null, perSession: '0.35' }, currency: currency('EUR'),
  waiting: 2, distanceM: 120,
};

test('an offer is turned outside by its own function as by the one for all rows', () => {
  expect(outsideOffer(OFFER)).toEqual(outside(OFFER));
});
