// No secret of a payment gateway is written or told to anybody whom it is not for: neither its API keys and webhook
// secrets, nor the client secret of a payment, nor the token of a card once the gateway has it. Looked for, in every
// form in which one leaks, in the log, the topics, the audit log, all lists, all answers of the API and the database.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../ev-central/central-for-tests.ts';
import { createLocalGateway } from '../../ev-central/payments/local/local-gateway.ts';
import { createStripeGateway } from '../../ev-central/payments/stripe/stripe-gateway.ts';
import { type RunningGateway, startGateway } from '../../scripts/gateway/server.ts';
import { QUERIES } from '../../shared/messages/query.ts';
import { currency } from '../../shared/money.ts';
import { type ApiCentral, startApiCentral } from './api-client.ts';
import { type Leak, LeakSearch, textSecret } from './leak-search.ts';

const API_KEY = 'local-api-key-2f7c9e51';
const WEBHOOK_SECRET = 'local-webhook-secret-88d1';
const STRIPE_KEY = 'sk_test_leak51c0ffee77';
const STRIPE_SECRET = 'whsec_leak90cafe1234';
const CLIENT_SECRET = 'pi_7_secret_leakAbCdEf99';
const CARD = 'pm_card_leak4242token';
const SEARCH = new LeakSearch([
  textSecret('API key', API_KEY), textSecret('webhook secret', WEBHOOK_SECRET), textSecret('Stripe key', STRIPE_KEY),
  textSecret('Stripe webhook secret', STRIPE_SECRET), textSecret('client secret', CLIENT_SECRET),
  textSecret('card token', CARD),
]);

let dir = '';
let gateway: RunningGateway;
let stripe: Server;
let central: ApiCentral;
const logged: string[] = [];
const answers: string[] = [];

/** Stands in for Stripe: an intent that its payer has to confirm, with all the secrets that Stripe puts into one. */
function stripeIntent(): string {
  return JSON.stringify({
    id: 'pi_7', object: 'payment_intent', status: 'requires_action', amount: 2_000, amount_received: 0,
    client_secret: CLIENT_SECRET, latest_charge: null, last_payment_error: null, metadata: {}, payment_method: CARD,
    next_action: {
      type: 'redirect_to_url', redirect_to_url: { url: `https://hooks.example/3ds?client_secret=${CLIENT_SECRET}` },
    },
  });
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ev-payment-secrets-'));
  gateway = await startGateway({
    port: 0, file: join(dir, 'books.jsonl'), apiKey: API_KEY,
    webhookSecret: WEBHOOK_SECRET, webhookUrl: null, seed: 1, faults: 0, delayMs: 20,
  });
  stripe = createServer((request, response) => {
    request.resume();
    // Whoever cancels is told that the key is wrong, with the key: as Stripe does with a part of it.
    const isCancel = request.url?.endsWith('/cancel') === true;
    const error = { type: 'invalid_request_error', message: `Invalid API Key provided: ${STRIPE_KEY}` };
    response.writeHead(isCancel ? 401 : 200, { 'content-type': 'application/json' })
      .end(isCancel ? JSON.stringify({ error }) : stripeIntent());
  });
  await new Promise<void>((resolve) => void stripe.listen(0, '127.0.0.1', resolve));
  const address = stripe.address();
  const stripePort = typeof address === 'object' && address !== null ? address.port : 0;
  const nowMs = (): number => Date.now();
  central = await startApiCentral({
    file: join(dir, 'central.db'),
    log: (level, event, fields) => void logged.push(`${level} ${event} ${JSON.stringify(fields)}`),
    settings: {
      paymentRules: [
        { gateway: 'card', countries: ['FR'], currencies: [currency('EUR')], users: null },
        { gateway: 'demo', countries: null, currencies: null, users: null },
      ],
    },
    gateways: new Map([
      ['demo', createLocalGateway({
        name: 'demo', url: `http://127.0.0.1:${gateway.port}`, apiKey: API_KEY, webhookSecret: WEBHOOK_SECRET, nowMs,
        callMs: 2_000,
      })],
      ['card', createStripeGateway({
        name: 'card', secretKey: STRIPE_KEY, webhookSecret: STRIPE_SECRET, returnUrl: 'https://ev.example/paid', nowMs,
        server: { host: '127.0.0.1', port: stripePort, protocol: 'http' },
      })],
    ]),
  });
});
afterAll(async () => {
  await gateway.close();
  stripe.closeAllConnections();
  await new Promise((resolve) => stripe.close(resolve));
  rmSync(dir, { recursive: true, force: true });
});

