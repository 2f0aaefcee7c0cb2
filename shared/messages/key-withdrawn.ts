import { z } from 'zod';
import { defineFrame } from './message.ts';
import { noteSchema } from './values.ts';

export const keyWithdrawn = defineFrame({
  type: 'key-withdrawn',
  channel: 'monitor→engine',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'Central revoked the key or refused the point: the engine forgets its key and says why.',
  fields: {
    reason: noteSchema,
    /** An operator revoked it: what charges here ends at once. Otherwise running charges go on to their end. */
    revoked: z.boolean(),
  },
  example: {
    reason: 'The key was revoked by an operator.', revoked: true,
  },
});
export type KeyWithdrawn = z.infer<typeof keyWithdrawn.schema>;
