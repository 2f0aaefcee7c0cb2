import type { z } from 'zod';
import { claimIdSchema, groupIdSchema, requestIdSchema, userIdSchema } from '../ids.ts';
import { currencySchema } from '../money.ts';
import { claimStateSchema } from './claim.ts';
import { defineRecord } from './message.ts';
import { amountMinorSchema, energyWhSchema, noteSchema, noticeNumberSchema } from './values.ts';

export const claimDecided = defineRecord({
  type: 'claim',
  channel: 'notices',
  key: 'driver',
  delivery: 'stored and numbered per driver; the topic is the fast way',
  summary: 'A claim for charging at home was submitted (to those who run the group), approved, rejected or paid.',
  fields: {
    /** Counts up per driver, without gaps. */
    number: noticeNumberSchema,
    driverId: userIdSchema,
    /** Always null: no request of a driver stands behind it. */
    requestId: requestIdSchema.nullable(),
    claimId: claimIdSchema,
    claimantId: userIdSchema,
    groupId: groupIdSchema,
    state: claimStateSchema,
    energyWh: energyWhSchema,
    amountMinor: amountMinorSchema,
    currency: currencySchema,
    /** Of a rejection. */
    reason: noteSchema,
  },
  example: {
    number: 20, driverId: 'ana', requestId: null, claimId: 'k7f2-130', claimantId: 'ana', groupId: 'vans',
    state: 'approved', energyWh: 25_300, amountMinor: 727, currency: 'EUR', reason: '',
  },
});
export type ClaimDecided = z.infer<typeof claimDecided.schema>;
