import { beforeEach, describe, expect, it } from 'vitest';
import { checkTickets } from '../cli/ticket-check.ts';
import { planId, siteId, tariffId } from '../../shared/ids.ts';
import type { PlanRow } from '../../shared/messages/subscription.ts';
import { currency } from '../../shared/money.ts';
import { IN_MEMORY, openStore } from '../store/store.ts';
import { ANA, Network, POINT } from './core-harness.ts';
import { createState, derive, handle } from './handle.ts';
import { sampleIssuer } from './issuer-for-tests.ts';
import { mayGive } from './permissions.ts';
import { estimateFor } from './price-estimate.ts';
import { provisionalCost } from './session-cost.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { monthsLater } from './subscriptions.ts';

const GOLD = planId('gold');
const DAY_MS = 86_400_000;

let network: Network;
beforeEach(() => {
  network = new Network({ issuer: sampleIssuer() });
  network.connect();
  network.order({ kind: 'put-tariff', tariff: { id: tariffId('day'), currency: currency('EUR'), elements: [
    { price_components: [
      { type: 'ENERGY', price: 0.4, vat: 21, step_size: 1 }, { type: 'FLAT', price: 0.5, vat: 10, step_size: 1 },
    ] },
  ] } });
});

describe('a subscription', () => {
  it('is paid from her own wallet at once, with its VAT, and once each month, also after a restart', () => {
    put();
    expect(subscribe().text).toBe('ana has the plan gold, paid until 2025-12-21');
    expect(fees()).toEqual([['plan gold, month from 2025-11-21', -990, 818, 172]]);
    expect(balance()).toBe(9_010);
    network.later(30 * DAY_MS - 1);
    expect(fees().length).toBe(1);
    network.later(1);
    network.later(1);
    expect([fees().length, balance()]).toEqual([2, 8_020]);
    // Begun again from its rows, it owes nothing before the next month.
    const again = createState({ ...DEFAULT_SETTINGS });
    for (const name of ['installation', 'users', 'plans', 'subscriptions'] as const) {
      for (const row of network.state[name].values()) again[name].load(row as never);
    }
    derive(again, network.now);
    const laterMs = network.now + 31 * DAY_MS;
    expect(handle(again, { kind: 'tick' }, network.now + 20_000)).toEqual([]);
    expect(handle(again, { kind: 'tick' }, laterMs).filter((each) => each.kind === 'append').length).toBe(1);
    expect(handle(again, { kind: 'tick' }, laterMs + 1).filter((each) => each.kind === 'append')).toEqual([]);
  });

  it('is not paid any more when the person was forgotten', () => {
    put();
    subscribe();
    expect(network.order({ kind: 'forget-person', userId: ANA, note: '' }).outcome).toBe('done');
    network.later(40 * DAY_MS);
    expect([fees().length, network.state.subscriptions.size]).toEqual([1, 0]);
  });

  it('is not paid for months in which nothing was awake', () => {
    put();
    subscribe();
    network.later(100 * DAY_MS);
    expect(fees().length).toBe(2);
    expect(network.state.subscriptions.must(ANA)).toMatchObject({ months: 4, dueMs: Date.parse('2026-03-21T04:40Z') });
  });

  it('lapses with its reason where the wallet has not the fee, and takes nothing off any more', () => {
    put();
    subscribe();
    network.order({ kind: 'book', userId: ANA, amountMinor: -9_000, reason: 'spent' });
    network.later(31 * DAY_MS);
    expect(network.state.subscriptions.must(ANA)).toMatchObject({
      state: 'lapsed', why: 'the wallet had not 9.90 EUR for the fee',
    });
    expect([fees().length, balance()]).toEqual([1, 10]);
    expect(network.lastNotice(ANA, 'plan-lapsed')).toMatchObject({
      planId: GOLD, reason: 'fee-unpaid', feeMinor: 990, currency: 'EUR',
    });
    network.order({ kind: 'book', userId: ANA, amountMinor: 9_000, reason: 'start' });
    network.later(31 * DAY_MS);
    const asked = { pointId: POINT, energyWh: 10_000 };
    const estimated = (): unknown => estimateFor(network.state, asked, ANA, network.now);
    // 4.00 and 21 %, 0.50 and 10 %.
    expect(estimated()).toMatchObject({ totalMinor: 539 });
    expect(subscribe().outcome).toBe('done');
    expect(estimated()).toMatchObject({ totalMinor: 387 });
    expect(fees().length).toBe(2);
  });

  it('that was cancelled lasts for the month that is paid, and can be kept until then', () => {
    put();
    subscribe();
    expect(unsubscribe().text).toBe('the plan gold of ana ends on 2025-12-21');
    expect(network.charging(ANA).terms).toMatchObject({ discount: { planId: 'gold' } });
    expect(subscribe().text).toBe('ana keeps the plan gold; the next fee is due on 2025-12-21');
    unsubscribe();
    network.later(31 * DAY_MS);
    expect([network.state.subscriptions.get(ANA), fees().length]).toEqual([undefined, 1]);
  });

  it('begins its months on the same day, or on the last of a shorter one', () => {
    const at = (text: string, months: number): string => new Date(monthsLater(Date.parse(text), months)).toISOString();
    expect(at('2026-01-31T10:30:00Z', 1)).toBe('2026-02-28T10:30:00.000Z');
    expect(at('2026-01-31T10:30:00Z', 2)).toBe('2026-03-31T10:30:00.000Z');
    expect(at('2027-11-29T00:00:00Z', 3)).toBe('2028-02-29T00:00:00.000Z');
    expect(at('2026-12-31T23:59:59.999Z', 12)).toBe('2027-12-31T23:59:59.999Z');
  });

  it('is ordered by operators for others, and by everybody for herself', () => {
    const order = { kind: 'subscribe', userId: ANA, planId: GOLD } as const;
    const may = (role: 'operator' | 'technician' | 'user', userId: string): boolean =>
      mayGive({ role, userId }, order, order.userId);
    expect([may('operator', 'olga'), may('technician', 'tom'), may('user', 'ben'), may('user', 'ana')])
      .toEqual([true, false, false, true]);
  });

  it.each([
    ['a plan that is not there', () => subscribe('none'), 'no such plan: none'],
    ['a second plan', () => {
      subscribe();
      return subscribe();
    }, 'ana has the plan gold already: cancel it first'],
    ['a wallet that lacks the fee', () => {
      put({ monthlyFeeMinor: 12_345 });
      return subscribe();
    }, 'the wallet of ana lacks 23.45 EUR for the fee'],
    ['a plan in another currency', () => {
      put({ currency: currency('USD') });
      return subscribe();
    }, 'plan gold is in USD, the wallet in EUR'],
    ['a plan that is over', () => {
      put({ validToMs: 5 });
      return subscribe();
    }, 'plan gold is not valid now'],
    ['nothing to cancel', () => unsubscribe(), 'ana has no plan to cancel'],
    ['a plan with subscribers that is to go', () => {
      subscribe();
      return network.order({ kind: 'remove-plan', planId: GOLD });
    }, 'plan gold has 1 subscriber: it can go when it has none'],
    ['a site that is not there', () => network.order({ kind: 'put-plan', plan: plan({ siteIds: [siteId('none')] }) }),
      'no such site: none'],
  ])('is refused: %s', (_what, order, why) => {
    put();
    expect(order()).toMatchObject({ outcome: 'refused', text: why });
  });
});

