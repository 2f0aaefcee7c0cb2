// A ticket as it stands on an invoice: with the name and zone of its site, its price lines in words, its net and VAT.
import { type Account, userWallet } from '../../shared/account.ts';
import { invariant } from '../../shared/assert.ts';
import type { UserId } from '../../shared/ids.ts';
import type { InvoiceLine, InvoiceTicket, InvoiceVat } from '../../shared/messages/invoice.ts';
import type { TicketLine } from '../../shared/messages/ticket-line.ts';
import type { Ticket } from '../../shared/messages/values.ts';
import { type Currency, minorDigits, ratio, roundHalfEven } from '../../shared/money.ts';
import { words } from '../../shared/words.ts';
import { formatMinuteOfDay, lineFigures, lineHour } from '../../shared/words/quantities.ts';
import type { State } from './state.ts';

export function invoiceTicket(state: State, ticket: Ticket, payer: Account): InvoiceTicket {
  const { ticketId, sessionId, kind, siteId, pointId, connectorNo, startedAtMs, endedAtMs, energyWh, vat } = ticket;
  const site = state.sites.get(siteId);
  const netMinor = vat.length === 0 ? ticket.totalMinor : vat.reduce((sum, part) => sum + part.netMinor, 0);
  const vatMinor = vat.reduce((sum, part) => sum + part.vatMinor, 0);
  invariant(netMinor + vatMinor === ticket.totalMinor, `net and VAT of ticket ${ticketId} add up to its total`);
  return {
    ticketId, sessionId, kind, driverId: driverOn(payer, ticket.driverId as UserId), siteId,
    siteName: site?.name ?? siteId, pointId, connectorNo,
    timeZone: site?.timeZone ?? 'UTC', startedAtMs, endedAtMs, energyWh,
    lines: ticket.lines.map((line) => wordedLine(line, ticket.currency)), netMinor, vatMinor,
    totalMinor: ticket.totalMinor, vat,
  };
}

/** Who charged is named where somebody else pays. */
export function driverOn(payer: Account, driverId: UserId): UserId | null {
  return payer === userWallet(driverId) ? null : driverId;
}

/** The one place that puts a price line into an invoice's words. */
export function wordedLine(line: TicketLine, currency: Currency): InvoiceLine {
  const { kind } = line;
  const text = words().ticketLine[kind];
  const { quantity, amountMicros } = lineFigures(line);
  const isBand = kind === 'energy' || kind === 'time';
  const hours = isBand ? ` ${formatMinuteOfDay(line.fromMinute)}–${formatMinuteOfDay(line.toMinute)}` : '';
  const hour = lineHour(line) === '' ? '' : ` ${lineHour(line)}`;
  return { text: `${text}${hours}${hour}`, quantity, amount: amountText(amountMicros, currency) };
}

/** The VAT of several tickets, by rate; the lowest rate first, what was not reckoned before all. */
export function vatOf(tickets: readonly InvoiceTicket[]): InvoiceVat[] {
  const byRate = new Map<string | null, InvoiceVat>();
  for (const { vat, netMinor } of tickets) {
    const parts: readonly InvoiceVat[] = vat.length === 0 ? [{ rate: null, netMinor, vatMinor: 0 }] : vat;
    for (const part of parts) {
      const before = byRate.get(part.rate) ?? { rate: part.rate, netMinor: 0, vatMinor: 0 };
      byRate.set(part.rate, {
        rate: part.rate, netMinor: before.netMinor + part.netMinor, vatMinor: before.vatMinor + part.vatMinor,
      });
    }
  }
  return [...byRate.values()].sort((a, b) => Number(a.rate ?? -1) - Number(b.rate ?? -1));
}

/** Millionths of the major unit, to the currency's digits: `4_205_000, EUR → "4.20"`. */
function amountText(micros: number, currency: Currency): string {
  const digits = minorDigits(currency);
  const minor = roundHalfEven(ratio(BigInt(micros) * 10n ** BigInt(digits), 1_000_000n));
  const text = String(minor < 0n ? -minor : minor).padStart(digits + 1, '0');
  const whole = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  return `${minor < 0n ? '-' : ''}${whole}`;
}
