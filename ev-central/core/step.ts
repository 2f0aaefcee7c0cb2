// One step of the core: the state, the time, and the effects so far. All rules write through these few functions, so
// that every id, event, notice, command and audit entry is made in one place.
import {
  correlationId, type CorrelationId, messageId, type MessageId, type PointId, type SiteId, type UserId,
} from '../../shared/ids.ts';
import { MESSAGE_VERSION } from '../../shared/messages/message.ts';
import type { NetworkEvent } from '../../shared/messages/network-event.ts';
import type { EventKind } from '../../shared/messages/values.ts';
import type { Effect } from './effects.ts';
import type { AuditRow, PointState, Session } from './rows.ts';
import type { State } from './state.ts';

export type Step = { readonly state: State; readonly now: number; readonly effects: Effect[] };

export function emit(step: Step, effect: Effect): void {
  step.effects.push(effect);
}

/** `<installation>-<counter>`: unique for ever, and the same again when the same inputs are replayed. */
export function nextId(step: Step): string {
  const row = step.state.installation.must('installation');
  const counter = row.counter + 1;
  step.state.installation.put({ ...row, counter });
  return `${row.installationId}-${counter}`;
}

/** The envelope of a message that Central makes now. */
export function envelope(step: Step, corr: CorrelationId): Envelope {
  return { v: MESSAGE_VERSION, id: messageId(nextId(step)), atMs: step.now, corr };
}
export type Envelope = {
  v: typeof MESSAGE_VERSION; id: MessageId; atMs: number; corr: CorrelationId;
};

/** Things that happen at a point by themselves, under no driver's wish, run under the point's own correlation id. */
export function pointCorr(pointId: PointId): CorrelationId {
  return correlationId(`point-${pointId}`);
}

export type EventIds = {
  readonly siteId: SiteId; readonly corr: CorrelationId;
  readonly pointId?: PointId | null; readonly session?: Session | null;
  /** Whom it is about, where no session says it. */
  readonly driverId?: UserId;
};

/** Writes an entry of the domain event log: kept in the store, and sent to the services. */
export function event(step: Step, kind: EventKind, ids: EventIds, data: Readonly<Record<string, unknown>>): void {
  const message: NetworkEvent = {
    ...envelope(step, ids.corr), type: 'event', kind, siteId: ids.siteId,
    pointId: ids.pointId ?? ids.session?.pointId ?? null,
    sessionId: ids.session?.sessionId ?? null,
    driverId: ids.driverId ?? ids.session?.driverId ?? null,
    data: { ...data },
  };
  emit(step, { kind: 'append', table: 'events', row: message });
  emit(step, { kind: 'send', topic: 'events', key: ids.siteId, to: 'services', message });
}

/** Writes an event about a person that belongs to no site: it goes under the network's first. */
export function networkEvent(
  step: Step, kind: EventKind, ids: { readonly driverId: UserId; readonly corr: CorrelationId },
  data: Readonly<Record<string, unknown>>,
): void {
  const siteId = step.state.sites.values().next().value?.siteId;
  if (siteId !== undefined) event(step, kind, { siteId, ...ids }, data);
}

/** Writes an event of a point. */
export function pointEvent(
  step: Step, kind: EventKind, pointId: PointId, data: Readonly<Record<string, unknown>>,
): void {
  const point = step.state.points.get(pointId);
  if (point !== undefined) event(step, kind, { siteId: point.siteId, pointId, corr: pointCorr(pointId) }, data);
}

/** Log-ins, refusals and operator orders: when, who, from which address, what, with which parameters. */
export function audit(step: Step, entry: Omit<AuditRow, 'atMs' | 'parameters'> & Partial<AuditRow>): void {
  emit(step, { kind: 'append', table: 'audit', row: { parameters: {}, ...entry, atMs: step.now } });
}

/** A message for the people at Central's screen. */
export function tell(
  step: Step, level: 'info' | 'warn' | 'error', text: string, fields: Readonly<Record<string, unknown>> = {},
): void {
  emit(step, { kind: 'message', level, text, fields });
}

/** Puts a point's state and remembers that its status may look different now. */
export function putPointState(step: Step, row: PointState): void {
  step.state.pointStates.put(row);
  step.state.pointsTouched.add(row.pointId);
  const siteId = step.state.points.get(row.pointId)?.siteId;
  if (siteId !== undefined) step.state.queuesTouched.add(siteId);
}
