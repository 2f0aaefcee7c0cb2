// A point's status, derived from the four stored facts: link, health, operative, connector occupancy; with since-when
// and why. Nothing stores a status.
import { assertNever } from '../../shared/assert.ts';
import type { PointId } from '../../shared/ids.ts';
import type { PointStatus } from '../../shared/messages/values.ts';
import type { ConnectorState, PointState, Session } from './rows.ts';
import { keptFor } from './reservation-slots.ts';
import { isOver } from './session-index.ts';
import type { State } from './state.ts';

export type StatusView = { readonly status: PointStatus; readonly sinceMs: number; readonly why: string };

/** A point that is registered but has never been heard of. */
export function freshPointState(pointId: PointId, now: number): PointState {
  return {
    pointId,
    link: { connected: false, sinceMs: now, reason: 'never connected' },
    health: { engine: 'unknown', sinceMs: now, reason: '' },
    operative: { on: true, sinceMs: now, note: '', by: '' },
    barred: null, connectors: [], faults: [], keyId: null, accepted: null, commandNumber: 0,
    clockOffsetMs: 0, evictionsMs: [],
  };
}

/** The status of a whole point, since it has been announced, or since the fact from which it is derived. */
export function pointStatus(state: State, pointId: PointId): StatusView {
  return pointStatuses(state, pointId).point;
}

export type PointStatuses = { readonly point: StatusView; readonly connectors: ReadonlyMap<number, PointStatus> };

/**
 * The status of a point and those of its connectors, each looked at once: a page of a search shows some hundred. What
 * concerns all of the point comes first, else its busiest connector.
 */
export function pointStatuses(state: State, pointId: PointId): PointStatuses {
  const pointState = state.pointStates.get(pointId);
  if (pointState === undefined) return { point: UNREGISTERED, connectors: new Map() };
  const whole = wholePointStatus(pointState);
  const connectors = new Map<number, PointStatus>();
  let busiest: StatusView | undefined;
  for (const each of pointState.connectors) {
    const view = whole ?? occupancyStatus(state, pointState, each);
    if (busiest === undefined || RANK[view.status] < RANK[busiest.status]) busiest = view;
    connectors.set(each.connectorNo, (whole ?? blockedUnlessBusy(pointState, view)).status);
  }
  busiest ??= { status: 'Available', sinceMs: pointState.health.sinceMs, why: '' };
  const view = whole ?? blockedUnlessBusy(pointState, busiest);
  const announced = state.announced.get(pointId);
  return { point: announced?.status === view.status ? { ...view, sinceMs: announced.sinceMs } : view, connectors };
}

/** The status of one connector. */
export function connectorStatus(state: State, pointId: PointId, connectorNo: number): StatusView {
  const pointState = state.pointStates.get(pointId);
  const connector = pointState?.connectors.find((c) => c.connectorNo === connectorNo);
  if (pointState === undefined || connector === undefined) {
    return UNREGISTERED;
  }
  const whole = wholePointStatus(pointState);
  if (whole !== undefined) return whole;
  return blockedUnlessBusy(pointState, occupancyStatus(state, pointState, connector));
}

/** The connector's state as the point has reported it; one that never reported is free. */
export function connectorState(pointState: PointState, connectorNo: number): ConnectorState {
  return pointState.connectors.find((c) => c.connectorNo === connectorNo) ?? freshConnector(connectorNo);
}

export function freshConnector(connectorNo: number): ConnectorState {
  return {
    connectorNo, plugged: false, faults: [], batteryWh: null, socPercent: null, vehiclePowerW: null,
    finishedSessionId: null,
  };
}

const UNREGISTERED: StatusView = { status: 'Disconnected', sinceMs: 0, why: 'not registered' };

/** Busiest first: what a tile of a point with several connectors shows. */
const RANK: Record<PointStatus, number> = {
  Charging: 0, SuspendedEV: 1, SuspendedEVSE: 2, Preparing: 3, Reserved: 4, Finishing: 5, Available: 6, Faulted: 7,
  Unavailable: 8, Disconnected: 9,
};

function wholePointStatus(point: PointState): StatusView | undefined {
  const { link, health } = point;
  if (!link.connected) return { status: 'Disconnected', sinceMs: link.sinceMs, why: link.reason };
  if (health.engine === 'unknown') {
    return { status: 'Disconnected', sinceMs: link.sinceMs, why: 'no health report yet' };
  }
  if (health.engine !== 'ok') {
    const why = health.engine === 'unreachable' ? `engine does not answer: ${health.reason}` : health.reason;
    return { status: 'Faulted', sinceMs: health.sinceMs, why };
  }
  if (point.faults.length > 0) {
    return { status: 'Faulted', sinceMs: health.sinceMs, why: point.faults.join(', ') };
  }
  return undefined;
}

/** A point out of order that still finishes a charge shows the charge; it is blocked after that. */
function blockedUnlessBusy(point: PointState, view: StatusView): StatusView {
  const busy = view.status === 'Charging' || view.status === 'SuspendedEV' || view.status === 'SuspendedEVSE';
  if (point.operative.on || busy || view.status === 'Faulted') return view;
  return { status: 'Unavailable', sinceMs: point.operative.sinceMs, why: point.operative.note };
}

function occupancyStatus(state: State, point: PointState, connector: ConnectorState): StatusView {
  if (connector.faults.length > 0) {
    return { status: 'Faulted', sinceMs: point.health.sinceMs, why: connector.faults.join(', ') };
  }
  const sessionId = state.sessionIndex.atConnector(point.pointId, connector.connectorNo);
  const session = sessionId === undefined ? undefined : state.sessions.get(sessionId);
  if (session !== undefined && !isOver(session)) {
    const status = sessionStatus(state, session, connector);
    return { status, sinceMs: session.stateSinceMs, why: '' };
  }
  if (!connector.plugged) {
    const kept = keptFor(state, point.pointId, connector.connectorNo);
    if (kept !== undefined) return { status: 'Reserved', sinceMs: kept.stateSinceMs, why: 'kept for a reservation' };
    return { status: 'Available', sinceMs: point.health.sinceMs, why: '' };
  }
  if (connector.finishedSessionId === null) {
    return { status: 'Preparing', sinceMs: point.health.sinceMs, why: 'plugged in, nobody has asked for a charge' };
  }
  return { status: 'Finishing', sinceMs: point.health.sinceMs, why: 'charged, still plugged in' };
}

function sessionStatus(state: State, session: Session, connector: ConnectorState): PointStatus {
  switch (session.state) {
    case 'requested':
    case 'queued':
    case 'authorized':
      return connector.plugged ? 'Preparing' : 'Reserved';
    case 'preparing':
      return 'Preparing';
    case 'charging':
      return 'Charging';
    case 'suspended':
      return state.meters.get(session.sessionId)?.state === 'suspended-evse' ? 'SuspendedEVSE' : 'SuspendedEV';
    case 'finishing':
      return 'Finishing';
    case 'interrupted':
    case 'completed':
    case 'rejected':
    case 'cancelled':
    case 'expired':
      return 'Finishing';
    default:
      return assertNever(session.state, 'session state');
  }
}
