// The snapshot that the driver's screen draws, built from what her client knows. Pure.
import { haversineM } from './distance.ts';
import type { ConnectorType } from '../shared/messages/values.ts';
import type { PointOffer, SessionRow } from '../shared/messages/rows.ts';
import type { LinkView, ScreenMessage } from '../shared/screen/handle.ts';
import { words } from '../shared/words.ts';
import { isOver, type Charge } from './charges.ts';
import { centralTime, type ClientState, type Now } from './client-state.ts';
import { reservationViews, seriesViews } from './reservation-view.ts';
import type { ChargeView, DriverScreenView, HistoryView, OfferView } from './ui/view.ts';

export type Position = { readonly latitude: number; readonly longitude: number };

export type ScreenFacts = {
  /** Null before the first log-in. */
  readonly client: { readonly state: ClientState; readonly now: Now } | null;
  readonly suggestedDriverId: string;
  readonly centralAddress: string;
  readonly position: Position | null;
  readonly batch: { done: number; total: number; nextInMs: number | null } | null;
  readonly messages: readonly ScreenMessage[];
  readonly nowMs: number;
};

const NO_LINK: LinkView = { state: 'connecting', sinceMs: 0, why: 'not logged in' };

/** Everything that the screen shows. */
export function screenView(facts: ScreenFacts): DriverScreenView {
  const { client, suggestedDriverId, centralAddress, position } = facts;
  const common = { suggestedDriverId, centralAddress, position };
  if (client === null) {
    return {
      ...common, nowMs: facts.nowMs, driverId: null, login: { state: 'needed', text: '' }, central: NO_LINK,
      bus: NO_LINK, balance: null, sites: [], points: [], pointsAtMs: null, charges: [], history: [], reservations: [],
      series: [], batch: null, messages: facts.messages,
    };
  }
  const { state, now } = client;
  const nowMs = centralTime(now);
  const { batch } = facts;
  const points = [...state.points.values()];
  return {
    ...common, nowMs, driverId: state.driverId, login: loginView(state),
    central: { ...state.central }, bus: { ...state.bus }, balance: state.account === null ? null : { ...state.account },
    sites: sitesOf(points, state.timeZone),
    points: points.map((offer) => offerView(offer, position)), pointsAtMs: state.pointsAtMs,
    charges: chargeViews(state), history: state.sessions.filter(isOverRow).map((row) => historyView(state, row)),
    reservations: reservationViews(state, now), series: seriesViews(state),
    batch: batch === null ? null
      : { done: batch.done, total: batch.total, nextAtMs: batch.nextInMs === null ? null : nowMs + batch.nextInMs },
    messages: [...facts.messages, ...state.messages].sort((a, b) => a.atMs - b.atMs),
  };
}

function loginView({ login, account }: ClientState): DriverScreenView['login'] {
  if (login.state === 'refused' && login.retryAwakeMs === null) return { state: 'needed', text: login.text };
  // Once logged in the screen stays: a lost link is shown as such, and is made again by itself.
  return account === null ? { state: 'checking', text: login.text } : { state: 'in', text: '' };
}

function sitesOf(points: readonly PointOffer[], ownZone: string): DriverScreenView['sites'] {
  const sites = new Map(points.map((point) => [point.siteId, point]));
  return [...sites].map(([siteId, { place, timeZone }]) => ({ siteId, name: place, timeZone: timeZone ?? ownZone }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

function offerView(offer: PointOffer, position: Position | null): OfferView {
  const { pointId, siteId, status, currency, waiting, connectors } = offer;
  const types = new Set<ConnectorType>(connectors.map((connector) => connector.type));
  return {
    pointId, siteId, siteName: offer.place, place: offer.address, status, currency, waiting,
    maxPowerW: Math.max(0, ...connectors.map((connector) => connector.maxPowerW)), connectorTypes: [...types],
    connectors: connectors.length, freeConnectors: connectors.filter((c) => c.status === 'Available').length,
    price: offer.price,
    distanceM: position === null ? offer.distanceM : Math.round(haversineM(position, offer)),
  };
}

function chargeViews(state: ClientState): ChargeView[] {
  const views = [...state.charges.values()].reverse();
  return [...views.filter((charge) => !isOver(charge)), ...views.filter(isOver)]
    .map((charge) => chargeView(state, charge));
}

function chargeView(state: ClientState, charge: Charge): ChargeView {
  const { requestId, sessionId, pointId, connectorNo, sinceMs, why, provisional, goal, estimatedWaitMs } = charge;
  const offer = pointId === null ? undefined : state.points.get(pointId);
  const connectors = (offer?.connectors ?? []).filter((c) => connectorNo === null || c.connectorNo === connectorNo);
  return {
    requestId, sessionId, askedFor: askedFor(charge), pointId, connectorNo, state: charge.state, sinceMs, why,
    provisional, goal, queuePlace: charge.place, estimatedWaitMs, plugByMs: charge.plugByMs, live: charge.live,
    maxPowerW: connectors.length === 0 ? null : Math.max(...connectors.map((c) => c.maxPowerW)),
    ticket: charge.ticket, steps: charge.steps,
  };
}

function askedFor({ target, pointId }: Charge): string {
  if (target === null) return pointId ?? '';
  switch (target.kind) {
    case 'point': return target.pointId;
    case 'site': return `any point at ${target.siteId}`;
    case 'near': return `any within ${(target.radiusM / 1000).toFixed(0)} km`;
  }
}

function isOverRow(row: SessionRow): boolean {
  return ['completed', 'rejected', 'cancelled', 'expired'].includes(row.state)
    || (row.state === 'interrupted' && !row.provisional);
}

function historyView(state: ClientState, row: SessionRow): HistoryView {
  const { sessionId, pointId, requestedAtMs, energyWh, currency, endReason } = row;
  const charge = [...state.charges.values()].find((each) => each.sessionId === sessionId);
  return {
    sessionId, pointId, state: row.state, requestedAtMs, energyWh, amountMinor: row.costMinor, currency,
    why: endReason === null ? (charge?.why ?? '') : words().endReason[endReason], ticket: charge?.ticket ?? null,
    invoiceNumber: charge?.invoiceNumber ?? '',
  };
}
