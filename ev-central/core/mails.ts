// Letters that must arrive: a row each, sent by the shell, whose outcome comes back as an input. A failed one is tried
// again, later each time, and given up after a day; for a month it can be seen what became of it.
import type { UserId } from '../../shared/ids.ts';
import type { Mail, MailKind } from './account-rows.ts';
import type { Deadline } from './deadlines.ts';
import type { State } from './state.ts';
import { emit, nextId, type Step, tell } from './step.ts';

const HOUR_MS = 3_600_000;
/** An answer that has not come by then never will: the process may have ended meanwhile. */
const ANSWER_MS = 120_000;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = HOUR_MS;
export const MAIL_GIVEN_UP_MS = 24 * HOUR_MS;
const KEPT_MS = 30 * 24 * HOUR_MS;
/** Whoever asks again and again must not fill another one's letter box. */
const SAME_AGAIN_MS = 60_000;

/** Sends a letter to a person's address; not when she has none, or got the same one a moment ago. False: not sent. */
export function sendMail(step: Step, userId: UserId, what: MailKind, code: string | null): boolean {
  const { mails, persons } = step.state;
  if (persons.get(userId) === undefined) return false;
  for (const mail of mails.values()) {
    if (mail.userId === userId && mail.what === what && step.now - mail.madeAtMs < SAME_AGAIN_MS) return false;
  }
  const mail: Mail = {
    mailId: `m-${nextId(step)}`, userId, what, code, state: 'waiting', attempts: 0, madeAtMs: step.now,
    nextAtMs: step.now, error: '',
  };
  tryMail(step, mail);
  return true;
}

/** What the shell reports of a letter. A report of an attempt that was given up for lost is taken, too. */
export function mailSent(step: Step, { mailId, error }: { mailId: string; error: string | null }): void {
  const mail = step.state.mails.get(mailId);
  if (mail === undefined || mail.state !== 'waiting') return;
  if (error === null) return close(step, { ...mail, state: 'sent', error: '' });
  if (step.now - mail.madeAtMs >= MAIL_GIVEN_UP_MS) {
    tell(step, 'warn', `a letter (${mail.what}) to ${mail.userId} is given up: ${error}`);
    return close(step, { ...mail, state: 'given-up', error });
  }
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(mail.attempts, 20));
  put(step, { ...mail, error, nextAtMs: step.now + pauseMs });
}

export function mailDue(step: Step, due: Deadline): void {
  const mail = step.state.mails.get(due.id);
  if (mail === undefined || mail.nextAtMs !== due.dueMs) return;
  if (mail.state !== 'waiting') return step.state.mails.remove(mail.mailId);
  if (step.now - mail.madeAtMs < MAIL_GIVEN_UP_MS) return tryMail(step, mail);
  mailSent(step, { mailId: mail.mailId, error: mail.error === '' ? 'no answer' : mail.error });
}

export function mailDeadlines({ mails, deadlines }: State, notBeforeMs: number): void {
  for (const mail of mails.values()) deadlines.add('mail', mail.mailId, mail.nextAtMs, notBeforeMs);
}

export function mailRow({ code: _code, ...mail }: Mail): Readonly<Record<string, unknown>> {
  return mail;
}

function tryMail(step: Step, mail: Mail): void {
  const person = step.state.persons.get(mail.userId);
  if (person === undefined) return step.state.mails.remove(mail.mailId);
  put(step, { ...mail, attempts: mail.attempts + 1, nextAtMs: step.now + ANSWER_MS });
  emit(step, {
    kind: 'send-mail', mailId: mail.mailId, userId: mail.userId, what: mail.what, code: mail.code,
    to: person.email, language: person.language,
  });
}

function close(step: Step, mail: Mail): void {
  put(step, { ...mail, code: null, nextAtMs: step.now + KEPT_MS });
}

function put(step: Step, mail: Mail): void {
  step.state.mails.put(mail);
  step.state.deadlines.add('mail', mail.mailId, mail.nextAtMs);
}
