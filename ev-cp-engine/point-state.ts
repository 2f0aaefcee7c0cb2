// What one charge point knows. `kept` is plain data that the journal writes as it is and a restart reads back; `live`
// holds for this run only (links, bus, scripts). Both belong to engine.ts and its neighbours, who change them in place.
import type { NetworkTariff } from '../shared/messages/ocpi-tariff.ts';
import { z } from 'zod';
import { type FactPosition, factPositionSchema } from '../shared/fact-position.ts';
import { correlationIdSchema, type PointId, pointIdSchema, type SessionId,
  sessionIdSchema, siteIdSchema, userIdSchema } from '../shared/ids.ts';
import type { Fact, FromEngine, ToEngine, Command } from '../shared/messages/catalogue.ts';
import type { MeterSample } from '../shared/messages/meter-sample.ts';
import { type Connector, connectorTypeSchema, type FaultCode, faultCodeSchema, type Goal, goalSchema,
  type KeyGrant } from '../shared/messages/values.ts';
import type { LogFields, LogLevel } from '../shared/log.ts';
import { type Vehicle, type VehicleChoice, vehicleSchema } from './vehicle.ts';

const whole = z.int().nonnegative();

const authorizationSchema = z.object({
  sessionId: sessionIdSchema, driverId: userIdSchema, corr: correlationIdSchema, goal: goalSchema,
  maxPowerW: whole.nullable(),
  /** Central's time. */
  plugByMs: whole,
});
export type Authorization = z.infer<typeof authorizationSchema>;

const sessionSchema = z.object({
  sessionId: sessionIdSchema, driverId: userIdSchema, corr: correlationIdSchema, goal: goalSchema,
  maxPowerW: whole.nullable(),
  meterStartWh: whole,
  startedAtMs: whole, startedUptimeMs: whole,
  /** The last tick or reading: where the session ended if the engine dies now. */
  lastAtMs: whole,
  /** Number of the last meter sample. */
  sample: whole,
  state: z.enum(['charging', 'suspended-ev', 'suspended-evse']),
  powerW: whole,
  /** A script (replay) moves the meter, not the physics. */
  scripted: z.boolean(),
});
export type Session = z.infer<typeof sessionSchema>;

const plugSchema = z.object({
  /** Null: a car that tells nothing of itself. */
  vehicle: vehicleSchema.nullable(),
  /** The session that this car has had here, while it still stands at the cable. */
  served: z.object({
    sessionId: sessionIdSchema, driverId: userIdSchema, startedAtMs: whole, energyWh: whole, goal: goalSchema,
  }).nullable(),
});
export type Plug = z.infer<typeof plugSchema>;

const connectorStateSchema = z.object({
  connectorNo: z.int().min(1).max(16),
  type: connectorTypeSchema,
  maxPowerW: z.int().positive(),
  /** Central's limit; null: none. */
  limitW: whole.nullable(),
  /** The meter: it only goes up. The part of a Wh is kept in W·ms, below 3,600,000. */
  registerWh: whole, remainderWms: whole,
  plug: plugSchema.nullable(),
  authorization: authorizationSchema.nullable(),
  session: sessionSchema.nullable(),
});
export type ConnectorState = z.infer<typeof connectorStateSchema>;

const pointFaultSchema = z.object({
  code: faultCodeSchema,
  /** Null: the whole point. */
  connectorNo: z.int().nullable(),
  sinceMs: whole, detail: z.string(),
});
export type PointFault = z.infer<typeof pointFaultSchema>;

export const keptSchema = z.object({
  pointId: pointIdSchema,
  /** 0: has never booted. */
  bootId: whole,
  /** Number of the last fact of this boot. */
  seq: whole,
  /** What Central has accepted, as far as we were told. */
  accepted: factPositionSchema.nullable(),
  /** Number of the last command that was handled; null on a new journal, until Central says where it stands. */
  lastCommand: whole.nullable(),
  siteId: siteIdSchema.nullable(),
  place: z.string(),
  operative: z.boolean(),
  note: z.string(),
  monitorLossPolicy: z.enum(['finish', 'stop']),
  faults: z.array(pointFaultSchema),
  connectors: z.array(connectorStateSchema),
  /** Meters of connectors that the registry does not know now: a meter never goes back, should they return. */
  retired: z.array(connectorStateSchema.pick({ connectorNo: true, registerWh: true, remainderWms: true })).default([]),
});
export type Kept = z.infer<typeof keptSchema>;

