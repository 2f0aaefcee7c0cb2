// Central and the local gateway as they are shipped, over HTTP: what the gateway holds and what the wallets got agree,
// whatever goes wrong on the way.
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RunningGateway, startGateway } from '../../scripts/gateway/server.ts';
import { paymentId, type PaymentId, userId } from '../../shared/ids.ts';
import { startTestCentral, type TestCentral, waitFor } from '../central-for-tests.ts';
import { PAYMENT_TABLE } from '../core/payment-states.ts';
import { API_KEY, type Listener, listenForWebhooks, temporaryFolder, WEBHOOK_SECRET } from './gateway-for-tests.ts';
import { createLocalGateway } from './local/local-gateway.ts';
import { signWebhook, SIGNATURE_HEADER } from './local/signature.ts';

const ANA = userId('ana');
const RULES = [{ gateway: 'demo', countries: null, currencies: null, users: null }];

let folder: ReturnType<typeof temporaryFolder>;
let listener: Listener;
let gateway: RunningGateway;
let central: TestCentral;
let port = 0;

async function openGateway(): Promise<void> {
  gateway = await startGateway({
    port, file: join(folder.dir, 'books.jsonl'), apiKey: API_KEY, webhookSecret: WEBHOOK_SECRET,
    webhookUrl: `http://127.0.0.1:${listener.port}/webhooks/demo`, seed: 1, faults: 0, delayMs: 50,
  });
  port = gateway.port;
}

function openCentral(): Promise<TestCentral> {
  const demo = createLocalGateway({
    name: 'demo', url: `http://127.0.0.1:${port}`, apiKey: API_KEY, webhookSecret: WEBHOOK_SECRET,
    nowMs: () => Date.now(), callMs: 2_000,
  });
  return startTestCentral({
    file: join(folder.dir, 'central.db'), gateways: new Map([['demo', demo]]), settings: { paymentRules: RULES },
  });
}

beforeEach(async () => {
  folder = temporaryFolder();
  port = 0;
  listener = await listenForWebhooks((headers, body) => central.central.webhook('demo', headers, body));
  await openGateway();
  central = await openCentral();
});
afterEach(async () => {
  await gateway.close();
  await central.close();
  await listener.close();
  folder.remove();
});

async function start(amountMinor: number, token = 'tok-ok'): Promise<PaymentId> {
  const answer = await central.central.order({
    kind: 'start-payment', userId: ANA, purpose: 'top-up', amountMinor, token, country: null,
  }, 'test');
  expect(answer.text).toContain('has begun');
  return paymentId(/payment (\S+)/.exec(answer.text)?.[1] ?? '');
}

async function confirmAt(id: PaymentId): Promise<string> {
  const { reference } = central.central.state.payments.must(id);
  return await central.central.payerAction('demo', reference ?? '') ?? '';
}

function stateOf(id: PaymentId): string {
  return central.central.state.payments.get(id)?.state ?? 'gone';
}

async function over(id: PaymentId): Promise<string> {
  const payments = () => central.central.state.payments;
  await waitFor(() => {
    const payment = payments().get(id);
    return payment !== undefined && payment.operation === null && PAYMENT_TABLE[payment.state].isOver;
  }, () => JSON.stringify(payments().get(id)), 20_000);
  return stateOf(id);
}

/** By the ledger, and by the gateway's books. */
function sums(): { booked: number; held: number } {
  const rows = central.store.query('ledger', {}, null, 500).rows;
  const postings = rows.flatMap((row) => row['postings'] as { account: string; amountMinor: number }[]);
  const booked = 0 - postings.filter(({ account }) => account === 'gateway:demo')
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const held = gateway.book.payments().reduce((sum, each) => sum + each.capturedMinor - each.refundedMinor, 0);
  return { booked, held };
}

