import type { z } from 'zod';
import { requestIdSchema } from '../ids.ts';
import { defineFrame } from './message.ts';
import { orderSchema } from './orders.ts';

export const operatorOrder = defineFrame({
  type: 'order',
  channel: 'operator→central',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'An order; the answer says what became of it.',
  fields: {
    orderId: requestIdSchema,
    order: orderSchema,
  },
  example: {
    orderId: 'o-olga-9', order: { kind: 'set-operative', scope: { kind: 'all' }, operative: false, note: 'fire drill' },
  },
});
export type OperatorOrder = z.infer<typeof operatorOrder.schema>;
