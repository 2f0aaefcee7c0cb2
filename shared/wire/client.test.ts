import { afterEach, expect, test } from 'vitest';
import { LIMITS } from '../limits.ts';
import type { ClientState } from './client.ts';
import { LinkClient } from './client.ts';
import { CONTROL } from './frame-codec.ts';
import { FLAGS, loopTurn, only, rawServer, startClient, startServer, testTime, waitFor } from './link-harness.ts';
import type { Cleanup } from './link-harness.ts';
import { createOpenings } from './openings.ts';
import { tcpConnect } from './tcp-socket.ts';

const cleanup: Cleanup = [];
afterEach(async () => {
  for (const step of cleanup.splice(0)) await step();
});

test('a client comes back by itself when its server is there again, and says since when and why not', async () => {
  const time = testTime();
  const first = await startServer(time, []);
  const states: ClientState[] = [];
  const { client, seen } = startClient(time, first.server.port, cleanup, {
    onClose: () => 'retry', onState: (state) => states.push(state),
  });
  await waitFor(() => client.link !== null);
  const lostAtMs = time.nowMs();
  const closed = first.server.close();
  await waitFor(() => client.link === null);
  await closed;
  await time.pass(3_000);
  expect(client.state).toMatchObject({ kind: 'connecting', sinceMs: lostAtMs, why: /ECONNREFUSED/ });
  await startServer(time, cleanup, { port: first.server.port });
  await time.pass(LIMITS.reconnectMs);
  await waitFor(() => client.link !== null);
  expect(seen.links.length).toBe(2);
  expect(states[0]?.kind).toBe('open');
  expect(states[1]).toEqual({
    kind: 'connecting', sinceMs: lostAtMs, why: 'closed-by-peer: the server is going down', attempts: 1,
  });
});

test('the pauses double up to the limit, each times a random share', async () => {
  const time = testTime();
  const attemptsAtMs: number[] = [];
  const client = new LinkClient({
    ticker: time.ticker, nowMs: time.nowMs, random: () => 0.999, onOpen: () => undefined, onClose: () => 'retry',
    connect: ({ failed }) => {
      attemptsAtMs.push(time.ticker.awakeMs());
      queueMicrotask(() => failed(new Error('nobody there')));
      return { cancel: () => undefined };
    },
  });
  cleanup.push(() => client.close());
  client.start();
  await loopTurn();
  await time.pass(20_000);
  const pausesMs = attemptsAtMs.slice(1).map((atMs, i) => atMs - (attemptsAtMs[i] ?? 0));
  expect(pausesMs.slice(0, 6)).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000]);
});

test('an attempt that neither succeeds nor fails is given up in time', async () => {
  const time = testTime();
  let cancelled = 0;
  const reasons: string[] = [];
  const client = new LinkClient({
    ticker: time.ticker, nowMs: time.nowMs, random: () => 0, onOpen: () => undefined,
    onClose: ({ detail }) => {
      reasons.push(detail);
      return 'stop';
    },
    connect: () => ({ cancel: () => (cancelled += 1) }),
  });
  client.start();
  await time.pass(LIMITS.reconnectMs);
  expect([cancelled, reasons]).toEqual([1, [`no connection within ${LIMITS.reconnectMs} ms`]]);
  expect(client.state).toMatchObject({ kind: 'closed' });
  expect(time.ticker.subscribers()).toBe(0);
});

test('clients of a fleet open one by one: the next when the one before is settled, lost, closed or slow', async () => {
  const time = testTime();
  const { server, seen: atServer } = await startServer(time, cleanup);
  const openings = createOpenings(1);
  const start = () => startClient(time, server.port, cleanup, { openings });
  const [settles, isLost, closes, hangs, last] = [start(), start(), start(), start(), start()];
  const open = (): boolean[] => [settles, isLost, closes, hangs, last].map(({ client }) => client.link !== null);
  await waitFor(() => settles.client.link !== null);
  await time.pass(1_000);
  expect(open()).toEqual([true, false, false, false, false]);
  settles.client.link?.send({ type: 'x' });
  settles.client.settled();
  await waitFor(() => isLost.client.link !== null);
  await waitFor(() => atServer.links.length === 2);
  atServer.links[1]?.close();
  await waitFor(() => closes.client.link !== null);
  closes.client.close();
  await waitFor(() => hangs.client.link !== null);
  await time.pass(LIMITS.helloMs - 1_000);
  expect(last.client.link).toBeNull();
  hangs.client.link?.send({ type: 'x' });
  await time.pass(1_500);
  await waitFor(() => last.client.link !== null);
  expect(open()).toEqual([true, false, false, true, true]);
});

test('a replaced client that is told to stop does not come back', async () => {
  const time = testTime();
  const { seen: atServer, server } = await startServer(time, cleanup);
  const { client, failures } = startClient(time, server.port, cleanup, {});
  await waitFor(() => atServer.links.length === 1);
  only(atServer).close({ code: 'replaced', detail: 'another monitor authenticated as this point' });
  await waitFor(() => client.state.kind === 'closed');
  await time.pass(LIMITS.reconnectMs * 2);
  expect(failures).toEqual([{ code: 'replaced', detail: 'another monitor authenticated as this point' }]);
  expect(atServer.links.length).toBe(1);
});

test('a NACK to ENQ is a refusal', async () => {
  const time = testTime();
  const { port } = await rawServer(cleanup, CONTROL.nack);
  const { client, failures } = startClient(time, port, cleanup);
  await waitFor(() => client.state.kind === 'closed');
  expect(failures.map(({ code }) => code)).toEqual(['refused']);
});

test('a server that does not answer ENQ is given up', async () => {
  const time = testTime();
  const { port, peers } = await rawServer(cleanup, CONTROL.stx); // half a frame instead of an answer
  const { failures } = startClient(time, port, cleanup);
  await waitFor(() => peers.length === 1);
  await time.pass(LIMITS.deadPeerMs);
  expect(failures.map(({ code }) => code)).toEqual(['dead-peer']);
});

test('closing a client that is connecting leaves nothing behind', async () => {
  const time = testTime();
  const { server, seen } = await startServer(time, cleanup);
  const { client } = startClient(time, server.port, cleanup);
  client.close();
  await time.pass(1_000);
  expect(client.state.kind).toBe('closed');
  expect(seen.links).toEqual([]);
  expect(time.ticker.subscribers()).toBe(0);
});

test('a name with several addresses of which none answers is a failure with words', async () => {
  const time = testTime();
  const { server } = await startServer(time, []);
  const closed = server.close();
  await closed;
  const connect = tcpConnect({ host: 'localhost', port: server.port, tls: null, insecure: false, ...FLAGS });
  const { failures } = startClient(time, server.port, cleanup, { connect });
  await waitFor(() => failures.length === 1);
  expect(failures[0]?.detail).toContain('ECONNREFUSED');
});
