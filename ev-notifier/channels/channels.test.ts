// Every way out, over real sockets: an SMTP server, an HTTP server, and a push service that decrypts what it gets.
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { meaningOf } from '../core/occasions.ts';
import { ANA, eventOf, START_MS } from '../core/harness-for-tests.ts';
import type { Channel, Delivery, Occasion } from '../core/rows.ts';
import { emailChannel } from './email.ts';
import { httpMessageChannel } from './http-message.ts';
import type { Parcel } from './port.ts';
import { retryAfterMs } from './post.ts';
import { isPushService, readVapidKeys, webPushChannel, writeVapidKeys } from './web-push.ts';
import { type SignedHeaders, webhookObjection } from './webhook-signature.ts';
import { readWebhooks, webhookChannel } from './webhook.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const { occasion: invoice } = meaningOf({ faulted: new Set() }, eventOf('invoice', {
  number: '2026-7', kind: 'invoice', totalMinor: 120, currency: 'EUR',
}));
const OCCASION = invoice as Occasion;

function parcel(channel: Channel, contact: Parcel['contact'], change: Partial<Delivery> = {}): Parcel {
  return {
    occasion: OCCASION, contact,
    delivery: {
      deliveryId: 'n1-7', occasionId: OCCASION.occasionId, kind: 'invoice-ready', channel, userId: ANA.userId,
      target: '', state: 'sending', failures: 0, madeAtMs: START_MS, nextAtMs: START_MS,
      expiresAtMs: START_MS + 60_000, providerId: null, error: '', ...change,
    },
  };
}

async function smtp(options: SMTPServerOptions = {}): Promise<{ url: string; mails: ParsedMail[] }> {
  const mails: ParsedMail[] = [];
  const server = new SMTPServer({
    authOptional: true, disabledCommands: ['STARTTLS'], logger: false,
    onData(stream, _session, done) {
      simpleParser(stream).then((mail) => {
        mails.push(mail);
        done();
      }, done);
    },
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise<void>((resolve) => server.close(resolve)));
  return { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, mails };
}

type Got = { readonly headers: IncomingHttpHeaders; readonly body: Buffer; readonly path: string };

async function http(
  answer: (got: Got) => { status: number; body?: string; headers?: Record<string, string> },
): Promise<{ url: string; got: Got[] }> {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
      const each = { headers: request.headers, body: Buffer.concat(parts), path: request.url ?? '' };
      got.push(each);
      const { status, body = '', headers = {} } = answer(each);
      response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got };
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'ev-notifier-'));
  closers.push(() => rmSync(made, { recursive: true }));
  return made;
}

describe('e-mail', () => {
  function channel(url: string): ReturnType<typeof emailChannel> {
    const made = emailChannel({ url, password: null, from: 'EV network <ev@example.com>', insecure: false });
    closers.push(() => made.close());
    return made;
  }

  it('arrives in the language of the person, with the same Message-ID at each attempt', async () => {
    const { url, mails } = await smtp();
    const { send } = channel(url);
    for (const attempt of [1, 2]) expect(await send(parcel('email', ANA)), `${attempt}`).toMatchObject({ ok: true });
    expect(mails.map(({ messageId }) => messageId)).toEqual(['<n1-7@ev-notifier>', '<n1-7@ev-notifier>']);
    expect(mails[0]).toMatchObject({
      subject: 'EV network: documento 2026-7', from: { text: expect.stringContaining('ev@') },
    });
    expect(mails[0]?.text).toContain('1,20 EUR');
    expect(mails[0]?.headers.get('auto-submitted')).toBe('auto-generated');
  });

  it('has one subject and goes to one person, whatever others wrote into it', async () => {
    const { url, mails } = await smtp();
    const broken = 'x\r\nBcc: eve@example.org\r\nSubject: other\r\n\r\n<b>Pay here</b>';
    const occasion = { ...OCCASION, facts: { ...OCCASION.facts, number: broken } };
    expect(await channel(url).send({ ...parcel('email', ANA), occasion })).toMatchObject({ ok: true });
    const [mail] = mails;
    expect(mail?.subject).toBe('EV network: documento x Bcc: eve@example.org Subject: other <b>Pay here</b>');
    expect(mail?.headers.has('bcc')).toBe(false);
    expect(mail?.headers.get('content-type')).toMatchObject({ value: 'text/plain' });
    expect(mail?.to).toMatchObject({ text: 'ana@example.org' });
  });

  it.each([[550, false], [451, true]])('that is answered with %i may be tried again: %s', async (code, mayRetry) => {
    const { url } = await smtp({
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error('ana@example.org'), { responseCode: code })),
    });
    const outcome = await channel(url).send(parcel('email', ANA));
    expect(outcome).toMatchObject({ ok: false, mayRetry });
    expect(JSON.stringify(outcome)).not.toContain('ana@');
  });

  it('that nobody takes may be tried again', async () => {
    const { url } = await smtp();
    await closers.splice(0).at(-1)?.();
    expect(await channel(url).send(parcel('email', ANA))).toMatchObject({ ok: false, mayRetry: true });
  });
});

