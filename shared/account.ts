// The accounts of the ledger, a closed set of kinds. In rows and messages an account is a text that begins with its
// kind (`wallet:user:ana`, `revenue:ALC`); it is branded and taken apart here and nowhere else.
import { z } from 'zod';
import { groupId, type GroupId, isId, type SiteId, siteId, type UserId, userId } from './ids.ts';

/** What an account is. Wallets are what is owed to people; all the others stand against them. */
export type AccountParts =
  | { readonly kind: 'user-wallet'; readonly userId: UserId }
  | { readonly kind: 'group-wallet'; readonly groupId: GroupId }
  | { readonly kind: 'revenue'; readonly siteId: SiteId }
  /** Money on its way through a payment gateway: taken by it, not paid out by it yet. */
  | { readonly kind: 'gateway'; readonly name: string }
  | { readonly kind: SingleKind };
export type AccountKind = AccountParts['kind'];

/** The kinds of which there is one account. */
const SINGLES = ['vat', 'cash', 'adjustments', 'reimbursements', 'opening', 'subscriptions', 'bad-debt'] as const;
type SingleKind = (typeof SINGLES)[number];

export const accountSchema = z.string().max(90)
  .refine((text) => parseAccount(text) !== undefined, 'must be an account such as wallet:user:ana')
  .brand<'Account'>();
export type Account = z.infer<typeof accountSchema>;

export const walletSchema = accountSchema.refine((account) => isWallet(account), 'must be a wallet');

export const userWallet = (id: UserId): Account => account(`wallet:user:${id}`);
export const groupWallet = (id: GroupId): Account => account(`wallet:group:${id}`);
export const revenueOf = (id: SiteId): Account => account(`revenue:${id}`);
export const gatewayAccount = (name: string): Account => account(`gateway:${name}`);
/** VAT that was collected and is owed to the state. */
export const VAT = account('vat');
/** Money that an operator took or gave by hand. */
export const CASH = account('cash');
export const ADJUSTMENTS = account('adjustments');
/** Home charging that was paid back from no group's wallet. */
export const REIMBURSEMENTS = account('reimbursements');
/** Fees of plans, without VAT. */
export const SUBSCRIPTIONS = account('subscriptions');
/** What was owed and written off. */
export const BAD_DEBT = account('bad-debt');
/** What stood on wallets before this ledger began. */
export const OPENING = account('opening');

/** Takes an account's text apart; undefined when it is none. */
export function parseAccount(text: string): AccountParts | undefined {
  const single = SINGLES.find((kind) => kind === text);
  if (single !== undefined) return { kind: single };
  const id = (prefix: string): string | undefined => {
    const rest = text.startsWith(prefix) ? text.slice(prefix.length) : '';
    return isId(rest) ? rest : undefined;
  };
  const [user, group, site, name] = [id('wallet:user:'), id('wallet:group:'), id('revenue:'), id('gateway:')];
  if (user !== undefined) return { kind: 'user-wallet', userId: userId(user) };
  if (group !== undefined) return { kind: 'group-wallet', groupId: groupId(group) };
  if (site !== undefined) return { kind: 'revenue', siteId: siteId(site) };
  return name === undefined ? undefined : { kind: 'gateway', name };
}

/** A wallet as people name it: `ana`, `group:smiths`. */
export function walletName(wallet: Account): string {
  const parts = parseAccount(wallet);
  if (parts?.kind === 'group-wallet') return `group:${parts.groupId}`;
  return parts?.kind === 'user-wallet' ? parts.userId : wallet;
}

export function isWallet(text: string): boolean {
  return text.startsWith('wallet:');
}

/** The maker: brands what was composed here, or read from our own database. */
function account(text: string): Account {
  return text as Account;
}
