// Who may call the REST API: log-ins, tokens, keys of machines, lock-outs; what a stolen token is worth.
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../ev-central/core/settings.ts';
import { codeAt, makeSecondFactor } from '../../ev-central/one-time-code.ts';
import { userId } from '../../shared/ids.ts';
import { type ApiCentral, PASSWORD, startApiCentral } from './api-client.ts';

let central: ApiCentral;

beforeEach(async () => {
  central = await startApiCentral();
});

afterEach(async () => {
  await central.close();
});

function audited(): readonly Record<string, unknown>[] {
  return central.store.query('audit', {}, null, 50).rows;
}

describe('a log-in over HTTP', () => {
  it('gives tokens that open what is hers, and is audited', async () => {
    const { client } = central;
    const tokens = await client.logIn('ana');
    const me = await client.call('/api/v1/me', { token: String(tokens['accessToken']) });
    expect(me).toMatchObject({ status: 200, body: { userId: 'ana', role: 'user', balanceMinor: 5_000 } });
    expect(tokens).toMatchObject({ tokenType: 'Bearer' });
    expect(audited()).toContainEqual(expect.objectContaining({ who: 'ana', action: 'login-api', outcome: 'done' }));
  });

  it('is refused in the same words for a wrong password and for nobody, and locks out who guesses', async () => {
    const { client } = central;
    const guess = (who: string) => client.call('/api/v1/auth/login', {
      method: 'POST', body: { userId: who, password: 'wrong' },
    });
    const [wrong, nobody] = [await guess('ana'), await guess('nobody')];
    expect(wrong).toMatchObject({ status: 401, body: { reason: 'unknown-or-wrong' } });
    expect({ ...nobody.body, instance: '' }).toEqual({ ...wrong.body, instance: '' });
    for (let i = 1; i < DEFAULT_SETTINGS.lockoutFailuresUser; i += 1) await guess('ana');
    const locked = await client.call('/api/v1/auth/login', {
      method: 'POST', body: { userId: 'ana', password: PASSWORD },
    });
    expect(locked).toMatchObject({ status: 429, body: { reason: 'locked-out' } });
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('needs the one-time code of who has a second factor, and takes none twice', async () => {
    const { client, central: { state } } = central;
    const { secretBase64, recovery } = makeSecondFactor('ana', randomBytes);
    const ana = userId('ana');
    state.secondFactors.put({
      userId: ana, secretBase64, confirmed: true, lastCounter: 0, recoverySha256s: recovery.sha256s, madeAtMs: 0,
    });
    const logIn = (code: object) => client.call('/api/v1/auth/login', {
      method: 'POST', body: { userId: 'ana', password: PASSWORD, ...code },
    });
    expect(await logIn({})).toMatchObject({ status: 401, body: { reason: 'code-required' } });
    const code = codeAt(secretBase64, Date.now());
    expect((await logIn({ code })).status).toBe(200);
    expect(await logIn({ code })).toMatchObject({ status: 401, body: { reason: 'code-wrong' } });
    expect((await logIn({ code: recovery.codes[0] })).status).toBe(200);
    expect(await logIn({ code: recovery.codes[0] })).toMatchObject({ status: 401, body: { reason: 'code-wrong' } });
  });

  it('is locked out over HTTP for guesses on a link, too', async () => {
    for (let i = 0; i < DEFAULT_SETTINGS.lockoutFailuresUser; i += 1) {
      const peer = central.connect();
      await peer.logIn('ana', 'wrong');
      await peer.hear('refused-driver');
      peer.close();
    }
    const locked = await central.client.call('/api/v1/auth/login', {
      method: 'POST', body: { userId: 'ana', password: PASSWORD },
    });
    expect(locked).toMatchObject({ status: 429, body: { reason: 'locked-out' } });
  });
});

describe('a refresh token', () => {
  const refresh = (refreshToken: unknown) => central.client.call('/api/v1/auth/refresh', {
    method: 'POST', body: { refreshToken },
  });

  it('is good once, and gives the next one', async () => {
    const first = await central.client.logIn('ana');
    const second = await refresh(first['refreshToken']);
    expect(second.status).toBe(200);
    expect(second.body['refreshToken']).not.toBe(first['refreshToken']);
    expect((await refresh(second.body['refreshToken'])).status).toBe(200);
  });

  it('that comes a second time ends the whole log-in at once', async () => {
    const first = await central.client.logIn('ana');
    const second = await refresh(first['refreshToken']);
    const again = await refresh(first['refreshToken']);
    expect(again).toMatchObject({ status: 401, body: { reason: 'key-revoked' } });
    expect((await refresh(second.body['refreshToken'])).status).toBe(401);
    const me = await central.client.call('/api/v1/me', { token: String(second.body['accessToken']) });
    expect(me.status).toBe(401);
    expect(audited()).toContainEqual(expect.objectContaining({ who: 'ana', action: 'api-refresh' }));
  });

  it('that somebody invents for a log-in ends nothing', async () => {
    const tokens = await central.client.logIn('ana');
    const [id = ''] = String(tokens['refreshToken']).split('.');
    expect((await refresh(`${id}.invented.invented`)).status).toBe(401);
    expect((await refresh(tokens['refreshToken'])).status).toBe(200);
  });
});

describe('an access token', () => {
  it('is refused at once when its log-in has ended, its person is blocked, or her keys are revoked', async () => {
    const { client } = central;
    const me = async (token: unknown) => (await client.call('/api/v1/me', { token: String(token) })).status;
    const out = await client.logIn('ana');
    await client.call('/api/v1/auth/logout', { method: 'POST', token: String(out['accessToken']) });
    expect(await me(out['accessToken'])).toBe(401);
    const revoked = await client.logIn('ana');
    await central.central.order({ kind: 'revoke-user-keys', userId: userId('ana'), note: '' }, 'test');
    expect(await me(revoked['accessToken'])).toBe(401);
    const blocked = await client.logIn('ana');
    const { state } = central.central;
    state.users.put({ ...state.users.must(userId('ana')), active: false });
    expect(await me(blocked['accessToken'])).toBe(401);
  });

  it.each([
    ['nothing', 'Bearer '], ['another scheme', 'Basic YTpi'], ['no token', 'Bearer a.b.c'],
    ['a token without a signature', `Bearer ${unsigned()}`], ['a huge one', `Bearer ${'a'.repeat(9_000)}`],
  ])('is refused when it is %s', async (_title, authorization) => {
    const { status, headers } = await central.client.call('/api/v1/me', { headers: { authorization } });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toContain('Bearer');
  });

  it('of another Central is refused', async () => {
    const other = await startApiCentral();
    const token = await other.client.tokenOf('ana');
    await other.close();
    expect((await central.client.call('/api/v1/me', { token })).status).toBe(401);
  });

  it('is listed with its log-in, which can be ended from another one', async () => {
    const { client } = central;
    const [one, two] = [await client.logIn('ana'), await client.logIn('ana')];
    const token = String(two['accessToken']);
    const { body } = await client.call('/api/v1/auth/sessions', { token });
    expect((body['items'] as { isThis: boolean }[]).map(({ isThis }) => isThis)).toEqual([false, true]);
    expect(JSON.stringify(body)).not.toMatch(/sha256/i);
    const path = `/api/v1/auth/sessions/${String(one['sessionId'])}`;
    expect((await client.call(path, { method: 'DELETE', token })).status).toBe(204);
    expect((await client.call('/api/v1/me', { token: String(one['accessToken']) })).status).toBe(401);
    const strangers = await client.tokenOf('olga');
    const foreign = `/api/v1/auth/sessions/${String(two['sessionId'])}`;
    expect((await client.call(foreign, { method: 'DELETE', token: strangers })).status).toBe(404);
  });
});

describe('a key of a machine', () => {
  const makeKey = async (token: string, scopes: string[]) => (await central.client.call('/api/v1/api-keys', {
    method: 'POST', token, body: { name: 'dashboard', scopes, expiresInDays: null },
  }));

  it('does what its scopes name and nothing else, until it is revoked', async () => {
    const { client } = central;
    const token = await client.tokenOf('olga');
    const made = await makeKey(token, ['points:read']);
    const key = String(made.body['key']);
    expect((await client.call('/api/v1/points', { key })).status).toBe(200);
    expect(await client.call('/api/v1/sessions', { key })).toMatchObject({
      status: 403, body: { reason: 'scope-missing' },
    });
    const path = `/api/v1/api-keys/${String(made.body['keyId'])}`;
    expect((await client.call(path, { method: 'DELETE', token })).status).toBe(204);
    expect((await client.call('/api/v1/points', { key })).status).toBe(401);
  });

  it('never may more than its owner, who makes it herself', async () => {
    const token = await central.client.tokenOf('ana');
    expect((await makeKey(token, ['money:write'])).status).toBe(403);
  });

  it('is kept as a digest alone', async () => {
    const made = await makeKey(await central.client.tokenOf('olga'), ['points:read']);
    const secret = String(made.body['key']).split('.')[2] ?? '';
    const { apiKeys } = central.central.state;
    expect(JSON.stringify([...apiKeys.values()])).not.toContain(secret);
  });
});

function unsigned(): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ sub: 'ana', sid: 'k-1', exp: 9_999_999_999 })}.`;
}
