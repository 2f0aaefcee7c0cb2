import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkTickets } from '../cli/ticket-check.ts';
import { tariffId } from '../../shared/ids.ts';
import type { Invoice } from '../../shared/messages/invoice.ts';
import { currency } from '../../shared/money.ts';
import { ticketText } from '../../shared/words.ts';
import { IN_MEMORY, openStore } from '../store/store.ts';
import { ANA, Network, POINT, SITE } from './core-harness.ts';
import { sampleIssuer } from './issuer-for-tests.ts';
import { estimateFor } from './price-estimate.ts';
import { provisionalCost } from './session-cost.ts';
import { settledMinor, settlementOf } from './tariff/exchange.ts';

const [EUR, CHF, JPY] = [currency('EUR'), currency('CHF'), currency('JPY')];
const TODAY = '2025-11-21';
const RATE = { base: EUR, quote: CHF, date: TODAY, rate: '0.9312' };

let network: Network;
beforeEach(() => {
  network = new Network({ issuer: sampleIssuer() });
  network.connect();
});

describe('a charge whose tariff has another currency than the wallet', () => {
  it('is refused without a rate of these days, and says which currencies', () => {
    site(tariffIn(CHF));
    rates({ ...RATE, date: '2025-11-11' });
    network.charge(ANA);
    expect(network.lastNotice(ANA, 'refused')).toMatchObject({
      reason: 'currency-mismatch', facts: { currency: 'CHF', wallet: 'EUR' },
    });
    rates({ ...RATE, date: '2025-11-12' });
    network.charge(ANA);
    expect(network.lastNotice(ANA, 'accepted').currency).toBe('EUR');
  });

  it('is made in the tariff\'s currency and paid in the wallet\'s, by the rate of its beginning', () => {
    site(tariffIn(CHF));
    rates(RATE);
    const asked = { pointId: POINT, energyWh: 10_000 };
    expect(estimateFor(network.state, asked, ANA, network.now)).toMatchObject({
      currency: 'EUR', totalMinor: 534, priced: { currency: 'CHF', totalMinor: 497, ...RATE },
    });
    const session = network.charging(ANA);
    expect(session).toMatchObject({ currency: 'EUR', terms: { series: [], exchange: { ...RATE, to: 'EUR' } } });
    rates({ ...RATE, rate: '5' });
    network.later(3_600_000);
    network.sample(session, 1, 11_000);
    expect(provisionalCost(network.state, network.state.sessions.must(session.sessionId))).toBe(534);
    network.end(session, 11_000);
    // 10 kWh at 0.46 CHF and 8 % of VAT: 4.968 is 4.97 CHF; 4.97 / 0.9312 is 5.3372 EUR.
    const { ticket, balanceMinor } = network.lastNotice(ANA, 'ticket');
    expect(ticket).toMatchObject({
      currency: 'EUR', totalMinor: 534, vat: [{ rate: '8', netMinor: 494, vatMinor: 40 }],
      priced: { currency: 'CHF', totalMinor: 497, ...RATE }, lines: [{ exclVatMicros: 4_600_000 }],
    });
    expect(balanceMinor).toBe(10_000 - 534);
    const booked = network.appended.findLast((append) => append.table === 'movements')?.row;
    expect(booked).toMatchObject({
      currency: 'EUR',
      reason: `ticket ${ticket.ticketId} for 4.97 CHF at 1 EUR = 0.9312 CHF (2025-11-21)`,
      postings: [
        { amountMinor: -534 }, { account: 'revenue:ALC', amountMinor: 494 }, { account: 'vat', amountMinor: 40 },
      ],
    });
    expect(ticketText(ticket).slice(-2)).toEqual([
      '1 EUR = 0.9312 CHF (2025-11-21)                     4.97 CHF', `${'Total'.padEnd(12)}${'5.34 EUR'.padStart(48)}`,
    ]);
  });

  it('has an invoice in the wallet\'s currency that says what it was, and comes out again from what is stored', () => {
    site(tariffIn(CHF));
    rates(RATE);
    const session = network.charging(ANA);
    network.later(3_600_000);
    network.end(session, 11_000);
    network.later(3_600_000);
    const invoice = network.appended.findLast((append) => append.table === 'invoices')?.row as Invoice;
    expect(invoice).toMatchObject({ currency: 'EUR', netMinor: 494, vatMinor: 40, totalMinor: 534 });
    const line = network.appended.findLast((append) => append.table === 'invoice_tickets')?.row;
    expect(line).toMatchObject({ lines: [
      { text: 'Energy', quantity: '10.000 kWh x 0.46/kWh = 4.60 CHF', amount: '' },
      { text: '4.97 CHF, 1 EUR = 0.9312 CHF (2025-11-21)', quantity: '', amount: '' },
    ] });
    // What comes late is a second ticket: the difference of two bills, in both currencies.
    network.end(session, 11_500);
    const clock = { now: (): number => network.now };
    const store = openStore({ file: IN_MEMORY, masterKeyFile: null, clock, log: () => undefined });
    store.commit({
      tables: network.state, appends: network.appended, sends: [], offsets: [], outboxDone: [], now: network.now,
    });
    const checks = checkTickets(store, session.sessionId) ?? [];
    expect(checks.every(({ same }) => same)).toBe(true);
    expect(store.verifyLedger().faults).toEqual([]);
    store.close();
  });

  it('holds and stops in the wallet\'s money', () => {
    site(tariffIn(JPY, 60));
    rates({ base: EUR, quote: JPY, date: TODAY, rate: '160' });
    network.order({ kind: 'book', userId: ANA, amountMinor: -8_000, reason: 'spent' });
    const session = network.charging(ANA);
    expect(session.holdMinor).toBe(2_000);
    // 60 JPY and VAT are 0.405 EUR: 49.3 kWh cost 20 EUR.
    for (let i = 1; i <= 60 && network.state.sessions.must(session.sessionId).stopping === null; i++) {
      network.later(60_000);
      network.sample(session, i, 1_000 + i * 1_000);
    }
    const { stopping } = network.state.sessions.must(session.sessionId);
    expect(stopping?.reason).toBe('hold-used-up');
    expect(network.state.meters.must(session.sessionId).registerWh).toBe(51_000);
  });
});

