// Why an order would be refused now, or would change nothing, so that the screen can say it beforehand. The core
// decides, by the same functions as when the order comes; here its reason only becomes a sentence.
import type { Order } from '../shared/messages/orders.ts';
import { needlessOrder, orderRefusal } from './core/order-refusal.ts';
import type { State } from './core/state.ts';

/** The reason in words, or null when the order may be given. */
export function whyNot(state: State, order: Order): string | null {
  const reason = orderRefusal(state, order) ?? needlessOrder(state, order);
  return reason === null ? null : `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}
