// What is read, put and removed under one address: three operations of one kind, whose ETag is of what is edited.
import type { z } from 'zod';
import type { Order, OrderKind } from '../../shared/messages/orders.ts';
import { edit, insistOnVersion } from './asking.ts';
import { type Api, etagOf, type Named, operation, type Operation, type Tag } from './operation.ts';
import type { Permission } from './permission.ts';
import { Problem } from './problem.ts';
import { orderAnswerSchema } from './schemas.ts';

export type Editable<P extends z.ZodObject, B extends z.ZodType, R> = {
  noun: string; path: string; tag: Tag; reads: Permission; writes: Permission; params: P;
  exampleParams: Readonly<Record<string, string>>; item: Named; body: Named<B>;
  /** What is edited, and so what the ETag is of. */
  row: (api: Api, params: z.output<P>) => R | undefined;
  shown: (row: R, api: Api, params: z.output<P>) => unknown;
  put: (params: z.output<P>, body: z.output<B>, api: Api) => Order | Promise<Order>;
  remove: (params: z.output<P>) => Order;
  /** The orders that `put` and `remove` give. */
  gives: readonly [OrderKind, OrderKind];
};

/** Read, put and remove of one kind. */
export function editable<P extends z.ZodObject, B extends z.ZodType, R>(kind: Editable<P, B, R>): Operation[] {
  const { noun, path, tag, reads, writes, params, exampleParams, item, body, row, shown, put, remove, gives } = kind;
  const name = noun.toLowerCase();
  const known = (api: Api, of: z.output<P>): R => {
    const found = row(api, of);
    if (found === undefined) throw new Problem('not-found', `There is no ${name} ${String(Object.values(of)[0])}.`);
    return found;
  };
  return [
    operation<P>({
      id: `get${noun}`, method: 'GET', path, tag, summary: `One ${name}`, permission: reads, params, exampleParams,
      etag: true, success: { status: 200, what: `The ${name}.`, body: item },
      handle(ask, api) {
        const of = ask.params as z.output<P>;
        const found = known(api, of);
        return { status: 200, body: shown(found, api, of), headers: { etag: etagOf(found) } };
      },
    }),
    operation<P, null, Named<B>>({
      id: `put${noun}`, method: 'PUT', path, tag, summary: `Makes a ${name} or changes it`, permission: writes,
      params, exampleParams, body, conditional: true, gives: [gives[0]],
      success: { status: 200, what: `The ${name} as it is now.`, body: item },
      async handle(ask, api) {
        const of = ask.params as z.output<P>;
        const current = (): unknown => row(api, of);
        // A password is hashed for a tenth of a second: not for an edit of what has changed meanwhile.
        insistOnVersion(ask, current);
        await edit(api, ask, await put(of, ask.body, api), current);
        const now = known(api, of);
        return { status: 200, body: shown(now, api, of), headers: { etag: etagOf(now) } };
      },
    }),
    operation<P>({
      id: `remove${noun}`, method: 'DELETE', path, tag, summary: `Removes a ${name} that is not in use`,
      permission: writes, params, exampleParams, conditional: true, gives: [gives[1]],
      success: { status: 200, what: 'It is gone.', body: orderAnswerSchema },
      async handle(ask, api) {
        const of = ask.params as z.output<P>;
        known(api, of);
        const { outcome, text, lines } = await edit(api, ask, remove(of), () => row(api, of));
        return { status: 200, body: { outcome, text, lines } };
      },
    }),
  ];
}
