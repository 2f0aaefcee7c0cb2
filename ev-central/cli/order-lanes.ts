// Thousands of orders to a running Central. A link has one frame in the air, so one link means one small transaction
// an order; over several links Central finds many orders waiting and writes them together.
import type { Order } from '../../shared/messages/orders.ts';
import type { OrderDesk, OrderOutcome } from './order-desk.ts';

/** Fewer orders than this are not worth further connections. */
const WORTH_LANES = 50;

/**
 * A desk over several connections, opened when first needed. Orders keep their order where their kind changes; those of
 * one kind that stand side by side (points, sites) do not depend on each other and go at once.
 */
export function manyLanes(
  first: OrderDesk, options: { lanes: number; connect: () => Promise<OrderDesk> },
): OrderDesk {
  const lanes: OrderDesk[] = [first];

  async function inLanes(orders: readonly Order[]): Promise<OrderOutcome[]> {
    if (orders.length < WORTH_LANES) return first.orders(orders);
    while (lanes.length < options.lanes) lanes.push(await options.connect());
    const share = Math.ceil(orders.length / lanes.length);
    const parts = lanes.map((lane, i) => lane.orders(orders.slice(i * share, (i + 1) * share)));
    return (await Promise.all(parts)).flat();
  }

  return {
    pageRows: first.pageRows,
    async orders(orders) {
      const outcomes: OrderOutcome[] = [];
      for (let from = 0; from < orders.length;) {
        const kind = orders[from]?.kind;
        const end = orders.findIndex((order, i) => i > from && order.kind !== kind);
        const to = end === -1 ? orders.length : end;
        outcomes.push(...await inLanes(orders.slice(from, to)));
        from = to;
      }
      return outcomes;
    },
    page: (what, filter, after, limit) => first.page(what, filter, after, limit),
    async close() {
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}
