// `admin wallet`: money that an operator moves by hand. A wallet is named by its user's id, or as `group:ID`.
import type { Command } from 'commander';
import type { Account } from '../../shared/account.ts';
import { groupWallet, parseAccount, userWallet } from '../../shared/account.ts';
import { groupIdSchema, userIdSchema } from '../../shared/ids.ts';
import type { Currency } from '../../shared/money.ts';
import { currency, parseMoney } from '../../shared/money.ts';
import { find } from './admin-registry.ts';
import type { OrderDesk, Row } from './order-desk.ts';
import { giveOrder, ListRefused, readList } from './order-desk.ts';
import { printRow } from './output.ts';
import { report, UsageError, withDesk } from './tool-action.ts';
import { addToolOptions } from './tool-options.ts';
import { checkedOrder, needText, textOf } from './typed-options.ts';

const WALLET = 'a user, or group:ID';

export function addWalletCommands(admin: Command): void {
  const wallet = admin.command('wallet').description(`money on wallets (${WALLET}): top up, adjust, refund, transfer`);
  for (const as of ['top-up', 'adjust'] as const) {
    const kind = as === 'adjust' ? 'adjustment' : as;
    addToolOptions(wallet.command(`${as} <wallet> <amount>`)
      .description(as === 'adjust' ? 'books a correction by hand, such as -5.00; it needs a reason'
        : 'books money that was paid in, such as 20.00')
      .option('--reason <text>', 'stands in the ledger'))
      .action(withDesk(async ({ desk, options }, [name = '', amount = ''], own) => {
        const account = walletOf(name);
        const amountMinor = amountOf(amount, await currencyOf(desk, account));
        const reason = as === 'adjust' ? needText(own, 'reason') : textOf(own, 'reason') ?? 'top-up';
        report(await giveOrder(desk, checkedOrder({ ...bookOn(account), amountMinor, reason, as: kind })), options);
      }));
  }
  addToolOptions(wallet.command('refund <ticket> [amount]')
    .description('gives a ticket back to the wallet that paid it: the part that is named, or all that is left')
    .option('--reason <text>', 'stands in the ledger'))
    .action(withDesk(async ({ desk, options }, [ticketId = '', amount], own) => {
      const reason = needText(own, 'reason');
      const amountMinor = amount === undefined ? null : amountOf(amount, await currencyOfTicket(desk, ticketId));
      report(await giveOrder(desk, checkedOrder({ kind: 'refund-ticket', ticketId, amountMinor, reason })), options);
    }));
  addToolOptions(wallet.command('transfer <from> <to> <amount>').description('moves money from one wallet to another')
    .option('--reason <text>', 'stands in the ledger', 'transfer'))
    .action(withDesk(async ({ desk, options }, [from = '', to = '', amount = ''], own) => {
      const giver = walletOf(from);
      const amountMinor = amountOf(amount, await currencyOf(desk, giver));
      report(await giveOrder(desk, checkedOrder({
        kind: 'transfer', from: giver, to: walletOf(to), amountMinor, reason: needText(own, 'reason'),
      })), options);
    }));
  addToolOptions(wallet.command('show <wallet>').description('balance, what is held, and what is free'))
    .action(withDesk(async ({ desk, options }, [name = '']) => {
      const account = walletOf(name);
      const { balanceMinor, heldMinor, currency: code } = await rowOf(desk, account);
      const [balance, held] = [Number(balanceMinor), Number(heldMinor)];
      printRow({ account, currency: code, balanceMinor: balance, heldMinor: held, freeMinor: balance - held }, options);
    }));
}

/** `ana → wallet:user:ana`, `group:smiths → wallet:group:smiths`; a whole account's name stands for itself. */
export function walletOf(text: string): Account {
  const parts = parseAccount(text);
  if (parts?.kind === 'user-wallet') return userWallet(parts.userId);
  if (parts?.kind === 'group-wallet') return groupWallet(parts.groupId);
  const group = text.startsWith('group:') ? groupIdSchema.safeParse(text.slice('group:'.length)) : null;
  if (group?.success === true) return groupWallet(group.data);
  const user = userIdSchema.safeParse(text);
  if (!user.success) throw new UsageError(`"${text}" is no wallet: give a user's id, or group:ID`);
  return userWallet(user.data);
}

function bookOn(account: Account) {
  const parts = parseAccount(account);
  if (parts?.kind === 'user-wallet') return { kind: 'book', userId: parts.userId } as const;
  if (parts?.kind === 'group-wallet') return { kind: 'book-group', groupId: parts.groupId } as const;
  throw new UsageError(`${account} is no wallet`);
}

/** Throws when there is no such wallet. */
export async function insistOnWallet(desk: OrderDesk, account: Account): Promise<void> {
  await rowOf(desk, account);
}

async function rowOf(desk: OrderDesk, account: Account): Promise<Row> {
  const order = bookOn(account);
  return order.kind === 'book' ? find(desk, 'users', 'userId', order.userId)
    : find(desk, 'groups', 'groupId', order.groupId);
}

async function currencyOf(desk: OrderDesk, account: Account): Promise<Currency> {
  return currency(String((await rowOf(desk, account))['currency']));
}

async function currencyOfTicket(desk: OrderDesk, ticketId: string): Promise<Currency> {
  const [row] = await readList(desk, 'tickets', { ticketId }, 1);
  if (row === undefined) throw new ListRefused(`no such ticket: ${ticketId}`);
  return currency(String(row['currency']));
}

function amountOf(text: string, code: Currency): number {
  const amountMinor = parseMoney(text, code);
  if (amountMinor === undefined || amountMinor === 0) throw new UsageError(`"${text}" is no amount of ${code}`);
  return amountMinor;
}
