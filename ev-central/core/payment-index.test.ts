import { describe, expect, test } from 'vitest';
import { ANA, BEN } from './core-harness.ts';
import { PayingNetwork } from './payment-harness.ts';

describe('the index of payments', () => {
  test('finds the payment that a webhook names by the reference of the gateway alone, also after a start', () => {
    const network = new PayingNetwork();
    const id = network.start();
    expect(network.state.paymentIndex.byReference('demo', 'g-1')).toBeUndefined();
    network.says(id, { reference: 'g-1', status: 'requires-action' });
    for (const { paymentIndex } of [network.state, network.afterCrash()]) {
      expect(paymentIndex.byReference('demo', 'g-1')).toBe(id);
      expect(paymentIndex.byReference('demo', 'g-2')).toBeUndefined();
      expect(paymentIndex.byReference('stripe', 'g-1')).toBeUndefined();
    }
    network.webhook(null, { reference: 'g-1', capturedMinor: 2_000 });
    expect(network.payment(id).state).toBe('captured');
  });

  test('knows which payments of a user are under way, and which stand ready, as a look through all does', () => {
    const network = new PayingNetwork();
    const [topUp, ready, other] = [network.start(), network.start(500, 'pre-authorization'), network.start(2_000,
      'top-up', BEN)];
    network.says(ready, { reference: 'g-2', status: 'authorized' });
    for (const { paymentIndex } of [network.state, network.afterCrash()]) {
      expect([...paymentIndex.underWayOf(ANA)].sort()).toEqual([topUp, ready].sort());
      expect([...paymentIndex.readyOf(ANA)]).toEqual([ready]);
      expect([...paymentIndex.underWayOf(BEN)]).toEqual([other]);
    }
    network.says(topUp, { reference: 'g-1', capturedMinor: 2_000 });
    for (const { paymentIndex } of [network.state, network.afterCrash()]) {
      expect([...paymentIndex.underWayOf(ANA)]).toEqual([ready]);
    }
  });
});
