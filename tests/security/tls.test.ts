// Off the loopback nobody speaks plain TCP by accident: each process refuses, and the flag that gives TLS up says what
// it gives up. A certificate that is not right is refused with a line that says why and what to do.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as netConnect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/clock.ts';
import { createProcessTicker } from '../../shared/wire/awake-timer.ts';
import { LinkClient } from '../../shared/wire/client.ts';
import { type LinkServer, listen } from '../../shared/wire/server.ts';
import { tcpConnect } from '../../shared/wire/tcp-socket.ts';
import { loadClientTls, loadServerTls } from '../../shared/wire/tls.ts';
import { waitFor } from '../e2e/small-network.ts';
import { centralLog, RawPeer, startLoneCentral } from './lone-central.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FLAGS = { insecure: false, insecureFlag: '--insecure', portFlag: '--port' };
const DAY_MS = 86_400_000;
/** A host that is not this machine, and one that is every address of it. */
const AWAY = '192.0.2.1:7010';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ev-tls-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, program, 'main.ts'), ...args], {
    encoding: 'utf8', timeout: 60_000, stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, EV_TLS_CA: '', EV_LOG_DIR: join(dir, 'log'), KAFKA_BROKERS: '127.0.0.1:1', ...env },
  });
  return { status, output: stdout + stderr };
}

/** The notifier wants a key before it connects. */
function serviceKey(program: string): Readonly<Record<string, string>> {
  if (program !== 'ev-notifier') return {};
  const file = join(dir, 'service.key');
  writeFileSync(file, JSON.stringify({ keyId: 'k', keyBase64: Buffer.alloc(32).toString('base64') }), { mode: 0o600 });
  return { EV_NOTIFIER_SERVICE_KEY_FILE: file };
}

describe('plain TCP off the loopback', () => {
  it.each<[string, string, readonly string[], Readonly<Record<string, string>>]>([
    ['the engine', 'ev-cp-engine', ['--listen', '0.0.0.0:0', '--pairing-code', 'abcdefgh'], {}],
    ['the monitor, towards EV_Central', 'ev-cp-monitor', ['--central', AWAY, '--point', 'ALC-01'],
      { EV_MONITOR_SECRET: 'A'.repeat(43) }],
    ['the monitor, towards its engine', 'ev-cp-monitor', ['--engine', AWAY, '--point', 'ALC-01'],
      { EV_MONITOR_SECRET: 'A'.repeat(43) }],
    ['the notifier', 'ev-notifier', ['--central', AWAY], {}],
    ['the driver', 'ev-driver', ['points', '--driver', 'ana', '--central', AWAY], { EV_DRIVER_PASSWORD: 'x' }],
    ['a tool', 'ev-central', ['ctl', 'points', '--central', AWAY, '--login', 'olga'], { EV_TOOL_PASSWORD: 'x' }],
  ])('is refused by %s, in one line that names the flag', (_who, program, args, env) => {
    const more = program === 'ev-central' ? [] : ['--data-dir', join(dir, program)];
    const { status, output } = run(program, [...args, ...more], { ...env, ...serviceKey(program) });
    expect(status).not.toBe(0);
    expect(output).toMatch(/plain TCP, where anybody on the network can read passwords and keys/);
    expect(output).toContain('--insecure');
    expect(output).not.toMatch(/\n\s+at /);
  });

  it('needs a pairing code at the engine, with TLS too', () => {
    const { status, output } = run('ev-cp-engine', ['--listen', '0.0.0.0:0', '--data-dir', join(dir, 'e')]);
    expect(status).toBe(64);
    expect(output).toContain('--pairing-code');
  });

  it('is not what EV_Central listens with there: it takes TLS by itself', async () => {
    const central = await startLoneCentral(['--host', '0.0.0.0', '--tls-dir', join(dir, 'central-tls')]);
    expect(await centralLog(central)).toContain('"tls":true');
    const plain = new RawPeer(central.centralPort);
    plain.enq();
    plain.socket.write('{"type":"login"}');
    await waitFor(() => plain.closed, (closed) => closed, { what: 'its end' });
    expect(plain.received.length).toBe(0);
    await central.remove();
  });

  it.each([['ev-central', /passwords and keys/], ['ev-cp-engine', /the keys/], ['ev-cp-monitor', /the keys/],
    ['ev-driver', /the password/], ['ev-notifier', /the addresses of people/],
  ])('is given up at %s by a flag that says what others read then', (program, what) => {
    const help = run(program, ['--help']).output.replaceAll(/\s+/g, ' ');
    const flag = /--insecure plain TCP [^-]*/.exec(help)?.[0] ?? '';
    expect(flag).toContain('anybody on the network can read');
    expect(flag).toMatch(what);
  });
});

