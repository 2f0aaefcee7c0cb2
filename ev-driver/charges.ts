// The charges of one driver as her client knows them: what she asked for, and what notices, live figures and Central's
// rows say about it. Pure; a charge is a value, a change makes a new one.
import { assertNever } from '../shared/assert.ts';
import { requestId, type CorrelationId, type PointId, type RequestId, type SessionId } from '../shared/ids.ts';
import type { Notice } from '../shared/messages/notice.ts';
import type { Progress } from '../shared/messages/progress.ts';
import type { ReservationNews } from '../shared/messages/reservation-news.ts';
import type { SessionRow } from '../shared/messages/rows.ts';
import { NO_GOAL } from '../shared/messages/values.ts';
import type { Fit, Goal, SessionState, Target, Ticket } from '../shared/messages/values.ts';
import type { MessageLevel, ScreenMessage } from '../shared/screen/handle.ts';
import { noticeText, words } from '../shared/words.ts';
import type { Trouble } from '../shared/words.ts';
import type { LiveFigures } from './ui/view.ts';

export type Charge = {
  readonly requestId: RequestId;
  readonly corr: CorrelationId;
  readonly target: Target | null;
  readonly fit: Fit;
  readonly goal: Goal;
  readonly mayQueue: boolean;
  /** The key of its records: its site, or the driver's id for a request near a position. Null: not known yet. */
  readonly key: string | null;
  readonly state: 'sending' | 'offered' | SessionState;
  readonly sinceMs: number;
  readonly requestedAtMs: number;
  readonly sessionId: SessionId | null;
  readonly pointId: PointId | null;
  readonly connectorNo: number | null;
  readonly place: number | null;
  readonly estimatedWaitMs: number | null;
  readonly plugByMs: number | null;
  readonly live: LiveFigures | null;
  readonly ticket: Ticket | null;
  /** Of its invoice, once there is one. */
  readonly invoiceNumber: string | null;
  readonly provisional: boolean;
  /** Why it was refused, broke off or ended, in words. */
  readonly why: string;
  /** It failed on this side: Central may not know of it. */
  readonly failed: Trouble | null;
  readonly steps: readonly ScreenMessage[];
};

const STEPS_KEPT = 100;

export type ChargeWish = {
  readonly requestId: RequestId; readonly corr: CorrelationId; readonly target: Target | null; readonly fit: Fit;
  readonly goal: Goal; readonly mayQueue: boolean;
};

/** A charge that was asked for just now. */
export function newCharge(wish: ChargeWish, atMs: number): Charge {
  const { requestId: id, corr, target, fit, goal, mayQueue } = wish;
  return {
    requestId: id, corr, target, fit, goal, mayQueue, key: null, state: 'sending', sinceMs: atMs,
    requestedAtMs: atMs, sessionId: null, pointId: target?.kind === 'point' ? target.pointId : null, connectorNo: null,
    place: null, estimatedWaitMs: null, plugByMs: null, live: null, ticket: null, invoiceNumber: null,
    provisional: false, why: '', failed: null, steps: [],
  };
}

/** Nothing more is expected of it (a break-off ends with its ticket). */
export function isOver(charge: Charge): boolean {
  switch (charge.state) {
    case 'rejected': case 'cancelled': case 'expired': return true;
    case 'completed': case 'interrupted': return charge.ticket !== null;
    default: return false;
  }
}

/** The next request of a file need not wait for more: also a break-off that is provisional is an end. */
export function hasEnded(charge: Charge): boolean {
  return isOver(charge) || charge.state === 'interrupted';
}

