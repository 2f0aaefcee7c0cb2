// The REST API of the shipped process: on its port, with TLS off the loopback, and never of a standby.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { FAILURES } from '../../shared/failure.ts';
import { freePort } from '../../scripts/broker/ports.ts';
import { type SmallNetwork, waitFor } from '../e2e/small-network.ts';
import { ApiClient } from './api-client.ts';
import { centralLog, startLoneCentral } from './lone-central.ts';

let network: SmallNetwork | null = null;

afterEach(async () => {
  await network?.remove();
  network = null;
});

describe('the REST API of an EV_Central', () => {
  it('answers on its port; without a broker it is alive, not ready, and starts no charge', async () => {
    const port = await freePort();
    network = await startLoneCentral(['--api-port', String(port)]);
    const client = new ApiClient(port);
    expect(await client.call('/health/live')).toMatchObject({ status: 200 });
    expect(await client.call('/health/ready')).toMatchObject({
      status: 503, body: { status: 'not-ready', bus: 'down' },
    });
    const tokens = await client.logIn('ana', network.secrets.users['ana']?.password);
    const token = String(tokens['accessToken']);
    const start = await client.post('/api/v1/sessions', { target: { kind: 'site', siteId: 'ALC' } }, token);
    expect(start).toMatchObject({ status: 503, body: { reason: 'bus-down' } });
    const read = (): Promise<string> => (network === null ? Promise.resolve('') : centralLog(network));
    await waitFor(read, (text) => text.includes('"operation":"startSession"'), { what: 'its line in the log' });
    const log = await read();
    for (const secret of [token, String(tokens['refreshToken']), network.secrets.users['ana']?.password ?? '?']) {
      expect(log).not.toContain(secret);
    }
  });

  it('ends with it in order, streams too, and its log-ins outlive it', async () => {
    const port = await freePort();
    network = await startLoneCentral(['--api-port', String(port)]);
    const client = new ApiClient(port);
    const tokens = await client.logIn('ana', network.secrets.users['ana']?.password);
    const authorization = `Bearer ${String(tokens['accessToken'])}`;
    const stream = await fetch(`${client.base}/api/v1/points/stream`, { headers: { authorization } });
    const text = stream.text();
    await network.central.stop();
    expect(await text).toContain(': hello');
    await network.startCentral();
    expect((await client.call('/api/v1/me', { headers: { authorization } })).status).toBe(200);
  });

  it('is not there for a standby, and is with the one that takes over', async () => {
    const port = await freePort();
    network = await startLoneCentral(['--api-port', String(port)]);
    const standbyPort = await freePort();
    const standby = network.start('ev-central', 'standby', [
      '--port', String(await freePort()), '--data-dir', network.centralDir, '--no-ui',
      '--api-port', String(standbyPort),
    ]);
    await standby.untilLine('standby');
    await expect(fetch(`http://127.0.0.1:${standbyPort}/health/live`)).rejects.toThrow();
    await network.central.stop();
    const answers = (): Promise<boolean> => fetch(`http://127.0.0.1:${standbyPort}/health/live`)
      .then(({ ok }) => ok, () => false);
    await waitFor(answers, (ok) => ok, { what: 'the standby took over' });
  });

  it('takes TLS by itself off the loopback, with the certificate of the other port', async () => {
    const port = await freePort();
    const tlsDir = await mkdtemp(join(tmpdir(), 'ev-api-tls-'));
    network = await startLoneCentral(['--api-port', String(port), '--api-host', '0.0.0.0', '--tls-dir', tlsDir]);
    const client = new ApiClient(port);
    await expect(client.call('/health/live')).rejects.toThrow();
    const ca = await readFile(join(tlsDir, 'ca.crt'), 'utf8');
    const answer = await overTls(port, ca);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer.toLowerCase()).toContain('strict-transport-security');
    await rm(tlsDir, { recursive: true });
  });

  it('ends the start in one line when its port is taken', async () => {
    const port = await freePort();
    network = await startLoneCentral(['--api-port', String(port)]);
    const second = network.start('ev-central', 'second', [
      '--port', '0', '--data-dir', join(network.options.dir, 'second'), '--no-ui', '--api-port', String(port),
    ]);
    expect(await second.exited()).toBe(FAILURES['port-in-use'].exitStatus);
    expect(second.lines.join('\n')).toContain('--api-port');
  });
});

function overTls(port: number, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', port, ca }, () => {
      socket.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    });
    let heard = '';
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(heard));
  });
}
