// An ev-notifier beside a network of real processes: the key that it reads the events with, its command line, its
// start.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManagedProcess } from './managed-process.ts';
import type { Network } from './network.ts';

const KEY_TIMEOUT_MS = 30_000;

export function notifierDir({ options }: Network): string {
  return join(options.dir, 'notifier');
}

/** Puts the services' key into a file of the network's folder. EV_Central makes the key at its first start. */
export async function takeServiceKey(network: Network): Promise<string> {
  const file = join(network.options.dir, 'service.key');
  const deadline = Date.now() + KEY_TIMEOUT_MS;
  for (;;) {
    const { status, output } = await network.tryTool(['admin', 'service-key', 'notifier', '--json']);
    if (status === 0) {
      await writeFile(file, output.trim(), { mode: 0o600 });
      return file;
    }
    if (Date.now() > deadline) throw new Error(`there is no key for ev-notifier: ${output.trim()}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

export type NotifierPlace = { readonly keyFile: string; readonly smtpUrl: string };

/**
 * Its command line, without the name of the program. Its own limits are for people; those of a demo or a test get more
 * letters in a minute than others in a week.
 */
export function notifierArgs(network: Network, { keyFile, smtpUrl }: NotifierPlace): string[] {
  const { brokers, topicPrefix } = network.options;
  return [
    brokers, network.centralAddress, '--topic-prefix', topicPrefix, '--service-key-file', keyFile,
    '--data-dir', notifierDir(network), '--smtp-url', smtpUrl, '--per-second', '200', '--per-person-hour', '1000',
  ];
}

/** Starts one, again after a kill as well; resolves when it is at work. */
export async function startNotifier(network: Network, place: NotifierPlace): Promise<ManagedProcess> {
  const notifier = network.start('ev-notifier', 'ev-notifier', [...notifierArgs(network, place), '--no-ui']);
  await notifier.untilLine('started');
  return notifier;
}
