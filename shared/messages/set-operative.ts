import { z } from 'zod';
import { defineRecord } from './message.ts';
import { commandNumberSchema, noteSchema } from './values.ts';

export const setOperative = defineRecord({
  type: 'set-operative',
  channel: 'commands',
  key: 'site',
  delivery: 'outbox, numbered per point; never expires',
  summary: 'Central takes a point out of order or back into service. Out of order ends a running charge.',
  fields: {
    number: commandNumberSchema,
    operative: z.boolean(),
    note: noteSchema,
  },
  example: {
    number: 9, operative: false, note: 'cable inspection',
  },
});
export type SetOperative = z.infer<typeof setOperative.schema>;
