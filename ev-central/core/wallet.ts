// Wallets: holds while a session is open, one movement when its ticket is made. All in minor units. A balance changes
// here alone, together with the movement that says why.
import { type Account, ADJUSTMENTS, isWallet, parseAccount, userWallet } from '../../shared/account.ts';
import { invariant } from '../../shared/assert.ts';
import { correlationId, type UserId } from '../../shared/ids.ts';
import type { Currency } from '../../shared/money.ts';
import type { Ticket } from '../../shared/messages/values.ts';
import { countSpending, roomToGrow } from './groups.ts';
import { readyMinor } from './ready-payments.ts';
import { assertBalanced, contraPostings, type Entry, vatOf } from './ledger.ts';
import type { HoldRow, Movement, Session } from './rows.ts';
import type { State } from './state.ts';
import { emit, networkEvent, type Step } from './step.ts';

export type Wallet = { readonly balanceMinor: number; readonly heldMinor: number; readonly currency: Currency };

/** The wallet behind an account; undefined when there is none (any more). */
export function walletOf(state: State, account: Account): Wallet | undefined {
  const parts = parseAccount(account);
  if (parts?.kind === 'group-wallet') return state.groups.get(parts.groupId);
  return parts?.kind === 'user-wallet' ? state.users.get(parts.userId) : undefined;
}

/** What a wallet can still commit: its balance less its open holds. */
export function availableMinor(wallet: Pick<Wallet, 'balanceMinor' | 'heldMinor'>): number {
  return wallet.balanceMinor - wallet.heldMinor;
}

/**
 * What the wallet can commit to a charge: what is available, and what stands ready on its user's cards. A group's
 * wallet has no cards behind it.
 */
export function spendableMinor(state: State, account: Account): number {
  const wallet = walletOf(state, account);
  return wallet === undefined ? 0 : availableMinor(wallet) + cardsMinor(state, account);
}

/** The balance, with what is being captured of her cards: below zero something is owed. */
export function coveredMinor(state: State, account: Account): number {
  return (walletOf(state, account)?.balanceMinor ?? 0) + cardsMinor(state, account);
}

function cardsMinor(state: State, account: Account): number {
  const parts = parseAccount(account);
  const user = parts?.kind === 'user-wallet' ? state.users.get(parts.userId) : undefined;
  return user === undefined ? 0 : readyMinor(state, user);
}

/** What a hold is for: a session, or a reservation under the id that its own session would have. */
export type Held = Pick<Session, 'payer' | 'driverId' | 'sessionId' | 'holdMinor'>;

/** Opens a hold. The caller has checked that there is enough. */
export function openHold(step: Step, session: Held): void {
  changeHeld(step, session, 'opened', session.holdMinor);
}

/** Makes the hold larger by what is usual, if the wallet and a group's limits have it; null when they have not. */
export function enlargeHold(step: Step, session: Session, usualMinor: number): Session | null {
  const wallet = walletOf(step.state, session.payer);
  const byMinor = Math.min(usualMinor, roomToGrow(step.state, session, step.now));
  if (wallet === undefined || byMinor <= 0 || spendableMinor(step.state, session.payer) < byMinor) return null;
  changeHeld(step, session, 'enlarged', byMinor);
  return { ...session, holdMinor: session.holdMinor + byMinor };
}

/** Closes the hold, once: `settled` when a ticket follows, `released` when nothing was charged. */
export function closeHold<H extends Held>(step: Step, session: H, how: 'settled' | 'released'): H {
  if (session.holdMinor === 0) return session;
  changeHeld(step, session, how, session.holdMinor);
  return { ...session, holdMinor: 0 };
}

/** Books an amount on a user's wallet (negative: she pays) and returns the new balance. */
export function book(step: Step, userId: UserId, entry: Entry): number {
  return bookOn(step, userWallet(userId), entry);
}

/** Books a ticket on the wallet that pays for its session. Returns the balance of the driver's own wallet. */
export function bookTicket(
  step: Step, session: Session, { ticket, ...entry }: Pick<Entry, 'kind' | 'amountMinor' | 'reason'> & {
    readonly ticket: Ticket;
  },
): number {
  const { payer, sessionId, siteId, driverId, currency } = session;
  const { ticketId } = ticket;
  const vatMinor = vatOf(ticket);
  const isThere = walletOf(step.state, payer) !== undefined;
  bookOn(step, payer, { ...entry, sessionId, ticketId, vatMinor });
  step.state.ticketPayments.put({
    ticketId, sessionId, siteId, payer, currency, paidMinor: isThere ? ticket.totalMinor : 0, vatMinor,
    refundedMinor: 0, refundedVatMinor: 0,
  });
  countSpending(step.state, session, ticket.totalMinor, step.now);
  return walletOf(step.state, userWallet(driverId))?.balanceMinor ?? 0;
}

