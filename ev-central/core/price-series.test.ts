import { beforeEach, describe, expect, it } from 'vitest';
import { checkTickets } from '../cli/ticket-check.ts';
import { type SeriesId, seriesId, tariffId } from '../../shared/ids.ts';
import type { TicketLine } from '../../shared/messages/ticket-line.ts';
import { currency } from '../../shared/money.ts';
import { IN_MEMORY, openStore } from '../store/store.ts';
import { ANA, Network, POINT } from './core-harness.ts';
import { estimateFor } from './price-estimate.ts';
import type { Session } from './rows.ts';
import { provisionalCost } from './session-cost.ts';
import { pricesAt } from './views.ts';

const HOUR_MS = 3_600_000;
const SPOT = seriesId('spot');
/** The hour in which the harness's clock begins, 20 minutes before its end. */
const FROM_MS = Date.parse('2025-11-21T04:00:00Z');

let network: Network;
beforeEach(() => {
  network = new Network();
  network.connect();
});

describe('a charge under a price series', () => {
  beforeEach(() => {
    series(['0.10', '0.20', '-0.05', '0.40']);
    hourlyTariff();
  });

  it('splits energy where hours begin, one line for each, live, in the estimate and on the ticket', () => {
    const session = network.charging(ANA);
    expect(session).toMatchObject({ tariff: 'day#2', terms: { series: ['spot#1'] } });
    // 12 kWh in 3 h 40 min: samples of 20 minutes, 1,000 or 1,100 Wh each.
    for (let i = 1; i <= 12; i++) {
      network.later(20 * 60_000);
      network.sample(session, i, 1_000 + i * 1_000);
    }
    const now = network.state.sessions.must(session.sessionId);
    // 1 kWh at 0.12, 3 at 0.22, 3 at 0 (-0.05 + 0.02 is below nothing), 3 at 0.42, 2 at 0.30: 2.64, and 10 % of VAT.
    const expected = [[FROM_MS, 1_000, '0.12'], [hour(1), 3_000, '0.22'], [hour(2), 3_000, '0'],
      [hour(3), 3_000, '0.42'], [null, 2_000, '0.3']];
    expect(provisionalCost(network.state, now)).toBe(290);
    network.end(now, 13_000);
    const { ticket } = network.lastNotice(ANA, 'ticket');
    expect(ticket.totalMinor).toBe(290);
    expect(figures(ticket.lines)).toEqual(expected);
    expect(ticket.lines.every((line) => 'series' in line && line.series === 'spot#1')).toBe(true);
    expectSame(session);
  });

  it('is estimated by the hours that it would take', () => {
    const asked = { pointId: POINT, energyWh: 6_000, powerW: 3_000 };
    const row = estimateFor(network.state, asked, ANA, network.now);
    if (typeof row === 'string') throw new Error(row);
    // Two hours from 04:40: 20 minutes, 60 and 40.
    expect(figures(row.lines)).toEqual([
      [FROM_MS, 1_000, '0.12'], [hour(1), 3_000, '0.22'], [hour(2), 2_000, '0'],
    ]);
    const point = network.state.points.must(POINT);
    expect(pricesAt(network.state, point, network.now).price?.perKwh).toBe('0.132');
    expect(pricesAt(network.state, point, hour(4)).price?.perKwh).toBe('0.33');
  });

  it('keeps the version that it began with, and a later charge has the next', () => {
    const session = network.charging(ANA);
    series(['9', '9', '9', '9']);
    network.later(10 * 60_000);
    network.sample(session, 1, 2_000);
    network.end(session, 2_000);
    expect(network.lastNotice(ANA, 'ticket').ticket.totalMinor).toBe(13);
    expectSame(session);
    network.fact('unplugged', { connectorNo: 1 });
    expect(network.charging(ANA, 2_000).terms).toEqual({ series: ['spot#2'] });
  });

  it('costs what the component says where no hour is known, to the end of what a ticket has room for', () => {
    const days = Array.from({ length: 200 }, () => '1');
    network.order({ kind: 'put-price-series', hours: {
      seriesId: SPOT, currency: currency('EUR'), fromMs: FROM_MS, prices: days,
    } });
    network.order({ kind: 'book', userId: ANA, amountMinor: 10_000_000, reason: 'enough' });
    const session = network.charging(ANA);
    for (let i = 1; i <= 130; i++) {
      network.later(HOUR_MS);
      network.sample(session, i, 1_000 + i * 100);
    }
    network.end(session, 14_000);
    const { lines } = network.lastNotice(ANA, 'ticket').ticket;
    expect(lines.length).toBe(122);
    expect(lines.filter((line) => 'hourMs' in line && line.hourMs === null)).toMatchObject([{ unitPrice: '0.3' }]);
    expectSame(session);
  });
});

