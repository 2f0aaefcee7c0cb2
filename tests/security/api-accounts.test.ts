// Accounts over HTTP, with letters over a real SMTP server: registration, forgotten passwords, log-ins, vehicles,
// tokens; and that nobody learns from an answer who has an account.
import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Mailer, smtpMailer } from '../../ev-central/mail/mailer.ts';
import { waitFor } from '../../ev-central/central-for-tests.ts';
import { codeAt, makeSecondFactor } from '../../ev-central/one-time-code.ts';
import { userId } from '../../shared/ids.ts';
import { type ApiCentral, PASSWORD, type Reply, startApiCentral } from './api-client.ts';

type Arrived = { readonly to: string; readonly subject: string; readonly code: string };

let central: ApiCentral;
let server: SMTPServer;
let arrived: Arrived[];
/** Letters that the server does not take before it takes the next one. */
let refusals: number;
let mailer: Mailer;
let logged: string[];

beforeEach(async () => {
  arrived = [];
  refusals = 0;
  logged = [];
  server = new SMTPServer({
    authOptional: true, disabledCommands: ['STARTTLS'], logger: false,
    onMailFrom: (_from, _session, done) => {
      refusals -= 1;
      done(refusals >= 0 ? Object.assign(new Error('later'), { responseCode: 451 }) : null);
    },
    onData(stream, _session, done) {
      simpleParser(stream).then((mail) => {
        const code = /^ {4}(\S+)$/m.exec(mail.text ?? '')?.[1] ?? '';
        arrived.push({ to: [mail.to].flat()[0]?.text ?? '', subject: mail.subject ?? '', code });
        done();
      }, done);
    },
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  mailer = smtpMailer({
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, password: null, insecure: false,
    from: 'ev@example.com',
  });
  central = await startApiCentral({
    settings: { registration: 'open' }, sendLetter: mailer.send,
    log: (level, event, fields) => void logged.push(`${level} ${event} ${JSON.stringify(fields)}`),
  });
});

afterEach(async () => {
  await central.close();
  // The server waits for connections that are open.
  mailer.close();
  await new Promise<void>((resolve) => server.close(resolve));
});

function post(path: string, body: unknown, token?: string): Promise<Reply> {
  return central.client.call(`/api/v1${path}`, { method: 'POST', body, ...(token === undefined ? {} : { token }) });
}

async function letter(to: string, subject: string): Promise<Arrived> {
  await waitFor(() => arrived.some((each) => each.to === to && each.subject.includes(subject)));
  return arrived.findLast((each) => each.to === to && each.subject.includes(subject)) ?? { to, subject, code: '' };
}

/** Somebody with an account of her own; her access token. */
async function dora(): Promise<string> {
  await post('/auth/register', { email: 'dora@example.org', name: 'Dora', language: 'en' });
  const { code } = await letter('dora@example.org', 'your account');
  const verified = await post('/auth/verify', { code, userId: 'dora', password: PASSWORD });
  expect(verified).toMatchObject({ status: 200, body: { userId: 'dora' } });
  return central.client.tokenOf('dora');
}

describe('an account of one\'s own', () => {
  it('is opened with the code from a letter, and then has a profile', async () => {
    const token = await dora();
    const profile = await central.client.call('/api/v1/me/profile', { token });
    expect(profile.body).toEqual({
      userId: 'dora', name: 'Dora', language: 'en', timeZone: 'UTC', email: 'dora@example.org',
    });
    const edit = { name: 'Dora Díaz', language: 'pt', timeZone: 'Europe/Lisbon' };
    const put = (version: string) => central.client.call('/api/v1/me/profile', {
      method: 'PUT', body: edit, token, headers: { 'if-match': version },
    });
    expect((await put('"old"')).status).toBe(412);
    expect(await put(profile.headers.get('etag') ?? '')).toMatchObject({ status: 200, body: edit });
  });

  it('is made by nobody where registration is closed, and with no invented code', async () => {
    const code = 'k7f2-1-ABCDEFGHIJKLMNOPQRST';
    const invented = await post('/auth/verify', { code, userId: 'eve', password: PASSWORD });
    expect(invented).toMatchObject({ status: 409, body: { reason: 'code-wrong' } });
    await central.close();
    central = await startApiCentral();
    const closed = await post('/auth/register', { email: 'dora@example.org' });
    expect(closed).toMatchObject({ status: 409, body: { reason: 'registration-closed' } });
  });

  it('is not to be told from one that is not there, by answers to registrations and forgotten passwords', async () => {
    await dora();
    const [known, unknown] = [
      await post('/auth/register', { email: 'dora@example.org' }),
      await post('/auth/register', { email: 'eva@example.org' }),
    ];
    expect([known.status, known.text]).toEqual([202, unknown.text]);
    const resets = await Promise.all(['dora', 'eva', 'dora@example.org', 'eva@example.org'].map((who) =>
      post('/auth/password-reset', { who })));
    expect(new Set(resets.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect((await letter('dora@example.org', 'you have an account already')).code).toBe('');
  });

  it('gets a new password by letter, also when the mail server takes it only the second time', async () => {
    const token = await dora();
    refusals = 1;
    await post('/auth/password-reset', { who: 'dora@example.org' });
    await waitFor(() => [...central.central.state.mails.values()].some(({ failures }) => failures === 1));
    expect(arrived.some(({ subject }) => subject.includes('new password'))).toBe(false);
    const { body } = await central.client.call('/api/v1/letters', { token: await central.client.tokenOf('olga') });
    const shown = { what: 'reset-password', state: 'waiting', failures: 1 };
    expect(body['items']).toContainEqual(expect.objectContaining(shown));
    expect(JSON.stringify(body)).not.toContain('example');
    // What the core would do half a minute later.
    const waiting = [...central.central.state.mails.values()].find(({ state }) => state === 'waiting');
    if (waiting === undefined) throw new Error('no letter waits');
    central.central.state.mails.put({ ...waiting, nextAtMs: 1 });
    central.central.state.deadlines.add('mail', waiting.mailId, 1);
    const { code } = await letter('dora@example.org', 'a new password');
    expect(await post('/auth/password-reset/confirm', { code, password: 'battery staple' }))
      .toMatchObject({ status: 200, body: { userId: 'dora' } });
    expect((await central.client.call('/api/v1/me', { token })).status).toBe(401);
    expect((await central.client.logIn('dora', 'battery staple'))['tokenType']).toBe('Bearer');
    const again = await post('/auth/password-reset/confirm', { code, password: 'once more' });
    expect(again.body['reason']).toBe('code-wrong');
    await letter('dora@example.org', 'your password was changed');
    expect(logged.join('\n')).toContain('mail-sent');
    expect(logged.filter((line) => /example\.org|Dora/.test(line) || line.includes(code))).toEqual([]);
  });

  it('has its log-ins listed, with where from and what with, and ended one by one or all', async () => {
    await dora();
    const [first, second] = [await central.client.logIn('dora'), await central.client.logIn('dora')];
    const token = String(first['accessToken']);
    const { body } = await central.client.call('/api/v1/auth/sessions', { token });
    expect(body['items']).toHaveLength(3);
    const hers = { sessionId: first['sessionId'], isThis: true, address: '127.0.0.1' };
    expect(body['items']).toContainEqual(expect.objectContaining(hers));
    const end = (path: string) => central.client.call(`/api/v1/auth/sessions${path}`, { method: 'DELETE', token });
    expect((await end(`/${String(second['sessionId'])}`)).status).toBe(204);
    expect((await central.client.call('/api/v1/me', { token: String(second['accessToken']) })).status).toBe(401);
    expect((await end('')).status).toBe(204);
    expect((await central.client.call('/api/v1/me', { token })).status).toBe(401);
  });

  it('is forgotten when its person says so with her password, and lets nobody in any more', async () => {
    const token = await dora();
    expect((await post('/me/erase', { password: 'wrong' }, token)).body['reason']).toBe('unknown-or-wrong');
    expect((await post('/me/erase', { password: PASSWORD }, token)).status).toBe(200);
    await expect(central.client.logIn('dora')).rejects.toThrow('unknown-or-wrong');
    const people = await central.client.call('/api/v1/people', { token: await central.client.tokenOf('ada') });
    expect(people.body['items']).toEqual([]);
    expect(central.store.query('users', {}, null, 50).rows.map((row) => row['userId'])).toContain('dora');
  });
});

describe('a second factor over HTTP', () => {
  it('is made and taken away with the password alone, not with an open session', async () => {
    const token = await central.client.tokenOf('ana');
    expect((await post('/me/second-factor/enrol', { password: 'wrong' }, token)).status).toBe(401);
    const made = await post('/me/second-factor/enrol', { password: PASSWORD }, token);
    expect(made.status).toBe(200);
    expect(made.body['recoveryCodes']).toHaveLength(10);
    expect(String(made.body['uri'])).toMatch(/^otpauth:\/\/totp\//);
    expect((await post('/me/second-factor/disable', {}, token)).status).toBe(400);
    expect((await post('/me/second-factor/disable', { password: 'wrong' }, token)).status).toBe(401);
    expect(central.central.state.secondFactors.size).toBe(1);
    expect((await post('/me/second-factor/disable', { password: PASSWORD }, token)).status).toBe(200);
    expect(central.central.state.secondFactors.size).toBe(0);
  });

  it('that is confirmed asks for its code when it is taken away', async () => {
    const token = await central.client.tokenOf('ana');
    const { secretBase64, recovery } = makeSecondFactor('ana', (count) => Buffer.alloc(count, 7));
    central.central.state.secondFactors.put({
      userId: userId('ana'), secretBase64, confirmed: true, lastCounter: 0, recoverySha256s: recovery.sha256s,
      madeAtMs: 0,
    });
    const without = await post('/me/second-factor/disable', { password: PASSWORD }, token);
    expect(without.body['reason']).toBe('code-required');
    const code = codeAt(secretBase64, Date.now());
    expect((await post('/me/second-factor/disable', { password: PASSWORD, code }, token)).status).toBe(200);
  });
});

describe('vehicles and tokens over HTTP', () => {
  it('are a person\'s own: she puts vehicles and blocks her card, and touches nobody else\'s', async () => {
    const { client } = central;
    const [ana, ada] = [await client.tokenOf('ana'), await client.tokenOf('ada')];
    const vehicle = { batteryWh: 40_000, connectorType: 'IEC_62196_T2', maxPowerW: 6_600 };
    const put = await client.call('/api/v1/me/vehicles/leaf', {
      method: 'PUT', body: vehicle, token: ana, headers: { 'if-none-match': '*' },
    });
    expect(put).toMatchObject({ status: 200, body: { vehicleId: 'leaf', ...vehicle } });
    expect((await client.call('/api/v1/me/vehicles', { token: ada })).body['items']).toEqual([]);
    const csv = 'user,token\nana,04A1B2C3\nolga,04A1B2C4\n';
    expect((await client.post('/api/v1/tokens/import', { csv }, ada)).status).toBe(200);
    expect((await client.call('/api/v1/me/tokens', { token: ana })).body['items']).toHaveLength(1);
    expect((await client.post('/api/v1/me/tokens/04A1B2C4/block', {}, ana)).status).toBe(404);
    expect((await client.post('/api/v1/me/tokens/04A1B2C3/block', {}, ana)).status).toBe(200);
    const tokens = await client.call('/api/v1/tokens?userId=ana', { token: ada });
    expect(tokens.body['items']).toMatchObject([{ tokenId: '04A1B2C3', blocked: true }]);
  });

  it('are imported all or none, and the line is named that is wrong', async () => {
    const ada = await central.client.tokenOf('ada');
    const csv = 'user,token,expires\nana,04A1B2C3,\nana,04A1B2C4,tomorrow\n';
    const bad = await central.client.post('/api/v1/tokens/import', { csv }, ada);
    expect([bad.status, bad.body['errors']]).toEqual([400, [
      { path: 'line 3', message: '"tomorrow" is no date: write it as 2027-12-31' },
    ]]);
    const nobody = { csv: 'user,token\nana,04A1B2C3\nnobody,04A1B2C5\n' };
    const unknown = await central.client.post('/api/v1/tokens/import', nobody, ada);
    expect([unknown.status, unknown.body['errors']])
      .toEqual([409, [{ path: 'line 3', message: 'no such user: nobody' }]]);
    expect(central.central.state.tokens.size).toBe(0);
  });
});
