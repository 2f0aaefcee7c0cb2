// Invoices and credit notes: lists, data and documents, for whoever pays them and for the office; and how a payer is
// billed.
import { z } from 'zod';
import { userIdSchema } from '../../../shared/ids.ts';
import {
  billingDetailsSchema, INVOICE_KINDS, type Invoice, invoiceSchema, invoiceTicketSchema,
} from '../../../shared/messages/invoice.ts';
import type { Query } from '../../../shared/messages/query.ts';
import { callerIn, edit } from '../asking.ts';
import { listOperation, sinceUntilShape } from '../lists.ts';
import { type Answer, type Api, type Ask, etagOf, named, operation, type Operation } from '../operation.ts';
import { outside, outsideSchema } from '../outside.ts';
import type { Permission } from '../permission.ts';
import type { Row } from '../ports.ts';
import { Problem } from '../problem.ts';

const AT_MS = 1_763_700_000_000;
const PDF = 'application/pdf';
/** Rows of one page of a list; an invoice of a month may have more tickets. */
const PAGE_ROWS = 500;

const number = z.string().regex(/^[A-Z0-9][A-Z0-9-]{0,40}$/, 'must be a number such as INV-2026-000001');
const params = z.strictObject({ number });
const exampleParams = { number: 'INV-2026-000001' };
const userParams = z.strictObject({ userId: userIdSchema });

const invoiceExample = {
  number: 'INV-2026-000001', kind: 'invoice', corrects: null, payerId: 'ana', issuedAtMs: AT_MS,
  timeZone: 'Europe/Madrid',
  issuer: { name: 'EV network', address: ['Gran Vía 1', 'Alicante'], vatId: 'ESB00000000', footer: [] },
  buyer: { name: null, address: [], vatId: null }, currency: 'EUR', ticketCount: 1,
  vat: [{ rate: '21', netMinor: 420, vatMinor: 88 }], netMinor: 420, vatMinor: 88, totalMinor: 508, paidMinor: 508,
  dueMinor: 0,
};
const ticketExample = {
  ticketId: 'k7f2-120', sessionId: 'k7f2-99', kind: 'final', siteId: 'ALC', siteName: 'Alicante, Gran Vía',
  pointId: 'ALC-01', connectorNo: 1, timeZone: 'Europe/Madrid', startedAtMs: AT_MS, endedAtMs: AT_MS + 3_600_000,
  energyWh: 10_000, lines: [{ text: 'Energy', quantity: '10.000 kWh x 0.42/kWh', amount: '4.20' }], netMinor: 420,
  vatMinor: 88, totalMinor: 508, vat: [{ rate: '21', netMinor: 420, vatMinor: 88 }],
};
const invoiceRow = named('Invoice', outsideSchema(invoiceSchema), outside(invoiceExample));
const invoiceDetail = named('InvoiceDetail',
  outsideSchema(invoiceSchema.extend({ tickets: z.array(invoiceTicketSchema) })),
  outside({ ...invoiceExample, tickets: [ticketExample] }));
const billingRow = named('Billing', billingDetailsSchema,
  { userId: 'ana', policy: 'monthly', name: 'Ana Ruiz', address: ['Gran Vía 2', 'Alicante'], vatId: null });
const billingBody = named('BillingEdit', z.strictObject(billingDetailsSchema.omit({ userId: true }).shape),
  { policy: 'monthly', name: 'Ana Ruiz', address: ['Gran Vía 2', 'Alicante'], vatId: null });

type Lists = {
  readonly noun: string; readonly path: string; readonly tag: 'me' | 'money'; readonly permission: Permission;
  readonly invoices: Query['what']; readonly tickets: Query['what']; readonly filters: z.ZodRawShape;
  readonly whose: string;
};
const LISTS: readonly Lists[] = [
  {
    noun: 'Invoice', path: '/api/v1/invoices', tag: 'money', permission: 'invoices:read', invoices: 'invoices',
    tickets: 'invoice-tickets', filters: { userId: userIdSchema.optional() }, whose: 'of all payers',
  },
  {
    noun: 'MyInvoice', path: '/api/v1/me/invoices', tag: 'me', permission: 'self:read', invoices: 'my-invoices',
    tickets: 'my-invoice-tickets', filters: {}, whose: 'of yours',
  },
];

