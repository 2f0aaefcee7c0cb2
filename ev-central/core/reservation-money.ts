// The money of a reservation: its fee is held when it is booked, and released when she charges or cancels in time. What
// is taken of it makes a ticket, as a charge does, so that ledger, invoice, refund and statement need no rule of their
// own. The ticket belongs to a session that never charged and has the reservation's id: it is written with the ticket.
import { requestId, sessionId, ticketId } from '../../shared/ids.ts';
import type { Reservation } from '../../shared/messages/reservation.ts';
import type { ReservationTicketLine } from '../../shared/messages/ticket-line.ts';
import { NO_GOAL, type SessionState, type Ticket, type VatPart } from '../../shared/messages/values.ts';
import { minorDigits } from '../../shared/money.ts';
import { partOfFee } from '../../shared/reservation-fee.ts';
import { notify } from './notices.ts';
import { reservationCorr } from './reservation-change.ts';
import type { Session, TariffKey } from './rows.ts';
import { putSession } from './session-change.ts';
import { emit, event, nextId, type Step } from './step.ts';
import { tariffIdOfKey } from './tariffs.ts';
import { bookTicket, closeHold, type Held, openHold } from './wallet.ts';

/** Why something is taken, which is the end of its session, too. */
export type FeeReason = ReservationTicketLine['why'];

/** The hold of a reservation, as the wallet knows it. */
export function heldFor(row: Reservation): Held {
  return { payer: row.payer, driverId: row.userId, sessionId: sessionId(row.reservationId), holdMinor: row.holdMinor };
}

export function openReservationHold(step: Step, row: Reservation): void {
  if (row.holdMinor > 0) openHold(step, heldFor(row));
}

/** Lets go of what is held, once. */
export function releaseReservationHold(step: Step, row: Reservation): Reservation {
  closeHold(step, heldFor(row), 'released');
  return { ...row, holdMinor: 0 };
}

/** Takes so many per cent of the fee and lets go of the rest. The caller puts the row. */
export function takeFee(step: Step, row: Reservation, percent: number, why: FeeReason): Reservation {
  const takenMinor = partOfFee(row.feeMinor, percent);
  if (takenMinor === 0) return releaseReservationHold(step, row);
  closeHold(step, heldFor(row), 'settled');
  const ticket = feeTicket(step, row, { why, percent, takenMinor });
  emit(step, { kind: 'append', table: 'tickets', row: ticket });
  const session = putSession(step, feeSession(step, row, ticket));
  const balanceMinor = bookTicket(step, session, {
    kind: 'charge', amountMinor: -takenMinor, reason: `ticket ${ticket.ticketId}, reservation ${row.reservationId}`,
    ticket,
  });
  event(step, 'ticket', { siteId: row.siteId, corr: session.corr, session }, { ticket });
  notify(step, session, { type: 'ticket', ticket, balanceMinor });
  return { ...row, holdMinor: 0, takenMinor, ticketId: ticket.ticketId };
}

function feeTicket(
  step: Step, row: Reservation,
  { why, percent, takenMinor }: { readonly why: FeeReason; readonly percent: number; readonly takenMinor: number },
): Ticket {
  const { reservationId, userId, siteId, pointId, connectorNo, beginsAtMs, endsAtMs, currency, feeMinor } = row;
  const amountMicros = feeMicros({ feeMinor, percent }, currency);
  return {
    ticketId: ticketId(nextId(step)), sessionId: sessionId(reservationId), kind: 'final', corrects: null,
    driverId: userId, siteId, pointId, connectorNo, tariffId: tariffIdOfKey(row.tariff as TariffKey),
    startedAtMs: beginsAtMs, endedAtMs: endsAtMs, issuedAtMs: step.now, meterStartWh: 0, meterStopWh: 0, energyWh: 0,
    endReason: why, currency, totalMinor: takenMinor, vat: withoutVat(takenMinor), flags: [],
    lines: [{ kind: 'RESERVATION', why, feeMinor, percent, exclVatMicros: amountMicros, inclVatMicros: amountMicros }],
  };
}

/** The session that the ticket belongs to: it is over, and nothing was ever metered. */
function feeSession({ now }: Step, row: Reservation, ticket: Ticket): Session {
  const { reservationId, userId, siteId, pointId, connectorNo, beginsAtMs, endsAtMs, payer, currency } = row;
  return {
    sessionId: sessionId(reservationId), requestId: requestId(reservationId), corr: reservationCorr(row),
    driverId: userId, siteId, pointId, connectorNo, atPoint: false, state: stateFor(ticket), stateSinceMs: now,
    requestedAtMs: row.bookedAtMs, target: { kind: 'point', pointId, connectorNo },
    fit: { connectorType: null, minPowerW: null }, goal: NO_GOAL, priorityClass: 'normal', queuedAtMs: null,
    toldPlace: null, offered: false, holdMinor: 0, payer, currency, tariff: row.tariff as TariffKey, terms: null,
    timeZone: row.timeZone, commandNumber: null, plugByMs: null, startedAtMs: beginsAtMs, startedRawMs: null,
    startReceivedMs: null, bootId: null, meterStartWh: 0, usage: null, lastStoredSample: 0, stopping: null,
    endedAtMs: endsAtMs, endReceivedMs: now, meterStopWh: 0, endReason: ticket.endReason, refusal: null,
    provisional: false, settled: true, energyWh: 0, costMinor: ticket.totalMinor, ticketId: ticket.ticketId,
    disputedWh: 0, flags: [],
  };
}

function stateFor({ endReason }: Ticket): SessionState {
  return endReason === 'late-cancellation' ? 'cancelled' : 'expired';
}

/** It makes up for a slot that nobody used: it bears none. */
export function withoutVat(amountMinor: number): VatPart[] {
  return [{ rate: '0', netMinor: amountMinor, vatMinor: 0 }];
}

/** What a ticket's line says, in millionths. */
export function feeMicros(
  { feeMinor, percent }: Pick<ReservationTicketLine, 'feeMinor' | 'percent'>, currency: Reservation['currency'],
): number {
  return partOfFee(feeMinor, percent) * 10 ** (6 - minorDigits(currency));
}
