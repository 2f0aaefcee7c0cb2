// What is stored of payments through a gateway, and the neutral words in which Central and a gateway talk. A gateway's
// news is always its whole view of a payment (`Snapshot`): taken in twice, late or out of order it changes nothing.
import type { CorrelationId, PaymentId, SessionId, UserId } from '../../shared/ids.ts';
import type { PaymentPurpose } from '../../shared/messages/values.ts';
import type { Currency } from '../../shared/money.ts';
import type { PaymentState } from './payment-states.ts';

export type OperationKind = 'authorize' | 'capture' | 'cancel' | 'refund' | 'fetch';

/** What the gateway is asked for, until its outcome was committed. A payment has one at a time. */
export type PaymentOperation = {
  readonly kind: OperationKind;
  /** Made once, repeated with every attempt: the gateway carries the operation out once. */
  readonly key: string;
  readonly amountMinor: number;
  /** What the gateway says it has captured (or paid back) in all, when this is done. */
  readonly targetMinor: number;
  readonly attempts: number;
  readonly sinceMs: number;
  readonly phase: 'asked' | 'resting';
  /** When the answer is given up, or the next attempt is made. */
  readonly nextAttemptMs: number;
  /** Nobody knows whether the last attempt was carried out: the gateway is asked before it is repeated. */
  readonly unsure: boolean;
  /** The gateway has said no once; it was looked up since. */
  readonly refused: boolean;
};

export type Payment = {
  readonly paymentId: PaymentId;
  readonly purpose: PaymentPurpose;
  readonly userId: UserId;
  /** The session that a pre-authorization pays; null: none yet, or a top-up. */
  readonly sessionId: SessionId | null;
  readonly gateway: string;
  /** The gateway's own id of it; null until it has answered. */
  readonly reference: string | null;
  /** What the gateway knows the means of payment by; emptied when it has taken the payment in. */
  readonly token: string;
  readonly currency: Currency;
  readonly amountMinor: number;
  readonly state: PaymentState;
  /** As the gateway says; they never fall. */
  readonly capturedMinor: number;
  readonly refundedMinor: number;
  /** What of the two the wallet has. */
  readonly bookedMinor: number;
  readonly bookedBackMinor: number;
  readonly operation: PaymentOperation | null;
  /** Operations begun so far; it makes their keys. */
  readonly operations: number;
  /** It is to be given up as soon as nothing else is under way. */
  readonly cancelWanted: boolean;
  readonly lastError: string | null;
  readonly corr: CorrelationId;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  /** A payment that waits for somebody is given up then. */
  readonly expiresAtMs: number;
};

/** A webhook that was taken in; the key is `<gateway>/<id of the event>`. */
export type PaymentEventRow = { readonly eventKey: string; readonly paymentId: PaymentId; readonly atMs: number };

/**
 * A gateway's whole view of one payment, but for the address where its payer confirms: that holds a secret of the
 * payment, so it is asked for when she wants it and kept nowhere.
 */
export type Snapshot = {
  readonly reference: string;
  readonly status: 'pending' | 'requires-action' | 'authorized' | 'captured' | 'declined' | 'cancelled' | 'expired';
  readonly capturedMinor: number;
  readonly refundedMinor: number;
  /** Why it was declined, in the gateway's words; null otherwise. */
  readonly reason: string | null;
};

/** What a gateway is asked. */
export type GatewayAsk =
  | {
      readonly kind: 'authorize'; readonly key: string; readonly paymentId: PaymentId; readonly amountMinor: number;
      readonly currency: Currency; readonly token: string;
      /** Take the money at once. */
      readonly capture: boolean;
    }
  /** Takes this much, and releases the rest. */
  | {
      readonly kind: 'capture'; readonly key: string; readonly reference: string; readonly amountMinor: number;
      readonly currency: Currency;
    }
  | { readonly kind: 'cancel'; readonly key: string; readonly reference: string }
  | {
      readonly kind: 'refund'; readonly key: string; readonly reference: string; readonly amountMinor: number;
      readonly currency: Currency;
    }
  | { readonly kind: 'fetch'; readonly reference: string };

/** What came of it. */
export type GatewayOutcome =
  | { readonly kind: 'answered'; readonly snapshot: Snapshot }
  /** No, for good. */
  | { readonly kind: 'refused'; readonly why: 'declined' | 'not-possible'; readonly reason: string }
  /** It was certainly not carried out: it may be asked again. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** Nobody knows whether it was carried out. */
  | { readonly kind: 'uncertain'; readonly reason: string };

/** A webhook that proved to come from the gateway. Without a snapshot it only says that there is news. */
export type GatewayEvent = {
  readonly gateway: string;
  readonly eventId: string;
  readonly paymentId: PaymentId | null;
  readonly reference: string;
  readonly snapshot: Snapshot | null;
};