describe('the discount of a plan', () => {
  it('has a line for each VAT rate on the ticket, is in hold, live cost and estimate, and comes out again', () => {
    put({ monthlyFeeMinor: 0 });
    subscribe();
    const asked = { pointId: POINT, energyWh: 10_000 };
    // 10 kWh: 4.00 less 15 % and less 0.20; 0.50 less all of it. 3.20 and 21 % are 3.872.
    expect(estimateFor(network.state, asked, ANA, network.now)).toMatchObject({ totalMinor: 387 });
    const session = network.charging(ANA);
    put({ monthlyFeeMinor: 0, discount: { energyPercent: '99', timePercent: '0', flatPercent: '0', perKwh: '0' } });
    network.later(3_600_000);
    network.sample(session, 1, 11_000);
    expect(provisionalCost(network.state, network.state.sessions.must(session.sessionId))).toBe(387);
    network.end(session, 11_000);
    const { ticket } = network.lastNotice(ANA, 'ticket');
    expect(ticket.totalMinor).toBe(387);
    expect(ticket.vat).toEqual([
      { rate: '10', netMinor: 0, vatMinor: 0 }, { rate: '21', netMinor: 320, vatMinor: 67 },
    ]);
    expect(ticket.lines.slice(2)).toEqual([
      {
        kind: 'DISCOUNT', plan: 'gold', name: 'Gold', vatPercent: '10', exclVatMicros: -500_000,
        inclVatMicros: -550_000,
      },
      {
        kind: 'DISCOUNT', plan: 'gold', name: 'Gold', vatPercent: '21', exclVatMicros: -800_000,
        inclVatMicros: -968_000,
      },
    ]);
    network.end(session, 12_000);
    const clock = { now: (): number => network.now };
    const store = openStore({ file: IN_MEMORY, masterKeyFile: null, clock, log: () => undefined });
    store.commit({
      tables: network.state, appends: network.appended, sends: [], offsets: [], outboxDone: [], now: network.now,
    });
    expect((checkTickets(store, session.sessionId) ?? []).every(({ same }) => same)).toBe(true);
    expect(store.verifyLedger().faults).toEqual([]);
    store.close();
  });

  it('is for its sites alone, and never more than the price', () => {
    put({ monthlyFeeMinor: 0, siteIds: [] });
    subscribe();
    expect(network.charging(ANA).terms).toBeNull();
    put({ monthlyFeeMinor: 0, discount: { energyPercent: '50', timePercent: '0', flatPercent: '0', perKwh: '7' } });
    expect(estimateFor(network.state, { pointId: POINT, energyWh: 10_000 }, ANA, network.now))
      .toMatchObject({ totalMinor: 55 });
  });
});

function plan(change: Partial<PlanRow> = {}): PlanRow {
  return {
    planId: GOLD, name: 'Gold', currency: currency('EUR'), monthlyFeeMinor: 990, vatPercent: '21',
    discount: { energyPercent: '15', timePercent: '0', flatPercent: '100', perKwh: '0.02' }, siteIds: null,
    validFromMs: null, validToMs: null, ...change,
  };
}

function put(change: Partial<PlanRow> = {}): void {
  expect(network.order({ kind: 'put-plan', plan: plan(change) }).outcome).toBe('done');
}

function subscribe(id: string = GOLD) {
  return network.order({ kind: 'subscribe', userId: ANA, planId: planId(id) });
}

function unsubscribe() {
  return network.order({ kind: 'unsubscribe', userId: ANA });
}

function balance(): number {
  return network.state.users.must(ANA).balanceMinor;
}

/** Reason, what the wallet got, what was earned, and VAT of each fee that was booked. */
function fees(): unknown[] {
  return network.appended.flatMap((append) => (append.table === 'movements' && append.row.kind === 'subscription'
    ? [[append.row.reason, ...append.row.postings.map(({ amountMinor }) => amountMinor)]] : []));
}
