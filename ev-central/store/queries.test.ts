import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Append } from '../core/effects.ts';
import { emptyTables } from '../core/state.ts';
import { CASH, userWallet } from '../../shared/account.ts';
import { pointId, sessionId, userId } from '../../shared/ids.ts';
import { currency } from '../../shared/money.ts';
import { deadLetter } from '../../shared/messages/dead-letter.ts';
import { networkEvent } from '../../shared/messages/network-event.ts';
import { sessionRowSchema } from '../../shared/messages/rows.ts';
import { ticketIssued } from '../../shared/messages/ticket-issued.ts';
import {
  sampleInvoice, sampleMeter, samplePoint, samplePointState, sampleSession, sampleSite, sampleTariff, sampleUninvoiced,
  sampleUser, sampleVersion, START_MS,
} from './sample-rows.ts';
import type { Store } from './store.ts';
import { IN_MEMORY, openStore } from './store.ts';

let store: Store;
beforeEach(() => {
  store = openStore({ file: IN_MEMORY, masterKeyFile: null, clock: { now: () => START_MS }, log: () => undefined });
  const tables = emptyTables();
  tables.tariffs.put(sampleTariff);
  tables.tariffVersions.put(sampleVersion);
  tables.sites.put(sampleSite);
  tables.points.put(samplePoint());
  tables.pointStates.put(samplePointState());
  tables.users.put(sampleUser({ passwordHash: 'secret-hash' }));
  tables.users.put(sampleUser({ userId: userId('bob'), role: 'operator' }));
  for (let i = 0; i < 5; i++) {
    tables.sessions.put(sampleSession({
      sessionId: sessionId(`s-${i}`), driverId: userId(i % 2 === 0 ? 'ana' : 'bob'), settled: i < 3,
      state: i < 3 ? 'completed' : 'charging', endedAtMs: i < 3 ? START_MS : null,
    }));
  }
  tables.meters.put(sampleMeter({ sessionId: sessionId('s-4'), powerW: 6_900, socPercent: 55 }));
  tables.commands.put({
    pointId: pointId('ALC-01'), number: 7, type: 'stop', sessionId: null, sentAtMs: START_MS, deadlineMs: START_MS,
    outcome: 'timed-out', reason: 'timed-out',
  });
  const payer = userWallet(userId('ana'));
  tables.billingDetails.put({ payer, policy: null, name: 'Ana Núñez', address: [], vatId: null });
  const notice = ticketIssued.schema.parse(ticketIssued.example);
  const event = networkEvent.schema.parse(networkEvent.example);
  const appends: Append[] = [
    { kind: 'append', table: 'tickets', row: { ...notice.ticket, sessionId: sessionId('s-0') } },
    { kind: 'append', table: 'invoices', row: sampleInvoice() },
    {
      kind: 'append', table: 'invoice_tickets',
      row: { ...sampleUninvoiced().ticket, number: sampleInvoice().number, place: 1 },
    },
    { kind: 'append', table: 'notices', row: notice },
    { kind: 'append', table: 'events', row: event },
    { kind: 'append', table: 'events', row: { ...event, pointId: pointId('ALC-02'), atMs: event.atMs + 1 } },
    { kind: 'append', table: 'dead_letters', row: deadLetter.schema.parse(deadLetter.example) },
    {
      kind: 'append', table: 'audit',
      row: { atMs: START_MS, who: 'olga', address: '', action: 'log-in', outcome: 'done', parameters: { a: 1 } },
    },
    {
      kind: 'append', table: 'movements',
      row: {
        atMs: START_MS, kind: 'top-up', currency: currency('EUR'), sessionId: null, ticketId: null, reason: 'cash',
        by: 'olga',
        postings: [
          { account: userWallet(userId('ana')), amountMinor: 500, balanceMinor: 500 },
          { account: CASH, amountMinor: -500, balanceMinor: null },
        ],
      },
    },
  ];
  store.commit({ tables, appends, sends: [], offsets: [], outboxDone: [], now: START_MS });
});
afterEach(() => store.close());

test('a list is read page by page, newest first, each row once', () => {
  const seen: unknown[] = [];
  let after: string | null = null;
  do {
    const page = store.query('sessions', {}, after, 2);
    expect(page.error).toBeNull();
    seen.push(...page.rows.map((row) => row['sessionId']));
    after = page.next;
  } while (after !== null);
  expect(seen).toEqual(['s-4', 's-3', 's-2', 's-1', 's-0']);
});

