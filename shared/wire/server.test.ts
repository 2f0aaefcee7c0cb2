import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import {
  FLAGS, nothingSeen, only, silentLog, startClient, startServer, testTime, waitFor, watch,
} from './link-harness.ts';
import type { Cleanup } from './link-harness.ts';
import { isLoopback, isThisMachine } from './loopback.ts';
import { listen } from './server.ts';
import { tcpConnect } from './tcp-socket.ts';
import { certificateNames, loadClientTls, loadServerTls } from './tls.ts';

const cleanup: Cleanup = [];
afterEach(async () => {
  for (const step of cleanup.splice(0)) await step();
});

describe('admission', () => {
  test('refuses the connection above the most that are allowed, and lets one in when one has gone', async () => {
    const time = testTime();
    const { server, seen } = await startServer(time, cleanup, { maxConnections: 1 });
    const first = startClient(time, server.port, cleanup);
    await waitFor(() => first.client.link !== null);
    first.client.link?.send({ type: 'hello' }); // who has not said who it is would make room
    await waitFor(() => seen.messages.length === 1);
    const second = startClient(time, server.port, cleanup);
    await waitFor(() => second.failures.length === 1);
    expect(second.failures[0]?.code).toBe('refused');
    first.client.close();
    await waitFor(() => server.connections() === 0);
    startClient(time, server.port, cleanup);
    await waitFor(() => seen.links.length === 2);
  });

  test('asks the caller, who sees the address', async () => {
    const time = testTime();
    const asked: string[] = [];
    const { server, seen } = await startServer(time, cleanup, {
      admit: (remoteAddress) => {
        asked.push(remoteAddress);
        return false;
      },
    });
    const { failures } = startClient(time, server.port, cleanup);
    await waitFor(() => failures.length === 1);
    expect([failures[0]?.code, seen.links]).toEqual(['refused', []]);
    expect(asked).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/)]);
  });
});

