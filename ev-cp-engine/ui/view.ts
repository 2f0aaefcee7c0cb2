// What the engine's screen shows and can do: a read-only snapshot of one point or a fleet, and the actions behind keys.
import type { PointId } from '../../shared/ids.ts';
import type { OcpiTariff } from '../../shared/messages/ocpi-tariff.ts';
import type { ConnectorType, FaultCode, Goal, PointStatus } from '../../shared/messages/values.ts';
import type { ActionAnswer, LinkView, Screen, ScreenMessage, ScreenOptions } from '../../shared/screen/handle.ts';

/** A kind of car that can be plugged in; the first one is the default. */
export type VehicleModel = { readonly name: string; readonly batteryWh: number; readonly maxPowerW: number };
/** The car that is plugged in. */
export type VehicleView = { readonly name: string; readonly batteryWh: number; readonly socPercent: number };
/** What to plug in; `name` is a model's. */
export type VehicleChoice = {
  readonly name: string; readonly batteryWh: number; readonly maxPowerW: number; readonly socPercent: number;
};

export type EngineConnectorView = {
  readonly connectorNo: number;
  readonly type: ConnectorType;
  readonly maxPowerW: number;
  readonly status: PointStatus;
  /** Null: nothing is plugged in. */
  readonly vehicle: VehicleView | null;
  readonly powerW: number;
  /** The meter's register: it only goes up. */
  readonly meterWh: number;
  /** Central's limit; null: none. */
  readonly limitW: number | null;
  /** The authorization or session at this connector. */
  readonly session: {
    readonly sessionId: string;
    readonly driverId: string;
    /** `authorized`: waits for the plug, until `plugByMs`. */
    readonly state: 'authorized' | 'charging' | 'suspended' | 'finishing';
    readonly plugByMs: number | null;
    readonly startedAtMs: number | null;
    readonly energyWh: number;
    readonly costMinor: number | null;
    readonly goal: Goal;
  } | null;
};

export type EngineFaultView = {
  readonly code: FaultCode; readonly connectorNo: number | null; readonly sinceMs: number; readonly detail: string;
};

export type EnginePointView = {
  /** Null until a monitor has said which point this is. */
  readonly pointId: PointId | null;
  readonly siteId: string | null;
  readonly place: string;
  readonly status: PointStatus;
  readonly sinceMs: number;
  /** Why it is so, in words; empty: nothing to say. */
  readonly why: string;
  readonly operative: boolean;
  readonly tariff: OcpiTariff | null;
  readonly connectors: readonly EngineConnectorView[];
  readonly faults: readonly EngineFaultView[];
  /** The practice's KO key: health checks are answered `KO` while it is on. */
  readonly forcedKo: boolean;
  readonly powerLost: boolean;
  readonly monitor: LinkView;
  /** Central as the monitor reports it. */
  readonly central: LinkView;
  /** `held` false: `why` says why not (no monitor yet, revoked, expired). */
  readonly key: {
    readonly held: boolean; readonly sinceMs: number; readonly why: string; readonly expiresAtMs: number | null;
  };
  /** Facts in the journal that Central has not accepted yet. */
  readonly journalFacts: number;
};

export type EngineView = {
  readonly nowMs: number;
  /** Where the monitor connects to. */
  readonly address: string;
  readonly bus: LinkView;
  /** One; or many in a fleet. */
  readonly points: readonly EnginePointView[];
  readonly vehicles: readonly VehicleModel[];
  readonly messages: readonly ScreenMessage[];
};

/** What a key can do to a point. */
export type EngineActionKind =
  | 'plug' | 'unplug' | 'request' | 'stop' | 'toggle-ko' | 'fault' | 'clear' | 'power-loss' | 'power-back';
/** `index` is the point's place in `EngineView.points`: it may not know its id yet. */
export type EnginePlace = { readonly index: number; readonly connectorNo: number | null };

export type EngineActions = {
  plug(at: EnginePlace, vehicle: VehicleChoice): ActionAnswer;
  unplug(at: EnginePlace): ActionAnswer;
  /** A charge asked for at the point itself. The PIN is never logged nor kept. */
  request(
    at: EnginePlace, asked: { readonly driverId: string; readonly pin: string; readonly goal: Goal },
  ): ActionAnswer;
  /** The driver's stop button on the point. */
  stop(at: EnginePlace): ActionAnswer;
  /** KO on or off. */
  toggleKo(at: EnginePlace): ActionAnswer;
  /** `connectorNo` null: the whole point. `power-loss` and `forced` have keys of their own. */
  fault(at: EnginePlace, code: FaultCode): ActionAnswer;
  /** Repairs everything that was broken by hand at the point. */
  clear(at: EnginePlace): ActionAnswer;
  powerLoss(at: EnginePlace): ActionAnswer;
  powerBack(at: EnginePlace): ActionAnswer;
  /** Why this can't be done now, in words; null: it can. Cheap and synchronous: from the table in engine.ts. */
  whyNot(kind: EngineActionKind, at: EnginePlace): string | null;
};

export type EngineScreenOptions = ScreenOptions<EngineView, EngineActions>;
/** The type of `openEngineScreen` in screen.ts. */
export type OpenEngineScreen = (options: EngineScreenOptions) => Screen;
