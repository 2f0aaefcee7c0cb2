// Test support: ev-notifier for the search for leaks, with a secret of each kind that it can be given, a person whose
// addresses are known, and receivers that repeat all that they hear in their answers, as clumsy ones do.
import { createECDH, randomBytes, randomInt } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readVapidKeys, writeVapidKeys } from '../../ev-notifier/channels/web-push.ts';
import { notifierRows, sendInvoiceEvents } from '../../scripts/network/letters.ts';
import { notifierArgs, notifierDir, takeServiceKey } from '../../scripts/network/notifier.ts';
import { openPostOffice } from '../../scripts/network/post-office.ts';
import { NO_PREFERENCES, type NotificationPreferences } from '../../shared/messages/notification.ts';
import { readServiceKeys, serviceToken } from '../../shared/service-key.ts';
import { type SmallNetwork, waitFor } from '../e2e/small-network.ts';
import { type Secret, textSecret } from './leak-search.ts';

const word = (kind: string): string => `${kind}-${randomBytes(15).toString('base64url')}`;
const CHANNELS = ['email', 'sms', 'chat', 'push'] as const;

export type LeakNotifier = {
  /** What it was given, and what it makes of that. */
  readonly secrets: readonly Secret[];
  /** Where the person is reached: kept by EV_Central alone. */
  readonly addresses: readonly Secret[];
  readonly flags: readonly string[];
  /** A service's key and a webhook's secret in files that are none, passwords where none may stand. */
  readonly badStarts: readonly (readonly string[])[];
  /** Resolves when a charge was told over every channel: sent over all but chat, whose service takes nothing. */
  toldOverAll(): Promise<void>;
  /** A letter that the mail server refuses, naming the address. */
  refusedLetter(): Promise<void>;
  close(): Promise<void>;
};

/** Starts one for `userId`, who has an e-mail address already and chooses her other channels now. EV_Central runs. */
export async function openLeakNotifier(network: SmallNetwork, userId: string): Promise<LeakNotifier> {
  const given = {
    smtp: word('smtp'), sms: word('sms'), chat: word('chat'), oldWebhook: webhookSecret(), webhook: webhookSecret(),
    inUrl: word('url'), inBadFile: word('file'),
  };
  const reached = { phone: `+34${randomInt(600_000_000, 699_999_999)}`, chat: word('chatter'), push: word('endpoint') };
  const receiver = await openReceiver();
  const office = await openPostOffice(undefined, { user: 'letters', password: given.smtp });
  await choose(network, userId, {
    ...NO_PREFERENCES, phone: reached.phone, chat: reached.chat, channels: { 'charge-complete': [...CHANNELS] },
    push: [browser(`${receiver.url}/push/${reached.push}`)],
  });
  const dir = join(network.options.dir, 'notifier-secrets');
  const flags = secretFiles(dir, receiver.url, given);
  const keyFile = await takeServiceKey(network);
  const smtpUrl = office.url.replace('//', '//letters@');
  const notifier = network.start('ev-notifier', 'ev-notifier', [
    ...notifierArgs(network, { keyFile, smtpUrl }), '--no-ui', ...flags,
  ]);
  await notifier.untilLine('started');
  await notifier.untilLine('central state=up');
  const log = (): string[] => notifierRows(network, 'SELECT channel, outcome, kind FROM delivery_log')
    .map((row) => `${String(row['kind'])} ${String(row['channel'])} ${String(row['outcome'])}`);
  return {
    secrets: [...Object.entries(given).flatMap(([name, text]) => textAndBytes(`${name} of ev-notifier`, text)),
      ...textAndBytes('private key for push', readVapidKeys(join(dir, 'vapid.json')).privateKey),
      ...readServiceKeys(keyFile).flatMap((key) => [
        ...textAndBytes('log-in of ev-notifier', serviceToken(key)), textSecret('key of ev-notifier', key.keyBase64),
      ])],
    addresses: [textSecret('e-mail', `${userId}@example.org`), textSecret('phone', reached.phone.slice(1)),
      textSecret('chat', reached.chat), textSecret('push', reached.push)],
    flags: ['--service-key-file', keyFile, ...flags], badStarts: badStarts(dir, given),
    toldOverAll: () => waitFor(log, (rows) => ['email sent', 'sms sent', 'push sent', 'webhook sent', 'chat dead']
      .every((row) => rows.includes(`charge-complete ${row}`)), { what: 'a charge told over every channel' }),
    async refusedLetter() {
      office.refuse = true;
      await sendInvoiceEvents(network, keyFile, { userId, count: 1, prefix: 'LEAK' });
      await waitFor(log, (rows) => rows.includes('invoice-ready email dead'), { what: 'the refused letter' });
    },
    async close() {
      await office.close();
      await receiver.close();
    },
  };
}

function webhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** What is bytes in truth leaks as bytes, too. */
function textAndBytes(name: string, text: string): Secret[] {
  const [, encoded = text] = /^whsec_(.+)$/.exec(text) ?? [];
  const bytes = Buffer.from(encoded, 'base64url');
  const isEncoded = bytes.length >= 32 && bytes.toString('base64url') === encoded.replaceAll('+', '-')
    .replaceAll('/', '_').replaceAll('=', '');
  return [textSecret(name, text), ...(isEncoded ? [{ name: `${name}, its bytes`, bytes }] : [])];
}

function browser(endpoint: string): NotificationPreferences['push'][number] {
  const keys = createECDH('prime256v1');
  keys.generateKeys();
  const auth = randomBytes(16).toString('base64url');
  return { subscriptionId: 'phone', endpoint, p256dh: keys.getPublicKey().toString('base64url'), auth };
}

async function choose(network: SmallNetwork, userId: string, preferences: NotificationPreferences): Promise<void> {
  const file = join(network.options.dir, 'preferences.json');
  writeFileSync(file, JSON.stringify(preferences), { mode: 0o600 });
  await network.tool(['admin', 'user', 'notifications', userId, file]);
}

type Given = Readonly<Record<'smtp' | 'sms' | 'chat' | 'webhook' | 'oldWebhook' | 'inUrl' | 'inBadFile', string>>;

/** Puts them where the notifier reads them; the value names the files. */
function secretFiles(dir: string, url: string, { smtp, sms, chat, webhook, oldWebhook }: Given): string[] {
  mkdirSync(dir, { mode: 0o700 });
  const file = (name: string, text: string): string => {
    writeFileSync(join(dir, name), `${text}\n`, { mode: 0o600 });
    return join(dir, name);
  };
  writeVapidKeys(join(dir, 'vapid.json'));
  const partner = { name: 'partner', url: `${url}/webhook`, secret: webhook, oldSecret: oldWebhook };
  return [
    '--smtp-password-file', file('smtp', smtp),
    '--sms-url', `${url}/sms`, '--sms-token-file', file('sms', sms),
    '--chat-url', `${url}/chat`, '--chat-token-file', file('chat', chat),
    '--vapid-file', join(dir, 'vapid.json'), '--push-hosts', '127.0.0.1',
    '--webhooks', file('webhooks.json', JSON.stringify([partner])), '--private-webhooks',
  ];
}

function badStarts(dir: string, { inUrl, inBadFile }: Given): string[][] {
  const bad = (name: string, text: string): string => {
    const file = join(dir, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  const key = ['--service-key-file', join(dir, '..', 'service.key')];
  return [
    ['--service-key-file', bad('bad-key', `{"keyId":"k","keyBase64":"${inBadFile}"}`)],
    ['--service-key-file', bad('bad-line', inBadFile)],
    [...key, '--webhooks', bad('bad-webhooks', `[{"name":"p","url":"https://x.example","secret":"${inBadFile}"}]`)],
    [...key, '--webhooks', bad('bad-json', `[{"secret":"${inBadFile}" "x"`)],
    [...key, '--vapid-file', bad('bad-vapid', `{"publicKey":"x","privateKey":"${inBadFile}"}`)],
    [...key, '--vapid-file', bad('bad-vapid-json', inBadFile)],
    [...key, '--smtp-url', `smtp://letters:${inUrl}@127.0.0.1:25`],
    [...key, '--smtp-url', `http://letters:${inUrl}@127.0.0.1:25`],
    [...key, '--sms-url', `https://letters:${inUrl}@sms.example`],
    [...key, '--chat-url', `ftp://letters:${inUrl}@chat.example`],
    ['--print-config', '--smtp-url', `smtp://letters:${inUrl}@127.0.0.1:25`],
    ['--print-config', '--sms-url', `https://letters:${inUrl}@sms.example`],
    ['--print-config', '--chat-url', `https://letters:${inUrl}@chat.example`],
  ];
}

/** Takes everything but what is for the chat, and says again what it got. */
async function openReceiver(): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
      const { headers, url } = request;
      const got = Buffer.concat(parts).toString('latin1');
      const isForChat = url?.startsWith('/chat') === true;
      response.writeHead(isForChat ? 400 : 200, { 'content-type': 'application/json', 'x-got': String(url) })
        .end(JSON.stringify({ ...(isForChat ? {} : { id: 'm-1' }), url, headers, got }));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => void server.close(() => resolve()).closeAllConnections()),
  };
}

/** Its own commands about its database. */
export function adminCommands(network: SmallNetwork): string[][] {
  return ['log', 'deliveries', 'dead-letters', 'webhooks']
    .map((list) => ['--data-dir', notifierDir(network), 'admin', list, '--json']);
}
