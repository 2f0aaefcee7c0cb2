import { describe, expect, it } from 'vitest';
import { groupWallet, userWallet } from '../../shared/account.ts';
import { groupId, type TicketId, ticketId, userId } from '../../shared/ids.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { currency } from '../../shared/money.ts';
import { ANA, BEN, Network } from './core-harness.ts';

const EUR = currency('EUR');

/** A network in which ana has paid 74 for a ticket. */
function charged(): { network: Network; ticket: TicketId } {
  const network = new Network();
  network.connect();
  network.end(network.charging(ANA), 2_205);
  return { network, ticket: network.lastNotice(ANA, 'ticket').ticket.ticketId };
}

function balance(network: Network, driver = ANA): number {
  return network.state.users.must(driver).balanceMinor;
}

function lastPostings(network: Network): [string, number][] {
  const last = network.appended.findLast((append) => append.table === 'movements');
  return last?.table === 'movements' ? last.row.postings.map(({ account, amountMinor }) => [account, amountMinor]) : [];
}

describe('booking by hand', () => {
  it.each<[Partial<Extract<Order, { kind: 'book' }>>, string, string]>([
    [{ amountMinor: 500 }, 'top-up', 'cash'],
    [{ amountMinor: -500 }, 'adjustment', 'adjustments'],
    [{ amountMinor: 500, as: 'adjustment' }, 'adjustment', 'adjustments'],
    [{ amountMinor: 500, as: 'opening' }, 'opening', 'opening'],
  ])('of %j is a %s', (change, kind, contra) => {
    const network = new Network();
    const result = network.order({ kind: 'book', userId: ANA, amountMinor: 0, reason: 'r', ...change });
    expect(result.outcome).toBe('done');
    const last = network.appended.findLast((append) => append.table === 'movements');
    expect(last?.row).toMatchObject({ kind, reason: 'r', by: 'olga' });
    expect(lastPostings(network)[1]?.[0]).toBe(contra);
  });

  it.each<[Order, RegExp]>([
    [{ kind: 'book', userId: ANA, amountMinor: 0, reason: 'r' }, /the amount is 0/],
    [{ kind: 'book', userId: ANA, amountMinor: -5, reason: 'r', as: 'top-up' }, /a top-up adds/],
    [{ kind: 'book', userId: userId('eve'), amountMinor: 5, reason: 'r' }, /no such user: eve/],
    [{ kind: 'book-group', groupId: groupId('eves'), amountMinor: 5, reason: 'r' }, /no such group: eves/],
    [{ kind: 'book', userId: ANA, amountMinor: Number.MAX_SAFE_INTEGER, reason: 'r' }, /cannot hold that amount/],
  ])('of %j is refused', (order, why) => {
    const network = new Network();
    expect(network.order(order)).toMatchObject({ outcome: 'refused', text: expect.stringMatching(why) as string });
    expect(balance(network)).toBe(10_000);
  });
});

describe('a refund', () => {
  it('gives a ticket back in parts, and never more than was paid', () => {
    const { network, ticket } = charged();
    const refund = (amountMinor: number | null): ReturnType<Network['order']> =>
      network.order({ kind: 'refund-ticket', ticketId: ticket, amountMinor, reason: 'slow' });
    expect(refund(75).text).toBe(`ticket ${ticket} was paid with 0.74 EUR: at most 0.74 EUR can be given back`);
    expect(refund(30).outcome).toBe('done');
    expect(lastPostings(network)).toEqual([['wallet:user:ana', 30], ['revenue:ALC', -30]]);
    expect(refund(45).text).toBe(`ticket ${ticket} was paid with 0.74 EUR, 0.30 EUR were given back already: `
      + 'at most 0.44 EUR can be given back');
    expect(refund(null).outcome).toBe('done');
    expect(balance(network)).toBe(10_000);
    expect(refund(null).text).toBe(`nothing of ticket ${ticket} is left to give back`);
    expect(network.state.ticketPayments.must(ticket)).toMatchObject({ paidMinor: 74, refundedMinor: 74 });
  });

  it('takes the VAT back in proportion, to the cent', () => {
    const { network, ticket } = charged();
    network.state.ticketPayments.put({ ...network.state.ticketPayments.must(ticket), vatMinor: 13 });
    const vat: number[] = [];
    for (const amountMinor of [10, 10, 10, null]) {
      network.order({ kind: 'refund-ticket', ticketId: ticket, amountMinor, reason: 'slow' });
      vat.push(lastPostings(network).find(([account]) => account === 'vat')?.[1] ?? 0);
    }
    expect(vat).toEqual([-2, -2, -1, -8]);
  });

  it('of a ticket that is not there is refused', () => {
    const order = { kind: 'refund-ticket', ticketId: ticketId('t-0'), amountMinor: null, reason: 'r' } as const;
    expect(new Network().order(order).text).toBe('no such ticket: t-0');
  });
});

describe('a transfer', () => {
  const ana = userWallet(ANA);
  const ben = userWallet(BEN);

  it('moves money between wallets', () => {
    const network = new Network();
    const order = { kind: 'transfer', from: ana, to: ben, amountMinor: 4_000, reason: 'rent' } as const;
    expect(network.order(order)).toMatchObject({ outcome: 'done' });
    expect([balance(network, ANA), balance(network, BEN)]).toEqual([6_000, 14_000]);
    expect(lastPostings(network)).toEqual([[ana, -4_000], [ben, 4_000]]);
  });

  it('leaves alone what is held', () => {
    const network = new Network();
    network.connect();
    network.charge(ANA);
    const order = { kind: 'transfer', from: ana, to: ben, amountMinor: 8_001, reason: 'rent' } as const;
    expect(network.order(order).text).toBe(`${ana} has 80.00 EUR that is not held: 80.01 EUR cannot be moved`);
    expect(network.order({ ...order, amountMinor: 8_000 }).outcome).toBe('done');
  });

  it.each([
    [ana, ana, /both ends/], [ana, userWallet(userId('eve')), /no such wallet: wallet:user:eve/],
    [groupWallet(groupId('eves')), ana, /no such wallet: wallet:group:eves/],
    [ana, groupWallet(groupId('yens')), /is in EUR, wallet:group:yens in JPY/],
  ])('from %s to %s is refused', (from, to, why) => {
    const network = new Network();
    network.order({ kind: 'put-group', group: {
      groupId: groupId('yens'), name: '', kind: 'fleet', currency: currency('JPY'), active: true, members: [],
      limits: { perSessionMinor: null, perMonthMinor: null }, siteIds: null, hours: null, timeZone: 'UTC',
    } });
    expect(network.order({ kind: 'transfer', from, to, amountMinor: 1, reason: 'r' })).toMatchObject({
      outcome: 'refused', text: expect.stringMatching(why) as string,
    });
    expect(network.state.users.must(ANA)).toMatchObject({ balanceMinor: 10_000, currency: EUR });
  });
});
