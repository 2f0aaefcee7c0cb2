// Makes the tickets of a session again from its stored meter values and the stored version of its tariff, and compares
// line by line. Of tickets from before OCPI tariffs the lines are by bands of the day, which nothing makes any more:
// there energy and total are compared.
import type { MeterValueRow, Session, TariffKey, TariffVersion } from '../core/rows.ts';
import { seriesPrices } from '../core/price-series.ts';
import { feeMicros, withoutVat } from '../core/reservation-money.ts';
import { addReading } from '../core/session-cost.ts';
import { type Bill, billDifference, billOf } from '../core/tariff/ticket-lines.ts';
import { tariffRules, type TariffRules } from '../core/tariff/rules.ts';
import { beginTariffUsage, type TariffUsage } from '../core/tariff/usage.ts';
import { priceOfUsage } from '../core/tariff/usage-price.ts';
import type { SessionId } from '../../shared/ids.ts';
import { isBandLine, type TicketLine } from '../../shared/messages/ticket-line.ts';
import type { Priced } from '../../shared/messages/exchange-rate.ts';
import { partOfFee } from '../../shared/reservation-fee.ts';
import type { Ticket, VatPart } from '../../shared/messages/values.ts';
import type { Store } from '../store/store.ts';

export type TicketFigures = {
  readonly energyWh: number; readonly meterStartWh: number; readonly meterStopWh: number; readonly totalMinor: number;
  readonly lines: readonly TicketLine[];
  readonly vat: readonly VatPart[];
  readonly priced?: Priced;
};
export type LineCheck = {
  readonly same: boolean; readonly stored: TicketLine | null; readonly recomputed: TicketLine | null;
};
export type TicketCheck = {
  readonly sessionId: string;
  readonly ticketId: string;
  readonly tariff: TariffKey;
  readonly same: boolean;
  /** The ticket was made by bands of the day: its lines are not compared. */
  readonly isOld: boolean;
  readonly lines: readonly LineCheck[];
  readonly stored: TicketFigures;
  readonly recomputed: TicketFigures;
};
export type TicketSource = Pick<Store, 'session' | 'meterValues' | 'ticketsOf' | 'tariffVersion' | 'seriesVersion'>;

/** Checks every ticket of a session; null when there is no such session or it has no ticket. Reads only. */
export function checkTickets(store: TicketSource, sessionId: SessionId): TicketCheck[] | null {
  const session = store.session(sessionId);
  const tickets = session === undefined ? [] : store.ticketsOf(sessionId);
  if (session === undefined || tickets.length === 0) return null;
  const version: TariffVersion | undefined = store.tariffVersion(session.tariff);
  if (version === undefined) return null;
  if (session.usage === null) return tickets.map((ticket) => ofReservation(ticket, session.tariff));
  const series = seriesPrices({ get: (key) => store.seriesVersion(key) }, session.terms?.series ?? []);
  const { exchange = null, discount = null } = session.terms ?? {};
  const rules = tariffRules(version.ocpi, { series, exchange, discount });
  const values = store.meterValues(sessionId);
  let before: { usage: TariffUsage; bill: Bill } | null = null;
  return tickets.map((ticket, i) => {
    // What Central had when it made this ticket. A session that is over stores no samples any more: each correction
    // added one value, its own end.
    const usage = fold(session, values.slice(0, values.length - (tickets.length - 1 - i)), rules);
    const bill = billOf(priceOfUsage(usage, rules), rules);
    const energyWh = usage.energyWh - (before?.usage.energyWh ?? 0);
    const meterStopWh = (session.meterStartWh ?? 0) + usage.energyWh;
    const recomputed: TicketFigures = {
      energyWh, meterStartWh: meterStopWh - energyWh, meterStopWh,
      ...(before === null ? bill : billDifference(bill, before.bill)),
    };
    before = { usage, bill };
    return compared(ticket, session.tariff, recomputed);
  });
}

/** Nothing was metered: the ticket is of a reservation, so many per cent of its fee. */
function ofReservation(ticket: Ticket, tariff: TariffKey): TicketCheck {
  const lines = ticket.lines.map((line) => {
    if (line.kind !== 'RESERVATION') return line;
    const amountMicros = feeMicros(line, ticket.currency);
    return { ...line, exclVatMicros: amountMicros, inclVatMicros: amountMicros };
  });
  const totalMinor = ticket.lines.reduce((sum, line) =>
    sum + (line.kind === 'RESERVATION' ? partOfFee(line.feeMinor, line.percent) : 0), 0);
  return compared(ticket, tariff, {
    energyWh: 0, meterStartWh: 0, meterStopWh: 0, totalMinor, lines, vat: withoutVat(totalMinor),
  });
}

/** The fold of a session over its stored meter values, from the reading at which it began. */
function fold(session: Session, values: readonly MeterValueRow[], rules: TariffRules): TariffUsage {
  const { meterStartWh, startedAtMs, timeZone } = session;
  let usage = beginTariffUsage(startedAtMs ?? 0);
  for (const value of values) {
    if (value.sample === 0) continue; // the reading at the start: where the fold begins
    usage = addReading(usage, value, { meterStartWh: meterStartWh ?? 0, rules, timeZone });
  }
  return usage;
}

function compared(ticket: Ticket, tariff: TariffKey, recomputed: TicketFigures): TicketCheck {
  const { energyWh, meterStartWh, meterStopWh, totalMinor, lines, vat, priced } = ticket;
  const stored: TicketFigures = {
    energyWh, meterStartWh, meterStopWh, totalMinor, lines, vat, ...(priced === undefined ? {} : { priced }),
  };
  const isOld = lines.some(isBandLine);
  const checks = isOld ? [] : Array.from({ length: Math.max(lines.length, recomputed.lines.length) }, (_none, i) => {
    const [was, is] = [lines[i] ?? null, recomputed.lines[i] ?? null];
    return { same: isSame(was, is), stored: was, recomputed: is };
  });
  const same = checks.every((line) => line.same) && totalMinor === recomputed.totalMinor
    && energyWh === recomputed.energyWh && meterStartWh === recomputed.meterStartWh
    && meterStopWh === recomputed.meterStopWh && (isOld || isSame(vat, recomputed.vat))
    && isSame(priced ?? null, recomputed.priced ?? null);
  return {
    sessionId: ticket.sessionId, ticketId: ticket.ticketId, tariff, same, isOld, lines: checks, stored, recomputed,
  };
}

/** Whatever the order of their fields: a ticket may have come through another program. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, sorted(v)]));
}
