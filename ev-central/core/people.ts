// Log-ins of drivers and operators, and PINs at a point: lock-outs first, then the password is compared outside, and
// the answer comes back as an input; access.ts decides about it.
import type { ConnectionId, KeyId } from '../../shared/ids.ts';
import { type Access, type AccessRefused, type Comparison, lockedOut, toCompare } from './access.ts';
import { type ApiLogin, revokeApiSessions, welcomeApi } from './api-access.ts';
import { bearerOf } from './belongings.ts';
import { requestCharge } from './charge-request.ts';
import type { Input } from './inputs.ts';
import { grantKey, keyGrant } from './key-ring.ts';
import { clearFailures, countFailure, lockedUntil } from './lockout.ts';
import { may } from './permissions.ts';
import type { RequestRecord, User } from './rows.ts';
import type { PendingCheck } from './state.ts';
import { audit, emit, type Step } from './step.ts';

type LinkLogin = Extract<Input, { kind: 'login' }>;
type Login = LinkLogin | ApiLogin;
type LocalRequest = Extract<Input, { kind: 'local-request' }>;

export function login(step: Step, input: Login): void {
  const locked = lockedOut(step, input);
  if (locked === null) check(step, input, toCompare(step, { userId: input.userId, proofBy: proofOf(input) }));
  else refuseLogin(step, input, locked);
}

/** A request at the point itself, with a PIN; it never goes over Kafka. A card's uid does for its person's id. */
export function localRequest(step: Step, given: LocalRequest): void {
  const { users } = step.state;
  const bearer = users.get(given.driverId) === undefined ? bearerOf(step.state, given.driverId, step.now) : undefined;
  const input = bearer === undefined ? given : { ...given, driverId: bearer };
  if (answerAgain(step, input)) return;
  if (lockedUntil(step, guessersOf(step, input)) !== undefined) {
    answerLocal(step, input, { outcome: 'refused', reason: 'locked-out' });
    return;
  }
  const hash = step.state.users.get(input.driverId)?.pinHash ?? null;
  check(step, input, { hash, secondFactor: null, loginKeyBase64: null });
}

export function driverGone(step: Step, connectionId: ConnectionId): void {
  const link = step.state.driverLinks.get(connectionId);
  if (link === undefined) return;
  step.state.driverLinks.delete(connectionId);
  const left = (step.state.logIns.get(link.userId) ?? 1) - 1;
  if (left === 0) step.state.logIns.delete(link.userId);
  else step.state.logIns.set(link.userId, left);
}

/** Ends a person's log-ins: her keys are void, and she has to hear why nothing of hers is taken any more. */
export function putOutDriver(step: Step, userId: User['userId']): void {
  revokeApiSessions(step, userId);
  for (const { connectionId, userId: who } of step.state.driverLinks.values()) {
    if (who !== userId) continue;
    emit(step, {
      kind: 'frame', connectionId, re: null,
      frame: { type: 'refused-driver', reason: 'key-revoked', text: '', retryAfterMs: null },
    });
    emit(step, { kind: 'close', connectionId, reason: 'refused' });
  }
}

/** Has a password or PIN compared outside; password-checked.ts goes on with what was found. */
export function check(step: Step, pending: PendingCheck, compare: Comparison): void {
  const checkId = step.state.nextCheckId++;
  step.state.checks.set(checkId, pending);
  emit(step, { kind: 'check-password', checkId, connectionId: pending.connectionId, ...compare });
}

/** Over the REST API a refreshed token goes on by itself. */
function proofOf(input: Login): KeyId | null {
  return input.purpose === 'api' ? null : input.proofBy ?? null;
}

export function finishLogin(step: Step, input: Login, access: Access): void {
  if (!access.granted) {
    refuseLogin(step, input, access);
    return;
  }
  const { user } = access;
  if (input.purpose === 'operator' && !may(user.role, 'tools.use')) {
    refuseLogin(step, input, { reason: 'role-not-allowed', retryAfterMs: null });
    return;
  }
  auditLogin(step, input, 'done');
  if (input.purpose === 'driver') welcomeDriver(step, input, user);
  else if (input.purpose === 'api') welcomeApi(step, input, user);
  else {
    emit(step, {
      kind: 'frame', connectionId: input.connectionId, re: input.re,
      frame: { type: 'welcome-operator', taken: true, role: user.role, reason: null, text: '' },
    });
  }
}

