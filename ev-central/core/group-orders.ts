// Orders about groups. What is in use cannot be removed, and a user has one group that pays for her.
import { groupWallet } from '../../shared/account.ts';
import type { GroupRow } from '../../shared/messages/group-row.ts';
import type { Order, OrderKind } from '../../shared/messages/orders.ts';
import { formatMoney } from '../../shared/money.ts';
import { isZone } from '../../shared/zone.ts';
import { whyClaimsNeed } from './claims.ts';
import { dropGroupTariffs } from './group-tariffs.ts';
import { derivePaidBy } from './groups.ts';
import { whyInvoicesNeed } from './invoices.ts';
import { counted, done, refused, type Result } from './order-result.ts';
import type { Step } from './step.ts';

type OrderOf<K extends OrderKind> = Extract<Order, { kind: K }>;

export function putGroup(step: Step, { group }: OrderOf<'put-group'>): Result {
  const { state } = step;
  const { groupId, currency, members } = group;
  const why = unknownIn(step, group);
  if (why !== null) return refused(why);
  const known = state.groups.get(groupId);
  if (known !== undefined && known.currency !== currency && (known.balanceMinor !== 0 || known.heldMinor !== 0)) {
    return refused(`the currency of ${groupId} can change only when its balance is zero and nothing is held`);
  }
  const elsewhere = members.find(({ userId, paid }) => paid && (state.paidBy.get(userId) ?? groupId) !== groupId);
  if (elsewhere !== undefined) {
    const other = state.paidBy.get(elsewhere.userId) ?? '';
    return refused(`${elsewhere.userId} is paid for by the group ${other} already: one group pays for a user`);
  }
  state.groups.put({ balanceMinor: 0, heldMinor: 0, spent: [], ...known, ...group });
  derivePaidBy(state);
  return done(`group ${groupId} has ${counted(members.length, 'member')}`);
}

export function removeGroup(step: Step, { groupId }: OrderOf<'remove-group'>): Result {
  const { state } = step;
  const group = state.groups.get(groupId);
  if (group === undefined) return refused(`no such group: ${groupId}`);
  const account = groupWallet(groupId);
  for (const id of state.sessionIndex.open()) {
    if (state.sessions.must(id).payer === account) return refused(`${groupId} pays for the open session ${id}`);
  }
  if (group.balanceMinor !== 0) {
    const balance = formatMoney(group.balanceMinor, group.currency);
    return refused(`the balance of ${groupId} is ${balance}: book it out first`);
  }
  const needed = whyInvoicesNeed(state, account) ?? whyClaimsNeed(state, { groupId });
  if (needed !== null) return refused(needed);
  state.groups.remove(groupId);
  state.billingDetails.remove(account);
  state.claimTerms.remove(groupId);
  dropGroupTariffs(state, { groupId });
  derivePaidBy(state);
  return done(`group ${groupId} is removed`);
}

function unknownIn({ state }: Step, { members, siteIds, timeZone }: GroupRow): string | null {
  const stranger = members.find(({ userId }) => state.users.get(userId) === undefined);
  if (stranger !== undefined) return `no such user: ${stranger.userId}`;
  const site = siteIds?.find((id) => state.sites.get(id) === undefined);
  if (site !== undefined) return `no such site: ${site}`;
  return isZone(timeZone) ? null : `no such time zone: ${timeZone} (use a name such as Europe/Madrid)`;
}
