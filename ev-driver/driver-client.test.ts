import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BusWatch } from '../shared/bus/bus-watch.ts';
import { SendFailure } from '../shared/bus/port.ts';
import type { Bus, BusReader, BusRecord, BusState, OutRecord, ReaderOptions } from '../shared/bus/port.ts';
import { systemClock } from '../shared/clock.ts';
import { createFrameIds, withEnvelope } from '../shared/frame.ts';
import { pointId, requestId, siteId, userId, type RequestId } from '../shared/ids.ts';
import { loginProof } from '../shared/login-proof.ts';
import { MESSAGES } from '../shared/messages/catalogue.ts';
import { noticeSchema, type Notice } from '../shared/messages/notice.ts';
import { NO_GOAL } from '../shared/messages/values.ts';
import { CENTRAL, open, seal, sealKey } from '../shared/seal.ts';
import { createProcessTicker } from '../shared/wire/awake-timer.ts';
import type { JsonObject } from '../shared/wire/json.ts';
import type { Link } from '../shared/wire/link.ts';
import { silentLog, waitFor } from '../shared/wire/link-harness.ts';
import { listen } from '../shared/wire/server.ts';
import { tcpConnect } from '../shared/wire/tcp-socket.ts';
import { BusLine } from './bus-line.ts';
import type { ClientEvent } from './client-state.ts';
import { DriverClient } from './driver-client.ts';
import { openDriverStore } from './driver-store.ts';
import { chargeScript, type ScriptOptions } from './scripts.ts';

const ANA = userId('ana');
const ALC = pointId('ALC-01');
const loginKey = { keyId: 'l-1', keyBase64: Buffer.alloc(32, 1).toString('base64'), expiresAtMs: null };
const readingKey = { keyId: 'r-1', keyBase64: Buffer.alloc(32, 2).toString('base64'), expiresAtMs: null };
const ticker = createProcessTicker(systemClock);
const frameId = createFrameIds();
const cleanup: (() => void | Promise<void>)[] = [];
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'driver-'));
  cleanup.push(() => rmSync(dir, { recursive: true }));
});
afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step();
});

/** The bus at its port, in memory: what is sent is kept, what a test puts on it is read. */
function memoryBus() {
  const sent: OutRecord[] = [];
  const watch = new BusWatch('up');
  const readers: ReaderOptions[] = [];
  let fate: 'sent' | 'lost' | 'unknown' = 'sent';
  const unused = (): never => {
    throw new Error('a client does not do this');
  };
  const bus: Bus = {
    state: () => watch.state,
    onState: (listener) => watch.onState(listener),
    whenUp: () => watch.whenUp(),
    ensureTopics: unused, partitionCounts: unused, logRanges: unused, clusterId: unused,
    sender: () => ({
      send(records) {
        if (fate !== 'lost') sent.push(...records);
        if (fate === 'sent') return Promise.resolve();
        return Promise.reject(new SendFailure('gone', { maybeSent: fate === 'unknown' }));
      },
      close: () => Promise.resolve(),
    }),
    reader(options): BusReader {
      readers.push(options);
      return {
        start() {
          queueMicrotask(() => options.onState?.('reading'));
          return Promise.resolve();
        },
        state: () => 'reading', pause: unused, resume: unused, close: () => Promise.resolve(),
      };
    },
    close: () => Promise.resolve(),
  };
  return {
    bus, sent, readers,
    set: (next: BusState, how: typeof fate = 'sent') => {
      fate = how;
      watch.set(next);
    },
    put(topic: string, headers: Record<string, string>, value: Buffer) {
      const record: BusRecord = { topic, partition: 0, offset: 1, key: 'ana', headers, value, timestampMs: 0 };
      for (const reader of readers) void reader.onBatch([record]);
    },
  };
}

/** A scripted EV_Central: takes the log-in, answers questions as told. */
async function startCentral(missed: () => readonly Notice[]) {
  const links: Link[] = [];
  const seen: JsonObject[] = [];
  const onLink = (link: Link): void => {
    links.push(link);
    link.onMessage = (message) => {
      seen.push(message);
      const send = (body: { type: string; re?: string } & JsonObject): void =>
        link.send(withEnvelope(body, frameId()));
      const re = String(message['id']);
      if (message['type'] === 'login' && message['password'] !== 'right') {
        send({ type: 'refused-driver', re, reason: 'unknown-or-wrong', text: 'Wrong.', retryAfterMs: null });
      } else if (message['type'] === 'login') {
        const after = Number(message['lastNotice']);
        const notices = missed().filter((notice) => notice.number > after);
        const lastNotice = missed().at(-1)?.number ?? 0;
        send({
          type: 'welcome-driver', re, loginKey, readingKey, topicPrefix: 'ev', partitions: 12, lastNotice,
          balanceMinor: 1, heldMinor: 0, currency: 'EUR',
        });
        send({ type: 'missed-notices', notices, more: false });
      } else send({ type: 'rows', re, rows: [], next: null, error: null });
    };
  };
  const server = await listen({
    host: '127.0.0.1', port: 0, tls: null, insecure: false, insecureFlag: '--insecure', portFlag: '--port', onLink,
    maxConnections: 10, ticker, nowMs: () => Date.now(), log: silentLog,
  });
  cleanup.push(() => server.close());
  return { server, links, seen };
}

