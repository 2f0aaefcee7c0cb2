// The registry: sites, points, users and tariffs. What is in use cannot be removed.
import { userWallet } from '../../shared/account.ts';
import { assertNever } from '../../shared/assert.ts';
import { correlationId, type PointId, type SiteId } from '../../shared/ids.ts';
import type { Order, OrderKind } from '../../shared/messages/orders.ts';
import { formatMoney } from '../../shared/money.ts';
import { isZone } from '../../shared/zone.ts';
import { removePersonalData } from './accounts.ts';
import { dropGroupTariffs } from './group-tariffs.ts';
import { whyClaimsNeed } from './claims.ts';
import { whyInvoicesNeed } from './invoices.ts';
import { revokeKeys } from './key-ring.ts';
import { putOut } from './monitors.ts';
import { PAYMENT_TABLE } from './payment-states.ts';
import { putOutDriver } from './people.ts';
import { freshConnector, freshPointState } from './point-status.ts';
import { counted, done, refused, type Result } from './order-result.ts';
import { leavePoint } from './reservation-due.ts';
import { whyReservationsNeed } from './reservation-series.ts';
import type { User } from './rows.ts';
import { event, putPointState, type Step } from './step.ts';
import { isTariff, putTariff, removeTariff } from './tariffs.ts';

type OrderOf<K extends OrderKind> = Extract<Order, { kind: K }>;
type RegistryOrder = OrderOf<
  'put-tariff' | 'remove-tariff' | 'put-site' | 'remove-site' | 'put-point' | 'remove-point' | 'put-user'
  | 'remove-user'
>;

export function registryOrder(step: Step, order: RegistryOrder): Result {
  switch (order.kind) {
    case 'put-tariff': return putTariff(step, order.tariff);
    case 'remove-tariff': return removeTariff(step, order.tariffId);
    case 'put-site': return putSite(step, order);
    case 'remove-site': return removeSite(step, order);
    case 'put-point': return putPoint(step, order);
    case 'remove-point': return removePoint(step, order);
    case 'put-user': return putUser(step, order);
    case 'remove-user': return removeUser(step, order);
    default: return assertNever(order, 'registry order');
  }
}

function putSite(step: Step, { site }: OrderOf<'put-site'>): Result {
  if (!isTariff(step.state, site.tariffId)) return refused(`no such tariff: ${site.tariffId}`);
  if (!isZone(site.timeZone)) return refused(`no such time zone: ${site.timeZone} (use a name such as Europe/Madrid)`);
  step.state.sites.put(site);
  registryEvent(step, site.siteId, null, { put: 'site' });
  return done(`site ${site.siteId} is registered`);
}

function removeSite(step: Step, { siteId }: OrderOf<'remove-site'>): Result {
  if (step.state.sites.get(siteId) === undefined) return refused(`no such site: ${siteId}`);
  const points = step.state.pointsOfSite.get(siteId)?.size ?? 0;
  if (points > 0) return refused(`site ${siteId} has ${counted(points, 'point')}: it can go when it has none`);
  const waiting = step.state.sessionIndex.waitingAt(siteId).size;
  if (waiting > 0) return refused(`site ${siteId} has ${counted(waiting, 'driver')} waiting: take them out first`);
  step.state.sites.remove(siteId);
  dropGroupTariffs(step.state, { siteId });
  registryEvent(step, siteId, null, { removed: 'site' });
  return done(`site ${siteId} is removed`);
}

function putPoint(step: Step, { point, secretSha256 }: OrderOf<'put-point'>): Result {
  const { state, now } = step;
  if (state.sites.get(point.siteId) === undefined) return refused(`no such site: ${point.siteId}`);
  const noTariff = [point, ...point.connectors].find(({ tariffId }) =>
    tariffId !== undefined && !isTariff(state, tariffId));
  if (noTariff !== undefined) return refused(`no such tariff: ${noTariff.tariffId ?? ''}`);
  const known = state.points.get(point.pointId);
  if (known === undefined && secretSha256 === null) return refused(`a new point needs a secret`);
  if (known !== undefined && known.siteId !== point.siteId && busy(step, point.pointId)) {
    return refused(`${point.pointId} has an open session: it can move to ${point.siteId} when that is over`);
  }
  const kept = new Set(point.connectors.map((c) => c.connectorNo));
  const taken = known?.connectors.find((c) =>
    !kept.has(c.connectorNo) && state.sessionIndex.atConnector(point.pointId, c.connectorNo) !== undefined);
  if (taken !== undefined) {
    return refused(`connector ${taken.connectorNo} of ${point.pointId} has an open session: end it first`);
  }
  if (known !== undefined && known.siteId !== point.siteId) {
    state.pointsOfSite.get(known.siteId)?.delete(point.pointId);
    // Who waits there for this point learns that it is gone.
    state.queuesTouched.add(known.siteId);
  }
  state.points.put({ ...point, secretSha256: secretSha256 ?? known?.secretSha256 ?? null });
  const atSite = state.pointsOfSite.get(point.siteId) ?? new Set<PointId>();
  state.pointsOfSite.set(point.siteId, atSite.add(point.pointId));
  const before = state.pointStates.get(point.pointId) ?? freshPointState(point.pointId, now);
  putPointState(step, {
    ...before,
    connectors: point.connectors.map((c) =>
      before.connectors.find((old) => old.connectorNo === c.connectorNo) ?? freshConnector(c.connectorNo)),
  });
  if (known !== undefined) {
    const isMoved = known.siteId !== point.siteId;
    const why = `${point.pointId} has changed`;
    leavePoint(step, known, { why, isLeft: (no) => isMoved || !kept.has(no) });
  }
  // A point that moved, or has a new secret, comes back with what is true now.
  const changed = known !== undefined && (known.siteId !== point.siteId || secretSha256 !== null);
  if (changed) putOut(step, point.pointId, 'replaced');
  registryEvent(step, point.siteId, point.pointId, { put: 'point' });
  return done(`point ${point.pointId} is registered at ${point.siteId}`);
}

