// Payments over the REST API, with the local gateway as it is shipped behind Central: tops up, confirms, gives up, pays
// back; and webhooks, which need a signature and no token.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PASSWORD_HASH } from '../../ev-central/central-for-tests.ts';
import { createLocalGateway } from '../../ev-central/payments/local/local-gateway.ts';
import { signWebhook, SIGNATURE_HEADER } from '../../ev-central/payments/local/signature.ts';
import { freePort } from '../../scripts/broker/ports.ts';
import { type RunningGateway, startGateway } from '../../scripts/gateway/server.ts';
import { paymentId, userId } from '../../shared/ids.ts';
import { sampleUser } from '../../ev-central/store/sample-rows.ts';
import { type ApiCentral, PEOPLE, startApiCentral } from './api-client.ts';

const API_KEY = 'key-of-this-test-8e21';
const SECRET = 'webhook-secret-of-this-test-4b11';
const ME = '/api/v1/me/payments';

let dir = '';
let gateway: RunningGateway;
let central: ApiCentral;
let ana = '';
let olga = '';

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ev-api-payments-'));
  const apiPort = await freePort();
  gateway = await startGateway({
    port: 0, file: join(dir, 'books.jsonl'), apiKey: API_KEY, webhookSecret: SECRET,
    webhookUrl: `http://127.0.0.1:${apiPort}/webhooks/demo`, seed: 1, faults: 0, delayMs: 50,
  });
  const demo = createLocalGateway({
    name: 'demo', url: `http://127.0.0.1:${gateway.port}`, apiKey: API_KEY, webhookSecret: SECRET,
    nowMs: () => Date.now(), callMs: 2_000,
  });
  central = await startApiCentral({
    api: { port: apiPort, addressRate: 10_000, tokenRate: 10_000 }, gateways: new Map([['demo', demo]]),
    settings: { paymentRules: [{ gateway: 'demo', countries: null, currencies: null, users: null }] },
  });
  central.central.state.users.put(sampleUser({ userId: userId('ben'), passwordHash: PASSWORD_HASH }));
  ana = await central.client.tokenOf(PEOPLE.user);
  olga = await central.client.tokenOf(PEOPLE.operator);
});
afterAll(async () => {
  await gateway.close();
  await central.close();
  rmSync(dir, { recursive: true, force: true });
});

async function stateOf(id: string, wanted: string): Promise<Readonly<Record<string, unknown>>> {
  let last: Readonly<Record<string, unknown>> = {};
  for (let tries = 0; tries < 200 && last['state'] !== wanted; tries += 1) {
    last = (await central.client.call(`${ME}/${id}`, { token: ana })).body;
    if (last['state'] !== wanted) await new Promise((resolve) => void setTimeout(resolve, 50));
  }
  expect(last['state']).toBe(wanted);
  return last;
}

async function topUp(token: string, amountMinor = 2_000): Promise<string> {
  const { status, body } = await central.client.post(ME, { amountMinor, token }, ana);
  expect([status, body]).toMatchObject([201, { state: expect.any(String) as string }]);
  return String(body['paymentId']);
}

describe('a driver', () => {
  test('tops her wallet up, once for each idempotency key', async () => {
    const before = central.central.state.users.must(userId('ana')).balanceMinor;
    const body = { amountMinor: 2_000, token: 'tok-ok' };
    const [first, again] = [
      await central.client.post(ME, body, ana, 'top-up-of-monday'),
      await central.client.post(ME, body, ana, 'top-up-of-monday'),
    ];
    expect(again.body['paymentId']).toBe(first.body['paymentId']);
    await stateOf(String(first.body['paymentId']), 'captured');
    expect(central.central.state.users.must(userId('ana')).balanceMinor).toBe(before + 2_000);
    const other = await central.client.post(ME, { ...body, amountMinor: 1 }, ana, 'top-up-of-monday');
    expect(other.status).toBe(422);
  });

  test('confirms where the gateway says, which is asked when she asks and kept nowhere', async () => {
    const id = await topUp('tok-3ds');
    await stateOf(id, 'requires-action');
    const action = await central.client.call(`${ME}/${id}/action`, { token: ana });
    expect(action.status).toBe(200);
    await fetch(String(action.body['url']), { method: 'POST', body: new URLSearchParams({ answer: 'yes' }) });
    await stateOf(id, 'captured');
    expect((await central.client.call(`${ME}/${id}/action`, { token: ana })).status).toBe(409);
  });

  test('gives a payment up that waits for her, and sees her own payments alone', async () => {
    const id = await topUp('tok-3ds');
    await stateOf(id, 'requires-action');
    const ben = await central.client.tokenOf('ben');
    for (const path of [`${ME}/${id}`, `${ME}/${id}/action`]) {
      expect((await central.client.call(path, { token: ben })).status).toBe(404);
    }
    expect((await central.client.post(`${ME}/${id}/cancel`, {}, ben)).status).toBe(404);
    const bens = await central.client.call(ME, { token: ben });
    expect(bens.body).toEqual({ items: [], next: null });
    expect((await central.client.post(`${ME}/${id}/cancel`, {}, ana)).status).toBe(200);
    await stateOf(id, 'cancelled');
    const list = await central.client.call(`${ME}?state=cancelled`, { token: ana });
    expect(list.body).toMatchObject({ items: [{ paymentId: id, amountMinor: 2_000 }] });
    expect(list.text).not.toContain('lastError');
  });

  test('pays for nobody else, and pays nobody back', async () => {
    const body = { userId: 'ben', amountMinor: 100, token: 'tok-ok' };
    expect((await central.client.post('/api/v1/payments', body, ana)).status).toBe(403);
    const id = await topUp('tok-ok');
    await stateOf(id, 'captured');
    const refund = await central.client.post(`/api/v1/payments/${id}/refund`, { note: 'x' }, ana);
    expect(refund.status).toBe(403);
  });
});

