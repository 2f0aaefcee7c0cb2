// The notifier as a process: a charge becomes a letter over real SMTP, and a notifier that is killed while it sends
// drops nothing and repeats at most what was in the air.
import Database from 'better-sqlite3';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MOST_SENDING } from '../../ev-notifier/core/handle.ts';
import type { ManagedProcess } from '../../scripts/network/managed-process.ts';
import { connectBus } from '../../shared/bus/connection.ts';
import type { Bus } from '../../shared/bus/port.ts';
import { topicName } from '../../shared/bus/topics.ts';
import { networkEvent } from '../../shared/messages/network-event.ts';
import { CENTRAL, seal, sealKey } from '../../shared/seal.ts';
import { readServiceKeys } from '../../shared/service-key.ts';
import { at, POINT, smallNetwork, type SmallNetwork, waitFor } from './small-network.ts';

let net: SmallNetwork;
let bus: Bus;
let smtp: Awaited<ReturnType<typeof startSmtp>>;
let keyFile: string;
let notifier: ManagedProcess;

beforeAll(async () => {
  net = await smallNetwork();
  giveAddresses();
  await net.startCentral();
  keyFile = join(net.options.dir, 'service.key');
  smtp = await startSmtp();
  bus = await connectBus({ brokers: [net.options.brokers], clientId: 'notifier-test', log: () => undefined });
  await Promise.all([net.point(POINT), net.driver('ana'), takeKey().then(async () => {
    notifier = await startNotifier();
  })]);
});

afterAll(async () => {
  await bus.close();
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
    const mail = smtp.mails.find(({ subject }) => subject?.includes('ha terminado') === true);
    expect(mail?.text).toContain('2,00 kWh, 0,80 EUR');
    expect(mail?.to).toMatchObject({ text: 'ana@example.org' });
    await waitFor(() => log().map(({ kind, outcome }) => `${String(kind)} ${String(outcome)}`),
      (rows) => rows.includes('charge-complete sent'), { what: 'the entry of the delivery log' });
  });

  it('that is killed while it sends drops nothing, and repeats at most what was in the air', async () => {
    const count = 40;
    const kills = 2;
    smtp.delayMs = 40;
    const before = smtp.mails.length;
    await sendInvoices(count);
    for (let kill = 1; kill <= kills; kill += 1) {
      const enough = before + kill * 12;
      await waitFor(() => smtp.mails.length, (have) => have >= enough, { what: `${enough} letters` });
      await notifier.kill9();
      notifier = await startNotifier();
    }
    const numbers = (): string[] => smtp.mails.slice(before).flatMap(({ subject }) =>
      /documento (T-\d+)/.exec(subject ?? '')?.[1] ?? []);
    await waitFor(() => new Set(numbers()).size, (have) => have === count, { what: 'all letters', timeoutMs: 40_000 });
    const sent = (): Record<string, unknown>[] => log()
      .filter(({ kind, outcome }) => kind === 'invoice-ready' && outcome === 'sent');
    await waitFor(() => sent().length, (have) => have === count, { what: `${count} entries of the log` });
    const inDoubt = log().filter(({ outcome }) => outcome === 'in-doubt').length;
    const repeated = numbers().length - count;
    expect(inDoubt).toBeLessThanOrEqual(kills * MOST_SENDING);
    expect(repeated).toBeLessThanOrEqual(inDoubt);
    const ids = smtp.mails.slice(before).map(({ messageId }) => messageId);
    expect(new Set(ids).size, 'a letter that came twice has one Message-ID').toBe(count);
  });

  it('waits while EV_Central is away, and goes on when it is back', async () => {
    smtp.delayMs = 0;
    await net.central.kill9();
    const before = smtp.mails.length;
    await sendInvoices(1, 'L');
    await waitFor(() => occasions(), (rows) => rows.includes('open'), { what: 'an occasion that waits' });
    expect(smtp.mails.length).toBe(before);
    await net.startCentral();
    await waitFor(() => smtp.mails.slice(before).map(({ subject }) => subject),
      (subjects) => subjects.includes('EV network: documento L-0'), { what: 'the letter that waited' });
  });

  it('sends a dead letter again when it is asked to', async () => {
    smtp.refuse = true;
    await sendInvoices(1, 'D');
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
    notifier = notifier.isRunning ? notifier : await startNotifier();
    const { dir } = net.options;
    const tried = net.start('ev-notifier', 'a notifier that cannot start', [
      '--data-dir', join(dir, 'notifier'), '--no-ui', ...args.map((each) => (each === 'KEY' ? keyFile : each)),
    ]);
    expect(await tried.exited()).toBe(status);
    await waitFor(() => tried.lines.join('\n'), (text) => says.test(text), { what: 'the reason' });
  });
});

