// The notifier as a process: a charge becomes a letter over real SMTP, and a notifier that is killed while it sends
// drops nothing and repeats at most what was in the air.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MOST_SENDING } from '../../ev-notifier/core/handle.ts';
import {
  giveAddress, killWhileSending, notifierRows, sendInvoiceEvents,
} from '../../scripts/network/letters.ts';
import type { JsonEvent, ManagedProcess } from '../../scripts/network/managed-process.ts';
import { startNotifier, takeServiceKey } from '../../scripts/network/notifier.ts';
import { openPostOffice, type PostOffice } from '../../scripts/network/post-office.ts';
import { at, POINT, smallNetwork, type SmallNetwork, waitFor } from './small-network.ts';

let net: SmallNetwork;
let smtp: PostOffice;
let keyFile: string;
let notifier: ManagedProcess;

beforeAll(async () => {
  net = await smallNetwork();
  giveAddress(net, 'ana', 'es');
  await net.startCentral();
  smtp = await openPostOffice();
  await Promise.all([net.point(POINT), net.driver('ana'), takeServiceKey(net).then(async (file) => {
    keyFile = file;
    notifier = await start();
  })]);
});

afterAll(async () => {
  await smtp.close();
  await net.remove();
});

describe('a notifier', () => {
  it('tells a driver of her charge by e-mail, in her language', async () => {
    const ana = net.drivers.get('ana') ?? await net.driver('ana');
    const request = await ana.ask(at(POINT), { energyWh: 2_000 });
    await ana.told('ticket', request);
    await waitFor(() => smtp.mails.map(({ subject }) => subject),
      (subjects) => subjects.includes('EV network: su recarga ha terminado'), { what: 'the letter' });
    const mail = smtp.mails.find(({ subject }) => subject.includes('ha terminado'));
    expect(mail?.lines.join('\n')).toContain('2,00 kWh, 0,80 EUR');
    expect(mail?.to).toBe('ana@example.org');
    await waitFor(() => log().map(({ kind, outcome }) => `${String(kind)} ${String(outcome)}`),
      (rows) => rows.includes('charge-complete sent'), { what: 'the entry of the delivery log' });
  });

  it('tells her nothing of what she switched off with ev-driver, and her client lists what she chose', async () => {
    const client = (net.drivers.get('ana') ?? await net.driver('ana')).process;
    expect(await listed(client, 'my-notification-preferences')).toMatchObject({
      driverId: 'ana', error: null, rows: [{ email: 'ana@example.org', language: 'es', channels: {}, phone: null }],
    });
    const changed = await preferences('--set', 'invoice-ready=none', '--phone', '+34600111222', '--language', 'pt');
    expect(changed).toMatchObject([0, { language: 'pt', phone: '+34600111222', channels: { 'invoice-ready': [] } }]);
    expect(await preferences()).toEqual(changed);
    expect(await listed(client, 'my-notification-preferences')).toMatchObject({ rows: [changed[1]] });
    const before = occasions().length;
    await sendInvoiceEvents(net, keyFile, { userId: 'ana', count: 1, prefix: 'NONE' });
    await waitFor(() => occasions(), (rows) => rows.length > before && !rows.includes('open'),
      { what: 'an occasion that is told to nobody' });
    expect(smtp.mails.filter(({ subject }) => subject.includes('NONE'))).toEqual([]);
    const back = await preferences('--set', 'invoice-ready=usual', '--phone', 'none', '--language', 'es');
    expect(back).toMatchObject([0, { language: 'es', phone: null, channels: {} }]);
  });

  it('is told of by no list that is none, and lists nothing for who is not there', async () => {
    const client = (net.drivers.get('ana') ?? await net.driver('ana')).process;
    for (const [order, text] of [
      [{ driverId: 'ana', list: 'users' }, /^list /], [{ driverId: 'ben', list: 'estimate' }, /no such driver here/],
    ] as const) {
      const answered = client.next(({ event }) => event === 'answer');
      client.send({ do: 'list', ...order });
      expect(await answered).toMatchObject({ ok: false, text: expect.stringMatching(text) });
    }
    expect(await listed(client, 'estimate', { pointId: 'NONE-01' })).toMatchObject({
      rows: [], error: expect.stringMatching(/NONE-01/),
    });
  });

  it('that is killed while it sends drops nothing, and repeats at most what was in the air', async () => {
    const count = 40;
    const kills = [{ letters: 12, afterMs: 0 }, { letters: 24, afterMs: 0 }];
    smtp.delayMs = 40;
    const seen = await killWhileSending(net, notifier, {
      office: smtp, keyFile, invoices: { userId: 'ana', count, prefix: 'T' }, kills,
    });
    notifier = seen.notifier;
    expect(seen.sent).toBe(count);
    expect(seen.inDoubt).toBeLessThanOrEqual(kills.length * MOST_SENDING);
    expect(seen.letters - count).toBeLessThanOrEqual(seen.inDoubt);
    expect(seen.messageIds, 'a letter that came twice has one Message-ID').toBe(count);
  });

  it('waits while EV_Central is away, and goes on when it is back', async () => {
    smtp.delayMs = 0;
    await net.central.kill9();
    const before = smtp.mails.length;
    await sendInvoiceEvents(net, keyFile, { userId: 'ana', count: 1, prefix: 'L' });
    await waitFor(() => occasions(), (rows) => rows.includes('open'), { what: 'an occasion that waits' });
    expect(smtp.mails.length).toBe(before);
    await net.startCentral();
    await waitFor(() => smtp.mails.slice(before).map(({ subject }) => subject),
      (subjects) => subjects.includes('EV network: documento L-0'), { what: 'the letter that waited' });
  });

  it('sends a dead letter again when it is asked to', async () => {
    smtp.refuse = true;
    await sendInvoiceEvents(net, keyFile, { userId: 'ana', count: 1, prefix: 'D' });
    await waitFor(() => admin('dead-letters'), ({ output }) => output.includes('invoice-ready'),
      { what: 'a dead letter' });
    smtp.refuse = false;
    expect((await admin('resend', '--all')).output).toContain('1 delivery is sent again');
    await waitFor(() => smtp.mails.map(({ subject }) => subject),
      (subjects) => subjects.includes('EV network: documento D-0'), { what: 'the dead letter' });
    await waitFor(() => admin('log', '--user', 'ana'),
      ({ output }) => /sent {2}email {2}invoice-ready {2}ana/.test(output), { what: 'the log' });
    expect(await notifier.stop()).toBe(0);
  });

  it.each([
    ['the key of services', [], 64, /--service-key-file/],
    ['a key that is one', ['--service-key-file', 'package.json'], 64, /no service key|chmod 600/],
    ['a database that nobody else uses', ['--service-key-file', 'KEY'], 72, /another ev-notifier/],
  ])('does not start without %s, and says so', async (_what, args, status, says) => {
    notifier = notifier.isRunning ? notifier : await start();
    const { dir } = net.options;
    const tried = net.start('ev-notifier', 'a notifier that cannot start', [
      '--data-dir', join(dir, 'notifier'), '--no-ui', ...args.map((each) => (each === 'KEY' ? keyFile : each)),
    ]);
    expect(await tried.exited()).toBe(status);
    await waitFor(() => tried.lines.join('\n'), (text) => says.test(text), { what: 'the reason' });
  });
});

