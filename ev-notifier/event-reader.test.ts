// The notifier without its sockets: a real database, the real loop and reader, over a bus in memory.
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { MemoryBus } from '../ev-central/memory-bus.ts';
import { systemClock } from '../shared/clock.ts';
import type { NetworkEvent } from '../shared/messages/network-event.ts';
import { CENTRAL, seal, sealKey } from '../shared/seal.ts';
import { IN_MEMORY } from '../shared/sqlite/database.ts';
import type { Parcel } from './channels/port.ts';
import { ANA, eventOf, OK } from './core/harness-for-tests.ts';
import type { Outcome } from './core/state.ts';
import { EventReader } from './event-reader.ts';
import { Notifier } from './notifier.ts';
import { type NotifierStore, openNotifierStore } from './store/store.ts';

const TOPIC = 'ev.events';
const OLD_KEY = { keyId: 'k-1', keyBase64: randomBytes(32).toString('base64') };
const NEW_KEY = { keyId: 'k-2', keyBase64: randomBytes(32).toString('base64') };
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function open(): NotifierStore {
  const store = openNotifierStore(IN_MEMORY, { clock: systemClock, newId: () => 'n1' });
  closers.push(() => store.close());
  return store;
}

/** Starts a notifier's loop over a store and a bus; what it sends is in `parcels`. */
async function start(
  { store, bus, keys = [OLD_KEY], outcome = OK }: {
    store: NotifierStore; bus: MemoryBus; keys?: (typeof OLD_KEY)[]; outcome?: Outcome;
  },
) {
  const parcels: Parcel[] = [];
  const fatals: unknown[] = [];
  const notifier = new Notifier({
    store, clock: systemClock, random: () => 0.5, log: () => undefined, onChange: () => undefined,
    fatal: (error) => fatals.push(error), keepMs: 1_000_000, ask: () => Promise.resolve([ANA]),
    settings: {
      channels: new Set(['email']), endpoints: [], mostFailures: 3, perSecond: 100, perPersonHour: 100,
    },
    senders: new Map([['email', (parcel) => {
      parcels.push(parcel);
      return Promise.resolve(outcome);
    }]]),
  });
  const reader = new EventReader({
    bus, store, keys, topicPrefix: 'ev', groupId: 'g', clock: systemClock, log: () => undefined,
    take: (events, beside) => notifier.takeEvents(events, beside), say: (level, text) => notifier.say(level, text),
  });
  closers.push(() => reader.close());
  notifier.start();
  await reader.start();
  const numbers = (): unknown[] => parcels.map(({ occasion: { facts } }) => facts['number']);
  return { notifier, reader, parcels, fatals, numbers };
}

function invoice(number: string, change: Partial<NetworkEvent> = {}): NetworkEvent {
  const data = { number, kind: 'invoice', totalMinor: 120, currency: 'EUR' };
  return eventOf('invoice', data, { atMs: Date.now(), ...change });
}

function put(bus: MemoryBus, event: NetworkEvent, { key = OLD_KEY, from = CENTRAL } = {}): void {
  const ends = { from, to: 'services', mid: event.id };
  const sealed = seal(sealKey(key.keyId, key.keyBase64), 'down', TOPIC, ends, JSON.stringify(event));
  bus.append({ topic: TOPIC, key: event.siteId, headers: sealed.headers, value: sealed.value });
}

async function until(holds: () => boolean): Promise<void> {
  await expect.poll(holds, { timeout: 5_000 }).toBe(true);
}

