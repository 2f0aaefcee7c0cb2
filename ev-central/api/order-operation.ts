// Operations that are one order each: under an idempotency key, carried out once, answered in words.
import type { z } from 'zod';
import type { Order } from '../../shared/messages/orders.ts';
import { orderOnce } from './asking.ts';
import { type Named, operation, type Operation, type Tag } from './operation.ts';
import type { Permission } from './permission.ts';
import { orderAnswerSchema } from './schemas.ts';

export function orderOperation<P extends z.ZodObject, B extends z.ZodType>(definition: {
  id: string; path: string; tag: Tag; summary: string; description?: string; permission: Permission;
  params: P; exampleParams: Readonly<Record<string, string>>; body: Named<B>;
  order: (params: z.output<P>, body: z.output<B>) => Order;
}): Operation {
  const { order, ...rest } = definition;
  // What kind of order it gives, its own example says.
  const { params, exampleParams, body } = definition;
  const example = order(params.parse(exampleParams), body.schema.parse(body.example));
  return operation<P, null, Named<B>>({
    ...rest, method: 'POST', idempotent: true, gives: [example.kind],
    success: { status: 200, what: 'It is ordered.', body: orderAnswerSchema },
    async handle(ask, api) {
      const given = order(ask.params as z.output<P>, ask.body);
      const { outcome, text, lines } = await orderOnce(api, ask, definition.id, given);
      return { status: 200, body: { outcome, text, lines } };
    },
  });
}
