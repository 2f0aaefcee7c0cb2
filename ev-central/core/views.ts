// What people see: rows made from the state, for screens, drivers and tools. Reads only.
import type { SiteId, UserId } from '../../shared/ids.ts';
import type { PointOffer, SessionRow } from '../../shared/messages/rows.ts';
import { liveCost } from './meter.ts';
import { connectorStatus, pointStatus } from './point-status.ts';
import { bandAt } from './price.ts';
import type { ChargePoint, PointState, Session } from './rows.ts';
import { isOver } from './session-index.ts';
import { distance, nearestSites } from './site-search.ts';
import type { State } from './state.ts';
import { estimatedWaitMs, waitingLine } from './waiting-queue.ts';

export type OfferFilter = {
  readonly siteId?: string; readonly text?: string; readonly connectorType?: string; readonly minPowerW?: number;
  readonly near?: { readonly latitude: number; readonly longitude: number; readonly radiusM: number };
};

/** The points that a filter lets through, as a driver sees them: nearest first, or by id. */
export function pointOffers(state: State, filter: OfferFilter, now: number): PointOffer[] {
  const chosen = filter.near === undefined ? allPoints(state, filter.siteId) : pointsNear(state, filter.near);
  const text = filter.text?.toLowerCase() ?? '';
  return chosen
    .filter((p) => filter.siteId === undefined || p.siteId === filter.siteId)
    .filter((p) => p.connectors.some((c) => fitsFilter(c, filter)))
    .map((p) => pointOffer(state, p, now, filter.near))
    .filter((o) => text === '' || `${o.pointId} ${o.siteId} ${o.place} ${o.address}`.toLowerCase().includes(text));
}

/** One point as a driver sees it. */
export function pointOffer(state: State, point: ChargePoint, now: number, from?: OfferFilter['near']): PointOffer {
  const site = state.sites.must(point.siteId);
  const tariff = state.tariffs.must(site.tariffId);
  const { status, sinceMs, why } = pointStatus(state, point.pointId);
  return {
    pointId: point.pointId, siteId: site.siteId, place: site.name, address: point.address || site.address,
    latitude: point.latitude, longitude: point.longitude, status, sinceMs: Math.max(0, Math.round(sinceMs)), why,
    connectors: point.connectors.map((c) => ({
      ...c, status: connectorStatus(state, point.pointId, c.connectorNo).status,
    })),
    band: bandAt(tariff, site.timeZone, now), perSessionMicros: tariff.perSessionMicros, currency: tariff.currency,
    waiting: state.sessionIndex.waitingAt(site.siteId).size,
    distanceM: from === undefined ? null : Math.round(distance(point, from)),
  };
}

/** The sessions that are not over: what runs, waits, or waits for its true end. */
export function openSessions(state: State, now: number, driverId?: UserId): SessionRow[] {
  const ids = driverId === undefined ? state.sessionIndex.open() : state.sessionIndex.ofDriver(driverId);
  return [...ids].map((id) => sessionRow(state, state.sessions.must(id), now));
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
    costMinor: live ? liveCost(state, session) : session.costMinor,
    holdMinor: session.holdMinor, currency: session.currency,
    place: place > 0 ? place : null,
    estimatedWaitMs: place > 0 ? estimatedWaitMs(state, session, place, now) : null,
    plugByMs: session.plugByMs, flags: [...session.flags],
  };
}

/** The waiting line of one site, or of all, in order. */
export function queueRows(state: State, now: number, siteId?: SiteId): SessionRow[] {
  const sites = siteId === undefined ? [...state.sites.values()].map((s) => s.siteId) : [siteId];
  return sites.flatMap((id) => waitingLine(state, id, now).map((s) => sessionRow(state, s, now)));
}

/** Drivers on line: who, from where, since when. */
export function driverRows(state: State): { userId: UserId; address: string; sinceMs: number }[] {
  return [...state.driverLinks.values()].map(({ userId, address, sinceMs }) => ({ userId, address, sinceMs }));
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

function allPoints(state: State, siteId: string | undefined): ChargePoint[] {
  const all = [...state.points.values()].filter((p) => siteId === undefined || p.siteId === siteId);
  return all.sort((a, b) => (a.pointId < b.pointId ? -1 : 1));
}

function pointsNear(state: State, near: NonNullable<OfferFilter['near']>): ChargePoint[] {
  const points: ChargePoint[] = [];
  for (const { site } of nearestSites(state.sites, near, near.radiusM)) {
    for (const pointId of state.pointsOfSite.get(site.siteId) ?? []) points.push(state.points.must(pointId));
  }
  return points;
}

function fitsFilter(connector: ChargePoint['connectors'][number], filter: OfferFilter): boolean {
  return (filter.connectorType === undefined || connector.type === filter.connectorType)
    && (filter.minPowerW === undefined || connector.maxPowerW >= filter.minPowerW);
}
