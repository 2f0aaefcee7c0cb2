// What the screen shows of the station, and what its keys do.
import type { Bus } from '../shared/bus/port.ts';
import { LIMITS } from '../shared/limits.ts';
import type { FaultCode, PointStatus } from '../shared/messages/values.ts';
import type { LinkView } from '../shared/screen/handle.ts';
import { connectorStatus, type LocalAction, whyNotLocal } from './permission.ts';
import { connectorOf, type ConnectorState, type EngineInput, type Point } from './point-state.ts';
import type { Hosted, LocalAnswer, Station } from './station.ts';
import type { EngineActionKind, EngineActions, EngineConnectorView, EnginePlace, EnginePointView, EngineView,
} from './ui/view.ts';
import { socPercentOf, VEHICLE_MODELS } from './vehicle.ts';

const NO_POINT = 'No monitor has said yet which point this is.';
/** The state that is shown for a point of several connectors: the first of these that one of them has. */
const STATUS_ORDER: readonly PointStatus[] = [
  'Charging', 'SuspendedEV', 'SuspendedEVSE', 'Finishing', 'Preparing', 'Available', 'Unavailable', 'Faulted',
];

export type SnapshotSource = { readonly station: Station; readonly bus: Bus; readonly address: string };

/** Builds the function that the screen calls; it remembers since when each state holds. */
export function createSnapshot({ station, bus, address }: SnapshotSource): () => EngineView {
  const statuses = new Map<Hosted, { status: PointStatus; sinceMs: number }>();
  const openedAtMs = station.now().atMs;
  let busSinceMs = openedAtMs;
  bus.onState(() => {
    busSinceMs = station.now().atMs;
  });
  return () => {
    const nowMs = station.now().atMs;
    const points = [...station.points.values()].map((hosted) => {
      const status = statusOf(hosted.point, isAway(station, hosted.point));
      const known = statuses.get(hosted);
      const since = known?.status === status ? known : { status, sinceMs: nowMs };
      statuses.set(hosted, since);
      return pointView(station, hosted, since);
    });
    const isUp = bus.state() === 'up';
    return {
      nowMs, address, messages: station.messages, vehicles: VEHICLE_MODELS,
      bus: { state: isUp ? 'up' : 'down', sinceMs: busSinceMs, why: isUp ? '' : 'Kafka does not answer' },
      points: points.length > 0 ? points : [unnamedPoint(openedAtMs)],
    };
  };
}

/** The screen's keys. */
export function createActions(station: Station): EngineActions {
  const act = ({ index }: EnginePlace, input: EngineInput): LocalAnswer => {
    const hosted = [...station.points.values()][index];
    if (hosted === undefined) return { ok: false, text: NO_POINT };
    return station.take(hosted, input) ?? { ok: true, text: '' };
  };
  const connectorNoAt = (at: EnginePlace): number => at.connectorNo ?? 1;
  const isOn = (at: EnginePlace, code: FaultCode): boolean =>
    pointAt(station, at)?.kept.faults.some((fault) => fault.code === code) ?? false;
  const toggle = (at: EnginePlace, code: FaultCode, on: boolean): LocalAnswer => act(at, on
    ? { kind: 'fault', connectorNo: null, code, detail: code === 'forced' ? 'KO by hand' : '' }
    : { kind: 'clear', connectorNo: null, code });
  return {
    plug: (at, vehicle) => act(at, { kind: 'plug', connectorNo: connectorNoAt(at), vehicle }),
    unplug: (at) => act(at, { kind: 'unplug', connectorNo: connectorNoAt(at) }),
    stop: (at) => act(at, { kind: 'stop-button', connectorNo: connectorNoAt(at) }),
    request: (at, { driverId, pin, goal }) =>
      act(at, { kind: 'request', connectorNo: connectorNoAt(at), driverId, pin, goal }),
    toggleKo: (at) => toggle(at, 'forced', !isOn(at, 'forced')),
    fault: (at, code) => act(at, { kind: 'fault', connectorNo: at.connectorNo, code, detail: 'broken by hand' }),
    clear: (at) => act(at, { kind: 'clear', connectorNo: null, code: null }),
    powerLoss: (at) => toggle(at, 'power-loss', true),
    powerBack: (at) => toggle(at, 'power-loss', false),
    whyNot: (kind, at) => whyNot(pointAt(station, at), kind, connectorNoAt(at)),
  };
}

function whyNot(point: Point | undefined, kind: EngineActionKind, connectorNo: number): string | null {
  if (point === undefined) return NO_POINT;
  const isLost = point.kept.faults.some((fault) => fault.code === 'power-loss');
  const isBroken = point.kept.faults.some((fault) => fault.code !== 'power-loss' && fault.code !== 'forced');
  switch (kind) {
    case 'toggle-ko': case 'fault': return null;
    case 'clear': return isBroken ? null : 'Nothing is broken here.';
    case 'power-loss': return isLost ? 'The power is away already.' : null;
    case 'power-back': return isLost ? null : 'The power is there.';
    default: return whyNotLocal(point, connectorOf(point, connectorNo), kind satisfies LocalAction);
  }
}

function pointAt(station: Station, { index }: EnginePlace): Point | undefined {
  return [...station.points.values()][index]?.point;
}

