import { createConnection, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { generator } from '../demo/life.ts';
import { type Direction, startProxy, type TcpProxy } from './tcp-proxy.ts';

const endings: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

describe('the proxy of the drills', () => {
  it('carries bytes both ways, and tells what it carried', async () => {
    const seen: string[] = [];
    const { client } = await wired({ tap: (direction, bytes) => seen.push(`${direction} ${bytes.toString()}`) });
    client.send('hello');
    await client.until('hello');
    expect(seen).toEqual(['up hello', 'down hello']);
  });

  it('cuts with RST: the peer sees a reset', async () => {
    const { proxy, client } = await wired();
    client.send('x');
    await client.until('x');
    proxy.cut('rst');
    expect(await client.ended).toBe('ECONNRESET');
    await until(() => proxy.open() === 0);
  });

  it('cuts with FIN: the peer sees an end', async () => {
    const { proxy, client } = await wired();
    client.send('x');
    await client.until('x');
    proxy.cut('fin');
    expect(await client.ended).toBe('closed');
  });

  it('is slow byte by byte, keeps the order, and lets everything go when it is well again', async () => {
    const chunks: number[] = [];
    const { proxy, client } = await wired({ tap: (direction, bytes) => {
      if (direction === 'down') chunks.push(bytes.length);
    } });
    proxy.setMode({ kind: 'slow', bytesPerSecond: 100 });
    const began = performance.now();
    client.send('0123456789');
    await client.until('01');
    expect(client.received().length).toBeLessThan(10);
    await client.until('0123456789');
    expect(performance.now() - began).toBeGreaterThan(90);
    expect(chunks.every((length) => length <= 2)).toBe(true);
    proxy.setMode({ kind: 'slow', bytesPerSecond: 1 });
    client.send('abcdef');
    proxy.setMode({ kind: 'pass' });
    await client.until('0123456789abcdef');
  });

  it('half-open: takes everything and hands on nothing, not even an end; what it swallowed is lost', async () => {
    let swallowed = '';
    const { proxy, client } = await wired({ tap: (direction, bytes) => {
      if (direction === 'up') swallowed += bytes.toString();
    } });
    client.send('a');
    await client.until('a');
    proxy.setMode({ kind: 'half-open' });
    client.send('b');
    const second = await dial(proxy);
    second.send('nobody hears');
    await until(() => swallowed.length === 'abnobody hears'.length);
    proxy.setMode({ kind: 'pass' });
    client.send('c');
    await client.until('ac');
    expect(second.received()).toBe('');
  });

  it('an end behind a half-open cable is heard of when it carries again', async () => {
    const { proxy, client } = await wired();
    client.send('a');
    await client.until('a');
    proxy.setMode({ kind: 'half-open' });
    client.socket.resetAndDestroy();
    await client.ended;
    expect(proxy.open()).toBe(1);
    proxy.setMode({ kind: 'pass' });
    await until(() => proxy.open() === 0);
  });

  it('garbage damages one place of a packet, the same for the same seed', async () => {
    const spoiltBy = async (seed: number): Promise<string> => {
      const { proxy, client } = await wired({ seed });
      proxy.setMode({ kind: 'garbage', percent: 100 });
      const packets: string[] = [];
      for (let i = 0; i < 8; i += 1) {
        const before = client.received().length;
        client.send('x'.repeat(40));
        await until(() => client.received().length >= before + 38);
        packets.push(client.bytes().subarray(before).toString('hex'));
      }
      expect(proxy.spoilt()).toBe(16);
      return packets.join(' ');
    };
    const first = await spoiltBy(7);
    expect(first).toContain('78'.repeat(15));
    expect(await spoiltBy(7)).toBe(first);
    expect(await spoiltBy(8)).not.toBe(first);
  });

  it('delays, and refuses new connections when the cable is out', async () => {
    const { proxy, client } = await wired();
    proxy.setMode({ kind: 'delay', delayMs: 60 });
    const began = performance.now();
    client.send('d');
    await client.until('d');
    expect(performance.now() - began).toBeGreaterThan(100);
    proxy.setMode({ kind: 'refuse' });
    const second = await dial(proxy);
    expect(await second.ended).toBe('ECONNRESET');
  });

  it('injects bytes of its own', async () => {
    const { proxy, client } = await wired();
    client.send('a');
    await client.until('a');
    expect(proxy.inject('up', Buffer.from('i'))).toBe(true);
    await client.until('ai');
    expect(proxy.inject('down', Buffer.from('j'))).toBe(true);
    await client.until('aij');
  });
});

type Client = {
  readonly socket: Socket; readonly ended: Promise<string>;
  send(text: string): void; received(): string; bytes(): Buffer; until(text: string): Promise<void>;
};

/** An echo server behind a proxy, and a client of it. */
async function wired(
  options: { seed?: number; tap?: (direction: Direction, bytes: Buffer) => void } = {},
): Promise<{ proxy: TcpProxy; client: Client }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const proxy = await startProxy({
    target: { host: '127.0.0.1', port }, random: generator(options.seed ?? 1),
    ...(options.tap === undefined ? {} : { tap: options.tap }),
  });
  endings.push(() => new Promise<void>((resolve) => server.close(() => resolve())), () => proxy.close());
  return { proxy, client: await dial(proxy) };
}

function dial(proxy: TcpProxy): Promise<Client> {
  const chunks: Buffer[] = [];
  const socket = createConnection({ host: '127.0.0.1', port: Number(proxy.address.split(':')[1]), noDelay: true });
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  let failure = 'closed';
  socket.on('error', (error: NodeJS.ErrnoException) => { failure = error.code ?? error.message; });
  const ended = new Promise<string>((resolve) => socket.on('close', () => resolve(failure)));
  endings.push(() => void socket.destroy());
  const received = (): string => Buffer.concat(chunks).toString('latin1');
  const client: Client = {
    socket, ended, received, bytes: () => Buffer.concat(chunks),
    send: (text) => void socket.write(text),
    until: (text) => until(() => received().startsWith(text)),
  };
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(client));
    socket.once('close', () => resolve(client));
  });
}

async function until(holds: () => boolean, timeoutMs = 3_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