describe('a text message over HTTP', () => {
  const given = { channel: 'sms', nowMs: () => START_MS, insecure: false } as const;
  const phone = { ...ANA, phone: '+34600111222' };

  it('is the template with its values, with the token and a stable idempotency key', async () => {
    const { url, got } = await http(() => ({ status: 202, body: '{"id":"m-77"}' }));
    const template = '{"messages":[{"to":"{{to}}","content":"{{short}} ({{kind}})"}],"flash":false}';
    const send = httpMessageChannel({ ...given, url: `${url}/send`, template, token: 'secret' });
    expect(await send(parcel('sms', phone))).toEqual({ ok: true, providerId: 'm-77' });
    expect(JSON.parse(String(got[0]?.body))).toEqual({
      messages: [{
        to: '+34600111222', content: 'EV network: Su documento 2026-7 por 1,20 EUR está listo. (invoice-ready)',
      }],
      flash: false,
    });
    expect(got[0]).toMatchObject({
      path: '/send', headers: { authorization: 'Bearer secret', 'idempotency-key': 'n1-7' },
    });
  });

  it.each([
    [503, true, null], [429, true, 7_000], [408, true, null], [400, false, null], [401, false, null],
    [302, false, null],
  ])('that is answered with %i may be tried again: %s, after %s ms', async (status, mayRetry, retry) => {
    const { url, got } = await http(() => ({
      status, headers: { location: '/elsewhere', ...(status === 429 ? { 'retry-after': '7' } : {}) },
    }));
    const send = httpMessageChannel({ ...given, url, template: '{"to":"{{to}}"}', token: null });
    expect(await send(parcel('sms', phone))).toEqual({
      ok: false, error: `answered ${status}`, mayRetry, retryAfterMs: retry,
    });
    expect(got, 'a redirection is not followed').toHaveLength(1);
  });

  it.each([
    ['http://sms.example.com/', '{"to":"{{to}}"}', /off this machine/],
    ['https://user:secret@sms.example.com/', '{"to":"{{to}}"}', /must not hold a password/],
    ['https://sms.example.com/', '{"to":', /is no JSON/],
    ['https://sms.example.com/', '{"to":"{{whom}}"}', /names \{\{whom\}\}/],
    ['https://sms.example.com/', '{"text":"{{body}}"}', /to whom/],
  ])('to %s with the template %s is refused', (url, template, says) => {
    expect(() => httpMessageChannel({ ...given, url, template, token: null })).toThrow(says);
  });

  it('reads how long to wait in seconds and as a date', () => {
    expect(retryAfterMs(new Date(START_MS + 5_000).toUTCString(), START_MS)).toBe(5_000);
    const texts = ['99999999', 'soon', null];
    expect(texts.map((text) => retryAfterMs(text, 0))).toEqual([3_600_000, null, null]);
  });
});

describe('a webhook', () => {
  const HERE = { nowMs: () => START_MS, toPrivate: true };
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

  function endpoints(list: readonly object[]): ReturnType<typeof readWebhooks> {
    const file = join(folder(), 'webhooks.json');
    writeFileSync(file, JSON.stringify(list), { mode: 0o600 });
    return readWebhooks(file, false);
  }

  it('is signed so that its receiver can tell it from a forged, a changed and a repeated one', async () => {
    const { url, got } = await http(() => ({ status: 204 }));
    const [endpoint] = endpoints([{ name: 'partner', url, secret }]);
    if (endpoint === undefined) throw new Error('no endpoint');
    const send = webhookChannel([endpoint], HERE);
    expect(await send(parcel('webhook', null, { target: 'partner' }))).toMatchObject({ ok: true });
    const headers = got[0]?.headers as unknown as SignedHeaders;
    const [key = Buffer.alloc(0)] = endpoint.secrets;
    const body = String(got[0]?.body);
    expect(headers['webhook-id']).toBe('n1-7');
    expect(webhookObjection(key, headers, body, START_MS + 299_000)).toBeNull();
    expect(webhookObjection(key, headers, body, START_MS + 301_000)).toBe('too-old');
    expect(webhookObjection(key, headers, body.replace('120', '999'), START_MS)).toBe('wrong-signature');
    expect(webhookObjection(Buffer.alloc(32, 8), headers, body, START_MS)).toBe('wrong-signature');
    const newer = { ...headers, 'webhook-timestamp': String(START_MS / 1_000 + 600) };
    expect(webhookObjection(key, newer, body, START_MS + 600_000)).toBe('wrong-signature');
  });

  it('says by ids what happened, and names and reaches nobody', async () => {
    const { url, got } = await http(() => ({ status: 200 }));
    const send = webhookChannel(endpoints([{ name: 'p', url, secret }]), HERE);
    await send(parcel('webhook', null, { target: 'p' }));
    expect(JSON.parse(String(got[0]?.body))).toMatchObject({
      type: 'invoice-ready', id: OCCASION.occasionId, timestamp: new Date(START_MS).toISOString(),
      data: { siteId: 'ALC', userIds: ['ana'], number: '2026-7', totalMinor: 120, currency: 'EUR' },
    });
  });

  it.each([
    [[{ name: 'p', url: 'http://example.com/', secret }], /off this machine/],
    [[{ name: 'p', url: 'https://example.com/', secret: 'short' }], /0\.secret/],
    [[{ name: 'p', url: 'https://example.com/', secret, kinds: ['all'] }], /0\.kinds/],
    [[{ name: 'p', url: 'https://a.example/', secret }, { name: 'p', url: 'https://b.example/', secret }], /one name/],
  ])('with %j is refused', (list, says) => {
    expect(() => endpoints(list)).toThrow(says);
  });

  it('is refused when others may read its secret', () => {
    if (process.platform === 'win32') return;
    const file = join(folder(), 'webhooks.json');
    writeFileSync(file, '[]', { mode: 0o644 });
    expect(() => readWebhooks(file, false)).toThrow(/chmod 600/);
  });
});

