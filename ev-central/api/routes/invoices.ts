// Invoices and credit notes: lists, data and documents, for whoever pays them and for the office; and how a payer is
// billed.
import { z } from 'zod';
import { type Account, groupWallet, userWallet } from '../../../shared/account.ts';
import { groupIdSchema, userIdSchema } from '../../../shared/ids.ts';
import {
  type BillingDetails, billingDetailsSchema, INVOICE_KINDS, type Invoice, invoiceSchema, invoiceTicketSchema,
} from '../../../shared/messages/invoice.ts';
import { monthSchema } from '../../../shared/messages/orders.ts';
import type { Query } from '../../../shared/messages/query.ts';
import { callerIn, edit } from '../asking.ts';
import { listOperation, sinceUntilShape } from '../lists.ts';
import { type Answer, type Api, type Ask, etagOf, named, operation, type Operation } from '../operation.ts';
import { orderOperation } from '../order-operation.ts';
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

const invoiceExample = {
  number: 'INV-2026-000001', kind: 'invoice', corrects: null, payer: 'wallet:user:ana', issuedAtMs: AT_MS,
  timeZone: 'Europe/Madrid',
  issuer: { name: 'EV network', address: ['Gran Vía 1', 'Alicante'], vatId: 'ESB00000000', footer: [] },
  buyer: { name: null, address: [], vatId: null }, currency: 'EUR', ticketCount: 1,
  vat: [{ rate: '21', netMinor: 420, vatMinor: 88 }], netMinor: 420, vatMinor: 88, totalMinor: 508, paidMinor: 508,
  dueMinor: 0,
};
const ticketExample = {
  ticketId: 'k7f2-120', sessionId: 'k7f2-99', kind: 'final', driverId: null, siteId: 'ALC',
  siteName: 'Alicante, Gran Vía', pointId: 'ALC-01', connectorNo: 1, timeZone: 'Europe/Madrid', startedAtMs: AT_MS,
  endedAtMs: AT_MS + 3_600_000, energyWh: 10_000, netMinor: 420,
  lines: [{ text: 'Energy', quantity: '10.000 kWh x 0.42/kWh', amount: '4.20' }],
  vatMinor: 88, totalMinor: 508, vat: [{ rate: '21', netMinor: 420, vatMinor: 88 }],
};
const invoiceRow = named('Invoice', outsideSchema(invoiceSchema), outside(invoiceExample));
const invoiceDetail = named('InvoiceDetail',
  outsideSchema(invoiceSchema.extend({ tickets: z.array(invoiceTicketSchema) })),
  outside({ ...invoiceExample, tickets: [ticketExample] }));
const billingRow = named('Billing', billingDetailsSchema,
  { payer: 'wallet:user:ana', policy: 'monthly', name: 'Ana Ruiz', address: ['Gran Vía 2', 'Alicante'], vatId: null });
const billingBody = named('BillingEdit', z.strictObject(billingDetailsSchema.omit({ payer: true }).shape),
  { policy: 'monthly', name: 'Ana Ruiz', address: ['Gran Vía 2', 'Alicante'], vatId: null });

type AnyAsk = Ask<unknown, unknown, unknown>;

type Lists = {
  readonly noun: string; readonly path: string; readonly tag: 'me' | 'money'; readonly permission: Permission;
  readonly invoices: Query['what']; readonly tickets: Query['what']; readonly filters: z.ZodRawShape;
  readonly whose: string;
};
const LISTS: readonly Lists[] = [
  {
    noun: 'Invoice', path: '/api/v1/invoices', tag: 'money', permission: 'invoices:read', invoices: 'invoices',
    tickets: 'invoice-tickets', filters: { userId: userIdSchema.optional(), groupId: groupIdSchema.optional() },
    whose: 'of all payers',
  },
  {
    noun: 'MyInvoice', path: '/api/v1/me/invoices', tag: 'me', permission: 'self:read', invoices: 'my-invoices',
    tickets: 'my-invoice-tickets', filters: {}, whose: 'of yours',
  },
];

