// What stands in the letters of EV_Central, in the languages of its people. Who reads one may have asked for nothing,
// so each says what to do then. A letter names nobody: its address is enough, and the id of an account.
import { formatMoney } from '../../shared/money.ts';
import { formatDateTime } from '../../shared/words/quantities.ts';
import type { DebtFacts } from '../core/account-rows.ts';
import type { Effect } from '../core/effects.ts';

export type Letter = Omit<Extract<Effect, { kind: 'send-mail' }>, 'kind'> & { readonly code: string | null };

type Text = { readonly subject: string; readonly lines: readonly string[] };
type DebtKind = 'debt-reminder' | 'debt-final';
type Words = Readonly<Record<Exclude<Letter['what'], DebtKind>, (userId: string, code: string) => Text>>
  & Readonly<Record<DebtKind, (userId: string, debt: DebtWords) => Text>>;
type DebtWords = { readonly owed: string; readonly since: string; readonly group: string | null };

export function letterText(letter: Letter): { subject: string; text: string } {
  const { subject, lines } = textOf(letter);
  return { subject: `EV network: ${subject}`, text: `${lines.join('\n\n')}\n` };
}

function textOf({ language, what, userId, code, facts }: Letter): Text {
  const words = TEXTS[language];
  if (what !== 'debt-reminder' && what !== 'debt-final') return words[what](userId ?? '', code ?? '');
  return words[what](userId ?? '', debtWords(facts, language));
}

/** A letter that was made without its facts says that something is owed. */
function debtWords(facts: DebtFacts | null, language: Letter['language']): DebtWords {
  if (facts === null) return { owed: '', since: '', group: null };
  const { owedMinor, currency, sinceMs, groupId } = facts;
  const owed = formatMoney(owedMinor, currency);
  return {
    owed: language === 'en' ? owed : owed.replace('.', ','), group: groupId,
    since: formatDateTime(sinceMs, 'UTC').slice(0, 10).split('-').reverse().join('/'),
  };
}

const ENGLISH: Words = {
  register: (_id, code) => ({
    subject: 'your account',
    lines: [
      'An account was asked for with this address. To open it, give this code with an id and a password of your choice '
      + 'within 24 hours:', `    ${code}`,
      'If you have not asked for this, do nothing: without the code there is no account.',
    ],
  }),
  'verify-email': (id, code) => ({
    subject: 'verify your address',
    lines: [
      `This address was given for the account ${id}. To verify it, give this code within 24 hours:`, `    ${code}`,
      'If you have not asked for this, do nothing: without the code nothing changes.',
    ],
  }),
  'reset-password': (id, code) => ({
    subject: 'a new password',
    lines: [
      `A new password was asked for the account ${id}. To set one, give this code within an hour:`, `    ${code}`,
      'If you have not asked for this, do nothing: your password stays as it is.',
    ],
  }),
  'already-registered': (id) => ({
    subject: 'you have an account already',
    lines: [
      `Somebody wanted to use this address, which belongs to the account ${id}. Nothing was changed.`,
      'If it was you: log in with that account, or ask for a new password.',
    ],
  }),
  'password-changed': (id) => ({
    subject: 'your password was changed',
    lines: [
      `The password of the account ${id} was changed, and all its log-ins were ended.`,
      'If it was not you, tell the operator of your charging network at once.',
    ],
  }),
  'email-changed': (id) => ({
    subject: 'your address was changed',
    lines: [
      `The account ${id} has another e-mail address now. This one gets no more letters about it.`,
      'If it was not you, tell the operator of your charging network at once.',
    ],
  }),
  'debt-reminder': (id, { owed, since, group }) => ({
    subject: 'a reminder',
    lines: [
      `The balance of ${group === null ? `the account ${id}` : `the group ${group}`} has been below zero `
      + `since ${since}: ${owed} is owed.`,
      'Please top it up, by card or at your operator. Until then no new charge can begin.',
      'If you have paid in the meantime, do nothing.',
    ],
  }),
  'debt-final': (id, { owed, since, group }) => ({
    subject: 'final notice',
    lines: [
      `The balance of ${group === null ? `the account ${id}` : `the group ${group}`} has been below zero `
      + `since ${since}: ${owed} is still owed. This is the last reminder.`,
      'Please top it up now, by card or at your operator; if you cannot, speak with your operator. Until then no new '
      + 'charge can begin.',
      'If you have paid in the meantime, do nothing.',
    ],
  }),
};

