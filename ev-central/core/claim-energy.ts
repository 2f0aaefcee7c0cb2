// What a claim says that it is: its period, its energy and its amount, and what speaks against them. Nothing is counted
// twice: neither a time, nor a stretch of a register, of the same meter.
import { userWallet } from '../../shared/account.ts';
import type { GroupId, UserId } from '../../shared/ids.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { Claim, ClaimBasis, ClaimTerms, Rate } from '../../shared/messages/claim.ts';
import { formatMoney, ratio, roundHalfEven } from '../../shared/money.ts';
import { monthOf } from '../../shared/zone.ts';
import { CLAIM_TABLE } from './claim-states.ts';
import type { State } from './state.ts';

const DAY_MS = 24 * 3_600_000;

export type ClaimWish = {
  readonly groupId: GroupId; readonly claimantId: UserId; readonly meterId: Claim['meterId'];
  readonly basis: ClaimBasis;
};
export type Counted = Pick<Claim, 'fromMs' | 'toMs' | 'energyWh'>;

/** Wh at a rate, rounded once, half-even. */
export function amountAt({ minor, perKwh }: Rate, energyWh: number): number {
  return Number(roundHalfEven(ratio(BigInt(energyWh) * BigInt(minor), BigInt(perKwh) * 1_000n)));
}

/** Period and energy of a claim, or why it cannot be one. */
export function countClaim(state: State, wish: ClaimWish, now: number): Counted | string {
  const counted = wish.basis.kind === 'registers' ? countRegisters(wish.basis) : countSessions(state, wish);
  if (typeof counted === 'string') return counted;
  if (counted.toMs > now) return 'its period has not ended yet';
  if (counted.toMs - counted.fromMs > LIMITS.claimDays * DAY_MS) {
    return `its period is longer than ${LIMITS.claimDays} days`;
  }
  if (counted.energyWh <= 0) return 'it has no energy';
  return counted;
}

function countRegisters({ fromMs, toMs, fromWh, toWh }: Extract<ClaimBasis, { kind: 'registers' }>): Counted | string {
  if (fromMs >= toMs) return 'its period does not end after it begins';
  if (fromWh > toWh) return `the register cannot have gone back from ${fromWh} to ${toWh} Wh`;
  return { fromMs, toMs, energyWh: toWh - fromWh };
}

function countSessions(state: State, { claimantId, meterId, basis }: ClaimWish): Counted | string {
  if (basis.kind !== 'sessions') return 'it names no charges';
  let [fromMs, toMs, energyWh] = [Infinity, 0, 0];
  for (const id of basis.sessionIds) {
    const session = state.sessions.get(id);
    if (session === undefined || session.driverId !== claimantId) return `there is no charge ${id} of ${claimantId}`;
    const { pointId, startedAtMs, endedAtMs, settled, payer, costMinor } = session;
    if (pointId === null || String(pointId) !== String(meterId)) return `the charge ${id} was not at ${meterId}`;
    if (!settled || startedAtMs === null || endedAtMs === null) return `the charge ${id} is not settled yet`;
    if (payer !== userWallet(claimantId) && costMinor > 0) return `the charge ${id} was paid by ${payer} already`;
    [fromMs, toMs] = [Math.min(fromMs, startedAtMs), Math.max(toMs, endedAtMs)];
    energyWh += session.energyWh;
  }
  return { fromMs, toMs, energyWh };
}

/** Another claim that counts the same time, or the same stretch of the register, of this meter. */
export function overlapping(state: State, claim: Claim): Claim | undefined {
  return [...state.claims.values()].find((other) => other.claimId !== claim.claimId
    && other.meterId === claim.meterId && CLAIM_TABLE[other.state].counts
    && (meet(other.fromMs, other.toMs, claim.fromMs, claim.toMs) || registersMeet(other.basis, claim.basis)));
}

function registersMeet(a: ClaimBasis, b: ClaimBasis): boolean {
  return a.kind === 'registers' && b.kind === 'registers' && meet(a.fromWh, a.toWh, b.fromWh, b.toWh);
}

/** Do two stretches share more than an end? */
function meet(aFrom: number, aTo: number, bFrom: number, bTo: number): boolean {
  return aFrom < bTo && bFrom < aTo;
}

/** Why the group's limits do not allow it; null: they do. A claim belongs to the month in which its period begins. */
export function limitRefusal(state: State, terms: ClaimTerms, claim: Claim): string | null {
  const { perClaimMinor, perMonthMinor } = terms;
  const { amountMinor, currency, claimantId, groupId } = claim;
  if (perClaimMinor !== null && amountMinor > perClaimMinor) {
    return `${formatMoney(amountMinor, currency)} are more than a claim may come to: `
      + formatMoney(perClaimMinor, currency);
  }
  if (perMonthMinor === null) return null;
  const zone = state.groups.get(groupId)?.timeZone ?? 'UTC';
  const month = monthOf(zone, claim.fromMs);
  let sumMinor = amountMinor;
  for (const other of state.claims.values()) {
    const isSame = other.claimId !== claim.claimId && other.claimantId === claimantId && other.groupId === groupId;
    if (isSame && CLAIM_TABLE[other.state].counts && monthOf(zone, other.fromMs) === month) {
      sumMinor += other.amountMinor;
    }
  }
  if (sumMinor <= perMonthMinor) return null;
  return `with it, ${claimantId} claims ${formatMoney(sumMinor, currency)} for ${month}: at most `
    + `${formatMoney(perMonthMinor, currency)} are agreed`;
}
