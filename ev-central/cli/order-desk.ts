// Where a tool gives orders and asks for lists: the running Central, or the database itself while no Central runs.
import type { Order } from '../../shared/messages/orders.ts';
import type { Query } from '../../shared/messages/query.ts';

export type OrderOutcome = {
  readonly outcome: 'done' | 'refused'; readonly text: string;
  readonly lines: readonly { readonly what: string; readonly outcome: string }[];
};
export type Row = Readonly<Record<string, unknown>>;
export type ListPage = { readonly rows: readonly Row[]; readonly next: string | null; readonly error: string | null };

export type OrderDesk = {
  /** Gives orders in their order; the answers are in the same order. Fast for thousands. */
  orders(orders: readonly Order[]): Promise<OrderOutcome[]>;
  /** The most rows of one page: a frame of the link has an end, memory has not. */
  readonly pageRows: number;
  /** One page of a list. */
  page(what: Query['what'], filter: Query['filter'], after: string | null, limit: number): Promise<ListPage>;
  close(): Promise<void>;
};

/** Gives one order. */
export async function giveOrder(desk: OrderDesk, order: Order): Promise<OrderOutcome> {
  const [outcome] = await desk.orders([order]);
  if (outcome === undefined) throw new Error('an order desk answers every order');
  return outcome;
}

/** Reads a list to its end, or to `limit` rows. Throws `ListRefused` with what was wrong with the filter. */
export async function readList(
  desk: OrderDesk, what: Query['what'], filter: Query['filter'] = {}, limit = Number.POSITIVE_INFINITY,
): Promise<Row[]> {
  const rows: Row[] = [];
  let after: string | null = null;
  do {
    const page: ListPage = await desk.page(what, filter, after, Math.min(desk.pageRows, limit - rows.length));
    if (page.error !== null) throw new ListRefused(page.error);
    rows.push(...page.rows);
    after = page.next;
  } while (after !== null && rows.length < limit);
  return rows;
}

/** The list was refused: an unknown filter, a role that may not see it. The message is for the person who asked. */
export class ListRefused extends Error {
  override name = 'ListRefused';
}
