import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PaymentId, requestId } from '../../shared/ids.ts';
import { ANA, BEN } from './core-harness.ts';
import { handle } from './handle.ts';
import { PayingNetwork, snapshot } from './payment-harness.ts';
import { pauseMs } from './payment-operation.ts';
import { chooseGateway } from './payment-rules.ts';
import { mayBecome, PAYMENT_STATES, PAYMENT_TABLE } from './payment-states.ts';
import { currency } from '../../shared/money.ts';

const LOST = { kind: 'uncertain', reason: 'time-out' } as const;
const AWAY = { kind: 'unavailable', reason: 'connection refused' } as const;

describe('a top-up', () => {
  test('is booked once when it is captured, whatever is delivered again', () => {
    const network = new PayingNetwork();
    const id = network.start();
    const again = network.asked();
    network.says(id, { capturedMinor: 2_000 });
    expect(network.payment(id)).toMatchObject({ state: 'captured', operation: null, token: '' });
    for (const { key, attempt } of again) {
      network.feed({
        kind: 'payment-outcome', paymentId: id, key, attempt,
        outcome: { kind: 'answered', snapshot: snapshot({ capturedMinor: 2_000 }) },
      });
    }
    network.webhook(id, { capturedMinor: 2_000 }, 'e-7');
    network.webhook(id, { capturedMinor: 2_000 }, 'e-7');
    network.webhook(null, { capturedMinor: 2_000 }, 'e-8');
    expect(network.booked(id)).toEqual([2_000]);
    expect(network.balance()).toBe(12_000);
  });

  test('that a webhook tells of before the answer has come is booked once', () => {
    const network = new PayingNetwork();
    const id = network.start();
    network.webhook(id, { capturedMinor: 2_000 });
    expect(network.payment(id)).toMatchObject({ state: 'captured', operation: null });
    expect(network.booked(id)).toEqual([2_000]);
  });

  test('that is declined books nothing, and the driver, the audit log and the event log hear of it', () => {
    const network = new PayingNetwork();
    const id = network.start();
    network.answer(id, { kind: 'refused', why: 'declined', reason: 'insufficient funds' });
    expect(network.payment(id)).toMatchObject({ state: 'declined', operation: null, lastError: 'insufficient funds' });
    expect(network.lastNotice(ANA, 'payment-failed')).toMatchObject({ paymentId: id, reason: 'declined' });
    expect(network.balance()).toBe(10_000);
    const tables = network.appended.map((append) =>
      (append.table === 'audit' ? append.row.outcome : append.table === 'events' ? append.row.kind : ''));
    expect(tables).toEqual(expect.arrayContaining(['failed: declined', 'payment']));
  });

  test('that needs the payer asks her, and is looked up until she has confirmed, also without a webhook', () => {
    const network = new PayingNetwork();
    const id = network.start();
    network.says(id, { status: 'requires-action' });
    expect(network.lastNotice(ANA, 'payment-action')).toMatchObject({ paymentId: id, amountMinor: 2_000 });
    network.later(15_000);
    expect(network.asked().map(({ ask }) => ask.kind)).toEqual(['fetch']);
    network.says(id, { status: 'requires-action' });
    network.later(30_000);
    network.says(id, { capturedMinor: 2_000 });
    expect(network.payment(id).state).toBe('captured');
    expect(network.noticesOf(ANA).filter((type) => type === 'payment-action')).toHaveLength(1);
  });

  test('that nobody confirms is cancelled at the gateway in time, and the driver is told', () => {
    const network = new PayingNetwork();
    const id = network.start();
    network.says(id, { status: 'requires-action' });
    for (let minutes = 0; minutes < 31; minutes += 1) {
      network.later(60_000);
      if (network.asked()[0]?.ask.kind === 'fetch') network.says(id, { status: 'requires-action' });
      if (network.payment(id).operation?.kind === 'cancel') break;
    }
    network.says(id, { status: 'cancelled' });
    expect(network.payment(id)).toMatchObject({ state: 'expired', operation: null });
    expect(network.lastNotice(ANA, 'payment-failed').reason).toBe('not-confirmed');
  });

  test('is refused where no rule chooses a gateway, and for somebody else by a user', () => {
    const network = new PayingNetwork();
    expect(network.userStarts(ANA, BEN, 1_000, 'u-1')).toMatchObject({ outcome: 'refused' });
    expect(network.userStarts(ANA, ANA, 1_000, 'u-2')).toMatchObject({ outcome: 'done' });
    expect(network.asked()).toHaveLength(1);
    network.userStarts(ANA, ANA, 1_000, 'u-2');
    expect(network.asked()).toHaveLength(0);
    const [{ paymentId = '' } = {}] = [...network.state.payments.values()];
    expect(network.userCancels(BEN, paymentId as PaymentId, 'u-3')).toMatchObject({ outcome: 'refused' });
    expect(network.userCancels(ANA, paymentId as PaymentId, 'u-4')).toMatchObject({ outcome: 'done' });
    expect([...network.state.payments.values()]).toHaveLength(1);
    const audit = network.appended.filter(({ table }) => table === 'audit');
    expect(JSON.stringify(audit)).not.toContain('tok-ok');
  });
});

