// What the administrator does with prices beside the tariff of the sites: tariffs of a club's members and of the fleet
// at places of their own.
import {
  groupId, type GroupId, planId, type PointId, seriesId, type SiteId, tariffId, type UserId,
} from '../../shared/ids.ts';
import type { TariffPlace } from '../../shared/messages/group-tariff.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { currency } from '../../shared/money.ts';
import { type Chance, createChance } from './chance.ts';
import { START_MS } from './world.ts';

const CLUB = groupId('club');
const CLUB_TARIFF = tariffId('club-price');
const SWISS_TARIFF = tariffId('swiss-price');
const PLAN = planId('club-plan');
const SPOT = seriesId('spot');
const HOUR_MS = 3_600_000;

export type PricedTown = {
  readonly sites: readonly SiteId[]; readonly points: readonly PointId[]; readonly drivers: readonly UserId[];
};

/** In most towns there is a club that has a tariff of its own. Draws of its own: the rest stays as it was. */
export function firstPrices(seed: number, places: PricedTown): Order[] {
  const chance = createChance(seed + 9_000_011);
  return chance.is(0.3) ? [] : [
    club(chance, places), spotHours(chance), clubTariff(chance), swissTariff(chance), francs(chance),
    plan(chance, places), ...places.drivers.filter(() => chance.is(0.5)).map(subscription),
    assignment(chance, places, CLUB),
  ];
}

/** An administrator's order about prices; null: about the tariff of the sites. */
export function priceOrder(chance: Chance, places: PricedTown): Order | null {
  switch (chance.whole(0, 6)) {
    case 4: return subscriptionOrder(chance, places);
    case 3: return chance.is(0.5) ? swissTariff(chance) : francs(chance);
    case 2: return spotHours(chance);
    case 0: return assignment(chance, places, groupId(chance.of(['club', 'fleet'])));
    case 1: return clubTariff(chance);
    default: return null;
  }
}

/** It pays for nobody. */
function club(chance: Chance, { drivers }: PricedTown): Order {
  return { kind: 'put-group', group: {
    groupId: CLUB, name: '', kind: 'family', currency: currency('EUR'), active: true, timeZone: 'UTC',
    members: drivers.filter(() => chance.is(0.6))
      .map((userId) => ({ userId, role: 'member', paid: false, limits: null })),
    limits: { perSessionMinor: null, perMonthMinor: null }, siteIds: null, hours: null,
  } };
}

function clubTariff(chance: Chance): Order {
  return { kind: 'put-tariff', tariff: {
    id: CLUB_TARIFF, currency: currency('EUR'),
    elements: [{ price_components: [
      {
        type: 'ENERGY', price: chance.whole(10, 60) / 100, vat: 21, step_size: 1,
        ...(chance.is(0.3) ? {} : { price_series: { id: SPOT, markup: chance.whole(0, 90) / 1_000 } }),
      },
      { type: 'PARKING_TIME', price: chance.whole(0, 5), vat: 10, step_size: 60 },
    ] }],
  } };
}

/** Whoever lacks the fee is refused: so it costs little. */
function plan(chance: Chance, { sites }: PricedTown): Order {
  return { kind: 'put-plan', plan: {
    planId: PLAN, name: 'Club', currency: currency('EUR'), monthlyFeeMinor: chance.whole(0, 400), vatPercent: '21',
    discount: {
      energyPercent: String(chance.whole(0, 40)), timePercent: chance.of(['0', '12.5']),
      flatPercent: chance.of(['0', '100']), perKwh: chance.of(['0', '0.015']),
    },
    siteIds: chance.is(0.7) ? null : [chance.of(sites)], validFromMs: null, validToMs: null,
  } };
}

function subscription(userId: UserId): Order {
  return { kind: 'subscribe', userId, planId: PLAN };
}

function subscriptionOrder(chance: Chance, places: PricedTown): Order {
  const userId = chance.of(places.drivers);
  if (chance.is(0.3)) return plan(chance, places);
  return chance.is(0.5) ? subscription(userId) : { kind: 'unsubscribe', userId };
}

/** In another currency than all wallets. */
function swissTariff(chance: Chance): Order {
  return { kind: 'put-tariff', tariff: {
    id: SWISS_TARIFF, currency: currency('CHF'), min_price: { excl_vat: 0.2 },
    elements: [{ price_components: [
      { type: 'ENERGY', price: chance.whole(10, 60) / 100, vat: 8.1, step_size: 10 },
      { type: 'TIME', price: 0.3, step_size: 1 },
    ] }],
  } };
}

/** The rate of the day on which runs begin, or of the day before: a charge takes the newest. */
function francs(chance: Chance): Order {
  const date = chance.of(['2025-11-20', '2025-11-21']);
  const rate = `0.${chance.whole(8_000, 9_999)}`;
  return { kind: 'put-exchange-rates', rates: [{ base: currency('EUR'), quote: currency('CHF'), date, rate }] };
}

/** Hours around the beginning of a run, one begins two minutes after it; some are below nothing, or they end early. */
function spotHours(chance: Chance): Order {
  const prices = Array.from({ length: chance.whole(2, 40) }, () => (chance.whole(-80, 900) / 1_000).toFixed(3));
  const fromMs = START_MS + 120_000 + chance.whole(-3, 2) * HOUR_MS;
  return { kind: 'put-price-series', hours: { seriesId: SPOT, currency: currency('EUR'), fromMs, prices } };
}

function assignment(chance: Chance, { sites, points }: PricedTown, group: GroupId): Order {
  const place = chance.of<TariffPlace>([
    { kind: 'everywhere' }, { kind: 'site', siteId: chance.of(sites) }, { kind: 'point', pointId: chance.of(points) },
    { kind: 'connector', pointId: chance.of(points), connectorNo: 1 },
  ]);
  return {
    kind: 'assign-tariff', groupId: group, place,
    tariffId: group !== CLUB && chance.is(0.3) ? null : chance.of([CLUB_TARIFF, SWISS_TARIFF, tariffId('day')]),
  };
}