describe('a payment at the local gateway', () => {
  test.each([
    [2_000, 'tok-ok', 'captured'], [2_000, 'tok-declined', 'declined'], [2_000, 'tok-later', 'captured'],
    [2_051, 'tok-ok', 'captured'], [2_052, 'tok-ok', 'captured'], [2_053, 'tok-ok', 'captured'],
    [2_055, 'tok-ok', 'captured'], [2_056, 'tok-later', 'captured'], [2_057, 'tok-ok', 'failed'],
  ])('of %s minor units with %s ends %s, and the wallet has what the gateway took', async (amount, token, expected) => {
    const id = await start(amount, token);
    expect(await over(id)).toBe(expected);
    const took = expected === 'captured' ? amount : 0;
    expect(sums()).toEqual({ booked: took, held: took });
    expect(central.central.state.users.must(ANA).balanceMinor).toBe(5_000 + took);
  });

  test('waits for its payer, who confirms at the address that she was told', async () => {
    const id = await start(2_000, 'tok-3ds');
    await waitFor(() => stateOf(id) === 'requires-action');
    const url = await confirmAt(id);
    expect(await (await fetch(url)).text()).toContain('Pay 2000');
    await fetch(url, { method: 'POST', body: new URLSearchParams({ answer: 'yes' }) });
    expect(await over(id)).toBe('captured');
    expect(sums()).toEqual({ booked: 2_000, held: 2_000 });
  });

  test('is refused by its payer', async () => {
    const id = await start(2_000, 'tok-3ds');
    await waitFor(() => stateOf(id) === 'requires-action');
    const url = await confirmAt(id);
    await fetch(url, { method: 'POST', body: new URLSearchParams({ answer: 'no' }) });
    expect(await over(id)).toBe('declined');
  });

  test('is paid back, and a refund that the gateway refuses moves nothing', async () => {
    const id = await start(2_000);
    await over(id);
    await central.central.order({ kind: 'refund-payment', paymentId: id, amountMinor: 700, note: 'x' }, 'test');
    await waitFor(() => stateOf(id) === 'partly-refunded');
    expect(sums()).toEqual({ booked: 1_300, held: 1_300 });
    const other = await start(900, 'tok-refund-refused');
    await over(other);
    await central.central.order({ kind: 'refund-payment', paymentId: other, amountMinor: null, note: 'x' }, 'test');
    await waitFor(() => central.central.state.payments.must(other).lastError !== null);
    expect(await over(other)).toBe('captured');
    expect(sums()).toEqual({ booked: 2_200, held: 2_200 });
  });

  test('goes on where it was when Central and the gateway have died in the middle', async () => {
    const id = await start(2_051);
    await waitFor(() => gateway.book.payments().length === 1);
    await gateway.close();
    await central.close();
    await openGateway();
    // No time to wait for its deadlines: they are those of the row, and the webhook is on its way again.
    central = await openCentral();
    expect(await over(id)).toBe('captured');
    expect(gateway.book.payments()).toHaveLength(1);
    expect(sums()).toEqual({ booked: 2_051, held: 2_051 });
  });
});

describe('a webhook', () => {
  const body = Buffer.from(JSON.stringify({
    eventId: 'e-forged', payment: {
      reference: 'p-1', paymentId: 'x', status: 'captured', amountMinor: 1, capturedMinor: 1, refundedMinor: 0,
      currency: 'EUR', actionUrl: null, reason: null,
    },
  }));
  const signed = (atMs: number, secret = WEBHOOK_SECRET) => ({
    [SIGNATURE_HEADER]: signWebhook(body.toString(), secret, atMs),
  });
  test.each([
    ['unsigned', () => ({}), body, 400],
    ['signed with another secret', () => signed(Date.now(), 'another'), body, 400],
    ['older than five minutes', () => signed(Date.now() - 301_000), body, 400],
    ['from the future', () => signed(Date.now() + 302_000), body, 400],
    ['signed for another body', () => signed(Date.now()), Buffer.concat([body, Buffer.from(' ')]), 400],
    ['with a signature that is none', () => ({ [SIGNATURE_HEADER]: 't=1,v1=zz' }), body, 400],
    ['larger than any', () => signed(Date.now()), Buffer.alloc(300_000), 413],
  ])('that is %s is refused and counted', async (_what, headers, rawBody, status) => {
    expect(await central.central.webhook('demo', headers(), rawBody)).toBe(status);
    const [row] = central.central.read({ role: 'admin', userId: null }, {
      what: 'status', filter: {}, after: null, limit: 1,
    }).rows;
    expect(row?.['webhooksRefused']).toBe(1);
    expect(central.central.state.paymentEvents.size).toBe(0);
  });

  test('of a payment that is not ours changes nothing; of no gateway of ours is not found', async () => {
    expect(await central.central.webhook('demo', signed(Date.now()), body)).toBe(200);
    expect(await central.central.webhook('other', signed(Date.now()), body)).toBe(404);
    expect(sums().booked).toBe(0);
  });
});
