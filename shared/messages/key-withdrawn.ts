import type { z } from 'zod';
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
  },
  example: {
    reason: 'The key was revoked by an operator.',
  },
});
export type KeyWithdrawn = z.infer<typeof keyWithdrawn.schema>;
