import { expect, it } from 'vitest';
import type { Bus, BusSender, OutRecord } from '../shared/bus/port.ts';
import { SendFailure } from '../shared/bus/port.ts';
import { silentLog } from '../shared/wire/link-harness.ts';
import { BusLine } from './bus-line.ts';

type Sent = { readonly keys: string[]; readonly acknowledge: () => void; readonly refuse: (error: Error) => void };

/** A line over a broker that answers when the test says so. */
function openLine(): { line: BusLine; sends: Sent[] } {
  const sends: Sent[] = [];
  const sender: BusSender = {
    send: (records) => new Promise((acknowledge, refuse) => {
      sends.push({ keys: records.map(({ key }) => key), acknowledge, refuse });
    }),
    close: () => Promise.resolve(),
  };
  const bus = {
    sender: () => sender, onState: () => () => undefined, state: () => 'up', close: () => Promise.resolve(),
  } as unknown as Bus;
  return { line: new BusLine({ bus, groupId: 'test', log: silentLog }), sends };
}

function recordOf(key: string): OutRecord {
  return { topic: 'ev.requests', key, headers: {}, value: '' };
}

it('a record leaves at once; what comes while four sends are under way leaves together, in order', async () => {
  const { line, sends } = openLine();
  const sent = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((key) => line.send(recordOf(key)));
  expect(sends.map(({ keys }) => keys)).toEqual([['a'], ['b'], ['c'], ['d']]);
  sends[1]?.acknowledge();
  await sent[1];
  await expect.poll(() => sends.map(({ keys }) => keys).slice(4)).toEqual([['e', 'f', 'g']]);
  for (const send of sends) send.acknowledge();
  await Promise.all(sent);
});

it('everybody whose record was in a send hears that it failed', async () => {
  const { line, sends } = openLine();
  const sent = ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => line.send(recordOf(key)));
  for (const { acknowledge } of sends.slice(0, 4)) acknowledge();
  await Promise.all(sent.slice(0, 4));
  await expect.poll(() => sends.length).toBe(5);
  const failure = new SendFailure('down', { maybeSent: true });
  sends[4]?.refuse(failure);
  await expect(Promise.allSettled(sent.slice(4))).resolves.toEqual([
    { status: 'rejected', reason: failure }, { status: 'rejected', reason: failure },
  ]);
});
