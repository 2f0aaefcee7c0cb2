// The one catalogue of words for people: screens, tickets, answers of the tools. English now; another language is one
// more file in shared/words/ and one more line here.
import type { Notice } from './messages/notice.ts';
import { type Priced, rateText } from './messages/exchange-rate.ts';
import { isBandLine } from './messages/ticket-line.ts';
import type { PointStatus, Ticket } from './messages/values.ts';
import { formatMoney } from './money.ts';
import type { Words } from './words/catalogue.ts';
import { english } from './words/english.ts';
import {
  formatClock, formatDateTime, formatEnergy, formatMicros, formatMinuteOfDay, formatTime, lineFigures, lineHour,
} from './words/quantities.ts';

const LANGUAGES = { en: english } as const satisfies Record<string, Words>;
export type Language = keyof typeof LANGUAGES;

/** The words of one language. */
export function words(language: Language = 'en'): Words {
  return LANGUAGES[language];
}

/** One notice as a sentence that a driver understands; times in the zone (IANA name). */
export function noticeText(notice: Notice, timeZone = 'UTC', language: Language = 'en'): string {
  const say = words(language).notice;
  switch (notice.type) {
    case 'accepted': return say.accepted(notice, timeZone);
    case 'authorized': return say.authorized(notice, timeZone);
    case 'queued': return say.queued(notice, timeZone);
    case 'offered': return say.offered(notice, timeZone);
    case 'refused': return say.refused(notice, timeZone);
    case 'started': return say.started(notice, timeZone);
    case 'ended': return say.ended(notice, timeZone);
    case 'resumed': return say.resumed(notice, timeZone);
    case 'ticket': return say.ticket(notice, timeZone);
    case 'invoice': return say.invoice(notice, timeZone);
    case 'payment-action': return say['payment-action'](notice, timeZone);
    case 'payment-failed': return say['payment-failed'](notice, timeZone);
    case 'claim': return say.claim(notice, timeZone);
    case 'debt': return say.debt(notice, timeZone);
    case 'plan-lapsed': return say['plan-lapsed'](notice, timeZone);
    case 'reservation': return say.reservation(notice, timeZone);
  }
}

/** A ticket as lines of at most 60 columns; times in the site's zone (IANA name). */
export function ticketText(ticket: Ticket, timeZone = 'UTC', language: Language = 'en'): string[] {
  const { label, endReason, ticketLine } = words(language);
  const row = (title: string, value: string): string => `${title.padEnd(12)} ${value}`;
  const title = ticket.kind === 'correction' ? label.correction : label.ticket;
  const money = (amountMinor: number): string => formatMoney(amountMinor, ticket.currency);
  const prices = ticket.lines.map((line) => {
    const { quantity, amountMicros } = lineFigures(line);
    const band = isBandLine(line) && line.kind !== 'session'
      ? ` ${formatMinuteOfDay(line.fromMinute)}-${formatMinuteOfDay(line.toMinute)}` : '';
    const hour = lineHour(line) === '' ? '' : ` ${formatTime('hourMs' in line ? line.hourMs ?? 0 : 0, timeZone)}`;
    const amount = formatMicros(Math.round(amountMicros / 100) * 100);
    return (ticketLine[line.kind] + band + hour).padEnd(20) + quantity.padStart(27) + amount.padStart(13);
  });
  const netMinor = ticket.vat.reduce((sum, part) => sum + part.netMinor, 0);
  const vat = ticket.vat.every(({ rate }) => rate === '0') ? [] : [
    `${label.net.padEnd(12)}${money(netMinor).padStart(48)}`,
    ...ticket.vat.filter(({ rate }) => rate !== '0').map(({ rate, netMinor: net, vatMinor }) =>
      `${`${label.vat} ${rate} %`.padEnd(12)}${`${money(net)}: ${money(vatMinor)}`.padStart(48)}`),
  ];
  return [
    `${title} ${ticket.ticketId}`,
    ...(ticket.corrects === null ? [] : [row(label.corrects, ticket.corrects)]),
    row(label.driver, ticket.driverId),
    row(label.point, `${ticket.pointId} / ${ticket.connectorNo}  (${ticket.siteId})`),
    row(label.session, ticket.sessionId),
    row(label.started, `${formatDateTime(ticket.startedAtMs, timeZone)} ${timeZone}`),
    row(label.ended, `${formatDateTime(ticket.endedAtMs, timeZone)} ${timeZone}`),
    row(label.duration, formatClock(ticket.endedAtMs - ticket.startedAtMs)),
    row(label.meter, `${formatEnergy(ticket.meterStartWh)} > ${formatEnergy(ticket.meterStopWh)}`),
    row(label.reason, endReason[ticket.endReason]),
    row(label.tariff, ticket.tariffId),
    '-'.repeat(60),
    ...prices,
    '-'.repeat(60),
    `${label.energy.padEnd(12)}${formatEnergy(ticket.energyWh).padStart(48)}`,
    ...vat,
    ...pricedText(ticket.priced),
    `${label.total.padEnd(12)}${money(ticket.totalMinor).padStart(48)}`,
    ...(ticket.flags.length === 0 ? [] : [row(label.flags, ticket.flags.join(', '))]),
  ];
}

/** What a ticket is in the currency of its lines, and the rate by which that is paid. */
function pricedText(priced: Priced | undefined): string[] {
  if (priced === undefined) return [];
  return [`${rateText(priced).padEnd(40)}${formatMoney(priced.totalMinor, priced.currency).padStart(20)}`];
}

/** A mark of one column beside each colour, so that states differ without colours too. */
export const STATUS_SYMBOLS = {
  Available: 'o', Preparing: '+', Charging: '»', SuspendedEV: '=', SuspendedEVSE: '=', Finishing: '×', Reserved: '*',
  Unavailable: '-', Faulted: '!', Disconnected: '?',
} as const satisfies Record<PointStatus, string>;

export type { Facts, KeyLabel, Label, Trouble, Words } from './words/catalogue.ts';
