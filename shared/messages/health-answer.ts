import { z } from 'zod';
import { defineFrame } from './message.ts';
import { atMsSchema, noteSchema } from './values.ts';

export const healthAnswer = defineFrame({
  type: 'health',
  channel: 'engine→monitor',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'The engine is well (ok) or not (ko), with the reason.',
  fields: {
    status: z.enum(['ok', 'ko']),
    reason: noteSchema,
    sinceMs: atMsSchema,
    bus: z.enum(['up', 'down']),
    hasKey: z.boolean(),
  },
  example: {
    status: 'ko', reason: 'over-temperature', sinceMs: 1_763_699_997_000, bus: 'up', hasKey: true,
  },
});
export type HealthAnswer = z.infer<typeof healthAnswer.schema>;
