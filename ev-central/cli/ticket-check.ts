// Makes the tickets of a session again from its stored meter values, with the price model that made them, and compares.
import { addUsage, beginUsage, priceOf, totalMinor, usageDifference, usedWh } from '../core/price.ts';
import type { MeterValueRow, Session, Usage } from '../core/rows.ts';
import type { SessionId } from '../../shared/ids.ts';
import type { Ticket, TicketLine } from '../../shared/messages/values.ts';
import type { Store } from '../store/store.ts';

export type TicketFigures = {
  readonly energyWh: number; readonly meterStartWh: number; readonly meterStopWh: number; readonly totalMinor: number;
  readonly lines: readonly TicketLine[];
};
export type TicketCheck = {
  readonly sessionId: string;
  readonly ticketId: string;
  readonly same: boolean;
  readonly stored: TicketFigures;
  readonly recomputed: TicketFigures;
};

/** Checks every ticket of a session; null when there is no such session or it has no ticket. Reads only. */
export function checkTickets(
  store: Pick<Store, 'session' | 'meterValues' | 'ticketsOf'>, sessionId: SessionId,
): TicketCheck[] | null {
  const session = store.session(sessionId);
  const tickets = session === undefined ? [] : store.ticketsOf(sessionId);
  if (session === undefined || tickets.length === 0) return null;
  const values = store.meterValues(sessionId);
  let before: Usage | null = null;
  return tickets.map((ticket, i) => {
    // What Central had when it made this ticket. A session that is over stores no samples any more: each correction
    // added one value, its own end.
    const usage = fold(session, values.slice(0, values.length - (tickets.length - 1 - i)));
    const recomputed = before === null ? finalFigures(session, usage) : correctionFigures(session, usage, before);
    before = usage;
    const stored = figuresOf(ticket);
    return {
      sessionId, ticketId: ticket.ticketId, same: JSON.stringify(stored) === JSON.stringify(recomputed), stored,
      recomputed,
    };
  });
}

/** The fold of a session over its stored meter values, from the reading at which it began. */
function fold(session: Session, values: readonly MeterValueRow[]): Usage {
  let usage = beginUsage({ registerWh: session.meterStartWh ?? 0, atMs: session.startedAtMs ?? 0 });
  for (const value of values) {
    if (value.sample === 0) continue; // the reading at the start: where the fold begins
    usage = addUsage(usage, value, session.tariff, session.timeZone);
  }
  return usage;
}

function finalFigures({ tariff }: Session, usage: Usage): TicketFigures {
  const { lines, totalMinor: total } = priceOf(usage, tariff);
  return { ...energyOf(usage), totalMinor: total, lines };
}

function correctionFigures({ tariff }: Session, usage: Usage, before: Usage): TicketFigures {
  const difference = usageDifference(usage, before);
  return {
    ...energyOf(difference), totalMinor: totalMinor(usage, tariff) - totalMinor(before, tariff),
    lines: priceOf(difference, { ...tariff, perSessionMicros: 0 }).lines,
  };
}

function energyOf(usage: Usage): Pick<TicketFigures, 'energyWh' | 'meterStartWh' | 'meterStopWh'> {
  const energyWh = usedWh(usage);
  const meterStopWh = usage.last.registerWh;
  return { energyWh, meterStartWh: meterStopWh - energyWh, meterStopWh };
}

/** In the order in which the recomputed figures have their fields, so that both compare as JSON. */
function figuresOf(ticket: Ticket): TicketFigures {
  const { energyWh, meterStartWh, meterStopWh } = ticket;
  const lines = ticket.lines.map(({ kind, fromMinute, toMinute, quantity, unitPriceMicros, amountMicros }) =>
    ({ kind, fromMinute, toMinute, quantity, unitPriceMicros, amountMicros }));
  return { energyWh, meterStartWh, meterStopWh, totalMinor: ticket.totalMinor, lines };
}
