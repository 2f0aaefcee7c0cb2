// Who owes: each balance below zero has one debt, no other has one, and each is reminded of step by step, once.
import type { State } from '../../ev-central/core/state.ts';
import { walletOf } from '../../ev-central/core/wallet.ts';
import type { Commit } from '../../ev-central/store/store.ts';
import { groupWallet, userWallet } from '../../shared/account.ts';
import type { Notice } from '../../shared/messages/notice.ts';

/** A reminder that was due so long ago, with Central at work, was forgotten. */
const LATE_MS = 60_000;

export class DebtWatch {
  readonly counts = { debts: 0, reminders: 0 };
  readonly #steps = new Map<string, number>();
  readonly #known = new Set<string>();

  /** At a commit. */
  look({ tables, appends }: Commit): void {
    const state = tables as State;
    const owing = new Set<string>();
    for (const { userId, balanceMinor } of state.users.values()) if (balanceMinor < 0) owing.add(userWallet(userId));
    for (const { groupId, balanceMinor } of state.groups.values()) {
      if (balanceMinor < 0) owing.add(groupWallet(groupId));
    }
    for (const { account, currency, sinceMs } of state.debts.values()) {
      if (!owing.delete(account)) throw new Error(`${account} has a debt and owes nothing`);
      if (walletOf(state, account)?.currency !== currency) throw new Error(`the debt of ${account} is in ${currency}`);
      this.#known.add(`${account} ${sinceMs}`);
    }
    const [forgotten] = owing;
    if (forgotten !== undefined) throw new Error(`${forgotten} is below zero and has no debt`);
    this.counts.debts = this.#known.size;
    for (const append of appends) if (append.table === 'notices') this.#notice(append.row);
  }

  /** When all is at rest. */
  rest({ debts }: State, nowMs: number): string | null {
    for (const { account, isFinal, dueMs, pausedUntilMs } of debts.values()) {
      if (isFinal) continue;
      const wakeMs = Math.max(dueMs ?? 0, pausedUntilMs ?? 0);
      if (wakeMs < nowMs - LATE_MS) return `${account} should have been reminded ${nowMs - wakeMs} ms ago`;
    }
    return null;
  }

  /** Of a group, those who run it change. */
  #notice(notice: Notice): void {
    if (notice.type !== 'debt' || notice.state === 'settled') return;
    this.counts.reminders += 1;
    if (notice.groupId !== null) return;
    const debt = `${notice.driverId} ${notice.sinceMs}`;
    const before = this.#steps.get(debt) ?? 0;
    if (notice.step !== before + 1) throw new Error(`${debt} is reminded with step ${notice.step} after ${before}`);
    this.#steps.set(debt, notice.step);
  }
}
