// What people see: rows made from the state, for screens, drivers and tools. Reads only.
import type { PointId, SiteId, TariffId } from '../../shared/ids.ts';
import type { PriceNow } from '../../shared/messages/ocpi-tariff.ts';
import type { PointOffer, SessionRow } from '../../shared/messages/rows.ts';
import type { Currency } from '../../shared/money.ts';
import { words } from '../../shared/words.ts';
import { tariffText } from '../../shared/words/price.ts';
import { pointStatuses } from './point-status.ts';
import type { ChargePoint, DriverLink, PointState, Session } from './rows.ts';
import { provisionalCost } from './session-cost.ts';
import { isOver } from './session-index.ts';
import { distance, nearestSites } from './site-search.ts';
import type { State } from './state.ts';
import { newestVersion, shownRules, tariffFor, tariffIdOf, versionAt } from './tariffs.ts';
import { priceNow } from './tariff/price-now.ts';
import { estimatedWaitMs, waitingLine } from './waiting-queue.ts';

export type OfferFilter = {
  readonly siteId?: SiteId; readonly text?: string; readonly connectorType?: string; readonly minPowerW?: number;
  readonly near?: { readonly latitude: number; readonly longitude: number; readonly radiusM: number };
};

/**
 * The points that a filter lets through: nearest first, or by id. Only chosen, because an offer costs much more than a
 * look at a row, and a page needs few of them.
 */
export function choosePoints(state: State, filter: OfferFilter): readonly PointId[] {
  const { near, connectorType, minPowerW } = filter;
  const ids = near === undefined ? pointsById(state, filter.siteId) : pointsNear(state, near);
  const text = filter.text?.toLowerCase() ?? '';
  const misplaced = near !== undefined && filter.siteId !== undefined;
  if (text === '' && connectorType === undefined && minPowerW === undefined && !misplaced) return ids;
  return ids.filter((id) => {
    const point = state.points.must(id);
    return (filter.siteId === undefined || point.siteId === filter.siteId)
      && point.connectors.some((c) => fitsFilter(c, filter))
      && (text === '' || searchText(state, point).includes(text));
  });
}

/** One point as a driver sees it; `from`: where she is, if she said so. */
export function pointOffer(state: State, point: ChargePoint, now: number, from?: OfferFilter['near']): PointOffer {
  const site = state.sites.must(point.siteId);
  const { price, currency } = pricesAt(state, point, now);
  const { point: { status, sinceMs, why }, connectors } = pointStatuses(state, point.pointId);
  return {
    pointId: point.pointId, siteId: site.siteId, place: site.name, address: point.address || site.address,
    timeZone: site.timeZone, latitude: point.latitude, longitude: point.longitude, status,
    sinceMs: Math.max(0, Math.round(sinceMs)), why,
    connectors: point.connectors.map((c) => ({
      ...c, status: connectors.get(c.connectorNo) ?? 'Disconnected',
      ...nextReservation(state, point.pointId, c.connectorNo, now),
    })),
    price, currency,
    waiting: state.sessionIndex.waitingAt(site.siteId).size,
    distanceM: from === undefined ? null : Math.round(distance(point, from)),
  };
}

function nextReservation(
  state: State, pointId: PointId, connectorNo: number, now: number,
): { reservedFromMs?: number } {
  for (const { beginsAtMs } of state.reservationIndex.after(pointId, connectorNo, now)) {
    return { reservedFromMs: beginsAtMs };
  }
  return {};
}

/** What a charge costs at a point now: at its first connector, at that one's power. */
export function pricesAt(
  state: State, { pointId, siteId, connectors: [first] }: ChargePoint, atMs: number,
): { price: PriceNow | null; currency: Currency } {
  const place = { siteId, pointId, connectorNo: first?.connectorNo ?? null, userId: null };
  const version = tariffFor(state, place, atMs);
  if (version === undefined) {
    return { price: null, currency: newestVersion(state, tariffIdOf(state, place)).ocpi.currency };
  }
  const { timeZone } = state.sites.must(siteId);
  const rules = shownRules(state, version);
  return { price: priceNow(rules, { atMs, timeZone, powerW: first?.maxPowerW ?? 0 }), currency: rules.currency };
}

