// What the monitor's screen shows and can do: a read-only snapshot of one watched point or a fleet, and its actions.
import type { PointId } from '../../shared/ids.ts';
import type { ActionAnswer, LinkView, Screen, ScreenMessage, ScreenOptions } from '../../shared/screen/handle.ts';

/** What a health check brought; `none`: there was none in that second (start, process asleep). */
export type HealthBeat = 'ok' | 'ko' | 'unreachable' | 'none';

export type MonitorPointView = {
  readonly pointId: PointId;
  /** Null until Central has told. */
  readonly siteId: string | null;
  readonly place: string;
  readonly central: LinkView;
  readonly centralAddress: string;
  readonly engine: LinkView;
  readonly engineAddress: string;
  /** What was last reported to Central, with since-when and why. */
  readonly health: { readonly engine: 'ok' | 'ko' | 'unreachable'; readonly reason: string; readonly sinceMs: number };
  /** One a second, oldest first, at most 60. */
  readonly history: readonly HealthBeat[];
  readonly authentication: {
    readonly state: 'waiting' | 'authenticating' | 'authenticated' | 'refused';
    readonly sinceMs: number;
    /** Central's words when it refused. */
    readonly why: string;
    /** True: it does not come back by itself (revoked, replaced); somebody has to use the menu. */
    readonly needsHand: boolean;
  };
  readonly keyExpiresAtMs: number | null;
  /** Central's clock minus ours; null while unknown. */
  readonly clockOffsetMs: number | null;
};

export type MonitorView = {
  readonly nowMs: number;
  /** One; or many in a fleet. */
  readonly points: readonly MonitorPointView[];
  readonly messages: readonly ScreenMessage[];
};

export type MonitorActions = {
  /** The menu's "authenticate": connects and authenticates by hand, also after a revocation. */
  authenticate(pointId: PointId): ActionAnswer;
  /** Why that can't be done now, in words; null: it can. */
  whyNotAuthenticate(pointId: PointId): string | null;
};

export type MonitorScreenOptions = ScreenOptions<MonitorView, MonitorActions>;
/** The type of `openMonitorScreen` in screen.ts. */
export type OpenMonitorScreen = (options: MonitorScreenOptions) => Screen;
