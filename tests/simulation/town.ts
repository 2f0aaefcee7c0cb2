// The network of one seed: its sites, points and drivers, on how many processes, under which settings.
import { sampleIssuer } from '../../ev-central/core/issuer-for-tests.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../ev-central/core/settings.ts';
import type { Central } from '../../ev-central/central.ts';
import { userWallet } from '../../shared/account.ts';
import { pointId, type SiteId, siteId, tariffId, type UserId, userId } from '../../shared/ids.ts';
import type { InvoicePolicy } from '../../shared/messages/invoice.ts';
import type { Order } from '../../shared/messages/orders.ts';
import type { PriorityClass } from '../../shared/messages/values.ts';
import { currency } from '../../shared/money.ts';
import { hashSecret } from '../../shared/point-proof.ts';
import { CentralDisk } from './central-disk.ts';
import { type Break, History } from './checks.ts';
import { Cluster } from './cluster.ts';
import { Pocket } from './disk.ts';
import { firstDebts, firstGroups } from './money-people.ts';
import { Poison } from './poison.ts';
import { hasPayments, Paying, PAYMENT_RULES } from './paying.ts';
import { PostOffice } from './post-office.ts';
import type { Ground, Place } from './place.ts';
import { firstPrices } from './price-people.ts';
import {
  centralPlace, driverPlace, type DriverPlace, enginePlace, type EnginePlace, type EnginePoint, hashOf, monitorPlace,
  type MonitorPlace, passwordOf, pinOf,
} from './processes.ts';
import { Sockets } from './sockets.ts';
import { Standby } from './standby.ts';
import { type Host, World } from './world.ts';

const NAMES = ['ana', 'ben', 'cat', 'dan', 'eva', 'fay'];

/** A few minutes in which everything happens at once, or a day on which little does. */
export type TownKind = 'rush' | 'day';

const DAY_EVERY = 20;
const DAY_TICK_MS = 250;

/** Every twentieth seed is a whole day. */
export function kindOf(seed: number): TownKind {
  return seed % DAY_EVERY === 0 ? 'day' : 'rush';
}

export type TownPoint = EnginePoint & { readonly siteId: SiteId };

export type Town = Ground & {
  readonly seed: number;
  readonly history: History;
  readonly disk: CentralDisk;
  readonly central: Place<Central>;
  readonly standby: Standby;
  readonly poison: Poison;
  /** Null: this network has no payment gateway. */
  readonly paying: Paying | null;
  readonly post: PostOffice;
  readonly engines: readonly EnginePlace[];
  readonly monitors: readonly MonitorPlace[];
  readonly drivers: readonly DriverPlace[];
  readonly points: readonly TownPoint[];
  readonly sites: readonly SiteId[];
  /** One a machine on which points run. */
  readonly hosts: readonly Host[];
  readonly kind: TownKind;
  /** Monitors that somebody starts by mistake, with the identity of a point that has one; they do not run at first. */
  readonly rivals: readonly MonitorPlace[];
};

