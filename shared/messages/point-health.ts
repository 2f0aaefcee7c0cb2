import { z } from 'zod';
import { defineFrame } from './message.ts';
import { atMsSchema, noteSchema } from './values.ts';

export const pointHealth = defineFrame({
  type: 'point-health',
  channel: 'monitor→central',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'What the monitor sees of its engine; sent on every change and every 10 s.',
  fields: {
    engine: z.enum(['ok', 'ko', 'unreachable']),
    reason: noteSchema,
    /** Since when, in the monitor's clock corrected to Central's. */
    sinceMs: atMsSchema,
  },
  example: {
    engine: 'unreachable', reason: 'no answer for 3 s', sinceMs: 1_763_699_997_000,
  },
});
export type PointHealth = z.infer<typeof pointHealth.schema>;