/** The charge that a notice is about, made up when it was begun elsewhere (at the point, by another client). */
export function chargeOfNotice(charges: ReadonlyMap<RequestId, Charge>, notice: Notice): Charge | null {
  const session = sessionOfNotice(notice);
  for (const charge of charges.values()) {
    if (charge.requestId === notice.requestId || (session !== null && charge.sessionId === session)) return charge;
  }
  // An invoice comes after all that a charge has to say, a payment beside it: they begin none.
  if (notice.type === 'invoice' || notice.type === 'payment-failed') return null;
  if (session === null && notice.type !== 'refused') return null;
  if (session === null && notice.requestId === null) return null;
  const id = notice.requestId ?? requestId(`session.${session ?? ''}`.slice(0, 64));
  return newCharge({
    requestId: id, corr: notice.corr, target: null, fit: { connectorType: null, minPowerW: null }, goal: NO_GOAL,
    mayQueue: true,
  }, notice.atMs);
}

/** What a notice makes of its charge; times in its words are of the zone (IANA name). */
export function applyNotice(charge: Charge, notice: Notice, timeZone: string): Charge {
  const step = { atMs: notice.atMs, level: levelOf(notice), text: noticeText(notice, timeZone) };
  const steps = [...charge.steps.slice(-(STEPS_KEPT - 1)), step];
  const next = (state: Charge['state'], change: Partial<Charge>): Charge => ({
    ...charge, ...change, state, steps, failed: null,
    sinceMs: state === charge.state ? charge.sinceMs : notice.atMs,
  });
  switch (notice.type) {
    case 'accepted': {
      const { sessionId, pointId, connectorNo } = notice;
      return next('requested', { sessionId, pointId, connectorNo, place: null, estimatedWaitMs: null });
    }
    case 'authorized': case 'offered': {
      const { sessionId, pointId, connectorNo, plugByMs, type } = notice;
      return next(type, { sessionId, pointId, connectorNo, plugByMs, place: null, estimatedWaitMs: null });
    }
    case 'queued': {
      const { sessionId, place, estimatedWaitMs } = notice;
      return next('queued', { sessionId, place, estimatedWaitMs, plugByMs: null });
    }
    case 'refused':
      // A refused stop or cancel of a charge is no end of it.
      if (notice.requestId !== null && notice.requestId !== charge.requestId) return { ...charge, steps };
      return next('rejected', { sessionId: notice.sessionId, why: words().refusal[notice.reason](notice.facts) });
    case 'started': {
      const { sessionId, pointId, connectorNo } = notice;
      return next('charging', { sessionId, pointId, connectorNo, plugByMs: null, place: null });
    }
    case 'ended': return next(notice.state, endOf(charge, notice));
    case 'resumed': return next(notice.state, resumptionOf(charge, notice));
    case 'ticket': {
      const { ticket } = notice;
      const { sessionId, pointId, connectorNo } = ticket;
      const state = charge.state === 'interrupted' ? 'interrupted' : endOfTicket(ticket);
      return next(state, { sessionId, pointId, connectorNo, ticket, provisional: false });
    }
    case 'invoice':
      if (notice.kind === 'credit-note') return { ...charge, steps };
      return { ...charge, steps, invoiceNumber: notice.invoiceNumber };
    case 'payment-action': case 'payment-failed': return { ...charge, steps };
    // Of no charge of hers.
    case 'claim': case 'debt': case 'plan-lapsed': case 'reservation': return charge;
    default: return assertNever(notice, 'notice');
  }
}

/** The ticket of a reservation that was not used is of no charge. */
function endOfTicket({ endReason }: Ticket): 'completed' | 'cancelled' | 'expired' {
  if (endReason === 'late-cancellation') return 'cancelled';
  return endReason === 'no-show' || endReason === 'not-used' ? 'expired' : 'completed';
}

/** The live figures of a running charge; older ones than those that are there are dropped. */
export function applyProgress(charge: Charge, progress: Progress): Charge {
  if (isOver(charge) || (charge.live !== null && progress.atMs <= charge.live.atMs)) return charge;
  const { atMs, powerW, energyWh, socPercent, costMinor, currency, remainingMs } = progress;
  const { pointId, connectorNo, state } = progress;
  const live = { atMs, powerW, energyWh, socPercent, costMinor, currency, remainingMs };
  return { ...charge, live, pointId, connectorNo, state, sinceMs: state === charge.state ? charge.sinceMs : atMs };
}

