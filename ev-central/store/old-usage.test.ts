import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkTickets } from '../cli/ticket-check.ts';
import { addReading, provisionalCost } from '../core/session-cost.ts';
import { createState } from '../core/handle.ts';
import type { Session } from '../core/rows.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { rulesOf } from '../core/tariffs.ts';
import { dueMinor } from '../core/tariff/usage-price.ts';
import { sessionId } from '../../shared/ids.ts';
import { ticketSchema } from '../../shared/messages/values.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';
import { IN_MEMORY, openDatabase } from '../../shared/sqlite/database.ts';
import { migrate } from '../../shared/sqlite/migrations.ts';
import { readMigrations } from './migrations.ts';
import type { Store } from './store.ts';
import { openStore } from './store.ts';

const CLOCK = { now: (): number => 1_763_845_298_012 };
/** The last version with prices by bands of the day. */
const BEFORE = 5;

// What EV_Central of that version had written: a charge that was closed and corrected, and one under way, under a
// tariff that has been changed since.
const BANDS = [
  { fromMinute: 0, toMinute: 480, perKwhMicros: 200_000, perMinuteMicros: 0 },
  { fromMinute: 480, toMinute: 1440, perKwhMicros: 400_000, perMinuteMicros: 10_000 },
];
const TARIFF = { tariffId: 'day', currency: 'EUR', perSessionMicros: 500_000, bands: BANDS };
const NEWER_BANDS = [{ fromMinute: 0, toMinute: 1440, perKwhMicros: 555_500, perMinuteMicros: 1_234 }];
const SESSION = {
  corr: 'c-12', site_id: 'ALC', connector_no: 1, at_point: 0, target: '{"kind":"site","siteId":"ALC"}',
  fit: '{"connectorType":null,"minPowerW":null}', goal: '{"energyWh":null,"amountMinor":null,"socPercent":null}',
  priority_class: 'normal', offered: 0, currency: 'EUR', tariff: JSON.stringify(TARIFF), time_zone: 'Europe/Madrid',
  boot_id: 100, provisional: 0, disputed_wh: 0,
};
const ENDED = {
  ...SESSION, session_id: 's-1', request_id: 'r-11', driver_id: 'ana', point_id: 'ALC-01', state: 'interrupted',
  state_since_ms: 1_763_712_000_000, requested_at_ms: 1_763_700_000_000, hold_minor: 0,
  started_at_ms: 1_763_700_000_000, started_raw_ms: 1_763_700_000_000, start_received_ms: 1_763_700_000_000,
  meter_start_wh: 1_000, usage: JSON.stringify({
    bands: [
      { fromMinute: 0, energyWh: 5_100, durationMs: 37_200_000 },
      { fromMinute: 480, energyWh: 2_901, durationMs: 64_800_000 },
    ],
    last: { registerWh: 9_001, atMs: 1_763_802_000_000 },
  }),
  ended_at_ms: 1_763_802_000_000, end_received_ms: 1_763_802_000_000, meter_stop_wh: 9_001,
  end_reason: 'never-reported', settled: 1, energy_wh: 8_001, cost_minor: 1_348, last_stored_sample: 7,
  ticket_id: 't-38', flags: '["never-reported"]', changed_at_ms: 1_763_802_000_000,
};
const CHARGING = {
  ...SESSION, session_id: 's-2', request_id: 'r-17', driver_id: 'ben', point_id: 'ALC-02', state: 'charging',
  state_since_ms: 1_763_802_000_000, requested_at_ms: 1_763_802_000_000, hold_minor: 2_000,
  started_at_ms: 1_763_802_000_000, started_raw_ms: 1_763_802_000_000, start_received_ms: 1_763_802_000_000,
  meter_start_wh: 50_000, usage: JSON.stringify({
    bands: [{ fromMinute: 480, energyWh: 17_284, durationMs: 43_268_012 }],
    last: { registerWh: 67_284, atMs: 1_763_845_268_012 },
  }),
  settled: 0, energy_wh: 0, cost_minor: 0, last_stored_sample: 4, flags: '[]', changed_at_ms: 1_763_845_298_012,
};
/** `[registerWh, atMs]`, from the reading at the start on. */
const VALUES = {
  's-1': [
    [1_000, 1_763_700_000_000], [2_337, 1_763_702_400_000], [3_674, 1_763_704_800_000], [5_011, 1_763_707_200_000],
    [6_348, 1_763_709_600_000], [7_685, 1_763_712_000_000], [7_685, 1_763_712_000_000], [9_001, 1_763_802_000_000],
  ],
  's-2': [
    [50_000, 1_763_802_000_000], [54_321, 1_763_812_817_003], [58_642, 1_763_823_634_006], [62_963, 1_763_834_451_009],
    [67_284, 1_763_845_268_012],
  ],
} as const;
const TICKET = {
  session_id: 's-1', driver_id: 'ana', site_id: 'ALC', point_id: 'ALC-01', connector_no: 1, tariff_id: 'day',
  started_at_ms: 1_763_700_000_000, issued_at_ms: 1_763_802_000_000, currency: 'EUR', flags: '["never-reported"]',
};
const LINE = { kind: 'energy', fromMinute: 0, toMinute: 480, unitPriceMicros: 200_000 };
const TICKETS = [
  {
    ...TICKET, ticket_id: 't-38', kind: 'final', ended_at_ms: 1_763_712_000_000, meter_start_wh: 1_000,
    meter_stop_wh: 7_685, energy_wh: 6_685, end_reason: 'never-reported', total_minor: 284,
    lines: JSON.stringify([{ ...LINE, quantity: 4_679, amountMicros: 935_800 }]),
  },
  {
    ...TICKET, ticket_id: 't-42', kind: 'correction', corrects: 't-38', ended_at_ms: 1_763_802_000_000,
    meter_start_wh: 7_685, meter_stop_wh: 9_001, energy_wh: 1_316, end_reason: 'engine-restarted', total_minor: 1_064,
    lines: JSON.stringify([{ ...LINE, quantity: 421, amountMicros: 84_200 }]),
  },
];

