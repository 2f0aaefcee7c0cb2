// What must be true when all is at rest: what each driver was told is what became of her requests, and what Central
// shows of a point is how the point is.
import { checkInvoices, invoiceFaultText } from '../../ev-central/core/invoice-check.ts';
import type { PointState } from '../../ev-central/core/rows.ts';
import type { Point } from '../../ev-cp-engine/point-state.ts';
import { checkTickets } from '../../ev-central/cli/ticket-check.ts';
import { type Account, groupWallet, userWallet } from '../../shared/account.ts';
import { type PointId, sessionId } from '../../shared/ids.ts';
import type { Notice } from '../../shared/messages/notice.ts';
import type { Town } from './town.ts';

/** Everybody was told how each session of hers ended, and has each of its tickets once. */
export function checkTold({ world, history, drivers }: Town): void {
  const told = new Map<string, Notice[]>();
  for (const { pocket } of drivers) {
    for (const notice of pocket.notices) {
      const id = subjectOf(notice);
      if (id !== null) told.set(id, [...told.get(id) ?? [], notice]);
    }
  }
  for (const id of history.holds.keys()) {
    const notices = told.get(id) ?? [];
    const isTold = notices.some((notice) =>
      notice.type === 'refused' || (notice.type === 'ended' && !notice.provisional) || isEndOfReservation(notice));
    const types = notices.map(({ type }) => type).join(', ');
    if (!isTold) world.fail(`nobody was told the end of ${id}, only: ${types}`);
    const tickets = (history.tickets.get(id) ?? []).map(({ ticketId }) => ticketId).join();
    const has = notices.flatMap((notice) => (notice.type === 'ticket' ? [notice.ticket.ticketId] : [])).join();
    if (tickets !== has) world.fail(`the tickets of ${id} are ${tickets || 'none'}, its driver has ${has || 'none'}`);
  }
}

/** The session that it is about, or the reservation, whose own session has its id. */
function subjectOf(notice: Notice): string | null {
  if (notice.type === 'ticket') return notice.ticket.sessionId;
  if (notice.type === 'reservation') return notice.reservationId;
  return 'sessionId' in notice ? notice.sessionId : null;
}

/** Her charge itself says how one was used. */
function isEndOfReservation(notice: Notice): boolean {
  const ends = ['cancelled', 'no-show', 'expired', 'checked-in', 'open'];
  return notice.type === 'reservation' && ends.includes(notice.news);
}

/**
 * What was delivered and stands on no bill, because the report of its end could not be handled (poison): of each such
 * session no more than what its point metered after the last reading that Central had, and it bears a flag for it.
 */
export function lostWh({ world, history, poison, disk: { store } }: Town): number {
  let sumWh = 0;
  const lost = new Map(poison.lostFacts.flatMap(({ type, sessionId: id, energyWh }) =>
    (type === 'session-ended' && id !== null ? [[id, energyWh] as const] : [])));
  for (const [id, lostEndWh] of lost) {
    const session = store.session(id);
    // An engine that died as it wrote the end reported it when it was back, from its journal: nobody saw it report.
    const reportedWh = history.reportedWh.get(id) ?? lostEndWh;
    const missingWh = reportedWh - (session?.energyWh ?? 0) - (session?.disputedWh ?? 0);
    if (missingWh < 0) world.fail(`${id} is billed ${-missingWh} Wh more than was delivered`);
    const isNamed = session === undefined || session.flags.includes('report-missing');
    if (missingWh > 0 && !isNamed) world.fail(`${missingWh} Wh of ${id} are lost, and it bears no flag for it`);
    sumWh += missingWh;
  }
  return sumWh;
}

/** A point of which a fact was lost that Central shows as it is not; null: none. Its operator sees to it. */
export function wronglyShown({ poison, central, engines }: Town): PointId | null {
  const lost = new Set(poison.lostFacts.map(({ pointId }) => pointId));
  for (const { running: station } of engines) {
    for (const { pointId, point } of station?.points.values() ?? []) {
      const known = central.running?.state.pointStates.get(pointId);
      if (!lost.has(pointId) || known === undefined) continue;
      if (shownOf(known) !== trulyOf(point)) return pointId;
    }
  }
  return null;
}