/** What Central's list says of an open session: for a client that was not there when it began. */
export function chargeOfRow(known: Charge | undefined, row: SessionRow): Charge {
  const { sessionId, pointId, connectorNo, state, place, estimatedWaitMs, plugByMs, provisional } = row;
  const { powerW, energyWh, socPercent, costMinor, currency } = row;
  const base = known ?? newCharge({
    requestId: requestId(row.requestId), corr: row.corr as CorrelationId, target: null,
    fit: { connectorType: null, minPowerW: null }, goal: NO_GOAL, mayQueue: true,
  }, row.requestedAtMs);
  const live = base.live ?? (row.startedAtMs === null ? null
    : { atMs: row.stateSinceMs, powerW, energyWh, socPercent, costMinor, currency, remainingMs: null });
  const shown = state === 'authorized' && base.state === 'offered' ? 'offered' : state;
  return {
    ...base, sessionId, pointId, connectorNo, state: shown, sinceMs: row.stateSinceMs, place, estimatedWaitMs, plugByMs,
    provisional, live, key: base.key ?? row.siteId,
  };
}

/** How loud a notice is. */
export function levelOf(notice: Notice): MessageLevel {
  switch (notice.type) {
    case 'refused': case 'payment-failed': return 'error';
    case 'payment-action': case 'plan-lapsed': return 'warn';
    case 'debt': return notice.state === 'settled' ? 'good' : notice.state === 'final' ? 'error' : 'warn';
    case 'reservation': return RESERVATION_LEVELS[notice.news] ?? 'info';
    case 'ended': return notice.state === 'completed' ? 'good' : 'warn';
    case 'ticket': case 'started': case 'resumed': case 'authorized': case 'offered': return 'good';
    default: return 'info';
  }
}

/** What she has to do something about, or has lost, is to be seen. */
const RESERVATION_LEVELS: Partial<Record<ReservationNews['news'], MessageLevel>> = {
  confirmed: 'good', 'checked-in': 'good', moved: 'warn', reminder: 'warn', open: 'warn', missed: 'warn',
  'no-show': 'error', expired: 'error',
};

function sessionOfNotice(notice: Notice): SessionId | null {
  if (notice.type === 'payment-action' || notice.type === 'claim' || notice.type === 'reservation') return null;
  if (notice.type === 'debt' || notice.type === 'plan-lapsed') return null;
  return notice.type === 'ticket' ? notice.ticket.sessionId : notice.sessionId;
}

function endOf(charge: Charge, notice: Extract<Notice, { type: 'ended' }>): Partial<Charge> {
  const { sessionId, pointId, provisional, energyWh, amountMinor, currency, atMs } = notice;
  const live = {
    atMs, powerW: 0, energyWh, socPercent: charge.live?.socPercent ?? null, costMinor: amountMinor, currency,
    remainingMs: null,
  };
  return {
    sessionId, pointId: pointId ?? charge.pointId, provisional, why: endWhy(notice), plugByMs: null, place: null,
    live: charge.live === null && energyWh === 0 ? null : live,
  };
}

/** What she was told of an end no longer counts. Live figures that overtook the notice are newer than its own. */
function resumptionOf(charge: Charge, notice: Extract<Notice, { type: 'resumed' }>): Partial<Charge> {
  const { sessionId, pointId, connectorNo, energyWh, amountMinor, currency, atMs } = notice;
  const live = charge.live !== null && charge.live.atMs >= atMs ? charge.live : {
    atMs, powerW: 0, energyWh, socPercent: charge.live?.socPercent ?? null, costMinor: amountMinor, currency,
    remainingMs: null,
  };
  return { sessionId, pointId, connectorNo, provisional: false, why: '', live };
}

function endWhy({ reason }: Extract<Notice, { type: 'ended' }>): string {
  if (reason === null) return '';
  const { endReason, refusal } = words();
  if (reason in endReason) return endReason[reason as keyof typeof endReason];
  return refusal[reason as keyof typeof refusal]({});
}