/** The key is there once EV_Central has started; it is read beside it. */
function takeKey(): Promise<void> {
  return waitFor(() => net.tryTool(['admin', 'service-key', 'notifier', '--json']), ({ status, output }) => {
    if (status === 0) writeFileSync(keyFile, output.trim(), { mode: 0o600 });
    return status === 0;
  }, { what: 'the key of services' });
}

function giveAddresses(): void {
  const db = new Database(join(net.centralDir, 'central.db'));
  db.prepare("INSERT INTO people VALUES ('ana', 'Ana', 'ana@example.org', 'es', 'Europe/Madrid')").run();
  db.close();
}

async function startNotifier(): Promise<ManagedProcess> {
  const { topicPrefix, brokers, dir } = net.options;
  const started = net.start('ev-notifier', 'notifier', [
    brokers, net.centralAddress, '--topic-prefix', topicPrefix, '--service-key-file', keyFile,
    '--data-dir', join(dir, 'notifier'), '--smtp-url', smtp.url, '--per-second', '200', '--per-person-hour', '1000',
    '--no-ui',
  ]);
  await started.untilLine('started');
  return started;
}

async function startSmtp() {
  const mails: ParsedMail[] = [];
  const state = { mails, delayMs: 0, refuse: false };
  const server = new SMTPServer({
    authOptional: true, disabledCommands: ['STARTTLS'], logger: false,
    onRcptTo: (_address, _session, done) =>
      done(state.refuse ? Object.assign(new Error('no'), { responseCode: 550 }) : null),
    onData(stream, _session, done) {
      simpleParser(stream).then((mail) => {
        mails.push(mail);
        setTimeout(done, state.delayMs);
      }, done);
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return Object.assign(state, {
    url: `smtp://127.0.0.1:${port}`, close: () => new Promise<void>((resolve) => server.close(resolve)),
  });
}

let events = 0;

/** Events as EV_Central seals them. */
async function sendInvoices(count: number, prefix = 'T'): Promise<void> {
  const [key] = readServiceKeys(keyFile);
  const topic = topicName(net.options.topicPrefix, 'events');
  const sender = bus.sender();
  const records = Array.from({ length: count }, (_unused, i) => {
    const mid = `test-${events += 1}`;
    const event = networkEvent.schema.parse({
      v: 1, id: mid, atMs: Date.now(), corr: 'c', type: 'event', kind: 'invoice', siteId: `S${i}`, pointId: null,
      sessionId: null, driverId: 'ana',
      data: { number: `${prefix}-${i}`, kind: 'invoice', totalMinor: 120, currency: 'EUR' },
    });
    const sealed = seal(sealKey(key.keyId, key.keyBase64), 'down', topic, { from: CENTRAL, to: 'services', mid },
      JSON.stringify(event));
    return { topic, key: event.siteId, headers: sealed.headers, value: sealed.value };
  });
  await sender.send(records);
  await sender.close();
}

function read(sql: string): Record<string, unknown>[] {
  const db = new Database(join(net.options.dir, 'notifier', 'notifier.db'), { readonly: true });
  try {
    return db.prepare(sql).all() as Record<string, unknown>[];
  } finally {
    db.close();
  }
}

function log(): Record<string, unknown>[] {
  return read('SELECT * FROM delivery_log');
}

function occasions(): unknown[] {
  return read('SELECT state FROM occasions').map((row) => row['state']);
}

async function admin(...args: readonly string[]): Promise<{ output: string }> {
  const run = net.start('ev-notifier', 'notifier admin', [
    '--data-dir', join(net.options.dir, 'notifier'), 'admin', ...args,
  ]);
  await run.exited();
  await new Promise((resolve) => setImmediate(resolve));
  return { output: run.lines.join('\n') };
}