describe('a price series', () => {
  it('goes on from what it had: new hours replace old ones, what is long over is dropped', () => {
    series(['0.1', '0.2', '0.3']);
    expect(series(['7', '8'], hour(2)).text).toBe(
      'series spot (version 2) has 2 new hours in EUR, for sessions that begin now');
    expect(runs(2)).toEqual([{ fromMs: FROM_MS, prices: ['0.1', '0.2', '7', '8'] }]);
    expect(series(['7', '8'], hour(2)).text).toBe('series spot is unchanged (version 2)');
    network.later(72 * HOUR_MS);
    series(['5'], hour(80));
    expect(runs(3)).toEqual([{ fromMs: hour(80), prices: ['5'] }]);
  });

  it('is not removed while a tariff in force names it, and begins with a new version when it comes back', () => {
    series(['1']);
    hourlyTariff();
    expect(network.order({ kind: 'remove-price-series', seriesId: SPOT }).text)
      .toBe('series spot is in use by tariff day (version 2)');
    series(['1'], FROM_MS, seriesId('other'));
    expect(network.order({ kind: 'remove-price-series', seriesId: seriesId('other') }).outcome).toBe('done');
    expect(series(['1'], FROM_MS, seriesId('other')).text).toContain('(version 2)');
  });

  it.each([
    ['another currency', () => put(['1'], FROM_MS, SPOT, 'USD'), 'under another id'],
    ['hours that begin at another minute', () => put(['1'], FROM_MS + 900_000), 'begin at minute 0'],
    ['more hours than there is room for', () =>
      put(Array.from({ length: 2_000 }, () => '1'), hour(5)), 'are the most'],
    ['a tariff that names one that is not there', () => tariffWith('none'), 'no such price series: none'],
    ['a tariff in another currency', () => {
      put(['1'], FROM_MS, seriesId('usd'), 'USD');
      return tariffWith('usd');
    }, 'the price series usd is in USD, the tariff in EUR'],
    ['a series that is not there', () =>
      network.order({ kind: 'remove-price-series', seriesId: seriesId('none') }), 'no such price series: none'],
  ])('is refused: %s', (_what, order, why) => {
    series(['1']);
    const result = order();
    expect(result.outcome).toBe('refused');
    expect(result.text).toContain(why);
  });
});

function hour(n: number): number {
  return FROM_MS + n * HOUR_MS;
}

function put(prices: readonly string[], fromMs = FROM_MS, id: SeriesId = SPOT, code = 'EUR') {
  return network.order({
    kind: 'put-price-series', hours: { seriesId: id, currency: currency(code), fromMs, prices: [...prices] },
  });
}

function series(prices: readonly string[], fromMs = FROM_MS, id: SeriesId = SPOT) {
  const result = put(prices, fromMs, id);
  expect(result.outcome).toBe('done');
  return result;
}

function tariffWith(id: string) {
  return network.order({ kind: 'put-tariff', tariff: {
    id: tariffId('day'), currency: currency('EUR'), elements: [{ price_components: [
      { type: 'ENERGY', price: 0.3, vat: 10, step_size: 1, price_series: { id: seriesId(id), markup: 0.02 } },
    ] }],
  } });
}

function hourlyTariff(): void {
  expect(tariffWith('spot').outcome).toBe('done');
}

function runs(version: number): unknown {
  return network.state.priceSeriesVersions.must(`spot#${version}`).runs;
}

/** `[hour, Wh, price]` of each line. */
function figures(lines: readonly TicketLine[]): unknown[] {
  return lines.map((line) => ('unitPrice' in line ? [line.hourMs, line.quantity, line.unitPrice] : [line.kind]));
}

/** The ticket comes out again from what is stored. */
function expectSame({ sessionId }: Session): void {
  const clock = { now: (): number => network.now };
  const store = openStore({ file: IN_MEMORY, masterKeyFile: null, clock, log: () => undefined });
  store.commit({
    tables: network.state, appends: network.appended, sends: [], offsets: [], outboxDone: [], now: network.now,
  });
  expect(checkTickets(store, sessionId)).toMatchObject([{ same: true }]);
  store.close();
}