export const INVOICE_OPERATIONS: readonly Operation[] = [
  ...LISTS.flatMap((lists): Operation[] => {
    const { noun, path, tag, permission, invoices, tickets, filters, whose } = lists;
    return [
      listOperation({
        id: `list${noun}s`, path, tag, summary: `Invoices and credit notes ${whose}, newest first`, permission,
        what: invoices, item: invoiceRow,
        filters: { kind: z.enum(INVOICE_KINDS).optional(), ...filters, ...sinceUntilShape },
      }),
      operation({
        id: `get${noun}`, method: 'GET', path: `${path}/{number}`, tag, permission, params, exampleParams,
        summary: `One ${whose}, with its tickets`, reads: [invoices, tickets],
        success: { status: 200, what: 'The document as data.', body: invoiceDetail },
        handle: (ask, api) => {
          const { invoice, rows } = readInvoice(api, ask, ask.params.number, lists);
          return { status: 200, body: outside({ ...invoice, tickets: rows }) };
        },
      }),
      operation({
        id: `get${noun}Document`, method: 'GET', path: `${path}/{number}/document`, tag, permission, params,
        exampleParams, summary: `One ${whose}, as PDF`, reads: [invoices, tickets],
        success: { status: 200, what: 'The document.', body: null, types: [PDF] },
        handle: async (ask, api): Promise<Answer> => {
          const { invoice, rows } = readInvoice(api, ask, ask.params.number, lists);
          const content = await api.tools.invoicePdf(invoice, rows.map((row) => invoiceTicketSchema.parse(row)));
          return { status: 200, file: { type: PDF, name: `${invoice.number}.pdf`, content } };
        },
      }),
    ];
  }),
  operation({
    id: 'getBilling', method: 'GET', path: '/api/v1/users/{userId}/billing', tag: 'users', etag: true,
    summary: 'How a payer is billed', permission: 'invoices:read', params: userParams,
    exampleParams: { userId: 'ana' }, reads: ['billing-details'],
    success: { status: 200, what: 'Policy, name, address and VAT id.', body: billingRow },
    handle: (ask, api) => {
      const row = insistOnBilling(api, ask, ask.params.userId);
      return { status: 200, body: row, headers: { etag: etagOf(row) } };
    },
  }),
  operation({
    id: 'putBilling', method: 'PUT', path: '/api/v1/users/{userId}/billing', tag: 'users', conditional: true,
    summary: 'Changes how a payer is billed', permission: 'invoices:write', params: userParams,
    exampleParams: { userId: 'ana' }, body: billingBody, gives: ['put-billing-details'],
    success: { status: 200, what: 'As it is now.', body: billingRow },
    handle: async (ask, api) => {
      const { userId } = ask.params;
      insistOnBilling(api, ask, userId);
      await edit(api, ask, { kind: 'put-billing-details', details: { ...ask.body, userId } },
        () => billing(api, ask, userId));
      const row = insistOnBilling(api, ask, userId);
      return { status: 200, body: row, headers: { etag: etagOf(row) } };
    },
  }),
];

type AnyAsk = Ask<unknown, unknown, unknown>;

function readInvoice(
  api: Api, ask: AnyAsk, of: string, { invoices, tickets }: Lists,
): { invoice: Invoice; rows: Row[] } {
  const [row] = pages(api, ask, invoices, { number: of });
  if (row === undefined) throw new Problem('not-found', `There is no document ${of}.`);
  return { invoice: invoiceSchema.parse(row), rows: pages(api, ask, tickets, { number: of }) };
}

/** All rows of a list that the filter lets through. */
function pages(api: Api, ask: AnyAsk, what: Query['what'], filter: Readonly<Record<string, string>>): Row[] {
  const { role, userId } = callerIn(ask);
  const rows: Row[] = [];
  let after: string | null = null;
  do {
    const page = api.read({ role, userId }, { what, filter, after, limit: PAGE_ROWS });
    if (page.error !== null) throw new Problem('forbidden', 'This list is not for you.');
    rows.push(...page.rows);
    after = page.next;
  } while (after !== null);
  return rows;
}

/** A payer about whom nothing was said yet is billed as the issuer's file says. */
function billing(api: Api, ask: AnyAsk, userId: z.output<typeof userIdSchema>): unknown {
  if (api.state.users.get(userId) === undefined) return undefined;
  const [row] = pages(api, ask, 'billing-details', { userId });
  return row ?? { userId, policy: null, name: null, address: [], vatId: null };
}

function insistOnBilling(api: Api, ask: AnyAsk, userId: z.output<typeof userIdSchema>): unknown {
  const row = billing(api, ask, userId);
  if (row === undefined) throw new Problem('not-found', `There is no user ${userId}.`);
  return row;
}
