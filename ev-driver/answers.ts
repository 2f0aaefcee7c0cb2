// Central's answers to the client's questions, taken in. Pure. A row that is not what rows.ts describes is left out: a
// newer Central may have other rows, and one bad row must not hide the others.
import { userWallet } from '../shared/account.ts';
import { assertNever } from '../shared/assert.ts';
import { pointId } from '../shared/ids.ts';
import { noticeSchema, type Notice } from '../shared/messages/notice.ts';
import type { PointsChanged } from '../shared/messages/points-changed.ts';
import type { QueryAnswer } from '../shared/messages/query-answer.ts';
import { reservationSchema, reservationSeriesSchema } from '../shared/messages/reservation.ts';
import {
  estimateRowSchema, pointOfferSchema, sessionRowSchema, type PointOffer, type SessionRow,
} from '../shared/messages/rows.ts';
import { words } from '../shared/words.ts';
import { chargeOfRow, isOver } from './charges.ts';
import { centralTime, putCharge, say, sentence } from './client-state.ts';
import type { ClientEffect, ClientState, Now, Purpose } from './client-state.ts';
import { applied } from './deliveries.ts';
import { takeAnswer } from './notice-inbox.ts';
import { askNoticePage, askPoints } from './questions.ts';
import { sendCharge } from './requests.ts';

type Row = Readonly<Record<string, unknown>>;

/** One page of rows: what it was asked for says what to do with it. */
export function queryAnswered(state: ClientState, answer: QueryAnswer, now: Now, out: ClientEffect[]): void {
  const query = answer.re === null ? undefined : state.queries.get(answer.re);
  if (query === undefined || answer.re === null) return;
  state.queries.delete(answer.re);
  if (answer.error !== null) {
    const fields = { what: query.what, error: answer.error };
    out.push({ kind: 'note', level: 'warn', event: 'query-refused', fields });
  }
  switch (query.what) {
    case 'notices': return noticesAnswered(state, query, answer, now, out);
    case 'points': return pointsAnswered(state, query, answer, now, out);
    case 'sessions': return sessionsAnswered(state, query, answer, out);
    case 'reservations': case 'reservation-series': return reservationsAnswered(state, query.what, answer);
    case 'estimate': return estimateAnswered(state, answer, now);
    case 'list':
      out.push({ kind: 'event', event: { kind: 'list', list: query.list, error: answer.error, rows: answer.rows } });
      return;
    case 'look-up': {
      for (const offer of offers(answer.rows)) state.directory.set(offer.pointId, offer.siteId);
      // A point that nobody knows has no site: Central says so, whatever the record's key.
      const key = state.directory.get(query.pointId) ?? state.driverId;
      return sendCharge(state, query.requestId, key, now, out);
    }
    default: assertNever(query, 'query');
  }
}

/** Rows of points that changed; those that carry only some fields change what is known. */
export function pointsChanged(state: ClientState, push: PointsChanged, now: Now, out: ClientEffect[]): void {
  for (const row of push.rows) {
    const id = row['pointId'];
    const known = typeof id === 'string' ? state.points.get(pointId(id)) : undefined;
    for (const offer of offers([{ ...known, ...row }])) {
      state.points.set(offer.pointId, offer);
      state.directory.set(offer.pointId, offer.siteId);
    }
  }
  if (state.pointsAtMs !== null) state.pointsAtMs = centralTime(now);
  out.push({ kind: 'event', event: { kind: 'rows', what: 'points' } });
}

function noticesAnswered(
  state: ClientState, query: Extract<Purpose, { what: 'notices' }>, answer: QueryAnswer, now: Now, out: ClientEffect[],
): void {
  if (answer.error !== null) return;
  const rows = answer.rows.flatMap((row): Notice[] => {
    const parsed = noticeSchema.safeParse(row);
    return parsed.success ? [parsed.data] : [];
  });
  const found = [...query.found, ...rows];
  const oldest = rows.at(-1)?.number ?? 0;
  if (answer.next !== null && oldest > state.inbox.last + 1) {
    return askNoticePage(state, { after: answer.next, found }, now, out);
  }
  const { apply, skipped } = takeAnswer(state.inbox, found);
  if (skipped > 0) {
    const { driverId } = state;
    out.push({ kind: 'note', level: 'warn', event: 'notices-expired', fields: { driverId, skipped } });
  }
  for (const notice of apply) applied(state, notice, now, out);
  // Nothing more is to be had: what Central has said it gave is gone.
  if (found.length === 0) state.centralLast = Math.min(state.centralLast, state.inbox.last);
}

