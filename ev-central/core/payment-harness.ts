// Test support: the small network with a payment gateway that the test itself plays.
import { isWallet } from '../../shared/account.ts';
import { paymentId, type PaymentId, requestId, type UserId } from '../../shared/ids.ts';
import { ANA, Network } from './core-harness.ts';
import type { Effect } from './effects.ts';
import { createState, derive } from './handle.ts';
import type { GatewayOutcome, Payment, Snapshot } from './payment-rows.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import type { State } from './state.ts';

export const RULES = [{ gateway: 'demo', countries: null, currencies: null, users: null }];
type Asked = Extract<Effect, { kind: 'payment' }>;

export class PayingNetwork extends Network {
  #events = 0;

  constructor() {
    super({ paymentRules: RULES });
  }

  /** Ana's payment has begun, and the gateway was asked for its authorization. */
  start(amountMinor = 2_000, purpose: 'top-up' | 'pre-authorization' = 'top-up', userId: UserId = ANA): PaymentId {
    const order = this.order({ kind: 'start-payment', userId, purpose, amountMinor, token: 'tok-ok', country: null });
    if (order.outcome === 'refused') throw new Error(order.text);
    return paymentId(order.lines[0]?.what ?? '');
  }

  payment(id: PaymentId): Payment {
    return this.state.payments.must(id);
  }

  /** What the gateway was asked in the last step. */
  asked(): Asked[] {
    return this.effects.filter((effect): effect is Asked => effect.kind === 'payment');
  }

  /** The gateway answers what it was asked last about this payment. */
  answer(id: PaymentId, outcome: GatewayOutcome): void {
    const { operation } = this.payment(id);
    if (operation === null) throw new Error(`nothing was asked about ${id}`);
    this.feed({ kind: 'payment-outcome', paymentId: id, key: operation.key, attempt: operation.attempts, outcome });
  }

  says(id: PaymentId, change: Partial<Snapshot>): void {
    this.answer(id, { kind: 'answered', snapshot: snapshot(change) });
  }

  webhook(id: PaymentId | null, change: Partial<Snapshot> | null, eventId = `e-${++this.#events}`): void {
    this.feed({
      kind: 'payment-event',
      event: {
        gateway: 'demo', eventId, paymentId: id, reference: change?.reference ?? 'g-1',
        snapshot: change === null ? null : snapshot(change),
      },
    });
  }

  balance(userId: UserId = ANA): number {
    return this.state.users.must(userId).balanceMinor;
  }

  booked(id: PaymentId): number[] {
    return this.appended.flatMap((append) => (append.table === 'movements' && append.row.reason.split(' ').includes(id)
      ? append.row.postings.filter(({ account }) => isWallet(account)).map(({ amountMinor }) => amountMinor) : []));
  }

  /** As after a crash: another state, from nothing but the rows. */
  afterCrash(): State {
    const state = createState({ ...DEFAULT_SETTINGS, paymentRules: RULES });
    for (const row of this.state.payments.values()) state.payments.load(row);
    for (const row of this.state.users.values()) state.users.load(row);
    state.installation.load(this.state.installation.must('installation'));
    derive(state, this.now);
    return state;
  }

  /** What a driver wants for an account, as the REST API gives it. */
  userStarts(by: UserId, forUser: UserId, amountMinor: number, id: string) {
    this.feed({
      kind: 'order', orderId: requestId(id), by, role: 'user', address: '10.0.0.7', answer: null,
      order: {
        kind: 'start-payment', userId: forUser, purpose: 'top-up', amountMinor, token: 'tok-ok', country: null,
      },
    });
    return this.state.orders.must(requestId(id));
  }

  userCancels(by: UserId, payment: PaymentId, id: string) {
    this.feed({
      kind: 'order', orderId: requestId(id), by, role: 'user', address: '10.0.0.7', answer: null,
      order: { kind: 'cancel-payment', paymentId: payment },
    });
    return this.state.orders.must(requestId(id));
  }
}

export function snapshot(change: Partial<Snapshot> = {}): Snapshot {
  return {
    reference: 'g-1', status: 'captured', capturedMinor: 0, refundedMinor: 0, reason: null, ...change,
  };
}
