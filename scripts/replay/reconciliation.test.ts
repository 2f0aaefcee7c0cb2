import { expect, it } from 'vitest';
import type { CountsRow } from '../../ev-central/core/figures/ask.ts';
import { type CountName, COUNTS } from '../../ev-central/core/figures/figure.ts';
import type { ReplayFigures } from './figure-check.ts';
import { planReplay } from './plan.ts';
import { reconcile, reconciliationLines, type Measured, type Stored } from './reconciliation.ts';
import type { RecordedSession } from './recorded-sessions.ts';

const both = { siteId: 'x', endAtMs: 9_000 };
const RECORDED: RecordedSession[] = [
  { ...both, line: 2, sessionId: '1', driverId: 'a', stationId: 's', startAtMs: 1_000, energyWh: 70 },
  { ...both, line: 3, sessionId: '2', driverId: 'b', stationId: 't', startAtMs: 2_000, energyWh: 5 },
];
const PLAN = planReplay(RECORDED);
const TICKETS: Stored['tickets'] = [
  { ticketId: 't1', sessionId: 'c1', kind: 'final', driverId: 'driver-a', pointId: 'cp-s', startedAtMs: 1_000,
    endedAtMs: 9_000, energyWh: 70, flags: [] },
  { ticketId: 't2', sessionId: 'c2', kind: 'final', driverId: 'driver-b', pointId: 'cp-t', startedAtMs: 2_000,
    endedAtMs: 9_000, energyWh: 5, flags: [] },
];
const row = (key: string, sessions: number, energyWh: number): CountsRow => ({
  ...Object.fromEntries(COUNTS.map((name) => [name, 0])) as Record<CountName, number>, key, sessions, energyWh,
});
const FIGURES: ReplayFigures = {
  bySite: [row('site-x', 2, 75)], byUser: [row('driver-a', 1, 70), row('driver-b', 1, 5)],
  days: new Map([['site-x', [row('1970-01-01', 2, 75)]]]), hours: new Map([['site-x', [row('1970-01-01T00', 2, 75)]]]),
};
const STORED: Stored = {
  sessions: [
    { sessionId: 'c0', requestId: 'rec1-2', state: 'rejected' },
    { sessionId: 'c1', requestId: 'rec1-1', state: 'completed' },
    { sessionId: 'c2', requestId: 'rec2-2', state: 'completed' },
  ],
  tickets: TICKETS, recomputed: { tickets: 2, different: [] }, deadLetters: 0, ledger: [],
  invoices: { documents: 2, problems: [] }, figures: FIGURES,
  // It stood in the line twice: the offer was not taken the first time.
  events: ['queued', 'queued', 'charging'].map((to) => ({ sessionId: 'c2', data: { to } })),
};
const MEASURED: Measured = {
  results: PLAN.sessions.map(() => ({ reached: 'over', trouble: '' })),
  retries: 1, skipped: [{ line: 4, reason: 'bad' }], drivingMs: 500, totalMs: 2_000,
};

it('a replay in which all agrees is ok, also when a request had to be made again', () => {
  const reconciliation = reconcile(PLAN, STORED, MEASURED);
  expect(reconciliation).toEqual({
    problems: [],
    summary: {
      sessions: 2, completed: 2, energyWh: 75, expectedWh: 75, ticketsRecomputed: 2, duplicates: 0, skippedRows: 1,
      queued: 1, queuedByRecord: 0, retries: 1, deadLetters: 0, invoices: 2, figures: 8,
      seconds: 2, drivingSeconds: 0.5, sessionsPerSecond: 4,
      ok: true,
    },
  });
  expect(reconciliationLines(reconciliation, PLAN).at(-1)).toBe('All agrees.');
});

const [FIRST, SECOND] = TICKETS as [Stored['tickets'][number], Stored['tickets'][number]];

it.each<[string, Partial<Stored>, string]>([
  ['another energy', { tickets: [{ ...FIRST, energyWh: 71 }, SECOND] },
    'session 1 (line 2) was billed 71 Wh instead of 70'],
  ['another figure of a driver', { figures: { ...FIGURES, byUser: [row('driver-a', 1, 75), row('driver-b', 1, 5)] } },
    'figures of energy driver-a: 75 instead of 70'],
  ['another figure of a day', { figures: { ...FIGURES, days: new Map([['site-x', [row('1970-01-02', 2, 75)]]]) } },
    'figures of energy at site-x on 1970-01-01: 0 instead of 75'],
  ['no ticket', { tickets: [FIRST] }, 'session 2 (line 3) has no ticket'],
  ['two tickets', { tickets: [...TICKETS, { ...FIRST, ticketId: 't3' }] }, 'session 1 (line 2) has 2 tickets'],
  ['another start', { tickets: [{ ...FIRST, startedAtMs: 1_001 }, SECOND] }, 'from 1970-01-01T00:00:01.001Z'],
  ['another driver', { tickets: [{ ...FIRST, driverId: 'driver-b' }, SECOND] }, 'was billed to driver-b'],
  ['a flag', { tickets: [{ ...FIRST, flags: ['clock-jump'] }, SECOND] }, 'has a ticket with the flags clock-jump'],
  ['a ticket of nobody', { sessions: STORED.sessions.slice(0, 2) }, 'ticket t2 is of no recorded session'],
  ['a ticket that differs', { recomputed: { tickets: 2, different: [{ ticketId: 't1', sessionId: 'c1' }] } },
    'ticket t1 of c1 differs when it is made again'],
  ['a ticket that was not checked', { recomputed: { tickets: 1, different: [] } }, '1 tickets were made again, 2 are'],
  ['a fault of the invoices', { invoices: { documents: 1, problems: ['INV-1 is missing'] } }, 'INV-1 is missing'],
  ['a fault of the ledger', { ledger: ['movement 7 does not balance'] }, 'movement 7 does not balance'],
  ['a dead letter', { deadLetters: 1 }, '1 dead letters'],
])('%s is a problem that is named', (_what, change, problem) => {
  const { summary, problems } = reconcile(PLAN, { ...STORED, ...change }, MEASURED);
  expect(summary.ok).toBe(false);
  expect(problems).toContainEqual(expect.stringContaining(problem));
});

it('a session that did not wait although it had to is a problem', () => {
  const { problems } = reconcile({ ...PLAN, queued: 2 }, STORED, MEASURED);
  expect(problems).toEqual(['1 sessions waited in a queue, 2 had to']);
});
