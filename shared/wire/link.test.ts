import { afterEach, describe, expect, test } from 'vitest';
import { LIMITS } from '../limits.ts';
import { CONTROL } from './frame-codec.ts';
import {
  only, rawClient, rawFrame, rawServer, startClient, startProxy, startServer, testTime, waitFor,
} from './link-harness.ts';
import type { Cleanup } from './link-harness.ts';
import { MESSAGE_BYTES } from './link.ts';

const cleanup: Cleanup = [];
afterEach(async () => {
  for (const step of cleanup.splice(0)) await step();
});

async function connectedPair() {
  const time = testTime();
  const { server, seen: atServer } = await startServer(time, cleanup);
  const proxy = await startProxy(server.port, cleanup);
  const { client, seen: atClient } = startClient(time, proxy.port, cleanup);
  await waitFor(() => atClient.links.length === 1 && atServer.links.length === 1);
  only(atClient).send({ type: 'hello' });
  await waitFor(() => atServer.messages.length === 1);
  atServer.messages.length = 0;
  await time.pass(200); // the first ping has been answered
  return { time, server, proxy, client, atServer, atClient };
}

describe('messages', () => {
  test('arrive in order, each once, in both directions at the same time', async () => {
    const { atServer, atClient } = await connectedPair();
    const sent = Array.from({ length: 500 }, (_, number) => ({ type: 'x', number, text: 'ñ€\u0002\u0003' }));
    for (const message of sent) {
      only(atClient).send(message);
      only(atServer).send(message);
    }
    await waitFor(() => atServer.messages.length >= 500 && atClient.messages.length >= 500);
    expect(atServer.messages).toEqual(sent);
    expect(atClient.messages).toEqual(sent);
  });

  test('of the longest size pass, a longer one is a bug of the sender', async () => {
    const { atServer, atClient } = await connectedPair();
    const message = { t: 'a'.repeat(MESSAGE_BYTES - '{"t":""}'.length) };
    only(atClient).send(message);
    await waitFor(() => atServer.messages.length === 1);
    expect(atServer.messages).toEqual([message]);
    expect(() => only(atClient).send({ t: `${message.t}a` })).toThrow('too long');
    expect(() => only(atClient).send({ type: 'ping' })).toThrow('link\'s types');
    expect(() => only(atClient).send({ n: 1 })).toThrow('leave n');
  });

  test('whose ACK is lost are sent again and handed over once', async () => {
    const { time, proxy, atServer, atClient } = await connectedPair();
    let dropped = 0;
    proxy.tamper.down = (chunk) => {
      if (dropped > 0 || !chunk.equals(Buffer.of(CONTROL.ack))) return chunk;
      dropped += 1;
      return null;
    };
    only(atClient).send({ type: 'x', number: 1 });
    only(atClient).send({ type: 'x', number: 2 });
    await waitFor(() => dropped === 1);
    expect(atServer.messages.length).toBe(1);
    await time.pass(LIMITS.frameAckMs + 200);
    await waitFor(() => atServer.messages.length === 2);
    expect(atServer.messages).toEqual([{ type: 'x', number: 1 }, { type: 'x', number: 2 }]);
    expect(atClient.closes).toEqual([]);
  });

  test('that were damaged on the way are refused and sent again at once', async () => {
    const { proxy, atServer, atClient } = await connectedPair();
    let damaged = 0;
    proxy.tamper.up = (chunk) => {
      if (damaged === 2 || chunk.length < 10) return chunk;
      damaged += 1;
      chunk[5] = (chunk[5] ?? 0) ^ 0x55;
      return chunk;
    };
    only(atClient).send({ type: 'x', number: 1 });
    await waitFor(() => atServer.messages.length === 1);
    expect(damaged).toBe(2);
    expect(atServer.messages).toEqual([{ type: 'x', number: 1 }]);
  });

  test('with a number already seen are acknowledged and dropped', async () => {
    const time = testTime();
    const { server, seen } = await startServer(time, cleanup);
    const peer = await rawClient(server.port, cleanup);
    peer.socket.write(Buffer.concat([rawFrame({ n: 1, type: 'a' }), rawFrame({ n: 1, type: 'a' })]));
    await waitFor(() => peer.events.filter(({ kind }) => kind === 'ack').length === 3);
    expect(seen.messages).toEqual([{ type: 'a' }]);
  });
});