async function call(path: string, token: string, body?: object): Promise<Readonly<Record<string, unknown>>> {
  const reply = body === undefined ? await central.client.call(path, { token })
    : await central.client.post(path, body, token);
  answers.push(reply.text, JSON.stringify([...reply.headers]));
  return reply.body;
}

test('no secret of a gateway leaks, whatever becomes of payments; only the payer learns where to confirm', async () => {
  const [ana, olga] = [await central.client.tokenOf('ana'), await central.client.tokenOf('olga')];
  const stateOf = (id: unknown) =>
    [...central.central.state.payments.values()].find(({ paymentId }) => paymentId === id);
  const pay = async (body: object): Promise<string> =>
    String((await call('/api/v1/me/payments', ana, body))['paymentId']);
  const paid = await pay({ amountMinor: 2_000, token: 'tok-ok' });
  const declined = await pay({ amountMinor: 2_000, token: 'tok-declined' });
  const confirmed = await pay({ amountMinor: 2_000, token: CARD, country: 'FR' });
  await waitFor(() => stateOf(paid)?.state === 'captured' && stateOf(declined)?.state === 'declined'
    && stateOf(confirmed)?.state === 'requires-action', () => JSON.stringify(stateOf(confirmed)));
  // This one answer is for the secret.
  const action = await central.client.call(`/api/v1/me/payments/${confirmed}/action`, { token: ana });
  expect(action.text).toContain(CLIENT_SECRET);
  await call(`/api/v1/payments/${paid}/refund`, olga, { note: 'x' });
  await call(`/api/v1/me/payments/${confirmed}/cancel`, ana, {});
  await waitFor(() => stateOf(confirmed)?.lastError?.includes('secret key') === true
    && stateOf(paid)?.state === 'refunded', () => JSON.stringify(stateOf(confirmed)));
  for (const name of ['demo', 'card']) {
    const webhook = await fetch(`${central.client.base}/webhooks/${name}`, {
      method: 'POST', body: '{}', headers: { 'stripe-signature': 't=1,v1=00', 'ev-gateway-signature': 't=1,v1=00' },
    });
    answers.push(await webhook.text());
  }
  for (const path of ['/api/v1/me/payments', `/api/v1/me/payments/${confirmed}`, '/api/v1/me/notices']) {
    await call(path, ana);
  }
  for (const path of ['/api/v1/payments', '/api/v1/audit', '/api/v1/events', '/api/v1/ledger']) await call(path, olga);

  const lists = QUERIES.map((what) => JSON.stringify(central.central.read({ role: 'admin', userId: null }, {
    what, filter: {}, after: null, limit: 500,
  })));
  const records = ['notices', 'events', 'commands', 'progress', 'dead-letters']
    .map((topic) => JSON.stringify(central.bus.log(`ev.${topic}`)));
  await central.close();
  const leaks: Leak[] = [
    ...SEARCH.in('the log', logged.join('\n')), ...SEARCH.in('answers', answers.join('\n')),
    ...SEARCH.in('lists', lists.join('\n')), ...SEARCH.in('topics', records.join('\n')),
    ...SEARCH.inFolder(dir, (path) => path === 'books.jsonl'),
  ];
  expect(leaks).toEqual([]);
  // What was looked through is what there was.
  expect(logged.join('\n')).toContain('payment-answer');
  expect(lists.join('\n')).toContain(confirmed);
  expect(answers.join('\n')).toContain('requires-action');
});
