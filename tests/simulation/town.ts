// The network of one seed: its sites, points and drivers, on how many processes, under which settings.
import { DEFAULT_SETTINGS, type Settings } from '../../ev-central/core/settings.ts';
import type { Central } from '../../ev-central/central.ts';
import { pointId, type SiteId, siteId, tariffId, type UserId, userId } from '../../shared/ids.ts';
import type { Order } from '../../shared/messages/orders.ts';
import type { PriorityClass } from '../../shared/messages/values.ts';
import { currency } from '../../shared/money.ts';
import { hashSecret } from '../../shared/point-proof.ts';
import { CentralDisk } from './central-disk.ts';
import { type Break, History } from './checks.ts';
import { Cluster } from './cluster.ts';
import { Pocket } from './disk.ts';
import {
  centralPlace, driverPlace, type DriverPlace, enginePlace, type EnginePlace, type EnginePoint, type Ground, hashOf,
  monitorPlace, type MonitorPlace, passwordOf, pinOf, type Place,
} from './processes.ts';
import { Sockets } from './sockets.ts';
import { type Host, World } from './world.ts';

const NAMES = ['ana', 'ben', 'cat', 'dan', 'eva', 'fay'];

export type TownPoint = EnginePoint & { readonly siteId: SiteId };

export type Town = Ground & {
  readonly history: History;
  readonly disk: CentralDisk;
  readonly central: Place<Central>;
  readonly engines: readonly EnginePlace[];
  readonly monitors: readonly MonitorPlace[];
  readonly drivers: readonly DriverPlace[];
  readonly points: readonly TownPoint[];
  readonly sites: readonly SiteId[];
  /** One a machine on which points run. */
  readonly hosts: readonly Host[];
};

/** Builds the network of a seed; nothing runs yet. */
export function buildTown(seed: number, broken: Break | null): Town {
  const world = new World(seed);
  const { chance } = world;
  const cluster = new Cluster(world, chance.whole(1, 4));
  const ground: Ground = { world, cluster, sockets: new Sockets(world) };
  const history = new History(world, broken);
  const sites = Array.from({ length: chance.whole(1, 2) }, (_unused, at) => siteId(`SITE${at + 1}`));
  const points = Array.from({ length: chance.whole(2, 4) }, (_unused, at): TownPoint => ({
    pointId: pointId(`CP-${at + 1}`), siteId: sites[at % sites.length] ?? siteId('SITE1'),
    connectors: Array.from({ length: chance.is(0.3) ? 2 : 1 }, (_none, no) =>
      ({ connectorNo: no + 1, type: 'IEC_62196_T2', maxPowerW: 22_000 })),
  }));
  const disk = new CentralDisk(world, {
    alter: (batch) => history.broken(batch), written: (batch, rows) => history.written(batch, rows),
  });
  const central = centralPlace(ground, { skewMs: 0 }, {
    disk, settings: settingsOf(world, cluster.partitions),
  });
  const drivers = NAMES.slice(0, chance.whole(3, 6)).map((name) => {
    const pocket: Pocket = new Pocket((notice) => history.keepsNotice(name, pocket.notices, notice));
    return driverPlace(ground, userId(name), pocket);
  });
  return { ...ground, history, disk, central, drivers, points, sites, ...placesOfPoints(ground, points, history) };
}

/** The first orders of a new network. */
export function firstOrders({ sites, points, drivers, world: { chance } }: Town): Order[] {
  const tariff = tariffId('day');
  return [
    { kind: 'put-tariff', tariff: {
      tariffId: tariff, currency: currency('EUR'), perSessionMicros: 350_000,
      bands: [
        { fromMinute: 0, toMinute: 330, perKwhMicros: 200_000, perMinuteMicros: 0 },
        { fromMinute: 330, toMinute: 1440, perKwhMicros: 420_000, perMinuteMicros: 10_000 },
      ],
    } },
    ...sites.map((id): Order => ({ kind: 'put-site', site: {
      siteId: id, name: id, address: '', latitude: 38.34, longitude: -0.48, timeZone: 'Europe/Madrid',
      tariffId: tariff, queueEnabled: true,
    } })),
    ...points.map(({ pointId: id, siteId: site, connectors }): Order => ({
      kind: 'put-point', secretSha256: secretOf(id).toString('base64'),
      point: { pointId: id, siteId: site, address: '', latitude: 38.34, longitude: -0.48, connectors: [...connectors] },
    })),
    ...drivers.flatMap(({ driverId }): Order[] => [
      putUser(driverId, chance.is(0.7) ? 'normal' : 'priority', chance.whole(1, 2)),
      { kind: 'book', userId: driverId, amountMinor: chance.whole(500, 20_000), reason: 'start' },
    ]),
  ];
}

function putUser(driverId: UserId, priorityClass: PriorityClass, sessionsAtOnce: number): Order {
  return {
    kind: 'put-user', passwordHash: hashOf(passwordOf(driverId)), pinHash: hashOf(pinOf(driverId)),
    user: {
      userId: driverId, role: 'user', active: true, priorityClass, currency: currency('EUR'),
      limits: { sessionsAtOnce, maxPowerW: null, hours: null },
    },
  };
}

/** The SHA-256 of a point's secret. */
function secretOf(id: string): Buffer {
  return hashSecret(Buffer.alloc(32, id));
}

/** All points in one process, or one for each; each machine has its own clock. */
function placesOfPoints(ground: Ground, points: readonly TownPoint[], history: History): {
  engines: EnginePlace[]; monitors: MonitorPlace[]; hosts: Host[];
} {
  const { chance } = ground.world;
  const groups = chance.is(0.3) ? [points] : points.map((point) => [point]);
  const speed = chance.of([20, 60, 120]);
  const hosts = groups.map((): Host => ({ skewMs: chance.is(0.5) ? 0 : chance.between(-90_000, 90_000) }));
  const engines = groups.map((group, at) => enginePlace(ground, `engine-${at + 1}`, hosts[at] ?? { skewMs: 0 }, {
    points: group, speed, watch: (station) => history.watchStation(station),
  }));
  const monitors = groups.map((group, at) => monitorPlace(ground, `monitor-${at + 1}`, hosts[at] ?? { skewMs: 0 }, {
    points: new Map(group.map(({ pointId: id }) => [id, secretOf(id)])), engine: `engine-${at + 1}`,
  }));
  return { engines, monitors, hosts };
}

function settingsOf({ chance }: World, partitions: number): Settings {
  return {
    ...DEFAULT_SETTINGS, partitions,
    plugTimeoutMs: chance.of([15_000, 60_000, 120_000]),
    provisionalMs: chance.of([40_000, 24 * 3_600_000, 24 * 3_600_000]),
    monitorLossPolicy: chance.is(0.8) ? 'finish' : 'stop',
    pointKeyLifeMs: chance.of([60_000, 24 * 3_600_000]),
    loginKeyLifeMs: chance.of([90_000, 24 * 3_600_000]),
    defaultHoldMinor: chance.of([150, 2_000]),
    lockoutFailuresUser: 1_000, lockoutFailuresAddress: 1_000,
    meterValueEveryMs: chance.of([2_000, 60_000]),
  };
}
