// What the notifier keeps: what happened that people are told of, who is told of it over which channel, and every
// attempt. People stand here by id alone; where they are reached is asked of EV_Central when something is sent.
import type { SiteId, UserId } from '../../shared/ids.ts';
import type { NotificationChannel, NotificationKind } from '../../shared/messages/notification.ts';

/** What a text may name: ids, quantities, times. Never a name or an address. */
export type Facts = Readonly<Record<string, string | number | null>>;

/** Something that people are told of. */
export type Occasion = {
  /** That of the event, so that an event that comes again is known. */
  readonly occasionId: string;
  readonly kind: NotificationKind;
  readonly siteId: SiteId;
  /** Whom it is about. */
  readonly userIds: readonly UserId[];
  /** The staff who follow the site are told, too. */
  readonly toStaff: boolean;
  readonly facts: Facts;
  readonly happenedAtMs: number;
  /** After that nobody is told any more. */
  readonly expiresAtMs: number;
  /** `open`: EV_Central has yet to say who is reached how; `spread`: each has a delivery of her own. */
  readonly state: 'open' | 'spread';
};

/** `webhook`: to a third party, which is no person and asks nobody. */
export type Channel = NotificationChannel | 'webhook';
export const CHANNELS: readonly Channel[] = ['email', 'sms', 'chat', 'push', 'webhook'];

/**
 * `waiting` → `sending` → `sent`, or back to `waiting` after a failure, until it is `dead`. `sending` is committed
 * before anything leaves: after a death those alone are in doubt, and they alone are sent again. `expired`: too late
 * for it to be of use. `dropped`: she does not want it any more, or is not reached over it any more.
 */
export const DELIVERY_STATES = ['waiting', 'sending', 'sent', 'dead', 'expired', 'dropped'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export type Delivery = {
  /** The same for every attempt: a receiver that knows it drops the second. */
  readonly deliveryId: string;
  readonly occasionId: string;
  readonly kind: NotificationKind;
  readonly channel: Channel;
  /** Null: a webhook. */
  readonly userId: UserId | null;
  /** Which of several: a subscription for push, the endpoint's name for a webhook; else empty. */
  readonly target: string;
  readonly state: DeliveryState;
  readonly failures: number;
  readonly madeAtMs: number;
  /** When it is tried (again). */
  readonly nextAtMs: number;
  readonly expiresAtMs: number;
  /** What the other side calls it. */
  readonly providerId: string | null;
  readonly error: string;
};

/** What the delivery log says became of an attempt. */
export const OUTCOMES = ['sent', 'failed', 'dead', 'expired', 'dropped', 'in-doubt', 'resend'] as const;

/** One line of the delivery log. */
export type Attempt = {
  readonly atMs: number;
  readonly deliveryId: string;
  readonly kind: NotificationKind;
  readonly channel: Channel;
  readonly userId: UserId | null;
  readonly target: string;
  readonly outcome: (typeof OUTCOMES)[number];
  readonly detail: string;
  readonly providerId: string | null;
};
