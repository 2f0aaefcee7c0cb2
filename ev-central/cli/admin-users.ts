// `admin user`: accounts, passwords, PINs, wallets. Passwords and PINs are hashed here; a generated one is shown once.
import type { Command } from 'commander';
import { userRowSchema } from '../../shared/messages/orders.ts';
import type { UserRow } from '../../shared/messages/orders.ts';
import { currency, formatMoney, parseMoney } from '../../shared/money.ts';
import { addListAndShow, addRemove, find } from './admin-registry.ts';
import { addBelongingCommands } from './admin-belongings.ts';
import { addPersonCommands } from './admin-people.ts';
import { addSecondFactorCommands } from './admin-second-factor.ts';
import { BCRYPT_COST, hashPassword, hashPin } from './credentials.ts';
import { giveOrder } from './order-desk.ts';
import { costOf, passwordOf, passwordOptions, printPassword } from './password-options.ts';
import type { Own, Tool } from './tool-action.ts';
import { report, UsageError, withDesk } from './tool-action.ts';
import { addToolOptions } from './tool-options.ts';
import { checkedOrder, hoursOf, needText, numberOf, textOf, wattsOf } from './typed-options.ts';

export function addUserCommands(admin: Command): void {
  const user = admin.command('user').alias('users').description('drivers, operators, technicians, admins');
  const add = passwordOptions(userOptions(user.command('add <id>').description('adds a user')));
  addToolOptions(add).action(withDesk(addUser));
  addToolOptions(userOptions(user.command('change <id>').description('changes role, limits, priority')))
    .action(withDesk(async ({ desk, options }, [id = ''], own) => {
      const known = userRowSchema.parse(await find(desk, 'users', 'userId', id));
      const order = checkedOrder({ kind: 'put-user', user: userOf(id, own, known), passwordHash: null, pinHash: null });
      report(await giveOrder(desk, order), options);
    }));
  const password = passwordOptions(user.command('set-password <id>').description('sets or generates a new password'));
  addToolOptions(password).action(withDesk(setPassword));
  addToolOptions(user.command('set-pin <id>').description('sets the PIN for charging at a point')
    .option('--pin <digits>').option('--bcrypt-cost <number>', `work factor of the hash (default: ${BCRYPT_COST})`))
    .action(withDesk(async ({ desk, options }, [id = ''], own) => {
      const known = userRowSchema.parse(await find(desk, 'users', 'userId', id));
      const pinHash = await hashPin(needText(own, 'pin'), costOf(own));
      const order = checkedOrder({ kind: 'put-user', user: known, passwordHash: null, pinHash });
      report(await giveOrder(desk, order), options);
    }));
  addWallet(user);
  addSecondFactorCommands(user);
  addPersonCommands(user);
  addBelongingCommands(user);
  for (const verb of ['activate', 'deactivate'] as const) {
    addToolOptions(user.command(`${verb} <id>`).description(`${verb}s an account`))
      .action(withDesk(async ({ desk, options }, [id = '']) => {
        const known = userRowSchema.parse(await find(desk, 'users', 'userId', id));
        const changed = { ...known, active: verb === 'activate' };
        const order = checkedOrder({ kind: 'put-user', user: changed, passwordHash: null, pinHash: null });
        report(await giveOrder(desk, order), options);
      }));
  }
  addListAndShow(user, {
    what: 'users', key: 'userId',
    columns: ['userId', 'role', 'active', 'priorityClass', 'balanceMinor', 'heldMinor', 'currency'],
  });
  addRemove(user, (id) => checkedOrder({ kind: 'remove-user', userId: id }));
}

function addWallet(user: Command): void {
  addToolOptions(user.command('top-up <id> <amount>').description('books an amount on the balance, such as 20.00')
    .option('--reason <text>', 'stands in the ledger', 'top-up'))
    .action(withDesk(async ({ desk, options }, [id = '', amount = ''], own) => {
      const row = await find(desk, 'users', 'userId', id);
      const code = currency(String(row['currency']));
      const amountMinor = parseMoney(amount, code);
      if (amountMinor === undefined || amountMinor === 0) throw new UsageError(`"${amount}" is no amount of ${code}`);
      const order = checkedOrder({ kind: 'book', userId: id, amountMinor, reason: needText(own, 'reason') });
      const outcome = await giveOrder(desk, order);
      report({ ...outcome, text: outcome.text || formatMoney(amountMinor, code) }, options);
    }));
}

function userOptions(command: Command): Command {
  return command
    .option('--role <role>', 'user, technician, operator or admin')
    .option('--priority <class>', 'normal, priority, emergency')
    .option('--currency <code>').option('--sessions-at-once <number>')
    .option('--max-kw <kW>', 'the most power; "none" lifts the limit')
    .option('--hours <from-to>', 'when charges may begin, such as 08:00-20:00; "any" lifts the limit')
    .option('--inactive', 'may not log in or charge yet');
}

function userOf(id: string, own: Own, known: UserRow | null) {
  const maxKw = textOf(own, 'maxKw');
  const hours = textOf(own, 'hours');
  const limits = known?.limits ?? { sessionsAtOnce: 1, maxPowerW: null, hours: null };
  const role = (textOf(own, 'role') ?? known?.role ?? 'user') as UserRow['role'];
  const priorityClass = (textOf(own, 'priority') ?? known?.priorityClass ?? 'normal') as UserRow['priorityClass'];
  return {
    userId: id, role, active: own['inactive'] === true ? false : known?.active ?? true, priorityClass,
    limits: {
      sessionsAtOnce: numberOf(own, 'sessionsAtOnce') ?? limits.sessionsAtOnce,
      maxPowerW: maxKw === undefined ? limits.maxPowerW : maxKw === 'none' ? null : wattsOf(maxKw, '--max-kw'),
      hours: hours === undefined ? limits.hours : hours === 'any' ? null : hoursOf(hours),
    },
    currency: textOf(own, 'currency') ?? known?.currency ?? 'EUR',
  };
}

async function addUser({ desk, options }: Tool, [id = '']: readonly string[], own: Own): Promise<void> {
  const { password, generated } = await passwordOf(own);
  const pin = textOf(own, 'pin');
  const outcome = await giveOrder(desk, checkedOrder({
    kind: 'put-user', user: userOf(id, own, null), passwordHash: await hashPassword(password, costOf(own)),
    pinHash: pin === undefined ? null : await hashPin(pin, costOf(own)),
  }));
  if (outcome.outcome === 'refused' || !generated) return report(outcome, options);
  printPassword(id, password, options.json);
}

async function setPassword({ desk, options }: Tool, [id = '']: readonly string[], own: Own): Promise<void> {
  const known = userRowSchema.parse(await find(desk, 'users', 'userId', id));
  const { password, generated } = await passwordOf(own);
  const pin = textOf(own, 'pin');
  const outcome = await giveOrder(desk, checkedOrder({
    kind: 'put-user', user: known, passwordHash: await hashPassword(password, costOf(own)),
    pinHash: pin === undefined ? null : await hashPin(pin, costOf(own)),
  }));
  if (outcome.outcome === 'refused' || !generated) return report(outcome, options);
  printPassword(id, password, options.json);
}
