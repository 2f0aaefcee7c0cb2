// What the tests of this folder share: time that the test drives, real sockets on port 0, a raw peer that speaks bytes,
// and a man in the middle that drops or changes them.
import { createConnection, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Log } from '../log.ts';
import { createTicker } from './awake-timer.ts';
import type { ManualTicker } from './awake-timer.ts';
import { LinkClient } from './client.ts';
import type { LinkClientOptions } from './client.ts';
import type { CloseReason } from './close-reason.ts';
import { CONTROL, createFrameDecoder, encodeFrame } from './frame-codec.ts';
import type { FrameEvent } from './frame-codec.ts';
import type { JsonObject } from './json.ts';
import type { Link } from './link.ts';
import { listen } from './server.ts';
import type { LinkServer, ListenOptions } from './server.ts';
import { tcpConnect } from './tcp-socket.ts';

export const FLAGS = { insecureFlag: '--insecure', portFlag: '--port' };
export const silentLog: Log = () => undefined;

/** Waits for a state; says what it last saw when it does not come. */
export async function waitFor(condition: () => boolean, saw: () => unknown = () => String(condition)): Promise<void> {
  const endMs = performance.now() + 4_000;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`waited in vain; last saw ${JSON.stringify(saw())}`);
    await loopTurn();
  }
}

export function loopTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export type TestTime = {
  ticker: ManualTicker;
  nowMs: () => number;
  /** Lets awake time pass in ticks of 100 ms, with turns of the event loop between them. */
  pass(ms: number): Promise<void>;
  /** The process is stopped for so long: time jumps and nothing ticked. */
  sleep(ms: number): void;
};

export function testTime(): TestTime {
  let ms = 1_000;
  const ticker = createTicker(() => ms);
  async function pass(forMs: number): Promise<void> {
    for (let done = 0; done < forMs; done += 100) {
      ms += 100;
      ticker.tick();
      for (let turn = 0; turn < 6; turn += 1) await loopTurn();
    }
  }
  return {
    ticker, pass,
    nowMs: () => 1_763_700_000_000 + ms,
    sleep: (forMs) => {
      ms += forMs;
    },
  };
}

/** One end as a test sees it. */
export type Seen = { links: Link[]; messages: JsonObject[]; heartbeats: JsonObject[]; closes: CloseReason[] };

export const nothingSeen = (): Seen => ({ links: [], messages: [], heartbeats: [], closes: [] });

export function watch(seen: Seen, link: Link): void {
  seen.links.push(link);
  link.onMessage = (message) => seen.messages.push(message);
  link.onHeartbeat = (data) => seen.heartbeats.push(data);
  link.onClose = (reason) => seen.closes.push(reason);
}

export type Cleanup = (() => Promise<void> | void)[];

export async function startServer(time: TestTime, cleanup: Cleanup, more: Partial<ListenOptions> = {}) {
  const seen = nothingSeen();
  const server: LinkServer = await listen({
    host: '127.0.0.1', port: 0, tls: null, insecure: false, ...FLAGS, maxConnections: 100, log: silentLog,
    ticker: time.ticker, nowMs: time.nowMs, onLink: (link) => watch(seen, link), ...more,
  });
  cleanup.unshift(async () => {
    const closed = server.close();
    await time.pass(4_000);
    await closed;
  });
  return { server, seen };
}

export function startClient(time: TestTime, port: number, cleanup: Cleanup, more: Partial<LinkClientOptions> = {}) {
  const seen = nothingSeen();
  const failures: CloseReason[] = [];
  const client = new LinkClient({
    connect: tcpConnect({ host: '127.0.0.1', port, tls: null, insecure: false, ...FLAGS }),
    ticker: time.ticker, nowMs: time.nowMs, random: () => 0.5,
    onOpen: (link) => watch(seen, link),
    onClose: (reason) => {
      failures.push(reason);
      return 'stop';
    },
    ...more,
  });
  client.start();
  cleanup.unshift(() => client.close());
  return { client, seen, failures };
}

/** The only link of a side; throws when there is none. */
export function only(seen: Seen): Link {
  const [link] = seen.links;
  if (link === undefined) throw new Error('no link is open');
  return link;
}

export type RawPeer = { socket: Socket; events: FrameEvent[]; frames(): JsonObject[]; closed(): boolean };

function rawPeer(socket: Socket): RawPeer {
  const decoder = createFrameDecoder({ frameBytes: 1 << 20 });
  const events: FrameEvent[] = [];
  let closed = false;
  socket.on('data', (chunk: Buffer) => events.push(...decoder.push(chunk)));
  socket.on('error', () => undefined);
  socket.on('close', () => {
    closed = true;
  });
  const frames = (): JsonObject[] =>
    events.flatMap((event) => (event.kind === 'frame' ? [JSON.parse(event.payload) as JsonObject] : []));
  return { socket, events, frames, closed: () => closed };
}

/** Connects and opens by hand. */
export async function rawClient(port: number, cleanup: Cleanup): Promise<RawPeer> {
  const peer = rawPeer(createConnection({ host: '127.0.0.1', port }));
  cleanup.unshift(() => void peer.socket.destroy());
  peer.socket.write(Buffer.of(CONTROL.enq));
  await waitFor(() => peer.events.some(({ kind }) => kind === 'ack'));
  return peer;
}

/** Listens by hand: `answer` is written to each ENQ. */
export async function rawServer(cleanup: Cleanup, answer: number = CONTROL.ack) {
  const peers: RawPeer[] = [];
  const server = createServer((socket) => {
    peers.push(rawPeer(socket));
    socket.once('data', () => socket.write(Buffer.of(answer)));
  });
  const port = await listening(server);
  cleanup.push(() => {
    for (const { socket } of peers) socket.destroy();
    server.close();
  });
  return { port, peers };
}

export type Tamper = (chunk: Buffer) => Buffer | null;

/** A man in the middle: each direction's chunks pass through a function that may change or drop them; so do ends. */
export async function startProxy(targetPort: number, cleanup: Cleanup) {
  const tamper: { up: Tamper; down: Tamper; ends: boolean } = {
    up: (chunk) => chunk, down: (chunk) => chunk, ends: true,
  };
  const sockets: Socket[] = [];
  const server = createServer((near) => {
    const far = createConnection({ host: '127.0.0.1', port: targetPort });
    sockets.push(near, far);
    pipeThrough(near, far, { tamper: (chunk) => tamper.up(chunk), ends: () => tamper.ends });
    pipeThrough(far, near, { tamper: (chunk) => tamper.down(chunk), ends: () => tamper.ends });
  });
  const port = await listening(server);
  cleanup.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port, tamper };
}

function pipeThrough(from: Socket, to: Socket, { tamper, ends }: { tamper: Tamper; ends: () => boolean }): void {
  from.setNoDelay(true);
  from.on('data', (chunk: Buffer) => {
    const passed = tamper(chunk);
    if (passed !== null) to.write(passed);
  });
  from.on('close', () => {
    if (ends()) to.destroySoon();
  });
  from.on('error', () => undefined);
}

async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** A frame as a peer by hand sends it. */
export const rawFrame = (payload: JsonObject): Buffer => encodeFrame(JSON.stringify(payload));