describe('a link is given up', () => {
  test('when its frame is refused again and again', async () => {
    const time = testTime();
    const { port, peers } = await rawServer(cleanup);
    const { seen } = startClient(time, port, cleanup);
    await waitFor(() => seen.links.length === 1);
    const [peer] = peers;
    let answered = 0;
    await waitFor(() => {
      const frames = peer?.frames().length ?? 0;
      while (answered < frames) {
        answered += 1;
        peer?.socket.write(Buffer.of(CONTROL.nack));
      }
      return seen.closes.length > 0;
    });
    expect(seen.closes).toEqual([{ code: 'no-ack', detail: 'a frame was refused as damaged after 3 repetitions' }]);
    expect(peer?.frames().filter((frame) => frame['type'] === 'ping').length).toBe(1 + LIMITS.frameRetries);
  });

  test('when a living peer never acknowledges', async () => {
    const time = testTime();
    const { port, peers } = await rawServer(cleanup);
    const { seen } = startClient(time, port, cleanup);
    await waitFor(() => seen.links.length === 1);
    for (let second = 0; second < 9; second += 1) {
      peers[0]?.socket.write(rawFrame({ n: second + 1, type: 'alive' }));
      await waitFor(() => seen.messages.length === second + 1 || seen.closes.length > 0);
      await time.pass(1_000);
    }
    expect(seen.closes).toEqual([{ code: 'no-ack', detail: 'a frame was not acknowledged after 3 repetitions' }]);
  });

  test('when the peer is silent for the dead-peer time, and not before', async () => {
    const time = testTime();
    const { port } = await rawServer(cleanup);
    const { seen } = startClient(time, port, cleanup);
    await waitFor(() => seen.links.length === 1);
    await time.pass(LIMITS.deadPeerMs - 200);
    expect(seen.closes).toEqual([]);
    await time.pass(400);
    expect(seen.closes.map(({ code }) => code)).toEqual(['dead-peer']);
  });

  test('by both sides when the network between them swallows everything', async () => {
    const { time, proxy, atServer, atClient } = await connectedPair();
    proxy.tamper.up = () => null;
    proxy.tamper.down = () => null;
    proxy.tamper.ends = false;
    await time.pass(LIMITS.deadPeerMs + 200);
    expect([atServer.closes[0]?.code, atClient.closes[0]?.code]).toEqual(['dead-peer', 'dead-peer']);
  });

  test('when more waits than its queue holds', async () => {
    const time = testTime();
    const { port } = await rawServer(cleanup);
    const { seen } = startClient(time, port, cleanup);
    await waitFor(() => seen.links.length === 1);
    for (let number = 0; number <= LIMITS.linkQueueFrames + 2; number += 1) only(seen).send({ number });
    expect(seen.closes.map(({ code }) => code)).toEqual(['queue-full']);
  });

  test('when the socket ends without a good-bye', async () => {
    const time = testTime();
    const { server, seen } = await startServer(time, cleanup);
    const peer = await rawClient(server.port, cleanup);
    peer.socket.end();
    await waitFor(() => seen.closes.length === 1);
    expect(seen.closes[0]).toEqual({ code: 'closed-by-peer', detail: 'the connection ended without a good-bye' });
  });
});

describe('a connection ends with a reason that its peer is told', () => {
  const rows: readonly { title: string; bytes: Buffer; code: string; detail: RegExp }[] = [
    { title: 'an oversized frame', bytes: Buffer.concat([Buffer.of(CONTROL.stx), Buffer.alloc(70_000, 0x61)]),
      code: 'oversized-frame', detail: /65536 bytes/ },
    { title: 'text between frames', bytes: Buffer.from('hello\r\n'), code: 'malformed-frame', detail: /byte 104/ },
    { title: 'a payload that is no object', bytes: rawFrameOf('[1]'), code: 'malformed-frame', detail: /JSON object/ },
    { title: 'a payload that is no JSON', bytes: rawFrameOf('{"n":1'), code: 'malformed-frame', detail: /JSON object/ },
    { title: 'a payload without n', bytes: rawFrameOf('{}'), code: 'malformed-frame', detail: /number n/ },
    { title: 'a skipped number', bytes: rawFrame({ n: 2 }), code: 'malformed-frame', detail: /frame 2 after frame 0/ },
    { title: 'a wrong ping', bytes: rawFrame({ n: 1, type: 'ping' }), code: 'malformed-frame', detail: /a ping/ },
    { title: 'a second ENQ', bytes: Buffer.of(CONTROL.enq), code: 'malformed-frame', detail: /ENQ out of place/ },
  ];

  test.each(rows)('after $title', async ({ bytes, code, detail }) => {
    const time = testTime();
    const { server, seen } = await startServer(time, cleanup);
    const peer = await rawClient(server.port, cleanup);
    peer.socket.write(bytes);
    await waitFor(() => peer.closed());
    expect(seen.closes).toEqual([{ code, detail: expect.stringMatching(detail) }]);
    expect(peer.frames()).toEqual([{ n: 1, type: 'bye', code, detail: expect.stringMatching(detail) }]);
    expect(peer.events.at(-1)).toEqual({ kind: 'eot' });
  });

  test('after a frame that comes too slowly, although bytes keep coming', async () => {
    const time = testTime();
    const { server, seen } = await startServer(time, cleanup);
    const peer = await rawClient(server.port, cleanup);
    peer.socket.write(Buffer.of(CONTROL.stx));
    for (let passedMs = 0; passedMs <= LIMITS.frameMs && seen.closes.length === 0; passedMs += 500) {
      peer.socket.write('a');
      await time.pass(500);
    }
    expect(seen.closes.map(({ code }) => code)).toEqual(['slow-frame']);
  });

  test('when only heartbeats come and no first message', async () => {
    const time = testTime();
    const { server, seen } = await startServer(time, cleanup);
    const { seen: atClient } = startClient(time, server.port, cleanup);
    await waitFor(() => atClient.links.length === 1);
    await time.pass(LIMITS.helloMs - 500);
    expect(seen.closes).toEqual([]);
    await time.pass(800);
    await waitFor(() => atClient.closes.length === 1);
    expect(seen.closes.map(({ code }) => code)).toEqual(['slow-frame']);
    expect(atClient.closes).toEqual([
      { code: 'closed-by-peer', detail: `slow-frame: it did not say, or not prove, who it is in ${LIMITS.helloMs} ms` },
    ]);
  });
});

