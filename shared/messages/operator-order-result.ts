import { z } from 'zod';
import { requestIdSchema } from '../ids.ts';
import { defineFrame } from './message.ts';

export const operatorOrderResult = defineFrame({
  type: 'order-result',
  channel: 'central→operator',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'What became of an order: done or refused, with words, and one line for each thing touched.',
  fields: {
    orderId: requestIdSchema,
    outcome: z.enum(['done', 'refused']),
    text: z.string(),
    lines: z.array(z.object({ what: z.string(), outcome: z.string() })),
  },
  example: {
    orderId: 'o-olga-9', outcome: 'done', text: '12 points out of order',
    lines: [{ what: 'ALC-01', outcome: 'ordered' }],
  },
});
export type OperatorOrderResult = z.infer<typeof operatorOrderResult.schema>;
