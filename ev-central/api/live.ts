// Live updates, for server-sent events and WebSockets alike: what changed about points at most once a second, a
// session's figures once a second, notices as they come. What several look at is worked out once.
import type { PointId, SessionId, SiteId, UserId } from '../../shared/ids.ts';
import type { Notice } from '../../shared/messages/catalogue.ts';
import { isOver } from '../core/session-index.ts';
import { pointOffer, sessionRow } from '../core/views.ts';
import type { Committed } from '../loop.ts';
import type { Caller } from './access.ts';
import { stillStands } from './access.ts';
import { outside, outsideOffer } from './outside.ts';
import type { Ports } from './ports.ts';
import { Problem } from './problem.ts';

export type LiveEvent =
  | { readonly name: 'point'; readonly data: unknown }
  | { readonly name: 'session'; readonly data: unknown }
  | { readonly name: 'notice'; readonly data: unknown; readonly id: string };

/** What somebody looks at. `sessions` may grow and shrink. */
export type Watching = {
  readonly caller: Caller;
  readonly points: { readonly siteId: SiteId | null; readonly pointId: PointId | null } | null;
  readonly sessions: ReadonlySet<SessionId>;
  /** Notices of this driver; of these sessions only, when `sessions` is not empty and `allNotices` is false. */
  readonly notices: UserId | null;
  readonly allNotices: boolean;
  send(event: LiveEvent): void;
  /** The log-in is over, or there is nothing more to come. */
  end(): void;
  /** Ends when the sessions are over and their tickets are out. */
  readonly endsWithSessions: boolean;
};

export type Live = {
  /** Begins to tell; returns what ends it. Throws a problem when one caller or all together watch too much. */
  watch(watching: () => Watching): () => void;
  count(): number;
  close(): void;
};

const EVERY_MS = 1_000;
/** Streams of one log-in or key, and of all. */
const OF_ONE = 20;
const OF_ALL = 5_000;

type Entry = { readonly look: () => Watching; readonly told: Map<SessionId, string> };

export function createLive({ state, subscribe, nowMs }: Pick<Ports, 'state' | 'subscribe' | 'nowMs'>): Live {
  const entries = new Set<Entry>();
  const touched = new Set<PointId>();
  const unsubscribe = subscribe((batch) => {
    if (entries.size === 0) return;
    touch(batch, touched, (site) => state.pointsOfSite.get(site) ?? []);
    for (const append of batch.appends) if (append.table === 'notices') tellNotice(entries, append.row);
  });
  const timer = setInterval(() => {
    const now = nowMs();
    tellPoints(now);
    for (const entry of entries) tellSessions(entry, now);
  }, EVERY_MS).unref();

  function tellPoints(now: number): void {
    for (const id of touched) {
      const point = state.points.get(id);
      if (point === undefined) continue;
      let event: LiveEvent | null = null;
      for (const { look } of entries) {
        const { points, send } = look();
        if (points === null || (points.siteId ?? point.siteId) !== point.siteId || (points.pointId ?? id) !== id) {
          continue;
        }
        event ??= { name: 'point', data: outsideOffer(pointOffer(state, point, now)) };
        send(event);
      }
    }
    touched.clear();
  }

  function tellSessions({ look, told }: Entry, now: number): void {
    const watching = look();
    if (!stillStands(watching.caller, state, now)) return watching.end();
    let open = 0;
    for (const id of watching.sessions) {
      const session = state.sessions.get(id);
      if (session === undefined) continue;
      if (!isOver(session) || (session.usage !== null && session.ticketId === null)) open += 1;
      const data = outside(sessionRow(state, session, now));
      const text = JSON.stringify(data);
      if (told.get(id) === text) continue;
      told.set(id, text);
      watching.send({ name: 'session', data });
    }
    if (watching.endsWithSessions && open === 0) watching.end();
  }

  return {
    watch(look) {
      const { caller } = look();
      const hers = [...entries].filter((each) => each.look().caller.accessId === caller.accessId).length;
      if (hers >= OF_ONE || entries.size >= OF_ALL) {
        throw new Problem('too-many-requests', `At most ${OF_ONE} streams at once: end one first.`);
      }
      const entry: Entry = { look, told: new Map() };
      entries.add(entry);
      tellSessions(entry, nowMs());
      return () => void entries.delete(entry);
    },
    count: () => entries.size,
    close() {
      clearInterval(timer);
      unsubscribe();
      for (const { look } of [...entries]) look().end();
    },
  };
}

function touch(
  { appends }: Committed, touched: Set<PointId>, pointsOf: (site: SiteId) => Iterable<PointId>,
): void {
  for (const append of appends) {
    if (append.table !== 'events') continue;
    const { pointId, siteId, kind } = append.row;
    if (pointId !== null) touched.add(pointId);
    // Who waits at the site stands in the row of each of its points.
    else if (kind === 'queue' || kind === 'registry') for (const id of pointsOf(siteId)) touched.add(id);
  }
}

function tellNotice(entries: ReadonlySet<Entry>, notice: Notice): void {
  for (const { look } of entries) {
    const { notices, allNotices, sessions, send } = look();
    if (notices !== notice.driverId) continue;
    const about = 'sessionId' in notice ? notice.sessionId : null;
    if (!allNotices && (about === null || !sessions.has(about))) continue;
    send({ name: 'notice', data: outside(notice), id: String(notice.number) });
  }
}
