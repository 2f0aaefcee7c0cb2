// Log-ins over HTTP, and keys of machines.
import { z } from 'zod';
import { type AccessId, accessIdSchema, userId } from '../../../shared/ids.ts';
import { accessRefused } from '../access-refused.ts';
import { callerIn, changeAccess, put } from '../asking.ts';
import { type Answer, type Api, operation, type Operation } from '../operation.ts';
import { outside } from '../outside.ts';
import { mayDo } from '../permission.ts';
import type { Frame } from '../ports.ts';
import { Problem } from '../problem.ts';
import {
  accessSchema, keyBody, keySchema, loginBody, newKeySchema, pageOf, refreshBody, tokensSchema,
} from '../schemas.ts';
import { keyText, sha256 } from '../tokens.ts';

const DAY_MS = 24 * 3_600_000;
const accessParams = z.strictObject({ id: accessIdSchema });

export const AUTH_OPERATIONS: readonly Operation[] = [
  operation({
    id: 'login', method: 'POST', path: '/api/v1/auth/login', tag: 'auth', summary: 'Logs a person in',
    description: 'Who has a second factor sends a one-time code, too, or is answered `code-required`. Wrong guesses '
      + 'lock the person and the address out for some minutes, as they do on every link.',
    permission: null, body: loginBody, success: { status: 200, what: 'Tokens.', body: tokensSchema },
    problems: ['login-refused', 'too-many-requests'],
    async handle({ body, address, agent }, api) {
      const secret = api.tokens.secret();
      const frame = await put(api, {
        password: body.password, code: body.code,
        make: (to) => ({
          kind: 'api-login', ...to, userId: body.userId, address, purpose: 'api', agent, refreshSha256: sha256(secret),
          lifeMs: api.settings.refreshLifeMs,
        }),
      });
      return tokensFor(api, frame, secret);
    },
  }),
  operation({
    id: 'refresh', method: 'POST', path: '/api/v1/auth/refresh', tag: 'auth', summary: 'Takes fresh tokens',
    description: 'Each refresh token is good once. One that comes again was stolen: the whole log-in is revoked.',
    permission: null, body: refreshBody, success: { status: 200, what: 'Tokens.', body: tokensSchema },
    problems: ['login-refused'],
    async handle(ask, api) {
      const read = api.tokens.readRefreshToken(ask.body.refreshToken);
      if (read === undefined) throw accessRefused('key-revoked');
      const next = api.tokens.secret();
      const frame = await changeAccess(api, ask, undefined, {
        kind: 'refresh', accessId: read.accessId, given: sha256(read.secret), next: sha256(next),
      });
      return tokensFor(api, frame, next);
    },
  }),
  operation({
    id: 'logout', method: 'POST', path: '/api/v1/auth/logout', tag: 'auth', summary: 'Ends this log-in',
    permission: 'self:access', success: { status: 204, what: 'It is over.', body: null },
    async handle(ask, api) {
      const caller = callerIn(ask);
      if (caller.by === 'key') throw new Problem('forbidden', 'A key has no log-in: revoke the key instead.');
      await changeAccess(api, ask, caller, { kind: 'revoke-session', accessId: caller.accessId });
      return { status: 204 };
    },
  }),
  operation({
    id: 'listLogIns', method: 'GET', path: '/api/v1/auth/sessions', tag: 'auth', summary: 'Lists your log-ins',
    permission: 'self:access', success: { status: 200, what: 'All of them.', body: pageOf(accessSchema) },
    handle(ask, { state }) {
      const { userId: who, accessId } = callerIn(ask);
      const items = [...state.apiSessions.values()].filter((each) => each.userId === who)
        .map(({ accessId: id, userId: _who, refreshSha256: _secret, ...row }) =>
          outside({ sessionId: id, ...row, isThis: id === accessId }));
      return { status: 200, body: { items, next: null } };
    },
  }),
  operation({
    id: 'revokeLogIn', method: 'DELETE', path: '/api/v1/auth/sessions/{id}', tag: 'auth',
    summary: 'Ends one of your log-ins', permission: 'self:access', params: accessParams,
    exampleParams: { id: 'k7f2-7' }, success: { status: 204, what: 'It is over.', body: null },
    handle: (ask, api) => revoke(api, ask, 'revoke-session'),
  }),
  operation({
    id: 'listKeys', method: 'GET', path: '/api/v1/api-keys', tag: 'auth', summary: 'Lists your keys of machines',
    permission: 'self:access', success: { status: 200, what: 'All of them.', body: pageOf(keySchema) },
    handle(ask, { state }) {
      const { userId: who } = callerIn(ask);
      const items = [...state.apiKeys.values()].filter((each) => each.userId === who)
        .map(({ accessId: id, userId: _who, secretSha256: _secret, ...row }) => outside({ keyId: id, ...row }));
      return { status: 200, body: { items, next: null } };
    },
  }),
  operation({
    id: 'makeKey', method: 'POST', path: '/api/v1/api-keys', tag: 'auth', summary: 'Makes a key for a machine',
    description: 'The key is shown once. It may do what its scopes name, and never more than you may yourself.',
    permission: 'self:access', body: keyBody, success: { status: 201, what: 'The key.', body: newKeySchema },
    async handle(ask, api) {
      const caller = callerIn(ask);
      const { name, scopes, expiresInDays } = ask.body;
      if (caller.by === 'key') throw new Problem('forbidden', 'A key makes no keys: log in as a person.');
      const tooMuch = scopes.find((scope) => !mayDo(caller.role, scope));
      if (tooMuch !== undefined) throw new Problem('forbidden', `You may not give what you have not: ${tooMuch}.`);
      const secret = api.tokens.secret();
      const frame = await changeAccess(api, ask, caller, {
        kind: 'make-key', name, scopes, secretSha256: sha256(secret),
        expiresAtMs: expiresInDays === null ? null : api.nowMs() + expiresInDays * DAY_MS,
      });
      const id = frame['accessId'] as AccessId | null;
      if (id === null) throw new Problem('refused', 'You have as many keys as you may: revoke one first.');
      return { status: 201, body: { keyId: id, key: keyText(id, secret), name } };
    },
  }),
  operation({
    id: 'revokeKey', method: 'DELETE', path: '/api/v1/api-keys/{id}', tag: 'auth', summary: 'Revokes one of your keys',
    permission: 'self:access', params: accessParams, exampleParams: { id: 'k7f2-8' },
    success: { status: 204, what: 'It is void.', body: null },
    handle: (ask, api) => revoke(api, ask, 'revoke-key'),
  }),
];

