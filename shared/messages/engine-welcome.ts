import { z } from 'zod';
import { defineFrame } from './message.ts';
import { bootIdSchema, noteSchema } from './values.ts';

export const engineWelcome = defineFrame({
  type: 'welcome-engine',
  channel: 'engine→monitor',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'The engine takes this monitor, or says why not (it has one already, wrong point, wrong pairing code).',
  fields: {
    taken: z.boolean(),
    reason: noteSchema,
    bootId: bootIdSchema,
  },
  example: {
    taken: true, reason: '', bootId: 1_763_690_000,
  },
});
export type EngineWelcome = z.infer<typeof engineWelcome.schema>;
