// Signatures, events and errors of Stripe, without a server. The shapes of what is asked are tried in
// tests/integration/stripe.test.ts.
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { createStripeGateway } from './stripe-gateway.ts';
import { outcomeOfError, snapshotOf } from './stripe-words.ts';
import { currency } from '../../../shared/money.ts';
import { paymentId } from '../../../shared/ids.ts';

const NOW = 1_763_700_000_000;
const SECRET = 'whsec_of_this_test';
const KEY = 'sk_test_of_this_test_4242';
const gateway = createStripeGateway({
  name: 'stripe', secretKey: KEY, webhookSecret: SECRET, returnUrl: null, nowMs: () => NOW,
  // Nobody listens there.
  server: { host: '127.0.0.1', port: 1, protocol: 'http' },
});

function intent(change: object = {}): object {
  return {
    id: 'pi_1', object: 'payment_intent', status: 'succeeded', amount: 2_000, amount_received: 2_000, next_action: null,
    last_payment_error: null, latest_charge: 'ch_1', metadata: { paymentId: 'k7f2-120' }, ...change,
  };
}

function webhook(type: string, object: object, { secret = SECRET, atMs = NOW, body = '' } = {}) {
  const payload = body || JSON.stringify({ id: 'evt_1', object: 'event', type, data: { object } });
  const header = Stripe.webhooks.generateTestHeaderString({
    payload: JSON.stringify({ id: 'evt_1', object: 'event', type, data: { object } }), secret,
    timestamp: Math.floor(atMs / 1_000),
  });
  return gateway.readWebhook({ 'stripe-signature': header }, Buffer.from(payload));
}

describe("Stripe's webhooks", () => {
  test('tell of a payment intent in the words of the port', () => {
    expect(webhook('payment_intent.succeeded', intent())).toEqual({
      kind: 'event', event: {
        gateway: 'stripe', eventId: 'evt_1', paymentId: 'k7f2-120', reference: 'pi_1', snapshot: {
          reference: 'pi_1', status: 'captured', capturedMinor: 2_000, refundedMinor: 0, reason: null,
        },
      },
    });
  });

  test('about a charge only say that there is news; others are passed over', () => {
    const charge = { id: 'ch_1', payment_intent: 'pi_1', amount_refunded: 500, metadata: {} };
    expect(webhook('charge.refunded', charge)).toMatchObject({ event: { reference: 'pi_1', snapshot: null } });
    expect(webhook('customer.created', { id: 'cus_1' })).toEqual({ kind: 'ignored' });
  });

  test.each([
    ['signed with another secret', { secret: 'whsec_other' }],
    ['older than five minutes', { atMs: NOW - 301_000 }],
    ['signed for another body', { body: '{"id":"evt_1","object":"event","type":"payment_intent.succeeded"}' }],
  ])('that are %s are refused', (_what, change) => {
    expect(webhook('payment_intent.succeeded', intent(), change)).toMatchObject({ kind: 'refused' });
  });

  test('without a signature are refused', () => {
    expect(gateway.readWebhook({}, Buffer.from('{}'))).toEqual({ kind: 'refused', why: 'unsigned' });
  });
});

describe("Stripe's payment intents", () => {
  test.each([
    ['requires_action', { next_action: { type: 'redirect_to_url', redirect_to_url: { url: 'https://b.example' } } },
      { status: 'requires-action' }],
    ['requires_capture', { amount_received: 0 }, { status: 'authorized', capturedMinor: 0 }],
    ['requires_payment_method', { amount_received: 0, last_payment_error: { message: 'no funds' } },
      { status: 'declined', reason: 'no funds' }],
    ['requires_payment_method', { amount_received: 0 }, { status: 'pending' }],
    ['processing', { amount_received: 0 }, { status: 'pending' }],
    ['canceled', { amount_received: 0 }, { status: 'cancelled' }],
    ['succeeded', { latest_charge: { amount_refunded: 700 } }, { status: 'captured', refundedMinor: 700 }],
    ['of_a_later_version', { amount_received: 0 }, { status: 'pending' }],
  ])('in %s (%o) are read as %o', (status, change, expected) => {
    expect(snapshotOf(intent({ status, ...change }))).toMatchObject(expected);
  });
});

describe("Stripe's errors", () => {
  const { errors } = Stripe;
  test.each([
    ['a declined card', new errors.StripeCardError({ type: 'card_error', message: 'x' }), 'refused'],
    ['too many requests', new errors.StripeRateLimitError({ type: 'rate_limit_error', message: 'x' }), 'unavailable'],
    ['a server that failed', new errors.StripeAPIError({
      type: 'api_error', message: 'x', statusCode: 500,
    }), 'uncertain'],
    ['no answer', new errors.StripeConnectionError({ type: 'api_error', message: 'x' }), 'uncertain'],
    ['a request that cannot be', new errors.StripeInvalidRequestError({
      type: 'invalid_request_error', message: 'x', statusCode: 400,
    }), 'refused'],
    ['anything else', new Error('x'), 'uncertain'],
  ])('%s: %s is %s', (_what, error, kind) => {
    expect(outcomeOfError(error).kind).toBe(kind);
  });

  test('of a wrong key do not show the key', () => {
    const error = new errors.StripeAuthenticationError({
      type: 'authentication_error', message: `Invalid API Key provided: ${KEY}`, statusCode: 401,
    });
    expect(JSON.stringify(outcomeOfError(error))).not.toContain(KEY);
  });
});

describe('Stripe', () => {
  const ask = {
    kind: 'authorize', key: 'k', paymentId: paymentId('k7f2-120'), amountMinor: 100, token: 'pm_card_visa',
    capture: true,
  } as const;
  test('that cannot be reached was certainly not asked', async () => {
    expect((await gateway.authorize({ ...ask, currency: currency('EUR') })).kind).toBe('unavailable');
  });

  test('is asked for no currency that it counts in other units', async () => {
    expect((await gateway.authorize({ ...ask, currency: currency('ISK') })).kind).toBe('refused');
  });
});
