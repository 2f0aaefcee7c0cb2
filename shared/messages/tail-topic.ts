import { z } from 'zod';
import { defineFrame, TOPICS } from './message.ts';

export const tailTopic = defineFrame({
  type: 'tail',
  channel: 'operator→central',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'Prints a topic, opened by Central: its records follow as `tail-record` frames until the link closes.',
  fields: {
    topic: z.enum(TOPICS),
    /** Only records whose text contains this. */
    contains: z.string().max(100),
  },
  example: {
    topic: 'facts', contains: 'ALC-01',
  },
});
export type TailTopic = z.infer<typeof tailTopic.schema>;
