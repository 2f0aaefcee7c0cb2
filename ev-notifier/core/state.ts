// The notifier's state, what it takes in, and what it wants done. Pure data: the shell writes the rows and the offsets
// in one transaction, and only then does anything leave.
import type { UserId } from '../../shared/ids.ts';
import type { NetworkEvent } from '../../shared/messages/network-event.ts';
import type { Contact, NotificationKind } from '../../shared/messages/notification.ts';
import type { Attempt, Channel, Delivery, Occasion } from './rows.ts';

/** A third party's endpoint, as the core knows it: its address and secret stay with the adapter. */
export type Endpoint = {
  readonly name: string;
  /** Null: all. */
  readonly kinds: readonly NotificationKind[] | null;
  readonly sites: readonly string[] | null;
};

export type NotifierSettings = {
  /** Channels that are set up here; others are not used. */
  readonly channels: ReadonlySet<Channel>;
  readonly endpoints: readonly Endpoint[];
  /** Failures after which a delivery is given up. */
  readonly mostFailures: number;
  /** Of one channel in a second. */
  readonly perSecond: number;
  /** To one person over one channel in an hour. */
  readonly perPersonHour: number;
};

export type NotifierState = {
  readonly settings: NotifierSettings;
  /** Begins the ids of this database. */
  readonly installationId: string;
  counter: number;
  /** Those that are open, and those with deliveries that are not over. */
  readonly occasions: Map<string, Occasion>;
  /** Those that are waiting or being sent. */
  readonly deliveries: Map<string, Delivery>;
  /** Points that were reported as faulted, until they recover: each is told once. */
  readonly faulted: Set<string>;
  /** Webhooks that are gone: nothing is made for them until somebody enables them. */
  readonly disabled: Set<string>;
  // Not stored, but made anew of what is:
  /** When each person was sent something over each channel, in the last hour. */
  readonly sentAtMs: Map<string, number[]>;
  readonly buckets: Map<Channel, { tokens: number; atMs: number }>;
  /** Occasions and deliveries of which EV_Central is being asked. */
  readonly asking: Set<string>;
  /** While EV_Central does not answer. */
  pauseUntilMs: number;
  /** Is this occasion known, from memory or from the database? */
  readonly isKnown: (occasionId: string) => boolean;
};

/** The time of an input, and a random value from 0 to less than 1 for its jitter. */
export type Now = { readonly atMs: number; readonly random: number };

export type Outcome =
  | { readonly ok: true; readonly providerId: string | null }
  | {
      readonly ok: false; readonly error: string;
      /** False: it would fail again (no such address, refused for good). */
      readonly mayRetry: boolean;
      /** The other side said when. */
      readonly retryAfterMs: number | null;
      /** The other side wants nothing more, ever: a webhook is disabled then. */
      readonly isGone?: true;
    };

export type NotifierInput =
  | { readonly kind: 'event'; readonly event: NetworkEvent }
  /** `about`: the id of an occasion or of a delivery. */
  | { readonly kind: 'contacts'; readonly about: string; readonly contacts: readonly Contact[] }
  | { readonly kind: 'contacts-away'; readonly about: string }
  | { readonly kind: 'outcome'; readonly deliveryId: string; readonly outcome: Outcome }
  /** A person wants one that was given up, or that is over, sent once more. */
  | { readonly kind: 'resend'; readonly delivery: Delivery; readonly occasion: Occasion }
  /** A person says that a webhook may be used again. */
  | { readonly kind: 'enable-webhook'; readonly name: string };

/** Whom EV_Central is asked for. */
export type Question = {
  readonly about: string; readonly kind: NotificationKind; readonly userIds: readonly UserId[];
  readonly siteId: string | null;
};

export type NotifierEffect =
  | { readonly kind: 'put-occasion'; readonly row: Occasion }
  | { readonly kind: 'put-delivery'; readonly row: Delivery }
  | { readonly kind: 'put-counter'; readonly counter: number }
  | { readonly kind: 'put-faulted'; readonly pointId: string; readonly faulted: boolean }
  | { readonly kind: 'disable-webhook'; readonly name: string; readonly atMs: number }
  | { readonly kind: 'log-attempt'; readonly row: Attempt }
  | { readonly kind: 'ask'; readonly question: Question }
  /** `contact` is null for a webhook. */
  | {
      readonly kind: 'send'; readonly delivery: Delivery; readonly occasion: Occasion; readonly contact: Contact | null;
    }
  | { readonly kind: 'message'; readonly level: 'info' | 'warn' | 'error'; readonly text: string };

export type NewState = Pick<NotifierState, 'settings' | 'installationId' | 'counter' | 'isKnown'> & {
  readonly occasions: readonly Occasion[]; readonly deliveries: readonly Delivery[];
  readonly faulted: readonly string[]; readonly disabled: readonly string[]; readonly lately: readonly Attempt[];
};

export function createState(given: NewState): NotifierState {
  const { settings, installationId, counter, isKnown } = given;
  const state: NotifierState = {
    settings, installationId, counter, isKnown, pauseUntilMs: 0,
    occasions: new Map(given.occasions.map((row) => [row.occasionId, row])),
    deliveries: new Map(given.deliveries.map((row) => [row.deliveryId, row])),
    faulted: new Set(given.faulted), disabled: new Set(given.disabled), sentAtMs: new Map(),
    buckets: new Map(), asking: new Set(),
  };
  for (const { channel, userId, atMs, outcome } of given.lately) {
    if (outcome === 'sent' && userId !== null) noteSent(state, { channel, userId }, atMs);
  }
  return state;
}

const HOUR_MS = 3_600_000;

export function noteSent(
  { sentAtMs }: NotifierState, { channel, userId }: Pick<Delivery, 'channel' | 'userId'>, atMs: number,
): void {
  if (userId === null) return;
  const key = `${channel} ${userId}`;
  sentAtMs.set(key, [...(sentAtMs.get(key) ?? []).filter((each) => each > atMs - HOUR_MS), atMs]);
}

/** When one more may go to this person over this channel; 0: now. */
export function whenRoom(
  { sentAtMs, settings }: NotifierState, { channel, userId }: Pick<Delivery, 'channel' | 'userId'>, nowMs: number,
): number {
  const key = `${channel} ${userId ?? ''}`;
  const lately = (sentAtMs.get(key) ?? []).filter((each) => each > nowMs - HOUR_MS);
  if (lately.length === 0) sentAtMs.delete(key);
  const oldest = lately.at(-settings.perPersonHour);
  return oldest === undefined ? 0 : oldest + HOUR_MS;
}