const userParams = z.strictObject({ userId: userIdSchema });
const groupParams = z.strictObject({ groupId: groupIdSchema });
const PAYERS = [
  {
    noun: 'User', path: '/api/v1/users/{userId}', tag: 'users', params: userParams, exampleParams: { userId: 'ana' },
    payer: (ask: AnyAsk, { state }: Api) => {
      const { userId } = ask.params as z.output<typeof userParams>;
      return state.users.get(userId) === undefined ? null : userWallet(userId);
    },
  },
  {
    noun: 'Group', path: '/api/v1/groups/{groupId}', tag: 'groups', params: groupParams,
    exampleParams: { groupId: 'fleet' },
    payer: (ask: AnyAsk, { state }: Api) => {
      const { groupId } = ask.params as z.output<typeof groupParams>;
      return state.groups.get(groupId) === undefined ? null : groupWallet(groupId);
    },
  },
] as const satisfies readonly {
  noun: string; path: string; tag: 'users' | 'groups'; params: z.ZodObject;
  exampleParams: Readonly<Record<string, string>>; payer: (ask: AnyAsk, api: Api) => Account | null;
}[];

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
  ...PAYERS.flatMap(({ noun, path, tag, params: payerParams, exampleParams: payerExample, payer }): Operation[] => [
    operation({
      id: `get${noun}Billing`, method: 'GET', path: `${path}/billing`, tag, etag: true, permission: 'invoices:read',
      summary: 'How a payer is billed', params: payerParams, exampleParams: payerExample, reads: ['billing-details'],
      success: { status: 200, what: 'Policy, name, address and VAT id.', body: billingRow },
      handle: (ask, api) => {
        const row = insistOnBilling(api, ask, payer(ask, api));
        return { status: 200, body: row, headers: { etag: etagOf(row) } };
      },
    }),
    operation({
      id: `put${noun}Billing`, method: 'PUT', path: `${path}/billing`, tag, conditional: true,
      summary: 'Changes how a payer is billed', permission: 'invoices:write', params: payerParams,
      exampleParams: payerExample, body: billingBody, gives: ['put-billing-details'],
      success: { status: 200, what: 'As it is now.', body: billingRow },
      handle: async (ask, api) => {
        const account = insistOnBilling(api, ask, payer(ask, api)).payer;
        await edit(api, ask, { kind: 'put-billing-details', details: { ...ask.body, payer: account } },
          () => billing(api, ask, payer(ask, api)));
        const row = insistOnBilling(api, ask, account);
        return { status: 200, body: row, headers: { etag: etagOf(row) } };
      },
    }),
  ]),
  orderOperation({
    id: 'invoiceUserMonth', path: '/api/v1/users/{userId}/invoices', tag: 'users', permission: 'invoices:write',
    params: z.strictObject({ userId: userIdSchema }), exampleParams: { userId: 'ana' },
    summary: "Invoices what waits of a user's month now",
    body: named('UserInvoiceMonth', z.strictObject({ month: monthSchema }), { month: '2026-11' }),
    order: ({ userId }, { month }) => ({ kind: 'invoice-month', payer: userWallet(userId), month }),
  }),
];

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

/** A payer about whom nothing was said yet is billed as the issuer's file says; undefined: there is no such payer. */
function billing(api: Api, ask: AnyAsk, payer: Account | null): BillingDetails | undefined {
  if (payer === null) return undefined;
  const [row] = pages(api, ask, 'billing-details', { payer });
  return row === undefined ? { payer, policy: null, name: null, address: [], vatId: null }
    : billingDetailsSchema.parse(row);
}

function insistOnBilling(api: Api, ask: AnyAsk, payer: Account | null): BillingDetails {
  const row = billing(api, ask, payer);
  if (row === undefined) throw new Problem('not-found', 'There is no such payer.');
  return row;
}
