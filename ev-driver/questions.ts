// What a client asks over its link: missed notices, the points, its sessions, and where a point is. Pure; the answers
// are taken in by answers.ts.
import type { PointId, RequestId } from '../shared/ids.ts';
import type { Query } from '../shared/messages/query.ts';
import type { Notice } from '../shared/messages/notice.ts';
import type { PointOffer } from '../shared/messages/rows.ts';
import type { ClientEffect, ClientState, ListAsked, Now, Purpose } from './client-state.ts';

/** Central has this long to answer a question. */
const ANSWER_MS = 10_000;
const PAGE_ROWS = 100;
const SESSION_ROWS = 50;
const LIST_ROWS = 200;
/** Mostly one or two are missing; a long absence is made up by `missed-notices`. */
const NOTICE_ROWS = 20;
/** Central pushes changes of what a first page of points showed. A look-up must not take the place of that. */
const LATER_PAGE = '0';

/** Asks for the notices after the last one, unless that is asked already. */
export function askNotices(state: ClientState, now: Now, out: ClientEffect[]): void {
  if ([...state.queries.values()].some((query) => query.what === 'notices')) return;
  askNoticePage(state, { after: null, found: [] }, now, out);
}

/** Asks for a page of the notices, which come newest first; `found` are those of the pages before. */
export function askNoticePage(
  state: ClientState, { after, found }: { after: string | null; found: readonly Notice[] }, now: Now,
  out: ClientEffect[],
): void {
  askFor(state, { what: 'notices', found }, { what: 'my-notices', filter: {}, after, limit: NOTICE_ROWS }, now, out);
}

/** Asks for a page of the points; `found` are those of the pages before. */
export function askPoints(
  state: ClientState, { after, found }: { after: string | null; found: readonly PointOffer[] }, now: Now,
  out: ClientEffect[],
): void {
  const filter = { ...state.interests.points };
  askFor(state, { what: 'points', found }, { what: 'points', filter, after, limit: PAGE_ROWS }, now, out);
}

/**
 * Asks for a page of the driver's sessions, newest first; null is the first page. Her reservations are asked for before
 * it, for they hold money as sessions do: what is held is reckoned when the sessions come.
 */
export function askSessions(state: ClientState, after: string | null, now: Now, out: ClientEffect[]): void {
  if (after === null) {
    state.sessionsStale = false;
    const all = { after: null, limit: LIST_ROWS };
    askFor(state, { what: 'reservations' }, { what: 'my-reservations', filter: { open: 'yes' }, ...all }, now, out);
    askFor(state, { what: 'reservation-series' }, { what: 'my-reservation-series', filter: {}, ...all }, now, out);
  }
  const query = { what: 'my-sessions', filter: {}, after, limit: SESSION_ROWS } as const;
  askFor(state, { what: 'sessions', isFirst: after === null }, query, now, out);
}

/** Asks which site a point belongs to; the charge that waits for it is sent then. */
export function lookUpPoint(
  state: ClientState, wanted: { requestId: RequestId; pointId: PointId }, now: Now, out: ClientEffect[],
): void {
  const filter = { pointId: wanted.pointId };
  askFor(state, { what: 'look-up', ...wanted }, { what: 'points', filter, after: LATER_PAGE, limit: 1 }, now, out);
}

/** Asks what a usual charge would cost at a point now. */
export function askEstimate(state: ClientState, pointId: PointId, now: Now, out: ClientEffect[]): void {
  const query = { what: 'estimate', filter: { pointId }, after: null, limit: 1 } as const;
  askFor(state, { what: 'estimate' }, query, now, out);
}

/** Asks for a list for a script. */
export function askList(
  state: ClientState, list: ListAsked, filter: Query['filter'], now: Now, out: ClientEffect[],
): void {
  askFor(state, { what: 'list', list }, { what: list, filter, after: null, limit: LIST_ROWS }, now, out);
}

function askFor(
  state: ClientState, purpose: Purpose, query: Pick<Query, 'what' | 'filter' | 'after' | 'limit'>, now: Now,
  out: ClientEffect[],
): void {
  state.queryCount += 1;
  const id = `q-${state.queryCount}`;
  state.queries.set(id, { ...purpose, byAwakeMs: now.awakeMs + ANSWER_MS });
  out.push({ kind: 'to-central', id, frame: { type: 'query', ...query } });
}
