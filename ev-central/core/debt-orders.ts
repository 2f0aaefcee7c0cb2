// Orders about debts: reminders are put off and sent again, and what nobody will pay is written off.
import { walletName } from '../../shared/account.ts';
import { assertNever } from '../../shared/assert.ts';
import type { Debt } from '../../shared/messages/debt.ts';
import type { Order, OrderKind } from '../../shared/messages/orders.ts';
import { formatMoney } from '../../shared/money.ts';
import { formatDateTime } from '../../shared/words/quantities.ts';
import { putDebt } from './debts.ts';
import { done, refused, type Result } from './order-result.ts';
import type { Step } from './step.ts';
import { bookOn, coveredMinor, walletOf } from './wallet.ts';

type OrderOf<K extends OrderKind> = Extract<Order, { kind: K }>;
export type DebtOrder = OrderOf<'pause-debt' | 'resume-debt' | 'write-off-debt'>;

/** For a promise to pay, not for ever: what will not be paid is written off. */
const LONGEST_PAUSE_DAYS = 366;

export function debtOrder(step: Step, order: DebtOrder, by: string): Result {
  const { wallet } = order;
  if (walletOf(step.state, wallet) === undefined) return refused(`no such wallet: ${wallet}`);
  const debt = step.state.debts.get(wallet);
  if (debt === undefined) return refused(`${walletName(wallet)} owes nothing`);
  switch (order.kind) {
    case 'pause-debt': return pause(step, debt, order);
    case 'resume-debt': return resume(step, debt);
    case 'write-off-debt': return writeOff(step, debt, order.reason, by);
    default: return assertNever(order, 'order about a debt');
  }
}

function pause(step: Step, debt: Debt, { untilMs, reason }: OrderOf<'pause-debt'>): Result {
  const who = walletName(debt.account);
  if (debt.isFinal) return refused(`${who} has had the final notice: there is no reminder to put off`);
  if (debt.dueMs === null) return refused('reminders are off: there is none to put off');
  if (untilMs <= step.now) return refused('the pause would be over before it begins: give a later date');
  if (untilMs - step.now > LONGEST_PAUSE_DAYS * 86_400_000) {
    return refused(`a pause lasts at most ${LONGEST_PAUSE_DAYS} days: give an earlier date`);
  }
  putDebt(step, { ...debt, pausedUntilMs: untilMs, note: reason });
  return done(`${who} is not reminded before ${formatDateTime(untilMs, 'UTC')} UTC`);
}

function resume(step: Step, debt: Debt): Result {
  const who = walletName(debt.account);
  if (debt.pausedUntilMs === null || debt.pausedUntilMs <= step.now) {
    return refused(`the reminders of ${who} are not put off`);
  }
  putDebt(step, { ...debt, pausedUntilMs: null, note: '' });
  return done(`${who} is reminded again`);
}

/** The whole of it; whoever pays a part pays it first. */
function writeOff(step: Step, { account, currency }: Debt, reason: string, by: string): Result {
  const who = walletName(account);
  const balanceMinor = walletOf(step.state, account)?.balanceMinor ?? 0;
  if (coveredMinor(step.state, account) >= 0) {
    return refused(`what ${who} owes stands ready on a card: wait until it is taken, or cancel that payment`);
  }
  bookOn(step, account, { kind: 'write-off', amountMinor: -balanceMinor, reason, by });
  return done(`${formatMoney(-balanceMinor, currency)} that ${who} owed are written off`);
}
