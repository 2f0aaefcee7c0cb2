// Limits that real sockets would reach slowly, over sockets in memory at the port that the simulation uses.
import { expect, test } from 'vitest';
import { LIMITS } from '../limits.ts';
import { createAcceptor } from './acceptor.ts';
import { CONTROL, encodeFrame } from './frame-codec.ts';
import { nothingSeen, testTime, watch } from './link-harness.ts';
import type { LinkSocket, SocketEvents } from './link-socket.ts';

function memorySocket() {
  const sent: Uint8Array[] = [];
  let events: SocketEvents | null = null;
  const state = { destroyed: false, bufferedBytes: 0 };
  const socket: LinkSocket = {
    remoteAddress: 'memory',
    isLocal: true,
    listen: (given) => {
      events = given;
    },
    write: (data) => void sent.push(data),
    bufferedBytes: () => state.bufferedBytes,
    end: () => events?.closed(null),
    destroy: () => {
      state.destroyed = true;
      events?.closed(null);
    },
    pause: () => undefined,
    resume: () => undefined,
  };
  return { socket, sent, state, receive: (bytes: Uint8Array) => events?.data(bytes) };
}

function startAcceptor(maxConnections: number = LIMITS.connections) {
  const time = testTime();
  const seen = nothingSeen();
  const logged: string[] = [];
  const acceptor = createAcceptor({
    maxConnections, ticker: time.ticker, nowMs: time.nowMs,
    onLink: (link) => watch(seen, link), log: (_level, event) => logged.push(event),
  });
  return { acceptor, seen, logged, time };
}

test('connections that do not say who they are are bounded: the oldest of them makes room for the newest', () => {
  const { acceptor, logged } = startAcceptor();
  const first = memorySocket();
  acceptor.accept(first.socket);
  first.receive(Buffer.concat([Buffer.of(CONTROL.enq), encodeFrame('{"n":1,"type":"hello"}')]));
  const oldest = memorySocket();
  acceptor.accept(oldest.socket);
  for (let i = 1; i < LIMITS.unnamedConnections; i += 1) acceptor.accept(memorySocket().socket);
  expect([oldest.state.destroyed, logged]).toEqual([false, []]);
  const newest = memorySocket();
  acceptor.accept(newest.socket);
  acceptor.accept(memorySocket().socket);
  expect([first, oldest, newest].map(({ state }) => state.destroyed)).toEqual([false, true, false]);
  expect(logged.filter((event) => event === 'connections-dropped')).toEqual(['connections-dropped']);
  expect(acceptor.count()).toBe(LIMITS.unnamedConnections + 1);
  acceptor.closeAll({ code: 'closed', detail: 'the end' });
  expect(acceptor.count()).toBe(0);
});

test('a server that is full lets a newcomer in the place of a stranger, never of one who is known', () => {
  const { acceptor, seen } = startAcceptor(2);
  const [known, stranger, newcomer] = [memorySocket(), memorySocket(), memorySocket()];
  const hello = Buffer.concat([Buffer.of(CONTROL.enq), encodeFrame('{"n":1,"type":"hello"}')]);
  acceptor.accept(known.socket);
  known.receive(hello);
  acceptor.accept(stranger.socket);
  acceptor.accept(newcomer.socket);
  newcomer.receive(hello);
  expect([known, stranger, newcomer].map(({ state }) => state.destroyed)).toEqual([false, true, false]);
  const tooMany = memorySocket();
  acceptor.accept(tooMany.socket);
  tooMany.receive(hello);
  expect(tooMany.sent[0]?.[0]).toBe(CONTROL.nack);
  expect(seen.links.length).toBe(2);
});