describe('an operation at the gateway', () => {
  test('is repeated with growing pauses under the same key while the gateway is away', () => {
    const network = new PayingNetwork();
    const id = network.start();
    const keys = new Set(network.asked().map(({ key }) => key));
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      network.answer(id, AWAY);
      const pause = (network.payment(id).operation?.nextAttemptMs ?? 0) - network.now;
      pauses.push(pause);
      network.later(pause);
      for (const { key, ask } of network.asked()) keys.add(`${ask.kind === 'authorize' ? '' : 'not '}${key}`);
    }
    expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 32_000]);
    expect([...keys]).toEqual([`${id}.1`]);
    expect(pauseMs(60)).toBe(3_600_000);
  });

  test('whose outcome is not known is looked up before it is repeated, under the same key', () => {
    const network = new PayingNetwork();
    const id = network.start();
    network.says(id, { capturedMinor: 2_000 });
    network.order({ kind: 'refund-payment', paymentId: id, amountMinor: 500, note: 'too much' });
    const key = network.asked()[0]?.key;
    network.answer(id, LOST);
    network.later(2_000);
    expect(network.asked().map(({ ask }) => ask.kind)).toEqual(['fetch']);
    network.says(id, { capturedMinor: 2_000, refundedMinor: 0 });
    expect(network.asked().map((asked) => [asked.ask.kind, asked.key])).toEqual([['refund', key]]);
    network.answer(id, LOST);
    network.later(10_000);
    network.says(id, { capturedMinor: 2_000, refundedMinor: 500 });
    expect(network.payment(id)).toMatchObject({ state: 'partly-refunded', operation: null });
    expect(network.booked(id)).toEqual([2_000, -500]);
  });

  test('without an answer is taken for not known after its time', () => {
    const network = new PayingNetwork();
    const id = network.start();
    network.later(30_000);
    expect(network.payment(id).operation).toMatchObject({ phase: 'resting', unsure: true, attempts: 1 });
    network.later(2_000);
    expect(network.asked()).toMatchObject([{ key: `${id}.1`, attempt: 2, ask: { kind: 'authorize' } }]);
  });

  test('is made again after a crash at any moment, under the same key', () => {
    const network = new PayingNetwork();
    const id = network.start();
    const state = network.afterCrash();
    const asked = [];
    for (let now = network.now; now < network.now + 60_000; now += 1_000) {
      asked.push(...handle(state, { kind: 'tick' }, now).filter(({ kind }) => kind === 'payment'));
    }
    expect(asked).toMatchObject([{ paymentId: id, key: `${id}.1`, attempt: 2, ask: { kind: 'authorize' } }]);
  });

  test('comes in its time after a start, also when the wall clock went back meanwhile', () => {
    const network = new PayingNetwork();
    const id = network.start();
    network.now -= 7_200_000;
    const state = network.afterCrash();
    const asked = [];
    for (let now = network.now; now < network.now + 60_000; now += 1_000) {
      asked.push(...handle(state, { kind: 'tick' }, now).filter(({ kind }) => kind === 'payment'));
    }
    expect(asked).toMatchObject([{ paymentId: id, key: `${id}.1`, attempt: 2 }]);
  });

  test('that the gateway never answers is given up, and the payment fails for all to see', () => {
    const network = new PayingNetwork();
    const id = network.start();
    for (let hours = 0; hours < 60 && network.payment(id).state !== 'failed'; hours += 1) {
      if (network.payment(id).operation?.phase === 'asked') network.answer(id, AWAY);
      network.later(3_600_000);
    }
    expect(network.payment(id)).toMatchObject({ state: 'failed', operation: null });
    expect(network.lastNotice(ANA, 'payment-failed').reason).toBe('gateway-away');
    network.webhook(id, { capturedMinor: 2_000 });
    expect(network.payment(id).state).toBe('captured');
    expect(network.booked(id)).toEqual([2_000]);
  });
});