describe('a rate', () => {
  it('is exact in both directions and rounded once, half-even', () => {
    const paid = (amount: bigint, rate: string, to: typeof EUR, from: typeof EUR): bigint => settledMinor(amount,
      settlementOf({ base: EUR, quote: from === EUR ? to : from, date: TODAY, rate, to }));
    expect([paid(5n, '0.5', CHF, EUR), paid(7n, '0.5', CHF, EUR)]).toEqual([2n, 4n]);
    expect([paid(1n, '160', JPY, EUR), paid(160n, '160', EUR, JPY)]).toEqual([2n, 100n]);
    fc.assert(fc.property(fc.bigInt(0n, 10n ** 12n), fc.integer({ min: 1, max: 10 ** 7 }), (amount, rate) => {
      const there = paid(amount, String(rate), CHF, EUR);
      expect(there).toBe(amount * BigInt(rate));
      expect(paid(there, String(rate), EUR, CHF)).toBe(amount);
    }));
  });
});

function tariffIn(code: typeof EUR, price = 0.46) {
  const id = tariffId(`in-${code}`);
  const put = network.order({ kind: 'put-tariff', tariff: {
    id, currency: code, elements: [{ price_components: [{ type: 'ENERGY', price, vat: 8, step_size: 1 }] }],
  } });
  expect(put.outcome).toBe('done');
  return id;
}

function site(id: ReturnType<typeof tariffId>): void {
  network.order({ kind: 'put-site', site: { ...network.state.sites.must(SITE), tariffId: id } });
}

function rates(...given: (typeof RATE)[]): void {
  expect(network.order({ kind: 'put-exchange-rates', rates: given }).outcome).toBe('done');
}
