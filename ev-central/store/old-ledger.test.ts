import { expect, test } from 'vitest';
import { IN_MEMORY, openDatabase } from '../../shared/sqlite/database.ts';
import { migrate } from '../../shared/sqlite/migrations.ts';
import { readMigrations } from './migrations.ts';
import { openStore } from './store.ts';

const clock = { now: (): number => 1_763_700_000_000 };
const SESSION_FIELDS = `request_id, corr, site_id, at_point, state_since_ms, requested_at_ms, target, fit, goal,
  priority_class, offered, currency, tariff, time_zone, provisional, energy_wh, cost_minor, last_stored_sample,
  disputed_wh, flags, changed_at_ms, usage`;
const SESSION_VALUES = `'r', 'c', 'ALC', 0, 5, 5, '{}', '{}', '{}', 'normal', 0, 'EUR', '{}', 'UTC', 0, 1, 0, 0, 0,
  '[]', 7, NULL`;

test('the books of a database of single entries are sound as double entries, with every balance as it was', () => {
  const db = openDatabase(IN_MEMORY);
  migrate(db, readMigrations(), clock, 5);
  // Ana was billed and corrected; ben charges now; cat was emptied, and her money is in another currency since.
  db.exec(`
    INSERT INTO users VALUES ('ana', 'user', 1, 'normal', '{}', 'EUR', NULL, NULL, 891, 0, 3, NULL),
      ('ben', 'user', 1, 'normal', '{}', 'EUR', NULL, NULL, 500, 200, 0, NULL),
      ('cat', 'user', 1, 'normal', '{}', 'JPY', NULL, NULL, 70, 0, 0, NULL);
    INSERT INTO charging_sessions (session_id, driver_id, state, settled, hold_minor, ticket_id, ${SESSION_FIELDS})
      VALUES ('s-1', 'ana', 'completed', 1, 0, 't-1', ${SESSION_VALUES}),
      ('s-2', 'ben', 'charging', 0, 200, NULL, ${SESSION_VALUES});
    INSERT INTO holds (at_ms, user_id, session_id, change, amount_minor) VALUES (1, 'ana', 's-1', 'opened', 200),
      (2, 'ana', 's-1', 'settled', 200), (3, 'ben', 's-2', 'opened', 100), (4, 'ben', 's-2', 'enlarged', 100);
    INSERT INTO tickets (ticket_id, session_id, kind, driver_id, site_id, point_id, connector_no, tariff_id,
        started_at_ms, ended_at_ms, issued_at_ms, meter_start_wh, meter_stop_wh, energy_wh, end_reason, lines, currency,
        total_minor, flags)
      VALUES ('t-1', 's-1', 'final', 'ana', 'ALC', 'A', 1, 'T', 5, 6, 7, 0, 1, 1, 'driver', '[]', 'EUR', 100, '[]'),
      ('t-2', 's-1', 'correction', 'ana', 'ALC', 'A', 1, 'T', 5, 6, 7, 0, 1, 1, 'driver', '[]', 'EUR', 9, '[]');
    INSERT INTO ledger (at_ms, user_id, kind, amount_minor, balance_minor, session_id, ticket_id, reason) VALUES
      (1, 'ana', 'top-up', 1000, 1000, NULL, NULL, 'cash'), (2, 'ben', 'top-up', 500, 500, NULL, NULL, 'cash'),
      (3, 'ana', 'charge', -100, 900, 's-1', 't-1', 'ticket t-1'),
      (4, 'ana', 'correction', -9, 891, 's-1', 't-2', 'correction t-2'),
      (5, 'cat', 'top-up', 30, 30, NULL, NULL, 'cash'), (6, 'cat', 'adjustment', -30, 0, NULL, NULL, 'out'),
      (7, 'cat', 'top-up', 70, 70, NULL, NULL, 'yen')`);
  const store = openStore({ file: db, masterKeyFile: null, clock, log: () => undefined });
  const { movements, accounts, faults } = store.verifyLedger();
  expect({ movements, faults }).toEqual({ movements: 7, faults: [] });
  expect(accounts.map(({ account, currency, sumMinor }) => `${account} ${sumMinor} ${currency}`)).toEqual([
    'adjustments 30 JPY', 'cash -1500 EUR', 'cash -100 JPY', 'revenue:ALC 109 EUR', 'wallet:user:ana 891 EUR',
    'wallet:user:ben 500 EUR', 'wallet:user:cat 70 JPY',
  ]);
  expect(db.prepare('SELECT ticket_id, payer, paid_minor FROM ticket_payments ORDER BY 1').raw().all())
    .toEqual([['t-1', 'wallet:user:ana', 100], ['t-2', 'wallet:user:ana', 9]]);
  store.close();
});
