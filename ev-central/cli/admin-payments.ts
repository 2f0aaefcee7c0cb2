// `admin payments`: what went through payment gateways; start, refund, cancel, retry. A gateway is asked by the running
// EV_Central alone, so all of them need one.
import type { Command } from 'commander';
import { currency, formatMoney, parseMoney } from '../../shared/money.ts';
import { find } from './admin-registry.ts';
import type { Row } from './order-desk.ts';
import { giveOrder, readList } from './order-desk.ts';
import { printList } from './output.ts';
import type { Own, Tool } from './tool-action.ts';
import { report, UsageError, withCentral, withOrder } from './tool-action.ts';
import { addToolOptions } from './tool-options.ts';
import { checkedOrder, needText, numberOf, textOf } from './typed-options.ts';

export const PAYMENT_COLUMNS = [
  'paymentId', 'createdAtMs', 'userId', 'purpose', 'gateway', 'state', 'amountMinor', 'capturedMinor', 'refundedMinor',
  'currency', 'operation', 'lastError',
];

export function addPaymentCommands(admin: Command): void {
  const payments = admin.command('payments')
    .description('payments through gateways: list, start, refund, cancel, retry');
  addToolOptions(payments.command('list').description('payments, newest first')
    .option('--user <id>').option('--state <state>').option('--limit <number>', 'at most so many', '200'))
    .action(withCentral(async ({ desk, options }, _args, own) => {
      const filter = {
        ...filterOf(own, 'user', 'userId'), ...filterOf(own, 'state', 'state'),
      };
      printList(await readList(desk, 'payments', filter, numberOf(own, 'limit') ?? 200), options, PAYMENT_COLUMNS);
    }));
  addToolOptions(payments.command('start <user> <amount>').description('asks a gateway for an amount, such as 20.00')
    .option('--token <text>', "the gateway's token of the means of payment")
    .option('--country <code>', 'for the rules that choose the gateway, such as ES')
    .option('--pre-authorize', 'for the next charge only: its cost is taken, the rest released'))
    .action(withCentral(startPayment, (_args, own) => needText(own, 'token')));
  addToolOptions(payments.command('refund <payment>').description('pays back all that is left of a payment, or a part')
    .option('--amount <amount>', 'such as 5.00').option('--reason <text>', 'stands in the audit log', 'refund'))
    .action(withCentral(async (tool, [id = ''], own) => {
      const row = await paymentRow(tool, id);
      const text = textOf(own, 'amount');
      const amountMinor = text === undefined ? null : amountOf(text, String(row['currency']));
      const order = checkedOrder({ kind: 'refund-payment', paymentId: id, amountMinor, note: needText(own, 'reason') });
      report(await giveOrder(tool.desk, order), tool.options);
    }));
  addToolOptions(payments.command('cancel <payment>').description('gives a payment up that has taken nothing yet'))
    .action(withOrder(([id = '']) => checkedOrder({ kind: 'cancel-payment', paymentId: id })));
  addToolOptions(payments.command('retry <payment>')
    .description('tries now what waits for its next attempt, or looks up how the payment stands at its gateway'))
    .action(withOrder(([id = '']) => checkedOrder({ kind: 'retry-payment', paymentId: id })));
}

async function startPayment({ desk, options }: Tool, [user = '', amount = '']: readonly string[], own: Own) {
  const row = await find(desk, 'users', 'userId', user);
  const order = checkedOrder({
    kind: 'start-payment', userId: user, purpose: own['preAuthorize'] === true ? 'pre-authorization' : 'top-up',
    amountMinor: amountOf(amount, String(row['currency'])), token: needText(own, 'token'),
    country: textOf(own, 'country') ?? null,
  });
  report(await giveOrder(desk, order), options);
}

async function paymentRow({ desk }: Tool, id: string): Promise<Row> {
  const [row] = await readList(desk, 'payments', { paymentId: id });
  if (row === undefined) throw new UsageError(`no such payment: ${id}`);
  return row;
}

function amountOf(text: string, code: string): number {
  const amountMinor = parseMoney(text, currency(code));
  if (amountMinor !== undefined && amountMinor > 0) return amountMinor;
  throw new UsageError(`"${text}" is no amount of ${code}, such as ${formatMoney(2_000, currency(code))}`);
}

function filterOf(own: Own, flag: string, name: string): Record<string, string> {
  const value = textOf(own, flag);
  return value === undefined ? {} : { [name]: value };
}
