// Clients of the REST API that ask too often, send too much, do not read or do not go on; and what browsers are told.
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { API_LIMITS } from '../../ev-central/api/limits.ts';
import { streamEvents } from '../../ev-central/api/event-stream.ts';
import { waitFor } from '../../ev-central/central-for-tests.ts';
import { pointId } from '../../shared/ids.ts';
import { type ApiCentral, startApiCentral } from './api-client.ts';

let central: ApiCentral;

afterEach(async () => {
  await central.close();
});

/** Sends bytes, and gives what came back until the end. */
function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk.toString();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
  });
}

describe('rates', () => {
  it('are told in headers, and more than that is a problem that says when to come again', async () => {
    central = await startApiCentral({ api: { tokenRate: 3 } });
    const token = await central.client.tokenOf('ana');
    const replies = [];
    for (let i = 0; i < 5; i += 1) replies.push(await central.client.call('/api/v1/me', { token }));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
    expect(replies.map(({ headers }) => headers.get('ratelimit-remaining'))).toEqual(['2', '1', '0', '0', '0']);
    expect(replies[4]?.body).toMatchObject({ type: 'urn:ev-network:problem:too-many-requests' });
    expect(Number(replies[4]?.headers.get('retry-after'))).toBeGreaterThan(0);
    // Another log-in has a count of its own.
    expect((await central.client.call('/api/v1/me', { token: await central.client.tokenOf('olga') })).status).toBe(200);
  });

  it('hold for an address, whatever tokens it invents', async () => {
    central = await startApiCentral({ api: { addressRate: 4 } });
    const statuses = [];
    for (let i = 0; i < 6; i += 1) {
      statuses.push((await central.client.call('/api/v1/me', { token: `a.b.c${i}` })).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 429, 429]);
  });
});

describe('browsers', () => {
  it('get security headers on every answer, and no page of another origin may read', async () => {
    central = await startApiCentral();
    const { headers } = await central.client.call('/api/v1/me', { headers: { origin: 'https://evil.example' } });
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBeTruthy();
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('of a listed origin may call, and those of others may not', async () => {
    central = await startApiCentral({ api: { cors: ['https://app.example'] } });
    const preflight = (origin: string) => central.client.call('/api/v1/sessions', {
      method: 'OPTIONS', headers: {
        origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'idempotency-key',
      },
    });
    const good = await preflight('https://app.example');
    expect(good.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('a hostile client', () => {
  it('gets a problem for headers that are too large, and for what is no HTTP', async () => {
    central = await startApiCentral();
    const port = central.apiPort;
    const large = await raw(port, `GET /health/live HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`);
    expect(large).toMatch(/^HTTP\/1\.1 431 /);
    expect(large).toContain('urn:ev-network:problem:headers-too-large');
    expect(await raw(port, 'ENQ\x05 this is no HTTP\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    const smuggled = 'POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n'
      + 'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /a HTTP/1.1\r\n\r\n';
    expect(await raw(port, smuggled)).toMatch(/^HTTP\/1\.1 400 /);
    expect((await central.client.call('/health/live')).status).toBe(200);
  });

  it('that sends a body without end is cut off at the limit', async () => {
    central = await startApiCentral();
    const body = JSON.stringify({ userId: 'ana', password: 'x'.repeat(API_LIMITS.bodyBytes) });
    const reply = await central.client.call('/api/v1/auth/login', { method: 'POST', body });
    expect(reply.status).toBe(413);
  });

  it('that does not read its events is ended, and nothing goes on for it', () => {
    let stopped = 0;
    let destroyed = 0;
    const raw = {
      writableLength: 0, writeHead: () => undefined, end: () => undefined, on: () => undefined,
      destroy: () => void (destroyed += 1),
      write(text: string) {
        this.writableLength += text.length;
      },
    };
    const ends: string[] = [];
    streamEvents(raw, {}, ({ send }) => {
      for (let i = 0; i < 100; i += 1) send({ name: 'point', data: 'x'.repeat(10_000) });
      return () => void (stopped += 1);
    }, (why) => ends.push(why));
    expect({ ends, stopped, destroyed }).toEqual({ ends: ['slow'], stopped: 1, destroyed: 1 });
  });
});

describe('a WebSocket', () => {
  const open = (token: string, port: number): WebSocket =>
    new WebSocket(`ws://127.0.0.1:${port}/api/v1/live`, ['ev.v1', `bearer.${token}`]);

  it('tells its driver her charges and notices, and points when it asks for them', async () => {
    central = await startApiCentral();
    const token = await central.client.tokenOf('ana');
    const socket = open(token, central.apiPort);
    const heard: { type: string; data: Record<string, unknown> }[] = [];
    socket.addEventListener('message', ({ data }) => heard.push(JSON.parse(String(data)) as typeof heard[number]));
    await waitFor(() => socket.readyState === WebSocket.OPEN);
    expect(socket.protocol).toBe('ev.v1');
    socket.send(JSON.stringify({ type: 'watch-points' }));
    await waitFor(() => heard.some(({ type }) => type === 'taken'));
    await central.client.post('/api/v1/sessions', { target: { kind: 'point', pointId: 'ALC-01' } }, token);
    await waitFor(() => heard.some(({ type, data }) => type === 'notice' && data['type'] === 'refused'));
    await central.central.order({
      kind: 'set-operative', scope: { kind: 'points', pointIds: [pointId('ALC-01')] }, operative: false, note: 'x',
    }, 'test');
    await waitFor(() => heard.some(({ type, data }) => type === 'point' && data['pointId'] === 'ALC-01'));
    socket.send('no JSON');
    await waitFor(() => heard.some(({ type }) => type === 'refused'));
    socket.close();
  });

  it('is refused without a token, and ended when its log-in is over or it says too much', async () => {
    central = await startApiCentral();
    const stranger = open('a.b.c', central.apiPort);
    await waitFor(() => stranger.readyState === WebSocket.CLOSED);
    const token = await central.client.tokenOf('ana');
    const codes: number[] = [];
    const [loud, out, huge] = [0, 1, 2].map(() => {
      const socket = open(token, central.apiPort);
      socket.addEventListener('close', ({ code }) => codes.push(code));
      return socket;
    });
    if (loud === undefined || out === undefined || huge === undefined) throw new Error('there are three');
    await waitFor(() => [loud, out, huge].every(({ readyState }) => readyState === WebSocket.OPEN));
    for (let i = 0; i <= API_LIMITS.socketMessages; i += 1) loud.send('{"type":"unwatch-points"}');
    await waitFor(() => loud.readyState === WebSocket.CLOSED);
    huge.send('x'.repeat(API_LIMITS.socketBytes + 1));
    await waitFor(() => huge.readyState === WebSocket.CLOSED);
    await central.client.call('/api/v1/auth/logout', { method: 'POST', token });
    await waitFor(() => out.readyState === WebSocket.CLOSED);
    expect(codes).toEqual([1008, 1009, 1001]);
  });
});
