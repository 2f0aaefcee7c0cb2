// A notifier that is killed at any moment drops nothing, and repeats at most what was in the air then. The real loop on
// a real database, with a real SMTP server and a real HTTP server behind all its channels, dies at the n-th moment for
// every n there is: before, within and after each commit, before and after each thing that leaves and each question to
// EV_Central. Then it starts again from what is in the file. Events come as from Kafka: their offset is in
// their commit, so what was not committed is read again. Clock and chance stand still, so every life goes the same way.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Contact } from '../shared/messages/notification.ts';
import { siteId, userId } from '../shared/ids.ts';
import { emailChannel } from './channels/email.ts';
import { httpMessageChannel } from './channels/http-message.ts';
import type { SendParcel } from './channels/port.ts';
import { webhookChannel } from './channels/webhook.ts';
import { readVapidKeys, webPushChannel, writeVapidKeys } from './channels/web-push.ts';
import { MOST_SENDING } from './core/handle.ts';
import { ANA, eventOf, START_MS } from './core/harness-for-tests.ts';
import { CHANNELS, type Channel } from './core/rows.ts';
import { Notifier } from './notifier.ts';
import { type NotifierStore, openNotifierStore } from './store/store.ts';

/** More than may be in the air of a channel at once. */
const EVENTS = 6;
const TICK_MS = 5;
const P256DH = 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4';
/** The ids of the deliveries that came, by channel: what a receiver tells a repeat by. */
const came = new Map<Channel, string[]>();
const senders = new Map<Channel, SendParcel>();
/** What has left and has not arrived yet, also of the dead. */
let flying = 0;
const closers: (() => unknown)[] = [];
let contact: Contact;