/** Books an amount on a wallet, and what stands against it. Returns the new balance. */
export function bookOn(step: Step, account: Account, entry: Entry): number {
  const wallet = walletOf(step.state, account);
  const session = entry.sessionId === undefined ? undefined : step.state.sessions.get(entry.sessionId);
  const contra = contraPostings(entry, session?.siteId);
  const currency = wallet?.currency ?? session?.currency;
  // Nobody's money in no currency: what a person who is gone was given.
  if (currency === undefined) return 0;
  move(step, {
    kind: entry.kind, currency, sessionId: entry.sessionId ?? null, ticketId: entry.ticketId ?? null,
    by: entry.by ?? 'ev-central',
    // A correction may come when its driver is gone: it is written off, and the books still balance.
    reason: wallet === undefined ? `${entry.reason} (there is no ${account})` : entry.reason,
  }, [{ account: wallet === undefined ? ADJUSTMENTS : account, amountMinor: entry.amountMinor + 0 }, ...contra]);
  return wallet === undefined ? 0 : wallet.balanceMinor + entry.amountMinor;
}

/** One movement: its wallets get their new balances, and it is written with them. */
export function move(
  step: Step, movement: Omit<Movement, 'atMs' | 'postings'>,
  postings: readonly { readonly account: Account; readonly amountMinor: number }[],
): void {
  assertBalanced(postings);
  emit(step, {
    kind: 'append', table: 'movements',
    row: {
      ...movement, atMs: step.now,
      postings: postings.map((posting) => ({
        ...posting, balanceMinor: isWallet(posting.account) ? changeBalance(step, movement, posting) : null,
      })),
    },
  });
}

function changeBalance(
  step: Step, { currency }: Pick<Movement, 'currency'>,
  { account, amountMinor }: { readonly account: Account; readonly amountMinor: number },
): number {
  const { state } = step;
  const wallet = walletOf(state, account);
  invariant(wallet !== undefined && wallet.currency === currency, `${account} is a wallet in ${currency}`);
  const balanceMinor = wallet.balanceMinor + amountMinor;
  invariant(Number.isSafeInteger(balanceMinor), 'a balance stays a whole number');
  putWallet(state, account, { balanceMinor });
  tellLowBalance(step, account, { ...wallet, balanceMinor }, wallet.balanceMinor);
  return balanceMinor;
}

/** Once, when a balance falls below what a charge usually holds: the next one could not begin. */
function tellLowBalance(step: Step, account: Account, { balanceMinor, currency }: Wallet, beforeMinor: number): void {
  const { defaultHoldMinor } = step.state.settings;
  const parts = parseAccount(account);
  if (parts?.kind !== 'user-wallet' || beforeMinor < defaultHoldMinor || balanceMinor >= defaultHoldMinor) return;
  const ids = { driverId: parts.userId, corr: correlationId(`wallet-${parts.userId}`) };
  networkEvent(step, 'low-balance', ids, { balanceMinor, currency });
}

function changeHeld(step: Step, session: Held, change: HoldRow['change'], amountMinor: number): void {
  const { payer, driverId, sessionId } = session;
  const wallet = walletOf(step.state, payer);
  if (wallet !== undefined) {
    const heldMinor = wallet.heldMinor + (change === 'opened' || change === 'enlarged' ? amountMinor : -amountMinor);
    invariant(heldMinor >= 0, `holds of ${payer} never fall below zero`);
    putWallet(step.state, payer, { heldMinor });
  }
  emit(step, {
    kind: 'append', table: 'holds',
    row: { atMs: step.now, userId: driverId, account: payer, sessionId, change, amountMinor },
  });
}

function putWallet(state: State, account: Account, change: Partial<Pick<Wallet, 'balanceMinor' | 'heldMinor'>>): void {
  const parts = parseAccount(account);
  if (parts?.kind === 'group-wallet') state.groups.put({ ...state.groups.must(parts.groupId), ...change });
  if (parts?.kind === 'user-wallet') state.users.put({ ...state.users.must(parts.userId), ...change });
}
