// `admin user person`, `email`, `reset-code`, `forget`: what the REST API offers to people themselves, for operators
// and scripts. Addresses and names are printed here and nowhere else.
import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { Failure } from '../../shared/failure.ts';
import { type Profile, profileSchema } from '../../shared/messages/accounts.ts';
import type { NotificationPreferences } from '../../shared/messages/notification.ts';
import { addListAndShow } from './admin-registry.ts';
import { giveOrder, readList } from './order-desk.ts';
import type { Own, Tool } from './tool-action.ts';
import { report, withDesk } from './tool-action.ts';
import { addToolOptions } from './tool-options.ts';
import { checkedOrder, textOf } from './typed-options.ts';

export function addPersonCommands(user: Command): void {
  const person = user.command('person').description('name, language and time zone of a person, and her e-mail address');
  addToolOptions(person.command('set <id>').description('sets what is given, and leaves the rest')
    .option('--name <text>').option('--language <code>', 'of her letters: en, es or pt')
    .option('--zone <name>', 'IANA time zone, such as Europe/Madrid')).action(withDesk(setPerson));
  addListAndShow(person, {
    what: 'people', key: 'userId', columns: ['userId', 'name', 'email', 'language', 'timeZone'],
  });
  addToolOptions(user.command('email <id> <address>')
    .description('sends a letter to a new address, which counts once the code in it is given back'))
    .action(withDesk(async ({ desk, options }, [userId = '', email = '']) => {
      report(await giveOrder(desk, checkedOrder({ kind: 'change-email', userId, email })), options);
    }));
  addNotifications(user);
  addNoted(user, 'reset-code <id>', 'sends a code for a new password to the address of a person', 'send-reset-code');
  addNoted(user, 'forget <id>', 'forgets personal data, vehicles, tokens and log-ins; money and tickets stay by id',
    'forget-person');
}

function addNotifications(user: Command): void {
  addToolOptions(user.command('notifications <id> <file>')
    .description('sets what a person is told of, and how: the whole of it, as JSON'))
    .action(withDesk(async ({ desk, options }, [userId = '', file = '']) => {
      const preferences = jsonOf(file);
      const order = checkedOrder({ kind: 'put-notification-preferences', userId, preferences });
      report(await giveOrder(desk, order), options);
    }));
}

/** What is in it, the order's own schema checks. @throws Failure */
function jsonOf(file: string): NotificationPreferences {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as NotificationPreferences;
  } catch (cause) {
    throw new Failure('bad-configuration', `cannot read ${file}: give a JSON file of preferences`, cause);
  }
}

function addNoted(user: Command, name: string, about: string, kind: 'send-reset-code' | 'forget-person'): void {
  addToolOptions(user.command(name).description(about).option('--note <text>', 'why; stands in the audit log', ''))
    .action(withDesk(async ({ desk, options }, [userId = ''], own) => {
      const note = textOf(own, 'note') ?? '';
      report(await giveOrder(desk, checkedOrder({ kind, userId, note })), options);
    }));
}

async function setPerson({ desk, options }: Tool, [userId = '']: readonly string[], own: Own): Promise<void> {
  const row = (await readList(desk, 'people', { userId }))[0];
  const known = row === undefined ? null : profileSchema.parse(row);
  const profile = {
    name: textOf(own, 'name') ?? known?.name ?? '', timeZone: textOf(own, 'zone') ?? known?.timeZone ?? 'UTC',
    language: (textOf(own, 'language') ?? known?.language ?? 'en') as Profile['language'],
  };
  report(await giveOrder(desk, checkedOrder({ kind: 'put-person', userId, profile })), options);
}
