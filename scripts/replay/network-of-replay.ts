// The network of a replay: its sites are the file's locations, its points the stations with one connector each, its
// users the drivers. Pure.
import { pointId, siteId, tariffId, userId, type PointId, type UserId } from '../../shared/ids.ts';
import type { PointRow, SiteRow, UserRow } from '../../shared/messages/orders.ts';
import type { NetworkTariff } from '../../shared/messages/ocpi-tariff.ts';
import type { Connector } from '../../shared/messages/values.ts';
import { currency } from '../../shared/money.ts';
import type { Plan } from './plan.ts';

/** A workplace's charger: SAE J1772, up to 19.2 kW. */
const CONNECTOR: Connector = { connectorNo: 1, type: 'IEC_62196_T1', maxPowerW: 19_200 };
const CURRENCY = currency('USD');
/** Day and night, time, standing plugged in, a step and VAT, so that recomputing a ticket has something to find. */
const TARIFF: NetworkTariff = {
  id: tariffId('day-night'), currency: CURRENCY,
  elements: [
    { price_components: [{ type: 'FLAT', price: 0.25, vat: 8.25, step_size: 1 }] },
    {
      price_components: [
        { type: 'ENERGY', price: 0.21, vat: 8.25, step_size: 1 },
        { type: 'TIME', price: 0.15, vat: 8.25, step_size: 1 },
        { type: 'PARKING_TIME', price: 0.3, step_size: 300 },
      ],
      restrictions: { start_time: '07:00', end_time: '22:00' },
    },
    { price_components: [{ type: 'ENERGY', price: 0.09, vat: 8.25, step_size: 1 }] },
  ],
};
const BALANCE_MINOR = 100_000_000;
/** At least this many sessions at once for every driver; more for one who had more in the record. */
const SESSIONS_AT_ONCE = 2;

export type ReplayNetwork = {
  /** For `ev-central admin load`. */
  readonly file: {
    readonly about: string; readonly tariffs: readonly NetworkTariff[]; readonly sites: readonly SiteRow[];
    readonly points: readonly PointRow[]; readonly users: readonly (UserRow & { balanceMinor: number })[];
  };
  readonly pointIds: readonly PointId[];
  readonly driverIds: readonly UserId[];
  /** For `ev-cp-engine --fleet`. */
  readonly fleet: readonly { readonly pointId: PointId; readonly connectors: readonly Connector[] }[];
};

export function pointOf(stationId: string): PointId {
  return pointId(`cp-${stationId}`);
}

export function driverOf(driverId: string): UserId {
  return userId(`driver-${driverId}`);
}

/** The id of the n-th request for a recorded session; `recordedOf` reads it back. */
export function requestIdOf(sessionId: string, tries: number): string {
  return `rec${tries}-${sessionId}`;
}

/** The recorded session that a request was for; null: it is no request of a replay. */
export function recordedOf(requestId: string): string | null {
  return /^rec\d+-(.+)$/.exec(requestId)?.[1] ?? null;
}

/** Makes the network that a plan needs. Places are not in the record: all stand at one position. */
export function networkOf(plan: Plan): ReplayNetwork {
  const sites = new Map<string, SiteRow>();
  const points = new Map<string, PointRow>();
  const at = { address: '', latitude: 0, longitude: 0 };
  for (const { recorded } of plan.sessions) {
    const site = siteId(`site-${recorded.siteId}`);
    if (!sites.has(recorded.siteId)) {
      sites.set(recorded.siteId, {
        siteId: site, name: `Location ${recorded.siteId}`, ...at, timeZone: 'UTC', tariffId: TARIFF.id,
        queueEnabled: true,
      });
    }
    if (!points.has(recorded.stationId)) {
      points.set(recorded.stationId, {
        pointId: pointOf(recorded.stationId), siteId: site, ...at, connectors: [CONNECTOR],
      });
    }
  }
  const users = [...plan.openAtOnce].map(([driverId, open]): UserRow & { balanceMinor: number } => ({
    userId: driverOf(driverId), role: 'user', active: true, priorityClass: 'normal', currency: CURRENCY,
    limits: { sessionsAtOnce: Math.max(SESSIONS_AT_ONCE, open), maxPowerW: null, hours: null },
    balanceMinor: BALANCE_MINOR,
  }));
  const pointRows = [...points.values()];
  return {
    file: {
      about: 'Made by npm run replay.', tariffs: [TARIFF], sites: [...sites.values()], points: pointRows, users,
    },
    pointIds: pointRows.map((point) => point.pointId),
    driverIds: users.map((user) => user.userId),
    fleet: pointRows.map(({ pointId: id, connectors }) => ({ pointId: id, connectors })),
  };
}
