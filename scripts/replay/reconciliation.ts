// Compares what Central has stored with the record: each session once, its Wh and times, and its ticket made again from
// the stored meter values. Pure: what was asked of Central's tools comes in.
import { z } from 'zod';
import { isoTime } from '../../shared/clock.ts';
import type { InvoicesFound } from '../network/books.ts';
import { checkFigures, type ReplayFigures } from './figure-check.ts';
import { driverOf, pointOf, recordedOf } from './network-of-replay.ts';
import type { Plan, PlannedSession } from './plan.ts';
import type { BadRow } from './recorded-sessions.ts';
import type { RunResult } from './replay-run.ts';

/** Rows of `ctl sessions`, `tickets` and `events`, and the answer of `admin recompute --all`, as far as needed. */
export const storedSessionSchema = z.object({ sessionId: z.string(), requestId: z.string(), state: z.string() });
export const storedTicketSchema = z.object({
  ticketId: z.string(), sessionId: z.string(), kind: z.string(), driverId: z.string(), pointId: z.string(),
  startedAtMs: z.int(), endedAtMs: z.int(), energyWh: z.int(), flags: z.array(z.string()),
});
export const recomputedSchema = z.object({
  tickets: z.int(), different: z.array(z.object({ ticketId: z.string(), sessionId: z.string() })),
});
export const storedEventSchema = z.object({ sessionId: z.string(), data: z.object({ to: z.string() }) });
export type StoredTicket = z.infer<typeof storedTicketSchema>;

export type Stored = {
  readonly sessions: readonly z.infer<typeof storedSessionSchema>[];
  readonly tickets: readonly StoredTicket[];
  /** The changes of state of all sessions. */
  readonly events: readonly z.infer<typeof storedEventSchema>[];
  readonly recomputed: z.infer<typeof recomputedSchema>;
  readonly deadLetters: number;
  /** What is wrong with the ledger, in words. */
  readonly ledger: readonly string[];
  readonly invoices: InvoicesFound;
  readonly figures: ReplayFigures;
};

export type Summary = {
  readonly sessions: number; readonly completed: number;
  readonly energyWh: number; readonly expectedWh: number;
  readonly ticketsRecomputed: number; readonly duplicates: number; readonly skippedRows: number;
  readonly queued: number;
  /** Of the queued ones, those that waited for the recorded end of the session before (the others, for a later one). */
  readonly queuedByRecord: number;
  readonly retries: number; readonly deadLetters: number;
  /** Invoices and credit notes; each ticket that cost something is on one, and they come to the same, to the cent. */
  readonly invoices: number;
  /** Figures that are those of the record, to the Wh and to the charge. */
  readonly figures: number;
  /** From the command's start to its end, and of that, from the first request to the last ticket. */
  readonly seconds: number; readonly drivingSeconds: number; readonly sessionsPerSecond: number;
  readonly ok: boolean;
};

export type Reconciliation = { readonly summary: Summary; readonly problems: readonly string[] };

export type Measured = {
  readonly results: readonly RunResult[]; readonly retries: number; readonly skipped: readonly BadRow[];
  readonly drivingMs: number; readonly totalMs: number;
};

/** Reconciles a replay. `problems` names everything that does not agree; none: it is `ok`. */
export function reconcile(plan: Plan, stored: Stored, measured: Measured): Reconciliation {
  const problems: string[] = [];
  const tickets = ticketsByRecord(stored, problems);
  let completed = 0;
  let expectedWh = 0;
  for (const planned of plan.sessions) {
    expectedWh += planned.recorded.energyWh;
    const own = tickets.get(planned.recorded.sessionId) ?? [];
    const trouble = measured.results[planned.index]?.trouble ?? '';
    const wrong = own.length > 0 ? whatIsWrong(planned, own) : `has no ticket${trouble === '' ? '' : ` (${trouble})`}`;
    if (wrong === null) completed += 1;
    else problems.push(`session ${planned.recorded.sessionId} (line ${planned.recorded.line}) ${wrong}`);
  }
  for (const { sessionId, ticketId } of stored.recomputed.different) {
    problems.push(`ticket ${ticketId} of ${sessionId} differs when it is made again from the stored meter values`);
  }
  if (stored.recomputed.tickets !== stored.tickets.length) {
    problems.push(`${stored.recomputed.tickets} tickets were made again, ${stored.tickets.length} are stored`);
  }
  const figures = checkFigures(plan, stored.figures);
  problems.push(...stored.ledger, ...stored.invoices.problems, ...figures.problems);
  if (stored.deadLetters > 0) problems.push(`${stored.deadLetters} dead letters`);
  const queued = new Set(stored.events.filter(({ data }) => data.to === 'queued').map((event) => event.sessionId)).size;
  // A request that had to be made again may stand in a line for a moment: more than planned is no fault.
  if (queued < plan.queued) problems.push(`${queued} sessions waited in a queue, ${plan.queued} had to`);
  const energyWh = stored.tickets.reduce((sum, ticket) => sum + ticket.energyWh, 0);
  if (energyWh !== expectedWh) problems.push(`the tickets hold ${energyWh} Wh, the record ${expectedWh} Wh`);
  const drivingSeconds = Math.round(measured.drivingMs / 10) / 100;
  return {
    problems,
    summary: {
      sessions: plan.sessions.length, completed, energyWh, expectedWh,
      ticketsRecomputed: stored.recomputed.tickets - stored.recomputed.different.length,
      duplicates: [...tickets.values()].reduce((sum, own) => sum + own.length - 1, 0),
      skippedRows: measured.skipped.length, queued, queuedByRecord: plan.queuedByRecord, retries: measured.retries,
      deadLetters: stored.deadLetters, invoices: stored.invoices.documents,
      figures: figures.compared - figures.wrong,
      seconds: Math.round(measured.totalMs / 10) / 100, drivingSeconds,
      sessionsPerSecond: drivingSeconds === 0 ? 0 : Math.round((plan.sessions.length / drivingSeconds) * 10) / 10,
      ok: problems.length === 0,
    },
  };
}