function startClient(
  port: number, bus: Bus, password = 'right', onEvent: (event: ClientEvent) => void = () => undefined,
): DriverClient {
  const line = new BusLine({ bus, groupId: 'test', log: silentLog });
  let count = 0;
  const client: DriverClient = new DriverClient({
    driverId: ANA, password, code: null, software: 'test', interests: { points: null, sessions: false },
    timeZone: 'UTC', directory: new Map([[ALC, siteId('ALC')]]), line, ticker, clock: systemClock, random: Math.random,
    log: silentLog,
    connect: tcpConnect({ host: '127.0.0.1', port, tls: null, insecure: false, insecureFlag: '--insecure' }),
    store: openDriverStore({ dir, driverId: ANA, lazy: false }), newId: () => `id${(count += 1)}`,
    onEvent, onChange: () => undefined,
  });
  cleanup.push(() => client.close());
  cleanup.push(ticker.subscribe((awakeMs) => client.tick(awakeMs)));
  client.start();
  return client;
}

function ask(client: DriverClient): RequestId {
  return client.ask({
    target: { kind: 'point', pointId: ALC, connectorNo: null }, fit: { connectorType: null, minPowerW: null },
    goal: NO_GOAL, mayQueue: true,
  });
}

function notice(type: Notice['type'], number: number, id: string, change: object = {}): Notice {
  const example = MESSAGES.find((m) => m.channel === 'notices' && m.type === type)?.example as object;
  return noticeSchema.parse({ ...example, id: `net-${number}`, number, requestId: requestId(id), ...change });
}

function sealedNotice(message: Notice, to = 'ana'): { headers: Record<string, string>; value: Buffer } {
  const key = sealKey(readingKey.keyId, readingKey.keyBase64);
  return seal(key, 'down', 'ev.notices', { from: CENTRAL, to, mid: message.id }, JSON.stringify(message));
}

describe('a driver’s client over a real socket', () => {
  it('logs in, sends a request that only Central can open, and follows its notices', async () => {
    const { bus, sent, put, readers } = memoryBus();
    const central = await startCentral(() => []);
    const client = startClient(central.server.port, bus);
    await waitFor(() => client.state.login.state === 'in' && readers.length === 1);
    const id = ask(client);
    await waitFor(() => client.state.charges.get(id)?.state === 'requested');
    const [record] = sent;
    expect(record).toMatchObject({ topic: 'ev.requests', key: 'ALC' });
    expect(record?.headers).toMatchObject({ from: 'ana', to: CENTRAL, kid: 'l-1' });
    const { from = '', to = '', kid = '', mid = '' } = record?.headers ?? {};
    const text = open(sealKey('l-1', loginKey.keyBase64), 'up', 'ev.requests', { from, to, kid, mid },
      record?.value as Buffer);
    expect(JSON.parse(text ?? '')).toMatchObject({ type: 'charge', requestId: id, corr: expect.any(String) as string });

    const started = sealedNotice(notice('accepted', 1, id));
    put('ev.notices', started.headers, started.value);
    expect(client.state.charges.get(id)?.sessionId).toBe('k7f2-99');
    const strangers = sealedNotice(notice('started', 2, id), 'bob');
    put('ev.notices', strangers.headers, strangers.value);
    const forged = sealedNotice(notice('started', 2, id));
    put('ev.notices', { ...forged.headers, mid: 'other' }, forged.value);
    expect(client.state.inbox.last).toBe(1);
  });

  it('a restarted one says the last notice that it has, and gets the rest and the live charge', async () => {
    const notices = [notice('accepted', 1, 'r-9')];
    const central = await startCentral(() => notices);
    const first = startClient(central.server.port, memoryBus().bus);
    await waitFor(() => first.state.inbox.last === 1);
    first.close();
    notices.push(notice('started', 2, 'r-9'));
    const second = startClient(central.server.port, memoryBus().bus);
    await waitFor(() => second.state.inbox.last === 2);
    const logins = central.seen.filter((message) => message['type'] === 'login');
    expect(logins.map((message) => message['lastNotice'])).toEqual([0, 1]);
    expect(second.state.charges.get(requestId('r-9'))?.state).toBe('charging');
  });

  it('keeps its notices for its owner only', async () => {
    const central = await startCentral(() => [notice('accepted', 1, 'r-9')]);
    const client = startClient(central.server.port, memoryBus().bus);
    await waitFor(() => client.state.inbox.last === 1);
    expect(statSync(join(dir, 'ana')).mode & 0o777).toBe(0o700);
    expect(statSync(join(dir, 'ana', 'notices.jsonl')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(dir, 'ana', 'notices.jsonl'), 'utf8')).toMatch(/"number":1/);
  });

  it('takes back what the bus may have had when it went down', async () => {
    const memory = memoryBus();
    const central = await startCentral(() => []);
    const client = startClient(central.server.port, memory.bus);
    await waitFor(() => client.state.login.state === 'in');
    memory.set('up', 'unknown');
    const id = ask(client);
    memory.set('down', 'lost');
    await waitFor(() => client.state.charges.get(id)?.failed === 'send-unknown');
    expect(memory.sent).toHaveLength(1);
    memory.set('up');
    await waitFor(() => memory.sent.length === 2);
    const key = sealKey('l-1', loginKey.keyBase64);
    const { from = '', to = '', kid = '', mid = '' } = memory.sent[1]?.headers ?? {};
    const text = open(key, 'up', 'ev.requests', { from, to, kid, mid }, memory.sent[1]?.value as Buffer);
    expect(JSON.parse(text ?? '')).toMatchObject({ type: 'cancel', cancels: id });
  });

  it('does not come back by itself after a wrong password', async () => {
    const central = await startCentral(() => []);
    const client = startClient(central.server.port, memoryBus().bus, 'wrong');
    await waitFor(() => client.state.central.state === 'refused');
    expect(client.state.login).toMatchObject({ state: 'refused', text: 'Wrong.' });
    expect(central.links).toHaveLength(1);
  });

  it('logs in again by itself when the link was lost, with a proof that it is the same client', async () => {
    const central = await startCentral(() => []);
    const client = startClient(central.server.port, memoryBus().bus);
    await waitFor(() => client.state.login.state === 'in');
    central.links[0]?.close({ code: 'closed', detail: 'restart' });
    await waitFor(() => client.state.login.state !== 'in');
    await waitFor(() => client.state.login.state === 'in');
    const [first, second] = central.seen.filter(({ type }) => type === 'login');
    expect(first).toMatchObject({ proof: null });
    const hmacBase64 = loginProof(loginKey.keyBase64, { driverId: 'ana', frameId: String(second?.['id']) });
    expect(second).toMatchObject({ code: null, proof: { keyId: 'l-1', hmacBase64 } });
  });
});

