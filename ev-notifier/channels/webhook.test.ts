// What Standard Webhooks asks of a sender beside a signature: two secrets while one is changed, 410, redirections, and
// no way into private networks; and that the receiver's code in the guide tells what is genuine.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Desk, eventOf, START_MS } from '../core/harness-for-tests.ts';
import { meaningOf } from '../core/occasions.ts';
import type { Delivery, Occasion } from '../core/rows.ts';
import type { Outcome } from '../core/state.ts';
import { signWebhook, webhookSecret } from './webhook-signature.ts';
import { readWebhooks, webhookChannel } from './webhook.ts';

const MINUTE_MS = 60_000;
const secretOf = (fill: number): string => `whsec_${Buffer.alloc(32, fill).toString('base64')}`;
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const { occasion } = meaningOf({ faulted: new Set() }, eventOf('invoice', {
  number: '2026-7', kind: 'invoice', totalMinor: 120, currency: 'EUR',
}));
const PARCEL = {
  occasion: occasion as Occasion, contact: null,
  delivery: { deliveryId: 'n1-7', target: 'crm', channel: 'webhook' } as Delivery,
};

type Got = { readonly headers: IncomingHttpHeaders; readonly body: string };

async function receiver(status: number): Promise<{ port: number; got: Got[] }> {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => body += part.toString()).on('end', () => {
      got.push({ headers: request.headers, body });
      response.writeHead(status, { location: '/elsewhere' }).end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  return { port: (server.address() as AddressInfo).port, got };
}

function send(given: object, toPrivate = true): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'ev-webhook-'));
  closers.push(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'webhooks.json');
  writeFileSync(file, JSON.stringify([{ name: 'crm', secret: secretOf(1), ...given }]), { mode: 0o600 });
  return webhookChannel(readWebhooks(file, false), { nowMs: () => START_MS, toPrivate })(PARCEL);
}

/** The code of the guide, as a receiver would paste it. */
async function guideVerify(): Promise<(secret: string, headers: object, body: string, nowMs?: number) => boolean> {
  const guide = readFileSync(new URL('../../docs/guide-api.md', import.meta.url), 'utf8');
  const code = /```js\n(import \{ createHmac[^]+?)\n```/.exec(guide)?.[1];
  if (code === undefined) throw new Error('the guide has no code that verifies a signature');
  const module = await import(`data:text/javascript,${encodeURIComponent(code)}`) as
    { verify: (secret: string, headers: object, body: string, nowMs?: number) => boolean };
  return module.verify;
}

describe('the receiver of the guide', () => {
  it('takes what is genuine and new, under the newer and the older secret while they change', async () => {
    const verify = await guideVerify();
    const { port, got } = await receiver(204);
    await send({ url: `http://127.0.0.1:${port}/`, secret: secretOf(2), oldSecret: secretOf(1) });
    const { headers, body } = got[0] as Got;
    expect(String(headers['webhook-signature']).split(' ')).toHaveLength(2);
    expect([1, 2, 3].map((fill) => verify(secretOf(fill), headers, body, START_MS))).toEqual([true, true, false]);
    expect(verify(secretOf(2), headers, body.replace('120', '999'), START_MS)).toBe(false);
    expect(verify(secretOf(2), { ...headers, 'webhook-id': 'n1-8' }, body, START_MS)).toBe(false);
    expect([299, 301, -301].map((s) => verify(secretOf(2), headers, body, START_MS + s * 1_000)))
      .toEqual([true, false, false]);
    expect(verify(secretOf(2), { ...headers, 'webhook-signature': 'v1,AA== v2,xx' }, body, START_MS)).toBe(false);
  });

  it('takes the example of the specification', async () => {
    // The one that the libraries of Standard Webhooks are tested with: a message, its secret and its signature.
    const verify = await guideVerify();
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const atMs = 1_614_265_330_000;
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    const body = '{"test": 2432232314}';
    expect(verify(secret, headers, body, atMs)).toBe(true);
    expect(signWebhook([webhookSecret(secret) ?? Buffer.alloc(0)], { id: headers['webhook-id'], atMs, body }))
      .toEqual(headers);
  });
});

describe('a webhook', () => {
  it('that answers with a redirection is not followed, and one that is gone says so', async () => {
    const moved = await receiver(308);
    expect(await send({ url: `http://127.0.0.1:${moved.port}/` }))
      .toMatchObject({ ok: false, error: 'answered 308', mayRetry: false });
    expect(moved.got).toHaveLength(1);
    const gone = await receiver(410);
    expect(await send({ url: `http://127.0.0.1:${gone.port}/` })).toMatchObject({ mayRetry: false, isGone: true });
  });

  it.each(['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '0x7f.1'])(
    'does not reach this machine as %s, unless that is allowed', async (host) => {
      const { port, got } = await receiver(204);
      const given = { url: `http://${host}:${port}/` };
      const isHttp = host === '127.0.0.1' || host === 'localhost' || host === '0x7f.1';
      // Of others plain HTTP is refused already.
      if (!isHttp) return expect(() => send(given, false)).toThrow(/off this machine/);
      expect(await send(given, false)).toMatchObject({ ok: false, error: expect.stringContaining('private network') });
      expect(got).toEqual([]);
      expect(await send(given)).toMatchObject({ ok: true });
    });
});

describe('in the core, an endpoint', () => {
  const endpoints = [{ name: 'crm', kinds: null, sites: null }, { name: 'erp', kinds: null, sites: null }];
  const invoice = (desk: Desk): void => desk.event('invoice', {
    number: '7', kind: 'invoice', totalMinor: 1, currency: 'EUR',
  }, { driverId: null });
  const no = (change: object = {}): Outcome =>
    ({ ok: false, error: 'answered 503', mayRetry: true, retryAfterMs: null, ...change });

  it('that is away is tried for three days, as the specification recommends', () => {
    const desk = new Desk({ endpoints: endpoints.slice(0, 1), mostFailures: 3 });
    invoice(desk);
    const pauses: number[] = [];
    for (let i = 0; i < 9; i += 1) {
      const before = desk.nowMs;
      desk.outcome(no());
      while (desk.states()[0] !== 'webhook sending') desk.tick(desk.nowMs - before < MINUTE_MS ? 1_000 : MINUTE_MS);
      pauses.push(Math.round((desk.nowMs - before) / MINUTE_MS));
    }
    expect(pauses).toEqual([0, 5, 30, 120, 300, 600, 840, 1_200, 1_440]);
    desk.outcome(no());
    expect(desk.states()).toEqual(['webhook dead']);
  });

  it('that is gone is disabled: what waits for it is dead, nothing more is made for it, others go on', () => {
    const desk = new Desk({ endpoints });
    invoice(desk);
    const sent = [...desk.sends];
    desk.give({ kind: 'outcome', deliveryId: sent[1]?.delivery.deliveryId ?? '', outcome: no() });
    invoice(desk);
    const first = sent[0]?.delivery;
    desk.give({
      kind: 'outcome', deliveryId: first?.deliveryId ?? '', outcome: no({ mayRetry: false, isGone: true }),
    });
    expect([...desk.state.disabled]).toEqual([first?.target]);
    invoice(desk);
    const of = (name: string): string[] =>
      [...desk.rows.values()].filter(({ target }) => target === name).map(({ state }) => state);
    expect(of('crm')).toEqual(['dead', 'sending']);
    expect(of('erp')).toHaveLength(3);
    desk.give({ kind: 'enable-webhook', name: 'crm' });
    invoice(desk);
    expect(of('crm')).toHaveLength(3);
  });
});
