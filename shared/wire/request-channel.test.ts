import { afterEach, expect, test } from 'vitest';
import { only, startClient, startServer, testTime, waitFor } from './link-harness.ts';
import type { Cleanup } from './link-harness.ts';
import { RequestChannel } from './request-channel.ts';

const cleanup: Cleanup = [];
afterEach(async () => {
  for (const step of cleanup.splice(0)) await step();
});

async function openChannel() {
  const time = testTime();
  const { server, seen: atServer } = await startServer(time, cleanup);
  const { seen: atClient } = startClient(time, server.port, cleanup);
  await waitFor(() => atClient.links.length === 1);
  const channel = new RequestChannel(only(atClient), time.ticker);
  return { time, atServer, channel };
}

test('each question gets the answer that names it, in any order; the rest goes on', async () => {
  const { atServer, channel } = await openChannel();
  const others: unknown[] = [];
  channel.onMessage = (message) => others.push(message);
  const first = channel.ask({ id: 'a', type: 'query' }, { timeoutMs: 1_000 });
  const second = channel.ask({ id: 'b', type: 'query' }, { timeoutMs: 1_000 });
  await waitFor(() => atServer.messages.length === 2);
  for (const message of [{ re: 'b', value: 2 }, { type: 'notice' }, { re: 'unknown' }, { re: 'a', value: 1 }]) {
    only(atServer).send(message);
  }
  expect(await Promise.all([first, second])).toEqual([{ re: 'a', value: 1 }, { re: 'b', value: 2 }]);
  expect(others).toEqual([{ type: 'notice' }, { re: 'unknown' }]);
});

test('a question without an answer in time fails, and its late answer is like any other message', async () => {
  const { time, atServer, channel } = await openChannel();
  const others: unknown[] = [];
  channel.onMessage = (message) => others.push(message);
  const failed = expect(channel.ask({ id: 'a', type: 'query' }, { timeoutMs: 1_000 })).rejects.toMatchObject({
    code: 'link-lost', message: expect.stringContaining('query'),
  });
  await time.pass(1_100);
  await failed;
  only(atServer).send({ re: 'a' });
  await waitFor(() => others.length === 1);
});

test('every open question fails when the link ends, and so does a later one', async () => {
  const { atServer, channel } = await openChannel();
  const reasons: string[] = [];
  channel.onClose = ({ code }) => reasons.push(code);
  const failed = expect(channel.ask({ id: 'a', type: 'query' }, { timeoutMs: 60_000 })).rejects.toMatchObject({
    code: 'link-lost', message: expect.stringContaining('going home'),
  });
  await waitFor(() => atServer.messages.length === 1);
  only(atServer).close({ code: 'closed', detail: 'going home' });
  await failed;
  expect(reasons).toEqual(['closed-by-peer']);
  const later = channel.ask({ id: 'b', type: 'query' }, { timeoutMs: 1_000 });
  await expect(later).rejects.toMatchObject({ code: 'link-lost' });
});
