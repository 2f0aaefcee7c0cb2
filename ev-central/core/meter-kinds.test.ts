// What of a meter is stored, so that a ticket under any tariff can be made again: kinds, borders, powers.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkTickets } from '../cli/ticket-check.ts';
import { seriesId, tariffId } from '../../shared/ids.ts';
import type { OcpiTariff } from '../../shared/messages/ocpi-tariff.ts';
import { currency } from '../../shared/money.ts';
import type { Store } from '../store/store.ts';
import { IN_MEMORY, openStore } from '../store/store.ts';
import { ANA, Network } from './core-harness.ts';
import type { MeterValueRow, Session } from './rows.ts';
import { provisionalCost } from './session-cost.ts';
import { hourlyTariffs, hoursAround, tariffs } from './tariff/random-tariffs-for-tests.ts';

let network: Network;
beforeEach(() => {
  network = new Network();
  network.connect();
});

describe('meter values', () => {
  it('are stored where charging and standing idle change, each with its kind', () => {
    const session = network.charging(ANA);
    charge(session, [1, 2, 3], 1_000);
    idle(session, [4, 5, 6], 1_030);
    charge(session, [7, 8], 1_030);
    network.end(session, 1_050);
    expect(stored()).toEqual([
      [0, 'charging', 1_000], [3, 'charging', 1_030], [6, 'parking', 1_030], [9, 'charging', 1_050],
    ]);
    const { ticket } = network.lastNotice(ANA, 'ticket');
    expect(ticket.endedAtMs - ticket.startedAtMs).toBe(8_000);
  });

  it('bill suspended time as parking', () => {
    put({ elements: [{ price_components: [
      { type: 'TIME', price: 3.6, step_size: 1 }, { type: 'PARKING_TIME', price: 36, step_size: 1 },
    ] }] });
    const session = network.charging(ANA);
    charge(session, [1, 2, 3], 1_000);
    idle(session, [4, 5, 6], 1_030);
    network.end(session, 1_030);
    // 3 s at 0.001 and 3 s at 0.01.
    expect(network.lastNotice(ANA, 'ticket').ticket).toMatchObject({
      totalMinor: 3, lines: [{ kind: 'TIME', quantity: 3_000 }, { kind: 'PARKING_TIME', quantity: 3_000 }],
    });
  });

  it('are charging where energy flowed between two samples that say otherwise', () => {
    const session = network.charging(ANA);
    idle(session, [1], 1_000);
    idle(session, [2], 1_400);
    network.end(session, 1_400);
    expect(stored()).toEqual([[0, 'charging', 1_000], [1, 'parking', 1_000], [3, 'charging', 1_400]]);
  });

  it('are stored when a price begins by energy or duration, and when the power comes to another price', () => {
    put({ elements: [
      { price_components: [{ type: 'ENERGY', price: 0.3, step_size: 1 }], restrictions: { max_kwh: 1 } },
      { price_components: [{ type: 'TIME', price: 6, step_size: 1 }], restrictions: { min_duration: 4 } },
      { price_components: [{ type: 'ENERGY', price: 0.9, step_size: 1 }], restrictions: { min_power: 20 } },
      { price_components: [{ type: 'ENERGY', price: 0.4, step_size: 1 }] },
    ] });
    const session = network.charging(ANA);
    for (const [i, powerW] of [11_000, 11_000, 11_000, 11_000, 22_000, 22_000, 11_000].entries()) {
      sample(session, i + 1, 1_000 + (i + 1) * 300, powerW);
    }
    network.end(session, 3_100);
    // 4: the kWh and the duration; 6: the last with 22 kW. 7: with the end.
    expect(stored().map(([no]) => no)).toEqual([0, 4, 6, 7, 8]);
    const { lines } = network.lastNotice(ANA, 'ticket').ticket;
    expect(lines.map((line) => ('element' in line ? [line.element, line.quantity] : []))).toEqual([
      [0, 1_000], [3, 500], [1, 3_000], [2, 600],
    ]);
  });

  it('begin no fee at the very moment of the end', () => {
    put({ elements: [
      { price_components: [{ type: 'FLAT', price: 5, step_size: 1 }], restrictions: { min_duration: 3 } },
      { price_components: [{ type: 'ENERGY', price: 0.3, step_size: 1 }] },
    ] });
    const session = network.charging(ANA);
    charge(session, [1, 2, 3], 1_000);
    expect(provisionalCost(network.state, network.state.sessions.must(session.sessionId))).toBe(1);
    network.end(session, 1_030);
    expect(network.lastNotice(ANA, 'ticket').ticket.totalMinor).toBe(1);
  });

  it('need no more room under a tariff without borders', () => {
    put({ elements: [{ price_components: [{ type: 'ENERGY', price: 0.3, step_size: 1 }] }] });
    const session = network.charging(ANA);
    charge(session, Array.from({ length: 55 }, (_none, i) => i + 1), 1_000);
    expect(stored()).toEqual([[0, 'charging', 1_000]]);
  });
});