/** A charge whose times and energy are given (replay): the point's clock follows it. */
export type SessionScript = {
  readonly startAtMs: number; readonly endAtMs: number; readonly energyWh: number;
  /** Who ends it: the engine unplugs at its end, or it waits for Central's stop. */
  readonly endBy: 'unplug' | 'stop';
  /** Only for this driver's session; null: the next one. */
  readonly driverId: string | null;
};
export type RunningScript = SessionScript & {
  readonly connectorNo: number;
  /** It waits for Central to have the start, then for the samples to be sent, then ends (or waits for the stop). */
  phase: 'started' | 'sampled' | 'at-end';
  /** Until when (uptime) it waits in this phase. */
  untilMs: number;
  startSeq: number;
};

export type Live = {
  monitor: {
    connected: boolean;
    /** Awake time of the last health check; null: none on this link. */
    lastCheckMs: number | null;
    central: 'connected' | 'away' | 'refused' | 'unknown';
    sinceMs: number; centralSinceMs: number;
    /** True when the loss was acted upon already. */
    lossHandled: boolean;
  };
  /** Central's clock minus ours; 0 while unknown. */
  centralOffsetMs: number;
  bus: 'up' | 'down';
  key: { held: boolean; sinceMs: number; why: string; expiresAtMs: number | null };
  /** Why nothing new may start because of the journal; null: it is well. */
  journalTrouble: string | null;
  tariff: NetworkTariff | null;
  /** The point's clock minus the machine's (replay). */
  clockShiftMs: number;
  /** Uptime of the process at which this boot began, less the time that scripts have skipped. */
  bootedUptimeMs: number;
  scripts: { connectorNo: number; script: SessionScript }[];
  running: RunningScript | null;
  /** Requests made at the point in this boot. */
  requests: number;
  /** The last report of what is held: its number, and what it said. */
  saidHeld: { readonly at: FactPosition; readonly sessionIds: string } | null;
  health: { status: 'ok' | 'ko'; reason: string; sinceMs: number };
  status: { statusText: string; sinceMs: number };
};

export type Point = { readonly kept: Kept; readonly live: Live };

/** The process's clocks at an input, whole ms: UTC, monotonic since its start, and that less the time it slept. */
export type Now = { readonly atMs: number; readonly uptimeMs: number; readonly awakeMs: number };

/** A journal with a hole: the first `keep` unaccepted facts end at `previous`, `facts` come behind the hole. */
export type Salvage = {
  readonly keep: number; readonly previous: FactPosition | null; readonly facts: readonly Fact[];
};

export type EngineInput =
  | {
    kind: 'boot';
    /** What is left behind a hole in the journal. Null: it is dense. */
    salvage: Salvage | null;
  }
  | { kind: 'command'; command: Command }
  /** `elapsedMs`: awake time since the last tick; `physicsMs`: the same in the simulated world. */
  | { kind: 'tick'; elapsedMs: number; physicsMs: number }
  | { kind: 'plug'; connectorNo: number; vehicle: VehicleChoice | null }
  | { kind: 'unplug'; connectorNo: number }
  | { kind: 'stop-button'; connectorNo: number }
  | { kind: 'pause'; connectorNo: number; paused: boolean }
  | { kind: 'fault'; connectorNo: number | null; code: FaultCode; detail: string }
  /** `code` null: everything that is broken there. */
  | { kind: 'clear'; connectorNo: number | null; code: FaultCode | null }
  | { kind: 'request'; connectorNo: number; driverId: string; pin: string; goal: Goal }
  | { kind: 'monitor-up' } | { kind: 'monitor-down' }
  /** `linkOffsetMs`: the monitor's clock minus ours, measured on the link; null while unknown. */
  | { kind: 'frame'; frame: ToEngine; linkOffsetMs: number | null }
  | { kind: 'bus'; state: 'up' | 'down' }
  | { kind: 'journal'; trouble: string | null }
  | { kind: 'script'; connectorNo: number; script: SessionScript }
  | { kind: 'samples-sent' }
  /** Central is behind what we have deleted: what is left is numbered anew, behind `previous`. */
  | { kind: 'renumber'; previous: FactPosition | null; facts: readonly Fact[] };