describe('ev-driver charge', () => {
  async function startScript(timeoutMs: number | null) {
    const memory = memoryBus();
    const central = await startCentral(() => []);
    const clients: DriverClient[] = [];
    const printed: string[] = [];
    const options: ScriptOptions = {
      openClient(_interests, onEvent) {
        const client = startClient(central.server.port, memory.bus, 'right', onEvent);
        clients.push(client);
        return client;
      },
      awakeMs: () => ticker.awakeMs(), subscribe: (onTick) => ticker.subscribe(onTick), json: true, timeoutMs,
      print: (text) => void printed.push(text),
    };
    const target = { kind: 'point', pointId: ALC, connectorNo: null } as const;
    const wish = { target, fit: { connectorType: null, minPowerW: null }, goal: NO_GOAL, mayQueue: true };
    const status = chargeScript(options, wish, null);
    const chargeOf = () => [...clients[0]?.state.charges.values() ?? []][0];
    await waitFor(() => chargeOf()?.state === 'requested');
    let number = 0;
    const tell = (type: Notice['type'], change: object = {}): void => {
      const told = sealedNotice(notice(type, number += 1, chargeOf()?.requestId ?? '', change));
      memory.put('ev.notices', told.headers, told.value);
    };
    tell('accepted');
    tell('started');
    tell('ended', { state: 'interrupted', provisional: true, reason: 'fault' });
    expect(chargeOf()?.state).toBe('interrupted');
    return { status, tell, last: () => JSON.parse(printed.at(-1) ?? '{}') as object };
  }

  it('waits for the true end of what broke off, also when it goes on after all', async () => {
    const { status, tell, last } = await startScript(null);
    tell('resumed');
    tell('ended', { state: 'completed', provisional: false });
    tell('ticket');
    expect(await status).toBe(0);
    expect(last()).toMatchObject({ outcome: 'completed', provisional: false, ticket: { sessionId: 'k7f2-99' } });
  });

  it('ends with 4 and the ticket when the break-off was the true end', async () => {
    const { status, tell, last } = await startScript(null);
    tell('ended', { state: 'interrupted', provisional: false, reason: 'fault' });
    tell('ticket');
    expect(await status).toBe(4);
    expect(last()).toMatchObject({ outcome: 'interrupted', provisional: false, ticket: { sessionId: 'k7f2-99' } });
  });

  it('ends with 4 and no ticket when --timeout passes while nobody knows whether it goes on', async () => {
    const { status, last } = await startScript(1_500);
    expect(await status).toBe(4);
    expect(last()).toMatchObject({ outcome: 'interrupted', provisional: true, ticket: null });
  });
});
