// What a monitor knows, what it takes in and what it wants done, pure: the types of its state, inputs and effects, the
// state at the start, and the few changes that every step shares. `monitor.ts` has the steps.
import type { FrameBody } from '../shared/frame.ts';
import type { PointId, RequestId } from '../shared/ids.ts';
import type { LogFields, LogLevel } from '../shared/log.ts';
import type { FromEngine, FromMonitor, ToEngine, ToMonitor } from '../shared/messages/catalogue.ts';
import type { PointSetup } from '../shared/messages/point-setup.ts';
import type { CloseReason } from '../shared/wire/close-reason.ts';

export type Now = {
  /** UTC, by this machine's clock. */
  readonly atMs: number;
  /** Only time in which the process was awake; deadlines run on it. */
  readonly awakeMs: number;
  /** Central's clock minus this machine's; null while unknown. */
  readonly centralOffsetMs: number | null;
};

export type LinkFacts = { state: 'connecting' | 'up' | 'down' | 'refused'; sinceMs: number; why: string };
export type EngineHealth = { engine: 'ok' | 'ko' | 'unreachable'; reason: string; sinceMs: number };

export type MonitorState = {
  readonly pointId: PointId;
  readonly software: string;
  readonly pairingCode: string | null;
  central: LinkFacts;
  authentication: {
    state: 'waiting' | 'authenticating' | 'authenticated' | 'refused';
    sinceMs: number; why: string; needsHand: boolean; revoked: boolean; byAwakeMs: number;
  };
  /** The next hello says that somebody used the menu. */
  byHand: boolean;
  /** Another monitor took this one's place: the engine is left to it, until somebody uses the menu. */
  standsDown: boolean;
  engine: LinkFacts & { taken: boolean };
  /** What Central's last welcome said; null before it and after a withdrawal. Holds the point's key. */
  setup: PointSetup | null;
  renewAtMs: number | null;
  renewAskedAwakeMs: number | null;
  setupSentAwakeMs: number | null;
  /** When the welcome came: what it says of facts and commands is old soon. */
  setupCameAwakeMs: number;
  health: EngineHealth;
  /** False until the first answer, or until it is late: a start is no fault. */
  healthKnown: boolean;
  answeredAwakeMs: number;
  answeredAtMs: number;
  reportedAwakeMs: number | null;
  beat: EngineHealth['engine'] | 'none';
  history: MonitorState['beat'][];
  /** Requests at the point that wait for Central's answer, by id, until when. */
  readonly localRequests: Map<RequestId, number>;
};

export type MonitorInput =
  | { readonly kind: 'tick' | 'authenticate' | 'central-open' | 'engine-open' }
  | { readonly kind: 'central-lost' | 'engine-lost'; readonly reason: CloseReason }
  | { readonly kind: 'from-central'; readonly message: ToMonitor }
  | { readonly kind: 'from-engine'; readonly message: FromEngine };

export type MonitorEffect =
  | { readonly kind: 'to-central'; readonly frame: FrameBody<FromMonitor> }
  | { readonly kind: 'to-engine'; readonly frame: FrameBody<ToEngine> }
  /** Answer the challenge with the point's secret. */
  | { readonly kind: 'prove'; readonly nonceBase64: string; readonly re: string }
  /** Connect, now, whether a link is there or not. */
  | { readonly kind: 'connect-central' | 'connect-engine' }
  /** End the link; it is tried again unless `authentication.needsHand` (Central) or `standsDown` (the engine). */
  | { readonly kind: 'drop-central' | 'drop-engine'; readonly detail: string }
  | {
      readonly kind: 'note'; readonly level: LogLevel; readonly event: string; readonly text: string;
      readonly fields: LogFields;
    };

/** The state at the start of the process: both links are being tried. */
export function startMonitor(
  options: { pointId: PointId; software: string; pairingCode: string | null }, now: Now,
): MonitorState {
  const connecting = (): LinkFacts => ({ state: 'connecting', sinceMs: now.atMs, why: '' });
  return {
    ...options,
    central: connecting(),
    authentication: {
      state: 'waiting', sinceMs: now.atMs, why: '', needsHand: false, revoked: false, byAwakeMs: Infinity,
    },
    byHand: false, standsDown: false,
    engine: { ...connecting(), taken: false },
    setup: null, renewAtMs: null, renewAskedAwakeMs: null, setupSentAwakeMs: null, setupCameAwakeMs: 0,
    health: { engine: 'unreachable', reason: 'not connected yet', sinceMs: centralTime(now) },
    healthKnown: false, answeredAwakeMs: now.awakeMs, answeredAtMs: now.atMs, reportedAwakeMs: null,
    beat: 'none', history: [],
    localRequests: new Map(),
  };
}

/** Takes in where a link stands; since when only if that is news. */
export function setLink(link: LinkFacts, state: LinkFacts['state'], why: string, now: Now): void {
  if (link.state !== state) link.sinceMs = now.atMs;
  link.state = state;
  link.why = why;
}

/** Takes in where the authentication stands; since when only if that is news. */
export function setAuthentication(
  state: MonitorState, kind: MonitorState['authentication']['state'], why: string, now: Now,
): void {
  const sinceMs = state.authentication.state === kind ? state.authentication.sinceMs : now.atMs;
  state.authentication = { state: kind, sinceMs, why, needsHand: false, revoked: false, byAwakeMs: Infinity };
}

/** A line for the log. */
export function note(level: LogLevel, event: string, text: string, fields: LogFields): MonitorEffect {
  return { kind: 'note', level, event, text, fields };
}

/** Central's time, as well as it is known. */
export function centralTime(now: Now): number {
  return now.atMs + (now.centralOffsetMs ?? 0);
}
