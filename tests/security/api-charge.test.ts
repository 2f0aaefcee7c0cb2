// A charge over HTTP: started once whatever is sent again, followed live, stopped, refused in words. And edits of the
// registry that name the version that they change.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../../ev-central/central-for-tests.ts';
import { isOver } from '../../ev-central/core/session-index.ts';
import { pointId, sessionId, userId } from '../../shared/ids.ts';
import type { ApiClient} from './api-client.ts';
import { type ApiCentral, startApiCentral } from './api-client.ts';

const AT_POINT = { target: { kind: 'point', pointId: 'ALC-01' } };

let central: ApiCentral;
let client: ApiClient;
let token: string;

beforeEach(async () => {
  central = await startApiCentral();
  ({ client } = central);
  token = await client.tokenOf('ana');
});

afterEach(async () => {
  await central.close();
});

/** The point's monitor lets it be used. */
async function connectPoint(of = central): Promise<void> {
  const monitor = of.connect();
  await monitor.authenticate();
  await monitor.hear('welcome-monitor');
  await monitor.say({
    type: 'point-health', engine: 'ok', reason: '', sinceMs: Date.now(), clockOffsetMs: 0,
  });
  const { state } = of.central;
  await waitFor(() => state.pointStates.must(pointId('ALC-01')).health.engine === 'ok');
}

describe('a charge over HTTP', () => {
  it('is accepted with its session, and asks the point under the request id as correlation id', async () => {
    await connectPoint();
    const reply = await client.call('/api/v1/sessions', {
      method: 'POST', body: AT_POINT, token, headers: { 'idempotency-key': 'charge-0001', 'x-request-id': 'trip-77' },
    });
    expect(reply).toMatchObject({ status: 202, body: { outcome: 'accepted', pointId: 'ALC-01', holdMinor: 2_000 } });
    expect(reply.headers.get('x-request-id')).toBe('trip-77');
    const id = sessionId(String(reply.body['sessionId']));
    expect(central.central.state.sessions.must(id).corr).toBe('trip-77');
    const session = await client.call(String(reply.headers.get('location')), { token });
    expect(session).toMatchObject({ status: 200, body: { sessionId: id, corr: 'trip-77', state: 'requested' } });
  });

  it('is refused with the reason in words, and the notice says the same', async () => {
    const reply = await client.post('/api/v1/sessions', AT_POINT, token);
    expect(reply).toMatchObject({ status: 409, body: { reason: 'point-disconnected' } });
    expect(reply.body['detail']).toContain('ALC-01');
    const notices = await client.call('/api/v1/me/notices', { token });
    expect(notices.body['items']).toEqual([expect.objectContaining({ type: 'refused', reason: 'point-disconnected' })]);
    const unknown = { target: { kind: 'point', pointId: 'NOWHERE' } };
    expect(await client.post('/api/v1/sessions', unknown, token)).toMatchObject({
      status: 404, body: { reason: 'point-unknown' },
    });
  });

  it('begins once, whatever is sent again and when; another body under its key is refused', async () => {
    await connectPoint();
    const start = (body: unknown) => client.post('/api/v1/sessions', body, token, 'charge-0002');
    const replies = await Promise.all([start(AT_POINT), start(AT_POINT), start(AT_POINT)]);
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    expect(central.central.state.sessions.size).toBe(1);
    expect((await start({ ...AT_POINT, mayQueue: true })).status).toBe(422);
    const others = await client.tokenOf('olga');
    const foreign = await client.post('/api/v1/sessions', AT_POINT, others, 'charge-0002');
    expect(foreign.body['reason']).toBe('point-busy');
  });

  it('waits in the queue when it may, can be left, and is nobody else’s to see', async () => {
    await connectPoint();
    await client.post('/api/v1/sessions', AT_POINT, await client.tokenOf('olga'));
    const queued = await client.post('/api/v1/sessions', { ...AT_POINT, mayQueue: true }, token);
    expect(queued).toMatchObject({ status: 202, body: { outcome: 'queued', place: 1 } });
    const path = `/api/v1/sessions/${String(queued.body['sessionId'])}`;
    const queue = await client.call('/api/v1/queue', { token: await client.tokenOf('tom') });
    expect(queue.body['items']).toEqual([expect.objectContaining({ driverId: 'ana', place: 1 })]);
    central.central.state.users.put({
      ...central.central.state.users.must(userId('tom')), userId: userId('ben'), role: 'user',
    });
    const bens = await client.tokenOf('ben');
    expect((await client.call(path, { token: bens })).status).toBe(404);
    expect((await client.post(`${path}/cancel`, {}, bens)).status).toBe(404);
    expect((await client.post(`${path}/cancel`, {}, token)).status).toBe(202);
    const { state } = central.central;
    expect(isOver(state.sessions.must(sessionId(String(queued.body['sessionId']))))).toBe(true);
  });

  it('is followed live by server-sent events until it is over', async () => {
    await connectPoint();
    const started = await client.post('/api/v1/sessions', AT_POINT, token);
    const path = `/api/v1/sessions/${String(started.body['sessionId'])}`;
    const stream = await fetch(`${client.base}${path}/stream`, { headers: { authorization: `Bearer ${token}` } });
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    const text = stream.text();
    await client.post(`${path}/stop`, {}, token);
    const said = await text;
    expect(said).toContain('event: session\n');
    expect(said).toMatch(/"state":"cancelled"/);
  });

  it('is refused without a trace while the bus is down, so that the same key may try again', async () => {
    await connectPoint();
    const { state } = central.central;
    state.bus = { ...state.bus, up: false };
    const start = () => client.post('/api/v1/sessions', AT_POINT, token, 'charge-0003');
    expect(await start()).toMatchObject({ status: 503, body: { reason: 'bus-down' } });
    expect(state.sessions.size).toBe(0);
    state.bus = { ...state.bus, up: true };
    expect((await start()).status).toBe(202);
  });
});

