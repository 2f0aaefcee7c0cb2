// The end of every drill: what the engines' registers delivered is what tickets bill or what is listed as disputed, to
// the Wh; every hold was closed once; nothing is open, unsent or billed twice; every ticket can be made again.
import { join } from 'node:path';
import { z } from 'zod';
import { ledgerFaultText } from '../../ev-central/cli/admin-ledger.ts';
import { openDatabase } from '../../shared/sqlite/database.ts';
import { prepareLedgerCheck } from '../../ev-central/store/ledger-check.ts';
import { recomputedSchema } from '../replay/reconciliation.ts';
import type { DrillNetwork } from './drill-network.ts';
import { until } from './patience.ts';

const QUIET_MS = 60_000;

const statusSchema = z.object({ openSessions: z.number(), outboxRows: z.number(), bus: z.string() });

/** Sums and rows of Central's database, as far as the reconciliation needs them. */
export type Books = {
  readonly tickets: readonly { readonly pointId: string; readonly sessionId: string; readonly kind: string;
    readonly energyWh: number }[];
  readonly disputedWh: number;
  readonly sessions: readonly { readonly sessionId: string; readonly settled: boolean; readonly provisional: boolean;
    readonly holdMinor: number }[];
  /** Changes of each session's hold, in order. */
  readonly holds: ReadonlyMap<string, readonly string[]>;
  /** Drivers whose balance is not what their ledger adds up to, or who still have money held; faults of the ledger. */
  readonly wrongAccounts: readonly string[];
  /** Tickets that were booked more than once, or never. */
  readonly wrongBookings: readonly string[];
};

export type Check = { readonly text: string; readonly ok: boolean; readonly evidence: string };

/** Waits until nothing is open, then compares. Every engine has to run. */
export async function reconcileNetwork(network: DrillNetwork): Promise<Check[]> {
  await until(async () => statusSchema.parse(JSON.parse(await network.tool(['ctl', 'status', '--json']))),
    (status) => status.openSessions === 0 && status.outboxRows === 0 && status.bus === 'up',
    { what: 'no session open, the outbox empty, the bus up', timeoutMs: QUIET_MS });
  // The registers began at 0 with the drill.
  const deliveredWh = await network.deliveredWh();
  const books = readBooks(join(network.centralDir, 'central.db'));
  const { output } = await network.tryTool(['admin', 'recompute', '--all', '--json']);
  const { tickets, different } = recomputedSchema.parse(JSON.parse(output));
  return [
    { text: 'no session is open and the outbox is empty', ok: true, evidence: '0 and 0' },
    ...compareBooks(deliveredWh, books),
    {
      text: 'every ticket is the same when it is made again from the stored meter values',
      ok: different.length === 0 && tickets === books.tickets.length, evidence: `${tickets} made again`,
    },
  ];
}

/** The comparison itself. Pure. */
export function compareBooks(deliveredWh: number, books: Books): Check[] {
  const ticketsWh = books.tickets.reduce((sum, ticket) => sum + ticket.energyWh, 0);
  const finals = books.tickets.filter((ticket) => ticket.kind === 'final').map((ticket) => ticket.sessionId);
  const twice = finals.filter((id, i) => finals.indexOf(id) !== i);
  const holds = [...books.holds].filter(([, changes]) => !isClosedOnce(changes)).map(([id]) => id);
  const unsettled = books.sessions.filter((s) => s.provisional || s.holdMinor !== 0).map((s) => s.sessionId);
  return [
    {
      text: 'every Wh that the engines delivered is in a ticket or listed as disputed',
      ok: deliveredWh === ticketsWh + books.disputedWh,
      evidence: `${deliveredWh} Wh delivered = ${ticketsWh} Wh in tickets + ${books.disputedWh} Wh disputed`
        .replace('=', deliveredWh === ticketsWh + books.disputedWh ? '=' : '≠'),
    },
    {
      text: 'nothing is billed twice', ok: twice.length === 0 && books.wrongBookings.length === 0,
      evidence: [...twice, ...books.wrongBookings].join(', ') || `${finals.length} sessions, one final ticket each`,
    },
    {
      text: 'every hold was closed once', ok: holds.length === 0 && unsettled.length === 0,
      evidence: [...holds, ...unsettled].join(', ') || `${books.holds.size} holds`,
    },
    {
      text: 'every balance is what its ledger adds up to, with nothing held', ok: books.wrongAccounts.length === 0,
      evidence: books.wrongAccounts.join(', ') || 'to the cent',
    },
  ];
}

function isClosedOnce(changes: readonly string[]): boolean {
  const [first, ...rest] = changes;
  const last = rest.at(-1);
  return first === 'opened' && (last === 'settled' || last === 'released')
    && rest.slice(0, -1).every((change) => change === 'enlarged');
}

const ticketRows = z.array(z.object({
  pointId: z.string(), sessionId: z.string(), kind: z.string(), energyWh: z.number(),
}));
const sessionRows = z.array(z.object({
  sessionId: z.string(), settled: z.number(), provisional: z.number(), holdMinor: z.number(), disputedWh: z.number(),
}));
const holdRows = z.array(z.object({ sessionId: z.string(), change: z.string() }));
const nameRows = z.array(z.object({ name: z.string() }));

function readBooks(file: string): Books {
  const db = openDatabase(file);
  try {
    const rows = (sql: string): unknown[] => db.prepare(sql).all();
    const sessions = sessionRows.parse(rows('SELECT session_id AS sessionId, settled, provisional,'
      + ' hold_minor AS holdMinor, disputed_wh AS disputedWh FROM charging_sessions'));
    const holds = new Map<string, string[]>();
    for (const hold of holdRows.parse(rows('SELECT session_id AS sessionId, change FROM holds ORDER BY row_id'))) {
      holds.set(hold.sessionId, [...holds.get(hold.sessionId) ?? [], hold.change]);
    }
    return {
      tickets: ticketRows.parse(rows(
        'SELECT point_id AS pointId, session_id AS sessionId, kind, energy_wh AS energyWh FROM tickets')),
      disputedWh: sessions.reduce((sum, session) => sum + session.disputedWh, 0),
      sessions: sessions.map((s) => ({ ...s, settled: s.settled === 1, provisional: s.provisional === 1 })), holds,
      wrongAccounts: [
        ...nameRows.parse(rows(STILL_HELD)).map(({ name }) => name),
        ...prepareLedgerCheck(db)().faults.map(ledgerFaultText),
      ],
      wrongBookings: nameRows.parse(rows(WRONG_BOOKINGS)).map(({ name }) => name),
    };
  } finally {
    db.close();
  }
}

const STILL_HELD = 'SELECT user_id AS name FROM users WHERE held_minor <> 0';
const WRONG_BOOKINGS = `
  SELECT t.ticket_id AS name FROM tickets t
  WHERE (SELECT count(*) FROM movements m WHERE m.ticket_id = t.ticket_id
    AND m.kind IN ('charge', 'correction')) <> 1`;
