// A refund: part of a charge that is on an invoice is given back to the wallet, and a credit note says so.
import { invariant } from '../../shared/assert.ts';
import type { InvoiceTicket } from '../../shared/messages/invoice.ts';
import type { VatPart } from '../../shared/messages/values.ts';
import { formatAmount, ratio, roundHalfEven } from '../../shared/money.ts';
import { aboutOf, creditNote, noteInvoicing } from './invoices.ts';
import type { InvoicedSession } from './invoice-rows.ts';
import { driverOn } from './invoice-ticket.ts';
import type { Session } from './rows.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';

type Refund = { readonly amountMinor: number; readonly reason: string };

/**
 * The credit note of a refund that its caller books and has found not to be too large; its number, or null when no
 * invoice holds the session.
 */
export function creditRefund(
  step: Step, session: Session, { amountMinor, reason }: Refund,
): string | null {
  const { state } = step;
  const { sessionId, currency } = session;
  noteInvoicing(step);
  const invoiced = state.invoicedSessions.get(sessionId);
  if (state.settings.issuer === null || invoiced === undefined) return null;
  const ticket = refundLine(state, session, invoiced, { amountMinor, reason });
  return creditNote(step, state.settings.issuer, invoiced, { ...aboutOf(step, sessionId), ticket, currency });
}

function refundLine(
  state: State, session: Session, invoiced: InvoicedSession, { amountMinor, reason }: Refund,
): InvoiceTicket {
  const { sessionId, siteId, pointId, connectorNo, timeZone, currency } = session;
  const vat = shareOf(invoiced, amountMinor);
  const vatMinor = vat.reduce((sum, part) => sum + part.vatMinor, 0);
  invariant(pointId !== null && connectorNo !== null, 'a charge that was invoiced has a point');
  return {
    ticketId: null, sessionId, kind: 'refund', driverId: driverOn(session.payer, session.driverId), siteId,
    siteName: state.sites.get(siteId)?.name ?? siteId, pointId, connectorNo, timeZone,
    startedAtMs: session.startedAtMs ?? session.requestedAtMs, endedAtMs: session.endedAtMs ?? session.stateSinceMs,
    energyWh: 0, lines: [{ text: reason, quantity: '', amount: formatAmount(-amountMinor, currency) }],
    netMinor: -amountMinor - vatMinor, vatMinor, totalMinor: -amountMinor, vat,
  };
}

/** The amount, taken off each VAT rate by its part of the ticket; the last rate takes what rounding leaves. */
function shareOf({ vat, totalMinor }: InvoicedSession, amountMinor: number): VatPart[] {
  let leftMinor = amountMinor;
  return vat.map(({ rate, netMinor, vatMinor }, i) => {
    const grossMinor = netMinor + vatMinor;
    const partMinor = i === vat.length - 1 ? leftMinor : part(amountMinor, grossMinor, totalMinor);
    leftMinor -= partMinor;
    const ofNetMinor = part(partMinor, netMinor, grossMinor);
    // Zero is zero, whatever its sign: it is compared as text.
    return { rate, netMinor: 0 - ofNetMinor, vatMinor: ofNetMinor - partMinor };
  });
}

/** `amount` × `of` ÷ `whole`, half-even; nothing of nothing. */
function part(amountMinor: number, ofMinor: number, wholeMinor: number): number {
  if (wholeMinor <= 0) return 0;
  return Number(roundHalfEven(ratio(BigInt(amountMinor) * BigInt(ofMinor), BigInt(wholeMinor))));
}
