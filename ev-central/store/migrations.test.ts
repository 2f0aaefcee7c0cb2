import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Sqlite } from './database.ts';
import { IN_MEMORY, openDatabase } from './database.ts';
import type { Migration } from './migrations.ts';
import { migrate, readMigrations } from './migrations.ts';

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
  6: { insert: '', check: 'SELECT count(*) AS users FROM users', expected: [{ users: 0 }] },
  7: { insert: '', check: 'SELECT count(*) AS users FROM users', expected: [{ users: 0 }] },
  8: { insert: '', check: 'SELECT count(*) AS users FROM users', expected: [{ users: 0 }] },
  9: { insert: '', check: 'SELECT count(*) AS users FROM users', expected: [{ users: 0 }] },
  10: {
    insert: "INSERT INTO ledger VALUES (3, 5, 'ana', 'top-up', 2000, 2000, NULL, NULL, 'cash')",
    check: `SELECT amount_minor, (SELECT count(*) FROM payments) AS payments,
      (SELECT count(*) FROM payment_events) AS events FROM ledger`,
    expected: [{ amount_minor: 2_000, payments: 0, events: 0 }],
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
