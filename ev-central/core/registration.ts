// What somebody does who is not logged in: asks for an account or a new password, and brings the code from the letter.
// An answer does not tell whose address is known: what differs, only the letter says.
import { assertNever } from '../../shared/assert.ts';
import type { UserId } from '../../shared/ids.ts';
import { isZone } from '../../shared/zone.ts';
import { codeFor, dropCodes, giveCode } from './account-codes.ts';
import type { AccountCode } from './account-rows.ts';
import { askResetCode, ownerOf, setPassword } from './accounts.ts';
import type { Input } from './inputs.ts';
import { clearFailures, countFailure, lockedUntil } from './lockout.ts';
import { sameAddress, sendMail } from './mails.ts';
import { audit, emit, type Step } from './step.ts';

type AccountInput = Extract<Input, { kind: 'account' }>;
type Change<K extends AccountInput['change']['kind']> = Extract<AccountInput['change'], { kind: K }>;

/** What is answered. `retryAfterMs` is of a refusal that holds only for a while. */
type Told = {
  readonly outcome: 'done' | 'refused'; readonly reason: AccountRefusal | null; readonly userId: UserId | null;
  readonly retryAfterMs: number | null;
};
export type AccountRefusal =
  | 'registration-closed' | 'locked-out' | 'code-wrong' | 'zone-unknown' | 'id-taken' | 'address-taken' | 'id-missing';

/** Registrations that wait for their code; more are refused in silence until some have expired. */
export const MOST_REGISTRATIONS = 1_000;

export function changeAccount(step: Step, input: AccountInput): void {
  const told = decide(step, input);
  audit(step, {
    who: told.userId ?? '', address: input.address, action: `account-${input.change.kind}`,
    outcome: told.reason === null ? 'done' : `refused: ${told.reason}`,
  });
  emit(step, {
    kind: 'frame', connectionId: input.connectionId, re: input.re, frame: { type: 'account-result', ...told },
  });
}

function decide(step: Step, { change, address }: AccountInput): Told {
  // Whoever asks for letters counts each one; whoever brings codes, the wrong ones.
  const asks = change.kind === 'register' || change.kind === 'ask-reset';
  const who = [asks ? `letters:${address}` : `addr:${address}`];
  const until = lockedUntil(step, who);
  if (until !== undefined) return { ...refused('locked-out'), retryAfterMs: until - step.now };
  if (asks) countFailure(step, who);
  const told = carryOut(step, change);
  if (told.reason === 'code-wrong') countFailure(step, who);
  return told;
}

function carryOut(step: Step, change: AccountInput['change']): Told {
  switch (change.kind) {
    case 'register': return register(step, change);
    case 'ask-reset': return askReset(step, change);
    case 'verify': return verify(step, change);
    case 'reset-password': return resetPassword(step, change);
    default: return assertNever(change, 'change of an account');
  }
}

function register(step: Step, { registration }: Change<'register'>): Told {
  const { accountCodes, settings } = step.state;
  if (settings.registration === 'closed') return refused('registration-closed');
  if (!isZone(registration.timeZone)) return refused('zone-unknown');
  const { email, language } = registration;
  const owner = ownerOf(step.state, email);
  if (owner !== undefined) {
    sendMail(step, { userId: owner.userId, what: 'already-registered', email, language: owner.language });
    return done(null);
  }
  const waiting = [...accountCodes.values()].filter(({ purpose }) => purpose === 'register').length;
  if (waiting < MOST_REGISTRATIONS) {
    giveCode(step, { userId: null, purpose: 'register', email, registration, language });
  }
  return done(null);
}

function askReset(step: Step, { who }: Change<'ask-reset'>): Told {
  const { persons } = step.state;
  const person = ownerOf(step.state, who) ?? persons.get(who as UserId);
  if (person !== undefined) askResetCode(step, person);
  return done(null);
}

function verify(step: Step, { codeId, account }: Change<'verify'>): Told {
  const code = codeId === null ? undefined
    : codeFor(step, codeId, 'register') ?? codeFor(step, codeId, 'verify-email');
  if (code === undefined) return refused('code-wrong');
  if (ownerOf(step.state, code.email) !== undefined) return refused('address-taken');
  return code.userId === null ? openAccount(step, code, account) : confirmEmail(step, code, code.userId);
}

/** Who brings the code chooses id and password, so nobody finds a password there that another one has set. */
function openAccount(step: Step, code: AccountCode, account: Change<'verify'>['account']): Told {
  const { users, persons, accountCodes } = step.state;
  if (account === null || code.registration === null) return refused('id-missing');
  const { userId, passwordHash } = account;
  if (users.get(userId) !== undefined) return refused('id-taken');
  const { name, language, timeZone, currency, email } = code.registration;
  users.put({
    userId, role: 'user', active: true, priorityClass: 'normal', currency,
    limits: { sessionsAtOnce: 1, maxPowerW: null, hours: null }, passwordHash, pinHash: null, balanceMinor: 0,
    heldMinor: 0, noticeNumber: 0, readingKeyId: null,
  });
  persons.put({ userId, name, email, language, timeZone });
  // Other registrations with this address, whoever made them, came to nothing.
  for (const row of [...accountCodes.values()]) {
    if (row.purpose === 'register' && sameAddress(row.email, email)) accountCodes.remove(row.codeId);
  }
  return done(userId);
}

function confirmEmail(step: Step, { email }: AccountCode, userId: UserId): Told {
  const { persons, users } = step.state;
  const person = persons.get(userId);
  if (person === undefined || users.get(userId) === undefined) return refused('code-wrong');
  dropCodes(step.state, userId, ['verify-email', 'reset-password']);
  persons.put({ ...person, email });
  if (person.email !== null) {
    sendMail(step, { userId, what: 'email-changed', email: person.email, language: person.language });
  }
  return done(userId);
}

function resetPassword(step: Step, { codeId, passwordHash }: Change<'reset-password'>): Told {
  const code = codeId === null ? undefined : codeFor(step, codeId, 'reset-password');
  if (code?.userId === undefined || code.userId === null || step.state.users.get(code.userId) === undefined) {
    return refused('code-wrong');
  }
  setPassword(step, code.userId, passwordHash);
  clearFailures(step, `user:${code.userId}`);
  return done(code.userId);
}

function done(userId: UserId | null): Told {
  return { outcome: 'done', reason: null, userId, retryAfterMs: null };
}

function refused(reason: AccountRefusal): Told {
  return { outcome: 'refused', reason, userId: null, retryAfterMs: null };
}
