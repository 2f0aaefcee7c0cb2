// Letters that must arrive: a row each, sent by the shell, whose outcome comes back as an input. One that failed is
// tried again, later each time, and given up after so many failures. What was being sent when the process ended is sent
// again: a letter may come twice, and none is lost.
import type { UserId } from '../../shared/ids.ts';
import type { Language } from '../../shared/messages/accounts.ts';
import type { DebtFacts, Mail, MailKind } from './account-rows.ts';
import type { Deadline } from './deadlines.ts';
import type { State } from './state.ts';
import { emit, nextId, type Step, tell } from './step.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = HOUR_MS;
/** After so many failures, some four hours after the first, a letter is given up. */
export const MAIL_FAILURES = 10;
/** What is over stays so long: it bounds the letters of a day, and shows what became of them. */
export const MAIL_KEPT_MS = DAY_MS;
/** Whoever asks again and again must not fill another one's letter box. */
export const SAME_MAIL_AGAIN_MS = 60_000;
export const MAILS_A_DAY = 10;
/** All letters of a day that somebody asked for who was not logged in. */
export const MAILS_KEPT = 10_000;

export type NewMail = {
  readonly userId: UserId | null; readonly what: MailKind; readonly email: string; readonly language: Language;
  readonly facts?: DebtFacts;
};

/** Letters that nobody can ask for: no stranger can keep a person from getting one. */
const ALWAYS: readonly MailKind[] = ['password-changed', 'email-changed', 'debt-reminder', 'debt-final'];

/** Sends a letter; its id. Null: it was sent a moment ago, or the address got too many. */
export function sendMail(step: Step, { userId, what, email, language, facts }: NewMail): string | null {
  if (!ALWAYS.includes(what) && isTooMuch(step, what, email)) return null;
  const mail: Mail = {
    mailId: nextId(step), userId, what, email, language, state: 'waiting', failures: 0, madeAtMs: step.now,
    nextAtMs: step.now, error: '', facts: facts ?? null,
  };
  trySending(step, mail);
  return mail.mailId;
}

/** What the shell reports of a letter. */
export function mailSent(step: Step, { mailId, error }: { mailId: string; error: string | null }): void {
  const mail = step.state.mails.get(mailId);
  if (mail === undefined || mail.state !== 'sending') return;
  if (error === null) return put(step, { ...mail, state: 'sent', error: '', nextAtMs: step.now + MAIL_KEPT_MS });
  const failures = mail.failures + 1;
  if (failures < MAIL_FAILURES) {
    return put(step, { ...mail, state: 'waiting', failures, error, nextAtMs: step.now + pauseMs(failures) });
  }
  tell(step, 'warn', `a letter (${mail.what}) to ${mail.userId ?? 'a new person'} is given up: ${error}`);
  put(step, { ...mail, state: 'given-up', failures, error, nextAtMs: step.now + MAIL_KEPT_MS });
}

export function mailDue(step: Step, due: Deadline): void {
  const mail = step.state.mails.get(due.id);
  if (mail === undefined || mail.nextAtMs !== due.dueMs) return;
  // One that is being sent falls due after a start alone: what the process before this one heard of it is not known.
  if (mail.state === 'waiting' || mail.state === 'sending') trySending(step, mail);
  else step.state.mails.remove(mail.mailId);
}

/** After a start. */
export function mailDeadlines({ mails, deadlines }: State, notBeforeMs: number): void {
  for (const { mailId, nextAtMs, state, failures } of mails.values()) {
    // From a clock that was ahead: not later than if it had failed just now.
    const latestMs = state === 'waiting' ? notBeforeMs + pauseMs(failures) : Infinity;
    deadlines.add('mail', mailId, nextAtMs, notBeforeMs, latestMs);
  }
}

/** As the list shows it: without the address, and what it says. */
export function mailRow({ email: _email, facts: _facts, ...mail }: Mail): Readonly<Record<string, unknown>> {
  return mail;
}

function isTooMuch({ state: { mails }, now }: Step, what: MailKind, email: string): boolean {
  if (mails.size >= MAILS_KEPT) return true;
  let today = 0;
  for (const mail of mails.values()) {
    if (!sameAddress(mail.email, email)) continue;
    if (mail.what === what && now - mail.madeAtMs < SAME_MAIL_AGAIN_MS) return true;
    today += 1;
  }
  return today >= MAILS_A_DAY;
}

/** After so many failures. */
function pauseMs(failures: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
}

export function sameAddress(a: string | null, b: string): boolean {
  return a !== null && a.toLowerCase() === b.toLowerCase();
}

function trySending(step: Step, mail: Mail): void {
  put(step, { ...mail, state: 'sending' });
  const { mailId, userId, what, email, language, facts } = mail;
  emit(step, { kind: 'send-mail', mailId, userId, what, email, language, facts });
}

function put(step: Step, mail: Mail): void {
  step.state.mails.put(mail);
  if (mail.state !== 'sending') step.state.deadlines.add('mail', mail.mailId, mail.nextAtMs);
}
