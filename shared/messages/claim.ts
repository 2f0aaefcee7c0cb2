// Home charging that a member of a group claims back: the terms that were agreed, the claim, and its evidence.
import { z } from 'zod';
import {
  claimIdSchema, groupIdSchema, meterIdSchema, sessionIdSchema, userIdSchema,
} from '../ids.ts';
import { LIMITS } from '../limits.ts';
import { currencySchema } from '../money.ts';
import { amountMinorSchema, atMsSchema, energyWhSchema, noteSchema } from './values.ts';

/** Exact: `minor` minor units of the group's currency for `perKwh` kWh. 0.2875 EUR/kWh is 2875 for 100. */
export const rateSchema = z.object({
  minor: z.int().positive().max(1_000_000_000), perKwh: z.int().positive().max(1_000_000_000),
});
export type Rate = z.infer<typeof rateSchema>;

/** What a group has agreed with its members about charging at home. */
export const claimTermsSchema = z.object({
  groupId: groupIdSchema,
  rate: rateSchema,
  /** The most that one claim, and all claims of a member for one month of the group's zone, may come to; null: any. */
  perClaimMinor: amountMinorSchema.positive().nullable().default(null),
  perMonthMinor: amountMinorSchema.positive().nullable().default(null),
  /** Who may claim what which meter counted: a meter at home, or a point of this network that stands there. */
  meters: z.array(z.object({ userId: userIdSchema, meterId: meterIdSchema })).max(LIMITS.metersOfGroup)
    .refine((list) => new Set(list.map((each) => each.meterId)).size === list.length, 'a meter is somebody\'s once'),
});
export type ClaimTerms = z.infer<typeof claimTermsSchema>;

/** Two readings of a meter at home, or charges at a point of this network that stands there. */
export const claimBasisSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('registers'), fromMs: atMsSchema, toMs: atMsSchema, fromWh: energyWhSchema, toWh: energyWhSchema,
  }),
  z.object({
    kind: z.literal('sessions'), sessionIds: z.array(sessionIdSchema).min(1).max(LIMITS.sessionsOfClaim)
      .refine((list) => new Set(list).size === list.length, 'a charge is claimed once'),
  }),
]);
export type ClaimBasis = z.infer<typeof claimBasisSchema>;

export const MEDIA_TYPES = ['application/pdf', 'image/jpeg', 'image/png'] as const;
export const mediaTypeSchema = z.enum(MEDIA_TYPES);
export type MediaType = z.infer<typeof mediaTypeSchema>;
/** A file that is kept beside the database, under its hash. */
export const evidenceSchema = z.object({
  /** What the file is: the number of a bill, a reading. */
  reference: z.string().min(1).max(80).regex(/^\P{C}*$/u, 'must be one line without control characters'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal digits'),
  mediaType: mediaTypeSchema,
  bytes: z.int().positive().max(LIMITS.evidenceBytes),
});
export type Evidence = z.infer<typeof evidenceSchema>;

export const CLAIM_STATES = ['draft', 'submitted', 'approved', 'rejected', 'paid'] as const;
export const claimStateSchema = z.enum(CLAIM_STATES);
export type ClaimState = z.infer<typeof claimStateSchema>;

/** What is paid out from: the wallet of the group, or the account of reimbursements. */
export const PAID_FROM = ['group', 'reimbursements'] as const;
export const paidFromSchema = z.enum(PAID_FROM);
export type PaidFrom = z.infer<typeof paidFromSchema>;

export const claimSchema = z.object({
  claimId: claimIdSchema,
  groupId: groupIdSchema,
  claimantId: userIdSchema,
  meterId: meterIdSchema,
  basis: claimBasisSchema,
  /** The period, also where it follows from the charges. */
  fromMs: atMsSchema, toMs: atMsSchema,
  energyWh: energyWhSchema,
  /** Of the terms when it was put or submitted last: it is kept from then on. */
  rate: rateSchema,
  amountMinor: amountMinorSchema,
  currency: currencySchema,
  evidence: z.array(evidenceSchema),
  state: claimStateSchema,
  /** Why it was rejected; empty otherwise. */
  reason: noteSchema,
  putAtMs: atMsSchema,
  submittedAtMs: atMsSchema.nullable(),
  decidedAtMs: atMsSchema.nullable(),
  decidedBy: z.string().nullable(),
  paidAtMs: atMsSchema.nullable(),
  paidFrom: paidFromSchema.nullable(),
});
export type Claim = z.infer<typeof claimSchema>;
