// Who may use the REST API: log-ins whose refresh token changes at each use, and keys of machines. A refresh token that
// comes a second time was stolen, by whoever came first or now: the whole log-in is over.
import { assertNever } from '../../shared/assert.ts';
import { type AccessId, accessId, type UserId } from '../../shared/ids.ts';
import type { ApiKey, ApiSession } from './api-rows.ts';
import type { Input } from './inputs.ts';
import type { User } from './rows.ts';
import type { State } from './state.ts';
import { audit, emit, nextId, type Step } from './step.ts';

export type ApiLogin = Extract<Input, { kind: 'api-login' }>;
type Access = Extract<Input, { kind: 'api-access' }>;
type Change<K extends Access['change']['kind']> = Extract<Access['change'], { kind: K }>;

/** More log-ins or keys of one person are no person's: the oldest log-in goes, a further key is refused. */
export const SESSIONS_OF_USER = 20;
export const KEYS_OF_USER = 50;
/** What is over stays this long, so that a stolen token is still recognised and the list shows what was. */
const OVER_KEPT_MS = 24 * 3_600_000;

/** The log-in was right: a session begins. */
export function welcomeApi(step: Step, input: ApiLogin, user: User): void {
  const { state, now } = step;
  forgetOver(step);
  const hers = [...state.apiSessions.values()].filter((each) => each.userId === user.userId);
  for (const { accessId: id } of hers.slice(0, Math.max(0, hers.length - SESSIONS_OF_USER + 1))) {
    state.apiSessions.remove(id);
  }
  const session: ApiSession = {
    accessId: accessId(nextId(step)), userId: user.userId, refreshSha256: input.refreshSha256, createdAtMs: now,
    usedAtMs: now, expiresAtMs: now + input.lifeMs, revokedAtMs: null, address: input.address, agent: input.agent,
  };
  state.apiSessions.put(session);
  answer(step, input, { type: 'api-welcome', accessId: session.accessId, userId: user.userId });
}

export function changeAccess(step: Step, input: Access): void {
  const { change } = input;
  switch (change.kind) {
    case 'refresh': return refresh(step, input, change);
    case 'revoke-session': return revokeSession(step, input, change);
    case 'make-key': return makeKey(step, input, change);
    case 'revoke-key': return revokeKey(step, input, change);
    default: assertNever(change, 'change of access');
  }
}

/** The session under this id, when it is good now and its person may still log in. */
export function liveSession(state: State, id: AccessId, nowMs: number): ApiSession | undefined {
  const session = state.apiSessions.get(id);
  return session !== undefined && isGood(session, nowMs) && isActive(state, session.userId) ? session : undefined;
}

/** The key under this id, when it is good now and its owner may still log in. */
export function liveKey(state: State, id: AccessId, nowMs: number): ApiKey | undefined {
  const key = state.apiKeys.get(id);
  return key !== undefined && isGood(key, nowMs) && isActive(state, key.userId) ? key : undefined;
}

/** Ends all log-ins of a person over HTTP. */
export function revokeApiSessions({ state, now }: Step, userId: UserId): number {
  const open = [...state.apiSessions.values()].filter((each) => each.userId === userId && each.revokedAtMs === null);
  for (const session of open) state.apiSessions.put({ ...session, revokedAtMs: now });
  return open.length;
}

/** Ends all keys of a person's machines. */
export function revokeApiKeys({ state, now }: Step, userId: UserId): number {
  const open = [...state.apiKeys.values()].filter((each) => each.userId === userId && each.revokedAtMs === null);
  for (const key of open) state.apiKeys.put({ ...key, revokedAtMs: now });
  return open.length;
}

function refresh(step: Step, input: Access, { accessId: id, given, next }: Change<'refresh'>): void {
  const { state, now } = step;
  const session = liveSession(state, id, now);
  if (session === undefined) return answer(step, input, { type: 'refused-api', reason: 'key-revoked' });
  if (session.refreshSha256 !== given) {
    state.apiSessions.put({ ...session, revokedAtMs: now });
    audit(step, {
      who: session.userId, address: input.address, action: 'api-refresh', outcome: 'used twice: log-in revoked',
      parameters: { accessId: id },
    });
    return answer(step, input, { type: 'refused-api', reason: 'key-revoked' });
  }
  state.apiSessions.put({ ...session, refreshSha256: next, usedAtMs: now });
  answer(step, input, { type: 'api-welcome', accessId: id, userId: session.userId });
}

function revokeSession(step: Step, input: Access, { accessId: id }: Change<'revoke-session'>): void {
  const session = step.state.apiSessions.get(id);
  const taken = session !== undefined && session.userId === input.by;
  if (taken && session.revokedAtMs === null) {
    step.state.apiSessions.put({ ...session, revokedAtMs: step.now });
    note(step, input, 'api-session-revoke', { accessId: id });
  }
  answer(step, input, { type: 'api-changed', taken, accessId: id });
}

function makeKey(step: Step, input: Access, change: Change<'make-key'>): void {
  const { by } = input;
  const hers = [...step.state.apiKeys.values()].filter((each) => each.userId === by && each.revokedAtMs === null);
  if (by === null || hers.length >= KEYS_OF_USER) {
    return answer(step, input, { type: 'api-changed', taken: false, accessId: null });
  }
  forgetOver(step);
  const { name, scopes, secretSha256, expiresAtMs } = change;
  const key: ApiKey = {
    accessId: accessId(nextId(step)), userId: by, name, scopes, secretSha256, createdAtMs: step.now, expiresAtMs,
    revokedAtMs: null,
  };
  step.state.apiKeys.put(key);
  note(step, input, 'api-key-create', { accessId: key.accessId, name, scopes });
  answer(step, input, { type: 'api-changed', taken: true, accessId: key.accessId });
}

function revokeKey(step: Step, input: Access, { accessId: id }: Change<'revoke-key'>): void {
  const key = step.state.apiKeys.get(id);
  const taken = key !== undefined && key.userId === input.by;
  if (taken && key.revokedAtMs === null) {
    step.state.apiKeys.put({ ...key, revokedAtMs: step.now });
    note(step, input, 'api-key-revoke', { accessId: id, name: key.name });
  }
  answer(step, input, { type: 'api-changed', taken, accessId: id });
}

function note(step: Step, { by, address }: Access, action: string, parameters: Record<string, unknown>): void {
  audit(step, { who: by ?? '', address, action, outcome: 'done', parameters });
}

function isGood({ expiresAtMs, revokedAtMs }: Pick<ApiKey, 'expiresAtMs' | 'revokedAtMs'>, nowMs: number): boolean {
  return revokedAtMs === null && (expiresAtMs === null || expiresAtMs > nowMs);
}

function isActive(state: State, userId: UserId): boolean {
  return state.users.get(userId)?.active === true;
}

function forgetOver({ state: { apiSessions, apiKeys }, now }: Step): void {
  const isOver = (row: Pick<ApiKey, 'expiresAtMs' | 'revokedAtMs'>): boolean =>
    Math.min(row.expiresAtMs ?? Infinity, row.revokedAtMs ?? Infinity) < now - OVER_KEPT_MS;
  for (const row of [...apiSessions.values()]) if (isOver(row)) apiSessions.remove(row.accessId);
  for (const row of [...apiKeys.values()]) if (isOver(row)) apiKeys.remove(row.accessId);
}

function answer(
  step: Step, { connectionId, re }: Access | ApiLogin, frame: { type: string } & Record<string, unknown>,
): void {
  emit(step, { kind: 'frame', connectionId, re, frame });
}