describe('web push', () => {
  function browser() {
    const own = createECDH('prime256v1');
    own.generateKeys();
    const auth = randomBytes(16);
    return { own, auth, p256dh: own.getPublicKey().toString('base64url'), authText: auth.toString('base64url') };
  }

  /** What a browser does with it: RFC 8188 and 8291. */
  function opened(body: Buffer, { own, auth }: ReturnType<typeof browser>): string {
    const salt = body.subarray(0, 16);
    const sender = body.subarray(21, 21 + (body[20] ?? 0));
    const sealed = body.subarray(21 + sender.length);
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), own.getPublicKey(), sender]);
    const ikm = Buffer.from(hkdfSync('sha256', own.computeSecret(sender), auth, info, 32));
    const key = Buffer.from(hkdfSync('sha256', ikm, salt, 'Content-Encoding: aes128gcm\0', 16));
    const nonce = Buffer.from(hkdfSync('sha256', ikm, salt, 'Content-Encoding: nonce\0', 12));
    const decipher = createDecipheriv('aes-128-gcm', key, nonce);
    decipher.setAuthTag(sealed.subarray(-16));
    const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    return plain.subarray(0, plain.lastIndexOf(2)).toString('utf8');
  }

  it('can be read by the browser alone, and is signed with our key', async () => {
    const file = join(folder(), 'vapid.json');
    const publicKey = writeVapidKeys(file);
    const { url, got } = await http(() => ({ status: 201 }));
    const her = browser();
    const push = [{ subscriptionId: 'phone', endpoint: `${url}/wpush/abc`, p256dh: her.p256dh, auth: her.authText }];
    const send = webPushChannel({
      keys: readVapidKeys(file), subject: 'mailto:ev@example.com', hosts: ['127.0.0.1'], nowMs: () => START_MS,
    });
    expect(await send(parcel('push', { ...ANA, push }, { target: 'phone' }))).toMatchObject({ ok: true });
    expect(JSON.parse(opened(got[0]?.body ?? Buffer.alloc(0), her))).toEqual({
      id: 'n1-7', kind: 'invoice-ready', title: 'EV network: documento 2026-7',
      body: 'EV network: Su documento 2026-7 por 1,20 EUR está listo.',
    });
    expect(got[0]?.headers).toMatchObject({
      ttl: '60', urgency: 'normal', 'content-encoding': 'aes128gcm',
      authorization: expect.stringMatching(new RegExp(`^vapid t=.+, k=${publicKey}$`)),
    });
    expect(() => writeVapidKeys(file), 'keys that are there stay').toThrow(/not there yet/);
  });

  it('to a subscription that is gone or nonsense is not tried again', async () => {
    const file = join(folder(), 'vapid.json');
    writeVapidKeys(file);
    const { url } = await http(() => ({ status: 410 }));
    const her = browser();
    const send = webPushChannel({
      keys: readVapidKeys(file), subject: 'mailto:ev@example.com', hosts: ['127.0.0.1'], nowMs: () => START_MS,
    });
    const gone = [{ subscriptionId: 'a', endpoint: url, p256dh: her.p256dh, auth: her.authText }];
    const bad = [{ subscriptionId: 'a', endpoint: url, p256dh: 'A'.repeat(87), auth: her.authText }];
    for (const push of [gone, bad, []]) {
      const outcome = await send(parcel('push', { ...ANA, push }, { target: 'a' }));
      expect(outcome).toMatchObject({ ok: false, mayRetry: false });
    }
  });

  it.each([
    ['https://updates.push.services.mozilla.com/x', true], ['https://push.services.mozilla.com/x', true],
    ['http://updates.push.services.mozilla.com/x', false], ['https://evilpush.services.mozilla.com/', false],
    ['https://push.services.mozilla.com.evil.example/', false], ['http://169.254.169.254/latest', false],
  ])('goes to %s: %s', (endpoint, goes) => {
    expect(isPushService(endpoint, ['push.services.mozilla.com'])).toBe(goes);
  });
});
