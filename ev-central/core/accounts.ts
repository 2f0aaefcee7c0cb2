// Accounts as people make and mend them: registration and its e-mail verification, new passwords, personal data, and
// forgetting it. An answer to somebody who is not logged in does not tell whose address is known.
import { assertNever } from '../../shared/assert.ts';
import type { UserId } from '../../shared/ids.ts';
import type { NewCode } from '../../shared/messages/accounts.ts';
import type { Order, OrderKind } from '../../shared/messages/orders.ts';
import { formatMoney } from '../../shared/money.ts';
import { isZone } from '../../shared/zone.ts';
import { type AccountCode, type Person, vehicleKey } from './account-rows.ts';
import type { Deadline } from './deadlines.ts';
import { revokeKeys } from './key-ring.ts';
import { clearFailures } from './lockout.ts';
import { sendMail } from './mails.ts';
import { done, refused, type Result } from './order-result.ts';
import { putOutDriver } from './people.ts';
import type { User } from './rows.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';

type OrderOf<K extends OrderKind> = Extract<Order, { kind: K }>;
export type AccountOrder = OrderOf<
  'register' | 'put-person' | 'send-code' | 'verify-email' | 'reset-password' | 'change-password' | 'forget-person'
>;

const HOUR_MS = 3_600_000;
export const VERIFY_LIFE_MS = 24 * HOUR_MS;
export const RESET_LIFE_MS = HOUR_MS;
/** Accounts that wait for their first code; more are refused until some have expired. */
export const MOST_WAITING = 1_000;
const BAD_CODE = 'this code is wrong, was used, or has expired';

export function accountOrder(step: Step, order: AccountOrder): Result {
  switch (order.kind) {
    case 'register': return register(step, order);
    case 'put-person': return putPerson(step, order);
    case 'send-code': return sendCode(step, order);
    case 'verify-email': return verifyEmail(step, order);
    case 'reset-password': return resetPassword(step, order);
    case 'change-password': {
      if (step.state.users.get(order.userId) === undefined) return refused(`no such user: ${order.userId}`);
      setPassword(step, order.userId, order.passwordHash);
      return done(`the password of ${order.userId} is changed; all log-ins are ended`);
    }
    case 'forget-person': return forgetPerson(step, order);
    default: return assertNever(order, 'order about an account');
  }
}

function register(step: Step, { userId, passwordHash, person, currency, code }: OrderOf<'register'>): Result {
  const { users, accountCodes } = step.state;
  if (!isZone(person.timeZone)) return refused(badZone(person.timeZone));
  if (users.get(userId) !== undefined) return refused(`the id ${userId} is taken`);
  const waiting = [...accountCodes.values()].filter((each) => each.activates).length;
  if (waiting >= MOST_WAITING) return refused('too many registrations wait for their verification: try again later');
  const text = `a code was sent to the address of ${userId}: the account is active once it is given back`;
  const owner = verifiedOwner(step.state, person.email);
  if (owner !== undefined) {
    sendMail(step, owner.userId, 'already-registered', null);
    return done(text);
  }
  users.put({
    userId, role: 'user', active: false, priorityClass: 'normal', currency,
    limits: { sessionsAtOnce: 1, maxPowerW: null, hours: null }, passwordHash, pinHash: null, balanceMinor: 0,
    heldMinor: 0, noticeNumber: 0, readingKeyId: null,
  });
  step.state.persons.put({ ...person, userId, emailVerified: false });
  giveCode(step, { userId, purpose: 'verify-email', activates: true }, code);
  return done(text);
}

function putPerson(step: Step, { userId, person, code }: OrderOf<'put-person'>): Result {
  const { users, persons } = step.state;
  if (users.get(userId) === undefined) return refused(`no such user: ${userId}`);
  if (!isZone(person.timeZone)) return refused(badZone(person.timeZone));
  const known = persons.get(userId);
  const isSame = known !== undefined && sameAddress(known.email, person.email);
  persons.put({ ...person, userId, emailVerified: isSame && known.emailVerified });
  if (isSame) return done(`the personal data of ${userId} is changed`);
  const activates = removeCodes(step, userId, ['verify-email', 'reset-password']);
  giveCode(step, { userId, purpose: 'verify-email', activates }, code);
  return done(`the personal data of ${userId} is changed; a code was sent to the new address`);
}

function sendCode(step: Step, { who, purpose, code }: OrderOf<'send-code'>): Result {
  const text = 'if there is such an account, a code was sent to its address';
  const person = personOf(step.state, who, purpose);
  // Who has verified her address needs no code for it; whose is not verified gets none for a new password.
  if (person === undefined || person.emailVerified !== (purpose === 'reset-password')) return done(text);
  if (step.state.users.get(person.userId) === undefined) return done(text);
  const activates = purpose === 'verify-email' && waitsForCode(step.state, person.userId);
  giveCode(step, { userId: person.userId, purpose, activates }, code);
  return done(text);
}

function verifyEmail(step: Step, { codeSha256 }: OrderOf<'verify-email'>): Result {
  const { users, persons } = step.state;
  const code = codeOf(step, codeSha256, 'verify-email');
  const person = code === undefined ? undefined : persons.get(code.userId);
  const user = code === undefined ? undefined : users.get(code.userId);
  if (code === undefined || person === undefined || user === undefined) return refused(BAD_CODE);
  if (verifiedOwner(step.state, person.email) !== undefined) return refused('another account has this address');
  removeCodes(step, code.userId, ['verify-email']);
  persons.put({ ...person, emailVerified: true });
  if (code.activates) users.put({ ...user, active: true });
  return done(`the address of ${code.userId} is verified`);
}

