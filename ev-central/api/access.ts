// Who calls: a person with an access token, or a machine with a key. A good signature is not enough: whether the log-in
// or key still stands, and what role its person has now, is looked up in memory each time.
import type { AccessId, UserId } from '../../shared/ids.ts';
import type { Role } from '../../shared/messages/values.ts';
import { liveKey, liveSession } from '../core/api-access.ts';
import type { State } from '../core/state.ts';
import { mayDo, type Permission } from './permission.ts';
import { Problem } from './problem.ts';
import { readKey, sameText, sha256, type Tokens } from './tokens.ts';

export type Caller = {
  readonly userId: UserId;
  readonly role: Role;
  readonly accessId: AccessId;
  readonly by: 'token' | 'key';
  /** Of a key: what it may do at most. */
  readonly scopes: readonly string[] | null;
};

export type Credentials = { readonly bearer: string | undefined; readonly key: string | undefined };

const CHALLENGE = { 'www-authenticate': 'Bearer realm="ev-network"' };

/** Who calls; undefined when nothing was given. Throws a problem for what is not valid. */
export async function callerOf(
  { bearer, key }: Credentials, { state, tokens, nowMs }: { state: State; tokens: Tokens; nowMs: number },
): Promise<Caller | undefined> {
  if (key !== undefined) return machine(key, state, nowMs);
  if (bearer === undefined) return undefined;
  const claims = bearer.length <= 4_096 ? await tokens.verify(bearer, nowMs) : undefined;
  const session = claims === undefined ? undefined : liveSession(state, claims.accessId, nowMs);
  const user = session === undefined ? undefined : state.users.get(session.userId);
  if (claims === undefined || session === undefined || user === undefined || session.userId !== claims.userId) {
    throw notAuthenticated('The access token is not valid, or its log-in is over: refresh it, or log in again.');
  }
  return { userId: user.userId, role: user.role, accessId: session.accessId, by: 'token', scopes: null };
}

/** Does the log-in or key of a caller still stand? For streams, which live longer than a request. */
export function stillStands(caller: Caller, state: State, nowMs: number): boolean {
  const live = caller.by === 'key' ? liveKey(state, caller.accessId, nowMs)
    : liveSession(state, caller.accessId, nowMs);
  return live !== undefined && state.users.get(caller.userId)?.role === caller.role;
}

/** Throws unless the caller may do this. */
export function insistOn(caller: Caller | undefined, permission: Permission): Caller {
  if (caller === undefined) throw notAuthenticated('This needs an access token or a key: log in first.');
  if (!mayDo(caller.role, permission)) {
    throw new Problem('forbidden', `The role ${caller.role} may not do this (${permission}).`,
      { reason: 'role-not-allowed' });
  }
  if (caller.scopes !== null && !caller.scopes.includes(permission)) {
    throw new Problem('forbidden', `This key has no scope ${permission}.`, { reason: 'scope-missing' });
  }
  return caller;
}

/** The token of an Authorization header. */
export function bearerOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
  if (token === undefined) throw notAuthenticated('The Authorization header must be "Bearer TOKEN".');
  return token;
}

function machine(text: string, state: State, nowMs: number): Caller {
  const read = readKey(text);
  const key = read === undefined ? undefined : liveKey(state, read.accessId, nowMs);
  const user = key === undefined ? undefined : state.users.get(key.userId);
  if (read === undefined || key === undefined || user === undefined
    || !sameText(sha256(read.secret), key.secretSha256)) {
    throw notAuthenticated('This key is not valid, or it was revoked.');
  }
  return { userId: user.userId, role: user.role, accessId: key.accessId, by: 'key', scopes: key.scopes };
}

function notAuthenticated(detail: string): Problem {
  return new Problem('not-authenticated', detail, {}, CHALLENGE);
}
