import { z } from 'zod';
import { defineFrame } from './message.ts';

export const tailRecord = defineFrame({
  type: 'tail-record',
  channel: 'central→operator',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'One record of the topic that is tailed.',
  fields: {
    topic: z.string(),
    partition: z.int().nonnegative(),
    offset: z.int().nonnegative(),
    key: z.string(),
    sender: z.string(),
    /** The opened payload as JSON, or why it could not be opened. */
    text: z.string(),
  },
  example: {
    topic: 'facts', partition: 3, offset: 1042, key: 'ALC', sender: 'ALC-01', text: '{}',
  },
});
export type TailRecord = z.infer<typeof tailRecord.schema>;
