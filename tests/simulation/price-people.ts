// What the administrator does with prices beside the tariff of the sites: tariffs of the fleet at places of their own.
import { groupId, type PointId, type SiteId, tariffId } from '../../shared/ids.ts';
import type { TariffPlace } from '../../shared/messages/group-tariff.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { currency } from '../../shared/money.ts';
import { type Chance, createChance } from './chance.ts';

const FLEET = groupId('fleet');
const FLEET_TARIFF = tariffId('fleet-price');

export type PricedPlaces = { readonly sites: readonly SiteId[]; readonly points: readonly PointId[] };

/** In most towns the fleet, if there is one, has a tariff of its own. Draws of its own: the rest stays as it was. */
export function firstPrices(seed: number, places: PricedPlaces): Order[] {
  const chance = createChance(seed + 9_000_011);
  return chance.is(0.3) ? [] : [fleetTariff(chance), assignment(chance, places)];
}

/** An administrator's order about prices; null: about the tariff of the sites. */
export function priceOrder(chance: Chance, places: PricedPlaces): Order | null {
  switch (chance.whole(0, 3)) {
    case 0: return assignment(chance, places);
    case 1: return fleetTariff(chance);
    default: return null;
  }
}

function fleetTariff(chance: Chance): Order {
  return { kind: 'put-tariff', tariff: {
    id: FLEET_TARIFF, currency: currency('EUR'),
    elements: [{ price_components: [
      { type: 'ENERGY', price: chance.whole(10, 60) / 100, vat: 21, step_size: 1 },
      { type: 'PARKING_TIME', price: chance.whole(0, 5), vat: 10, step_size: 60 },
    ] }],
  } };
}

function assignment(chance: Chance, { sites, points }: PricedPlaces): Order {
  const place = chance.of<TariffPlace>([
    { kind: 'everywhere' }, { kind: 'site', siteId: chance.of(sites) }, { kind: 'point', pointId: chance.of(points) },
    { kind: 'connector', pointId: chance.of(points), connectorNo: 1 },
  ]);
  return {
    kind: 'assign-tariff', groupId: FLEET, place,
    tariffId: chance.is(0.2) ? null : chance.of([FLEET_TARIFF, tariffId('day')]),
  };
}
