import { z } from 'zod';
import { defineFrame } from './message.ts';

export const healthCheck = defineFrame({
  type: 'health-check',
  channel: 'monitor→engine',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: "Once a second: are you well? Carries whether Central can be reached and Central's time.",
  fields: {
    central: z.enum(['connected', 'away', 'refused']),
    /** Central's clock minus the monitor's host's clock; null while unknown. */
    clockOffsetMs: z.int().nullable(),
  },
  example: {
    central: 'connected', clockOffsetMs: -12,
  },
});
export type HealthCheck = z.infer<typeof healthCheck.schema>;