describe('a notifier that reads the event log', () => {
  it('begins with what happens from now on, goes on where it was, and tells each event once', async () => {
    const [store, bus] = [open(), new MemoryBus()];
    put(bus, invoice('before'));
    const first = await start({ store, bus });
    const event = invoice('one');
    put(bus, event);
    put(bus, event); // the outbox sends again what it does not know to be there
    await until(() => first.parcels.length === 1);
    await first.reader.close();
    put(bus, invoice('while it was away'));
    const second = await start({ store, bus });
    await until(() => second.parcels.length === 1);
    await bus.rejoin();
    put(bus, invoice('two'));
    await until(() => second.parcels.length === 2);
    expect([first.numbers(), second.numbers()]).toEqual([['one'], ['while it was away', 'two']]);
    expect(first.fatals.concat(second.fatals)).toEqual([]);
  });

  it('goes on with the first event of a log that has taken the place of another, and tells nothing twice', async () => {
    const [store, bus] = [open(), new MemoryBus()];
    const { numbers, reader } = await start({ store, bus });
    const event = invoice('told');
    put(bus, event);
    await until(() => numbers().length === 1);
    await reader.close();
    const other = new MemoryBus();
    other.cluster = 'cluster-2';
    put(other, event);
    put(other, invoice('new'));
    const again = await start({ store, bus: other });
    await until(() => again.numbers().length === 1);
    expect(again.numbers()).toEqual(['new']);
    expect(again.notifier.view().messages.map(({ text }) => text).join()).toContain('the log is another one');
    expect(store.offsets()).toMatchObject([{ epoch: 1, next: 2 }]);
  });

  it('goes on behind events that expired before they were read, and says so', async () => {
    const [store, bus] = [open(), new MemoryBus()];
    await (await start({ store, bus })).reader.close();
    for (const number of ['lost', 'lost too', 'there']) put(bus, invoice(number));
    const log = bus.log(TOPIC);
    log.records.splice(0, 2);
    log.first = 2;
    const { numbers, notifier } = await start({ store, bus });
    await until(() => numbers().length === 1);
    expect(numbers()).toEqual(['there']);
    expect(notifier.view().messages.map(({ text }) => text).join()).toContain('2 events expired');
  });

  it('keeps what no key opens until there is the key', async () => {
    const [store, bus] = [open(), new MemoryBus()];
    const first = await start({ store, bus });
    put(bus, invoice('sealed anew'), { key: NEW_KEY });
    put(bus, invoice('readable'));
    await until(() => first.numbers().length === 1);
    expect(first.numbers()).toEqual(['readable']);
    expect(store.figures().unread).toBe(1);
    await first.reader.close();
    const second = await start({ store, bus, keys: [NEW_KEY, OLD_KEY] });
    await until(() => second.numbers().length === 1);
    expect(second.numbers()).toEqual(['sealed anew']);
    expect(store.figures().unread).toBe(0);
  });

  it('passes over what EV_Central has not sealed, and what it does not know', async () => {
    const [store, bus] = [open(), new MemoryBus()];
    const { numbers } = await start({ store, bus });
    put(bus, invoice('forged'), { from: 'mallory' });
    put(bus, { ...invoice('changed'), kind: 'of a newer version' as NetworkEvent['kind'] });
    const headers = { from: CENTRAL, to: 'services', kid: 'k-1', mid: 'x' };
    bus.append({ topic: TOPIC, key: 'ALC', value: randomBytes(64), headers });
    put(bus, invoice('good'));
    await until(() => numbers().length === 1);
    expect(numbers()).toEqual(['good']);
    expect(store.figures().unread).toBe(0);
  });
});

describe('the database of a notifier', () => {
  it('has no address of anybody, and gives a dead letter back to be sent again', async () => {
    const [store, bus] = [open(), new MemoryBus()];
    const refused: Outcome = { ok: false, error: 'no such address', mayRetry: false, retryAfterMs: null };
    const first = await start({ store, bus, outcome: refused });
    put(bus, invoice('one'));
    await until(() => store.deliveries({ state: 'dead', limit: 10 }).length === 1);
    const kept = [store.deliveries({ state: 'dead', limit: 10 }), store.log({ limit: 100 })];
    expect(JSON.stringify(kept)).not.toContain('ana@');
    await first.reader.close();
    const [dead] = store.deliveries({ state: 'dead', limit: 1 });
    expect(store.askResend({ deliveryId: 'n1-99' })).toBe(0);
    expect(store.askResend({ deliveryId: dead?.deliveryId ?? '' })).toBe(1);
    const second = await start({ store, bus });
    await until(() => store.log({ userId: 'ana', limit: 1 })[0]?.outcome === 'sent');
    expect(second.parcels[0]?.delivery.deliveryId).toBe(dead?.deliveryId);
    expect(store.log({ limit: 10 }).map(({ outcome }) => outcome)).toEqual(['sent', 'resend', 'dead']);
  });

  it('forgets what is over, and keeps what is not', async () => {
    const [store, bus] = [open(), new MemoryBus()];
    const { numbers } = await start({ store, bus });
    put(bus, invoice('one'));
    await until(() => numbers().length === 1 && store.log({ limit: 1 }).length === 1);
    store.purge(Date.now() - 60_000);
    expect(store.log({ limit: 10 })).toHaveLength(1);
    store.purge(Date.now() + 60_000);
    expect(store.log({ limit: 10 })).toEqual([]);
  });
});
