// The ledger's rules: what kinds of movements there are, what stands against a wallet in each, and that every movement
// adds up to nothing. Who has how much is the wallets' affair (wallet.ts).
import { invariant } from '../../shared/assert.ts';
import {
  type Account, ADJUSTMENTS, CASH, OPENING, REIMBURSEMENTS, revenueOf, VAT,
} from '../../shared/account.ts';
import type { SessionId, TicketId } from '../../shared/ids.ts';
import type { Ticket } from '../../shared/messages/values.ts';
import type { State } from './state.ts';

export const MOVEMENT_KINDS = [
  'top-up', 'charge', 'correction', 'refund', 'adjustment', 'reimbursement', 'payout', 'transfer', 'opening',
] as const;
export type MovementKind = (typeof MOVEMENT_KINDS)[number];

/** One side of a movement. `balanceMinor`: what the wallet held afterwards; null for the other accounts. */
export type Posting = {
  readonly account: Account; readonly amountMinor: number; readonly balanceMinor: number | null;
};

/** What is booked on a wallet, and what it is for. */
export type Entry = {
  readonly kind: MovementKind;
  /** Negative: the wallet pays. */
  readonly amountMinor: number;
  /** Stands in statements. */
  readonly reason: string;
  readonly sessionId?: SessionId;
  readonly ticketId?: TicketId;
  /** What stands against the wallet; by default what its kind says (`contraOf`). */
  readonly contra?: Account;
  /** Of the amount, what the account of the VAT gets; negative when VAT is given back. */
  readonly vatMinor?: number;
  /** Who ordered it; by default EV_Central itself. */
  readonly by?: string;
};

/** The postings against the wallet's own: they add up to what it gives. */
export function contraPostings(state: State, entry: Entry): { account: Account; amountMinor: number }[] {
  const vatMinor = entry.vatMinor ?? 0;
  // 0 - x: a bare minus would make -0 of nothing.
  const netMinor = 0 - entry.amountMinor - vatMinor;
  const net = { account: entry.contra ?? contraOf(state, entry), amountMinor: netMinor };
  return vatMinor === 0 ? [net] : [net, { account: VAT, amountMinor: vatMinor }];
}

/** What stands against a wallet when the entry does not say. */
function contraOf(state: State, { kind, sessionId }: Entry): Account {
  switch (kind) {
    case 'charge': case 'correction': case 'refund': {
      const session = sessionId === undefined ? undefined : state.sessions.get(sessionId);
      invariant(session !== undefined, `a ${kind} names its session, or the account that gets it`);
      return revenueOf(session.siteId);
    }
    case 'top-up': case 'payout': return CASH;
    case 'reimbursement': return REIMBURSEMENTS;
    case 'opening': return OPENING;
    case 'adjustment': return ADJUSTMENTS;
    case 'transfer': invariant(false, 'a transfer names the account at its other end');
  }
}

/** Asserted before a movement is written, and again by the store. */
export function assertBalanced(postings: readonly { readonly account: Account; readonly amountMinor: number }[]): void {
  let sum = 0;
  for (const { account, amountMinor } of postings) {
    invariant(Number.isSafeInteger(amountMinor), `${account} gets a whole number`);
    sum += amountMinor;
  }
  invariant(sum === 0 && postings.length > 1, 'a movement has two sides that add up to nothing');
}

/** The VAT in a ticket's total. */
export function vatOf({ vat }: Pick<Ticket, 'vat'>): number {
  return vat.reduce((sum, { vatMinor }) => sum + vatMinor, 0);
}
