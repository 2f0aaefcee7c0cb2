// Orders about money: booking on a wallet by hand, giving back what a ticket took, moving money between wallets.
import { type Account, groupWallet, revenueOf, userWallet } from '../../shared/account.ts';
import { assertNever } from '../../shared/assert.ts';
import type { Order, OrderKind } from '../../shared/messages/orders.ts';
import { formatMoney, ratio, roundHalfEven } from '../../shared/money.ts';
import { creditRefund } from './invoice-refund.ts';
import { done, refused, type Result } from './order-result.ts';
import type { TicketPayment } from './rows.ts';
import type { Step } from './step.ts';
import { availableMinor, bookOn, move, walletOf } from './wallet.ts';

type OrderOf<K extends OrderKind> = Extract<Order, { kind: K }>;
export type MoneyOrder = OrderOf<'book' | 'book-group' | 'refund-ticket' | 'transfer'>;

export function moneyOrder(step: Step, order: MoneyOrder, by: string): Result {
  switch (order.kind) {
    case 'book': return bookByHand(step, userWallet(order.userId), `user: ${order.userId}`, { order, by });
    case 'book-group': return bookByHand(step, groupWallet(order.groupId), `group: ${order.groupId}`, { order, by });
    case 'refund-ticket': return refundTicket(step, order, by);
    case 'transfer': return transfer(step, order, by);
    default: return assertNever(order, 'money order');
  }
}

/** A top-up, an adjustment or an opening balance. */
function bookByHand(
  step: Step, account: Account, name: string, { order, by }: { order: OrderOf<'book' | 'book-group'>; by: string },
): Result {
  const { amountMinor, reason } = order;
  const wallet = walletOf(step.state, account);
  if (wallet === undefined) return refused(`no such ${name}`);
  const who = name.slice(name.indexOf(' ') + 1);
  if (amountMinor === 0) return refused('there is nothing to book: the amount is 0');
  const kind = order.as ?? (amountMinor > 0 ? 'top-up' : 'adjustment');
  if (kind === 'top-up' && amountMinor < 0) {
    return refused('a top-up adds to a balance: what takes from it is an adjustment');
  }
  if (!Number.isSafeInteger(wallet.balanceMinor + amountMinor)) {
    return refused(`the balance of ${who} cannot hold that amount`);
  }
  const balance = bookOn(step, account, { kind, amountMinor, reason, by });
  return done(`the balance of ${who} is ${formatMoney(balance, wallet.currency)}`);
}

/** Gives the whole of a ticket or a part of it back to the wallet that paid it; its VAT in proportion. */
function refundTicket(step: Step, { ticketId, amountMinor, reason }: OrderOf<'refund-ticket'>, by: string): Result {
  const payment = step.state.ticketPayments.get(ticketId);
  if (payment === undefined) return refused(`no such ticket: ${ticketId}`);
  const { payer, paidMinor, refundedMinor, currency, sessionId } = payment;
  if (step.state.uninvoicedTickets.get(ticketId) !== undefined) {
    return refused(`ticket ${ticketId} waits for its monthly invoice: a refund is a credit note to that`);
  }
  // What a credit note takes off an invoice is never more than is on it.
  const invoiced = step.state.invoicedSessions.get(sessionId);
  const creditableMinor = invoiced === undefined ? Infinity : invoiced.totalMinor - invoiced.creditedMinor;
  const leftMinor = Math.min(paidMinor - refundedMinor, creditableMinor);
  const refund = amountMinor ?? leftMinor;
  if (leftMinor <= 0) return refused(`nothing of ticket ${ticketId} is left to give back`);
  if (refund > leftMinor) {
    const before = refundedMinor === 0 ? '' : `, ${formatMoney(refundedMinor, currency)} were given back already`;
    return refused(`ticket ${ticketId} was paid with ${formatMoney(paidMinor, currency)}${before}: at most `
      + `${formatMoney(leftMinor, currency)} can be given back`);
  }
  const wallet = walletOf(step.state, payer);
  if (wallet === undefined) return refused(`${payer}, which paid ticket ${ticketId}, is not there any more`);
  if (wallet.currency !== currency) {
    return refused(`ticket ${ticketId} was paid in ${currency}, ${payer} is in ${wallet.currency} now`);
  }
  if (!Number.isSafeInteger(wallet.balanceMinor + refund)) return refused(`${payer} cannot hold that amount`);
  const refundedVatMinor = vatRefunded(payment, refundedMinor + refund);
  const balance = bookOn(step, payer, {
    kind: 'refund', amountMinor: refund, reason, sessionId, ticketId, by, contra: revenueOf(payment.siteId),
    vatMinor: payment.refundedVatMinor - refundedVatMinor,
  });
  step.state.ticketPayments.put({ ...payment, refundedMinor: refundedMinor + refund, refundedVatMinor });
  const session = step.state.sessions.get(sessionId);
  const number = session === undefined ? null : creditRefund(step, session, { amountMinor: refund, reason });
  return done(`${formatMoney(refund, currency)} of ticket ${ticketId} are given back: ${payer} has `
    + `${formatMoney(balance, currency)}${number === null ? '' : `; credit note ${number}`}`);
}

/** Of the VAT, what belongs to all that is given back so far: the last part takes what rounding has left. */
function vatRefunded({ paidMinor, vatMinor }: TicketPayment, refundedMinor: number): number {
  return Number(roundHalfEven(ratio(BigInt(vatMinor) * BigInt(refundedMinor), BigInt(paidMinor))));
}

function transfer(step: Step, { from, to, amountMinor, reason }: OrderOf<'transfer'>, by: string): Result {
  const [giver, taker] = [walletOf(step.state, from), walletOf(step.state, to)];
  if (giver === undefined) return refused(`no such wallet: ${from}`);
  if (taker === undefined) return refused(`no such wallet: ${to}`);
  if (from === to) return refused(`${from} is both ends of the transfer`);
  const { currency } = giver;
  if (currency !== taker.currency) return refused(`${from} is in ${currency}, ${to} in ${taker.currency}`);
  if (availableMinor(giver) < amountMinor) {
    const free = formatMoney(Math.max(0, availableMinor(giver)), currency);
    return refused(`${from} has ${free} that is not held: ${formatMoney(amountMinor, currency)} cannot be moved`);
  }
  if (!Number.isSafeInteger(taker.balanceMinor + amountMinor)) return refused(`${to} cannot hold that amount`);
  move(step, { kind: 'transfer', currency, sessionId: null, ticketId: null, reason, by },
    [{ account: from, amountMinor: -amountMinor }, { account: to, amountMinor }]);
  return done(`${formatMoney(amountMinor, currency)} are moved from ${from} to ${to}`);
}