beforeAll(async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ev-kills-'));
  closers.push(() => rmSync(dir, { recursive: true }));
  const smtp = new SMTPServer({
    authOptional: true, disabledCommands: ['STARTTLS'], logger: false,
    onData(stream, _session, done) {
      let text = '';
      stream.on('data', (part: Buffer) => text += part.toString()).on('end', () => {
        note('email', /^Message-ID: <(.+)@ev-notifier>/mi.exec(text)?.[1]);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => void smtp.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise<void>((resolve) => smtp.close(resolve)));
  const http = createServer((request, response) => {
    request.resume().on('end', () => {
      const channel = CHANNELS.find((each) => `/${each}` === request.url) ?? 'push';
      // A push service is told no id: the number of its path stands for it, one for each person.
      note(channel, channel === 'push' ? request.url : request.headers['idempotency-key'] as string);
      response.writeHead(201).end();
    });
  });
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => http.close(resolve).closeAllConnections()));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  contact = {
    ...ANA, phone: '+34600111222', chat: 'ana',
    push: [{ subscriptionId: 'phone', endpoint: `${url}/push`, p256dh: P256DH, auth: 'BTBZMqHH6r4Tts7J_aSIgg' }],
  };
  const given = { template: '{"to":"{{to}}","text":"{{short}}"}', token: null, nowMs: () => START_MS, insecure: false };
  const vapid = join(dir, 'vapid.json');
  writeVapidKeys(vapid);
  const email = emailChannel({
    url: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`, password: null, insecure: false,
    from: 'EV network <ev@example.com>',
  });
  closers.push(() => email.close());
  senders.set('email', email.send);
  senders.set('sms', httpMessageChannel({ ...given, channel: 'sms', url: `${url}/sms` }));
  senders.set('chat', httpMessageChannel({ ...given, channel: 'chat', url: `${url}/chat` }));
  senders.set('push', webPushChannel({
    keys: readVapidKeys(vapid), subject: 'mailto:ev@example.com', hosts: ['127.0.0.1'], nowMs: () => START_MS,
  }));
  senders.set('webhook', webhookChannel([{
    name: 'crm', url: `${url}/webhook`, secrets: [Buffer.alloc(32, 1)], kinds: null, sites: null,
  }], { nowMs: () => START_MS, toPrivate: true }));
});

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

function note(channel: Channel, id: string | undefined): void {
  came.set(channel, [...came.get(channel) ?? [], id ?? 'none']);
}

/** Dies at the n-th moment of its life; nothing of it does anything from then on. */
class Life {
  readonly #dieAt: number;
  readonly moments: string[] = [];
  readonly died: Promise<void>;
  isDead = false;
  #die: () => void = () => undefined;

  constructor(dieAt: number) {
    this.#dieAt = dieAt;
    this.died = new Promise((resolve) => this.#die = resolve);
  }

  moment(what: string): void {
    if (this.isDead) throw new Dead();
    this.moments.push(what);
    if (this.moments.length < this.#dieAt) return;
    this.isDead = true;
    this.#die();
    throw new Dead();
  }
}
class Dead extends Error {}
const NEVER = new Promise<never>(() => undefined);

function mortal(store: NotifierStore, life: Life): NotifierStore {
  return {
    ...store,
    transaction(work) {
      life.moment('before a commit');
      store.transaction(() => {
        work();
        // Everything is written, nothing is committed.
        life.moment('within a commit');
      });
      life.moment('after a commit');
    },
  };
}

function mortalSender(send: SendParcel, life: Life): SendParcel {
  return async (parcel) => {
    try {
      life.moment(`before ${parcel.delivery.channel} leaves`);
      flying += 1;
      const outcome = await send(parcel).finally(() => flying -= 1);
      life.moment(`after ${parcel.delivery.channel} has left`);
      return outcome;
    } catch (error) {
      // Of the dead nothing comes back.
      if (error instanceof Dead || life.isDead) return NEVER;
      throw error;
    }
  };
}

/** Lives once. True: everything is told; false: it died. */
async function live(file: string, life: Life): Promise<boolean> {
  const store = openNotifierStore(file, { clock: { now: () => START_MS }, newId: () => 'n1' });
  try {
    const mortalStore = mortal(store, life);
    const notifier = new Notifier({
      store: mortalStore, keepMs: 1e9, clock: { now: () => START_MS, monotonic: () => 0 }, random: () => 0.5,
      log: () => undefined,
      settings: {
        channels: new Set(CHANNELS), endpoints: [{ name: 'crm', kinds: null, sites: null }], mostFailures: 3,
        perSecond: 1_000, perPersonHour: 1_000,
      },
      senders: new Map([...senders].map(([channel, send]) => [channel, mortalSender(send, life)])),
      ask: async ({ userIds }) => {
        life.moment('before EV_Central is asked');
        await Promise.resolve();
        life.moment('after EV_Central has answered');
        return userIds.map((id) => ({ ...contact, userId: id }));
      },
      onChange: () => undefined,
      fatal: (error) => {
        if (!(error instanceof Dead)) throw error;
      },
    });
    notifier.start();
    // From where it has read, as Kafka gives it: events and their offset in one commit.
    const [offset] = store.offsets();
    for (let next = offset?.next ?? 0; next < EVENTS && !life.isDead; next += 2) {
      const events = [next, next + 1].map((i) => eventOf('invoice', {
        number: `T-${i}`, kind: 'invoice', totalMinor: 120, currency: 'EUR',
      }, { id: `event-${i}` as never, siteId: siteId('ALC'), driverId: userId('ana') }));
      notifier.takeEvents(events, () =>
        mortalStore.setOffset({ topic: 'events', partition: 0, epoch: 0, next: next + 2 }));
    }
    const isDone = async (): Promise<boolean> => {
      for (;;) {
        notifier.tick();
        const { open, waiting, sending } = notifier.view();
        if (life.isDead) return false;
        if (open + waiting + sending === 0) return true;
        // Each look is a commit, mostly an empty one: a pause makes few of those, and loses none of the others.
        await new Promise((resolve) => setTimeout(resolve, TICK_MS));
      }
    };
    return await Promise.race([isDone(), life.died.then(() => false)]);
  } catch (error) {
    if (error instanceof Dead) return false;
    throw error;
  } finally {
    life.isDead = true;
    store.close();
  }
}

/** The moments of a life that nothing ends, and what came of it. */
async function story(dieAt: number) {
  came.clear();
  const dir = mkdtempSync(join(tmpdir(), 'ev-kill-'));
  const file = join(dir, 'notifier.db');
  const first = new Life(dieAt);
  let isDone = await live(file, first);
  // What was on its way when it died arrives, whoever is dead.
  while (flying > 0) await new Promise((resolve) => setImmediate(resolve));
  if (!isDone) isDone = await live(file, new Life(Infinity));
  while (flying > 0) await new Promise((resolve) => setImmediate(resolve));
  const store = openNotifierStore(file, { clock: { now: () => START_MS }, newId: () => 'n2' });
  const log = store.log({ limit: 1_000 });
  const states = store.deliveries({ limit: 1_000 }).map(({ state }) => state);
  store.close();
  rmSync(dir, { recursive: true });
  return { isDone, moments: first.moments, died: first.moments.at(-1) ?? '', log, states };
}

it('drops nothing and repeats at most what was in the air, at whatever moment it is killed', async () => {
  const { moments } = await story(Infinity);
  for (const channel of CHANNELS) expect(moments, channel).toContain(`after ${channel} has left`);
  expect(moments.length).toBeGreaterThan(100);
  const repeated = new Set<string>();
  for (let dieAt = 1; dieAt <= moments.length; dieAt += 1) {
    const { died, isDone, log, states } = await story(dieAt);
    const where = `killed at moment ${dieAt}, ${died}`;
    expect([isDone, states], where).toEqual([true, Array.from({ length: EVENTS * CHANNELS.length }, () => 'sent')]);
    const doubted = log.filter(({ outcome }) => outcome === 'in-doubt');
    for (const channel of CHANNELS) {
      const ids = came.get(channel) ?? [];
      const repeats = ids.length - EVENTS;
      // Nothing is dropped; a push service gets no id to count by.
      const different = channel === 'push' ? Math.min(ids.length, EVENTS) : new Set(ids).size;
      expect(different, `${where}: ${channel}`).toBe(EVENTS);
      const mayRepeat = doubted.filter((each) => each.channel === channel);
      expect(repeats, `${where}: ${channel} came again`).toBeLessThanOrEqual(mayRepeat.length);
      expect(mayRepeat.length).toBeLessThanOrEqual(MOST_SENDING);
      const twice = channel === 'push' ? [] : ids.filter((id, i) => ids.indexOf(id) < i);
      expect(mayRepeat.map(({ deliveryId }) => deliveryId), where).toEqual(expect.arrayContaining(twice));
      if (repeats > 0) repeated.add(channel);
    }
  }
  expect([...repeated].sort(), 'of each channel something was in the air at some moment').toEqual([...CHANNELS].sort());
}, 600_000);
