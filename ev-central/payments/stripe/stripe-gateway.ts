// The adapter of Stripe, by its own library: payment intents, captured at once or by hand. Our ids go along as metadata
// and come back with every event.
import Stripe from 'stripe';
import type { GatewayOutcome } from '../../core/payment-rows.ts';
import { CALL_MS, headerOf, type PaymentGateway, type WebhookReading } from '../port.ts';
import { actionUrlOf, outcomeOfError, readingOf, snapshotOf } from './stripe-words.ts';

export type StripeGatewayOptions = {
  readonly name: string;
  /** Never logged. */
  readonly secretKey: string;
  readonly webhookSecret: string;
  /** Where a payer comes back to from her bank; null: means of payment that send her away are not used. */
  readonly returnUrl: string | null;
  readonly nowMs: () => number;
  /** Another server than Stripe's, for tests. */
  readonly server?: { readonly host: string; readonly port: number; readonly protocol: 'http' };
};

/** A refund takes two calls. */
const ONE_CALL_MS = CALL_MS / 2 - 1_000;
/** Stripe counts these in other units than ISO 4217: its zero-decimal currencies, and special cases of them. */
const OTHER_UNITS = ['ISK', 'MGA', 'UGX'] as const;
const WHOLE = { expand: ['latest_charge'] };

export function createStripeGateway(options: StripeGatewayOptions): PaymentGateway {
  const { name, secretKey, returnUrl, server } = options;
  const stripe = new Stripe(secretKey, {
    // The core repeats, under the same key and from what is stored.
    maxNetworkRetries: 0, timeout: ONE_CALL_MS, telemetry: false, ...server,
  });
  const { paymentIntents, refunds } = stripe;
  const look = async (reference: string): Promise<unknown> => paymentIntents.retrieve(reference, WHOLE);
  return {
    name,
    authorize: ({ key, paymentId, amountMinor, currency, token, capture }) => {
      if (OTHER_UNITS.some((each) => each === currency)) {
        const reason = `${currency} is not taken through Stripe: it counts that currency in other units`;
        return Promise.resolve<GatewayOutcome>({ kind: 'refused', why: 'not-possible', reason });
      }
      return outcomeOf(() => paymentIntents.create({
        amount: amountMinor, currency: currency.toLowerCase(), payment_method: token, confirm: true,
        capture_method: capture ? 'automatic' : 'manual', metadata: { paymentId }, ...WHOLE,
        automatic_payment_methods: { enabled: true, allow_redirects: returnUrl === null ? 'never' : 'always' },
        ...(returnUrl === null ? {} : { return_url: returnUrl }),
      }, { idempotencyKey: key }));
    },
    capture: ({ key, reference, amountMinor }) => outcomeOf(() =>
      paymentIntents.capture(reference, { amount_to_capture: amountMinor, ...WHOLE }, { idempotencyKey: key })),
    cancel: ({ key, reference }) => outcomeOf(() => paymentIntents.cancel(reference, WHOLE, { idempotencyKey: key })),
    refund: ({ key, reference, amountMinor }) => outcomeOf(async () => {
      await refunds.create({ payment_intent: reference, amount: amountMinor }, { idempotencyKey: key });
      return look(reference);
    }),
    fetch: ({ reference }) => outcomeOf(() => look(reference)),
    actionUrl: async (reference) => actionUrlOf(await look(reference)),
    readWebhook: (headers, rawBody) => {
      const signature = headerOf(headers, 'stripe-signature');
      return signature === null ? { kind: 'refused', why: 'unsigned' } : read(stripe, options, signature, rawBody);
    },
  };
}

async function outcomeOf(call: () => Promise<unknown>): Promise<GatewayOutcome> {
  try {
    return { kind: 'answered', snapshot: snapshotOf(await call()) };
  } catch (error) {
    return outcomeOfError(error);
  }
}

function read(
  { webhooks }: Stripe, { name, webhookSecret, nowMs }: StripeGatewayOptions, signature: string, rawBody: Buffer,
): WebhookReading {
  let event: Stripe.Event;
  try {
    event = webhooks.constructEvent(rawBody, signature, webhookSecret, undefined, undefined, nowMs());
  } catch (error) {
    const isForged = error instanceof Stripe.errors.StripeSignatureVerificationError;
    return { kind: 'refused', why: isForged ? 'a wrong signature, or too old' : 'signed, but not understandable' };
  }
  return readingOf(name, event);
}
