// The facts of an occasion as text, in the way of a language and in the zone of the reader. What an occasion does not
// have is a dash, which a test looks for: no text names what its kind does not bring.
import type { Language } from '../../shared/messages/accounts.ts';
import { currencySchema, formatMoney } from '../../shared/money.ts';
import type { NotificationKind } from '../../shared/messages/notification.ts';
import { type PaymentFailure, paymentFailureSchema } from '../../shared/messages/values.ts';
import type { DEBT_STATES } from '../core/occasions.ts';
import type { Occasion } from '../core/rows.ts';

export type Said = {
  /** The point, or the site where no point is named. */
  readonly place: string;
  readonly site: string;
  readonly energy: string;
  readonly soc: string;
  /** Of money: what was paid, what is owed, what is left. */
  readonly amount: string;
  readonly fee: string;
  readonly from: string;
  readonly to: string;
  /** Until when the connector is kept. */
  readonly until: string;
  readonly number: string;
  /** Free text of an operator or a device; empty when there is none. */
  readonly note: string;
  /** Of planned maintenance: somebody has reserved in that time. */
  readonly hasReservations: boolean;
  /** Of a debt. */
  readonly debt: (typeof DEBT_STATES)[number];
  /** The group that it is about; empty: a person. */
  readonly group: string;
  /** Null: for a reason that is not known here. */
  readonly failure: PaymentFailure | null;
  /** Of a payment: it was to pay for a charge, which the balance pays now. */
  readonly isForCharge: boolean;
};

export type Text = { readonly subject: string; readonly lines: readonly [string, ...string[]] };
export type Words = {
  readonly kinds: Readonly<Record<NotificationKind, (s: Said) => Text>>;
  /** Under a letter: where this can be changed. */
  readonly foot: string;
};

export const MISSING = '–';
const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', es: 'es-ES', pt: 'pt-PT' };

export function said({ facts, siteId }: Occasion, language: Language, timeZone: string): Said {
  const number = (name: string): number | null => (typeof facts[name] === 'number' ? facts[name] : null);
  const text = (name: string): string => (typeof facts[name] === 'string' ? oneLine(facts[name]) : '');
  const money = (name: string): string => moneyText(number(name), text('currency'), language);
  const moment = (name: string): string => momentText(number(name), language, timeZone);
  const [energyWh, soc] = [number('energyWh'), number('socPercent')];
  const site = oneLine(siteId);
  return {
    place: text('pointId') === '' ? site : text('pointId'), site,
    energy: energyWh === null ? MISSING : `${decimal(energyWh / 1_000, 2, language)} kWh`,
    soc: soc === null ? '' : `${soc} %`,
    amount: firstOf([money('totalMinor'), money('amountMinor'), money('balanceMinor'), money('owedMinor'),
      money('costMinor')]), fee: number('feeMinor') === 0 ? MISSING : money('feeMinor'),
    from: moment('fromMs'), to: moment('toMs'), until: moment('plugByMs'),
    number: text('number') === '' ? MISSING : text('number'),
    note: text('note') === '' ? text('why') : text('note'),
    hasReservations: (number('reservations') ?? 0) > 0, debt: text('state') as Said['debt'],
    group: text('groupId'), failure: paymentFailureSchema.safeParse(facts['reason']).data ?? null,
    isForCharge: text('sessionId') !== '',
  };
}

/** Of people and devices: one that breaks its line could end a subject, or write further lines in our name. */
function oneLine(text: string): string {
  return text.replace(/\p{Bidi_Control}/gu, '').replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

function moneyText(minor: number | null, code: string, language: Language): string {
  const currency = currencySchema.safeParse(code);
  if (minor === null || !currency.success) return MISSING;
  const plain = formatMoney(minor, currency.data);
  return language === 'en' ? plain : plain.replace('.', ',');
}

function momentText(atMs: number | null, language: Language, timeZone: string): string {
  if (atMs === null) return MISSING;
  return new Intl.DateTimeFormat(LOCALES[language], {
    timeZone, day: '2-digit', month: '2-digit', year: 'numeric', hour: '2-digit', minute: '2-digit',
  }).format(atMs);
}

function decimal(value: number, digits: number, language: Language): string {
  const text = value.toFixed(digits);
  return language === 'en' ? text : text.replace('.', ',');
}

function firstOf(texts: readonly string[]): string {
  return texts.find((each) => each !== MISSING) ?? MISSING;
}
