import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ANA, BEN, Network } from '../core/core-harness.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';
import { IN_MEMORY, openDatabase } from '../../shared/sqlite/database.ts';
import type { Store } from './store.ts';
import { sampleClaim } from './sample-rows.ts';
import { openStore } from './store.ts';

let db: Sqlite;
let store: Store;
let network: Network;
beforeEach(() => {
  db = openDatabase(IN_MEMORY);
  network = new Network();
  store = openStore({ file: db, masterKeyFile: null, clock: { now: () => network.now }, log: () => undefined });
  db.exec('DELETE FROM installation');
  network.connect();
  const session = network.charging(ANA);
  network.later(60_000);
  network.sample(session, 1, 2_000);
  network.end(session, 4_000);
  network.fact('unplugged', { connectorNo: 1 });
  // Another one is under way.
  network.charging(BEN, 4_000);
  store.commit({
    tables: network.state, appends: network.appended, sends: [], offsets: [], outboxDone: [], now: network.now,
  });
});
afterEach(() => store.close());

function withoutTriggers(sql: string): void {
  for (const name of ['movements_stay', 'movements_are_kept', 'postings_stay', 'postings_are_kept']) {
    db.exec(`DROP TRIGGER ${name}`);
  }
  db.exec(sql);
}

test('the books of a network with a charge that is over and one that runs are sound', () => {
  const { movements, accounts, faults } = store.verifyLedger();
  expect(faults).toEqual([]);
  expect(movements).toBe(4);
  expect(accounts.map(({ account, sumMinor }) => [account, sumMinor])).toEqual([
    ['cash', -30_000], ['revenue:ALC', 110], ['wallet:user:ana', 9_890], ['wallet:user:ben', 10_000],
    ['wallet:user:cat', 10_000],
  ]);
});

test('a claim that is paid was booked, and nothing is paid back without one', () => {
  const claim = sampleClaim({ state: 'paid' });
  network.state.claims.put(claim);
  const commit = (): void => {
    const { state: tables, now } = network;
    store.commit({ tables, appends: [], sends: [], offsets: [], outboxDone: [], now });
  };
  commit();
  const fault = { at: claim.claimId, expected: 727, found: 0, count: 1 };
  expect(store.verifyLedger().faults).toEqual([{ rule: 'claim-paid-once', ...fault }]);
  db.exec(`INSERT INTO movements (at_ms, kind, currency, reason, ordered_by)
    VALUES (1, 'reimbursement', 'EUR', 'home charging, claim none', 'x')`);
  expect(store.verifyLedger().faults).toContainEqual({
    rule: 'reimbursement-of-claim', at: '5', expected: 1, found: 0, count: 1,
  });
});

test.each([
  ["UPDATE movements SET reason = 'x' WHERE row_id = 1", 'never changed'],
  ['DELETE FROM movements WHERE row_id = 1', 'never deleted'],
  ['UPDATE postings SET amount_minor = 1 WHERE movement_id = 1', 'never changed'],
  ['DELETE FROM postings WHERE movement_id = 1', 'never deleted'],
])('the database refuses "%s"', (sql, why) => {
  expect(() => db.exec(sql)).toThrow(why);
});

describe('what somebody changed by hand is found, with the first place', () => {
  test.each<[string, string, { rule: string; at: string; expected?: number; found?: number; count?: number }]>([
    ['an amount', 'UPDATE postings SET amount_minor = 1 WHERE movement_id IN (2, 3) AND place = 1',
      { rule: 'balanced', at: '2', found: 10_001, count: 2 }],
    ['both sides of a movement', `UPDATE postings SET amount_minor = amount_minor * 2 WHERE movement_id = 1`,
      { rule: 'running-balance', at: '1', expected: 20_000, found: 10_000, count: 2 }],
    ['a posting that is gone', 'DELETE FROM postings WHERE movement_id = 4 AND place = 1',
      { rule: 'two-sided', at: '4', expected: 2, found: 1 }],
    ['an account that is none', "UPDATE postings SET account = 'bank' WHERE account = 'cash'",
      { rule: 'known-account', at: 'bank' }],
    ['a balance', "UPDATE users SET balance_minor = 7 WHERE user_id = 'ben'",
      { rule: 'wallet-balance', at: 'wallet:user:ben', expected: 10_000, found: 7 }],
    ['a user who is gone', "DELETE FROM users WHERE user_id = 'cat'",
      { rule: 'wallet-of-nobody', at: 'wallet:user:cat', found: 10_000 }],
    ['what is held', "UPDATE users SET held_minor = 3 WHERE user_id = 'cat'",
      { rule: 'wallet-held', at: 'wallet:user:cat', expected: 0, found: 3 }],
    ['a hold of a session', "UPDATE charging_sessions SET hold_minor = 5 WHERE driver_id = 'ben'",
      { rule: 'hold-of-session', at: '*', expected: 5, found: 2_000 }],
    ['a hold when all is over', "UPDATE charging_sessions SET hold_minor = 5 WHERE driver_id = 'ana'",
      { rule: 'hold-when-over', at: '*', expected: 0, found: 5 }],
    ['a ticket that was booked twice', `INSERT INTO movements SELECT 9, at_ms, kind, currency, session_id, ticket_id,
        reason, ordered_by FROM movements WHERE kind = 'charge';
      INSERT INTO postings SELECT 9, place, account, amount_minor, balance_minor - 110 FROM postings
        WHERE movement_id = 4`,
      { rule: 'ticket-booked-once', at: '*', expected: 1, found: 2 }],
    ['a total', 'UPDATE tickets SET total_minor = 109', { rule: 'ticket-total', at: '*', expected: 109, found: 110 }],
    ['what a ticket was paid with', 'UPDATE ticket_payments SET paid_minor = 7',
      { rule: 'ticket-payment', at: '*', expected: 110, found: 7 }],
    ['a refund that was never booked', 'UPDATE ticket_payments SET refunded_minor = 9',
      { rule: 'ticket-refunds', at: '*', expected: 0, found: 9 }],
    ['a ticket that is gone', 'DELETE FROM tickets', { rule: 'charge-without-ticket', at: '4' }],
    ['a session without its ticket', "UPDATE charging_sessions SET ticket_id = NULL WHERE driver_id = 'ana'",
      { rule: 'settled-without-ticket', at: '*' }],
  ])('%s', (_what, sql, { at, ...fault }) => {
    withoutTriggers(sql);
    const found = store.verifyLedger().faults.find(({ rule }) => rule === fault.rule);
    expect(found).toMatchObject({ count: 1, ...fault, at: at === '*' ? expect.any(String) as string : at });
  });
});
