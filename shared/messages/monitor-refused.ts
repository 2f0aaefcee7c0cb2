import { z } from 'zod';
import { defineFrame } from './message.ts';
import { accessRefusalSchema } from './refusal.ts';

export const monitorRefused = defineFrame({
  type: 'refused-monitor',
  channel: 'central→monitor',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'The point was not let in, and why; or it is put out (key revoked, replaced by another connection).',
  fields: {
    reason: accessRefusalSchema,
    text: z.string(),
    /** False: do not come back by yourself, somebody has to use the menu. */
    retry: z.boolean(),
  },
  example: {
    reason: 'key-revoked', retry: false,
    text: 'The key of ALC-01 was revoked: authenticate from the menu of the monitor.',
  },
});
export type MonitorRefused = z.infer<typeof monitorRefused.schema>;
