// The order that gives a group's members a tariff at a place, or takes it from them.
import { LIMITS } from '../../shared/limits.ts';
import { placeText, type TariffPlace } from '../../shared/messages/group-tariff.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { groupTariffKey } from './group-tariffs.ts';
import { done, refused, type Result } from './order-result.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';
import { isTariff } from './tariffs.ts';

export function assignTariff(
  { state }: Step, { groupId, place, tariffId }: Extract<Order, { kind: 'assign-tariff' }>,
): Result {
  if (state.groups.get(groupId) === undefined) return refused(`no such group: ${groupId}`);
  const why = unknownPlace(state, place);
  if (why !== null) return refused(why);
  const text = placeText(place);
  const key = groupTariffKey(groupId, text);
  const where = place.kind === 'everywhere' ? 'everywhere'
    : `at ${text.replace(/^\w+:/, '').replace('#', ' connector ')}`;
  if (tariffId === null) {
    if (state.groupTariffs.get(key) === undefined) return refused(`group ${groupId} has no tariff of its own ${where}`);
    state.groupTariffs.remove(key);
    return done(`group ${groupId} has no tariff of its own ${where} any more`);
  }
  if (!isTariff(state, tariffId)) return refused(`no such tariff: ${tariffId}`);
  if (state.groupTariffs.get(key) === undefined && state.groupTariffs.size >= LIMITS.groupTariffs) {
    return refused(`groups have ${LIMITS.groupTariffs} tariffs of their own: that is the most`);
  }
  state.groupTariffs.put({ groupId, place: text, tariffId });
  return done(`members of ${groupId} have the tariff ${tariffId} ${where}, for sessions that begin now`);
}

function unknownPlace(state: State, place: TariffPlace): string | null {
  switch (place.kind) {
    case 'everywhere': return null;
    case 'site': return state.sites.get(place.siteId) === undefined ? `no such site: ${place.siteId}` : null;
    case 'point': case 'connector': {
      const point = state.points.get(place.pointId);
      if (point === undefined) return `no such point: ${place.pointId}`;
      const isThere = place.kind === 'point'
        || point.connectors.some(({ connectorNo }) => connectorNo === place.connectorNo);
      return isThere ? null : `${place.pointId} has no connector ${place.connectorNo}`;
    }
  }
}
