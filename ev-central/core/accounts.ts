// Orders about people's accounts: profile, address, password, log-ins, and forgetting a person.
import { userWallet } from '../../shared/account.ts';
import { assertNever } from '../../shared/assert.ts';
import type { UserId } from '../../shared/ids.ts';
import type { Order, OrderKind } from '../../shared/messages/orders.ts';
import { formatMoney } from '../../shared/money.ts';
import { isZone } from '../../shared/zone.ts';
import { dropCodes, giveCode } from './account-codes.ts';
import { type Person, vehicleKey } from './account-rows.ts';
import { whyInvoicesNeed } from './invoices.ts';
import { revokeKeys } from './key-ring.ts';
import { sameAddress, sendMail } from './mails.ts';
import { done, refused, type Result } from './order-result.ts';
import { putOutDriver } from './people.ts';
import { whyReservationsNeed } from './reservation-series.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';

type OrderOf<K extends OrderKind> = Extract<Order, { kind: K }>;
export type AccountOrder = OrderOf<
  'put-person' | 'change-email' | 'send-reset-code' | 'change-password' | 'forget-person' | 'end-log-ins'
>;

export function accountOrder(step: Step, order: AccountOrder): Result {
  const { userId } = order;
  if (step.state.users.get(userId) === undefined) return refused(`no such user: ${userId}`);
  switch (order.kind) {
    case 'put-person': return putPerson(step, order);
    case 'change-email': return changeEmail(step, order);
    case 'send-reset-code': return sendResetCode(step, userId);
    case 'change-password':
      setPassword(step, userId, order.passwordHash);
      return done(`the password of ${userId} is changed; all log-ins are ended`);
    case 'end-log-ins':
      putOutDriver(step, userId);
      return done(`all log-ins of ${userId} are ended`);
    case 'forget-person': return forgetPerson(step, userId);
    default: return assertNever(order, 'order about an account');
  }
}

function putPerson(step: Step, { userId, profile }: OrderOf<'put-person'>): Result {
  if (!isZone(profile.timeZone)) {
    return refused(`no such time zone: ${profile.timeZone} (use a name such as Europe/Madrid)`);
  }
  step.state.persons.put({ ...personOf(step.state, userId), ...profile });
  return done(`the profile of ${userId} is changed`);
}

function changeEmail(step: Step, { userId, email }: OrderOf<'change-email'>): Result {
  const person = personOf(step.state, userId);
  if (sameAddress(person.email, email)) return refused(`this is the address of ${userId} already`);
  // The letter has to find a person when its code comes back.
  step.state.persons.put(person);
  const { language } = person;
  const owner = ownerOf(step.state, email);
  if (owner === undefined) {
    giveCode(step, { userId, purpose: 'verify-email', email, registration: null, language });
  } else {
    sendMail(step, { userId: owner.userId, what: 'already-registered', email, language: owner.language });
  }
  return done(`a letter was sent to the new address of ${userId}: it counts once its code is given back`);
}

function sendResetCode(step: Step, userId: UserId): Result {
  if (!askResetCode(step, personOf(step.state, userId))) return refused(`no address of ${userId} is known`);
  return done(`a code for a new password of ${userId} was sent`);
}

/** Sends a code for a new password; false: no address is known. */
export function askResetCode(step: Step, { userId, email, language }: Person): boolean {
  if (email === null || step.state.users.get(userId) === undefined) return false;
  giveCode(step, { userId, purpose: 'reset-password', email, registration: null, language });
  return true;
}

/** A new password ends log-ins and changes the reading key; the second factor stays. */
export function setPassword(step: Step, userId: UserId, passwordHash: string): void {
  dropCodes(step.state, userId, ['reset-password']);
  revokeKeys(step, userId, ['login', 'reading']);
  step.state.users.put({ ...step.state.users.must(userId), passwordHash, readingKeyId: null });
  putOutDriver(step, userId);
  const { email, language } = personOf(step.state, userId);
  if (email !== null) sendMail(step, { userId, what: 'password-changed', email, language });
}

/** Money, tickets and sessions stay, by id; whatever says who she is goes, and the account lets nobody in any more. */
function forgetPerson(step: Step, userId: UserId): Result {
  const { users, groups, sessionIndex } = step.state;
  const user = users.must(userId);
  if (sessionIndex.ofDriver(userId).size > 0) return refused(`${userId} has an open session: end it first`);
  const group = [...groups.values()].find(({ members }) => members.some((member) => member.userId === userId));
  if (group !== undefined) return refused(`${userId} is a member of the group ${group.groupId}: take her out first`);
  if (user.balanceMinor < 0) {
    const owed = formatMoney(-user.balanceMinor, user.currency);
    return refused(`${userId} owes ${owed}: it has to be paid, or written off, first`);
  }
  const needed = whyReservationsNeed(step.state, userId) ?? whyInvoicesNeed(step.state, userWallet(userId));
  if (needed !== null) return refused(needed);
  revokeKeys(step, userId, ['login', 'reading']);
  putOutDriver(step, userId);
  users.put({ ...user, active: false, passwordHash: null, pinHash: null, readingKeyId: null });
  removePersonalData(step, userId);
  const rest = user.balanceMinor === 0 ? '' : `; the balance is ${formatMoney(user.balanceMinor, user.currency)}`;
  return done(`what was known of ${userId} is forgotten; money and tickets stay by id${rest}`);
}

/**
 * Everything about a person that is not her account, and the plan that would go on being paid. Log-ins name addresses
 * and devices, keys what she calls them.
 */
export function removePersonalData(step: Step, userId: UserId): void {
  const { persons, vehicles, tokens, mails, secondFactors, billingDetails, lockouts } = step.state;
  const { apiSessions, apiKeys, subscriptions, contactPreferences } = step.state;
  persons.remove(userId);
  secondFactors.remove(userId);
  billingDetails.remove(userWallet(userId));
  subscriptions.remove(userId);
  contactPreferences.remove(userId);
  for (const who of [`user:${userId}`, `pin:${userId}`]) lockouts.remove(who);
  dropCodes(step.state, userId, ['verify-email', 'reset-password']);
  for (const row of [...vehicles.values()]) if (row.userId === userId) vehicles.remove(vehicleKey(row));
  for (const row of [...tokens.values()]) if (row.userId === userId) tokens.remove(row.tokenId);
  for (const row of [...mails.values()]) if (row.userId === userId) mails.remove(row.mailId);
  for (const row of [...apiSessions.values()]) if (row.userId === userId) apiSessions.remove(row.accessId);
  for (const row of [...apiKeys.values()]) if (row.userId === userId) apiKeys.remove(row.accessId);
}

/** Who has proved that an address is hers. */
export function ownerOf({ persons }: State, email: string): Person | undefined {
  for (const person of persons.values()) if (sameAddress(person.email, email)) return person;
  return undefined;
}

/** What is known of a person: of an account that an operator made, nothing at first. */
export function personOf({ persons }: State, userId: UserId): Person {
  return persons.get(userId) ?? { userId, name: '', email: null, language: 'en', timeZone: 'UTC' };
}
