// A way out, as the notifier sees it.
import type { Contact } from '../../shared/messages/notification.ts';
import type { Channel, Delivery, Occasion } from '../core/rows.ts';
import type { Outcome } from '../core/state.ts';

/** `contact` is null for a webhook. */
export type Parcel = { readonly delivery: Delivery; readonly occasion: Occasion; readonly contact: Contact | null };

/** Sends one; never throws. What it says of a failure names no address: it is kept and logged. */
export type SendParcel = (parcel: Parcel) => Promise<Outcome>;

export type Channels = {
  readonly senders: ReadonlyMap<Channel, SendParcel>;
  close(): void;
};

type Failed = Extract<Outcome, { ok: false }>;

export function failure(error: string, mayRetry: boolean, retryAfterMs: number | null = null): Failed {
  return { ok: false, error, mayRetry, retryAfterMs };
}