const SPANISH: Words = {
  register: (_id, code) => ({
    subject: 'su cuenta',
    lines: [
      'Se ha pedido una cuenta con esta dirección. Para abrirla, indique este código junto con un identificador y una '
      + 'contraseña de su elección antes de 24 horas:', `    ${code}`,
      'Si no la ha pedido, no haga nada: sin el código no habrá cuenta.',
    ],
  }),
  'verify-email': (id, code) => ({
    subject: 'verifique su dirección',
    lines: [
      `Se ha indicado esta dirección para la cuenta ${id}. Para verificarla, indique este código antes de 24 horas:`,
      `    ${code}`, 'Si no lo ha pedido, no haga nada: sin el código nada cambia.',
    ],
  }),
  'reset-password': (id, code) => ({
    subject: 'una contraseña nueva',
    lines: [
      `Se ha pedido una contraseña nueva para la cuenta ${id}. Para ponerla, indique este código antes de una hora:`,
      `    ${code}`, 'Si no la ha pedido, no haga nada: su contraseña sigue siendo la misma.',
    ],
  }),
  'already-registered': (id) => ({
    subject: 'ya tiene una cuenta',
    lines: [
      `Alguien ha querido usar esta dirección, que es de la cuenta ${id}. No se ha cambiado nada.`,
      'Si ha sido usted: entre con esa cuenta o pida una contraseña nueva.',
    ],
  }),
  'password-changed': (id) => ({
    subject: 'se ha cambiado su contraseña',
    lines: [
      `Se ha cambiado la contraseña de la cuenta ${id} y se han cerrado todas sus sesiones.`,
      'Si no ha sido usted, avise cuanto antes al operador de su red de recarga.',
    ],
  }),
  'email-changed': (id) => ({
    subject: 'se ha cambiado su dirección',
    lines: [
      `La cuenta ${id} tiene ahora otra dirección de correo. A esta no llegarán más cartas sobre ella.`,
      'Si no ha sido usted, avise cuanto antes al operador de su red de recarga.',
    ],
  }),
  'debt-reminder': (id, { owed, since, group }) => ({
    subject: 'un recordatorio',
    lines: [
      `El saldo ${group === null ? `de la cuenta ${id}` : `del grupo ${group}`} está por debajo de cero `
      + `desde ${since}: se deben ${owed}.`,
      'Recárguelo, con tarjeta o por medio de su operador. Hasta entonces no puede empezar ninguna recarga.',
      'Si ya ha pagado, no haga nada.',
    ],
  }),
  'debt-final': (id, { owed, since, group }) => ({
    subject: 'último aviso',
    lines: [
      `El saldo ${group === null ? `de la cuenta ${id}` : `del grupo ${group}`} está por debajo de cero `
      + `desde ${since}: aún se deben ${owed}. Este es el último recordatorio.`,
      'Recárguelo ya, con tarjeta o por medio de su operador; si no puede, hable con su operador. Hasta entonces no '
      + 'puede empezar ninguna recarga.',
      'Si ya ha pagado, no haga nada.',
    ],
  }),
};

const PORTUGUESE: Words = {
  register: (_id, code) => ({
    subject: 'a sua conta',
    lines: [
      'Foi pedida uma conta com este endereço. Para a abrir, indique este código com um identificador e uma '
      + 'palavra-passe à sua escolha dentro de 24 horas:', `    ${code}`,
      'Se não a pediu, não faça nada: sem o código não há conta.',
    ],
  }),
  'verify-email': (id, code) => ({
    subject: 'confirme o seu endereço',
    lines: [
      `Este endereço foi indicado para a conta ${id}. Para o confirmar, indique este código dentro de 24 horas:`,
      `    ${code}`, 'Se não o pediu, não faça nada: sem o código nada muda.',
    ],
  }),
  'reset-password': (id, code) => ({
    subject: 'uma palavra-passe nova',
    lines: [
      `Foi pedida uma palavra-passe nova para a conta ${id}. Para a definir, indique este código dentro de uma hora:`,
      `    ${code}`, 'Se não a pediu, não faça nada: a sua palavra-passe continua a mesma.',
    ],
  }),
  'already-registered': (id) => ({
    subject: 'já tem uma conta',
    lines: [
      `Alguém quis usar este endereço, que pertence à conta ${id}. Nada foi alterado.`,
      'Se foi você: entre com essa conta ou peça uma palavra-passe nova.',
    ],
  }),
  'password-changed': (id) => ({
    subject: 'a sua palavra-passe foi alterada',
    lines: [
      `A palavra-passe da conta ${id} foi alterada e todas as suas sessões foram encerradas.`,
      'Se não foi você, avise já o operador da sua rede de carregamento.',
    ],
  }),
  'email-changed': (id) => ({
    subject: 'o seu endereço foi alterado',
    lines: [
      `A conta ${id} tem agora outro endereço de correio. Este não recebe mais cartas sobre ela.`,
      'Se não foi você, avise já o operador da sua rede de carregamento.',
    ],
  }),
  'debt-reminder': (id, { owed, since, group }) => ({
    subject: 'um lembrete',
    lines: [
      `O saldo ${group === null ? `da conta ${id}` : `do grupo ${group}`} está abaixo de zero desde ${since}: `
      + `devem-se ${owed}.`,
      'Carregue-o, com cartão ou através do seu operador. Até lá não pode começar nenhum carregamento.',
      'Se já pagou, não faça nada.',
    ],
  }),
  'debt-final': (id, { owed, since, group }) => ({
    subject: 'último aviso',
    lines: [
      `O saldo ${group === null ? `da conta ${id}` : `do grupo ${group}`} está abaixo de zero desde ${since}: `
      + `ainda se devem ${owed}. Este é o último lembrete.`,
      'Carregue-o já, com cartão ou através do seu operador; se não puder, fale com o seu operador. Até lá não pode '
      + 'começar nenhum carregamento.',
      'Se já pagou, não faça nada.',
    ],
  }),
};

const TEXTS: Readonly<Record<Letter['language'], Words>> = { en: ENGLISH, es: SPANISH, pt: PORTUGUESE };
