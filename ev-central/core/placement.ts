// Which connector can serve a wish: what each point is able to do, which connectors fit, and which is chosen. Used
// alike for a new request and for an offer to somebody who waits.
import type { PointId, SiteId, UserId } from '../../shared/ids.ts';
import type { Refusal } from '../../shared/messages/refusal.ts';
import type { Connector, Fit, Target } from '../../shared/messages/values.ts';
import { connectorState } from './point-status.ts';
import type { ChargePoint } from './rows.ts';
import { freeUntil, ownSlot } from './reservation-slots.ts';
import { connectorKey } from './session-index.ts';
import { nearestSites } from './site-search.ts';
import type { State } from './state.ts';

export type Place = { readonly pointId: PointId; readonly connectorNo: number };
export type Facts = Readonly<Record<string, string | number>>;
export type Choice =
  | {
      readonly kind: 'free'; readonly siteId: SiteId; readonly place: Place;
      /** Somebody's reservation begins then; null: nothing is in the way. */
      readonly freeUntilMs: number | null;
    }
  /** Something fits and works, but is taken: the driver can wait at this site. */
  | { readonly kind: 'busy'; readonly siteId: SiteId }
  | { readonly kind: 'none'; readonly reason: Refusal; readonly facts: Facts };

/** Chooses a connector for a driver: the first free one that fits, in the order of the target (nearest site first). */
export function choosePlace(state: State, driverId: UserId, target: Target, fit: Fit, now: number): Choice {
  switch (target.kind) {
    case 'point': {
      const point = state.points.get(target.pointId);
      if (point === undefined) return none('point-unknown', { pointId: target.pointId });
      const wanted = target.connectorNo;
      if (wanted !== null && !point.connectors.some((c) => c.connectorNo === wanted)) {
        return none('connector-unknown', { pointId: point.pointId, connectorNo: wanted });
      }
      return amongPoints(state, driverId, point.siteId, [point], fit, wanted, now);
    }
    case 'site':
      if (state.sites.get(target.siteId) === undefined) return none('site-unknown', { siteId: target.siteId });
      return amongPoints(state, driverId, target.siteId, pointsAt(state, target.siteId), fit, null, now);
    case 'near': {
      let best: Choice = none('nothing-fits', { radiusM: target.radiusM });
      for (const { site } of nearestSites(state.sites, target, target.radiusM)) {
        const choice = amongPoints(state, driverId, site.siteId, pointsAt(state, site.siteId), fit, null, now);
        if (choice.kind === 'free') return choice;
        if (best.kind === 'none' && (choice.kind === 'busy' || best.reason === 'nothing-fits')) best = choice;
      }
      return best;
    }
  }
}

/** Why a point as a whole can serve nobody now; undefined when it can. */
export function pointRefusal(state: State, pointId: PointId, now: number): Refusal | undefined {
  const point = state.pointStates.get(pointId);
  if (point === undefined) return 'point-unknown';
  if (point.barred !== null) return 'point-barred';
  if (!point.link.connected || point.health.engine === 'unknown') return 'point-disconnected';
  if (point.health.engine !== 'ok' || point.faults.length > 0) return 'point-faulted';
  if (!point.operative.on) return 'point-out-of-order';
  const key = point.keyId === null ? undefined : state.keys.get(point.keyId);
  if (key === undefined || key.revokedAtMs !== null || (key.expiresAtMs ?? Infinity) <= now) return 'point-key-invalid';
  return undefined;
}

/** The points of a site, by id. */
export function pointsAt(state: State, siteId: SiteId): ChargePoint[] {
  const ids = [...(state.pointsOfSite.get(siteId) ?? [])].sort();
  return ids.map((id) => state.points.must(id));
}

export function fits(connector: Connector, fit: Fit): boolean {
  return (fit.connectorType === null || connector.type === fit.connectorType)
    && (fit.minPowerW === null || connector.maxPowerW >= fit.minPowerW);
}

function amongPoints(
  state: State, driverId: UserId, siteId: SiteId, points: readonly ChargePoint[], fit: Fit, wanted: number | null,
  now: number,
): Choice {
  let busy = false;
  let best: Extract<Choice, { kind: 'free' }> | null = null;
  let refusal: Choice = none('nothing-fits', { siteId });
  for (const point of points) {
    const fitting = point.connectors.filter((c) => fits(c, fit) && (wanted === null || c.connectorNo === wanted));
    if (fitting.length === 0) continue;
    const reason = pointRefusal(state, point.pointId, now);
    if (reason !== undefined) {
      refusal = none(reason, { pointId: point.pointId, siteId });
      continue;
    }
    for (const { connectorNo } of fitting) {
      const place = { pointId: point.pointId, connectorNo };
      const use = connectorUse(state, driverId, place, now);
      if (use === 'free') {
        const freeUntilMs = freeUntil(state, driverId, place, now);
        if (freeUntilMs === null) return { kind: 'free', siteId, place, freeUntilMs };
        // One that is kept for somebody later is taken only where no other is free for longer.
        if ((best?.freeUntilMs ?? 0) < freeUntilMs) best = { kind: 'free', siteId, place, freeUntilMs };
      } else if (use === 'busy') busy = true;
      else refusal = none('point-faulted', { pointId: point.pointId, siteId });
    }
  }
  return best ?? (busy ? { kind: 'busy', siteId } : refusal);
}

/** What a connector is for a driver now. One that is kept for somebody else is busy before its slot, too. */
export function connectorUse(state: State, driverId: UserId, place: Place, now: number): 'free' | 'busy' | 'faulted' {
  const connector = connectorState(state.pointStates.must(place.pointId), place.connectorNo);
  if (connector.faults.length > 0) return 'faulted';
  if (state.sessionIndex.atConnector(place.pointId, place.connectorNo) !== undefined) return 'busy';
  const freeUntilMs = freeUntil(state, driverId, place, now);
  const isTooShort = freeUntilMs !== null && freeUntilMs < now + state.settings.reservations.leastOfferMs;
  if (isTooShort && ownSlot(state, driverId, place) === undefined) return 'busy';
  if ((state.restingUntilMs.get(connectorKey(place.pointId, place.connectorNo)) ?? 0) > now) return 'busy';
  if (!connector.plugged || connector.finishedSessionId === null) return 'free';
  // Charged and still plugged in: only the driver whose vehicle it is can charge on.
  return state.sessions.get(connector.finishedSessionId)?.driverId === driverId ? 'free' : 'busy';
}

function none(reason: Refusal, facts: Facts): Choice {
  return { kind: 'none', reason, facts };
}