/** Builds the network of a seed; nothing runs yet. */
export function buildTown(seed: number, { broken, kind }: { broken: Break | null; kind: TownKind }): Town {
  const world = new World(seed);
  const { chance } = world;
  const isDay = kind === 'day';
  if (isDay) world.tickMs = DAY_TICK_MS;
  const cluster = new Cluster(world, chance.whole(1, 4));
  const ground: Ground = { world, cluster, sockets: new Sockets(world) };
  const poison = new Poison(world);
  const history = new History(world, broken, poison);
  const sites = Array.from({ length: chance.whole(1, 2) }, (_unused, at) => siteId(`SITE${at + 1}`));
  const points = Array.from({ length: isDay ? chance.whole(1, 3) : chance.whole(2, 4) }, (_unused, at): TownPoint => ({
    pointId: pointId(`CP-${at + 1}`), siteId: sites[at % sites.length] ?? siteId('SITE1'),
    connectors: Array.from({ length: chance.is(0.3) ? 2 : 1 }, (_none, no) =>
      ({ connectorNo: no + 1, type: 'IEC_62196_T2', maxPowerW: 22_000 })),
  }));
  const disk = new CentralDisk(world, {
    alter: (batch) => history.broken(batch), written: (batch, rows) => history.written(batch, rows),
  }, poison);
  const paying = hasPayments(seed) ? new Paying(world, seed, () => central.running) : null;
  const post = new PostOffice(world, seed);
  const settings = settingsOf(world, cluster.partitions, kind);
  const central: Place<Central> = centralPlace(ground, { skewMs: 0 }, {
    disk, paying, post, settings: { ...settings, paymentRules: paying === null ? [] : PAYMENT_RULES },
  });
  const drivers = NAMES.slice(0, isDay ? chance.whole(2, 4) : chance.whole(3, 6)).map((name) => {
    const pocket: Pocket = new Pocket((notice) => history.keepsNotice(name, pocket.notices, notice));
    return driverPlace(ground, userId(name), pocket);
  });
  const places = placesOfPoints(ground, points, { history, kind });
  const standby = new Standby(central, disk);
  return {
    ...ground, seed, history, disk, central, standby, poison, paying, post, drivers, points, sites, kind, ...places,
  };
}

/** The first orders of a new network. */
export function firstOrders({ seed, sites, points, drivers, world: { chance } }: Town): Order[] {
  const orders: Order[] = [
    dayTariff(0.42),
    ...sites.map((id) => putSite(id, true)),
    ...points.map((point) => putPoint(point, { withSecret: true })),
    ...drivers.flatMap(({ driverId }): Order[] => [
      putUser(driverId, chance.is(0.7) ? 'normal' : 'priority', chance.whole(1, 2), true),
      { kind: 'book', userId: driverId, amountMinor: chance.whole(500, 20_000), reason: 'start' },
      putBilling(driverId, chance.of([null, 'per-session', 'monthly'])),
    ]),
    ...firstGroups(seed, drivers.map(({ driverId }) => driverId), sites),
    ...firstPrices(seed, {
      sites, points: points.map(({ pointId: id }) => id), drivers: drivers.map(({ driverId }) => driverId),
    }),
  ];
  // Last: who owes can pay no plan.
  return [...orders, ...firstDebts(seed, orders)];
}

const TARIFF = tariffId('day');

/** Night and day, paid parking, steps, VAT, and bounds: what a bill can be made of. */
export function dayTariff(perKwh: number): Order {
  return { kind: 'put-tariff', tariff: {
    id: TARIFF, currency: currency('EUR'),
    min_price: { excl_vat: 0.4 }, max_price: { excl_vat: 60, incl_vat: 70 },
    elements: [
      { price_components: [{ type: 'FLAT', price: 0.35, vat: 21, step_size: 1 }] },
      {
        price_components: [{ type: 'ENERGY', price: 0.2, vat: 5.5, step_size: 1 }],
        restrictions: { start_time: '00:00', end_time: '05:30' },
      },
      {
        price_components: [{ type: 'ENERGY', price: 0.9, vat: 21, step_size: 50 }],
        restrictions: { min_power: 20, max_kwh: 4 },
      },
      { price_components: [
        { type: 'ENERGY', price: perKwh, vat: 21, step_size: 100 },
        { type: 'TIME', price: 0.6, vat: 21, step_size: 60 },
      ] },
      {
        price_components: [{ type: 'PARKING_TIME', price: 6, step_size: 30 }], restrictions: { min_duration: 120 },
      },
    ],
  } };
}

export function putSite(id: SiteId, queueEnabled: boolean): Order {
  return { kind: 'put-site', site: {
    siteId: id, name: id, address: '', latitude: 38.34, longitude: -0.48, timeZone: 'Europe/Madrid',
    tariffId: TARIFF, queueEnabled,
  } };
}

export function putPoint(
  { pointId: id, siteId: site, connectors }: TownPoint, { withSecret }: { withSecret: boolean },
): Order {
  return {
    kind: 'put-point', secretSha256: withSecret ? secretOf(id).toString('base64') : null,
    point: { pointId: id, siteId: site, address: '', latitude: 38.34, longitude: -0.48, connectors: [...connectors] },
  };
}

