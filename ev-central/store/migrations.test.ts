import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Sqlite } from '../../shared/sqlite/database.ts';
import { IN_MEMORY, openDatabase } from '../../shared/sqlite/database.ts';
import type { Migration } from '../../shared/sqlite/migrations.ts';
import { migrate } from '../../shared/sqlite/migrations.ts';
import { readMigrations } from './migrations.ts';

const clock = { now: (): number => 1_763_700_000_000 };
const MIGRATIONS: Migration[] = [
  { version: 1, name: '0001-people.sql', sql: 'CREATE TABLE people (name TEXT) STRICT' },
  { version: 2, name: '0002-age.sql', sql: 'ALTER TABLE people ADD COLUMN age INTEGER' },
];

/**
 * For each version after the first: rows that a database of the version before may hold, and what must be true of them
 * afterwards. A new migration adds its line here.
 */
const ROWS_BEFORE: Readonly<Record<number, { insert: string; check: string; expected: unknown }>> = {
  2: {
    insert: `INSERT INTO users VALUES ('ana', 'user', 1, 'normal', '{}', 'EUR', NULL, NULL, 500, 0, 3, NULL);
      INSERT INTO outbox (topic, key, receiver, message_id, message, created_at_ms)
      VALUES ('events', 'A', '', 'm', '{}', 1)`,
    check: `SELECT user_id, balance_minor, (SELECT count(*) FROM outbox) AS unsent,
      (SELECT count(*) FROM failed_records) AS failed FROM users`,
    expected: [{ user_id: 'ana', balance_minor: 500, unsent: 1, failed: 0 }],
  },
  3: {
    insert: `INSERT INTO requests VALUES ('r-1', 'ana', 'charge', 's-1', 5);
      INSERT INTO charging_point_states (point_id, link, health, operative, connectors, faults, command_number,
        evictions_ms) VALUES ('ALC-01', '{}', '{}', '{}', '[]', '[]', 7, '[]');
      INSERT INTO notices VALUES ('ana', 1, 'refused', 5, '{}')`,
    check: `SELECT request_id, answer, command_number, clock_offset_ms, number
      FROM requests, charging_point_states, notices`,
    expected: [{ request_id: 'r-1', answer: null, command_number: 7, clock_offset_ms: 0, number: 1 }],
  },
  // What becomes of the hash is in old-secrets.test.ts.
  4: {
    insert: `INSERT INTO tariffs VALUES ('T', 'EUR', 0, '[]');
      INSERT INTO sites VALUES ('ALC', '', '', 0, 0, 'UTC', 'T', 1);
      INSERT INTO charging_points
      VALUES ('ALC-01', 'ALC', 'a', 1, 2, '[]', 'hash'), ('B', 'ALC', 'b', 1, 2, '[]', NULL)`,
    check: 'SELECT point_id, address, unwrapped_sha256, wrapped_secret FROM charging_points',
    expected: [
      { point_id: 'ALC-01', address: 'a', unwrapped_sha256: 'hash', wrapped_secret: null },
      { point_id: 'B', address: 'b', unwrapped_sha256: null, wrapped_secret: null },
    ],
  },
  // How the rows are chained is in old-audit.test.ts.
  5: {
    insert: "INSERT INTO audit VALUES (7, 5, 'olga', '10.0.0.7', 'stop', 'done', '{}')",
    check: 'SELECT *, (SELECT count(*) FROM audit_chain) AS chains FROM audit',
    expected: [{
      row_id: 7, at_ms: 5, who: 'olga', address: '10.0.0.7', action: 'stop', outcome: 'done', parameters: '{}',
      hash: null, chains: 0,
    }],
  },
  // How sessions and their tickets go on is in old-usage.test.ts.
  6: {
    insert: `INSERT INTO tariffs VALUES ('T', 'EUR', 350000,
        '[{"fromMinute":0,"toMinute":450,"perKwhMicros":199999,"perMinuteMicros":0},'
        || '{"fromMinute":450,"toMinute":1440,"perKwhMicros":420000,"perMinuteMicros":12345}]'),
        ('FLAT', 'JPY', 0, '[{"fromMinute":0,"toMinute":1440,"perKwhMicros":50000000,"perMinuteMicros":0}]')`,
    check: 'SELECT t.*, v.put_at_ms, v.ocpi FROM tariffs t JOIN tariff_versions v USING (tariff_id) ORDER BY tariff_id',
    expected: [
      {
        tariff_id: 'FLAT', first_version: 1, newest_version: 1, active: 1, put_at_ms: 0,
        ocpi: '{"id":"FLAT","currency":"JPY","elements":[{"price_components":[{"type":"ENERGY","price":50.0,'
          + '"step_size":1}],"restrictions":null}]}',
      },
      {
        tariff_id: 'T', first_version: 1, newest_version: 1, active: 1, put_at_ms: 0,
        ocpi: '{"id":"T","currency":"EUR","elements":['
          + '{"price_components":[{"type":"FLAT","price":0.35,"step_size":1}]},'
          + '{"price_components":[{"type":"ENERGY","price":0.199999,"step_size":1}],'
          + '"restrictions":{"start_time":"00:00","end_time":"07:30"}},'
          + '{"price_components":[{"type":"ENERGY","price":0.42,"step_size":1},'
          + '{"type":"TIME","price":0.7407,"step_size":1},{"type":"PARKING_TIME","price":0.7407,"step_size":1}],'
          + '"restrictions":{"start_time":"07:30","end_time":"00:00"}}]}',
      },
    ],
  },
  // Ana was emptied and changed from EUR to USD; ben is gone.
  7: {
    insert: `INSERT INTO users VALUES ('ana', 'user', 1, 'normal', '{}', 'USD', NULL, NULL, 300, 0, 3, NULL),
        ('cat', 'user', 1, 'normal', '{}', 'EUR', NULL, NULL, 0, 50, 0, NULL);
      INSERT INTO charging_sessions (session_id, request_id, corr, driver_id, site_id, at_point, state,
        state_since_ms, requested_at_ms, target, fit, goal, priority_class, offered, hold_minor, currency, tariff,
        time_zone, provisional, settled, energy_wh, cost_minor, last_stored_sample, disputed_wh, flags, changed_at_ms)
      VALUES ('s-1', 'r-1', 'c-1', 'ana', 'ALC', 0, 'completed', 5, 5, '{}', '{}', '{}', 'normal', 0, 0, 'EUR', '{}',
        'UTC', 0, 1, 1, 42, 0, 0, '[]', 7);
      INSERT INTO holds (at_ms, user_id, session_id, change, amount_minor) VALUES (1, 'cat', 's-2', 'opened', 50);
      INSERT INTO ledger (at_ms, user_id, kind, amount_minor, balance_minor, session_id, ticket_id, reason) VALUES
        (1, 'ana', 'top-up', 100, 100, NULL, NULL, 'cash'), (2, 'ben', 'top-up', 5, 5, NULL, NULL, 'gift'),
        (3, 'ana', 'charge', -42, 58, 's-1', 't-1', 'ticket t-1'), (4, 'ana', 'adjustment', -58, 0, NULL, NULL, 'out'),
        (5, 'ben', 'adjustment', -5, 0, NULL, NULL, 'out'), (6, 'ana', 'top-up', 300, 300, NULL, NULL, 'card')`,
    check: `SELECT m.row_id AS id, m.at_ms AS at, m.currency AS money, group_concat(p.account || ' ' || p.amount_minor
        || coalesce(' ' || p.balance_minor, ''), ', ' ORDER BY p.place) AS postings,
        (SELECT payer FROM charging_sessions) AS payer, (SELECT account FROM holds) AS holder
      FROM movements m JOIN postings p ON p.movement_id = m.row_id GROUP BY m.row_id`,
    expected: [
      [1, 'EUR', 'wallet:user:ana 100 100, cash -100'], [2, 'EUR', 'wallet:user:ben 5 5, cash -5'],
      [3, 'EUR', 'wallet:user:ana -42 58, revenue:ALC 42'], [4, 'EUR', 'wallet:user:ana -58 0, adjustments 58'],
      [5, 'EUR', 'wallet:user:ben -5 0, adjustments 5'], [6, 'USD', 'wallet:user:ana 300 300, cash -300'],
    ].map(([id, money, postings]) => ({
      id, at: id, money, postings, payer: 'wallet:user:ana', holder: 'wallet:user:cat',
    })),
  },
  8: {
    insert: "INSERT INTO orders VALUES ('o-1', 'olga', 'done', '', '[]', 5)",
    check: `SELECT order_id, (SELECT count(*) FROM api_calls) AS calls, (SELECT count(*) FROM api_sessions) AS sessions,
      (SELECT count(*) FROM api_keys) AS keys FROM orders`,
    expected: [{ order_id: 'o-1', calls: 0, sessions: 0, keys: 0 }],
  },
  9: {
    insert: `INSERT INTO charging_sessions (session_id, request_id, corr, driver_id, site_id, at_point, state,
        state_since_ms, requested_at_ms, target, fit, goal, priority_class, offered, hold_minor, currency, tariff,
        time_zone, provisional, settled, energy_wh, cost_minor, last_stored_sample, disputed_wh, flags, changed_at_ms)
      VALUES ('s-1', 'r-1', 'c-1', 'ana', 'ALC', 0, 'completed', 5, 5, '{}', '{}', '{}', 'normal', 0, 0, 'EUR', '{}',
        'UTC', 0, 1, 1, 42, 0, 0, '[]', 7);
      INSERT INTO tickets (ticket_id, session_id, kind, driver_id, site_id, point_id, connector_no, tariff_id,
        started_at_ms, ended_at_ms, issued_at_ms, meter_start_wh, meter_stop_wh, energy_wh, end_reason, lines, currency,
        total_minor, flags)
      VALUES ('t-1', 's-1', 'final', 'ana', 'ALC', 'A', 1, 'T', 5, 6, 7, 0, 1, 1, 'driver', '[]', 'EUR', 42, '[]')`,
    check: 'SELECT ticket_id, total_minor, vat, flags FROM tickets',
    expected: [{ ticket_id: 't-1', total_minor: 42, vat: '[]', flags: '[]' }],
  },
  10: {
    insert: `INSERT INTO users VALUES ('ana', 'user', 1, 'normal', '{}', 'EUR', NULL, NULL, 500, 0, 3, NULL)`,
    check: 'SELECT user_id, balance_minor, (SELECT count(*) FROM second_factors) AS factors FROM users',
    expected: [{ user_id: 'ana', balance_minor: 500, factors: 0 }],
  },
  11: {
    insert: `INSERT INTO orders VALUES ('o-1', 'olga', 'done', '', '[]', 5)`,
    check: `SELECT order_id, (SELECT count(*) FROM invoices) AS invoices,
      (SELECT count(*) FROM invoicing_spans) AS spans FROM orders`,
    expected: [{ order_id: 'o-1', invoices: 0, spans: 0 }],
  },
  12: {
    insert: `INSERT INTO orders VALUES ('o-1', 'olga', 'done', '', '[]', 5)`,
    check: 'SELECT order_id, (SELECT count(*) FROM group_tariffs) AS tariffs FROM orders',
    expected: [{ order_id: 'o-1', tariffs: 0 }],
  },
  13: {
    insert: `INSERT INTO charging_sessions (session_id, request_id, corr, driver_id, site_id, at_point, state,
        state_since_ms, requested_at_ms, target, fit, goal, priority_class, offered, hold_minor, payer, currency,
        tariff, time_zone, provisional, settled, energy_wh, cost_minor, last_stored_sample, disputed_wh, flags,
        changed_at_ms)
      VALUES ('s-1', 'r-1', 'c-1', 'ana', 'ALC', 0, 'completed', 5, 5, '{}', '{}', '{}', 'normal', 0, 0,
        'wallet:user:ana', 'EUR', 'T#1', 'UTC', 0, 1, 1, 42, 0, 0, '[]', 7)`,
    check: 'SELECT session_id, tariff, terms, (SELECT count(*) FROM price_series) AS series FROM charging_sessions',
    expected: [{ session_id: 's-1', tariff: 'T#1', terms: null, series: 0 }],
  },
  14: {
    insert: `INSERT INTO billing_details VALUES ('ana', 'monthly', 'Ana', '[]', NULL);
      INSERT INTO uninvoiced_tickets VALUES ('t-1', 'ben', 'EUR', 5, '{"sessionId":"s-1"}');
      INSERT INTO invoiced_sessions VALUES ('s-2', 'INV-1', 'cat', '[]', 42, 0);
      INSERT INTO invoicing_spans VALUES ('5', 5, NULL);
      INSERT INTO invoices VALUES (1, 'INV-1', 'invoice', NULL, 'dan', 5, 'UTC', '{}', '{}', 'EUR', 1, '[]', 42, 0, 42,
        42, 0)`,
    check: `SELECT b.payer AS billed, u.payer AS waits, u.ticket, s.payer AS corrected, i.payer AS invoiced,
      p.with_groups FROM billing_details b, uninvoiced_tickets u, invoiced_sessions s, invoices i, invoicing_spans p`,
    expected: [{
      billed: 'wallet:user:ana', waits: 'wallet:user:ben', ticket: '{"sessionId":"s-1","driverId":null}',
      corrected: 'wallet:user:cat', invoiced: 'wallet:user:dan', with_groups: 0,
    }],
  },
  15: {
    insert: `INSERT INTO users VALUES ('ana', 'user', 1, 'normal', '{}', 'EUR', NULL, NULL, 500, 0, 3, NULL)`,
    check: `SELECT balance_minor, (SELECT count(*) FROM payments) AS payments,
      (SELECT count(*) FROM payment_events) AS events FROM users`,
    expected: [{ balance_minor: 500, payments: 0, events: 0 }],
  },
  16: {
    insert: `INSERT INTO charging_sessions (session_id, request_id, corr, driver_id, site_id, at_point, state,
        state_since_ms, requested_at_ms, target, fit, goal, priority_class, offered, hold_minor, payer, currency,
        tariff, time_zone, provisional, settled, energy_wh, cost_minor, last_stored_sample, disputed_wh, flags,
        changed_at_ms)
      VALUES ('s-1', 'r-1', 'c-1', 'ana', 'ALC', 0, 'completed', 5, 5, '{}', '{}', '{}', 'normal', 0, 0,
        'wallet:user:ana', 'EUR', 'T#1', 'UTC', 0, 1, 1, 42, 0, 0, '[]', 7);
      INSERT INTO tickets (ticket_id, session_id, kind, driver_id, site_id, point_id, connector_no, tariff_id,
        started_at_ms, ended_at_ms, issued_at_ms, meter_start_wh, meter_stop_wh, energy_wh, end_reason, lines, currency,
        total_minor, vat, flags)
      VALUES ('t-1', 's-1', 'final', 'ana', 'ALC', 'A', 1, 'T', 5, 6, 7, 0, 1, 1, 'driver', '[]', 'EUR', 42, '[]',
        '[]')`,
    check: 'SELECT ticket_id, currency, priced, (SELECT count(*) FROM exchange_rates) AS rates FROM tickets',
    expected: [{ ticket_id: 't-1', currency: 'EUR', priced: null, rates: 0 }],
  },
  17: {
    insert: `INSERT INTO users VALUES ('ana', 'user', 1, 'normal', '{}', 'EUR', NULL, NULL, 500, 0, 3, NULL)`,
    check: `SELECT user_id, balance_minor, (SELECT count(*) FROM people) AS people,
      (SELECT count(*) FROM tokens) AS tokens FROM users`,
    expected: [{ user_id: 'ana', balance_minor: 500, people: 0, tokens: 0 }],
  },
  18: {
    insert: `INSERT INTO orders VALUES ('o-1', 'olga', 'done', '', '[]', 5)`,
    check: `SELECT order_id, (SELECT count(*) FROM claims) AS claims, (SELECT count(*) FROM claim_terms) AS terms
      FROM orders`,
    expected: [{ order_id: 'o-1', claims: 0, terms: 0 }],
  },
  19: {
    insert: `INSERT INTO orders VALUES ('o-1', 'olga', 'done', '', '[]', 5)`,
    check: `SELECT order_id, (SELECT count(*) FROM plans) AS plans,
      (SELECT count(*) FROM subscriptions) AS subscriptions FROM orders`,
    expected: [{ order_id: 'o-1', plans: 0, subscriptions: 0 }],
  },
  20: {
    insert: `INSERT INTO users VALUES ('ana', 'user', 1, 'normal', '{}', 'EUR', NULL, NULL, -500, 0, 3, NULL),
        ('ben', 'user', 1, 'normal', '{}', 'EUR', NULL, NULL, 500, 0, 3, NULL);
      INSERT INTO movements VALUES (1, 5, 'top-up', 'EUR', NULL, NULL, 'x', 'olga'),
        (2, 6, 'adjustment', 'EUR', NULL, NULL, 'x', 'olga'), (3, 7, 'adjustment', 'EUR', NULL, NULL, 'x', 'olga');
      INSERT INTO postings VALUES (1, 0, 'wallet:user:ana', 100, 100), (1, 1, 'cash', -100, NULL),
        (2, 0, 'wallet:user:ana', -400, -300), (2, 1, 'adjustments', 400, NULL),
        (3, 0, 'wallet:user:ana', -200, -500), (3, 1, 'adjustments', 200, NULL);
      INSERT INTO mails VALUES ('m-1', 'ana', 'reset-password', 'a@b.example', 'en', 'sent', 0, 5, 5, '')`,
    check: 'SELECT d.*, m.facts FROM debts d, mails m',
    expected: [{
      account: 'wallet:user:ana', currency: 'EUR', since_ms: 6, step: 0, is_final: 0, due_ms: null,
      paused_until_ms: null, note: '', facts: null,
    }],
  },
  // What is counted of older rows is in figures.test.ts.
  21: {
    insert: `INSERT INTO orders VALUES ('o-1', 'olga', 'done', '', '[]', 5)`,
    check: `SELECT order_id, is_built, (SELECT count(*) FROM figures) AS figures FROM orders, figure_upkeep`,
    expected: [{ order_id: 'o-1', is_built: 0, figures: 0 }],
  },
  22: {
    insert: `INSERT INTO orders VALUES ('o-1', 'olga', 'done', '', '[]', 5)`,
    check: 'SELECT order_id, (SELECT count(*) FROM contact_preferences) AS chosen FROM orders',
    expected: [{ order_id: 'o-1', chosen: 0 }],
  },
  23: {
    insert: `INSERT INTO orders VALUES ('o-1', 'olga', 'done', '', '[]', 5)`,
    check: `SELECT order_id, (SELECT count(*) FROM reservations) AS reservations,
      (SELECT count(*) FROM reservation_series) AS series FROM orders`,
    expected: [{ order_id: 'o-1', reservations: 0, series: 0 }],
  },
  24: {
    insert: `INSERT INTO reservations VALUES ('k7f2-1', NULL, 'ana', 'wallet:user:ana', 'ALC', 'ALC-01', 1, 10, 20,
      'booked', 5, 5, 'EUR', 500, 500, 0, NULL, NULL, '{}', 'day#1', 'Europe/Madrid', 0, 0, 9, '')`,
    check: 'SELECT reservation_id, fleet_id, due_ms FROM reservations',
    expected: [{ reservation_id: 'k7f2-1', fleet_id: null, due_ms: 9 }],
  },
  // Fees that were booked before are in figures.test.ts.
  25: {
    insert: `UPDATE figure_upkeep SET is_built = 1;
      INSERT INTO figure_sums VALUES ('site', 'year', 'ALC', '2026', 'EUR', 1210, 210, 121, 21);
      INSERT INTO watched_connectors VALUES ('A/1', 'A', 1, 'ALC', 'UTC', 1, 'standing', 2, 'ana');
      INSERT INTO connector_spans VALUES (1, 'A/1', 'A', 1, 'ALC', 'UTC', 'standing', 'ana', 1, 2)`,
    check: `SELECT s.total_minor, s.plan_fees_minor, s.plan_fees_vat_minor, w.user_id AS watched, w.group_id AS pays,
      c.user_id AS stood, c.group_id AS paid, is_built
      FROM figure_sums s, watched_connectors w, connector_spans c, figure_upkeep`,
    expected: [{
      total_minor: 1210, plan_fees_minor: 0, plan_fees_vat_minor: 0, watched: 'ana', pays: null, stood: 'ana',
      paid: null, is_built: 0,
    }],
  },
};

