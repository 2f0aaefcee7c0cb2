// Lists: `limit`, `cursor` and `next`, the filters of Central's own lists, and rows turned for outside.
import { z } from 'zod';
import type { Query } from '../../shared/messages/query.ts';
import type { Permission } from './permission.ts';
import { callerIn } from './asking.ts';
import { type Answer, type Api, type Ask, type Named, type Operation, operation, type Tag } from './operation.ts';
import { outside } from './outside.ts';
import { pageOf } from './schemas.ts';
import { Problem } from './problem.ts';

export const pagingShape = {
  limit: z.coerce.number().int().min(1).max(500).default(100).describe('rows of a page'),
  cursor: z.string().min(1).max(200).regex(/^[\x21-\x7e]+$/, 'must be a cursor that a page ended with').optional()
    .describe('the `next` of the page before'),
};

/** Moments in a query: ISO 8601. */
export const sinceUntilShape = {
  since: z.iso.datetime({ offset: true }).optional(), until: z.iso.datetime({ offset: true }).optional(),
};

type Filters = Readonly<Record<string, unknown>>;

/** A page of one of Central's lists. Drivers get their own only; the list itself insists on it. */
export function readPage(
  api: Api, ask: Pick<Ask<unknown, unknown, unknown>, 'caller'>, what: Query['what'],
  { limit, cursor, ...given }: Filters & { limit: number; cursor?: string | undefined },
): Answer {
  const { role, userId } = callerIn(ask);
  const page = api.read({ role, userId }, { what, filter: filterOf(given), after: cursor ?? null, limit });
  if (page.error !== null) throw new Problem('bad-request', sentence(page.error));
  return { status: 200, body: { items: page.rows.map(outside), next: page.next } };
}

/** An operation that lists. */
export function listOperation(definition: {
  id: string; path: string; tag: Tag; summary: string; permission: Permission; what: Query['what']; item: Named;
  filters?: z.ZodRawShape; fixed?: Filters; description?: string;
}): Operation {
  const { id, path, tag, summary, permission, what, item, filters = {}, fixed = {}, description } = definition;
  return operation({
    id, method: 'GET', path, tag, summary, permission, ...(description === undefined ? {} : { description }),
    query: z.strictObject({ ...filters, ...pagingShape }), reads: [what],
    success: { status: 200, what: 'A page.', body: pageOf(item) },
    handle: (ask, api) => readPage(api, ask, what, {
      ...ask.query as Filters & { limit: number }, ...fixed,
    }),
  });
}

export function filterOf(given: Filters): Record<string, string | number> {
  const filter: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (name === 'since' || name === 'until') filter[`${name}Ms`] = Date.parse(String(value));
    else if (name === 'open') { if (value === true) filter['open'] = 'yes'; }
    else filter[name] = typeof value === 'number' ? value : String(value);
  }
  return filter;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