function pointView(
  station: Station, { pointId, point, entry }: Hosted, { status, sinceMs }: { status: PointStatus; sinceMs: number },
): EnginePointView {
  const { kept, live } = point;
  const away = isAway(station, point);
  const hasFault = (code: FaultCode): boolean => kept.faults.some((fault) => fault.code === code);
  return {
    pointId, siteId: kept.siteId, place: kept.place, status, sinceMs, why: whyOf(station, point),
    operative: kept.operative,
    tariff: live.tariff,
    connectors: kept.connectors.map((connector) => connectorView(point, connector, away)),
    faults: kept.faults.map(({ code, connectorNo, sinceMs: since, detail }) =>
      ({ code, connectorNo, sinceMs: since, detail })),
    forcedKo: hasFault('forced'), powerLost: hasFault('power-loss'),
    monitor: monitorView(station, point), central: centralView(point), key: live.key,
    journalFacts: entry.facts.length,
  };
}

function connectorView(point: Point, connector: ConnectorState, away: boolean): EngineConnectorView {
  const { connectorNo, type, maxPowerW, limitW, registerWh, session, plug } = connector;
  const vehicle = plug?.vehicle ?? null;
  return {
    connectorNo, type, maxPowerW, limitW, meterWh: registerWh, status: connectorStatus(point, connector, away),
    vehicle: plug === null ? null
      : { name: vehicle?.name ?? 'A car', batteryWh: vehicle?.batteryWh ?? 0,
          socPercent: vehicle === null ? 0 : socPercentOf(vehicle) },
    powerW: session?.powerW ?? 0, session: sessionView(connector),
  };
}

function sessionView({ session, authorization, plug, registerWh }: ConnectorState): EngineConnectorView['session'] {
  if (session !== null) {
    const { sessionId, driverId, goal, startedAtMs, meterStartWh, state } = session;
    return {
      sessionId, driverId, goal, startedAtMs, plugByMs: null, energyWh: registerWh - meterStartWh, costMinor: null,
      state: state === 'charging' ? 'charging' : 'suspended',
    };
  }
  if (authorization !== null) {
    const { sessionId, driverId, goal, plugByMs } = authorization;
    return {
      sessionId, driverId, goal, plugByMs, startedAtMs: null, energyWh: 0, costMinor: null, state: 'authorized',
    };
  }
  const served = plug?.served ?? null;
  return served === null ? null : { ...served, plugByMs: null, costMinor: null, state: 'finishing' };
}

function statusOf(point: Point, away: boolean): PointStatus {
  const statuses = point.kept.connectors.map((connector) => connectorStatus(point, connector, away));
  return STATUS_ORDER.find((status) => statuses.includes(status)) ?? 'Unavailable';
}

function whyOf(station: Station, { kept, live }: Point): string {
  const [fault] = kept.faults;
  if (fault !== undefined) return fault.detail === '' ? fault.code : `${fault.code}: ${fault.detail}`;
  if (live.journalTrouble !== null) return live.journalTrouble;
  if (!kept.operative) return kept.note === '' ? 'stopped by an operator' : `stopped by an operator: ${kept.note}`;
  if (!live.monitor.connected) return 'the monitor is away';
  if (live.monitor.central !== 'connected') return 'EV_Central cannot be reached';
  return isSilent(station, { kept, live }) ? 'the monitor is silent' : '';
}

function monitorView(station: Station, point: Point): LinkView {
  const { connected, sinceMs } = point.live.monitor;
  if (!connected) return { state: 'connecting', sinceMs, why: 'no monitor is connected' };
  return isSilent(station, point) ? { state: 'down', sinceMs, why: 'no health check for 3 s' }
    : { state: 'up', sinceMs, why: '' };
}

function centralView({ live: { monitor } }: Point): LinkView {
  const sinceMs = monitor.centralSinceMs;
  if (!monitor.connected) return { state: 'down', sinceMs, why: 'the monitor is away' };
  switch (monitor.central) {
    case 'connected': return { state: 'up', sinceMs, why: '' };
    case 'refused': return { state: 'refused', sinceMs, why: 'Central has refused this point' };
    case 'away': return { state: 'down', sinceMs, why: 'EV_Central cannot be reached' };
    case 'unknown': return { state: 'connecting', sinceMs, why: 'the monitor has not said yet' };
  }
}

function isAway(station: Station, point: Point): boolean {
  const { connected, central } = point.live.monitor;
  return !connected || central !== 'connected' || isSilent(station, point);
}

function isSilent(station: Station, { live: { monitor } }: Point): boolean {
  return monitor.lastCheckMs !== null && station.now().awakeMs - monitor.lastCheckMs > LIMITS.deadPeerMs;
}

function unnamedPoint(sinceMs: number): EnginePointView {
  const nowhere: LinkView = { state: 'connecting', sinceMs, why: NO_POINT };
  return {
    pointId: null, siteId: null, place: '', status: 'Unavailable', sinceMs, why: NO_POINT, operative: true,
    tariff: null, connectors: [], faults: [], forcedKo: false, powerLost: false, monitor: nowhere, central: nowhere,
    key: { held: false, sinceMs, why: NO_POINT, expiresAtMs: null }, journalFacts: 0,
  };
}