describe('a ticket under any tariff', () => {
  let store: Store;
  beforeEach(() => {
    store = opened();
  });
  afterEach(() => store.close());

  it('is what was shown last, comes out again line by line, and is net and VAT', () => {
    const either = fc.oneof(tariffs, hourlyTariffs);
    fc.assert(fc.property(either, hoursAround(new Network().now), steps, (tariff, hours, all) => {
      network = new Network();
      network.connect();
      for (const [fromMs, price] of hours) {
        network.order({ kind: 'put-price-series', hours: {
          seriesId: seriesId('spot'), currency: currency('EUR'), fromMs, prices: [price],
        } });
      }
      network.order({ kind: 'book', userId: ANA, amountMinor: 900_000_000, reason: 'enough' });
      put(tariff);
      const session = network.charging(ANA);
      let registerWh = 1_000;
      for (const [i, { ms, wh, isIdle, powerW }] of all.entries()) {
        network.later(ms);
        registerWh += isIdle ? 0 : wh;
        network.sample(session, i + 1, registerWh, isIdle ? 'suspended-ev' : 'charging', isIdle ? 0 : powerW);
      }
      const shown = provisionalCost(network.state, network.state.sessions.must(session.sessionId));
      network.end(session, registerWh);
      const { ticket } = network.lastNotice(ANA, 'ticket');
      expect(ticket.totalMinor).toBe(shown);
      expect(ticket.vat.reduce((sum, { netMinor, vatMinor }) => sum + netMinor + vatMinor, 0)).toBe(shown);
      store.commit({
        tables: network.state, appends: network.appended, sends: [], offsets: [], outboxDone: [], now: network.now,
      });
      expect(checkTickets(store, session.sessionId)).toMatchObject([{ same: true, isOld: false }]);
      store.close();
      store = opened();
    }), { numRuns: 60 });
  });
});

function opened(): Store {
  const clock = { now: (): number => network.now };
  return openStore({ file: IN_MEMORY, masterKeyFile: null, clock, log: () => undefined });
}

const steps = fc.array(fc.record({
  ms: fc.integer({ min: 1_000, max: 900_000 }), wh: fc.integer({ min: 0, max: 4_000 }), isIdle: fc.boolean(),
  powerW: fc.integer({ min: 1, max: 60_000 }),
}), { minLength: 1, maxLength: 12 });

function put(tariff: Omit<OcpiTariff, 'currency'>): void {
  network.order({ kind: 'put-tariff', tariff: { ...tariff, id: tariffId('day'), currency: currency('EUR') } });
}

/** Samples a second apart, 10 Wh each. */
function charge(session: Session, numbers: readonly number[], fromWh: number): void {
  numbers.forEach((no, i) => sample(session, no, fromWh + (i + 1) * 10, 22_000));
}

function idle(session: Session, numbers: readonly number[], registerWh: number): void {
  for (const no of numbers) {
    network.later(1_000);
    network.sample(session, no, registerWh, 'suspended-ev', 0);
  }
}

function sample(session: Session, no: number, registerWh: number, powerW: number): void {
  network.later(1_000);
  network.sample(session, no, registerWh, 'charging', powerW);
}

/** `[sample, kind, registerWh]` of all stored values. */
function stored(): [number, MeterValueRow['kind'], number][] {
  return network.appended.flatMap((append) => (append.table === 'meter_values'
    ? [[append.row.sample, append.row.kind, append.row.registerWh] as [number, MeterValueRow['kind'], number]] : []));
}
