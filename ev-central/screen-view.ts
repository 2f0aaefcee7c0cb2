// What the operator's screen shows: a snapshot of plain values, built from the state when the screen draws.
import type { LinkView } from '../shared/screen/handle.ts';
import type { UserId } from '../shared/ids.ts';
import type { SessionRow } from '../shared/messages/rows.ts';
import { connectorStatus, pointStatus } from './core/point-status.ts';
import type { ChargePoint } from './core/rows.ts';
import { isOver } from './core/session-index.ts';
import type { State } from './core/state.ts';
import { pricesAt, sessionRow } from './core/views.ts';
import type { MessageBoard } from './message-board.ts';
import type { CentralView, ConnectorView, DriverView, PointView, RequestView, TileSession } from './ui/view.ts';

export type ViewSource = {
  readonly state: State;
  readonly board: MessageBoard;
  readonly address: string;
  readonly outboxRows: () => number;
  readonly deadLetters: () => number;
  readonly startedAtMs: number;
};

export function buildView(source: ViewSource, nowMs: number): CentralView {
  const { state, board, address } = source;
  const points = [...state.points.values()].sort(bySiteAndId).map((point) => pointView(source, point, nowMs));
  const requests = [...state.sessionIndex.open()].map((id) => state.sessions.must(id))
    .sort((a, b) => a.requestedAtMs - b.requestedAtMs)
    .map((session) => requestView(sessionRow(state, session, nowMs), session.priorityClass, session.goal));
  return {
    nowMs, standby: null, address, bus: busView(state), outboxRows: source.outboxRows(),
    deadLetters: source.deadLetters(),
    sites: [...state.sites.values()].map(({ siteId, name, timeZone }) => ({ siteId, name, timeZone })),
    points, requests, drivers: driverViews(state), messages: board.lines(),
  };
}

/** What a standby shows: that it waits, and for what. */
export function standbyView(
  standby: NonNullable<CentralView['standby']>, board: MessageBoard, address: string, nowMs: number,
): CentralView {
  const bus: LinkView = { state: 'connecting', sinceMs: standby.sinceMs, why: 'standby' };
  return {
    nowMs, standby, address, bus, outboxRows: 0, deadLetters: 0, sites: [], points: [], requests: [], drivers: [],
    messages: board.lines(),
  };
}

function busView(state: State): LinkView {
  const { up, reason, sinceMs } = state.bus;
  return { state: up ? 'up' : 'down', sinceMs, why: up ? '' : reason };
}

function pointView({ state, startedAtMs }: ViewSource, point: ChargePoint, nowMs: number): PointView {
  const site = state.sites.must(point.siteId);
  const known = state.pointStates.get(point.pointId);
  const link = state.monitorLinks.get(point.pointId);
  const { status, sinceMs, why } = pointStatus(state, point.pointId);
  const lastHeardMs = known === undefined || known.link.sinceMs <= startedAtMs ? null : known.link.sinceMs;
  const barred = known?.barred?.why ?? null;
  return {
    pointId: point.pointId, siteId: point.siteId, place: site.name,
    ...pricesAt(state, point, nowMs),
    status, sinceMs, why, operative: known?.operative.on ?? true,
    barred: barred === 'key-revoked' && point.secretSha256 === null ? 'point-revoked' : barred,
    monitorAddress: link?.address ?? null,
    // The link's heartbeat proves within 3 s that the monitor is there.
    heardAtMs: link === undefined ? lastHeardMs : nowMs,
    connectors: point.connectors.map((c): ConnectorView => ({
      ...c, status: connectorStatus(state, point.pointId, c.connectorNo).status,
      session: tileSession(state, point, c.connectorNo, nowMs),
    })),
  };
}

function tileSession(state: State, point: ChargePoint, connectorNo: number, nowMs: number): TileSession | null {
  const id = state.sessionIndex.atConnector(point.pointId, connectorNo);
  const session = id === undefined ? undefined : state.sessions.get(id);
  if (session === undefined || isOver(session)) return null;
  const row = sessionRow(state, session, nowMs);
  return {
    sessionId: row.sessionId, driverId: row.driverId, state: row.state, startedAtMs: row.startedAtMs,
    energyWh: row.energyWh, powerW: row.powerW, socPercent: row.socPercent, amountMinor: row.costMinor,
    currency: row.currency,
  };
}

function requestView(
  row: SessionRow, priorityClass: RequestView['priorityClass'], goal: RequestView['goal'],
): RequestView {
  return {
    sessionId: row.sessionId, atMs: row.requestedAtMs, driverId: row.driverId, siteId: row.siteId,
    pointId: row.pointId, connectorNo: row.connectorNo, state: row.state, place: row.place,
    estimatedWaitMs: row.estimatedWaitMs, plugByMs: row.startedAtMs === null ? row.plugByMs : null, priorityClass, goal,
  };
}

function driverViews(state: State): DriverView[] {
  const views = new Map<UserId, DriverView>();
  for (const { userId, address, sinceMs } of state.driverLinks.values()) {
    if (views.has(userId)) continue;
    views.set(userId, { driverId: userId, address, sinceMs, sessions: state.sessionIndex.ofDriver(userId).size });
  }
  return [...views.values()].sort((a, b) => (a.driverId < b.driverId ? -1 : 1));
}

function bySiteAndId(a: ChargePoint, b: ChargePoint): number {
  if (a.siteId !== b.siteId) return a.siteId < b.siteId ? -1 : 1;
  return a.pointId < b.pointId ? -1 : 1;
}
