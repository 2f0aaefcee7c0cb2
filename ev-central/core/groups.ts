// Groups whose wallet pays for their members: who pays for whom, what a member may still spend, and where and when. The
// limits are kept against what is booked and what is held, so that two charges at once do not pass them together.
import { type Account, groupWallet, parseAccount, userWallet } from '../../shared/account.ts';
import type { GroupId, UserId } from '../../shared/ids.ts';
import type { GroupLimits } from '../../shared/messages/group-row.ts';
import type { Refusal } from '../../shared/messages/refusal.ts';
import type { SiteRow } from '../../shared/messages/orders.ts';
import { isWithinHours, monthOf } from '../../shared/zone.ts';
import type { Facts } from './placement.ts';
import type { Group, Session } from './rows.ts';
import type { State } from './state.ts';

/** The group that pays for a user; undefined: she pays herself. */
export function payingGroup(state: State, userId: UserId): Group | undefined {
  const id = state.paidBy.get(userId);
  return id === undefined ? undefined : state.groups.get(id);
}

/** The wallet that pays for what a user begins now. */
export function payerOf(state: State, userId: UserId): Account {
  const group = payingGroup(state, userId);
  return group === undefined ? userWallet(userId) : groupWallet(group.groupId);
}

/** Who is a member of which groups, and paid for by which, made anew from the rows. */
export function derivePaidBy(state: State): void {
  state.paidBy.clear();
  state.memberOf.clear();
  for (const groupId of state.groups.sortedKeys()) {
    for (const { userId, paid } of state.groups.must(groupId).members) {
      if (paid) state.paidBy.set(userId, groupId);
      state.memberOf.set(userId, [...state.memberOf.get(userId) ?? [], groupId]);
    }
  }
}

/** Who runs a group: its owners and managers. */
export function runnersOf(group: Group | undefined): UserId[] {
  return (group?.members ?? []).filter(({ role }) => role !== 'member').map(({ userId }) => userId);
}

export type GroupRefusal = { readonly reason: Refusal; readonly facts: Facts };

/** Why the group does not pay for a charge at this site now; null: it does. */
export function groupRefusal(group: Group, site: SiteRow, now: number): GroupRefusal | null {
  const { groupId, siteIds, hours } = group;
  if (!group.active) return { reason: 'group-inactive', facts: { groupId } };
  if (siteIds !== null && !siteIds.includes(site.siteId)) {
    return { reason: 'group-site', facts: { groupId, siteId: site.siteId } };
  }
  if (hours !== null && !isWithinHours(hours, site.timeZone, now)) {
    return { reason: 'group-hours', facts: { groupId, ...hours } };
  }
  return null;
}

/**
 * The hold for a member's charge within her limits, or why there is none. `goalMinor`: the amount that she asked for;
 * `leastMinor`: what is due however little she charges.
 */
export function holdWithin(
  state: State, group: Group,
  { userId, goalMinor, usualMinor, leastMinor, now }: {
    readonly userId: UserId; readonly goalMinor: number | null; readonly usualMinor: number;
    readonly leastMinor: number; readonly now: number;
  },
): { readonly holdMinor: number } | GroupRefusal {
  const { groupId, currency } = group;
  const { perSessionMinor } = limitsOf(group, userId);
  const wanted = Math.max(goalMinor ?? usualMinor, leastMinor);
  const needed = Math.max(goalMinor ?? 0, leastMinor);
  if (perSessionMinor !== null && needed > perSessionMinor) {
    return { reason: 'group-limit-session', facts: { groupId, limitMinor: perSessionMinor, currency } };
  }
  const left = leftThisMonth(state, group, userId, now);
  if (left <= 0 || needed > left) {
    return { reason: 'group-limit-month', facts: { groupId, leftMinor: Math.max(0, left), currency } };
  }
  return { holdMinor: Math.min(wanted, left, perSessionMinor ?? wanted) };
}

/** By how much the hold of a running charge may still grow within the limits of whoever pays. */
export function roomToGrow(state: State, session: Session, now: number): number {
  const group = groupOf(state, session.payer);
  if (group === undefined) return Number.MAX_SAFE_INTEGER;
  const { perSessionMinor } = limitsOf(group, session.driverId);
  const ofSession = perSessionMinor === null ? Number.MAX_SAFE_INTEGER : perSessionMinor - session.holdMinor;
  return Math.max(0, Math.min(ofSession, leftThisMonth(state, group, session.driverId, now)));
}

/** Counts what a ticket took of the group's money for its member. What is given back does not make room again. */
export function countSpending(state: State, session: Session, amountMinor: number, now: number): void {
  const group = groupOf(state, session.payer);
  if (group === undefined) return;
  const month = monthOf(group.timeZone, now);
  // Only this month counts: who spent nothing in it leaves the list.
  const others = group.spent.filter((each) => each.month === month && each.userId !== session.driverId);
  const spentMinor = spentBy(group, session.driverId, month) + amountMinor;
  state.groups.put({ ...group, spent: [...others, { userId: session.driverId, month, amountMinor: spentMinor }] });
}

function groupOf(state: State, payer: Account): Group | undefined {
  const parts = parseAccount(payer);
  return parts?.kind === 'group-wallet' ? state.groups.get(parts.groupId) : undefined;
}

function limitsOf({ members, limits }: Group, userId: UserId): GroupLimits {
  return members.find((member) => member.userId === userId)?.limits ?? limits;
}

function leftThisMonth(state: State, group: Group, userId: UserId, now: number): number {
  const { perMonthMinor } = limitsOf(group, userId);
  if (perMonthMinor === null) return Number.MAX_SAFE_INTEGER;
  return perMonthMinor - spentBy(group, userId, monthOf(group.timeZone, now)) - heldFor(state, group.groupId, userId);
}

function spentBy({ spent }: Group, userId: UserId, month: string): number {
  return spent.find((each) => each.userId === userId && each.month === month)?.amountMinor ?? 0;
}

function heldFor(state: State, groupId: GroupId, userId: UserId): number {
  let sum = 0;
  for (const id of state.sessionIndex.ofDriver(userId)) {
    const session = state.sessions.must(id);
    if (session.payer === groupWallet(groupId)) sum += session.holdMinor;
  }
  for (const id of state.reservationIndex.ofUser(userId)) {
    const reservation = state.reservations.must(id);
    if (reservation.payer === groupWallet(groupId)) sum += reservation.holdMinor;
  }
  return sum;
}