/** The reconciliation for people. */
export function reconciliationLines({ summary, problems }: Reconciliation, plan: Plan): string[] {
  const { sessions, completed, energyWh, expectedWh, queued, queuedByRecord } = summary;
  const later = plan.queued - queuedByRecord;
  const lines = [
    `Sessions     ${number(completed)} of ${number(sessions)} agree with the record: Wh, start and end`,
    `Energy       ${kwh(energyWh)} kWh in tickets, ${kwh(expectedWh)} kWh recorded`,
    `Tickets      ${number(summary.ticketsRecomputed)} made again from the stored meter values, with the same result`,
    `Invoices     ${number(summary.invoices)}; ledger, tickets and invoices are compared to the cent`,
    `Figures      ${number(summary.figures)} are those of the record, to the Wh and to the charge`,
    `Duplicates   ${number(summary.duplicates)}; dead letters ${number(summary.deadLetters)}; requests made again `
      + number(summary.retries),
    `Queue        ${number(queued)} waited: ${number(queuedByRecord)} began before the session before them had ended`
      + (later > 0 ? `, ${number(later)} because that one had had to wait itself` : ''),
    `Skipped      ${number(summary.skippedRows)} rows`,
    `Time         ${summary.drivingSeconds} s from the first request to the last ticket: ${summary.sessionsPerSecond} `
      + `sessions/s; ${summary.seconds} s in all`,
  ];
  const waited = plan.sessions.filter((planned) => planned.waits).slice(0, WAITED_SHOWN).map((planned) =>
    `             ${planned.recorded.sessionId} at ${planned.recorded.stationId}: asked ${isoTime(planned.askAtMs)}, `
      + `charged ${duration(planned.startAtMs - planned.askAtMs)} later`);
  lines.splice(6, 0, ...waited);
  if (problems.length === 0) return [...lines, 'All agrees.'];
  const more = problems.length - PROBLEMS_SHOWN;
  return [
    ...lines, `${number(problems.length)} things do not agree:`,
    ...problems.slice(0, PROBLEMS_SHOWN).map((problem) => `  ${problem}`),
    ...(more > 0 ? [`  … and ${number(more)} more`] : []),
  ];
}

const PROBLEMS_SHOWN = 20;
const WAITED_SHOWN = 30;

/** Tickets by the recorded session that they are for, whatever request made them. */
function ticketsByRecord(stored: Stored, problems: string[]): Map<string, StoredTicket[]> {
  const recordOf = new Map(stored.sessions.map((session) => [session.sessionId, recordedOf(session.requestId)]));
  const tickets = new Map<string, StoredTicket[]>();
  for (const ticket of stored.tickets) {
    const record = recordOf.get(ticket.sessionId) ?? null;
    if (record === null) {
      problems.push(`ticket ${ticket.ticketId} is of no recorded session`);
      continue;
    }
    const known = tickets.get(record);
    if (known === undefined) tickets.set(record, [ticket]);
    else known.push(ticket);
  }
  return tickets;
}

function whatIsWrong(planned: PlannedSession, own: readonly StoredTicket[]): string | null {
  const { recorded } = planned;
  const [ticket] = own;
  if (own.length !== 1 || ticket === undefined) return `has ${own.length} tickets`;
  if (ticket.energyWh !== recorded.energyWh) return `was billed ${ticket.energyWh} Wh instead of ${recorded.energyWh}`;
  if (ticket.startedAtMs !== planned.startAtMs || ticket.endedAtMs !== planned.endAtMs) {
    return `was billed from ${isoTime(ticket.startedAtMs)} to ${isoTime(ticket.endedAtMs)} instead of from `
      + `${isoTime(planned.startAtMs)} to ${isoTime(planned.endAtMs)}`;
  }
  if (ticket.driverId !== driverOf(recorded.driverId)) return `was billed to ${ticket.driverId}`;
  if (ticket.pointId !== pointOf(recorded.stationId)) return `was charged at ${ticket.pointId}`;
  return ticket.flags.length === 0 ? null : `has a ticket with the flags ${ticket.flags.join(', ')}`;
}

/** 19723690 Wh as `19,723.69`: digits, no division. */
function kwh(energyWh: number): string {
  const fraction = String(energyWh % 1_000).padStart(3, '0').replace(/0$/, '');
  return `${number(Math.floor(energyWh / 1_000))}.${fraction}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds} s`;
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