export function putUser(
  driverId: UserId, priorityClass: PriorityClass, sessionsAtOnce: number, active: boolean,
): Extract<Order, { kind: 'put-user' }> {
  return {
    kind: 'put-user', passwordHash: hashOf(passwordOf(driverId)), pinHash: hashOf(pinOf(driverId)),
    user: {
      userId: driverId, role: 'user', active, priorityClass, currency: currency('EUR'),
      limits: { sessionsAtOnce, maxPowerW: null, hours: null },
    },
  };
}

export function putBilling(driverId: UserId, policy: InvoicePolicy | null): Order {
  return {
    kind: 'put-billing-details',
    details: {
      payer: userWallet(driverId), policy, name: `Name of ${driverId}`, address: ['Calle Mayor 1'], vatId: null,
    },
  };
}

/** The SHA-256 of a point's secret. */
function secretOf(id: string): Buffer {
  return hashSecret(Buffer.alloc(32, id));
}

/** All points in one process, or one for each; each machine has its own clock. */
function placesOfPoints(
  ground: Ground, points: readonly TownPoint[], { history, kind }: { history: History; kind: TownKind },
): Pick<Town, 'engines' | 'monitors' | 'rivals' | 'hosts'> {
  const { chance } = ground.world;
  const groups = chance.is(kind === 'day' ? 0.8 : 0.3) ? [points] : points.map((point) => [point]);
  const speed = chance.of(kind === 'day' ? [1, 2, 20] : [20, 60, 120]);
  const hosts = groups.map((): Host => ({ skewMs: chance.is(0.5) ? 0 : chance.between(-90_000, 90_000) }));
  const engines = groups.map((group, at) => enginePlace(ground, `engine-${at + 1}`, hosts[at] ?? { skewMs: 0 }, {
    points: group, speed, watch: (station) => history.watchStation(station),
  }));
  const watchers = (name: string, watched: (group: readonly TownPoint[]) => readonly TownPoint[]): MonitorPlace[] =>
    groups.map((group, at) => monitorPlace(ground, `${name}-${at + 1}`, hosts[at] ?? { skewMs: 0 }, {
      points: new Map(watched(group).map(({ pointId: id }) => [id, secretOf(id)])), engine: `engine-${at + 1}`,
    }));
  return {
    engines, hosts, monitors: watchers('monitor', (group) => group),
    rivals: watchers('rival', (group) => group.slice(0, 1)),
  };
}

function settingsOf({ chance }: World, partitions: number, kind: TownKind): Settings {
  const isDay = kind === 'day';
  return {
    ...DEFAULT_SETTINGS, partitions, registration: 'open', issuer: sampleIssuer(),
    dunningAfterMs: isDay ? [600_000, 7_200_000, 14_400_000] : [10_000, 40_000, 90_000],
    plugTimeoutMs: isDay ? 120_000 : chance.of([15_000, 60_000, 120_000]),
    provisionalMs: chance.of([isDay ? 3_600_000 : 40_000, 24 * 3_600_000, 24 * 3_600_000]),
    monitorLossPolicy: chance.is(0.8) ? 'finish' : 'stop',
    pointKeyLifeMs: chance.of([isDay ? 3_600_000 : 60_000, 24 * 3_600_000]),
    loginKeyLifeMs: chance.of([isDay ? 3_600_000 : 90_000, 24 * 3_600_000]),
    defaultHoldMinor: chance.of([150, 2_000]),
    lockoutFailuresUser: chance.of([3, 1_000, 1_000]), lockoutFailuresAddress: 1_000, lockoutMs: 60_000,
    meterValueEveryMs: chance.of([2_000, 60_000]),
    // Short ones, so that a rush sees a slot open, begin and pass.
    reservations: {
      feeMinor: 120, tiers: [{ beforeMs: 24 * 3_600_000, percent: 0 }, { beforeMs: 60_000, percent: 50 }],
      marginMs: 15_000, graceMs: 40_000, reminderMs: 30_000, leastOfferMs: 20_000, usualChargeMs: 30_000,
    },
  };
}
