import { z } from 'zod';
import { defineFrame } from './message.ts';

export const queryAnswer = defineFrame({
  type: 'rows',
  channel: 'central→driver',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'One page of rows, each as `rows.ts` describes; `next` is the cursor of the next page.',
  fields: {
    rows: z.array(z.record(z.string(), z.unknown())),
    next: z.string().nullable(),
    /** Why there are none: an unknown list, a role that may not see it, a bad filter. */
    error: z.string().nullable(),
  },
  example: {
    rows: [{ pointId: 'ALC-01', status: 'Available' }], next: null, error: null,
  },
});
export type QueryAnswer = z.infer<typeof queryAnswer.schema>;