describe('an operator', () => {
  test('pays a part back, lists payments and tries again', async () => {
    const id = await topUp('tok-ok', 3_000);
    await stateOf(id, 'captured');
    const refund = await central.client.post(`/api/v1/payments/${id}/refund`, { amountMinor: 700, note: 'slow' }, olga);
    expect(refund.status).toBe(200);
    expect(await stateOf(id, 'partly-refunded')).toMatchObject({ refundedMinor: 700 });
    const list = await central.client.call('/api/v1/payments?userId=ana&state=partly-refunded', { token: olga });
    expect(list.body).toMatchObject({
      items: [{ paymentId: id, userId: 'ana', gateway: 'demo', bookedBackMinor: 700 }],
    });
    expect((await central.client.post(`/api/v1/payments/${id}/retry`, {}, olga)).body['text']).toContain('fetch');
    const books = await central.client.call('/api/v1/ledger?userId=ana&kind=refund', { token: olga });
    expect(books.body).toMatchObject({
      items: [{ postings: [{ account: 'wallet:user:ana', amountMinor: -700 }, { account: 'gateway:demo' }] }],
    });
  });
});

describe('the address of webhooks', () => {
  const url = (name = 'demo'): string => `${central.client.base}/webhooks/${name}`;
  const post = (headers: Record<string, string>, body: string, name = 'demo') =>
    fetch(url(name), { method: 'POST', headers, body });

  test('takes what is signed, byte by byte as it came, and says nothing more', async () => {
    const id = await topUp('tok-3ds');
    await stateOf(id, 'requires-action');
    const { reference } = central.central.state.payments.must(paymentId(id));
    const body = JSON.stringify({
      eventId: 'e-hand-made', payment: {
        reference, paymentId: id, status: 'declined', amountMinor: 2_000, capturedMinor: 0, refundedMinor: 0,
        currency: 'EUR', actionUrl: null, reason: 'by hand',
      },
    }, null, 3);
    const signed = { [SIGNATURE_HEADER]: signWebhook(body, SECRET, Date.now()), 'content-type': 'text/plain' };
    const taken = await post(signed, body);
    expect([taken.status, await taken.text()]).toEqual([200, '']);
    expect((await post(signed, body)).status).toBe(200);
    await stateOf(id, 'declined');
    expect(central.central.state.paymentEvents.size).toBeGreaterThan(0);
  });

  test.each([
    ['without a signature', {}, '{}', 'demo', 400],
    ['with a wrong one', { [SIGNATURE_HEADER]: `t=1,v1=${'0'.repeat(64)}` }, '{}', 'demo', 400],
    ['empty', {}, '', 'demo', 400],
    ['for a gateway that is none', {}, '{}', 'other', 404],
    ['for a name that is none', {}, '{}', '__proto__', 404],
    ['larger than any', {}, 'x'.repeat(300_000), 'demo', 413],
  ])('refuses what is %s with a problem', async (_what, headers, body, name, status) => {
    const answer = await post(headers, body, name);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('problem+json');
  });

  test('takes no other method', async () => {
    expect((await fetch(url())).status).toBe(404);
  });
});

describe('an address that sends too many webhooks', () => {
  test('is asked to wait, and may still use the API', async () => {
    const other = await startApiCentral({ api: { addressRate: 5 } });
    try {
      const statuses: number[] = [];
      for (let count = 0; count < 7; count += 1) {
        statuses.push((await fetch(`${other.client.base}/webhooks/demo`, { method: 'POST', body: '{}' })).status);
      }
      expect(statuses).toEqual([404, 404, 404, 404, 404, 429, 429]);
      expect((await other.client.call('/health/live')).status).toBe(200);
    } finally {
      await other.close();
    }
  });
});
