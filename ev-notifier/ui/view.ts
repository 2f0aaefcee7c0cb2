// What the notifier's screen shows: a read-only snapshot.
import type { LinkView, Screen, ScreenMessage, ScreenOptions } from '../../shared/screen/handle.ts';

/** A line of the delivery log: people by id. */
export type LoggedDelivery = {
  readonly entry: number; readonly atMs: number; readonly kind: string; readonly channel: string;
  readonly userId: string | null; readonly target: string; readonly outcome: string; readonly detail: string;
};

export type NotifierView = {
  readonly nowMs: number;
  readonly startedAtMs: number;
  readonly central: LinkView;
  readonly centralAddress: string;
  readonly busUp: boolean;
  readonly brokers: string;
  /** Those that are set up. */
  readonly channels: readonly string[];
  readonly endpoints: readonly string[];
  /** Occasions of which EV_Central has yet to say who is told. */
  readonly open: number;
  readonly waiting: number;
  readonly sending: number;
  /** Since the start. */
  readonly sent: number;
  readonly failed: number;
  readonly dead: number;
  /** Events that no key opens. */
  readonly unread: number;
  /** Newest first. */
  readonly log: readonly LoggedDelivery[];
  readonly messages: readonly ScreenMessage[];
};

export type NotifierActions = Readonly<Record<string, never>>;
export type NotifierScreenOptions = ScreenOptions<NotifierView, NotifierActions>;
/** The type of `openNotifierScreen` in screen.ts. */
export type OpenNotifierScreen = (options: NotifierScreenOptions) => Screen;
