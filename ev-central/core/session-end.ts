// How a session ends: stopped by somebody, broken off (provisional: it may go on after all), closed with its true end
// (ticket and settlement, once), or corrected by a report that came after that. What was metered is billed or listed as
// disputed, never lost.
import { invariant } from '../../shared/assert.ts';
import { ticketId } from '../../shared/ids.ts';
import type { MeterSample } from '../../shared/messages/meter-sample.ts';
import type { EndReason, Ticket } from '../../shared/messages/values.ts';
import { sendStop } from './commands.ts';
import { notify } from './notices.ts';
import { connectorState } from './point-status.ts';
import { LONGEST_STEP_MS } from './point-time.ts';
import type { LiveMeter, MeterKind, MeterValueRow, Session } from './rows.ts';
import { flagSession, moveSession, putSession } from './session-change.ts';
import { foldedRegisterWh, provisionalCost, storeReading, withReading } from './session-cost.ts';
import { CONNECTOR_RELEASED } from './session-index.ts';
import type { State } from './state.ts';
import { emit, event, nextId, putPointState, type Step, tell } from './step.ts';
import { rulesOf, tariffIdOfKey } from './tariffs.ts';
import { type Bill, billDifference, billOf } from './tariff/ticket-lines.ts';
import type { TariffUsage } from './tariff/usage.ts';
import { priceOfUsage } from './tariff/usage-price.ts';
import { bookTicket, closeHold } from './wallet.ts';

/**
 * The end of a session: from the engine's report, or where Central gave up waiting for it. Times are corrected ones.
 */
export type TrueEnd = {
  readonly reason: EndReason; readonly meterStopWh: number; readonly endedAtMs: number; readonly rawEndedAtMs: number;
  readonly socPercent: number | null;
};

/** Ends that are the network's doing, not the driver's: the session's final state is `interrupted`. */
const BROKEN: readonly EndReason[] = [
  'fault', 'power-loss', 'engine-restarted', 'operator', 'key-revoked', 'monitor-lost', 'reset', 'never-reported',
];

/** Orders the point to end a running charge; its report makes the ticket. */
export function stopSession(step: Step, session: Session, reason: EndReason): void {
  if (session.pointId === null || session.stopping !== null) return;
  sendStop(step, session.pointId, session, reason);
  const stopping = { reason, sinceMs: step.now };
  if (session.state === 'interrupted') putSession(step, { ...session, stopping });
  else moveSession(step, session, 'finishing', { stopping });
}

/** The point broke in the middle of a charge: provisional, until its true end is known. The hold stays. */
export function interruptSession(step: Step, session: Session, reason: EndReason): void {
  const costMinor = provisionalCost(step.state, session);
  const energyWh = meteredWh(step.state, session);
  const broken = moveSession(step, session, 'interrupted', {
    provisional: true, endReason: reason, energyWh, costMinor,
  });
  notify(step, broken, {
    type: 'ended', sessionId: session.sessionId, pointId: session.pointId, state: 'interrupted', reason,
    provisional: true, energyWh, amountMinor: costMinor, currency: session.currency,
  });
}

/**
 * A charge that broke off goes on after all, as a reading says that has just been taken in: what was told of its end no
 * longer counts.
 */
export function resumeSession(step: Step, session: Session, { pointId, connectorNo, state }: MeterSample): Session {
  const to = state === 'charging' ? 'charging' : 'suspended';
  const resumed = moveSession(step, session, to, { provisional: false, endReason: null, energyWh: 0, costMinor: 0 });
  notify(step, resumed, {
    type: 'resumed', sessionId: session.sessionId, pointId, connectorNo, state: to,
    resumedAtMs: step.state.meters.must(session.sessionId).atMs, energyWh: meteredWh(step.state, resumed),
    amountMinor: provisionalCost(step.state, resumed), currency: session.currency,
  });
  return resumed;
}

