// Debts: who owes is reminded, in steps. A debt begins and ends in the transaction of the movement that brings a
// balance below zero or back, wherever that was booked: the movements of each step are looked at here, so no rule can
// forget to. When the next reminder is due stands in the row: whatever dies, none is sent twice and none is left out.
import { type Account, accountSchema, parseAccount, walletName } from '../../shared/account.ts';
import { invariant } from '../../shared/assert.ts';
import { type CorrelationId, correlationId, type GroupId, type UserId } from '../../shared/ids.ts';
import type { Debt, DebtRow, DebtState } from '../../shared/messages/debt.ts';
import type { DebtNotice } from '../../shared/messages/debt-notice.ts';
import { formatMoney } from '../../shared/money.ts';
import { personOf } from './accounts.ts';
import type { Effect } from './effects.ts';
import { runnersOf } from './groups.ts';
import { sendMail } from './mails.ts';
import { notifyDriver } from './notices.ts';
import type { State } from './state.ts';
import { audit, event, type Step, tell } from './step.ts';
import { coveredMinor, walletOf } from './wallet.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Begins the debts that this step has made, and ends those that it has settled. */
export function followDebts(step: Step): void {
  const wallets = walletsIn(step.effects);
  for (const account of wallets) follow(step, account);
}

/** A reminder is due. */
export function debtDue(step: Step, id: string, dueMs: number): void {
  const { state, now } = step;
  const debt = state.debts.get(accountSchema.parse(id));
  if (debt === undefined || wakeMs(debt) !== dueMs) return;
  const owedMinor = -coveredMinor(state, debt.account);
  // Until it has come, or has failed, nobody is asked for what is being taken from her card.
  if (owedMinor <= 0) return putDebt(step, { ...debt, dueMs: now + HOUR_MS });
  remind(step, debt, owedMinor);
}

/** When reminders are due, made anew from the rows; also of debts that began while none were sent. */
export function deriveDebts(state: State, now: number, notBeforeMs: number): void {
  const { dunningAfterMs } = state.settings;
  if (dunningAfterMs.length === 0) return;
  for (const debt of [...state.debts.values()]) {
    if (debt.isFinal) continue;
    // A day, so that an operator who has just begun with reminders can look at who would get one.
    const dueMs = debt.dueMs ?? Math.max(debt.sinceMs + (afterMs(state, debt.step) ?? 0), now + DAY_MS);
    const row = { ...debt, dueMs };
    if (debt.dueMs === null) state.debts.put(row);
    // From a clock that was ahead: not later than it would be if the step before had been just now. A pause is a date.
    const latestMs = debt.pausedUntilMs === null ? Math.max(now + gapMs(state, debt.step), notBeforeMs) : Infinity;
    state.deadlines.add('debt', debt.account, wakeMs(row) ?? dueMs, notBeforeMs, latestMs);
  }
}

/** Puts a row, and what wakes it. */
export function putDebt({ state }: Step, debt: Debt): void {
  state.debts.put(debt);
  const fireMs = wakeMs(debt);
  if (fireMs !== null && !debt.isFinal) state.deadlines.add('debt', debt.account, fireMs);
}

/** As the lists show it. */
export function debtRow(state: State, debt: Debt, nowMs: number): DebtRow {
  const { account, currency, sinceMs, step, note } = debt;
  const isPaused = debt.pausedUntilMs !== null && debt.pausedUntilMs > nowMs;
  return {
    account, owedMinor: -(walletOf(state, account)?.balanceMinor ?? 0), currency, sinceMs,
    state: stateOf(debt, isPaused), step, nextAtMs: debt.isFinal ? null : wakeMs(debt),
    pausedUntilMs: isPaused ? debt.pausedUntilMs : null, note: isPaused ? note : '',
  };
}

/** Her own debts, and those of the groups that she runs. */
export function debtsOf(state: State, userId: UserId): Debt[] {
  return [...state.debts.values()].filter(({ account }) => readersOf(state, account).includes(userId));
}

function stateOf({ isFinal, step }: Debt, isPaused: boolean): DebtState {
  if (isFinal) return 'final';
  return isPaused ? 'paused' : step > 0 ? 'reminded' : 'open';
}

function walletsIn(effects: readonly Effect[]): Set<Account> {
  const wallets = new Set<Account>();
  for (const effect of effects) {
    if (effect.kind !== 'append' || effect.table !== 'movements') continue;
    for (const { account, balanceMinor } of effect.row.postings) if (balanceMinor !== null) wallets.add(account);
  }
  return wallets;
}

