import { beforeEach, describe, expect, test } from 'vitest';
import { groupId, type PaymentId } from '../../shared/ids.ts';
import { currency } from '../../shared/money.ts';
import { ANA, OTHER_POINT } from './core-harness.ts';
import { PayingNetwork } from './payment-harness.ts';

let network: PayingNetwork;
let id: PaymentId;
beforeEach(() => {
  network = new PayingNetwork();
  network.connect();
  network.order({ kind: 'book', userId: ANA, amountMinor: -10_000, reason: 'an empty wallet' });
  id = network.start(3_000, 'pre-authorization');
});

function ready(): void {
  network.says(id, { status: 'authorized' });
}

describe('a pre-authorization', () => {
  test('lets a driver with an empty wallet charge, and pays what the session cost; the rest is released', () => {
    network.charge(ANA);
    expect(network.noticesOf(ANA)).toContain('refused');
    ready();
    const session = network.charging(ANA);
    expect(network.payment(id).sessionId).toBe(session.sessionId);
    network.later(60_000);
    network.end(session, 11_000);
    const { costMinor, state } = network.state.sessions.must(session.sessionId);
    expect(state).toBe('completed');
    expect(network.asked()[0]?.ask).toMatchObject({ kind: 'capture', amountMinor: costMinor, reference: 'g-1' });
    expect(network.balance()).toBe(-costMinor);
    network.says(id, { capturedMinor: costMinor });
    expect(network.payment(id)).toMatchObject({ state: 'partly-captured', operation: null });
    expect(network.booked(id)).toEqual([costMinor]);
    expect(network.balance()).toBe(0);
  });

  test('serves one session only', () => {
    ready();
    network.charging(ANA);
    network.connect(OTHER_POINT);
    network.charge(ANA, { target: { kind: 'point', pointId: OTHER_POINT, connectorNo: null } });
    expect(network.lastNotice(ANA, 'refused').reason).toBe('balance-too-low');
  });

  test('is released when its session never begins', () => {
    ready();
    const request = network.charge(ANA);
    network.cancel(ANA, request);
    expect(network.asked().map(({ ask }) => ask.kind)).toEqual(['cancel']);
    network.says(id, { status: 'cancelled' });
    expect(network.payment(id)).toMatchObject({ state: 'cancelled', operation: null });
    expect(network.noticesOf(ANA)).not.toContain('payment-failed');
  });

  test('that no session takes is released after its time', () => {
    ready();
    network.later(12 * 3_600_000);
    expect(network.asked().map(({ ask }) => ask.kind)).toEqual(['cancel']);
    network.says(id, { status: 'cancelled' });
    expect(network.payment(id).state).toBe('expired');
  });

  test('that cannot be captured loses neither the session nor its ticket: the driver owes it, and is told', () => {
    ready();
    const session = network.charging(ANA);
    network.later(60_000);
    network.end(session, 11_000);
    const refused = { kind: 'refused', why: 'not-possible', reason: 'the bank does not pay' } as const;
    network.answer(id, refused);
    expect(network.asked().map(({ ask }) => ask.kind)).toEqual(['fetch']);
    network.says(id, { status: 'authorized' });
    expect(network.asked().map(({ ask }) => ask.kind)).toEqual(['capture']);
    network.answer(id, refused);
    expect(network.payment(id)).toMatchObject({ state: 'failed', operation: { kind: 'cancel' } });
    network.says(id, { status: 'cancelled' });
    const { costMinor, ticketId, settled } = network.state.sessions.must(session.sessionId);
    expect({ settled, hasTicket: ticketId !== null }).toEqual({ settled: true, hasTicket: true });
    expect(network.balance()).toBe(-costMinor);
    expect(network.lastNotice(ANA, 'payment-failed')).toMatchObject({
      reason: 'not-captured', sessionId: session.sessionId,
    });
    network.charge(ANA);
    expect(network.noticesOf(ANA).at(-1)).toBe('refused');
  });

  test('that the gateway lets expire during the charge is told; the charge goes on', () => {
    ready();
    const session = network.charging(ANA);
    network.webhook(id, { status: 'expired' });
    expect(network.payment(id).state).toBe('expired');
    expect(network.lastNotice(ANA, 'payment-failed').reason).toBe('not-captured');
    network.later(60_000);
    network.end(session, 11_000);
    expect(network.asked()).toEqual([]);
    expect(network.state.sessions.must(session.sessionId).state).toBe('completed');
  });

  test('whose answer comes after it was given up is released', () => {
    network.order({ kind: 'cancel-payment', paymentId: id });
    expect(network.payment(id)).toMatchObject({ state: 'created', cancelWanted: true });
    ready();
    expect(network.asked().map(({ ask }) => ask.kind)).toEqual(['cancel']);
  });
});

describe('a charge that a group pays', () => {
  test('leaves the card of its driver alone, and her card does not make up for an empty group', () => {
    ready();
    const fleet = groupId('fleet');
    network.order({
      kind: 'put-group', group: {
        groupId: fleet, name: 'Vans', kind: 'fleet', currency: currency('EUR'), active: true,
        members: [{ userId: ANA, role: 'member', paid: true, limits: null }],
        limits: { perSessionMinor: null, perMonthMinor: null }, siteIds: null, hours: null, timeZone: 'Europe/Madrid',
      },
    });
    network.charge(ANA);
    expect(network.lastNotice(ANA, 'refused').reason).toBe('balance-too-low');
    network.order({ kind: 'book-group', groupId: fleet, amountMinor: 10_000, reason: 'fleet money' });
    const session = network.charging(ANA);
    network.later(60_000);
    network.end(session, 11_000);
    expect(network.asked()).toEqual([]);
    expect(network.payment(id)).toMatchObject({ state: 'authorized', sessionId: null });
  });
});
