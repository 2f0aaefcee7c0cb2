import { z } from 'zod';
import { groupIdSchema, requestIdSchema, sessionIdSchema, userIdSchema } from '../ids.ts';
import { currencySchema } from '../money.ts';
import { invoiceKindSchema } from './invoice.ts';
import { defineRecord } from './message.ts';
import { amountMinorSchema, noticeNumberSchema } from './values.ts';

export const invoiceReady = defineRecord({
  type: 'invoice',
  channel: 'notices',
  key: 'driver',
  delivery: 'stored and numbered per driver; the topic is the fast way',
  summary: 'An invoice or a credit note was made; `my-invoices` gives it as data.',
  fields: {
    /** Counts up per driver, without gaps. */
    number: noticeNumberSchema,
    driverId: userIdSchema,
    /** Of the charge, when the invoice is of one charge. */
    requestId: requestIdSchema.nullable(),
    sessionId: sessionIdSchema.nullable(),
    /** The group that pays, to those who run it; null: the driver herself. */
    groupId: groupIdSchema.nullable().default(null),
    invoiceNumber: z.string(),
    kind: invoiceKindSchema,
    /** The invoice that a credit note corrects. */
    corrects: z.string().nullable(),
    ticketCount: z.int().positive(),
    totalMinor: amountMinorSchema,
    currency: currencySchema,
  },
  example: {
    number: 19, driverId: 'ana', requestId: 'r-ana-41', sessionId: 'k7f2-99', groupId: null,
    invoiceNumber: 'INV-2026-000042', kind: 'invoice', corrects: null, ticketCount: 1, totalMinor: 420, currency: 'EUR',
  },
});
export type InvoiceReady = z.infer<typeof invoiceReady.schema>;
