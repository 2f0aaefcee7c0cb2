// What stands in the letters of EV_Central. Who reads one may have asked for nothing, so each says what to do then.
import type { Effect } from '../core/effects.ts';

export type Letter = Omit<Extract<Effect, { kind: 'send-mail' }>, 'kind'>;

type Text = { readonly subject: string; readonly lines: readonly string[] };

export function letterText(letter: Letter): { subject: string; text: string } {
  const { subject, lines } = TEXTS[letter.what](letter.userId, letter.code ?? '');
  return { subject: `EV network: ${subject}`, text: `${lines.join('\n\n')}\n` };
}

const TEXTS: Readonly<Record<Letter['what'], (userId: string, code: string) => Text>> = {
  'verify-email': (userId, code) => ({
    subject: 'verify your address',
    lines: [
      `This address was given for the account ${userId}. To verify it, give this code within 24 hours:`, `    ${code}`,
      'If you have not asked for this, do nothing: without the code nothing happens.',
    ],
  }),
  'reset-password': (userId, code) => ({
    subject: 'a new password',
    lines: [
      `A new password was asked for the account ${userId}. To set one, give this code within an hour:`, `    ${code}`,
      'If you have not asked for this, do nothing: your password stays as it is.',
    ],
  }),
  'already-registered': (userId) => ({
    subject: 'you have an account already',
    lines: [
      `Somebody wanted to register with this address, which belongs to the account ${userId}. Nothing was changed.`,
      'If it was you: log in with that account, or ask for a new password.',
    ],
  }),
  'password-changed': (userId) => ({
    subject: 'your password was changed',
    lines: [
      `The password of the account ${userId} was changed, and all its log-ins were ended.`,
      'If it was not you, tell the operator of your charging network at once.',
    ],
  }),
};
