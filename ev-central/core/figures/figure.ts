// A figure: something that is counted, where, and when. Pure; the store adds it to the rows of its places and times.
import { type Account, parseAccount } from '../../../shared/account.ts';
import type { GroupId, PointId, SiteId, UserId } from '../../../shared/ids.ts';
import type { Currency } from '../../../shared/money.ts';
import { dayIn, type Grain, GRAINS } from './buckets.ts';

/** What is only ever added up. */
export const COUNTS = [
  'sessions', 'energyWh', 'chargingMs', 'idleMs', 'waits', 'waitsServed', 'waitMs', 'attempts', 'charged',
  'firstAttempts', 'firstCharged',
] as const;
export type CountName = (typeof COUNTS)[number];
export type Counts = Readonly<Partial<Record<CountName, number>>>;

export const SUMS = [
  'totalMinor', 'vatMinor', 'refundedMinor', 'refundedVatMinor', 'planFeesMinor', 'planFeesVatMinor',
] as const;
export type Sums = Readonly<Partial<Record<(typeof SUMS)[number], number>>>;

/** For whom it counts. */
export const SCOPES = ['network', 'site', 'point', 'user', 'group', 'connector'] as const;
export type Scope = (typeof SCOPES)[number];

export type Place = {
  readonly siteId: SiteId | null; readonly pointId: PointId | null; readonly userId: UserId | null;
  /** The group that pays. */
  readonly groupId: GroupId | null;
};

/** What happened that needed a cause: how often, or for how long. */
export type CauseKind = 'failure' | 'first-failure' | 'outage';

export type Figure = {
  /** Null: it is not counted by hours. */
  readonly hour: string | null; readonly day: string;
} & (
  | { readonly kind: 'counts'; readonly place: Place; readonly counts: Counts }
  | { readonly kind: 'money'; readonly place: Place; readonly currency: Currency; readonly sums: Sums }
  | {
      readonly kind: 'cause'; readonly place: Place; readonly what: CauseKind; readonly cause: string;
      readonly times: number; readonly ms: number;
      /** Outages are those of a connector: `ALC-01/1`. */
      readonly connector?: string;
    }
);

/** One row to which a figure adds. */
export type Bucket = {
  readonly scope: Scope; readonly grain: Grain; readonly id: string; readonly bucket: string;
};

/** The rows to which a figure adds. People and groups are not counted by the hour. */
export function bucketsOf(figure: Figure): Bucket[] {
  const { hour, day } = figure;
  return ownersOf(figure).flatMap(({ scope, id }) => GRAINS.flatMap((grain): Bucket[] => {
    if (grain !== 'hour') return [{ scope, id, grain, bucket: dayIn(day, grain) }];
    return hour === null || scope === 'user' || scope === 'group' ? [] : [{ scope, id, grain, bucket: hour }];
  }));
}

/** The group in a payer's wallet. */
export function groupOf(payer: Account | null): GroupId | null {
  const parts = payer === null ? undefined : parseAccount(payer);
  return parts?.kind === 'group-wallet' ? parts.groupId : null;
}

function ownersOf(figure: Figure): { scope: Scope; id: string }[] {
  const { siteId, pointId, userId, groupId } = figure.place;
  const owners: { scope: Scope; id: string | null }[] = [{ scope: 'network', id: '' }, { scope: 'site', id: siteId }];
  if (figure.kind === 'cause' && figure.connector !== undefined) {
    owners.push({ scope: 'connector', id: figure.connector });
  } else {
    owners.push({ scope: 'point', id: pointId }, { scope: 'user', id: userId }, { scope: 'group', id: groupId });
  }
  return owners.flatMap(({ scope, id }) => (id === null ? [] : [{ scope, id }]));
}
