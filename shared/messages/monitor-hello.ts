import { z } from 'zod';
import { pointIdSchema } from '../ids.ts';
import { defineFrame } from './message.ts';

export const monitorHello = defineFrame({
  type: 'hello-monitor',
  channel: 'monitor→central',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'First frame of a monitor: which point it watches. Central answers with a challenge.',
  fields: {
    pointId: pointIdSchema,
    software: z.string().max(80),
    /** Somebody used the menu: lifts the bar that `revoke key` put on automatic authentication. */
    byHand: z.boolean(),
  },
  example: {
    pointId: 'ALC-01', software: 'ev-cp-monitor 0.1.0', byHand: false,
  },
});
export type MonitorHello = z.infer<typeof monitorHello.schema>;