let db: Sqlite;
beforeEach(() => {
  db = openDatabase(IN_MEMORY);
});
afterEach(() => {
  db.close();
});

describe('the migrations of this program', () => {
  test('make a database from nothing, once', () => {
    const all = readMigrations();
    expect(migrate(db, all, clock)).toEqual(all.map((m) => m.name));
    expect(migrate(db, all, clock)).toEqual([]);
    expect(db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()).toEqual(
      expect.arrayContaining(['users', 'charging_points', 'charging_sessions', 'schema_migrations']));
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  });

  test.each(readMigrations().slice(1))('$name keeps the rows of the version before', ({ version }) => {
    const all = readMigrations();
    migrate(db, all, clock, version - 1);
    const rows = ROWS_BEFORE[version];
    expect(rows, `ROWS_BEFORE has no rows for version ${version}`).toBeDefined();
    db.exec(rows?.insert ?? '');
    migrate(db, all, clock, version);
    expect(db.prepare(rows?.check ?? '').all()).toEqual(rows?.expected);
    expect(db.pragma('foreign_key_check')).toEqual([]);
  });
});

describe('a migration run', () => {
  test('applies what is missing to a database with rows in it', () => {
    migrate(db, MIGRATIONS, clock, 1);
    db.exec("INSERT INTO people VALUES ('ana')");
    expect(migrate(db, MIGRATIONS, clock)).toEqual(['0002-age.sql']);
    expect(db.prepare('SELECT * FROM people').all()).toEqual([{ name: 'ana', age: null }]);
  });

  test('leaves the version before whole when a migration fails', () => {
    const broken = [...MIGRATIONS, { version: 3, name: '0003-broken.sql', sql: 'CREATE TABLE a (x); CREATE TABL b' }];
    expect(() => migrate(db, broken, clock)).toThrow(expect.objectContaining({ code: 'database-failed' }));
    expect(db.prepare('SELECT max(version) FROM schema_migrations').pluck().get()).toBe(2);
    expect(db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'a'").pluck().get()).toBe(0);
  });

  test('refuses a file that was changed after it was applied', () => {
    migrate(db, MIGRATIONS, clock);
    const changed = MIGRATIONS.map((m) => ({ ...m, sql: `${m.sql} ` }));
    expect(() => migrate(db, changed, clock)).toThrow(/0001-people.sql .* never changed/);
  });

  test('does not mind the line ends of a checkout', () => {
    const unix = [{ version: 1, name: '0001-a.sql', sql: 'CREATE TABLE a (\nx)' }];
    migrate(db, unix, clock);
    expect(migrate(db, [{ version: 1, name: '0001-a.sql', sql: 'CREATE TABLE a (\r\nx)' }], clock)).toEqual([]);
  });

  test('refuses a database that is newer than the program', () => {
    migrate(db, MIGRATIONS, clock);
    expect(() => migrate(db, MIGRATIONS.slice(0, 1), clock)).toThrow(/this database is newer \(version 2/);
  });
});
