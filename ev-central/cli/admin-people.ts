// `admin user person`, `register`, `code`, `forget`: what the REST API offers to people themselves, for operators and
// scripts. Addresses and names are printed here and nowhere else.
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { hashAccountCode, makeAccountCode } from '../account-code.ts';
import { type NewPerson, newPersonSchema } from '../../shared/messages/accounts.ts';
import { addListAndShow } from './admin-registry.ts';
import { hashPassword } from './credentials.ts';
import { giveOrder, readList } from './order-desk.ts';
import { costOf, passwordOf, passwordOptions, printPassword } from './password-options.ts';
import type { Own, Tool } from './tool-action.ts';
import { report, withDesk } from './tool-action.ts';
import { addToolOptions } from './tool-options.ts';
import { checkedOrder, needText, textOf } from './typed-options.ts';

export function addPersonCommands(user: Command): void {
  const person = user.command('person').description('name, e-mail address, language and time zone of a person');
  addToolOptions(personOptions(person.command('set <id>').description('sets them; a new address gets a code by mail')))
    .action(withDesk(setPerson));
  addListAndShow(person, {
    what: 'people', key: 'userId', columns: ['userId', 'name', 'email', 'emailVerified', 'language', 'timeZone'],
  });
  addToolOptions(passwordOptions(personOptions(user.command('register <id>')
    .description('makes an account that becomes active when the code in its letter comes back')
    .option('--currency <code>', 'of the account', 'EUR')))).action(withDesk(register));
  addToolOptions(user.command('forget <id>')
    .description('forgets personal data, vehicles, tokens and log-ins; money and tickets stay by id')
    .option('--note <text>', 'why; stands in the audit log', ''))
    .action(withDesk(async ({ desk, options }, [id = ''], own) => {
      const note = textOf(own, 'note') ?? '';
      report(await giveOrder(desk, checkedOrder({ kind: 'forget-person', userId: id, note })), options);
    }));
  addCodeCommands(user);
}

function addCodeCommands(user: Command): void {
  const code = user.command('code').description('codes that are sent by mail: to verify an address, for a new password');
  addToolOptions(code.command('send <id-or-address>').description('sends one')
    .option('--purpose <purpose>', 'verify-email or reset-password', 'reset-password'))
    .action(withDesk(async ({ desk, options }, [who = ''], own) => {
      report(await giveOrder(desk, checkedOrder({
        kind: 'send-code', who, purpose: needText(own, 'purpose') as 'reset-password', code: makeAccountCode(randomBytes),
      })), options);
    }));
  addToolOptions(code.command('verify <code>').description('verifies the address to which the code was sent'))
    .action(withDesk(async ({ desk, options }, [text = '']) => {
      report(await giveOrder(desk, checkedOrder({ kind: 'verify-email', codeSha256: hashAccountCode(text) })), options);
    }));
  addToolOptions(passwordOptions(code.command('reset-password <code>').description('sets a new password with the code')))
    .action(withDesk(async ({ desk, options }, [text = ''], own) => {
      const { password, generated } = await passwordOf(own);
      const outcome = await giveOrder(desk, checkedOrder({
        kind: 'reset-password', codeSha256: hashAccountCode(text),
        passwordHash: await hashPassword(password, costOf(own)),
      }));
      if (outcome.outcome === 'refused' || !generated) return report(outcome, options);
      printPassword('this account', password, options.json);
    }));
}

function personOptions(command: Command): Command {
  return command
    .option('--name <text>').option('--email <address>')
    .option('--language <tag>', 'such as es or en-GB').option('--zone <name>', 'IANA time zone, such as Europe/Madrid');
}

async function setPerson({ desk, options }: Tool, [id = '']: readonly string[], own: Own): Promise<void> {
  const row = (await readList(desk, 'people', { userId: id }))[0];
  const person = personOf(own, row === undefined ? null : newPersonSchema.parse(row));
  const order = checkedOrder({ kind: 'put-person', userId: id, person, code: makeAccountCode(randomBytes) });
  report(await giveOrder(desk, order), options);
}

async function register({ desk, options }: Tool, [id = '']: readonly string[], own: Own): Promise<void> {
  const { password, generated } = await passwordOf(own);
  const outcome = await giveOrder(desk, checkedOrder({
    kind: 'register', userId: id, passwordHash: await hashPassword(password, costOf(own)), person: personOf(own, null),
    currency: needText(own, 'currency'), code: makeAccountCode(randomBytes),
  }));
  if (outcome.outcome === 'refused' || !generated) return report(outcome, options);
  printPassword(id, password, options.json);
}

function personOf(own: Own, known: NewPerson | null): NewPerson {
  return {
    name: textOf(own, 'name') ?? known?.name ?? '', email: textOf(own, 'email') ?? known?.email ?? needText(own, 'email'),
    language: textOf(own, 'language') ?? known?.language ?? 'en', timeZone: textOf(own, 'zone') ?? known?.timeZone ?? 'UTC',
  };
}
