// What we ask of Stripe has the shape that Stripe wants: checked by stripe-mock, which keeps no state and answers with
// examples. Without Go it fails, and says what is missing: what is not checked is not green.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PaymentGateway } from '../../ev-central/payments/port.ts';
import { createStripeGateway } from '../../ev-central/payments/stripe/stripe-gateway.ts';
import { paymentId } from '../../shared/ids.ts';
import { currency } from '../../shared/money.ts';
import { hasGo, startStripeMock, type StripeMock } from './stripe-mock.ts';

const BUILD_MS = 15 * 60_000;
const withGo = hasGo();

test('stripe-mock can be built: the Go tool chain is here', () => {
  expect(withGo, 'Go is missing: install it (1.22 or newer), so that requests to Stripe are checked by stripe-mock')
    .toBe(true);
});

describe.skipIf(!withGo)('Stripe is asked in the shape that it wants', () => {
  let mock: StripeMock;
  let gateway: PaymentGateway;
  const open = (secretKey: string, returnUrl: string | null = null): PaymentGateway => createStripeGateway({
    name: 'stripe', secretKey, webhookSecret: 'whsec_x', returnUrl, nowMs: () => Date.now(),
    server: { host: '127.0.0.1', port: mock.port, protocol: 'http' },
  });
  beforeAll(async () => {
    mock = await startStripeMock();
    gateway = open('sk_test_123');
  }, BUILD_MS);
  afterAll(async () => await mock.stop());

  const payment = {
    key: 'k7f2-120.1', paymentId: paymentId('k7f2-120'), amountMinor: 2_000, currency: currency('EUR'),
    token: 'pm_card_visa',
  };
  test.each([true, false])('to authorize (capture at once: %s)', async (capture) => {
    const outcome = await gateway.authorize({ kind: 'authorize', ...payment, capture });
    expect(outcome.kind === 'answered' ? outcome.snapshot.reference : outcome.reason).toMatch(/^pi_/);
  });

  test('to authorize with an address to come back to', async () => {
    const outcome = await open('sk_test_123', 'https://ev.example/paid')
      .authorize({ kind: 'authorize', ...payment, capture: true });
    expect(outcome).toMatchObject({ kind: 'answered' });
  });

  test.each([
    ['capture', (at: PaymentGateway) => at.capture({
      kind: 'capture', key: 'k.2', reference: 'pi_1', amountMinor: 700, currency: currency('EUR'),
    })],
    ['cancel', (at: PaymentGateway) => at.cancel({ kind: 'cancel', key: 'k.3', reference: 'pi_1' })],
    ['refund', (at: PaymentGateway) => at.refund({
      kind: 'refund', key: 'k.4', reference: 'pi_1', amountMinor: 300, currency: currency('EUR'),
    })],
    ['fetch', (at: PaymentGateway) => at.fetch({ kind: 'fetch', reference: 'pi_1' })],
  ])('to %s', async (_what, ask) => {
    expect(await ask(gateway)).toMatchObject({ kind: 'answered' });
  });

  test('and says no to what has another shape', async () => {
    // So the mock does look at what comes.
    const outcome = await gateway.authorize({ kind: 'authorize', ...payment, amountMinor: Number.NaN, capture: true });
    expect(outcome).toMatchObject({ kind: 'refused', why: 'not-possible' });
  });

  test('and a key that it does not take leaves the payment waiting, without the key in a word', async () => {
    const outcome = await open('not-a-key-778899').capture({
      kind: 'capture', key: 'k.5', reference: 'pi_1', amountMinor: 700, currency: currency('EUR'),
    });
    expect(outcome).toMatchObject({ kind: 'unavailable' });
    expect(JSON.stringify(outcome)).not.toContain('778899');
  });
});
