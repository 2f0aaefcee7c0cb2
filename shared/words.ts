// The one catalogue of words for people: screens, tickets, answers of the tools. English now; another language is one
// more file in shared/words/ and one more line here.
import type { Notice } from './messages/notice.ts';
import type { PointStatus, Ticket } from './messages/values.ts';
import { formatMoney } from './money.ts';
import type { Words } from './words/catalogue.ts';
import { english } from './words/english.ts';
import {
  formatClock, formatDateTime, formatEnergy, formatLineQuantity, formatMicros, formatMinuteOfDay,
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
    case 'payment-action': return say['payment-action'](notice, timeZone);
    case 'payment-failed': return say['payment-failed'](notice, timeZone);
  }
}

/** A ticket as lines of at most 60 columns; times in the site's zone (IANA name). */
export function ticketText(ticket: Ticket, timeZone = 'UTC', language: Language = 'en'): string[] {
  const { label, endReason, ticketLine } = words(language);
  const row = (title: string, value: string): string => `${title.padEnd(12)} ${value}`;
  const title = ticket.kind === 'correction' ? label.correction : label.ticket;
  const prices = ticket.lines.map((line) => {
    const band = line.kind === 'session' ? ''
      : ` ${formatMinuteOfDay(line.fromMinute)}-${formatMinuteOfDay(line.toMinute)}`;
    const quantity = `${formatLineQuantity(line)} x ${formatMicros(line.unitPriceMicros)}`;
    const amount = formatMicros(Math.round(line.amountMicros / 100) * 100);
    return (ticketLine[line.kind] + band).padEnd(24) + quantity.padStart(22) + amount.padStart(14);
  });
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
    `${label.total.padEnd(12)}${formatMoney(ticket.totalMinor, ticket.currency).padStart(48)}`,
    ...(ticket.flags.length === 0 ? [] : [row(label.flags, ticket.flags.join(', '))]),
  ];
}

/** A mark of one column beside each colour, so that states differ without colours too. */
export const STATUS_SYMBOLS = {
  Available: 'o', Preparing: '+', Charging: '»', SuspendedEV: '=', SuspendedEVSE: '=', Finishing: '×', Reserved: '*',
  Unavailable: '-', Faulted: '!', Disconnected: '?',
} as const satisfies Record<PointStatus, string>;

export type { Facts, KeyLabel, Label, Trouble, Words } from './words/catalogue.ts';
