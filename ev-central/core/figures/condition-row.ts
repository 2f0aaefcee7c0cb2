// How a connector is, and was: the rows from which outages and idle time are counted.
import type { GroupId, PointId, SiteId, UserId } from '../../../shared/ids.ts';

/** Conditions in which nobody can charge. `central-away`: EV_Central itself did not run. */
export const OUTAGES = ['faulted', 'disconnected', 'out-of-order', 'maintenance', 'central-away'] as const;
export type Outage = (typeof OUTAGES)[number];
/** `standing`: a vehicle that has charged blocks it. `removed`: it is not part of the network. */
export type Condition = 'up' | 'standing' | 'removed' | Outage;

export type ConditionRow = {
  readonly connector: string; readonly pointId: PointId; readonly connectorNo: number; readonly siteId: SiteId;
  readonly timeZone: string; readonly condition: Condition;
  /** Whose vehicle stands there. */
  readonly userId: UserId | null;
  /** The group that paid its charge. */
  readonly groupId: GroupId | null;
  readonly atMs: number;
};

/** A condition that is over. */
export type ConnectorSpan = Omit<ConditionRow, 'atMs'> & { readonly fromMs: number; readonly untilMs: number };
