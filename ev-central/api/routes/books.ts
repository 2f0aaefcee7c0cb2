// The books themselves: are they as EV_Central has written them, the audit log and the ledger as files, and tickets
// made again from their meter values.
import { z } from 'zod';
import { accountSchema } from '../../../shared/account.ts';
import { groupIdSchema, sessionIdSchema, userIdSchema } from '../../../shared/ids.ts';
import { filterOf, pagingShape, sinceUntilShape } from '../lists.ts';
import { type Answer, type Api, named, operation, type Operation } from '../operation.ts';
import { outside } from '../outside.ts';
import type { BookCheck, ExportFormat } from '../ports.ts';
import { Problem } from '../problem.ts';

const TYPES = { csv: 'text/csv; charset=utf-8', jsonl: 'application/x-ndjson' } as const;
const EXPORT_TYPES = ['text/csv', 'application/x-ndjson'];
const format = z.enum(['csv', 'jsonl']).default('csv');
const word = z.string().min(1).max(100);

const report = named('BookReport', z.looseObject({
  outcome: z.enum(['sound', 'broken']),
  faults: z.array(z.looseObject({ text: z.string() })).describe('the first of each kind, in words'),
}), { outcome: 'sound', movements: 812, accounts: [], faults: [] });

const checkSchema = z.looseObject({
  ticketId: z.string(), sessionId: z.string(), tariff: z.string().describe('id and version'),
  same: z.boolean().describe('the ticket comes out again'), isOld: z.boolean().describe(
    'made before OCPI tariffs: energy and total are compared, the lines are not'),
  lines: z.array(z.looseObject({ same: z.boolean() })),
  stored: z.looseObject({ energyWh: z.int(), totalMinor: z.int() }),
  recomputed: z.looseObject({ energyWh: z.int(), totalMinor: z.int() }),
});
const figures = { energyWh: 10_000, totalMinor: 508 };
const checkExample = {
  ticketId: 'k7f2-120', sessionId: 'k7f2-99', tariff: 'day-night#2', same: true, isOld: false, lines: [{ same: true }],
  stored: figures, recomputed: figures,
};
const recomputed = named('Recomputation', z.object({ same: z.boolean(), tickets: z.array(checkSchema) }),
  { same: true, tickets: [checkExample] });
const recomputedAll = named('RecomputationPage', z.object({
  tickets: z.int().describe('that were made again on this page'),
  different: z.array(checkSchema), next: z.string().nullable().describe('the cursor of the next page; null: no more'),
}), { tickets: 100, different: [], next: null });

export const BOOK_OPERATIONS: readonly Operation[] = [
  operation({
    id: 'verifyLedger', method: 'GET', path: '/api/v1/ledger/verification', tag: 'money', permission: 'money:verify',
    summary: 'Do movements, balances, holds, tickets and credit notes agree?',
    success: { status: 200, what: 'The report.', body: report },
    handle: (_ask, api) => checked(api, { books: 'ledger' }),
  }),
  operation({
    id: 'verifyInvoices', method: 'GET', path: '/api/v1/invoices/verification', tag: 'money',
    permission: 'money:verify',
    summary: 'Numbers without gaps, sums that add up, each ticket once, credit notes as booked?',
    success: { status: 200, what: 'The report.', body: report },
    handle: (_ask, api) => checked(api, { books: 'invoices' }),
  }),
  operation({
    id: 'verifyAudit', method: 'GET', path: '/api/v1/audit/verification', tag: 'network', permission: 'audit:verify',
    summary: 'Is the audit log as it was written?',
    query: z.strictObject({
      expect: z.string().regex(/^\d{1,15}:[0-9a-f]{64}$/, 'must be a head as a report has it').optional()
        .describe('a head that was kept elsewhere: its row must still be there, as it was'),
    }),
    success: { status: 200, what: 'The report.', body: report },
    handle: ({ query: { expect } }, api) => {
      const [rowId = '', hash = ''] = expect?.split(':') ?? [];
      return checked(api, { books: 'audit', expected: expect === undefined ? null : { rowId: Number(rowId), hash } });
    },
  }),
  operation({
    id: 'exportLedger', method: 'GET', path: '/api/v1/ledger/export', tag: 'money', permission: 'money:verify',
    summary: 'The movements as a file, oldest first',
    query: z.strictObject({
      format, userId: userIdSchema.optional(), groupId: groupIdSchema.optional(), account: accountSchema.optional(),
      ...sinceUntilShape,
    }),
    success: { status: 200, what: 'The file.', body: null, types: EXPORT_TYPES },
    handle: ({ query }, api) => exported(api, 'ledger', query),
  }),
  operation({
    id: 'exportAudit', method: 'GET', path: '/api/v1/audit/export', tag: 'network', permission: 'audit:verify',
    summary: 'The audit log as a file, oldest row first, with row id and hash',
    query: z.strictObject({
      format, who: word.optional(), action: word.optional(), outcome: word.optional(), address: word.optional(),
      ...sinceUntilShape,
    }),
    success: { status: 200, what: 'The file.', body: null, types: EXPORT_TYPES },
    handle: ({ query }, api) => exported(api, 'audit', query),
  }),
  operation({
    id: 'recomputeSession', method: 'GET', path: '/api/v1/sessions/{sessionId}/recomputation', tag: 'sessions',
    summary: 'The tickets of a charge, made again from its stored meter values', permission: 'money:read',
    params: z.strictObject({ sessionId: sessionIdSchema }), exampleParams: { sessionId: 'k7f2-99' },
    success: { status: 200, what: 'What was compared, line by line.', body: recomputed },
    handle: ({ params: { sessionId } }, api) => {
      const tickets = api.tools.recompute(sessionId);
      if (tickets === null) throw new Problem('not-found', `The charge ${sessionId} has no ticket.`);
      return { status: 200, body: { same: tickets.every((each) => each['same'] === true), tickets: outside(tickets) } };
    },
  }),
  operation({
    id: 'recomputeAll', method: 'GET', path: '/api/v1/tickets/recomputation', tag: 'money', permission: 'money:read',
    summary: 'A page of all tickets, made again; those that differ are told', reads: ['tickets'],
    query: z.strictObject({ ...pagingShape, limit: z.coerce.number().int().min(1).max(100).default(100) }),
    success: { status: 200, what: 'A page.', body: recomputedAll },
    handle: ({ query: { limit, cursor } }, api) => {
      const page = api.read({ role: 'admin', userId: null },
        { what: 'tickets', filter: {}, after: cursor ?? null, limit });
      if (page.error !== null) throw new Problem('bad-request', 'The cursor is none of this list.');
      const ids = page.rows.map((row) => String(row['ticketId']));
      const different = page.rows.flatMap((row) => api.tools.recompute(sessionIdSchema.parse(row['sessionId'])) ?? [])
        .filter((each) => each['same'] !== true && ids.includes(String(each['ticketId'])));
      return { status: 200, body: { tickets: ids.length, different: outside(different), next: page.next } };
    },
  }),
];

async function checked(api: Api, check: BookCheck): Promise<Answer> {
  const found = await api.tools.check(check);
  if (found !== null) return { status: 200, body: outside(found) };
  throw new Problem('unavailable', 'Another check of the books is under way: ask again when it is done.', {},
    { 'retry-after': '5' });
}

function exported(
  { tools }: Api, books: 'audit' | 'ledger', { format: as, ...filters }: { format: ExportFormat },
): Answer {
  return {
    status: 200,
    file: { type: TYPES[as], name: `${books}.${as}`, content: tools.exported(books, filterOf(filters), as) },
  };
}
