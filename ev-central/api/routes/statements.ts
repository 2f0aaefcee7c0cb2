// A month of a wallet as a statement: as data, as a PDF and as a table.
import { z } from 'zod';
import { accountSchema } from '../../../shared/account.ts';
import { type Currency, currencySchema } from '../../../shared/money.ts';
import { isZone, monthBounds } from '../../../shared/zone.ts';
import { type StatementDocument, statementDocument, statementZone } from '../../core/statement.ts';
import { callerIn } from '../asking.ts';
import { type Answer, type Api, type Ask, named, operation, type Operation } from '../operation.ts';
import { momentSchema, outside, outsideSchema } from '../outside.ts';
import { mayDo } from '../permission.ts';
import { Problem } from '../problem.ts';
import { type OwnerOf, WALLET_OWNERS } from '../wallet-owner.ts';

const AT = '2026-11-21T05:20:00.000Z';
const TYPES = { pdf: 'application/pdf', csv: 'text/csv; charset=utf-8' } as const;

const lineSchema = outsideSchema(z.looseObject({
  movementId: z.int(), atMs: z.int(), kind: z.string(), reason: z.string(), by: z.string(),
  amountMinor: z.int().describe('negative: it was given'), balanceMinor: z.int().describe('afterwards'),
  against: z.array(z.string()).describe('the accounts at the other end'),
  invoice: z.string().nullable().describe('the invoice or credit note that says it'),
  paymentId: z.string().nullable().describe('of a payment through a gateway'),
}));
const statementSchema = named('Statement', z.object({
  account: accountSchema, month: z.string(), timeZone: z.string(), from: momentSchema, until: momentSchema,
  statements: z.array(z.object({
    currency: currencySchema, openingMinor: z.int(), lines: z.array(lineSchema),
    sums: z.array(z.object({ kind: z.string(), count: z.int(), amountMinor: z.int() }))
      .describe('what the lines of each kind come to'),
    closingMinor: z.int(),
  })).describe('one for each currency; none: nothing was there and nothing happened'),
}), {
  account: 'wallet:user:ana', month: '2026-11', timeZone: 'UTC', from: AT, until: AT,
  statements: [{
    currency: 'EUR', openingMinor: 0, sums: [{ kind: 'top-up', count: 1, amountMinor: 5_000 }], closingMinor: 5_000,
    lines: [{
      movementId: 12, at: AT, kind: 'top-up', reason: 'cash', by: 'olga', amountMinor: 5_000, balanceMinor: 5_000,
      against: ['cash'], sessionId: null, ticketId: null, invoice: null, paymentId: null,
    }],
  }],
});
const queryShape = {
  zone: z.string().min(1).max(60).refine(isZone, 'must be an IANA time zone such as Europe/Madrid').optional()
    .describe("the time zone in which the month begins; without it the owner's, or the issuer's, or UTC"),
  currency: currencySchema.optional().describe('only what happened in it'),
};
const query = z.strictObject(queryShape);
const documentQuery = z.strictObject({ ...queryShape, format: z.enum(['pdf', 'csv']).default('pdf') });
const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month such as 2026-11');

type Choice = { readonly zone?: string | undefined; readonly currency?: Currency | undefined };
type AnyAsk = Ask<unknown, unknown, unknown>;

export const STATEMENT_OPERATIONS: readonly Operation[] = WALLET_OWNERS.flatMap((whose): Operation[] => {
  const { noun, path, tag, permission, params, exampleParams } = whose;
  const common = {
    method: 'GET', tag, permission, params: params.extend({ month }),
    exampleParams: { ...exampleParams, month: '2026-11' },
  } as const;
  return [
    operation({
      ...common, id: `get${noun}Statement`, path: `${path}/statements/{month}`, query,
      summary: 'A month of a wallet: what was on it before, each movement, what is on it afterwards',
      success: { status: 200, what: 'The statement.', body: statementSchema },
      handle: (ask, api): Answer => {
        const { statements, span, document } = read(api, ask, whose, ask.query);
        return {
          status: 200, body: {
            account: document.account, month: document.month, timeZone: document.timeZone,
            from: new Date(span.startMs).toISOString(), until: new Date(span.endMs).toISOString(),
            statements: statements.map(outside),
          },
        };
      },
    }),
    operation({
      ...common, id: `get${noun}StatementDocument`, path: `${path}/statements/{month}/document`, query: documentQuery,
      summary: 'A month of a wallet as PDF, or as CSV',
      success: { status: 200, what: 'The statement.', body: null, types: ['application/pdf', 'text/csv'] },
      handle: async (ask, api): Promise<Answer> => {
        const { format } = ask.query;
        const { document, owner } = read(api, ask, whose, ask.query);
        const content = format === 'pdf' ? await api.tools.statementPdf(document)
          : Buffer.from(api.tools.statementCsv(document));
        const name = `statement-${owner}-${document.month}.${format}`;
        return { status: 200, file: { type: TYPES[format], name, content } };
      },
    }),
  ];
});

function read(api: Api, ask: AnyAsk, { noun, owner }: OwnerOf, { zone, currency }: Choice): {
  readonly statements: StatementDocument['statements']; readonly span: { startMs: number; endMs: number };
  readonly document: StatementDocument; readonly owner: string;
} {
  const { account } = owner(ask, api);
  const of = String((ask.params as Record<string, unknown>)['month']);
  const known = api.tools.walletOwner(account);
  const { issuer } = api.state.settings;
  const timeZone = statementZone(zone, known, issuer);
  const span = monthBounds(timeZone, of);
  if (span === undefined) throw new Problem('bad-request', 'There is no such month.');
  const statements = api.tools.statement(account, span)
    .filter((each) => currency === undefined || each.currency === currency);
  // Names and addresses of others are for those who may read them.
  const isNamed = noun === 'My' || mayReadNames(ask);
  return {
    statements, span, owner: account.split(':').at(-1) ?? '',
    document: statementDocument(account, {
      month: of, timeZone, span, now: api.nowMs(), issuer, currency, statements,
      owner: known === undefined || isNamed ? known : { ...known, name: null, address: [] },
    }),
  };
}

function mayReadNames(ask: AnyAsk): boolean {
  const { role, scopes } = callerIn(ask);
  return mayDo(role, 'invoices:read') && (scopes === null || scopes.includes('invoices:read'));
}
