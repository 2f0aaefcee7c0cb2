// How a connector is, for the uptime: written when it changes, with since when. From these spans come the minutes of
// outage by cause. What each counts as under which rule is in uptime.ts.
import type { PointId } from '../../../shared/ids.ts';
import { connectorStatus } from '../point-status.ts';
import type { PointState, Session } from '../rows.ts';
import { connectorKey } from '../session-index.ts';
import type { State } from '../state.ts';
import { emit, type Step } from '../step.ts';
import { daysOf, piecesOf } from './buckets.ts';
import type { Condition, ConditionRow, ConnectorSpan } from './condition-row.ts';
import { type Figure, groupOf } from './figure.ts';

/** Before an order said whether it was planned, an operator's note that began so said it. */
const PLANNED = /^maintenance\b/i;

/** From the first tick on, all connectors are watched: tools that only give an order to the database watch none. */
export function beginWatching(state: State): void {
  if (state.conditions !== null) return;
  state.conditions = new Map();
  for (const point of state.points.values()) state.pointsTouched.add(point.pointId);
}

/** Notes how the connectors of a point that was touched are now. */
export function noteConditions(step: Step, pointId: PointId): void {
  const { state, now } = step;
  if (state.conditions === null) return;
  const point = state.points.get(pointId);
  const pointState = state.pointStates.get(pointId);
  const site = point === undefined ? undefined : state.sites.get(point.siteId);
  for (const { connectorNo } of point?.connectors ?? []) {
    if (pointState === undefined || site === undefined) continue;
    const connector = connectorKey(pointId, connectorNo);
    const condition = conditionOf(state, pointState, connectorNo);
    if (state.conditions.get(connector)?.condition === condition) continue;
    const charged = condition === 'standing' ? standsThere(state, pointState, connectorNo) : undefined;
    const row: ConditionRow = {
      connector, pointId, connectorNo, siteId: site.siteId, timeZone: site.timeZone, condition,
      userId: charged?.driverId ?? null, groupId: groupOf(charged?.payer ?? null), atMs: now,
    };
    state.conditions.set(connector, row);
    emit(step, { kind: 'append', table: 'conditions', row });
  }
  const there = new Set((point?.connectors ?? []).map(({ connectorNo }) => connectorKey(pointId, connectorNo)));
  for (let connectorNo = 1; connectorNo <= MOST_CONNECTORS; connectorNo++) {
    const connector = connectorKey(pointId, connectorNo);
    const known = state.conditions.get(connector);
    if (known === undefined || there.has(connector)) continue;
    state.conditions.delete(connector);
    const row: ConditionRow = { ...known, condition: 'removed', userId: null, groupId: null, atMs: now };
    emit(step, { kind: 'append', table: 'conditions', row });
  }
}
const MOST_CONNECTORS = 16;

/** What a span counts: outages by days, by their cause; a vehicle that stands there as idle time of whose it is. */
export function figuresOfSpan(span: ConnectorSpan): Figure[] {
  const { connector, pointId, siteId, userId, groupId, timeZone, condition, fromMs, untilMs } = span;
  if (condition === 'up' || untilMs <= fromMs) return [];
  if (condition === 'standing') {
    const place = { siteId, pointId, userId, groupId };
    return piecesOf(timeZone, fromMs, untilMs).map(({ hour, day, fromMs: from, untilMs: until }): Figure => ({
      kind: 'counts', place, hour, day, counts: { idleMs: until - from },
    }));
  }
  const place = { siteId, pointId: null, userId: null, groupId: null };
  return [...daysOf(timeZone, fromMs, untilMs)].map(([day, ms], i): Figure => ({
    kind: 'cause', place, hour: null, day, what: 'outage', cause: condition, times: i === 0 ? 1 : 0, ms, connector,
  }));
}

/** What an operator ordered comes first: a point that is mended is often without power, too. */
function conditionOf(state: State, point: PointState, connectorNo: number): Condition {
  const { status } = connectorStatus(state, point.pointId, connectorNo);
  const isBusy = status === 'Charging' || status === 'SuspendedEV' || status === 'SuspendedEVSE';
  const { on, note, planned = PLANNED.test(note) } = point.operative;
  if (!on && !isBusy) return planned ? 'maintenance' : 'out-of-order';
  switch (status) {
    case 'Faulted': return 'faulted';
    case 'Disconnected': return 'disconnected';
    case 'Finishing': return standsThere(state, point, connectorNo) === undefined ? 'up' : 'standing';
    default: return 'up';
  }
}

/** The charge that is over while its vehicle is still plugged in. */
function standsThere({ sessions, sessionIndex }: State, point: PointState, connectorNo: number): Session | undefined {
  if (sessionIndex.atConnector(point.pointId, connectorNo) !== undefined) return undefined;
  const id = point.connectors.find((each) => each.connectorNo === connectorNo)?.finishedSessionId ?? null;
  return id === null ? undefined : sessions.get(id);
}
