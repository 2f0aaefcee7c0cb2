import { z } from 'zod';
import { pointIdSchema } from '../ids.ts';
import { defineFrame } from './message.ts';

export const engineHello = defineFrame({
  type: 'hello-engine',
  channel: 'monitor→engine',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary:
    'First frame of a monitor at its engine: which point (a fleet has many), and the pairing code off the loopback.',
  fields: {
    pointId: pointIdSchema,
    pairingCode: z.string().max(64).nullable(),
  },
  example: {
    pointId: 'ALC-01', pairingCode: null,
  },
});
export type EngineHello = z.infer<typeof engineHello.schema>;
