// `admin debts`: wallets whose balance is below zero; reminders put off and sent again, and what is written off.
import type { Command } from 'commander';
import { walletName } from '../../shared/account.ts';
import { debtRowSchema } from '../../shared/messages/debt.ts';
import { formatMoney } from '../../shared/money.ts';
import { timeText } from './audit-export.ts';
import { walletOf } from './admin-wallet.ts';
import { giveOrder, readList } from './order-desk.ts';
import { printJson, printList } from './output.ts';
import type { Own } from './tool-action.ts';
import { report, UsageError, withDesk } from './tool-action.ts';
import { addToolOptions } from './tool-options.ts';
import { checkedOrder, needText, textOf, timesOf } from './typed-options.ts';

export function addDebtCommands(admin: Command): void {
  const debts = admin.command('debts').description('wallets whose balance is below zero, and their reminders');
  addToolOptions(debts.command('list').description('lists them, the oldest debt first')
    .option('--wallet <id>', 'a user, or group:<id>')
    .option('--state <state>', 'open, reminded, paused, or final: the last notice was sent')
    .option('--currency <code>'))
    .action(withDesk(async ({ desk, options }, _args, own) => {
      const wallet = textOf(own, 'wallet');
      const named = {
        account: wallet === undefined ? undefined : walletOf(wallet), state: textOf(own, 'state'),
        currency: textOf(own, 'currency'),
      };
      const filter = Object.fromEntries(Object.entries(named).flatMap(([name, text]) =>
        (text === undefined ? [] : [[name, text]])));
      const rows = (await readList(desk, 'debts', filter)).map((row) => debtRowSchema.parse(row));
      if (options.json) return printJson(rows);
      printList(rows.map(({ account, owedMinor, currency, sinceMs, state, step, nextAtMs, note }) => ({
        wallet: walletName(account), owes: formatMoney(owedMinor, currency), since: timeText(sinceMs).slice(0, 10),
        state, reminders: step, next: nextAtMs === null ? '' : timeText(nextAtMs).slice(0, 10), note,
      })), options);
    }));
  addToolOptions(debts.command('pause <wallet>').description('puts the reminders off until the end of a day, or a time')
    .option('--until <time>', 'such as 2026-03-31').option('--reason <text>', 'stands in the list and the audit log'))
    .action(withDesk(async ({ desk, options }, [wallet = ''], own) => {
      report(await giveOrder(desk, checkedOrder({
        kind: 'pause-debt', wallet: walletOf(wallet), untilMs: untilOf(own), reason: needText(own, 'reason'),
      })), options);
    }));
  addToolOptions(debts.command('resume <wallet>').description('sends the reminders again that were put off'))
    .action(withDesk(async ({ desk, options }, [wallet = '']) => {
      report(await giveOrder(desk, checkedOrder({ kind: 'resume-debt', wallet: walletOf(wallet) })), options);
    }));
  addToolOptions(debts.command('write-off <wallet>').description('books all that is owed on the account bad-debt')
    .option('--reason <text>', 'stands in the ledger'))
    .action(withDesk(async ({ desk, options }, [wallet = ''], own) => {
      const order = { kind: 'write-off-debt', wallet: walletOf(wallet), reason: needText(own, 'reason') } as const;
      report(await giveOrder(desk, checkedOrder(order)), options);
    }));
}

function untilOf(own: Own): number {
  needText(own, 'until');
  const { untilMs } = timesOf({ to: own['until'] });
  if (untilMs === undefined) throw new UsageError('--until is missing');
  return untilMs;
}