export type EngineEffect =
  /** To the journal, then to Central. */
  | { kind: 'fact'; fact: Fact }
  /** `kept` has changed: write it. */
  | { kind: 'kept' }
  /** Of the unaccepted facts only the first `keep` still hold: the facts of this step replace the others. */
  | { kind: 'replace-facts'; keep: number }
  /** A meter has moved: write its register with the next second's. */
  | { kind: 'meter'; connectorNo: number }
  | { kind: 'sample'; sample: MeterSample }
  | { kind: 'frame'; frame: FromEngine }
  | { kind: 'accepted'; upTo: FactPosition }
  /** A script's readings are out: the session waits for Central's stop. */
  | { kind: 'script-at-end'; sessionId: SessionId }
  /** Send every unaccepted fact again. */
  | { kind: 'send-again' }
  /** Please come back with `renumber`. */
  | { kind: 'ask-renumber'; previous: FactPosition | null }
  | { kind: 'key'; grant: KeyGrant | null }
  | { kind: 'setup'; topicPrefix: string; partitions: number }
  /** What became of a local action, in words. */
  | { kind: 'answer'; ok: boolean; text: string }
  /** A line for the screen. */
  | { kind: 'message'; level: 'info' | 'good' | 'warn' | 'error'; text: string }
  | { kind: 'log'; level: LogLevel; event: string; fields: LogFields };

/** One call of the engine: the point, the clocks, and the effects so far. */
export type Step = { readonly point: Point; readonly now: Now; readonly effects: EngineEffect[] };

export const DEFAULT_CONNECTOR: Connector = { connectorNo: 1, type: 'IEC_62196_T2', maxPowerW: 22_000 };

/** A point that has never booted. */
export function newKept(pointId: PointId, connectors: readonly Connector[] = [DEFAULT_CONNECTOR]): Kept {
  return {
    pointId, bootId: 0, seq: 0, accepted: null, lastCommand: null, siteId: null, place: '', operative: true, note: '',
    monitorLossPolicy: 'finish', faults: [], connectors: connectors.map(newConnector), retired: [],
  };
}

export function newConnector({ connectorNo, type, maxPowerW }: Connector): ConnectorState {
  return {
    connectorNo, type, maxPowerW, limitW: null, registerWh: 0, remainderWms: 0, plug: null, authorization: null,
    session: null,
  };
}

/** A point as it starts to run. */
export function newPoint(kept: Kept, now: Now): Point {
  return {
    kept,
    live: {
      monitor: {
        connected: false, lastCheckMs: null, central: 'unknown', sinceMs: now.atMs, centralSinceMs: now.atMs,
        lossHandled: false,
      },
      centralOffsetMs: 0, bus: 'down',
      key: { held: false, sinceMs: now.atMs, why: 'no monitor has brought a key yet', expiresAtMs: null },
      journalTrouble: null, tariff: null, clockShiftMs: 0, bootedUptimeMs: now.uptimeMs, scripts: [], running: null,
      requests: 0, saidHeld: null, health: { status: 'ok', reason: '', sinceMs: now.atMs },
      status: { statusText: '', sinceMs: now.atMs },
    },
  };
}

export function connectorOf(point: Pick<Point, 'kept'>, connectorNo: number): ConnectorState | undefined {
  return point.kept.connectors.find((c) => c.connectorNo === connectorNo);
}

/** Whether a fault holds for a connector (null: whether one holds for the whole point). */
export function faultsOf(point: Point, connectorNo: number | null): PointFault[] {
  return point.kept.faults.filter((f) => f.connectorNo === null || f.connectorNo === connectorNo);
}

/** The point's own clock, UTC ms. */
export function pointTimeMs({ point, now }: Step): number {
  return now.atMs + point.live.clockShiftMs;
}

/** Since this point's boot, ms. */
export function pointUptimeMs({ point, now }: Step): number {
  return Math.max(0, now.uptimeMs - point.live.bootedUptimeMs);
}

export function centralTimeMs({ point, now }: Step): number {
  return now.atMs + point.live.centralOffsetMs;
}

export function logStep(step: Step, level: LogLevel, event: string, fields: LogFields = {}): void {
  step.effects.push({ kind: 'log', level, event, fields: { pointId: step.point.kept.pointId, ...fields } });
}

export type { Vehicle };