/** The true end: fold, ticket, settlement, notices. Called once for a session; later reports go to `correctSession`. */
export function closeSession(step: Step, session: Session, end: TrueEnd): void {
  const { state, now } = step;
  const usage = finalUsage(step, session, end);
  if (usage === null) return;
  const ticket = makeTicket(step, session, end, {
    bill: billOfUsage(state, session, usage), energyWh: usage.energyWh, kind: 'final',
    meterStopWh: foldedRegisterWh({ ...session, usage }),
  });
  emit(step, { kind: 'append', table: 'tickets', row: ticket });
  const settled = closeHold(step, session, 'settled');
  const balanceMinor = bookTicket(step, session, {
    kind: 'charge', amountMinor: -ticket.totalMinor, reason: `ticket ${ticket.ticketId}`, ticket,
  });
  const finalState = BROKEN.includes(end.reason) ? 'interrupted' : 'completed';
  const closed = moveSession(step, settled, finalState, {
    usage, endedAtMs: end.endedAtMs, endReceivedMs: now, meterStopWh: ticket.meterStopWh, endReason: end.reason,
    provisional: false, settled: true, lastStoredSample: lastSample(step, settled) + 1, energyWh: usage.energyWh,
    costMinor: ticket.totalMinor, ticketId: ticket.ticketId,
  });
  holdConnectorUntilUnplugged(step, closed);
  state.progressSentMs.delete(session.sessionId);
  state.costWatches.delete(session.sessionId);
  event(step, 'ticket', { siteId: session.siteId, corr: session.corr, session }, { ticket });
  notify(step, closed, {
    type: 'ended', sessionId: session.sessionId, pointId: session.pointId, state: finalState, reason: end.reason,
    provisional: false, energyWh: closed.energyWh, amountMinor: closed.costMinor, currency: session.currency,
  });
  notify(step, closed, { type: 'ticket', ticket, balanceMinor });
}

/** Closes a session at the last meter value that Central has: nobody will report its end, or nobody may. */
export function closeAtLastMeter(step: Step, session: Session, reason: EndReason, flag: string): void {
  if (session.usage === null) return;
  const meter = step.state.meters.get(session.sessionId);
  const flagged = flagSession(step, session, flag);
  closeSession(step, flagged, {
    reason,
    meterStopWh: meter?.registerWh ?? foldedRegisterWh(session),
    endedAtMs: meter?.atMs ?? session.usage.lastMs,
    rawEndedAtMs: meter?.rawAtMs ?? session.usage.lastMs,
    socPercent: meter?.socPercent ?? null,
  });
}

/** A report of a session that was closed before: a second ticket and its own ledger entry for what was missing. */
export function correctSession(step: Step, session: Session, end: TrueEnd): void {
  if (session.usage === null) return;
  const missingWh = end.meterStopWh - foldedRegisterWh(session);
  if (missingWh <= 0) return;
  if (session.flags.includes('disputed')) {
    const flagged = flagSession(step, session, `disputed ${missingWh} Wh`);
    // Counted from the same last value, however often the end is reported.
    putSession(step, { ...flagged, disputedWh: Math.max(session.disputedWh, missingWh) });
    return;
  }
  const usage = finalUsage(step, session, end);
  if (usage === null) return;
  const [now, before] = [usage, session.usage].map((each) => billOfUsage(step.state, session, each));
  invariant(now !== undefined && before !== undefined, 'two usages have two bills');
  const ticket = makeTicket(step, session, end, {
    bill: billDifference(now, before), energyWh: usage.energyWh - session.usage.energyWh, kind: 'correction',
    meterStopWh: foldedRegisterWh({ ...session, usage }),
  });
  emit(step, { kind: 'append', table: 'tickets', row: ticket });
  const balanceMinor = bookTicket(step, session, {
    kind: 'correction', amountMinor: -ticket.totalMinor, reason: `correction ${ticket.ticketId}`, ticket,
  });
  putSession(step, {
    ...session, usage, lastStoredSample: lastSample(step, session) + 1, endedAtMs: end.endedAtMs,
    meterStopWh: ticket.meterStopWh, energyWh: usage.energyWh,
    costMinor: session.costMinor + ticket.totalMinor,
  });
  event(step, 'ticket', { siteId: session.siteId, corr: session.corr, session }, { ticket });
  notify(step, session, { type: 'ticket', ticket, balanceMinor });
}

/** Energy up to the newest meter value. */
export function meteredWh(state: State, session: Session): number {
  if (session.meterStartWh === null || session.usage === null) return 0;
  const meter = state.meters.get(session.sessionId);
  return Math.max(meter?.registerWh ?? 0, foldedRegisterWh(session)) - session.meterStartWh;
}

