// The ledger's rules: what kinds of movements there are, what stands against a wallet in each, and that every movement
// adds up to nothing. Who has how much is the wallets' affair (wallet.ts).
import { invariant } from '../../shared/assert.ts';
import {
  type Account, ADJUSTMENTS, BAD_DEBT, CASH, OPENING, REIMBURSEMENTS, revenueOf, SUBSCRIPTIONS, VAT,
} from '../../shared/account.ts';
import type { SessionId, SiteId, TicketId } from '../../shared/ids.ts';
import type { Ticket } from '../../shared/messages/values.ts';

export const MOVEMENT_KINDS = [
  'top-up', 'charge', 'correction', 'refund', 'adjustment', 'reimbursement', 'payout', 'transfer', 'opening',
  'subscription', 'write-off',
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

/** The postings against the wallet's own: they add up to what it gives. `siteId`: that of the entry's session. */
export function contraPostings(entry: Entry, siteId: SiteId | undefined): { account: Account; amountMinor: number }[] {
  const vatMinor = entry.vatMinor ?? 0;
  // 0 - x: a bare minus would make -0 of nothing.
  const netMinor = 0 - entry.amountMinor - vatMinor;
  const net = { account: entry.contra ?? contraOf(entry.kind, siteId), amountMinor: netMinor };
  return vatMinor === 0 ? [net] : [net, { account: VAT, amountMinor: vatMinor }];
}

/** What stands against a wallet when the entry does not say. */
function contraOf(kind: MovementKind, siteId: SiteId | undefined): Account {
  switch (kind) {
    case 'charge': case 'correction': case 'refund':
      invariant(siteId !== undefined, `a ${kind} names its session, or the account that gets it`);
      return revenueOf(siteId);
    case 'top-up': case 'payout': return CASH;
    case 'reimbursement': return REIMBURSEMENTS;
    case 'opening': return OPENING;
    case 'adjustment': return ADJUSTMENTS;
    case 'subscription': return SUBSCRIPTIONS;
    case 'write-off': return BAD_DEBT;
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
