import { describe, expect, it } from 'vitest';
import { ADJUSTMENTS, gatewayAccount, userWallet } from '../../shared/account.ts';
import { userId } from '../../shared/ids.ts';
import { ANA, BEN, Network } from './core-harness.ts';
import type { Entry } from './ledger.ts';
import type { Movement } from './rows.ts';
import type { Step } from './step.ts';
import { book, move } from './wallet.ts';

function booked(network: Network): Movement[] {
  return network.appended.flatMap((append) => (append.table === 'movements' ? [append.row] : []));
}

function connected(): Network {
  const network = new Network();
  network.connect();
  return network;
}

function bookOf(network: Network, entry: Entry, driver = ANA): Movement {
  const step: Step = { state: network.state, now: network.now, effects: [] };
  book(step, driver, entry);
  const [effect] = step.effects;
  if (effect?.kind !== 'append' || effect.table !== 'movements') throw new Error('nothing was booked');
  return effect.row;
}

describe('a movement', () => {
  it('of a charge takes from the wallet what the site gets', () => {
    const network = connected();
    const session = network.charging(ANA);
    network.end(session, 2_205);
    const { ticket } = network.lastNotice(ANA, 'ticket');
    expect(booked(network).at(-1)).toEqual({
      atMs: network.now, kind: 'charge', currency: 'EUR', sessionId: session.sessionId, ticketId: ticket.ticketId,
      reason: `ticket ${ticket.ticketId}`, by: 'ev-central',
      postings: [
        { account: 'wallet:user:ana', amountMinor: -74, balanceMinor: 9_926 },
        { account: 'revenue:ALC', amountMinor: 74, balanceMinor: null },
      ],
    });
  });

  it('of an order says who gave it', () => {
    const network = new Network();
    network.order({ kind: 'book', userId: BEN, amountMinor: -1_000, reason: 'moved away' });
    expect(booked(network).at(-1)).toMatchObject({ kind: 'adjustment', by: 'olga', reason: 'moved away' });
  });

  it('puts the VAT of an amount on an account of its own', () => {
    const network = connected();
    const session = network.charging(ANA);
    const entry = { amountMinor: -420, reason: '', sessionId: session.sessionId };
    expect(bookOf(network, { ...entry, kind: 'charge', vatMinor: 73 }).postings).toEqual([
      { account: 'wallet:user:ana', amountMinor: -420, balanceMinor: 9_580 },
      { account: 'revenue:ALC', amountMinor: 347, balanceMinor: null },
      { account: 'vat', amountMinor: 73, balanceMinor: null },
    ]);
  });

  it.each<[Entry['kind'], number, string]>([
    ['top-up', 500, 'cash'], ['adjustment', -5, 'adjustments'], ['reimbursement', 30, 'reimbursements'],
    ['payout', -30, 'cash'], ['opening', 1, 'opening'],
  ])('of the kind %s and %d has its own account against the wallet: %s', (kind, amountMinor, contra) => {
    expect(bookOf(new Network(), { kind, amountMinor, reason: 'r' }).postings.map(({ account }) => account))
      .toEqual(['wallet:user:ana', contra]);
  });

  it('may name the account against it', () => {
    const entry = { kind: 'top-up', amountMinor: 500, reason: 'card', contra: gatewayAccount('local') } as const;
    expect(bookOf(new Network(), entry).postings[1]).toMatchObject({ account: 'gateway:local', amountMinor: -500 });
  });

  it('of a ticket of nothing has no negative zero', () => {
    const network = connected();
    const { sessionId } = network.charging(ANA);
    const { postings } = bookOf(network, { kind: 'charge', amountMinor: -0, reason: '', sessionId });
    expect(postings.map(({ amountMinor }) => Object.is(amountMinor, -0))).toEqual([false, false]);
  });

  it('is written off when its driver is gone, and still balances', () => {
    const network = connected();
    const { sessionId } = network.charging(ANA);
    const entry = { kind: 'correction', amountMinor: -9, reason: 'late', sessionId } as const;
    expect(bookOf(network, entry, userId('gone'))).toMatchObject({
      reason: 'late (there is no wallet:user:gone)',
      postings: [{ account: ADJUSTMENTS, amountMinor: -9 }, { account: 'revenue:ALC', amountMinor: 9 }],
    });
  });

  it('that does not balance, or has one side, is a bug', () => {
    const network = new Network();
    const step: Step = { state: network.state, now: 0, effects: [] };
    const movement = {
      kind: 'adjustment', currency: network.state.users.must(ANA).currency, sessionId: null, ticketId: null, reason: '',
      by: '',
    } as const;
    const wallet = { account: userWallet(ANA), amountMinor: 5 };
    const less = { account: ADJUSTMENTS, amountMinor: -4 };
    expect(() => move(step, movement, [wallet, less])).toThrow(/add up to nothing/);
    expect(() => move(step, movement, [{ ...wallet, amountMinor: 0 }])).toThrow(/two sides/);
    expect(step.effects).toEqual([]);
    expect(network.state.users.must(ANA).balanceMinor).toBe(10_000);
  });
});