test('sessions are rows as drivers and operators read them, with the live figures', () => {
  const rows = store.query('sessions', {}, null, 10).rows;
  expect(rows.map((row) => sessionRowSchema.safeParse(row).error)).toEqual(rows.map(() => undefined));
  expect(rows[0]).toMatchObject({ sessionId: 's-4', powerW: 6_900, socPercent: 55 });
});

test('filters narrow a list and combine', () => {
  const ids = (filter: Record<string, string | number>): unknown[] =>
    store.query('sessions', filter, null, 10).rows.map((row) => row['sessionId']);
  expect(ids({ driverId: 'ana' })).toEqual(['s-4', 's-2', 's-0']);
  expect(ids({ driverId: 'ana', open: 'yes' })).toEqual(['s-4']);
  expect(ids({ driverId: "' OR 1 = 1 --" })).toEqual([]);
  expect(store.query('events', { pointId: 'ALC-02' }, null, 10).rows).toHaveLength(1);
  expect(store.query('events', { siteId: 'ALC', untilMs: START_MS + 1 }, null, 10).rows).toHaveLength(1);
});

test('every list answers with rows', () => {
  const lists = ['my-sessions', 'my-notices', 'my-tickets', 'sessions', 'events', 'dead-letters', 'audit', 'users',
    'tickets', 'commands', 'ledger', 'ledger-log', 'groups', 'invoices', 'my-invoices', 'invoice-tickets',
    'my-invoice-tickets', 'billing-details'] as const;
  const counts = lists.map((what) => {
    const filter = {
      ...(what.startsWith('my-') ? { driverId: 'ana' } : {}),
      ...(what.endsWith('invoice-tickets') ? { number: sampleInvoice().number } : {}),
    };
    const { rows, error } = store.query(what, filter, null, 100);
    return [what, error, rows.length];
  });
  expect(counts).toEqual([
    ['my-sessions', null, 3], ['my-notices', null, 1], ['my-tickets', null, 1], ['sessions', null, 5],
    ['events', null, 2], ['dead-letters', null, 1], ['audit', null, 1], ['users', null, 2], ['tickets', null, 1],
    ['commands', null, 1], ['ledger', null, 1], ['ledger-log', null, 1], ['groups', null, 0],
    ['invoices', null, 1], ['my-invoices', null, 1],
    ['invoice-tickets', null, 1], ['my-invoice-tickets', null, 1], ['billing-details', null, 1],
  ]);
});

test('a driver finds what is hers of the invoices, and nothing of another', () => {
  const { number } = sampleInvoice();
  expect(store.query('my-invoices', { driverId: 'ana' }, null, 10).rows).toEqual([sampleInvoice()]);
  expect(store.query('my-invoices', { driverId: 'bob' }, null, 10).rows).toEqual([]);
  expect(store.query('my-invoice-tickets', { driverId: 'bob', number }, null, 10).rows).toEqual([]);
  expect(store.query('my-invoice-tickets', { driverId: 'ana' }, null, 10).error).toMatch(/needs the filter number/);
});

test('users are shown without their hashes', () => {
  const { rows } = store.query('users', {}, null, 10);
  expect(rows.map((row) => [row['userId'], row['hasPassword'], row['hasPin']]))
    .toEqual([['ana', true, false], ['bob', false, false]]);
  expect(JSON.stringify(rows)).not.toContain('secret-hash');
  expect(store.query('users', {}, 'ana', 10).rows.map((row) => row['userId'])).toEqual(['bob']);
});

test('a bad filter, value or cursor is answered in words', () => {
  expect(store.query('sessions', { colour: 'red' }, null, 10).error).toMatch(/unknown filter "colour": .* driverId/);
  expect(store.query('my-sessions', {}, null, 10).error).toMatch(/needs the filter driverId/);
  expect(store.query('sessions', { open: 'no' }, null, 10).error).toMatch(/must be "yes"/);
  expect(store.query('events', { sinceMs: 'noon' }, null, 10).error).toMatch(/UTC milliseconds/);
  expect(store.query('events', {}, 'x; DROP', 10).error).toMatch(/no cursor/);
});
