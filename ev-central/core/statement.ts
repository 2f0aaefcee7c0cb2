// A month of a wallet: what was on it before, each movement, what was on it afterwards, and what each kind of movement
// came to; for each currency apart, for a wallet that was emptied may have changed its own.
import { type Account, parseAccount } from '../../shared/account.ts';
import { invariant } from '../../shared/assert.ts';
import type { Issuer } from '../../shared/messages/invoice.ts';
import type { Currency } from '../../shared/money.ts';
import type { MovementKind } from './ledger.ts';
import type { Movement } from './rows.ts';

/** A movement as it was read: with its number, and the document that says it. */
export type StatedMovement = Movement & { readonly movementId: number; readonly invoice: string | null };

/** A movement as its account sees it: what it got (negative: gave), and what it had afterwards. */
export type StatementLine = Omit<StatedMovement, 'postings' | 'currency'> & {
  readonly amountMinor: number; readonly balanceMinor: number;
  /** The accounts at the other end. */
  readonly against: readonly Account[];
  /** The payment through a gateway that it is part of. */
  readonly paymentId: string | null;
};
export type KindSum = { readonly kind: MovementKind; readonly count: number; readonly amountMinor: number };
export type Statement = {
  readonly currency: Currency; readonly openingMinor: number; readonly lines: readonly StatementLine[];
  /** What the lines of each kind come to, in the order of their first line. */
  readonly sums: readonly KindSum[];
  readonly closingMinor: number;
};

/** Whose wallet it is: its currency, the zone that its owner lives in, and how she is billed. */
export type WalletOwner = {
  readonly currency: Currency;
  /** Null: nobody has said. */
  readonly timeZone: string | null;
  readonly name: string | null; readonly address: readonly string[];
};

/** A statement with all that stands on its paper. */
export type StatementDocument = {
  readonly account: Account;
  readonly month: string;
  readonly timeZone: string;
  readonly startMs: number;
  /** The end of the month, or of what has passed of it: `isOver` says which. */
  readonly untilMs: number;
  readonly isOver: boolean;
  /** Null: no invoices are made here, so nobody has said who runs the network. */
  readonly issuer: Pick<Issuer, 'name' | 'address' | 'vatId' | 'footer'> | null;
  readonly holder: Pick<WalletOwner, 'name' | 'address'>;
  /** Never empty: a wallet on which nothing was and nothing happened says so in its own currency. */
  readonly statements: readonly Statement[];
};

/**
 * The statement in one currency. `closingMinor` was added up apart from the lines, by whoever read them: both must
 * come to the same, and so must the sums of the kinds.
 */
export function statementOf(
  account: Account,
  { currency, openingMinor, movements, closingMinor }: {
    readonly currency: Currency; readonly openingMinor: number; readonly movements: readonly StatedMovement[];
    readonly closingMinor: number;
  },
): Statement {
  let balanceMinor = openingMinor;
  const lines = movements.map(({ postings, currency: _same, ...movement }): StatementLine => {
    const own = postings.filter((posting) => posting.account === account);
    const amountMinor = own.reduce((sum, posting) => sum + posting.amountMinor, 0);
    balanceMinor += amountMinor;
    const against = postings.flatMap((posting) => (posting.account === account ? [] : [posting.account]));
    return { ...movement, amountMinor, balanceMinor, against, paymentId: paymentIn(movement.reason, against) };
  });
  const sums = [...Map.groupBy(lines, ({ kind }) => kind)].map(([kind, its]): KindSum =>
    ({ kind, count: its.length, amountMinor: its.reduce((sum, line) => sum + line.amountMinor, 0) }));
  invariant(balanceMinor === closingMinor, `the lines of ${account} lead from its opening to its closing balance`);
  invariant(sums.reduce((sum, { amountMinor }) => sum + amountMinor, openingMinor) === closingMinor,
    `the sums of ${account} by kind lead from its opening to its closing balance`);
  return { currency, openingMinor, lines, sums, closingMinor };
}

/** Puts together what stands on the paper. `now` may lie in the month. */
export function statementDocument(
  account: Account,
  { month, timeZone, span, now, currency, ...parts }: {
    readonly month: string; readonly timeZone: string; readonly span: { startMs: number; endMs: number };
    readonly now: number; readonly owner: WalletOwner | undefined; readonly issuer: Issuer | null;
    /** Only this one's statement; undefined: all. */
    readonly currency?: Currency | undefined; readonly statements: readonly Statement[];
  },
): StatementDocument {
  const { owner, issuer } = parts;
  const statements = parts.statements.filter((each) => currency === undefined || each.currency === currency);
  const shown = currency ?? owner?.currency;
  const nothing: Statement[] = shown === undefined || statements.length > 0 ? []
    : [{ currency: shown, openingMinor: 0, lines: [], sums: [], closingMinor: 0 }];
  return {
    account, month, timeZone, startMs: span.startMs, untilMs: Math.max(span.startMs, Math.min(now, span.endMs)),
    isOver: span.endMs <= now, issuer, holder: { name: owner?.name ?? null, address: owner?.address ?? [] },
    statements: [...statements, ...nothing],
  };
}

/** The zone of a statement's dates: what was asked for, the owner's, the issuer's, or UTC. */
export function statementZone(
  asked: string | undefined, owner: WalletOwner | undefined, issuer: Pick<Issuer, 'timeZone'> | null,
): string {
  return asked ?? owner?.timeZone ?? issuer?.timeZone ?? 'UTC';
}

/** What came from a gateway, or went back to it, ends its reason with the payment's id (payment-news.ts). */
function paymentIn(reason: string, against: readonly Account[]): string | null {
  if (!against.some((each) => parseAccount(each)?.kind === 'gateway')) return null;
  return /(?:^| )payment (\S+)$/.exec(reason)?.[1] ?? null;
}
