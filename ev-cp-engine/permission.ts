// What each state of a connector allows: one table, used by the engine to refuse, by the screen to disable a key with
// the reason, and by the tests to enumerate. Pure. A text is the reason why not; null means that it can be done.
import type { PointStatus } from '../shared/messages/values.ts';
import type { CommandRefusal } from '../shared/messages/refusal.ts';
import { type ConnectorState, faultsOf, type Point } from './point-state.ts';

/** `finishing`: the car that has charged still stands at the cable. */
export const CONNECTOR_PHASES = ['free', 'authorized', 'plugged', 'charging', 'finishing'] as const;
export type ConnectorPhase = (typeof CONNECTOR_PHASES)[number];
export const LOCAL_ACTIONS = ['plug', 'unplug', 'stop', 'pause', 'request'] as const;
export type LocalAction = (typeof LOCAL_ACTIONS)[number];

const TAKEN = 'A car is plugged in already.';
const NO_CAR = 'No car is plugged in.';
const NO_CHARGE = 'Nothing is charging here.';

export const ALLOWED: Readonly<Record<ConnectorPhase, Readonly<Record<LocalAction, string | null>>>> = {
  free: { plug: null, unplug: NO_CAR, stop: NO_CHARGE, pause: NO_CAR, request: null },
  authorized: {
    plug: null, unplug: NO_CAR, stop: NO_CHARGE, pause: NO_CAR, request: 'A driver is awaited here already.',
  },
  plugged: { plug: TAKEN, unplug: null, stop: NO_CHARGE, pause: null, request: null },
  charging: { plug: TAKEN, unplug: null, stop: null, pause: null, request: 'A charge is running here.' },
  finishing: {
    plug: TAKEN, unplug: null, stop: NO_CHARGE, pause: null, request: 'Unplug the car that has charged first.',
  },
};

/** Whether Central may authorize a driver at a connector. `finishing`: only the driver whose car stands there. */
export const AUTHORIZABLE: Readonly<Record<ConnectorPhase, 'yes' | 'no' | 'same-driver'>> = {
  free: 'yes', authorized: 'no', plugged: 'yes', charging: 'no', finishing: 'same-driver',
};

export function phaseOf(connector: ConnectorState): ConnectorPhase {
  if (connector.session !== null) return 'charging';
  if (connector.plug === null) return connector.authorization === null ? 'free' : 'authorized';
  if (connector.authorization !== null) return 'authorized';
  return connector.plug.served === null ? 'plugged' : 'finishing';
}

/** Why a local action can't be done now; null: it can. */
export function whyNotLocal(point: Point, connector: ConnectorState | undefined, action: LocalAction): string | null {
  if (connector === undefined) return 'There is no such connector.';
  // A plugged car that waits for Central to come back counts as plugged for the cable, as authorized for the rest.
  const phase = phaseOf(connector);
  const isCable = action === 'plug' || action === 'unplug' || action === 'pause';
  const reason = isCable && phase === 'authorized' && connector.plug !== null
    ? ALLOWED.plugged[action] : ALLOWED[phase][action];
  if (reason !== null || action !== 'request') return reason;
  if (!point.live.monitor.connected) return 'The monitor of this point is away: nothing can be asked for here.';
  if (!point.kept.operative) return 'This point is out of order.';
  const fault = faultsOf(point, connector.connectorNo)[0];
  return fault === undefined ? null : `This point is broken: ${fault.code}.`;
}

/** Why Central's authorization is refused here; null: it is taken. Time and Central's presence are judged elsewhere. */
export function whyNotAuthorize(
  point: Point, connector: ConnectorState | undefined, driverId: string,
): CommandRefusal | null {
  if (connector === undefined) return 'connector-unknown';
  if (!point.kept.operative) return 'inoperative';
  if (faultsOf(point, connector.connectorNo).length > 0) return 'faulted';
  switch (AUTHORIZABLE[phaseOf(connector)]) {
    case 'yes': return null;
    case 'no': return 'connector-busy';
    case 'same-driver': return connector.plug?.served?.driverId === driverId ? null : 'connector-busy';
  }
}

/** The connector's status in OCPP's words. `away`: Central or the monitor can't be reached. */
export function connectorStatus(point: Point, connector: ConnectorState, away: boolean): PointStatus {
  if (faultsOf(point, connector.connectorNo).length > 0) return 'Faulted';
  const { session } = connector;
  if (session !== null) {
    if (session.state === 'charging') return 'Charging';
    return session.state === 'suspended-ev' ? 'SuspendedEV' : 'SuspendedEVSE';
  }
  if (!point.kept.operative || away) return 'Unavailable';
  switch (phaseOf(connector)) {
    case 'free': return 'Available';
    case 'authorized': case 'plugged': return 'Preparing';
    case 'finishing': return 'Finishing';
    case 'charging': return 'Charging';
  }
}