describe('closing', () => {
  test('still delivers what is queued and tells the reason', async () => {
    const { server, atServer, atClient } = await connectedPair();
    for (let number = 0; number < 50; number += 1) only(atServer).send({ number });
    only(atServer).close({ code: 'replaced', detail: 'another one came' });
    only(atServer).send({ late: true });
    await waitFor(() => atClient.closes.length === 1);
    expect(atClient.messages.length).toBe(50);
    expect(atClient.closes).toEqual([{ code: 'replaced', detail: 'another one came' }]);
    await waitFor(() => server.connections() === 0);
    expect(atServer.closes).toEqual([{ code: 'replaced', detail: 'another one came' }]);
  });

  test('does not wait longer than an ACK may take', async () => {
    const { time, proxy, atServer } = await connectedPair();
    proxy.tamper.up = () => null;
    only(atServer).send({ type: 'x' });
    only(atServer).close();
    expect(atServer.closes).toEqual([]);
    await time.pass(LIMITS.frameAckMs + 100);
    expect(atServer.closes).toEqual([{ code: 'closed', detail: 'closed' }]);
  });
});

describe('the heartbeat', () => {
  test('keeps an idle link for as long as one likes', async () => {
    const { time, atServer, atClient } = await connectedPair();
    await time.pass(30_000);
    expect([atServer.closes, atClient.closes]).toEqual([[], []]);
    expect(atServer.heartbeats.length).toBeGreaterThanOrEqual(30 / 5);
  });

  test('is a ping a second whose ACK is answer enough: neither end takes the other for dead', async () => {
    const time = testTime();
    const { server, seen } = await startServer(time, cleanup);
    const peer = await rawClient(server.port, cleanup);
    peer.socket.write(rawFrame({ n: 1, type: 'hello' }));
    for (let n = 2; n <= 12; n += 1) {
      peer.socket.write(rawFrame({ n, type: 'ping', atMs: time.nowMs(), answer: false }));
      await waitFor(() => peer.events.filter(({ kind }) => kind === 'ack').length === 1 + n);
      await time.pass(1_000);
    }
    expect(peer.frames()).toEqual([]);
    expect(seen.closes).toEqual([]);
  });

  test('carries data both ways, and the clocks\' difference to both sides', async () => {
    const time = testTime();
    const { server, seen: atServer } = await startServer(time, cleanup, {
      nowMs: () => time.nowMs() + 5_000, heartbeatData: () => ({ central: 'ready' }),
    });
    const { seen: atClient } = startClient(time, server.port, cleanup, { heartbeatData: () => ({ engine: 'ok' }) });
    await waitFor(() => atClient.heartbeats.length > 0);
    await time.pass(7_000);
    expect(atServer.heartbeats.length).toBe(3);
    expect(atServer.heartbeats.at(-1)).toEqual({ engine: 'ok' });
    expect(atClient.heartbeats.at(-1)).toEqual({ central: 'ready' });
    expect(Math.abs((only(atClient).clockOffsetMs ?? 0) - 5_000)).toBeLessThanOrEqual(100);
    expect(Math.abs((only(atServer).clockOffsetMs ?? 0) + 5_000)).toBeLessThanOrEqual(100);
  });
});

describe('time', () => {
  test('in which the process was stopped counts for no deadline', async () => {
    const { time, atServer, atClient } = await connectedPair();
    only(atClient).send({ type: 'before' });
    time.sleep(60_000);
    time.ticker.tick();
    await time.pass(500);
    only(atServer).send({ type: 'after' });
    await waitFor(() => atServer.messages.length === 1 && atClient.messages.length === 1);
    expect([atServer.closes, atClient.closes]).toEqual([[], []]);
  });

  test('in which a link was paused counts for no deadline of its own', async () => {
    const { time, atServer, atClient } = await connectedPair();
    only(atServer).pause();
    only(atClient).send({ type: 'waits' });
    await time.pass(2_500);
    expect(atServer.messages).toEqual([]);
    only(atServer).resume();
    await waitFor(() => atServer.messages.length === 1);
    await time.pass(1_000);
    expect([atServer.closes, atClient.closes]).toEqual([[], []]);
  });
});

function rawFrameOf(text: string): Buffer {
  const lrc = [...Buffer.from(text)].reduce((xor, byte) => xor ^ byte, 0);
  return Buffer.concat([Buffer.of(CONTROL.stx), Buffer.from(text), Buffer.of(CONTROL.etx, lrc)]);
}
