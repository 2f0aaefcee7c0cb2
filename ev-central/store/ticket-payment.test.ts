import { expect, test } from 'vitest';
import { userWallet } from '../../shared/account.ts';
import { requestId, sessionId, siteId, ticketId, userId } from '../../shared/ids.ts';
import { currency } from '../../shared/money.ts';
import { emptyTables } from '../core/state.ts';
import { START_MS } from './sample-rows.ts';
import { IN_MEMORY, openStore } from './store.ts';

test('what a ticket was paid with is brought when an order is about it, and forgotten afterwards', () => {
  const store = openStore({
    file: IN_MEMORY, masterKeyFile: null, clock: { now: () => START_MS }, log: () => undefined,
  });
  const tables = emptyTables();
  store.load(tables);
  const payment = {
    ticketId: ticketId('t-1'), sessionId: sessionId('s-1'), siteId: siteId('ALC'), payer: userWallet(userId('ana')),
    currency: currency('EUR'), paidMinor: 420, vatMinor: 73, refundedMinor: 20, refundedVatMinor: 3,
  };
  tables.ticketPayments.put(payment);
  store.commit({ tables, appends: [], sends: [], offsets: [], outboxDone: [], now: START_MS });
  expect([store.forget(tables, START_MS), tables.ticketPayments.size]).toEqual([1, 0]);
  const order = { kind: 'refund-ticket', ticketId: payment.ticketId, amountMinor: null, reason: 'r' } as const;
  store.hydrate(tables, {
    kind: 'order', orderId: requestId('o-1'), order, by: 'olga', role: 'admin', address: '', answer: null,
  });
  expect(tables.ticketPayments.must(payment.ticketId)).toEqual(payment);
  store.close();
});
