// The local gateway as a process of its own, killed in the middle of payments (kill -9) and started again on the same
// books: what it took is on the wallets once, and nothing that it was asked for is lost.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestCentral, type TestCentral, waitFor } from '../../ev-central/central-for-tests.ts';
import { PAYMENT_TABLE } from '../../ev-central/core/payment-states.ts';
import { type Listener, listenForWebhooks } from '../../ev-central/payments/gateway-for-tests.ts';
import { createLocalGateway } from '../../ev-central/payments/local/local-gateway.ts';
import { localPaymentSchema } from '../../ev-central/payments/local/words.ts';
import { freePort } from '../../scripts/broker/ports.ts';
import { userId } from '../../shared/ids.ts';

const ANA = userId('ana');
const WAIT_MS = 45_000;

let dir = '';
let port = 0;
let child: ChildProcess | null = null;
let listener: Listener;
let central: TestCentral;
let apiKey = '';

async function startProcess(): Promise<void> {
  const started = spawn(process.execPath, [
    'scripts/gateway.ts', '--port', String(port), '--dir', dir, '--delay', '30',
    '--webhook', `http://127.0.0.1:${listener.port}/webhooks/demo`,
  ], { stdio: ['ignore', 'pipe', 'inherit'] });
  child = started;
  let said = '';
  started.stdout.on('data', (chunk: Buffer) => void (said += chunk.toString()));
  await waitFor(() => said.includes('listens on'), () => said, 20_000);
}

/** Ends the process as a power cut does. */
async function kill(): Promise<void> {
  const killed = child;
  child = null;
  if (killed === null || killed.exitCode !== null) return;
  const gone = new Promise((resolve) => void killed.once('exit', resolve));
  killed.kill('SIGKILL');
  await gone;
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ev-gateway-'));
  port = await freePort();
  listener = await listenForWebhooks((headers, body) => central.central.webhook('demo', headers, body));
  await startProcess();
  apiKey = readFileSync(join(dir, 'api.key'), 'utf8').trim();
  const demo = createLocalGateway({
    name: 'demo', url: `http://127.0.0.1:${port}`, apiKey, nowMs: () => Date.now(), callMs: 2_000,
    webhookSecret: readFileSync(join(dir, 'webhook.secret'), 'utf8').trim(),
  });
  central = await startTestCentral({
    gateways: new Map([['demo', demo]]),
    settings: { paymentRules: [{ gateway: 'demo', countries: null, currencies: null, users: null }] },
  });
});
afterEach(async () => {
  await kill();
  await central.close();
  await listener.close();
  rmSync(dir, { recursive: true, force: true });
});

test('a gateway that is killed in the middle of payments and comes back has taken each amount once', async () => {
  const { state } = central.central;
  const before = state.users.must(ANA).balanceMinor;
  // Paid at once, with a lost answer, refused for a moment, pending, late.
  const wanted = [
    [1_000, 'tok-ok'], [1_051, 'tok-ok'], [1_052, 'tok-ok'], [1_100, 'tok-later'], [1_053, 'tok-ok'],
  ] as const;
  for (const [amountMinor, token] of wanted) {
    await central.central.order({
      kind: 'start-payment', userId: ANA, purpose: 'top-up', amountMinor, token, country: null,
    }, 'test');
  }
  await waitFor(() => [...state.payments.values()].some(({ reference }) => reference !== null), undefined, WAIT_MS);
  await kill();
  await waitFor(() => [...state.payments.values()].some(({ operation }) => operation?.phase === 'resting'),
    () => JSON.stringify([...state.payments.values()]), WAIT_MS);
  await startProcess();
  await waitFor(() => [...state.payments.values()].every((payment) => payment.operation === null
    && PAYMENT_TABLE[payment.state].isOver), () => JSON.stringify([...state.payments.values()]), WAIT_MS);
  const sum = wanted.reduce((total, [amountMinor]) => total + amountMinor, 0);
  expect([...state.payments.values()].map((payment) => payment.state)).toEqual(wanted.map(() => 'captured'));
  expect(state.users.must(ANA).balanceMinor).toBe(before + sum);
  for (const payment of state.payments.values()) {
    const answer = await fetch(`http://127.0.0.1:${port}/payments/${payment.reference ?? ''}`, {
      headers: { authorization: `Bearer ${apiKey}` },
    });
    expect(localPaymentSchema.parse(await answer.json())).toMatchObject({
      paymentId: payment.paymentId, capturedMinor: payment.amountMinor, status: 'captured',
    });
  }
}, 150_000);
