// Tariffs of groups: what members have at a place instead of the place's own tariff. Looked at before connector, point
// and site; the narrowest place decides, then the group that pays for her, then the others by their ids.
import type { GroupId, PointId, SiteId, TariffId, UserId } from '../../shared/ids.ts';
import { placeText, type TariffPlace } from '../../shared/messages/group-tariff.ts';
import type { GroupTariffKey, State } from './state.ts';

export function groupTariffKey(groupId: GroupId, place: string): GroupTariffKey {
  return `${groupId} ${place}`;
}

/** The tariff that one of a user's groups has at a place; undefined: none of them has one. */
export function groupTariffAt(
  state: State, { userId, siteId, pointId, connectorNo }: {
    readonly userId: UserId | null; readonly siteId: SiteId; readonly pointId: PointId | null;
    readonly connectorNo: number | null;
  },
): TariffId | undefined {
  if (userId === null || state.groupTariffs.size === 0) return undefined;
  const groups = groupsOf(state, userId);
  if (groups.length === 0) return undefined;
  const places: TariffPlace[] = [
    ...(pointId === null || connectorNo === null ? [] : [{ kind: 'connector', pointId, connectorNo } as const]),
    ...(pointId === null ? [] : [{ kind: 'point', pointId } as const]),
    { kind: 'site', siteId }, { kind: 'everywhere' },
  ];
  for (const place of places) {
    for (const groupId of groups) {
      const found = state.groupTariffs.get(groupTariffKey(groupId, placeText(place)));
      if (found !== undefined) return found.tariffId;
    }
  }
  return undefined;
}

/** The groups that count for a user's prices: those in force, the one that pays for her first. */
export function groupsOf(state: State, userId: UserId): readonly GroupId[] {
  const payer = state.paidBy.get(userId);
  const others = (state.memberOf.get(userId) ?? []).filter((id) => id !== payer);
  return [...(payer === undefined ? [] : [payer]), ...others]
    .filter((id) => state.groups.get(id)?.active === true);
}

/** A place or a group is gone: nothing that comes later under its id has its tariffs. */
export function dropGroupTariffs(
  state: State, gone: { readonly groupId: GroupId } | { readonly siteId: SiteId } | { readonly pointId: PointId },
): void {
  for (const row of [...state.groupTariffs.values()]) {
    const isGone = 'groupId' in gone ? row.groupId === gone.groupId
      : 'siteId' in gone ? row.place === placeText({ kind: 'site', ...gone })
        : row.place.split('#')[0] === placeText({ kind: 'point', ...gone });
    if (isGone) state.groupTariffs.remove(groupTariffKey(row.groupId, row.place));
  }
}