function removePoint(step: Step, { pointId }: OrderOf<'remove-point'>): Result {
  const point = step.state.points.get(pointId);
  if (point === undefined) return refused(`no such point: ${pointId}`);
  if (busy(step, pointId)) return refused(`${pointId} has an open session: end it first`);
  putOut(step, pointId, 'point-unknown');
  revokeKeys(step, pointId, ['point']);
  step.state.points.remove(pointId);
  dropGroupTariffs(step.state, { pointId });
  step.state.pointStates.remove(pointId);
  step.state.pointsOfSite.get(point.siteId)?.delete(pointId);
  leavePoint(step, point, { why: `${pointId} is no longer there`, isLeft: () => true });
  step.state.queuesTouched.add(point.siteId);
  step.state.pointsTouched.add(pointId);
  registryEvent(step, point.siteId, pointId, { removed: 'point' });
  return done(`point ${pointId} is removed`);
}

function putUser(step: Step, { user, passwordHash, pinHash }: OrderOf<'put-user'>): Result {
  const known = step.state.users.get(user.userId);
  if (known === undefined && passwordHash === null) return refused('a new user needs a password');
  if (known !== undefined && known.currency !== user.currency && (known.balanceMinor !== 0 || known.heldMinor !== 0)) {
    return refused(`the currency of ${user.userId} can change only when the balance is zero and nothing is held`);
  }
  const row: User = {
    balanceMinor: 0, heldMinor: 0, noticeNumber: 0, readingKeyId: null, ...known, ...user,
    passwordHash: passwordHash ?? known?.passwordHash ?? null, pinHash: pinHash ?? known?.pinHash ?? null,
  };
  step.state.users.put(row);
  if (known !== undefined && passwordHash !== null) {
    // A new password changes the reading key: what was written down with the old one opens nothing new.
    revokeKeys(step, user.userId, ['login', 'reading']);
    step.state.users.put({ ...row, readingKeyId: null });
    putOutDriver(step, user.userId);
  }
  return done(`user ${user.userId} (${user.role}) is registered`);
}

function removeUser(step: Step, { userId }: OrderOf<'remove-user'>): Result {
  const user = step.state.users.get(userId);
  if (user === undefined) return refused(`no such user: ${userId}`);
  if (step.state.sessionIndex.ofDriver(userId).size > 0) return refused(`${userId} has an open session: end it first`);
  if (user.balanceMinor !== 0) {
    return refused(`the balance of ${userId} is ${formatMoney(user.balanceMinor, user.currency)}: book it out first`);
  }
  const group = [...step.state.groups.values()].find(({ members }) => members.some((m) => m.userId === userId));
  if (group !== undefined) return refused(`${userId} is a member of the group ${group.groupId}: take her out first`);
  const needed = whyReservationsNeed(step.state, userId) ?? whyInvoicesNeed(step.state, userWallet(userId))
    ?? whyClaimsNeed(step.state, { claimantId: userId });
  if (needed !== null) return refused(needed);
  const paid = [...step.state.payments.values()].find((p) => p.userId === userId
    && (p.operation !== null || !PAYMENT_TABLE[p.state].isOver));
  if (paid !== undefined) return refused(`${userId} has the payment ${paid.paymentId} under way: cancel it first`);
  revokeKeys(step, userId, ['login', 'reading']);
  putOutDriver(step, userId);
  step.state.users.remove(userId);
  removePersonalData(step, userId);
  return done(`user ${userId} is removed`);
}

/** Asked of the sessions, not of the connectors: an engine may charge at one that the registry does not know. */
function busy(step: Step, pointId: PointId): boolean {
  for (const id of step.state.sessionIndex.open()) {
    if (step.state.sessions.must(id).pointId === pointId) return true;
  }
  return false;
}

function registryEvent(step: Step, siteId: SiteId, pointId: PointId | null, data: Record<string, unknown>): void {
  event(step, 'registry', { siteId, pointId, corr: correlationId(`registry-${siteId}`) }, data);
}
