// `ev-notifier admin`: the delivery log, deliveries, dead letters, sending again, webhooks, keys. It reads the database
// beside a running notifier; what is to be sent again, that takes from there within a second, or at its next start.
import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { systemClock } from '../shared/clock.ts';
import { readSettings } from '../shared/config.ts';
import { Failure } from '../shared/failure.ts';
import { ID_RULE, isId } from '../shared/ids.ts';
import { NOTIFICATION_KINDS } from '../shared/messages/notification.ts';
import { writeVapidKeys } from './channels/web-push.ts';
import { CHANNELS, DELIVERY_STATES, OUTCOMES } from './core/rows.ts';
import { databaseFile } from './serve.ts';
import { NOTIFIER_SETTINGS } from './settings.ts';
import { type DeliveryFilter, type LogFilter, type NotifierStore, openNotifierStore } from './store/store.ts';

const MOST_ROWS = 1_000;
const REFUSED = 2;

type Listed = { user?: string; channel?: string; kind?: string; limit: string; json?: boolean };

export function addAdminCommands(parent: Command): void {
  const admin = parent.command('admin').description('the delivery log, deliveries, dead letters, webhooks, and keys');
  listed(admin.command('log').description('what was sent, to whom, over what, and what became of it; newest first'))
    .option('--outcome <name>', `only ${OUTCOMES.join(', ')}`)
    .action((own: Listed & { outcome?: string }) => withStore(parent, (store) => {
      const filter = { ...filterOf(own), ...oneOf('outcome', own.outcome, OUTCOMES) };
      print(store.log({ ...filter, limit: limitOf(own.limit) }), own.json === true, (row) => [
        when(row.atMs), row.outcome, row.channel, row.kind, row.userId ?? row.target, row.deliveryId,
        row.providerId ?? '', row.detail,
      ]);
    }));
  listed(admin.command('deliveries').description('each delivery as it stands, the last changed first'))
    .option('--state <name>', `only ${DELIVERY_STATES.join(', ')}`)
    .action((own: Listed & { state?: string }) => withStore(parent, (store) =>
      printDeliveries(store, own, oneOf('state', own.state, DELIVERY_STATES))));
  listed(admin.command('dead-letters').description('what was given up, newest first'))
    .action((own: Listed) => withStore(parent, (store) => printDeliveries(store, own, { state: 'dead' })));
  admin.command('resend [id]').description('sends one delivery again, or with --all every dead letter')
    .option('--all', 'every dead letter')
    .action((id: string | undefined, own: { all?: boolean }) => withStore(parent, (store) => {
      if ((id === undefined) === (own.all !== true)) {
        throw new Failure('bad-configuration', 'give the id of a delivery, or --all');
      }
      const count = store.askResend(id === undefined ? 'all' : { deliveryId: id });
      if (count === 0 && id !== undefined) {
        process.stdout.write(`${id} is not sent again: there is no such delivery, it is not over yet, or it is on its `
          + 'way already\n');
        process.exitCode = REFUSED;
        return;
      }
      process.stdout.write(`${count} ${count === 1 ? 'delivery is' : 'deliveries are'} sent again\n`);
    }));
  admin.command('webhooks').description('those that are disabled, because they said that they are gone (410)')
    .option('--json', 'one JSON object a line')
    .action((own: { json?: boolean }) => withStore(parent, (store) => {
      print(store.disabledWebhooks(), own.json === true,
        ({ name, sinceMs }) => [name, `disabled since ${when(sinceMs)}: it answered 410, gone`]);
    }));
  admin.command('enable-webhook <name>').description('sends to a disabled webhook again what happens from now on')
    .action((name: string) => withStore(parent, (store) => {
      const isDone = store.enableWebhook(name);
      process.stdout.write(isDone ? `the webhook ${name} is used again; "resend" sends what is dead\n`
        : `the webhook ${name} is not disabled\n`);
      if (!isDone) process.exitCode = REFUSED;
    }));
  admin.command('vapid-keys <file>').description('makes keys for web push, for its owner alone (0600)')
    .action((file: string) => {
      process.stdout.write(`public key, for the page that subscribes: ${writeVapidKeys(file)}\n`);
    });
}

function withStore(parent: Command, run: (store: NotifierStore) => void): void {
  const table = Object.fromEntries(Object.entries(NOTIFIER_SETTINGS)
    .map(([name, { argument: _argument, ...setting }]: [string, Record<string, unknown>]) => [name, setting]));
  const { config } = readSettings(parent, table as typeof NOTIFIER_SETTINGS, process.env);
  const file = databaseFile(config);
  if (!existsSync(file)) {
    throw new Failure('bad-configuration', `there is no ${file}: say with --data-dir where the notifier keeps it`);
  }
  const store = openNotifierStore(file, { clock: systemClock, newId: () => 'none' });
  try {
    run(store);
  } finally {
    store.close();
  }
}

function listed(command: Command): Command {
  return command.option('--user <id>', 'of this person').option('--channel <name>', `over ${CHANNELS.join(', ')}`)
    .option('--kind <name>', 'of this kind, such as queue-offer')
    .option('--limit <number>', 'rows', '100').option('--json', 'one JSON object a line');
}

function filterOf({ user, channel, kind }: Listed): LogFilter & DeliveryFilter {
  if (user !== undefined && !isId(user)) throw new Failure('bad-configuration', `--user ${user} is no id: ${ID_RULE}`);
  return {
    ...(user === undefined ? {} : { userId: user }), ...oneOf('channel', channel, CHANNELS),
    ...oneOf('kind', kind, NOTIFICATION_KINDS),
  };
}

/** A word that there is not would be a list that is empty for no reason that anybody sees. */
function oneOf(
  name: 'channel' | 'kind' | 'outcome' | 'state', given: string | undefined, known: readonly string[],
): LogFilter & DeliveryFilter {
  if (given === undefined) return {};
  if (known.includes(given)) return { [name]: given };
  throw new Failure('bad-configuration', `--${name} ${given} is not one of ${known.join(', ')}`);
}

function printDeliveries(store: NotifierStore, own: Listed, filter: DeliveryFilter): void {
  print(store.deliveries({ ...filterOf(own), ...filter, limit: limitOf(own.limit) }), own.json === true,
    ({ deliveryId, nextAtMs, channel, kind, userId, target, state, failures, error }) => [
      when(nextAtMs), deliveryId, ...(filter.state === undefined ? [state] : []), channel, kind, userId ?? target,
      `${failures} ${failures === 1 ? 'failure' : 'failures'}`, error,
    ]);
}

function limitOf(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit > 0 && limit <= MOST_ROWS) return limit;
  throw new Failure('bad-configuration', `--limit is a number from 1 to ${MOST_ROWS}`);
}

function print<T>(rows: readonly T[], json: boolean, cells: (row: T) => readonly string[]): void {
  for (const row of rows) process.stdout.write(`${json ? JSON.stringify(row) : cells(row).join('  ').trimEnd()}\n`);
}

function when(atMs: number): string {
  return new Date(atMs).toISOString();
}
