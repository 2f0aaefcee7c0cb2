import { z } from 'zod';
import { defineFrame } from './message.ts';
import { accessRefusalSchema } from './refusal.ts';
import { roleSchema } from './values.ts';

export const operatorWelcome = defineFrame({
  type: 'welcome-operator',
  channel: 'central→operator',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'Logged in, or not, and why.',
  fields: {
    taken: z.boolean(),
    role: roleSchema.nullable(),
    reason: accessRefusalSchema.nullable(),
    text: z.string(),
  },
  example: {
    taken: true, role: 'operator', reason: null, text: '',
  },
});
export type OperatorWelcome = z.infer<typeof operatorWelcome.schema>;
