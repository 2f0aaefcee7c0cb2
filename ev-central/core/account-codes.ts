// Codes that are sent by letter: each serves once, for one purpose, and expires.
import type { UserId } from '../../shared/ids.ts';
import type { Language } from '../../shared/messages/accounts.ts';
import type { AccountCode, CodePurpose } from './account-rows.ts';
import type { Deadline } from './deadlines.ts';
import { sendMail } from './mails.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';

const HOUR_MS = 3_600_000;
export const CODE_LIFE_MS = {
  register: 24 * HOUR_MS, 'verify-email': 24 * HOUR_MS, 'reset-password': HOUR_MS,
} as const satisfies Record<CodePurpose, number>;

/** Writes a letter with a code. The one that it replaces serves no more, unless too many letters were written. */
export function giveCode(
  step: Step, { language, ...code }: Omit<AccountCode, 'codeId' | 'expiresAtMs'> & { language: Language },
): void {
  const { userId, purpose: what, email } = code;
  const codeId = sendMail(step, { userId, what, email, language });
  if (codeId === null) return;
  if (userId !== null) dropCodes(step.state, userId, [what]);
  const row: AccountCode = { ...code, codeId, expiresAtMs: step.now + CODE_LIFE_MS[what] };
  step.state.accountCodes.put(row);
  step.state.deadlines.add('account-code', row.codeId, row.expiresAtMs);
}

/** The code, when it serves for this now. */
export function codeFor({ state, now }: Step, codeId: string, purpose: CodePurpose): AccountCode | undefined {
  const code = state.accountCodes.get(codeId);
  return code !== undefined && code.purpose === purpose && code.expiresAtMs > now ? code : undefined;
}

export function dropCodes({ accountCodes }: State, userId: UserId, purposes: readonly CodePurpose[]): void {
  for (const row of [...accountCodes.values()]) {
    if (row.userId === userId && purposes.includes(row.purpose)) accountCodes.remove(row.codeId);
  }
}

export function codeDue({ state: { accountCodes } }: Step, due: Deadline): void {
  if (accountCodes.get(due.id)?.expiresAtMs === due.dueMs) accountCodes.remove(due.id);
}

export function codeDeadlines({ accountCodes, deadlines }: State, notBeforeMs: number): void {
  for (const code of accountCodes.values()) deadlines.add('account-code', code.codeId, code.expiresAtMs, notBeforeMs);
}