describe('a refund', () => {
  test('gives the wallet back what the gateway has paid back, once, and no more than is there', () => {
    const network = new PayingNetwork();
    const id = network.start();
    network.says(id, { capturedMinor: 2_000 });
    const tooMuch = { kind: 'refund-payment', paymentId: id, amountMinor: 2_001, note: 'x' } as const;
    expect(network.order(tooMuch).text).toContain('only 20.00 EUR');
    network.order({ ...tooMuch, amountMinor: 1_500 });
    expect(network.order({ ...tooMuch, amountMinor: 500 }).text).toContain('has a refund under way');
    network.says(id, { capturedMinor: 2_000, refundedMinor: 1_500 });
    network.order({ ...tooMuch, amountMinor: null });
    expect(network.asked()[0]?.ask).toMatchObject({ kind: 'refund', amountMinor: 500 });
    network.says(id, { capturedMinor: 2_000, refundedMinor: 2_000 });
    network.webhook(id, { capturedMinor: 2_000, refundedMinor: 1_500 });
    expect(network.payment(id).state).toBe('refunded');
    expect(network.booked(id)).toEqual([2_000, -1_500, -500]);
    expect(network.balance()).toBe(10_000);
  });

  test('that the gateway refuses changes no money, and the payment stands as it was', () => {
    const network = new PayingNetwork();
    const id = network.start();
    network.says(id, { capturedMinor: 2_000 });
    network.order({ kind: 'refund-payment', paymentId: id, amountMinor: null, note: 'x' });
    network.answer(id, { kind: 'refused', why: 'not-possible', reason: 'account closed' });
    network.says(id, { capturedMinor: 2_000 });
    expect(network.payment(id)).toMatchObject({ state: 'captured', operation: null, lastError: 'account closed' });
    expect(network.booked(id)).toEqual([2_000]);
  });

  test('is refused when the driver has spent the money, and of a payment that took none', () => {
    const network = new PayingNetwork();
    const id = network.start();
    const refund = { kind: 'refund-payment', paymentId: id, amountMinor: null, note: 'x' } as const;
    expect(network.order(refund).text).toContain('nothing to pay back');
    network.says(id, { capturedMinor: 2_000 });
    network.order({ kind: 'book', userId: ANA, amountMinor: -11_000, reason: 'spent' });
    expect(network.order(refund).text).toContain('has only 10.00 EUR');
    expect(network.order({ kind: 'cancel-payment', paymentId: id }).text).toContain('nothing to cancel');
  });
});

describe('news of a payment', () => {
  test('comes to the same in every order and with every repetition', () => {
    const history = [
      snapshot({ status: 'pending' }), snapshot({ status: 'requires-action' }),
      snapshot({ capturedMinor: 2_000 }), snapshot({ capturedMinor: 2_000, refundedMinor: 300 }),
      snapshot({ capturedMinor: 2_000, refundedMinor: 2_000 }),
    ];
    fc.assert(fc.property(
      fc.array(fc.nat({ max: history.length - 1 }), { maxLength: 12 }), fc.nat({ max: 12 }),
      (order, place) => {
        const network = new PayingNetwork();
        const id = network.start();
        const all = [...order.slice(0, place), history.length - 1, ...order.slice(place)];
        for (const index of all) network.webhook(id, history[index] ?? null);
        const captured = network.booked(id).filter((amount) => amount > 0);
        const back = network.booked(id).filter((amount) => amount < 0);
        expect(captured).toEqual([2_000]);
        expect(back.reduce((sum, amount) => sum + amount, 0)).toBe(-2_000);
        expect(network.payment(id)).toMatchObject({ state: 'refunded', operation: null });
      },
    ));
  });

  test('without a view of the payment makes Central look it up; news of a stranger changes nothing', () => {
    const network = new PayingNetwork();
    const id = network.start();
    network.says(id, { capturedMinor: 2_000 });
    network.webhook(null, null);
    expect(network.asked()).toMatchObject([{ paymentId: id, ask: { kind: 'fetch', reference: 'g-1' } }]);
    network.webhook(null, { reference: 'g-99', capturedMinor: 2_000 });
    expect(network.booked(id)).toEqual([2_000]);
  });
});

describe('the table of payment states', () => {
  test('lets no state be left for one that comes before it', () => {
    const early = ['created', 'pending', 'requires-action'] as const;
    for (const from of PAYMENT_STATES) {
      expect(mayBecome(from, 'created')).toBe(false);
      expect(mayBecome(from, from)).toBe(false);
      if (PAYMENT_TABLE[from].isOver) for (const to of early) expect(mayBecome(from, to)).toBe(false);
      // Money that has moved is the truth after every end, but for one that was paid back.
      if (!PAYMENT_TABLE[from].mayRefund && from !== 'refunded') expect(mayBecome(from, 'captured')).toBe(true);
    }
  });
});

describe('the rules', () => {
  const rules = [
    { gateway: 'a', countries: ['ES'], currencies: null, users: null },
    { gateway: 'b', countries: null, currencies: [currency('CHF')], users: null },
    { gateway: 'c', countries: null, currencies: null, users: [BEN] },
  ];
  test.each([
    ['ES', 'EUR', ANA, 'a'], ['FR', 'CHF', ANA, 'b'], [null, 'EUR', BEN, 'c'], [null, 'EUR', ANA, null],
    ['ES', 'CHF', BEN, 'a'], [null, 'CHF', ANA, 'b'],
  ])('choose for country %s, currency %s and user %s the gateway %s', (country, code, userId, gateway) => {
    expect(chooseGateway(rules, { country, currency: currency(code), userId })).toBe(gateway);
  });
});

describe('an account with a payment under way', () => {
  test('is not removed', () => {
    const network = new PayingNetwork();
    network.start();
    network.order({ kind: 'book', userId: ANA, amountMinor: -10_000, reason: 'out' });
    expect(network.order({ kind: 'remove-user', userId: ANA }).text).toContain('under way');
    expect(network.state.orders.get(requestId('nobody'))).toBeUndefined();
  });
});