describe('a certificate', () => {
  const ticker = createProcessTicker(systemClock);
  const open: { server: LinkServer | null; client: LinkClient | null } = { server: null, client: null };
  afterEach(async () => {
    open.client?.close();
    await open.server?.close();
    open.server = null;
  });

  /** What a client says when it connects; `open` when it is let in. */
  async function attempt(options: {
    at?: { host: string; port: number }; ca?: string; madeMs?: number;
  }): Promise<string> {
    const folder = mkdtempSync(join(dir, 'server-'));
    const tls = await loadServerTls(folder, ['127.0.0.1'], options.madeMs);
    open.server = await listen({
      host: '127.0.0.1', port: 0, tls, ...FLAGS, maxConnections: 10, ticker, nowMs: Date.now, log: () => undefined,
      onLink: () => undefined,
    });
    const target = { host: '127.0.0.1', port: open.server.port, ...options.at, ...FLAGS };
    let said = '';
    open.client = new LinkClient({
      connect: tcpConnect({ ...target, tls: options.ca === undefined ? loadClientTls(tls) : { ca: options.ca } }),
      ticker, nowMs: Date.now, random: () => 0,
      onOpen: () => { said = 'open'; },
      onClose: ({ detail }) => {
        said ||= detail;
        return 'stop';
      },
    });
    open.client.start();
    await waitFor(() => said, (text) => text !== '', { what: 'an answer' });
    return said;
  }

  it('that is right lets the client in', async () => {
    expect(await attempt({})).toBe('open');
  });

  it('of another authority is refused', async () => {
    const other = await loadServerTls(mkdtempSync(join(dir, 'other-')), ['127.0.0.1']);
    const ca = readFileSync(other.caFile, 'utf8');
    expect(await attempt({ ca })).toMatch(/certificate of 127\.0\.0\.1:\d+ is not signed by the authority.*ca\.crt/);
  });

  it('of another authority is refused also where the environment says to trust everybody', async () => {
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const other = await loadServerTls(mkdtempSync(join(dir, 'other-')), ['127.0.0.1']);
      expect(await attempt({ ca: readFileSync(other.caFile, 'utf8') })).toMatch(/is not signed by the authority/);
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
  });

  it('for another host is refused', async () => {
    // A relay stands between: it is reached by an address of this machine that the certificate does not name.
    const relay = createServer((from) => {
      const to = netConnect({ host: '127.0.0.1', port: open.server?.port ?? 0 });
      from.on('error', () => undefined).pipe(to).on('error', () => undefined).pipe(from);
    });
    await new Promise<void>((resolve) => relay.listen({ host: '127.0.0.2', port: 0 }, () => resolve()));
    const { port } = relay.address() as AddressInfo;
    expect(await attempt({ at: { host: '127.0.0.2', port } })).toMatch(/of 127\.0\.0\.2:\d+ is for other hosts/);
    relay.close();
  });

  it('that has expired is refused', async () => {
    expect(await attempt({ madeMs: Date.now() - 400 * DAY_MS })).toMatch(/has expired: start that server again/);
  });

  it('that is not valid yet is refused', async () => {
    expect(await attempt({ madeMs: Date.now() + 10 * DAY_MS })).toMatch(/is not valid yet: compare the clocks/);
  });
});