test('one who is asked to prove who it is counts as a stranger until it does, and has a time for it', async () => {
  const { acceptor, seen, time } = startAcceptor(2);
  const [halfKnown, other, newcomer] = [memorySocket(), memorySocket(), memorySocket()];
  const enq = Buffer.of(CONTROL.enq);
  acceptor.accept(halfKnown.socket);
  halfKnown.receive(Buffer.concat([enq, encodeFrame('{"n":1,"type":"hello"}')]));
  seen.links[0]?.awaitMessage();
  acceptor.accept(other.socket);
  other.receive(Buffer.concat([enq, encodeFrame('{"n":1,"type":"hello"}')]));
  acceptor.accept(newcomer.socket);
  expect([halfKnown, other, newcomer].map(({ state }) => state.destroyed)).toEqual([true, false, false]);
  newcomer.receive(Buffer.concat([enq, encodeFrame('{"n":1,"type":"hello"}')]));
  seen.links[2]?.awaitMessage();
  for (let n = 2; seen.closes.length < 3 && n < 30; n += 1) {
    await time.pass(500);
    for (const peer of [other, newcomer]) {
      peer.receive(Buffer.concat([Buffer.of(CONTROL.ack), encodeFrame(`{"n":${n},"type":"ping","atMs":1}`)]));
    }
  }
  expect(seen.closes.map(({ code }) => code)).toEqual(['closed-by-peer', 'slow-frame']);
  expect(acceptor.count()).toBe(1);
});

test.each([
  ['heartbeats', (n: number) => encodeFrame(`{"n":${n},"type":"ping","atMs":1}`)],
  ['repetitions', () => encodeFrame('{"n":1,"type":"hello"}')],
  ['stray control bytes', () => Buffer.of(CONTROL.ack)],
  ['damaged frames', () => Buffer.of(CONTROL.stx, 0x7b, CONTROL.etx, 0)],
])('a flood of %s ends the link with a reason', (_what, bytes) => {
  const { acceptor, seen } = startAcceptor();
  const peer = memorySocket();
  acceptor.accept(peer.socket);
  peer.receive(Buffer.concat([Buffer.of(CONTROL.enq), encodeFrame('{"n":1,"type":"hello"}')]));
  for (let n = 2; n < LIMITS.smallTalkASecond; n += 1) peer.receive(bytes(n));
  expect(seen.closes).toEqual([]);
  for (let n = LIMITS.smallTalkASecond; n < LIMITS.smallTalkASecond * 2; n += 1) peer.receive(bytes(n));
  expect(seen.closes.map(({ code, detail }) => `${code}: ${detail}`)).toEqual([
    'malformed-frame: a flood of heartbeats, repetitions or stray bytes',
  ]);
});

test('an ACK and the answer to its frame leave in one write', () => {
  const { acceptor, seen } = startAcceptor();
  const { socket, sent, receive } = memorySocket();
  acceptor.accept(socket);
  receive(Buffer.of(CONTROL.enq));
  const [link] = seen.links;
  expect(link).toBeDefined();
  if (link !== undefined) link.onMessage = () => link.send({ type: 'answer' });
  receive(encodeFrame('{"n":1,"type":"question"}'));
  expect(sent).toEqual([
    Buffer.of(CONTROL.ack),
    Buffer.concat([Buffer.of(CONTROL.ack), encodeFrame('{"n":1,"type":"answer"}')]),
  ]);
});

test('a peer that does not read what it is sent is given up', () => {
  const { acceptor, seen } = startAcceptor();
  const { socket, state, receive } = memorySocket();
  acceptor.accept(socket);
  receive(Buffer.of(CONTROL.enq));
  state.bufferedBytes = LIMITS.frameBytes * 5;
  receive(encodeFrame('{"n":1,"type":"question"}'));
  expect(seen.closes.map(({ code }) => code)).toEqual(['queue-full']);
});

test('what a handler does after it closed the link is harmless, and nothing more is handed over', () => {
  const { acceptor, seen } = startAcceptor();
  const { socket, receive } = memorySocket();
  acceptor.accept(socket);
  receive(Buffer.of(CONTROL.enq));
  const [link] = seen.links;
  const received: unknown[] = [];
  if (link !== undefined) {
    link.onMessage = (message) => {
      received.push(message);
      link.close({ code: 'refused', detail: 'unknown' });
      link.send({ type: 'too late' });
      link.close();
    };
  }
  receive(Buffer.concat([encodeFrame('{"n":1,"type":"a"}'), encodeFrame('{"n":2,"type":"b"}')]));
  expect(received).toEqual([{ type: 'a' }]);
  expect(seen.closes).toEqual([{ code: 'refused', detail: 'unknown' }]);
});