/** A tariff: the version that holds now, or the newest when none does. */
export function tariffRow(state: State, id: TariffId, now: number): Readonly<Record<string, unknown>> {
  const holding = versionAt(state, id, now);
  const { version, putAtMs, ocpi } = holding ?? newestVersion(state, id);
  const { newestVersion: versions } = state.tariffs.must(id);
  return {
    tariffId: id, version, versions, isValidNow: holding !== undefined, putAtMs, currency: ocpi.currency,
    prices: tariffText(ocpi, words().price), validFrom: ocpi.start_date_time ?? null,
    validUntil: ocpi.end_date_time ?? null, ocpi,
  };
}

export function sessionRow(state: State, session: Session, now: number): SessionRow {
  const meter = state.meters.get(session.sessionId);
  const waits = session.state === 'queued' && !session.offered;
  const line = waits ? waitingLine(state, session.siteId, now) : [];
  const place = line.findIndex((s) => s.sessionId === session.sessionId) + 1;
  const running = !isOver(session) && session.usage !== null;
  const live = running && meter !== undefined && session.meterStartWh !== null;
  return {
    sessionId: session.sessionId, requestId: session.requestId, corr: session.corr, driverId: session.driverId,
    siteId: session.siteId, pointId: session.pointId, connectorNo: session.connectorNo, state: session.state,
    stateSinceMs: session.stateSinceMs, requestedAtMs: session.requestedAtMs, startedAtMs: session.startedAtMs,
    endedAtMs: session.endedAtMs, endReason: session.endReason, provisional: session.provisional,
    energyWh: live ? meter.registerWh - (session.meterStartWh ?? 0) : session.energyWh,
    powerW: live && session.state === 'charging' ? meter.powerW : 0, socPercent: meter?.socPercent ?? null,
    costMinor: live ? provisionalCost(state, session) : session.costMinor,
    holdMinor: session.holdMinor, payer: session.payer, currency: session.currency,
    place: place > 0 ? place : null,
    estimatedWaitMs: place > 0 ? estimatedWaitMs(state, session, place, now) : null,
    plugByMs: session.plugByMs, flags: [...session.flags],
  };
}

/** The waiting line of one site, or of all, in order. */
export function waitingSessions(state: State, now: number, site?: SiteId): Session[] {
  if (site !== undefined) return waitingLine(state, site, now);
  return [...state.sites.values()].flatMap(({ siteId: id }) => waitingLine(state, id, now));
}

/** A driver on line: who, from where, since when. */
export function driverRow({ userId, address, sinceMs }: DriverLink): Omit<DriverLink, 'connectionId'> {
  return { userId, address, sinceMs };
}

/** A point with everything that Central knows of it, for the operator. */
export function pointDetail(
  state: State, point: ChargePoint, now: number,
): { offer: PointOffer; state: Omit<PointState, 'keyId'>; keyExpiresAtMs: number | null; sessions: SessionRow[] } {
  const { keyId, ...rest } = state.pointStates.must(point.pointId);
  const key = keyId === null ? undefined : state.keys.get(keyId);
  const sessions = point.connectors.flatMap((c) => {
    const id = state.sessionIndex.atConnector(point.pointId, c.connectorNo);
    const session = id === undefined ? undefined : state.sessions.get(id);
    return session === undefined ? [] : [sessionRow(state, session, now)];
  });
  return { offer: pointOffer(state, point, now), state: rest, keyExpiresAtMs: key?.expiresAtMs ?? null, sessions };
}

function pointsById(state: State, site: SiteId | undefined): readonly PointId[] {
  return site === undefined ? state.points.sortedKeys() : [...state.pointsOfSite.get(site) ?? []].sort();
}

function pointsNear(state: State, near: NonNullable<OfferFilter['near']>): PointId[] {
  const sites = nearestSites(state.sites, near, near.radiusM);
  return sites.flatMap(({ site }) => [...state.pointsOfSite.get(site.siteId) ?? []]);
}

/** What a driver may look for in words. */
function searchText(state: State, point: ChargePoint): string {
  const site = state.sites.must(point.siteId);
  return `${point.pointId} ${site.siteId} ${site.name} ${point.address || site.address}`.toLowerCase();
}

function fitsFilter(connector: ChargePoint['connectors'][number], filter: OfferFilter): boolean {
  return (filter.connectorType === undefined || connector.type === filter.connectorType)
    && (filter.minPowerW === undefined || connector.maxPowerW >= filter.minPowerW);
}
