// What a ticket counts: its charge, its energy by the hours in which it was delivered, its time, its money. The stored
// meter values say when energy flowed; between two of them it flows evenly, in whole Wh that add up to the ticket's.
// Beside it what movements count that are no ticket's: what was given back, and fees of plans.
import { type Account, parseAccount, SUBSCRIPTIONS, VAT } from '../../../shared/account.ts';
import { userId } from '../../../shared/ids.ts';
import { isReservationFee } from '../../../shared/messages/ticket-line.ts';
import type { Ticket } from '../../../shared/messages/values.ts';
import { dayOf } from '../../../shared/zone.ts';
import { vatOf } from '../ledger.ts';
import type { MeterValueRow, Movement } from '../rows.ts';
import { hourOf, type Piece, piecesOf } from './buckets.ts';
import { type Figure, groupOf, type Place } from './figure.ts';

/** Of the ticket's session. */
export type TicketSession = { readonly payer: Account; readonly timeZone: string };
export type Reading = Pick<MeterValueRow, 'registerWh' | 'atMs' | 'kind'>;

/** What was delivered, and how long it took, within one piece of time. */
export type Part = Piece & { readonly energyWh: number; readonly chargingMs: number; readonly idleMs: number };

/** @param values the session's stored meter values, in their order */
export function figuresOfTicket(ticket: Ticket, session: TicketSession, values: readonly Reading[]): Figure[] {
  const { timeZone } = session;
  const place = placeOf(ticket, session);
  const money: Figure = {
    kind: 'money', place, ...momentOf(timeZone, ticket.issuedAtMs), currency: ticket.currency,
    sums: { totalMinor: ticket.totalMinor, vatMinor: vatOf(ticket) },
  };
  if (isReservationFee(ticket)) return [money];
  const figures = spreadTicket(ticket, values, timeZone).map(({ hour, day, energyWh, chargingMs, idleMs }): Figure =>
    ({ kind: 'counts', place, hour, day, counts: { energyWh, chargingMs, idleMs } }));
  if (ticket.kind === 'final') {
    figures.push({ kind: 'counts', place, ...momentOf(timeZone, ticket.startedAtMs), counts: { sessions: 1 } });
  }
  return [...figures, money];
}

/** What was given back of a ticket counts when it was. Its first posting is that of the wallet. */
export function figuresOfRefund(movement: Movement, ticket: Ticket, session: TicketSession): Figure[] {
  const refundedVatMinor = 0 - sumOf(movement, (account) => account === VAT);
  return [{
    kind: 'money', place: placeOf(ticket, session), ...momentOf(session.timeZone, movement.atMs),
    currency: movement.currency,
    sums: {
      refundedMinor: 0 - sumOf(movement, (account) => account.startsWith('revenue:')) + refundedVatMinor,
      refundedVatMinor,
    },
  }];
}

/** A plan's fee counts when it was booked, for who paid it: it belongs to no site, so its day is one of UTC. */
export function figuresOfPlanFee(movement: Movement): Figure[] {
  const { postings: [paid], atMs, currency } = movement;
  const payer = paid === undefined ? undefined : parseAccount(paid.account);
  const place: Place = {
    siteId: null, pointId: null, userId: payer?.kind === 'user-wallet' ? payer.userId : null,
    groupId: payer?.kind === 'group-wallet' ? payer.groupId : null,
  };
  const planFeesVatMinor = sumOf(movement, (account) => account === VAT);
  const planFeesMinor = sumOf(movement, (account) => account === SUBSCRIPTIONS) + planFeesVatMinor;
  return [{ kind: 'money', place, ...momentOf('UTC', atMs), currency, sums: { planFeesMinor, planFeesVatMinor } }];
}

/** A ticket's energy and time, piece by piece. The parts' Wh add up to the ticket's, whatever is stored. */
export function spreadTicket(ticket: Ticket, values: readonly Reading[], timeZone: string): Part[] {
  const parts: Part[] = [];
  let [last, lastMs] = [values[0]?.registerWh ?? 0, values[0]?.atMs ?? 0];
  for (const value of values.slice(1)) {
    const untilMs = Math.max(value.atMs, lastMs);
    if (isOfTicket(value, ticket)) {
      const energyWh = value.registerWh - last;
      parts.push(...spread(piecesOf(timeZone, lastMs, untilMs), energyWh, value.kind));
    }
    [last, lastMs] = [value.registerWh, untilMs];
  }
  const leftWh = ticket.energyWh - parts.reduce((sum, { energyWh }) => sum + energyWh, 0);
  if (values.length === 0 || leftWh !== 0) {
    // Nothing stored says when it flowed: a database of an early version, or one that somebody changed.
    const fromMs = values.length === 0 ? Math.min(ticket.startedAtMs, ticket.endedAtMs) : ticket.endedAtMs;
    parts.push(...spread(piecesOf(timeZone, fromMs, ticket.endedAtMs), leftWh, 'charging'));
  }
  return parts;
}

/** A correction holds what was metered behind its final ticket; its first value has more on the register. */
function isOfTicket({ registerWh }: Reading, { kind, meterStartWh, meterStopWh }: Ticket): boolean {
  return registerWh <= meterStopWh && (kind === 'final' || registerWh > meterStartWh);
}

/** Evenly: up to each moment it is the whole Wh below, so that the last piece has what is left. */
function spread(pieces: readonly Piece[], energyWh: number, kind: MeterValueRow['kind']): Part[] {
  const fromMs = pieces[0]?.fromMs ?? 0;
  const wholeMs = (pieces.at(-1)?.untilMs ?? 0) - fromMs;
  let before = 0;
  return pieces.map((piece, i) => {
    const share = wholeMs === 0 ? 1 : (piece.untilMs - fromMs) / wholeMs;
    const upTo = i === pieces.length - 1 ? energyWh : Math.floor(energyWh * share);
    const part = upTo - before;
    before = upTo;
    const ms = piece.untilMs - piece.fromMs;
    return { ...piece, energyWh: part, chargingMs: kind === 'charging' ? ms : 0, idleMs: kind === 'charging' ? 0 : ms };
  });
}

function sumOf({ postings }: Movement, isOf: (account: Account) => boolean): number {
  return postings.reduce((sum, { account, amountMinor }) => sum + (isOf(account) ? amountMinor : 0), 0);
}

function placeOf({ siteId, pointId, driverId }: Ticket, { payer }: TicketSession): Place {
  return { siteId, pointId, userId: userId(driverId), groupId: groupOf(payer) };
}

export function momentOf(timeZone: string, atMs: number): { hour: string; day: string } {
  return { hour: hourOf(atMs), day: dayOf(timeZone, atMs) };
}
