import { z } from 'zod';
import { defineRecord } from './message.ts';
import { bootIdSchema } from './values.ts';

export const accepted = defineRecord({
  type: 'accepted',
  channel: 'commands',
  key: 'site',
  delivery: 'sent after the commit, cumulative, newest wins; sent again whenever facts come again',
  summary:
    'Central holds every fact up to (bootId, seq); the engine may delete them. With `resend` it sends the rest again.',
  fields: {
    bootId: bootIdSchema,
    /** 0: nothing of this boot yet. */
    seq: z.int().nonnegative(),
    resend: z.boolean(),
  },
  example: {
    bootId: 1_763_690_000, seq: 14, resend: false,
  },
});
export type Accepted = z.infer<typeof accepted.schema>;