/** What Central says of each point is what its engine says. */
export function checkPoints({ world, central, engines }: Town): void {
  const state = central.running?.state;
  for (const { running: station } of engines) {
    for (const { pointId, point } of station?.points.values() ?? []) {
      const known = state?.pointStates.get(pointId);
      if (known === undefined) {
        world.fail(`Central does not know ${pointId}`);
        continue;
      }
      const [shown, is] = [shownOf(known), trulyOf(point)];
      if (shown !== is) world.fail(`Central shows ${pointId} as ${shown}, it is ${is}`);
    }
  }
}

/** Every ticket comes out again from what is stored, line by line, and its net amounts and VAT add up to it. */
export function checkBills({ world, history, disk: { store } }: Town): void {
  for (const id of history.tickets.keys()) {
    const checks = checkTickets(store, sessionId(id)) ?? [];
    if (checks.length === 0) world.fail(`the tickets of ${id} cannot be made again`);
    for (const { same, ticketId, stored, recomputed } of checks) {
      if (!same) world.fail(`${ticketId} is ${JSON.stringify(stored)}, again ${JSON.stringify(recomputed)}`);
      const withVat = stored.vat.reduce((sum, { netMinor, vatMinor }) => sum + netMinor + vatMinor, 0);
      if (withVat !== stored.totalMinor) world.fail(`${ticketId} of ${stored.totalMinor} has ${withVat} by VAT rates`);
    }
  }
}

/** The audit log is a whole chain, whatever deaths and full disks came between its rows. */
export function checkAudit({ world, disk: { store } }: Town): void {
  const { rows, faults: [fault] } = store.verifyAudit(null);
  if (fault !== undefined) world.fail(`the audit log of ${rows} rows is broken: ${JSON.stringify(fault)}`);
}

/**
 * Numbers have no gaps, every ticket is on one invoice or waits for the end of its month, sums balance; and each payer
 * was told of each invoice of hers, in their order.
 */
export function checkInvoicing({ world, drivers, history, disk: { store } }: Town): void {
  const books = store.invoiceBooks();
  history.invoices = books.invoices.length;
  const { faults: [fault] } = checkInvoices(books);
  if (fault !== undefined) world.fail(`the invoices are not right: ${invoiceFaultText(fault)}`);
  for (const { driverId, pocket } of drivers) {
    const ofPayer = (wallet: Account): string[] =>
      books.invoices.filter(({ payer }) => payer === wallet).map(({ number }) => number);
    const hers = ofPayer(userWallet(driverId)).join();
    const notices = pocket.notices.flatMap((notice) => (notice.type === 'invoice' ? [notice] : []));
    const told = notices.filter(({ groupId }) => groupId === null).map(({ invoiceNumber }) => invoiceNumber).join();
    const stray = notices.find(({ groupId, invoiceNumber }) =>
      groupId !== null && !ofPayer(groupWallet(groupId)).includes(invoiceNumber));
    if (stray !== undefined) world.fail(`${driverId} was told of ${stray.invoiceNumber}, which is none of that group`);
    if (told !== hers) world.fail(`${driverId} was told of the invoices ${told || 'none'}, hers are ${hers || 'none'}`);
  }
}

/** What was added up while things happened, deaths and replays between, is what is stored comes to. */
export function checkFigures({ world, disk: { store } }: Town): void {
  const difference = store.checkFigures();
  if (difference !== null) world.fail(`the figures are not right: ${difference}`);
}

/** No reminder that was due is left. */
export function checkDebts({ world, central, history }: Town): void {
  const state = central.running?.state;
  const late = state === undefined ? null : history.debts.rest(state, world.nowMs);
  if (late !== null) world.fail(late);
}

function shownOf({ link, health, operative, connectors, faults }: PointState): string {
  return JSON.stringify({
    connected: link.connected, health: health.engine, operative: operative.on, faults: [...faults].sort(),
    connectors: connectors.map(({ connectorNo, plugged, faults: its }) => [connectorNo, plugged, ...[...its].sort()]),
  });
}

function trulyOf({ kept: { operative, connectors, faults } }: Point): string {
  const codesAt = (no: number | null): string[] =>
    faults.filter(({ connectorNo }) => connectorNo === no).map(({ code }) => code).sort();
  return JSON.stringify({
    connected: true, health: 'ok', operative, faults: codesAt(null),
    connectors: connectors.map(({ connectorNo, plug }) => [connectorNo, plug !== null, ...codesAt(connectorNo)]),
  });
}
