// `admin plan` and `admin subscription`: plans with a fee by the month and a discount, and who has one.
import type { Command } from 'commander';
import { currency, parseMoney } from '../../shared/money.ts';
import { addListAndShow, addRemove } from './admin-registry.ts';
import { giveOrder, readList } from './order-desk.ts';
import { printList } from './output.ts';
import { report, UsageError, withDesk } from './tool-action.ts';
import { addToolOptions } from './tool-options.ts';
import { checkedOrder, needText, textOf, textsOf, timesOf } from './typed-options.ts';

const many = (value: string, before: string[] = []): string[] => [...before, ...value.split(',')];

export function addPlanCommands(admin: Command): void {
  const plan = admin.command('plan').description('plans that drivers subscribe to: a fee by the month, a discount');
  addToolOptions(plan.command('put <id>').description('makes a plan or changes it, for charges that begin from now on')
    .requiredOption('--name <text>', 'as tickets say it').option('--currency <code>', 'of fee and amounts', 'EUR')
    .requiredOption('--fee <amount>', 'by the month, with VAT').option('--vat <per cent>', 'in the fee', '0')
    .option('--energy <per cent>', 'off energy', '0').option('--time <per cent>', 'off charging and parking time', '0')
    .option('--flat <per cent>', 'off fees of a session', '0')
    .option('--per-kwh <amount>', 'off each kWh, without VAT', '0')
    .option('--site <id>', 'the discount is given at this site only; more with commas', many)
    .option('--from <time>', 'valid from then on').option('--to <time>', 'valid until then'))
    .action(withDesk(async ({ desk, options }, [planId = ''], own) => {
      const code = textOf(own, 'currency') ?? 'EUR';
      const fee = parseMoney(needText(own, 'fee'), currency(code));
      if (fee === undefined) throw new UsageError(`--fee is no amount of ${code}`);
      const { sinceMs = null, untilMs = null } = timesOf(own);
      const text = (name: string): string => textOf(own, name) ?? '0';
      report(await giveOrder(desk, checkedOrder({ kind: 'put-plan', plan: {
        planId, name: needText(own, 'name'), currency: code, monthlyFeeMinor: fee, vatPercent: text('vat'),
        discount: {
          energyPercent: text('energy'), timePercent: text('time'), flatPercent: text('flat'), perKwh: text('perKwh'),
        },
        siteIds: textsOf(own, 'site') ?? null, validFromMs: sinceMs, validToMs: untilMs,
      } })), options);
    }));
  addListAndShow(plan, {
    what: 'plans', key: 'planId', columns: ['planId', 'name', 'monthlyFeeMinor', 'currency', 'validToMs'],
  });
  addRemove(plan, (id) => checkedOrder({ kind: 'remove-plan', planId: id }));
  addSubscriptionCommands(admin);
}

function addSubscriptionCommands(admin: Command): void {
  const subscription = admin.command('subscription').description('who has which plan');
  addToolOptions(subscription.command('add <user> <plan>')
    .description('subscribes a user; the first month is paid from her wallet at once'))
    .action(withDesk(async ({ desk, options }, [userId = '', planId = '']) => {
      report(await giveOrder(desk, checkedOrder({ kind: 'subscribe', userId, planId })), options);
    }));
  addToolOptions(subscription.command('cancel <user>').description('ends a subscription with the month that is paid'))
    .action(withDesk(async ({ desk, options }, [userId = '']) => {
      report(await giveOrder(desk, checkedOrder({ kind: 'unsubscribe', userId })), options);
    }));
  addToolOptions(subscription.command('list').description('lists all, with the reason where one has lapsed'))
    .action(withDesk(async ({ desk, options }) => printList(await readList(desk, 'subscriptions'), options)));
}