type IdAsk = Parameters<typeof callerIn>[0] & { readonly address: string; readonly params: { id: AccessId } };

async function revoke(api: Api, ask: IdAsk, kind: 'revoke-session' | 'revoke-key'): Promise<Answer> {
  const frame = await changeAccess(api, ask, callerIn(ask), { kind, accessId: ask.params.id });
  if (frame['taken'] !== true) throw new Problem('not-found', `You have nothing under the id ${ask.params.id}.`);
  return { status: 204 };
}

async function tokensFor(api: Api, frame: Frame | 'stale', secret: string): Promise<Answer> {
  if (frame === 'stale' || frame.type !== 'api-welcome') {
    const reason = frame === 'stale' ? 'unknown-or-wrong' : String(frame['reason']);
    const retryAfterMs = frame === 'stale' ? null : frame['retryAfterMs'];
    throw accessRefused(reason, retryAfterMs);
  }
  const accessId = frame['accessId'] as AccessId;
  const { token, expiresAtMs } = await api.tokens.issue(
    { userId: userId(String(frame['userId'])), accessId }, api.nowMs());
  return {
    status: 200, headers: { 'cache-control': 'no-store' },
    body: {
      tokenType: 'Bearer', accessToken: token, expiresAt: new Date(expiresAtMs).toISOString(),
      refreshToken: api.tokens.refreshToken(accessId, secret), sessionId: accessId,
    },
  };
}