function follow(step: Step, account: Account): void {
  const { state, now } = step;
  const known = state.debts.get(account);
  const wallet = walletOf(state, account);
  const isOwing = wallet !== undefined && wallet.balanceMinor < 0;
  if (isOwing && known === undefined) {
    const firstMs = afterMs(state, 0);
    putDebt(step, {
      account, currency: wallet.currency, sinceMs: now, step: 0, isFinal: false,
      dueMs: firstMs === undefined ? null : now + firstMs, pausedUntilMs: null, note: '',
    });
  }
  if (!isOwing && known !== undefined) end(step, known);
}

function end(step: Step, debt: Debt): void {
  step.state.debts.remove(debt.account);
  // Who was never reminded has nothing to be relieved of.
  if (debt.step > 0) say(step, debt, 'settled', 0);
}

function remind(step: Step, before: Debt, owedMinor: number): void {
  const { state, now } = step;
  const number = before.step + 1;
  const isFinal = number >= state.settings.dunningAfterMs.length;
  // From now, not from the beginning: after a long pause the steps stay as far apart as they are meant to be.
  const debt: Debt = {
    ...before, step: number, isFinal, dueMs: isFinal ? null : now + gapMs(state, number), pausedUntilMs: null, note: '',
  };
  putDebt(step, debt);
  say(step, debt, isFinal ? 'final' : 'reminder', owedMinor);
  const { account, currency } = debt;
  const group = groupOf(account);
  for (const userId of readersOf(state, account)) {
    const { email, language } = personOf(state, userId);
    if (email === null) continue;
    const facts = { owedMinor, currency, sinceMs: debt.sinceMs, groupId: group };
    sendMail(step, { userId, what: isFinal ? 'debt-final' : 'debt-reminder', email, language, facts });
  }
  audit(step, {
    who: 'ev-central', address: '', action: 'remind-debt', outcome: 'done',
    parameters: { account, step: number, isFinal, owedMinor, currency },
  });
  if (isFinal) {
    tell(step, 'warn', `${walletName(account)} has had the final notice and owes ${formatMoney(owedMinor, currency)}`);
  }
}

/** Tells the debtor and the services; the operators read it in their lists. */
function say(step: Step, debt: Debt, what: DebtNotice['state'], owedMinor: number): void {
  const { account, step: number, currency, sinceMs } = debt;
  const { state } = step;
  const corr = corrOf(account);
  const groupId = groupOf(account);
  const readers = readersOf(state, account);
  for (const driverId of readers) {
    notifyDriver(step, { driverId, requestId: null, corr }, {
      type: 'debt', groupId, state: what, step: number, owedMinor, currency, sinceMs,
    });
  }
  // Events belong to sites: here to the network's first.
  const siteId = state.sites.values().next().value?.siteId;
  if (siteId === undefined) return;
  event(step, 'debt', { siteId, corr }, {
    account, groupId, state: what, step: number, owedMinor, currency, sinceMs, readers,
  });
}

/** A user, of a group those who run it. */
function readersOf(state: State, account: Account): UserId[] {
  const parts = parseAccount(account);
  if (parts?.kind === 'user-wallet') return [parts.userId];
  return parts?.kind === 'group-wallet' ? runnersOf(state.groups.get(parts.groupId)) : [];
}

function groupOf(account: Account): GroupId | null {
  const parts = parseAccount(account);
  invariant(parts?.kind === 'group-wallet' || parts?.kind === 'user-wallet', 'what owes is a wallet');
  return parts.kind === 'group-wallet' ? parts.groupId : null;
}

function corrOf(account: Account): CorrelationId {
  return correlationId(`debt-${walletName(account)}`.replaceAll(':', '-').slice(0, 64));
}

/** When a debt is looked at next. */
function wakeMs({ dueMs, pausedUntilMs }: Debt): number | null {
  return dueMs === null ? null : Math.max(dueMs, pausedUntilMs ?? 0);
}

/** How long after a debt's beginning a step is due; of one that is no more because there are fewer now, the last. */
function afterMs({ settings: { dunningAfterMs } }: State, index: number): number | undefined {
  return dunningAfterMs[index] ?? dunningAfterMs.at(-1);
}

/** How long a step comes after the one before. */
function gapMs(state: State, index: number): number {
  const { dunningAfterMs } = state.settings;
  return (afterMs(state, index) ?? 0) - (index < dunningAfterMs.length ? dunningAfterMs[index - 1] ?? 0 : 0);
}
