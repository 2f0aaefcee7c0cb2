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

function startAcceptor() {
  const time = testTime();
  const seen = nothingSeen();
  const logged: string[] = [];
  const acceptor = createAcceptor({
    maxConnections: LIMITS.unnamedConnections * 2, ticker: time.ticker, nowMs: time.nowMs,
    onLink: (link) => watch(seen, link), log: (_level, event) => logged.push(event),
  });
  return { acceptor, seen, logged, time };
}

test('connections that do not say who they are are bounded; one that does makes room', () => {
  const { acceptor, logged } = startAcceptor();
  const first = memorySocket();
  acceptor.accept(first.socket);
  for (let i = 1; i < LIMITS.unnamedConnections; i += 1) acceptor.accept(memorySocket().socket);
  const tooMany = memorySocket();
  acceptor.accept(tooMany.socket);
  expect([tooMany.state.destroyed, logged]).toEqual([true, ['connection-dropped']]);
  first.receive(Buffer.concat([Buffer.of(CONTROL.enq), encodeFrame('{"n":1,"type":"hello"}')]));
  const fits = memorySocket();
  acceptor.accept(fits.socket);
  expect(fits.state.destroyed).toBe(false);
  acceptor.closeAll({ code: 'closed', detail: 'the end' });
  expect(acceptor.count()).toBe(0);
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