function start(): Promise<ManagedProcess> {
  return startNotifier(net, { keyFile, smtpUrl: smtp.url });
}

/** What her client says of a list that `--control` asks for. */
async function listed(client: ManagedProcess, list: string, filter: object = {}): Promise<JsonEvent> {
  const heard = client.next((event) => event['event'] === 'list' && event['list'] === list);
  client.send({ do: 'list', driverId: 'ana', list, filter });
  return heard;
}

/** Runs `ev-driver preferences` as she would: its exit status, and the row that it shows. */
async function preferences(...args: readonly string[]): Promise<[number, unknown]> {
  const run = net.start('ev-driver', 'preferences', [
    'preferences', '--json', '--central', net.centralAddress, '--data-dir', join(net.options.dir, 'script'), ...args,
  ], { EV_DRIVER_ID: 'ana', EV_DRIVER_PASSWORD: net.secrets.users['ana']?.password ?? '' });
  const shown = run.next((event) => event['event'] === 'preferences', 30_000);
  const row = (await shown)['row'];
  return [await run.exited(), row];
}

function log(): Record<string, unknown>[] {
  return notifierRows(net, 'SELECT * FROM delivery_log');
}

function occasions(): unknown[] {
  return notifierRows(net, 'SELECT state FROM occasions').map((row) => row['state']);
}

async function admin(...args: readonly string[]): Promise<{ output: string }> {
  const run = net.start('ev-notifier', 'notifier admin', [
    '--data-dir', join(net.options.dir, 'notifier'), 'admin', ...args,
  ]);
  await run.exited();
  await new Promise((resolve) => setImmediate(resolve));
  return { output: run.lines.join('\n') };
}
