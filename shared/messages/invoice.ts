// Invoices and credit notes as data: what a document needs to be shown again for ever, whatever becomes of sites,
// prices and words. Price lines stand there in the words that they were issued with.
import { z } from 'zod';
import { walletSchema } from '../account.ts';
import { currencySchema } from '../money.ts';
import { pointIdSchema, sessionIdSchema, siteIdSchema, ticketIdSchema, userIdSchema } from '../ids.ts';
import { isZone } from '../zone.ts';
import { amountMinorSchema, atMsSchema, connectorNoSchema, energyWhSchema, vatPartSchema } from './values.ts';

/** One line of print. */
const line = (max: number) => z.string().min(1).max(max)
  .regex(/^\P{C}*$/u, 'must be one line without control characters');
const addressSchema = z.array(line(120)).max(6);
const vatIdSchema = line(40);

/** `per-session`: when the charge ends; `monthly`: after the month's end, by the issuer's time zone. */
export const INVOICE_POLICIES = ['per-session', 'monthly'] as const;
export const invoicePolicySchema = z.enum(INVOICE_POLICIES);
export type InvoicePolicy = z.infer<typeof invoicePolicySchema>;

const prefixSchema = z.string()
  .regex(/^[A-Z0-9][A-Z0-9-]{0,15}$/, 'must be capital letters, digits and "-", at most 16');

/** Who issues the invoices: the file of `--issuer`. */
export const issuerSchema = z.strictObject({
  name: line(120),
  address: addressSchema.min(1),
  vatId: vatIdSchema.nullable().default(null),
  /** Printed at the foot of each page: register, bank, contact. */
  footer: z.array(line(100)).max(4).default([]),
  /** Years and months of the invoices are reckoned in it. */
  timeZone: z.string().refine(isZone, 'must be an IANA time zone such as Europe/Madrid'),
  /** For payers without a policy of their own. */
  policy: invoicePolicySchema.default('per-session'),
  invoicePrefix: prefixSchema.default('INV'),
  creditNotePrefix: prefixSchema.default('CRN'),
}).refine((issuer) => issuer.invoicePrefix !== issuer.creditNotePrefix, {
  path: ['creditNotePrefix'], message: 'must differ from invoicePrefix: each series counts by itself',
});
export type Issuer = z.infer<typeof issuerSchema>;

/** How a payer is billed. Personal data: it is kept in a table of its own, and copied into each invoice. */
export const billingDetailsSchema = z.object({
  /** The wallet that pays: a user's, or a group's. */
  payer: walletSchema,
  /** Null: the issuer's; a group is billed by the month then. */
  policy: invoicePolicySchema.nullable(),
  name: line(120).nullable(),
  address: addressSchema,
  vatId: vatIdSchema.nullable(),
});
export type BillingDetails = z.infer<typeof billingDetailsSchema>;

/** A price line of a ticket, worded when the invoice was made. */
export const invoiceLineSchema = z.object({ text: z.string(), quantity: z.string(), amount: z.string() });
export type InvoiceLine = z.infer<typeof invoiceLineSchema>;

/** One ticket on an invoice, or a refund on a credit note, which is of a charge and has no ticket. */
export const invoiceTicketSchema = z.object({
  ticketId: ticketIdSchema.nullable(), sessionId: sessionIdSchema, kind: z.enum(['final', 'correction', 'refund']),
  /** Who charged, where a group pays. */
  driverId: userIdSchema.nullable().default(null),
  siteId: siteIdSchema, siteName: z.string(), pointId: pointIdSchema, connectorNo: connectorNoSchema,
  /** Of the site. */
  timeZone: z.string(),
  startedAtMs: atMsSchema, endedAtMs: atMsSchema, energyWh: energyWhSchema,
  lines: z.array(invoiceLineSchema),
  netMinor: amountMinorSchema, vatMinor: amountMinorSchema, totalMinor: amountMinorSchema,
  /** As the ticket has it; empty: no VAT was reckoned. */
  vat: z.array(vatPartSchema),
});
export type InvoiceTicket = z.infer<typeof invoiceTicketSchema>;

/** Of all tickets together, by rate; a rate of null: no VAT was reckoned. */
export const invoiceVatSchema = z.object({
  rate: z.string().nullable(), netMinor: amountMinorSchema, vatMinor: amountMinorSchema,
});
export type InvoiceVat = z.infer<typeof invoiceVatSchema>;

export const INVOICE_KINDS = ['invoice', 'credit-note'] as const;
export const invoiceKindSchema = z.enum(INVOICE_KINDS);
export type InvoiceKind = z.infer<typeof invoiceKindSchema>;

export const invoiceSchema = z.object({
  number: z.string(),
  kind: invoiceKindSchema,
  /** The invoice that a credit note corrects. */
  corrects: z.string().nullable(),
  /** The wallet that paid: a user's, or a group's. */
  payer: walletSchema,
  issuedAtMs: atMsSchema,
  /** The issuer's: its dates are in it. */
  timeZone: z.string(),
  issuer: z.object({
    name: z.string(), address: z.array(z.string()), vatId: z.string().nullable(), footer: z.array(z.string()),
  }),
  buyer: z.object({ name: z.string().nullable(), address: z.array(z.string()), vatId: z.string().nullable() }),
  currency: currencySchema,
  ticketCount: z.int().positive(),
  vat: z.array(invoiceVatSchema),
  netMinor: amountMinorSchema, vatMinor: amountMinorSchema, totalMinor: amountMinorSchema,
  /** Taken from the wallet, or given back to it, when the tickets were made. */
  paidMinor: amountMinorSchema, dueMinor: amountMinorSchema,
});
export type Invoice = z.infer<typeof invoiceSchema>;
