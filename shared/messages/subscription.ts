// Plans that people subscribe to: a fee by the month, and a discount on what they charge.
import { z } from 'zod';
import { planIdSchema, siteIdSchema, userIdSchema } from '../ids.ts';
import { currencySchema } from '../money.ts';
import { amountMinorSchema, atMsSchema } from './values.ts';

const percent = z.string().regex(/^(100|\d{1,2}(\.\d{1,4})?)$/, 'must be per cent such as 15 or 7.5');
const pricePerKwh = z.string().regex(/^\d{1,6}(\.\d{1,6})?$/, 'must be a decimal such as 0.05');

/** What comes off a bill, by component; energy by per cent first, then by the kWh, never below nothing. */
export const discountSchema = z.object({
  energyPercent: percent.default('0'), timePercent: percent.default('0'), flatPercent: percent.default('0'),
  /** Without VAT, in the plan's currency: not under a tariff in another one. */
  perKwh: pricePerKwh.default('0'),
});

export const planRowSchema = z.object({
  planId: planIdSchema,
  name: z.string().min(1).max(60),
  currency: currencySchema,
  /** With VAT. */
  monthlyFeeMinor: amountMinorSchema.min(0).max(1_000_000_000),
  /** Of the fee; 0: it bears none. */
  vatPercent: percent.default('0'),
  discount: discountSchema,
  /** The discount is given at these sites; null: everywhere. */
  siteIds: z.array(siteIdSchema).max(500).nullable().default(null),
  /** From when on and until when it may be subscribed to and gives its discount; null: open. */
  validFromMs: atMsSchema.nullable().default(null), validToMs: atMsSchema.nullable().default(null),
});
export type PlanRow = z.infer<typeof planRowSchema>;

export const subscriptionSchema = z.object({
  userId: userIdSchema,
  planId: planIdSchema,
  /** cancelled: until the paid month is over; lapsed: no discount until she subscribes again. */
  state: z.enum(['active', 'cancelled', 'lapsed']),
  /** When the first month began; the others begin on the same day of their month, or its last. */
  sinceMs: atMsSchema,
  /** When the month that is paid is over: the next fee is due then. */
  dueMs: atMsSchema,
  /** Months that have begun since. */
  months: z.int().positive(),
  /** Why it lapsed, in words; empty otherwise. */
  why: z.string(),
});
export type Subscription = z.infer<typeof subscriptionSchema>;