describe('an idempotency key', () => {
  it('brings the same answer after a restart of Central, and books nothing twice', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'ev-api-'));
    const first = await startApiCentral({ file: join(dir, 'central.db') });
    const body = { amountMinor: 700, reason: 'cash' };
    const ada = await first.client.tokenOf('ada');
    const before = await first.client.post('/api/v1/users/ana/bookings', body, ada, 'booking-0001');
    await first.close();
    const second = await startApiCentral({ file: join(dir, 'central.db') });
    // The token is good across the restart, too: its key is made from the master key, and its log-in is stored.
    const again = await second.client.post('/api/v1/users/ana/bookings', body, ada, 'booking-0001');
    const other = await second.client.post('/api/v1/users/ana/bookings', { ...body, amountMinor: 9 }, ada,
      'booking-0001');
    const balance = second.central.state.users.must(userId('ana')).balanceMinor;
    await second.close();
    await rm(dir, { recursive: true });
    expect(before).toMatchObject({ status: 200, body: { outcome: 'done' } });
    expect([again.status, again.text]).toEqual([before.status, before.text]);
    expect(other.status).toBe(422);
    expect(balance).toBe(5_700);
  });
});

describe('an edit', () => {
  it('names the version that it changes: 428 without one, 412 when it is stale', async () => {
    const ada = await client.tokenOf('ada');
    const { body, headers } = await client.call('/api/v1/sites/ALC', { token: ada });
    const { siteId: _id, ...site } = body;
    const put = (change: object, more: Record<string, string>) => client.call('/api/v1/sites/ALC', {
      method: 'PUT', token: ada, body: { ...site, ...change }, headers: more,
    });
    const etag = headers.get('etag') ?? '';
    expect((await put({ name: 'A' }, {})).status).toBe(428);
    const first = await put({ name: 'A' }, { 'if-match': etag });
    expect(first).toMatchObject({ status: 200, body: { name: 'A' } });
    expect((await put({ name: 'B' }, { 'if-match': etag })).status).toBe(412);
    expect((await put({ name: 'B' }, { 'if-none-match': '*' })).status).toBe(412);
    expect((await put({ name: 'B' }, { 'if-match': first.headers.get('etag') ?? '' })).status).toBe(200);
  });

  it('by two at once is one edit: the other is stale', async () => {
    const ada = await client.tokenOf('ada');
    const { body, headers } = await client.call('/api/v1/sites/ALC', { token: ada });
    const { siteId: _id, ...site } = body;
    const etag = headers.get('etag') ?? '';
    const both = await Promise.all(['A', 'B', 'C'].map((name) => client.call('/api/v1/sites/ALC', {
      method: 'PUT', token: ada, body: { ...site, name }, headers: { 'if-match': etag },
    })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
  });

  it('of a user with a password of hers ends her log-ins; a new point shows its secret once', async () => {
    const ada = await client.tokenOf('ada');
    const user = await client.call('/api/v1/users/ana', { token: ada });
    const { role, active, priorityClass, limits, currency } = user.body;
    const changed = await client.call('/api/v1/users/ana', {
      method: 'PUT', token: ada, headers: { 'if-match': user.headers.get('etag') ?? '' },
      body: { role, active, priorityClass, limits, currency, password: 'another horse' },
    });
    expect(changed.status).toBe(200);
    expect(changed.text).not.toContain('$2b$');
    expect((await client.call('/api/v1/me', { token })).status).toBe(401);
    expect(await client.logIn('ana', 'another horse')).toMatchObject({ tokenType: 'Bearer' });
    const made = await client.call('/api/v1/points/ALC-09', {
      method: 'PUT', token: ada, headers: { 'if-none-match': '*' },
      body: {
        siteId: 'ALC', address: '', latitude: 1, longitude: 2,
        connectors: [{ connectorNo: 1, type: 'IEC_62196_T2', maxPowerW: 11_000 }],
      },
    });
    expect(made.status).toBe(200);
    expect(String(made.body['secret'])).toMatch(/^[\w-]{43}$/);
    const shown = await client.call('/api/v1/points/ALC-09', { token: ada });
    expect(shown.text).not.toContain(String(made.body['secret']));
  });
});

describe('the search for points', () => {
  it('finds by position, connector, power and whether something is free; a cursor leads on', async () => {
    await connectPoint();
    const find = async (query: string) => (await client.call(`/api/v1/points?${query}`, { token })).body;
    const ids = async (query: string) =>
      ((await find(query))['items'] as { pointId: string }[]).map(({ pointId: id }) => id);
    expect(await ids('latitude=38.345&longitude=-0.481&radiusM=500')).toEqual(['ALC-01']);
    expect(await ids('latitude=40&longitude=-0.481&radiusM=500')).toEqual([]);
    expect(await ids('connectorType=IEC_62196_T2&minPowerW=22000&available=true')).toEqual(['ALC-01']);
    expect(await ids('minPowerW=50000')).toEqual([]);
    expect(await ids('available=false')).toEqual([]);
    expect(await ids('status=Available&text=gran')).toEqual(['ALC-01']);
    expect((await client.call('/api/v1/points?latitude=3', { token })).status).toBe(400);
    const { points, pointsOfSite, pointStates } = central.central.state;
    const one = pointId('ALC-01');
    for (const id of ['ALC-02', 'ALC-03'].map(pointId)) {
      points.put({ ...points.must(one), pointId: id });
      pointStates.put({ ...pointStates.must(one), pointId: id });
      pointsOfSite.get(points.must(one).siteId)?.add(id);
    }
    const page = await find('limit=2');
    expect(page).toMatchObject({ next: '2' });
    expect(await ids('limit=2&cursor=2')).toEqual(['ALC-03']);
  });
});