let db: Sqlite;
let store: Store | null;
beforeEach(() => {
  db = openDatabase(IN_MEMORY);
  store = null;
  migrate(db, readMigrations(), CLOCK, BEFORE);
  insert('tariffs', {
    tariff_id: 'day', currency: 'EUR', per_session_micros: 0, bands: JSON.stringify(NEWER_BANDS),
  });
  insert('sites', {
    site_id: 'ALC', name: 'Alicante', address: '', latitude: 38.34, longitude: -0.48, time_zone: 'Europe/Madrid',
    tariff_id: 'day', queue_enabled: 1,
  });
  for (const row of [ENDED, CHARGING]) insert('charging_sessions', row);
  for (const row of TICKETS) insert('tickets', row);
  for (const [id, values] of Object.entries(VALUES)) {
    for (const [sample, [registerWh, atMs]] of values.entries()) {
      insert('meter_values', {
        session_id: id, sample, register_wh: registerWh, power_w: 11_000, at_ms: atMs, raw_at_ms: atMs,
        received_at_ms: atMs,
      });
    }
  }
  insert('live_meters', {
    session_id: 's-2', sample: 5, register_wh: 67_375, power_w: 11_000, state: 'charging', at_ms: 1_763_845_298_012,
    raw_at_ms: 1_763_845_298_012, uptime_ms: 245_298_012, received_at_ms: 1_763_845_298_012,
  });
});
afterEach(() => (store === null ? db.close() : store.close()));

describe('a database with prices by bands of the day', () => {
  test('goes on with the charge under way, under the tariff that it began with, to the same cent', () => {
    const session = opened().session(sessionId('s-2'));
    expect(session).toMatchObject({ tariff: 'day#1', usage: { energyWh: 17_284, lastMs: 1_763_845_268_012 } });
    const state = createState(DEFAULT_SETTINGS);
    opened().load(state);
    const running = state.sessions.must(sessionId('s-2'));
    expect(provisionalCost(state, running)).toBe(1_467);
    // The total that the old price model gives for this end.
    const end = { registerWh: 90_000, atMs: 1_763_859_698_012, powerW: 0, kind: 'charging' } as const;
    expect(costAt(running, end)).toBe(2_260);
    expect(costAt(running, { ...end, kind: 'parking' })).toBe(2_260);

    function costAt({ usage, timeZone }: Session, reading: Parameters<typeof addReading>[1]): number {
      if (usage === null) throw new Error('it charges');
      const rules = rulesOf(state, { tariff: 'day#1', terms: null });
      return dueMinor(addReading(usage, reading, { meterStartWh: 50_000, rules, timeZone }), rules);
    }
  });

  test('keeps its tickets, which can still be made again, except for their lines', () => {
    const checks = checkTickets(opened(), sessionId('s-1'));
    expect(checks).toMatchObject([
      { same: true, isOld: true, tariff: 'day#1', recomputed: { totalMinor: 284, energyWh: 6_685 } },
      { same: true, isOld: true, recomputed: { totalMinor: 1_064, energyWh: 1_316 } },
    ]);
    for (const ticket of opened().ticketsOf(sessionId('s-1'))) expect(ticketSchema.parse(ticket)).toEqual(ticket);
  });

  test('has the tariff of now as its newest version', () => {
    const state = createState(DEFAULT_SETTINGS);
    opened().load(state);
    expect([...state.tariffs.values()]).toEqual([
      { tariffId: 'day', firstVersion: 2, newestVersion: 2, active: true },
    ]);
    expect(state.tariffVersions.must('day#2').ocpi).toMatchObject({
      elements: [{ price_components: [{ price: 0.5555 }, { price: 0.07404 }, { price: 0.07404 }] }],
    });
  });

  test('is not opened when the stored values of a charge do not come to what it had used', () => {
    db.exec("UPDATE meter_values SET register_wh = register_wh - 1 WHERE session_id = 's-2' AND sample = 4");
    expect(() => opened()).toThrow(/s-2 do not come to its usage/);
  });
});

/** The database as this version opens it, once. */
function opened(): Store {
  store ??= openStore({ file: db, masterKeyFile: null, clock: CLOCK, log: () => undefined });
  return store;
}

function insert(table: string, row: Readonly<Record<string, string | number | null>>): void {
  const names = Object.keys(row);
  db.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
    .run(...Object.values(row));
}