describe('listening', () => {
  test('on a port that is taken names the address and the flag', async () => {
    const time = testTime();
    const { server } = await startServer(time, cleanup);
    await expect(startServer(time, cleanup, { port: server.port })).rejects.toMatchObject({
      code: 'port-in-use', message: expect.stringMatching(new RegExp(`127.0.0.1:${server.port}.*--port`)),
    });
  });

  test('in plain TCP off the loopback is refused unless the flag accepts it', async () => {
    const time = testTime();
    await expect(startServer(time, cleanup, { host: '0.0.0.0' })).rejects.toMatchObject({
      code: 'tls-required', message: expect.stringContaining('--insecure'),
    });
    await expect(startServer(time, cleanup, { host: '192.0.2.77', insecure: true })).rejects.toMatchObject({
      code: 'bad-configuration',
    });
    expect(() => tcpConnect({ host: 'central', port: 1, tls: null, insecure: false, ...FLAGS })).toThrow('--insecure');
  });

  test.each([
    ['localhost', true], ['127.0.0.1', true], ['127.8.9.1', true], ['::1', true], ['[::1]', true],
    ['::ffff:127.0.0.1', true], ['0.0.0.0', false], ['::', false], ['127.0.0.1.example.org', false],
    ['10.0.0.1', false],
  ])('takes %s for the loopback: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });

  test.each([
    ['127.0.0.1', '127.0.0.1', true], ['127.0.0.2', '127.0.0.1', true], ['192.0.2.10', '192.0.2.10', true],
    ['::ffff:192.0.2.10', '192.0.2.10', true], ['2001:db8::7', '2001:db8::7', true],
    ['192.0.2.11', '192.0.2.10', false], [undefined, undefined, false], ['192.0.2.10', undefined, false],
  ])('takes a peer at %s that came to %s for this machine: %s', (remoteAddress, localAddress, expected) => {
    expect(isThisMachine({ remoteAddress, localAddress })).toBe(expected);
  });
});

describe('TLS', () => {
  function folder(): string {
    const dir = mkdtempSync(join(tmpdir(), 'ev-tls-'));
    cleanup.push(() => rmSync(dir, { recursive: true }));
    return dir;
  }

  test('carries links between a server with an own authority and a client that verifies it', async () => {
    const time = testTime();
    const tls = await loadServerTls(join(folder(), 'tls'), ['127.0.0.1']);
    const { server, seen } = await startServer(time, cleanup, { tls });
    for (const host of ['127.0.0.1', 'localhost']) {
      const target = { host, port: server.port, tls: loadClientTls(tls), insecure: false, ...FLAGS };
      const { client, failures } = startClient(time, server.port, cleanup, { connect: tcpConnect(target) });
      await waitFor(() => client.link !== null, () => failures);
      client.link?.send({ host });
    }
    await waitFor(() => seen.messages.length === 2);
    only(seen).send({ type: 'answer' });
  });

  test('is refused by a client that trusts another authority, and by a server that is spoken to in plain', async () => {
    const time = testTime();
    const tls = await loadServerTls(folder(), ['127.0.0.1']);
    const other = loadClientTls(await loadServerTls(folder(), ['127.0.0.1']));
    const { server } = await startServer(time, cleanup, { tls });
    const target = { host: '127.0.0.1', port: server.port, insecure: false, ...FLAGS };
    const strange = startClient(time, server.port, cleanup, { connect: tcpConnect({ ...target, tls: other }) });
    const plain = startClient(time, server.port, cleanup, { connect: tcpConnect({ ...target, tls: null }) });
    await waitFor(() => strange.failures.length === 1);
    expect(plain.failures).toEqual([]); // TLS waits for the rest of what it takes for a greeting
    await time.pass(4_000);
    expect(plain.failures[0]?.detail).toContain('wants TLS');
    expect(strange.failures[0]).toMatchObject({ code: 'socket-error' });
    expect(strange.failures[0]?.detail).toMatch(/certificate/);
  });

  test('keeps keys to their owner, certificates for the next start, and one authority for two processes', async () => {
    const dir = folder();
    const [one, two] = await Promise.all([loadServerTls(dir, ['a.example']), loadServerTls(dir, ['a.example'])]);
    expect(statSync(join(dir, 'authority.pem')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, 'server.pem')).mode & 0o777).toBe(0o600);
    const third = await loadServerTls(dir, ['a.example']);
    expect([one.cert, two.cert]).toContain(third.cert);
    const authority = readFileSync(join(dir, 'ca.crt'), 'utf8');
    const forMore = await loadServerTls(dir, ['a.example', 'b.example', '10.1.2.3']);
    expect(forMore.cert).not.toBe(third.cert);
    const renewed = await loadServerTls(dir, ['a.example'], Date.now() + 380 * 86_400_000);
    expect(renewed.cert).not.toBe(forMore.cert);
    expect(readFileSync(join(dir, 'ca.crt'), 'utf8')).toBe(authority);
  });

  test('uses files of another authority as they are', async () => {
    const ours = await loadServerTls(folder(), ['a.example']);
    const dir = folder();
    writeFileSync(join(dir, 'server.pem'), ours.key + ours.cert, { mode: 0o600 });
    writeFileSync(join(dir, 'ca.crt'), readFileSync(ours.caFile));
    expect((await loadServerTls(dir, ['b.example'])).cert).toBe(ours.cert);
  });

  test('says which file is wrong', async () => {
    const dir = folder();
    writeFileSync(join(dir, 'authority.pem'), 'nonsense');
    await expect(loadServerTls(dir, ['x'])).rejects.toMatchObject({ code: 'bad-configuration' });
    expect(() => loadClientTls({ caFile: join(dir, 'none') })).toThrow('copy ca.crt');
    writeFileSync(join(dir, 'file'), '');
    await expect(loadServerTls(join(dir, 'file', 'sub'), ['x'])).rejects.toMatchObject({ name: 'Failure' });
  });

  test('covers every address of the machine when it listens everywhere', () => {
    expect(certificateNames(['0.0.0.0']).length).toBeGreaterThan(certificateNames(['127.0.0.1']).length);
    expect(certificateNames(['::', 'ev.example'])).not.toContain('::');
  });
});

test('a server that closes ends its links and leaves nothing behind', async () => {
  const time = testTime();
  const seen = nothingSeen();
  const server = await listen({
    host: '127.0.0.1', port: 0, tls: null, insecure: false, ...FLAGS, maxConnections: 5, log: silentLog,
    ticker: time.ticker, nowMs: time.nowMs, onLink: (link) => watch(seen, link),
  });
  const { failures } = startClient(time, server.port, cleanup);
  await waitFor(() => seen.links.length === 1);
  const closed = server.close();
  await time.pass(3_000);
  await closed;
  expect(failures).toEqual([{ code: 'closed-by-peer', detail: 'the server is going down' }]);
  expect(time.ticker.subscribers()).toBe(0);
});