/** Stores the last value of a session, and the newest sample before it where that was of another kind. */
function finalUsage(step: Step, session: Session, end: TrueEnd): TariffUsage | null {
  if (session.usage === null) return null;
  const live = unfolded(step, session);
  const newest = step.state.meters.get(session.sessionId);
  const lastWh = live?.registerWh ?? foldedRegisterWh(session);
  const kind: MeterKind = end.meterStopWh > lastWh ? 'charging' : newest?.kind ?? 'charging';
  const hasPowers = rulesOf(step.state, session).cuts.powerW.length > 0;
  const known = live !== null && (live.kind !== kind || hasPowers) ? storeReading(step, session, live) : session;
  const usage = known.usage ?? session.usage;
  const atMs = Math.min(Math.max(end.endedAtMs, usage.lastMs), usage.lastMs + LONGEST_STEP_MS);
  const row: MeterValueRow = {
    // After every sample that Central can have seen, so that the stored order is the fold's order.
    sessionId: session.sessionId, sample: lastSample(step, session) + 1, atMs, kind,
    registerWh: Math.max(end.meterStopWh, foldedRegisterWh(known)),
    powerW: kind === 'charging' ? newest?.powerW ?? 0 : 0,
    socPercent: end.socPercent, rawAtMs: end.rawEndedAtMs, receivedAtMs: step.now,
  };
  emit(step, { kind: 'append', table: 'meter_values', row });
  return withReading(step.state, session, usage, row);
}

/** The newest sample, when it is not stored. */
function unfolded({ state }: Step, session: Session): LiveMeter | null {
  const live = state.meters.get(session.sessionId);
  const isNew = live !== undefined && live.sample > session.lastStoredSample
    && live.registerWh >= foldedRegisterWh(session);
  return isNew ? live : null;
}

function billOfUsage(state: State, session: Session, usage: TariffUsage): Bill {
  const rules = rulesOf(state, session);
  return billOf(priceOfUsage(usage, rules), rules);
}

/** The number of the newest sample that is stored, or that Central has seen. */
function lastSample(step: Step, session: Session): number {
  return Math.max(step.state.meters.get(session.sessionId)?.sample ?? 0, session.lastStoredSample);
}

type Billing = {
  readonly bill: Bill; readonly energyWh: number; readonly meterStopWh: number; readonly kind: Ticket['kind'];
};

function makeTicket(
  step: Step, session: Session, end: TrueEnd, { bill, energyWh, meterStopWh, kind }: Billing,
): Ticket {
  const { pointId, connectorNo } = session;
  invariant(pointId !== null && connectorNo !== null, 'a session with a meter has a point');
  return {
    ticketId: ticketId(nextId(step)), sessionId: session.sessionId, kind,
    corrects: kind === 'correction' ? session.ticketId : null,
    driverId: session.driverId, siteId: session.siteId, pointId, connectorNo, tariffId: tariffIdOfKey(session.tariff),
    startedAtMs: session.startedAtMs ?? end.endedAtMs, endedAtMs: end.endedAtMs, issuedAtMs: step.now,
    meterStartWh: meterStopWh - energyWh, meterStopWh, energyWh,
    endReason: end.reason, lines: [...bill.lines], currency: session.currency, totalMinor: bill.totalMinor,
    vat: [...bill.vat], flags: session.flags.filter((flag) => flag !== CONNECTOR_RELEASED),
  };
}

/** The vehicle may still be plugged in: then the connector is not free for others yet (OCPP Finishing). */
function holdConnectorUntilUnplugged(step: Step, session: Session): void {
  if (session.pointId === null || session.connectorNo === null) return;
  // Another car may stand there by now.
  if (session.flags.includes(CONNECTOR_RELEASED)) return;
  const point = step.state.pointStates.get(session.pointId);
  if (point === undefined) {
    tell(step, 'warn', `session ${session.sessionId} ended at ${session.pointId}, which is no longer registered`);
    return;
  }
  const connector = connectorState(point, session.connectorNo);
  if (!connector.plugged) return;
  const connectors = point.connectors.map((c) =>
    c.connectorNo === session.connectorNo ? { ...c, finishedSessionId: session.sessionId } : c);
  putPointState(step, { ...point, connectors });
}
