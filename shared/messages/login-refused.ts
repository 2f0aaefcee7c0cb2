import { z } from 'zod';
import { defineFrame } from './message.ts';
import { accessRefusalSchema } from './refusal.ts';
import { durationMsSchema } from './values.ts';

export const loginRefused = defineFrame({
  type: 'refused-driver',
  channel: 'central→driver',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'Not let in, or put out, and why.',
  fields: {
    reason: accessRefusalSchema,
    text: z.string(),
    retryAfterMs: durationMsSchema.nullable(),
  },
  example: {
    reason: 'locked-out', text: 'Too many wrong passwords: try again in 5 minutes.', retryAfterMs: 300_000,
  },
});
export type LoginRefused = z.infer<typeof loginRefused.schema>;
