// `ev-notifier admin`: the delivery log, dead letters, sending again, and keys for web push. It reads the database
// beside a running notifier; what is to be sent again, that takes from there within a second, or at its next start.
import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { systemClock } from '../shared/clock.ts';
import { readSettings } from '../shared/config.ts';
import { Failure } from '../shared/failure.ts';
import { writeVapidKeys } from './channels/web-push.ts';
import { databaseFile } from './serve.ts';
import { NOTIFIER_SETTINGS } from './settings.ts';
import { type NotifierStore, openNotifierStore } from './store/store.ts';

const MOST_ROWS = 1_000;
const REFUSED = 2;

export function addAdminCommands(parent: Command): void {
  const admin = parent.command('admin').description('the delivery log, dead letters, and keys');
  admin.command('log').description('what was sent, to whom, over what, and what became of it; newest first')
    .option('--user <id>', 'of this person').option('--channel <name>', 'over this channel')
    .option('--limit <number>', 'rows', '100').option('--json', 'one JSON object a line')
    .action((own: { user?: string; channel?: string; limit: string; json?: boolean }) => withStore(parent, (store) => {
      const rows = store.log({
        limit: limitOf(own.limit), ...(own.user === undefined ? {} : { userId: own.user }),
        ...(own.channel === undefined ? {} : { channel: own.channel }),
      });
      print(rows, own.json === true, (row) => [
        when(row.atMs), row.outcome, row.channel, row.kind, row.userId ?? row.target, row.deliveryId,
        row.providerId ?? '', row.detail,
      ]);
    }));
  admin.command('dead-letters').description('what was given up, newest first')
    .option('--limit <number>', 'rows', '100').option('--json', 'one JSON object a line')
    .action((own: { limit: string; json?: boolean }) => withStore(parent, (store) => {
      print(store.dead(limitOf(own.limit)), own.json === true,
        ({ deliveryId, nextAtMs, channel, kind, userId, target, failures, error }) =>
          [when(nextAtMs), deliveryId, channel, kind, userId ?? target, `${failures} failures`, error]);
    }));
  admin.command('resend [id]').description('sends one delivery again, or with --all every dead letter')
    .option('--all', 'every dead letter')
    .action((id: string | undefined, own: { all?: boolean }) => withStore(parent, (store) => {
      if ((id === undefined) === (own.all !== true)) {
        throw new Failure('bad-configuration', 'give the id of a delivery, or --all');
      }
      const count = store.askResend(id === undefined ? 'all' : { deliveryId: id });
      process.stdout.write(`${count} ${count === 1 ? 'delivery is' : 'deliveries are'} sent again\n`);
      if (count === 0 && id !== undefined) process.exitCode = REFUSED;
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