function resetPassword(step: Step, { codeSha256, passwordHash }: OrderOf<'reset-password'>): Result {
  const code = codeOf(step, codeSha256, 'reset-password');
  if (code === undefined || step.state.users.get(code.userId) === undefined) return refused(BAD_CODE);
  setPassword(step, code.userId, passwordHash);
  clearFailures(step, `user:${code.userId}`);
  return done(`the password of ${code.userId} is changed; all log-ins are ended`);
}

/** A new password ends log-ins and changes the reading key; the second factor stays. */
function setPassword(step: Step, userId: UserId, passwordHash: string): void {
  removeCodes(step, userId, ['reset-password']);
  revokeKeys(step, userId, ['login', 'reading']);
  step.state.users.put({ ...step.state.users.must(userId), passwordHash, readingKeyId: null });
  putOutDriver(step, userId);
  if (step.state.persons.get(userId)?.emailVerified === true) sendMail(step, userId, 'password-changed', null);
}

/** Money, tickets and sessions stay, by id; whatever says who she is goes, and the account lets nobody in any more. */
function forgetPerson(step: Step, { userId }: OrderOf<'forget-person'>): Result {
  const { users, sessionIndex } = step.state;
  const user = users.get(userId);
  if (user === undefined) return refused(`no such user: ${userId}`);
  if (sessionIndex.ofDriver(userId).size > 0) return refused(`${userId} has an open session: end it first`);
  revokeKeys(step, userId, ['login', 'reading']);
  putOutDriver(step, userId);
  users.put({ ...user, active: false, passwordHash: null, pinHash: null, readingKeyId: null });
  removePersonalData(step, userId);
  const rest = user.balanceMinor === 0 ? '' : `; the balance is ${formatMoney(user.balanceMinor, user.currency)}`;
  return done(`what was known of ${userId} is forgotten; money and tickets stay by id${rest}`);
}

/** Everything about a person that is not her account. */
export function removePersonalData(step: Step, userId: UserId): void {
  const { persons, vehicles, tokens, mails, secondFactors } = step.state;
  persons.remove(userId);
  secondFactors.remove(userId);
  removeCodes(step, userId, ['verify-email', 'reset-password']);
  for (const row of [...vehicles.values()]) if (row.userId === userId) vehicles.remove(vehicleKey(row));
  for (const row of [...tokens.values()]) if (row.userId === userId) tokens.remove(row.tokenId);
  for (const row of [...mails.values()]) if (row.userId === userId) mails.remove(row.mailId);
}

/** An account whose first code has expired was never anybody's. */
export function codeDue(step: Step, due: Deadline): void {
  const { accountCodes, users, persons } = step.state;
  const code = accountCodes.get(due.id);
  if (code === undefined || code.expiresAtMs !== due.dueMs) return;
  accountCodes.remove(code.sha256);
  if (!code.activates || waitsForCode(step.state, code.userId)) return;
  const user = users.get(code.userId);
  if (user === undefined || user.active || persons.get(code.userId)?.emailVerified === true) return;
  if (user.balanceMinor !== 0) return;
  removePersonalData(step, code.userId);
  users.remove(code.userId);
}

export function codeDeadlines({ accountCodes, deadlines }: State, notBeforeMs: number): void {
  for (const code of accountCodes.values()) deadlines.add('account-code', code.sha256, code.expiresAtMs, notBeforeMs);
}

function giveCode(step: Step, about: Pick<AccountCode, 'userId' | 'purpose' | 'activates'>, code: NewCode): void {
  if (!sendMail(step, about.userId, about.purpose, code.text)) return;
  removeCodes(step, about.userId, [about.purpose]);
  const lifeMs = about.purpose === 'verify-email' ? VERIFY_LIFE_MS : RESET_LIFE_MS;
  const row: AccountCode = { ...about, sha256: code.sha256, expiresAtMs: step.now + lifeMs };
  step.state.accountCodes.put(row);
  step.state.deadlines.add('account-code', row.sha256, row.expiresAtMs);
}

/** Removes a person's codes; true when one of them was to make the account active. */
function removeCodes(step: Step, userId: UserId, purposes: readonly AccountCode['purpose'][]): boolean {
  let activates = false;
  for (const row of [...step.state.accountCodes.values()]) {
    if (row.userId !== userId || !purposes.includes(row.purpose)) continue;
    activates ||= row.activates;
    step.state.accountCodes.remove(row.sha256);
  }
  return activates;
}

function codeOf({ state, now }: Step, sha256: string, purpose: AccountCode['purpose']): AccountCode | undefined {
  const code = state.accountCodes.get(sha256);
  return code !== undefined && code.purpose === purpose && code.expiresAtMs > now ? code : undefined;
}

function waitsForCode({ accountCodes }: State, userId: User['userId']): boolean {
  return [...accountCodes.values()].some((code) => code.userId === userId && code.activates);
}

function verifiedOwner({ persons }: State, email: string): Person | undefined {
  return [...persons.values()].find((person) => person.emailVerified && sameAddress(person.email, email));
}

/** By id, or by an address: a verified one's owner first. */
function personOf(state: State, who: string, purpose: AccountCode['purpose']): Person | undefined {
  const byId = state.persons.get(who as UserId);
  if (byId !== undefined) return byId;
  if (purpose === 'reset-password') return verifiedOwner(state, who);
  return [...state.persons.values()].find((person) => !person.emailVerified && sameAddress(person.email, who));
}

function sameAddress(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function badZone(timeZone: string): string {
  return `no such time zone: ${timeZone} (use a name such as Europe/Madrid)`;
}