function pointsAnswered(
  state: ClientState, query: Extract<Purpose, { what: 'points' }>, answer: QueryAnswer, now: Now, out: ClientEffect[],
): void {
  if (answer.error !== null) return;
  const found = [...query.found, ...offers(answer.rows)];
  if (answer.next !== null) return askPoints(state, { after: answer.next, found }, now, out);
  state.points.clear();
  for (const offer of found) {
    state.points.set(offer.pointId, offer);
    state.directory.set(offer.pointId, offer.siteId);
  }
  state.pointsAtMs = centralTime(now);
  out.push({ kind: 'event', event: { kind: 'rows', what: 'points' } });
}

function estimateAnswered(state: ClientState, { rows: [row], error }: QueryAnswer, now: Now): void {
  const parsed = estimateRowSchema.safeParse(row);
  const atMs = centralTime(now);
  if (parsed.success) say(state, { atMs, level: 'info', text: words().estimate(parsed.data) });
  else if (error !== null) say(state, { atMs, level: 'warn', text: sentence(error) });
}

function reservationsAnswered(
  state: ClientState, what: 'reservations' | 'reservation-series', { error, rows }: QueryAnswer,
): void {
  if (error !== null) return;
  if (what === 'reservations') {
    state.reservations = rows.flatMap((row) => {
      const parsed = reservationSchema.safeParse(row);
      return parsed.success ? [parsed.data] : [];
    });
  } else {
    state.series = rows.flatMap((row) => {
      const parsed = reservationSeriesSchema.safeParse(row);
      return parsed.success ? [parsed.data] : [];
    });
  }
}

function sessionsAnswered(
  state: ClientState, query: Extract<Purpose, { what: 'sessions' }>, answer: QueryAnswer, out: ClientEffect[],
): void {
  if (answer.error !== null) return;
  const rows = answer.rows.flatMap((row): SessionRow[] => {
    const parsed = sessionRowSchema.safeParse(row);
    return parsed.success ? [parsed.data] : [];
  });
  const fresh = new Set(rows.map((row) => row.sessionId));
  const others = state.sessions.filter((row) => !fresh.has(row.sessionId));
  // A fresh first page keeps the older pages that were read before.
  if (!query.isFirst || others.length === 0) state.sessionsNext = answer.next;
  state.sessions = query.isFirst ? [...rows, ...others] : [...others, ...rows];
  const open = state.sessions.filter((row) => row.endedAtMs === null || row.provisional);
  // What a group pays for is held in the group's wallet.
  const own = [...open, ...state.reservations].filter((row) => row.payer === userWallet(state.driverId));
  if (state.account !== null) state.account.heldMinor = own.reduce((sum, row) => sum + row.holdMinor, 0);
  for (const row of rows) {
    if (row.endedAtMs !== null || ['completed', 'rejected', 'cancelled', 'expired'].includes(row.state)) continue;
    const known = [...state.charges.values()]
      .find((charge) => charge.sessionId === row.sessionId || charge.requestId === row.requestId);
    // A notice that was applied in between knows better.
    if (known !== undefined && (isOver(known) || known.sinceMs > row.stateSinceMs)) continue;
    putCharge(state, chargeOfRow(known, row), out);
  }
  out.push({ kind: 'event', event: { kind: 'rows', what: 'sessions' } });
}

function offers(rows: readonly Row[]): PointOffer[] {
  return rows.flatMap((row) => {
    const parsed = pointOfferSchema.safeParse(row);
    return parsed.success ? [parsed.data] : [];
  });
}
