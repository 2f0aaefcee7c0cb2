// Stripe's words into the port's: payment intents, errors and events. Read by schemas of our own, because events come
// in the API version of the account and not in that of the library.
import Stripe from 'stripe';
import { z } from 'zod';
import { paymentId } from '../../../shared/ids.ts';
import type { GatewayEvent, GatewayOutcome, Snapshot } from '../../core/payment-rows.ts';
import type { WebhookReading } from '../port.ts';

const chargeSchema = z.object({ amount_refunded: z.int().nonnegative() });
const intentSchema = z.object({
  id: z.string().min(1).max(100),
  status: z.string(),
  amount_received: z.int().nonnegative(),
  next_action: z.object({ redirect_to_url: z.object({ url: z.string().nullable() }).nullish() }).nullish(),
  last_payment_error: z.object({ message: z.string().optional(), code: z.string().optional() }).nullish(),
  /** Its id alone, unless it was asked for as a whole. */
  latest_charge: z.union([z.string(), chargeSchema]).nullish(),
  metadata: z.record(z.string(), z.string()).default({}),
});

const STATUSES: Readonly<Record<string, Snapshot['status']>> = {
  requires_confirmation: 'pending', processing: 'pending', requires_action: 'requires-action',
  requires_capture: 'authorized', succeeded: 'captured', canceled: 'cancelled',
};

/** Throws when it is no payment intent. */
export function snapshotOf(value: unknown): Snapshot {
  const intent = intentSchema.parse(value);
  const { latest_charge: charge, last_payment_error: error } = intent;
  // Without a means of payment: the one that it had was refused.
  const isDeclined = intent.status === 'requires_payment_method' && error !== null && error !== undefined;
  const status = isDeclined ? 'declined' : STATUSES[intent.status] ?? 'pending';
  return {
    reference: intent.id, status, capturedMinor: intent.amount_received,
    refundedMinor: typeof charge === 'object' && charge !== null ? charge.amount_refunded : 0,
    reason: status === 'declined' ? error?.message ?? error?.code ?? 'declined' : null,
  };
}

/** The address holds the client secret of the intent: it is for the payer alone. */
export function actionUrlOf(value: unknown): string | null {
  return intentSchema.parse(value).next_action?.redirect_to_url?.url ?? null;
}

/** What an error of the library means for what was asked. */
export function outcomeOfError(error: unknown): GatewayOutcome {
  const { errors } = Stripe;
  if (!(error instanceof errors.StripeError)) {
    return { kind: 'uncertain', reason: 'Stripe answered something that is not understood' };
  }
  const reason = `${error.code ?? error.type}: ${error.message}`;
  if (error instanceof errors.StripeCardError) return { kind: 'refused', why: 'declined', reason };
  if (error instanceof errors.StripeRateLimitError) return { kind: 'unavailable', reason };
  // Mended by an operator (a key, its rights); until then the payment waits. The message may show a piece of the key.
  if (error instanceof errors.StripeAuthenticationError || error instanceof errors.StripePermissionError) {
    return { kind: 'unavailable', reason: 'Stripe does not take the secret key' };
  }
  if (error instanceof errors.StripeConnectionError) {
    return wasNeverSent(error) ? { kind: 'unavailable', reason: 'Stripe cannot be reached' }
      : { kind: 'uncertain', reason: 'Stripe did not answer' };
  }
  // 409: another attempt under this key is still being carried out.
  if (error.statusCode === 409 || (error.statusCode ?? 500) >= 500) return { kind: 'uncertain', reason };
  return { kind: 'refused', why: 'not-possible', reason };
}

/** An event whose signature has been proved. */
export function readingOf(
  gateway: string, event: { id: string; type: string; data: { object: unknown } },
): WebhookReading {
  if (event.type.startsWith('payment_intent.')) {
    const intent = intentSchema.safeParse(event.data.object);
    if (!intent.success) return { kind: 'refused', why: 'signed, but not understandable' };
    return eventOf(gateway, event.id, {
      reference: intent.data.id, metadata: intent.data.metadata, snapshot: snapshotOf(event.data.object),
    });
  }
  // A charge says little of its payment intent: that is looked up.
  const charge = aboutChargeSchema.safeParse(event.data.object);
  if (!event.type.startsWith('charge.') || !charge.success) return { kind: 'ignored' };
  return eventOf(gateway, event.id, {
    reference: charge.data.payment_intent, metadata: charge.data.metadata, snapshot: null,
  });
}

const aboutChargeSchema = z.object({
  payment_intent: z.string().min(1), metadata: z.record(z.string(), z.string()).default({}),
});

function eventOf(gateway: string, eventId: string, { reference, metadata, snapshot }: {
  reference: string; metadata: Readonly<Record<string, string>>; snapshot: Snapshot | null;
}): WebhookReading {
  const id = metadata['paymentId'];
  const event: GatewayEvent = {
    gateway, eventId, paymentId: id === undefined ? null : paymentId(id), reference, snapshot,
  };
  return { kind: 'event', event };
}

function wasNeverSent(error: Error): boolean {
  const detail = 'detail' in error ? error.detail : null;
  const code = typeof detail === 'object' && detail !== null && 'code' in detail ? detail.code : null;
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND';
}