function welcomeDriver(step: Step, input: LinkLogin, user: User): void {
  const { state, now } = step;
  const loginKey = grantKey(
    step, { kind: 'login', ownerId: user.userId, keyBase64: input.loginKeyBase64 }, state.settings.loginKeyLifeMs,
  );
  const known = user.readingKeyId === null ? undefined : state.keys.get(user.readingKeyId);
  const readingKey = known !== undefined && known.revokedAtMs === null
    ? known
    : grantKey(step, { kind: 'reading', ownerId: user.userId, keyBase64: input.readingKeyBase64 }, null);
  if (readingKey !== known) state.users.put({ ...user, readingKeyId: readingKey.keyId });
  state.driverLinks.set(input.connectionId, {
    connectionId: input.connectionId, userId: user.userId, address: input.address, sinceMs: now,
  });
  state.logIns.set(user.userId, (state.logIns.get(user.userId) ?? 0) + 1);
  emit(step, {
    kind: 'frame', connectionId: input.connectionId, re: input.re,
    frame: {
      type: 'welcome-driver', loginKey: keyGrant(loginKey), readingKey: keyGrant(readingKey),
      topicPrefix: state.settings.topicPrefix, partitions: state.settings.partitions, lastNotice: user.noticeNumber,
      balanceMinor: user.balanceMinor, heldMinor: user.heldMinor, currency: user.currency,
    },
  });
  emit(step, {
    kind: 'missed-notices', connectionId: input.connectionId, userId: user.userId, after: input.lastNotice,
  });
}

export function finishLocalRequest(step: Step, input: LocalRequest, ok: boolean): void {
  // The same request again, while its PIN was being compared.
  if (answerAgain(step, input)) return;
  const user = step.state.users.get(input.driverId);
  if (!ok || user === undefined) {
    countFailure(step, guessersOf(step, input));
    audit(step, {
      who: input.driverId, address: step.state.monitorPoints.get(input.connectionId) ?? '', action: 'local-request',
      outcome: 'wrong-pin',
    });
    answerLocal(step, input, { outcome: 'refused', reason: 'wrong-pin' });
    return;
  }
  if (lockedUntil(step, guessersOf(step, input)) !== undefined) {
    answerLocal(step, input, { outcome: 'refused', reason: 'locked-out' });
    return;
  }
  clearFailures(step, `pin:${input.driverId}`);
  const pointId = step.state.monitorPoints.get(input.connectionId);
  if (pointId === undefined) return;
  const { requestId, driverId, corr, goal, connectorNo } = input;
  const answer = requestCharge(step, {
    requestId, driverId, corr, goal, target: { kind: 'point', pointId, connectorNo },
    fit: { connectorType: null, minPowerW: null }, mayQueue: true, atPoint: true,
  });
  const told: LocalAnswer = answer.outcome === 'refused'
    ? { outcome: 'refused', reason: answer.reason }
    : { outcome: answer.outcome, reason: null };
  step.state.requests.put({ ...step.state.requests.must(requestId), answer: told });
  answerLocal(step, input, told);
}

/** Who is locked out by a wrong PIN: the driver, and the point, where one PIN may be tried with many drivers. */
function guessersOf(step: Step, input: LocalRequest): string[] {
  const pointId = step.state.monitorPoints.get(input.connectionId);
  return [`pin:${input.driverId}`, ...(pointId === undefined ? [] : [`pinat:${pointId}`])];
}

/** A request that was decided before gets the same answer, and changes nothing. False: it is a new one. */
function answerAgain(step: Step, input: LocalRequest): boolean {
  const known = step.state.requests.get(input.requestId);
  if (known === undefined) return false;
  const isHers = known.driverId === input.driverId && known.answer !== null;
  answerLocal(step, input, isHers ? known.answer : { outcome: 'refused', reason: 'not-yours' });
  return true;
}

type LocalAnswer = NonNullable<RequestRecord['answer']>;

function answerLocal(step: Step, input: LocalRequest, answer: LocalAnswer): void {
  emit(step, {
    kind: 'frame', connectionId: input.connectionId, re: input.re,
    // Whoever shows it adds the words, from the one catalogue.
    frame: { type: 'local-answer', requestId: input.requestId, ...answer, text: '' },
  });
}

function refuseLogin(step: Step, input: Login, { reason, retryAfterMs }: AccessRefused): void {
  auditLogin(step, input, reason);
  const frame = input.purpose === 'operator'
    ? { type: 'welcome-operator', taken: false, role: null, reason, text: '' }
    : { type: `refused-${input.purpose}`, reason, text: '', retryAfterMs };
  emit(step, { kind: 'frame', connectionId: input.connectionId, re: input.re, frame });
}

function auditLogin(step: Step, input: Login, outcome: string): void {
  audit(step, { who: input.userId, address: input.address, action: `login-${input.purpose}`, outcome });
}
