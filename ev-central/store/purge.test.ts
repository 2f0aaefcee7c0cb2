import { afterEach, expect, test } from 'vitest';
import { networkEvent } from '../../shared/messages/network-event.ts';
import { ticketIssued } from '../../shared/messages/ticket-issued.ts';
import type { Append } from '../core/effects.ts';
import { emptyTables } from '../core/state.ts';
import { sampleSession, START_MS } from './sample-rows.ts';
import { IN_MEMORY, openStore } from './store.ts';

const HOUR_MS = 3_600_000;
const store = openStore({ file: IN_MEMORY, masterKeyFile: null, clock: { now: () => START_MS }, log: () => undefined });
afterEach(() => store.close());

test('deletes what only people read after its time, in slices, and nothing that a bill is made of', () => {
  const event = networkEvent.schema.parse(networkEvent.example);
  const { ticket } = ticketIssued.schema.parse(ticketIssued.example);
  const notice = { ...ticketIssued.schema.parse(ticketIssued.example), atMs: START_MS };
  const value = {
    sessionId: ticket.sessionId, registerWh: 1, powerW: 0, socPercent: null, atMs: START_MS, rawAtMs: START_MS,
    receivedAtMs: START_MS, kind: 'charging' as const,
  };
  const audit = { atMs: START_MS, who: 'olga', address: '', action: 'x', outcome: 'done', parameters: {} };
  const tables = emptyTables();
  tables.sessions.put(sampleSession({ sessionId: ticket.sessionId, settled: true }));
  const many = Array.from({ length: 600 }, (_unused, number): Append[] => [
    { kind: 'append', table: 'notices', row: { ...notice, number: number + 1 } },
    { kind: 'append', table: 'events', row: { ...event, atMs: START_MS } },
    { kind: 'append', table: 'audit', row: audit },
    { kind: 'append', table: 'meter_values', row: { ...value, sample: number } },
  ]);
  store.commit({
    tables, appends: [...many.flat(), { kind: 'append', table: 'tickets', row: ticket }], sends: [], offsets: [],
    outboxDone: [], now: START_MS,
  });
  const kept = { noticesKeptMs: HOUR_MS, eventsKeptMs: HOUR_MS, auditKeptMs: 9 * HOUR_MS, deadLettersKeptMs: 0 };
  expect(store.purge(START_MS + HOUR_MS, kept)).toBe(0);
  const slices = [1, 2, 3].map(() => store.purge(START_MS + 2 * HOUR_MS, kept));
  expect(slices).toEqual([1_000, 200, 0]);
  expect(store.noticesAfter(notice.driverId, 0, 1).notices).toEqual([]);
  expect(store.query('audit', {}, null, 10).rows).toHaveLength(10);
  expect(store.meterValues(ticket.sessionId)).toHaveLength(600);
  expect(store.ticketsOf(ticket.sessionId)).toHaveLength(1);
});
