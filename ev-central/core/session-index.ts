// Which open session holds a connector, which sessions a driver has, and who waits at a site. Kept by `putSession` and
// rebuilt at start; never stored.
import type { PointId, SessionId, SiteId, UserId } from '../../shared/ids.ts';
import type { Session } from './rows.ts';

/** A flag for ourselves: an interrupted session whose point has begun anew holds its connector no longer. */
export const CONNECTOR_RELEASED = 'connector-released';

export type ConnectorKey = string;

export function connectorKey(pointId: PointId, connectorNo: number): ConnectorKey {
  return `${pointId}/${connectorNo}`;
}

/** A session is over when nothing more is expected of it but a correction. */
export function isOver(session: Session): boolean {
  switch (session.state) {
    case 'completed':
    case 'rejected':
    case 'cancelled':
    case 'expired':
      return true;
    case 'interrupted':
      return session.settled;
    default:
      return false;
  }
}

export class SessionIndex {
  /** By point, then by the connector's number: a page of a search looks at each connector of its points. */
  readonly #heldAt = new Map<PointId, Map<number, SessionId>>();
  readonly #openByDriver = new Map<UserId, Set<SessionId>>();
  readonly #waitingAt = new Map<SiteId, Set<SessionId>>();
  readonly #open = new Set<SessionId>();

  /** Every session that is not over. */
  open(): ReadonlySet<SessionId> {
    return this.#open;
  }

  atConnector(pointId: PointId, connectorNo: number): SessionId | undefined {
    return this.#heldAt.get(pointId)?.get(connectorNo);
  }

  /** How many connectors of a point are held: a search need not look at each of a full one. */
  heldAt(pointId: PointId): number {
    return this.#heldAt.get(pointId)?.size ?? 0;
  }

  ofDriver(driverId: UserId): ReadonlySet<SessionId> {
    return this.#openByDriver.get(driverId) ?? EMPTY;
  }

  waitingAt(siteId: SiteId): ReadonlySet<SessionId> {
    return this.#waitingAt.get(siteId) ?? EMPTY;
  }

  /** Takes the session's new row in; `before` is the row that it replaces. */
  update(before: Session | undefined, after: Session): void {
    const id = after.sessionId;
    const heldBefore = before === undefined ? undefined : heldConnector(before);
    const heldAfter = heldConnector(after);
    if (heldBefore !== undefined && this.atConnector(heldBefore.pointId, heldBefore.connectorNo) === id) {
      const isSame = heldAfter?.pointId === heldBefore.pointId && heldAfter.connectorNo === heldBefore.connectorNo;
      if (!isSame) this.#release(heldBefore);
    }
    if (heldAfter !== undefined) {
      const held = this.#heldAt.get(heldAfter.pointId) ?? new Map<number, SessionId>();
      this.#heldAt.set(heldAfter.pointId, held.set(heldAfter.connectorNo, id));
    }
    const over = isOver(after);
    if (over) this.#open.delete(id);
    else this.#open.add(id);
    member(this.#openByDriver, after.driverId, id, !over);
    member(this.#waitingAt, after.siteId, id, after.state === 'queued');
    if (before !== undefined && before.siteId !== after.siteId) member(this.#waitingAt, before.siteId, id, false);
  }

  #release({ pointId, connectorNo }: Place): void {
    const held = this.#heldAt.get(pointId);
    held?.delete(connectorNo);
    if (held?.size === 0) this.#heldAt.delete(pointId);
  }
}

type Place = { readonly pointId: PointId; readonly connectorNo: number };

const EMPTY: ReadonlySet<SessionId> = new Set();

/** An interrupted session keeps its connector until its true end is known, or the point has booted since. */
function heldConnector(session: Session): Place | undefined {
  const { pointId, connectorNo } = session;
  if (pointId === null || connectorNo === null || isOver(session)) return undefined;
  if (session.state === 'interrupted' && session.flags.includes(CONNECTOR_RELEASED)) return undefined;
  return { pointId, connectorNo };
}

function member<K>(sets: Map<K, Set<SessionId>>, key: K, id: SessionId, belongs: boolean): void {
  const set = sets.get(key);
  if (belongs) {
    if (set === undefined) sets.set(key, new Set([id]));
    else set.add(id);
  } else if (set !== undefined) {
    set.delete(id);
    if (set.size === 0) sets.delete(key);
  }
}
