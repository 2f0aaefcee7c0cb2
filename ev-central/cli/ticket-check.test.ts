import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ANA, Network } from '../core/core-harness.ts';
import type { Session } from '../core/rows.ts';
import type { Store } from '../store/store.ts';
import { IN_MEMORY, openStore } from '../store/store.ts';
import { checkTickets, type TicketSource } from './ticket-check.ts';

let store: Store;
let network: Network;
let written: number;

beforeEach(() => {
  network = new Network();
  store = openStore({ file: IN_MEMORY, masterKeyFile: null, clock: { now: () => network.now }, log: () => undefined });
  written = 0;
  network.connect();
});
afterEach(() => store.close());

describe('a ticket made again from its stored meter values', () => {
  test('is the same, over several price bands', () => {
    const session = charged({ hours: 14, whPerSample: 130 });
    network.end(session, 1_000 + 14 * 4 * 130 + 7, 'driver');
    commit();
    const checks = checkTickets(store, session.sessionId);
    expect(checks).toMatchObject([{ same: true, stored: { energyWh: 14 * 4 * 130 + 7 } }]);
    expect(checks?.[0]?.stored.lines.length).toBeGreaterThan(2);
  });

  test('is the same for a charge of nothing', () => {
    const session = network.charging(ANA);
    network.end(session, 1_000, 'unplugged');
    commit();
    expect(checkTickets(store, session.sessionId)).toMatchObject([{ same: true, stored: { energyWh: 0 } }]);
  });

  test('is the same for a correction that a late report made', () => {
    const session = charged({ hours: 1, whPerSample: 200 });
    network.health('unreachable');
    network.later(25 * 3_600_000);
    commit();
    network.end(session, 3_000, 'engine-restarted');
    commit();
    expect(checkTickets(store, session.sessionId)?.map(({ same }) => same)).toEqual([true, true]);
  });

  test('differs, and shows both, when a stored meter value was changed', () => {
    const session = charged({ hours: 2, whPerSample: 100 });
    network.end(session, 2_000, 'driver');
    commit();
    const forged: TicketSource = {
      tariffVersion: (key) => store.tariffVersion(key), seriesVersion: (key) => store.seriesVersion(key),
      session: (id) => store.session(id), ticketsOf: (id) => store.ticketsOf(id),
      meterValues: (id) => store.meterValues(id).map((value, i, all) =>
        (i === all.length - 1 ? { ...value, registerWh: value.registerWh + 1 } : value)),
    };
    expect(checkTickets(forged, session.sessionId)).toMatchObject([
      { same: false, stored: { energyWh: 1_000 }, recomputed: { energyWh: 1_001 } },
    ]);
  });

  test('is not there for a session without one', () => {
    const session = network.charging(ANA);
    commit();
    expect(checkTickets(store, session.sessionId)).toBeNull();
  });
});

/** A charge with a stored sample every quarter of an hour. */
function charged({ hours, whPerSample }: { hours: number; whPerSample: number }): Session {
  const session = network.charging(ANA);
  for (let i = 1; i <= hours * 4; i++) {
    network.later(15 * 60_000);
    network.sample(session, i, 1_000 + i * whPerSample);
  }
  return session;
}

/** Writes what the core has left since the last call. */
function commit(): void {
  const appends = network.appended.slice(written);
  written = network.appended.length;
  store.commit({ tables: network.state, appends, sends: [], offsets: [], outboxDone: [], now: network.now });
}
