// Many letters at once, while ev-notifier is killed: what the end-to-end tests insist on, and a drill shows. Events are
// sealed as EV_Central seals them; what became of each letter stands in the notifier's own database and at the mail
// server.
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connectBus } from '../../shared/bus/connection.ts';
import { topicName } from '../../shared/bus/topics.ts';
import { networkEvent } from '../../shared/messages/network-event.ts';
import { CENTRAL, seal, sealKey } from '../../shared/seal.ts';
import { readServiceKeys } from '../../shared/service-key.ts';
import { openDatabase } from '../../shared/sqlite/database.ts';
import type { ManagedProcess } from './managed-process.ts';
import type { Network } from './network.ts';
import { notifierDir, startNotifier } from './notifier.ts';
import type { Mail, PostOffice } from './post-office.ts';

const ALL_SENT_MS = 60_000;
const LOOK_EVERY_MS = 20;

/** Gives a user an address as if she had verified it; EV_Central does not run yet. */
export function giveAddress({ centralDir }: Network, userId: string, language: 'en' | 'es'): void {
  const db = openDatabase(join(centralDir, 'central.db'));
  try {
    db.prepare('INSERT INTO people (user_id, name, email, language, time_zone) VALUES (?, ?, ?, ?, ?)')
      .run(userId, userId, `${userId}@example.org`, language, 'Europe/Madrid');
  } finally {
    db.close();
  }
}

let events = 0;

export type Invoices = { readonly userId: string; readonly count: number; readonly prefix: string };

/** Events of documents `PREFIX-0`, `PREFIX-1`, … for one person, who gets a letter about each. */
export async function sendInvoiceEvents(
  { options }: Network, keyFile: string, { userId, count, prefix }: Invoices,
): Promise<void> {
  const [key] = readServiceKeys(keyFile);
  const topic = topicName(options.topicPrefix, 'events');
  const records = Array.from({ length: count }, (_unused, i) => {
    const mid = `letters-${process.pid}-${events += 1}`;
    const event = networkEvent.schema.parse({
      v: 1, id: mid, atMs: Date.now(), corr: 'c', type: 'event', kind: 'invoice', siteId: `S${i}`, pointId: null,
      sessionId: null, driverId: userId,
      data: { number: `${prefix}-${i}`, kind: 'invoice', totalMinor: 120, currency: 'EUR' },
    });
    const sealed = seal(sealKey(key.keyId, key.keyBase64), 'down', topic, { from: CENTRAL, to: 'services', mid },
      JSON.stringify(event));
    return { topic, key: event.siteId, headers: sealed.headers, value: sealed.value };
  });
  const bus = await connectBus({ brokers: [options.brokers], clientId: 'letters', log: () => undefined });
  try {
    const sender = bus.sender();
    await sender.send(records);
    await sender.close();
  } finally {
    await bus.close();
  }
}

/** Rows of the notifier's database; it may run beside this. */
export function notifierRows(network: Network, sql: string): Record<string, unknown>[] {
  const db = openDatabase(join(notifierDir(network), 'notifier.db'));
  try {
    return db.prepare(sql).all() as Record<string, unknown>[];
  } finally {
    db.close();
  }
}

export type KillsWish = {
  readonly office: PostOffice; readonly keyFile: string; readonly invoices: Invoices;
  /** It is killed when so many letters have arrived, and so long after that, in ms. */
  readonly kills: readonly { readonly letters: number; readonly afterMs: number }[];
  readonly onKill?: (arrived: number) => void;
};

export type KillsSeen = {
  /** The one that runs at the end. */
  readonly notifier: ManagedProcess;
  /** Different documents of which a letter has arrived, all letters about them, and their different Message-IDs. */
  readonly documents: number; readonly letters: number; readonly messageIds: number;
  /** Entries of its log: sent, and in the air when it was killed. */
  readonly sent: number; readonly inDoubt: number;
};

/** Has letters written, kills ev-notifier meanwhile, and waits until nothing is on its way any more. */
export async function killWhileSending(
  network: Network, running: ManagedProcess, { office, keyFile, invoices, kills, onKill }: KillsWish,
): Promise<KillsSeen> {
  const before = office.mails.length;
  const arrived = (): Mail[] => office.mails.slice(before).filter((mail) => documentOf(mail, invoices) !== null);
  let notifier = running;
  await sendInvoiceEvents(network, keyFile, invoices);
  for (const { letters, afterMs } of kills) {
    await untilTrue(() => arrived().length >= letters, () => `${arrived().length} of ${letters} letters arrived`);
    await pause(afterMs);
    onKill?.(arrived().length);
    await notifier.kill9();
    notifier = await startNotifier(network, { keyFile, smtpUrl: office.url });
  }
  const logged = (outcome: string): number => Number(notifierRows(network, 'SELECT count(*) AS n FROM delivery_log '
    + `WHERE kind = 'invoice-ready' AND outcome = '${outcome}'`)[0]?.['n'] ?? 0);
  const documents = (): number => new Set(arrived().map((mail) => documentOf(mail, invoices))).size;
  await untilTrue(() => documents() === invoices.count && logged('sent') >= invoices.count,
    () => `letters of ${documents()} documents arrived, ${logged('sent')} are logged as sent`);
  return {
    notifier, documents: documents(), letters: arrived().length,
    messageIds: new Set(arrived().map(({ messageId }) => messageId)).size,
    sent: logged('sent'), inDoubt: logged('in-doubt'),
  };
}

function documentOf({ subject }: Mail, { prefix }: Invoices): string | null {
  const number = subject.split(' ').at(-1) ?? '';
  return number.startsWith(`${prefix}-`) ? number : null;
}

async function untilTrue(holds: () => boolean, seen: () => string): Promise<void> {
  const deadline = Date.now() + ALL_SENT_MS;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within ${ALL_SENT_MS} ms: ${seen()}`);
    await pause(LOOK_EVERY_MS);
  }
}
