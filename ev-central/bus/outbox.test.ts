import { expect, test } from 'vitest';
import { waitFor } from '../central-for-tests.ts';
import { MemoryBus } from '../memory-bus.ts';
import { Outbox, type OutboxOptions, type OutboxRow } from './outbox.ts';

function row(rowId: number, to = 'ALC-01', text = '{}'): OutboxRow {
  return { rowId, topic: 'commands', key: 'ALC', to, messageId: `m-${rowId}`, text };
}

function outbox(rows: OutboxRow[], change: Partial<OutboxOptions> = {}) {
  const bus = new MemoryBus();
  const done = new Set<number>();
  const it = new Outbox({
    pending: (after, limit) => rows.filter((r) => r.rowId > after && !done.has(r.rowId)).slice(0, limit),
    sender: bus.sender(), whenUp: () => bus.whenUp(), sleep: () => Promise.resolve(), gatherMs: 0, log: () => undefined,
    sealer: { seal: ({ topic, key, to, mid, text }) => (to === 'nobody' ? undefined
      : { topic: `ev.${topic}`, key, headers: { mid }, value: text }) },
    markDone: (ids) => ids.forEach((id) => done.add(id)), fatal: (error) => {
      throw error;
    }, ...change,
  });
  const sent = (): string[] => bus.log('ev.commands').records.map((r) => r.headers['mid'] ?? '');
  return { it, bus, done, sent };
}

test('rows leave in their order, and are done after the broker has them', async () => {
  const rows = [row(1), row(2)];
  const { it, sent, done } = outbox(rows);
  it.start();
  await waitFor(() => done.size === 2);
  rows.push(row(3));
  it.added();
  await waitFor(() => done.size === 3);
  expect(sent()).toEqual(['m-1', 'm-2', 'm-3']);
  await it.close();
});

test('while the bus is down rows wait, and leave in their order when it is back', async () => {
  const rows = [row(1)];
  const { it, bus, sent, done } = outbox(rows);
  bus.set('down');
  it.start();
  rows.push(row(2));
  it.added();
  expect(done.size).toBe(0);
  bus.set('up');
  await waitFor(() => done.size === 2);
  expect(sent()).toEqual(['m-1', 'm-2']);
  await it.close();
});

test('rows whose acknowledgement was lost are sent again before later ones', async () => {
  const { it, bus, sent, done } = outbox([row(1), row(2)]);
  bus.losesAcks = 2;
  it.start();
  await waitFor(() => done.size === 2);
  expect(sent()).toEqual(['m-1', 'm-2', 'm-1', 'm-2', 'm-1', 'm-2']);
  await it.close();
});

test('a row whose receiver has no key is done without being sent', async () => {
  const { it, sent, done } = outbox([row(1, 'nobody'), row(2)]);
  it.start();
  await waitFor(() => done.size === 2);
  expect(sent()).toEqual(['m-2']);
  await it.close();
});

test('rows that were done are sent again when the broker has lost its log', async () => {
  const { it, sent, done } = outbox([row(1), row(2)]);
  it.start();
  await waitFor(() => done.size === 2);
  done.clear();
  it.reopened();
  await waitFor(() => done.size === 2);
  expect(sent()).toEqual(['m-1', 'm-2', 'm-1', 'm-2']);
  await it.close();
});

test('a row that waits for the bus lets the ones before it go first, when they are open again', async () => {
  const rows = [row(1), row(2)];
  const { it, bus, sent, done } = outbox(rows);
  done.add(1);
  bus.set('down');
  it.start();
  await Promise.resolve();
  done.clear();
  it.reopened();
  bus.set('up');
  await waitFor(() => done.size === 2);
  expect(sent()).toEqual(['m-1', 'm-2']);
  await it.close();
});

test('a send never exceeds what a broker takes at once', async () => {
  const sizes: number[] = [];
  const rows = Array.from({ length: 30 }, (_unused, i) => row(i + 1, 'ALC-01', 'x'.repeat(100_000)));
  const { it, done } = outbox(rows, { sender: { close: () => Promise.resolve(), send: (records) => {
    sizes.push(records.reduce((sum, r) => sum + r.value.length, 0));
    return Promise.resolve();
  } } });
  it.start();
  await waitFor(() => done.size === 30);
  expect(Math.max(...sizes)).toBeLessThan(1_000_000);
  await it.close();
});
