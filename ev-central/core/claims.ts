// Home charging that a group pays back: a member claims, shows evidence and submits; whoever runs the group, or an
// operator, decides, but never the claimant herself; the payout is one movement in the transaction that marks it paid.
import { groupWallet, REIMBURSEMENTS, userWallet } from '../../shared/account.ts';
import { assertNever } from '../../shared/assert.ts';
import { claimId, correlationId, type GroupId, type UserId, userId } from '../../shared/ids.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { Claim, ClaimTerms } from '../../shared/messages/claim.ts';
import type { Order, OrderKind } from '../../shared/messages/orders.ts';
import type { Role } from '../../shared/messages/values.ts';
import { formatMoney } from '../../shared/money.ts';
import { formatEnergy } from '../../shared/words/quantities.ts';
import { amountAt, countClaim, limitRefusal, overlapping } from './claim-energy.ts';
import { type ClaimAct, claimRefusal } from './claim-states.ts';
import { runnersOf } from './groups.ts';
import { notifyDriver } from './notices.ts';
import { done, refused, type Result } from './order-result.ts';
import { may } from './permissions.ts';
import type { State } from './state.ts';
import { nextId, type Step } from './step.ts';
import { availableMinor, move, walletOf } from './wallet.ts';

type OrderOf<K extends OrderKind> = Extract<Order, { kind: K }>;
export type ClaimOrder = OrderOf<
  'put-claim-terms' | 'put-claim' | 'add-claim-evidence' | 'submit-claim' | 'approve-claim' | 'reject-claim'
  | 'pay-claim'
>;
export type Giver = { readonly by: string; readonly role: Role };

export function claimOrder(step: Step, order: ClaimOrder, giver: Giver): Result {
  switch (order.kind) {
    case 'put-claim-terms': return putTerms(step, order.terms);
    case 'put-claim': return putClaim(step, order, giver);
    case 'add-claim-evidence': return withClaim(step, order, 'add-evidence', giver, (claim) => {
      if (claim.evidence.length >= LIMITS.evidencesOfClaim) {
        return refused(`claim ${claim.claimId} has ${LIMITS.evidencesOfClaim} files already`);
      }
      const { evidence } = order;
      if (claim.evidence.some(({ sha256 }) => sha256 === evidence.sha256)) {
        return refused(`claim ${claim.claimId} has this file already`);
      }
      step.state.claims.put({ ...claim, evidence: [...claim.evidence, evidence] });
      return done(`claim ${claim.claimId} has the evidence "${evidence.reference}"`);
    });
    case 'submit-claim': return withClaim(step, order, 'submit', giver, (claim) => submit(step, claim));
    case 'approve-claim': return withClaim(step, order, 'approve', giver, (claim) => {
      // The claimant may have left, or been given another currency, since.
      const why = payeeRefusal(step.state, claim);
      return why === null ? decide(step, claim, { state: 'approved', reason: '' }, giver) : refused(why);
    });
    case 'reject-claim': return withClaim(step, order, 'reject', giver, (claim) =>
      decide(step, claim, { state: 'rejected', reason: order.reason }, giver));
    case 'pay-claim': return withClaim(step, order, 'pay', giver, (claim) => pay(step, claim, order.from, giver));
    default: return assertNever(order, 'claim order');
  }
}

/** What speaks against removing a user or a group: a claim that is under way; null: nothing. */
export function whyClaimsNeed(
  state: State, whose: { readonly claimantId: UserId } | { readonly groupId: GroupId },
): string | null {
  for (const claim of state.claims.values()) {
    const isTheirs = 'claimantId' in whose ? claim.claimantId === whose.claimantId : claim.groupId === whose.groupId;
    if (isTheirs && (claim.state === 'submitted' || claim.state === 'approved')) {
      return `claim ${claim.claimId} is ${claim.state}: reject it, or pay it first`;
    }
  }
  return null;
}

function putTerms(step: Step, terms: ClaimTerms): Result {
  const { state } = step;
  const group = state.groups.get(terms.groupId);
  if (group === undefined) return refused(`no such group: ${terms.groupId}`);
  const stranger = terms.meters.find((each) => state.users.get(each.userId) === undefined);
  if (stranger !== undefined) return refused(`no such user: ${stranger.userId}`);
  state.claimTerms.put(terms);
  return done(`${terms.groupId} pays ${terms.rate.minor}/${terms.rate.perKwh} minor units of ${group.currency} for a `
    + 'kWh at home');
}

function putClaim(step: Step, { claimId: known, claim: wish }: OrderOf<'put-claim'>, giver: Giver): Result {
  const { state, now } = step;
  const before = known === null ? undefined : state.claims.get(known);
  if (known !== null && before === undefined) return refused(`no such claim: ${known}`);
  const why = strangerRefusal(wish.claimantId, giver) ?? strangerRefusal(before?.claimantId ?? wish.claimantId, giver)
    ?? (before === undefined ? draftsRefusal(state, wish.claimantId) : claimRefusal(before, 'put'))
    ?? memberRefusal(state, wish);
  if (why !== null) return refused(why);
  const terms = state.claimTerms.must(wish.groupId);
  const counted = countClaim(state, wish, now);
  if (typeof counted === 'string') return refused(counted);
  const claim: Claim = {
    claimId: claimId(nextId(step)), evidence: [], state: 'draft', reason: '', putAtMs: now, submittedAtMs: null,
    decidedAtMs: null, decidedBy: null, paidAtMs: null, paidFrom: null, ...before, ...wish, ...counted,
    rate: terms.rate, amountMinor: amountAt(terms.rate, counted.energyWh),
    currency: state.groups.must(wish.groupId).currency,
  };
  state.claims.put(claim);
  return done(`claim ${claim.claimId} is a draft of ${inWords(claim)}`, [{ what: claim.claimId, outcome: 'draft' }]);
}

/** From now on it counts: what it says is looked at once more, for other claims and terms may have come meanwhile. */
function submit(step: Step, draft: Claim): Result {
  const { state, now } = step;
  const why = memberRefusal(state, draft);
  if (why !== null) return refused(why);
  const terms = state.claimTerms.must(draft.groupId);
  const counted = countClaim(state, draft, now);
  if (typeof counted === 'string') return refused(counted);
  const claim: Claim = {
    ...draft, ...counted, rate: terms.rate, amountMinor: amountAt(terms.rate, counted.energyWh), state: 'submitted',
    submittedAtMs: now,
  };
  if (claim.amountMinor <= 0) return refused(`${formatEnergy(claim.energyWh)} come to nothing`);
  if (claim.basis.kind === 'registers' && claim.evidence.length === 0) {
    return refused(`claim ${claim.claimId} has no evidence of its readings: add a file first`);
  }
  const other = overlapping(state, claim);
  if (other !== undefined) {
    return refused(`claim ${other.claimId} (${other.state}) counts a part of the same period of ${claim.meterId}`);
  }
  const limit = limitRefusal(state, terms, claim) ?? payeeRefusal(state, claim);
  if (limit !== null) return refused(limit);
  state.claims.put(claim);
  for (const runner of runnersOf(state.groups.get(claim.groupId))) {
    if (runner !== claim.claimantId) tell(step, runner, claim);
  }
  return done(`claim ${claim.claimId} is submitted: ${inWords(claim)}`);
}

function decide(
  step: Step, claim: Claim, { state, reason }: Pick<Claim, 'state' | 'reason'>, { by }: Giver,
): Result {
  const decided: Claim = { ...claim, state, reason, decidedAtMs: step.now, decidedBy: by };
  step.state.claims.put(decided);
  tell(step, claim.claimantId, decided);
  return done(`claim ${claim.claimId} of ${inWords(claim)} is ${state}`);
}

/** Once: the state allows it once, and the movement is written with it. */
function pay(step: Step, claim: Claim, from: 'group' | 'reimbursements', { by, role }: Giver): Result {
  const { state, now } = step;
  const { groupId, claimantId, amountMinor, currency } = claim;
  const why = payeeRefusal(state, claim);
  if (why !== null) return refused(why);
  if (from === 'reimbursements' && !may(role, 'claims.decide')) {
    return refused('only an operator pays from the account of reimbursements');
  }
  const giver = from === 'group' ? groupWallet(groupId) : REIMBURSEMENTS;
  const wallet = walletOf(state, giver);
  if (from === 'group') {
    if (wallet === undefined) return refused(`no such group: ${groupId}`);
    if (wallet.currency !== currency) return refused(`${giver} is in ${wallet.currency}, the claim in ${currency}`);
    if (availableMinor(wallet) < amountMinor) {
      return refused(`${giver} has ${formatMoney(Math.max(0, availableMinor(wallet)), currency)} that is not held: `
        + `${formatMoney(amountMinor, currency)} cannot be paid`);
    }
  }
  const paid: Claim = { ...claim, state: 'paid', paidAtMs: now, paidFrom: from };
  state.claims.put(paid);
  move(step, {
    kind: 'reimbursement', currency, sessionId: null, ticketId: null, reason: payoutReason(claim.claimId), by,
  }, [{ account: giver, amountMinor: -amountMinor }, { account: userWallet(claimantId), amountMinor }]);
  tell(step, claimantId, paid);
  return done(`${formatMoney(amountMinor, currency)} are paid from ${giver} to ${claimantId} for claim `
    + `${claim.claimId}`);
}

/** By it a payout is found among the movements: `verify` looks for exactly one. */
export function payoutReason(id: Claim['claimId']): string {
  return `home charging, claim ${id}`;
}

const DECIDING: ReadonlySet<ClaimAct> = new Set(['approve', 'reject', 'pay']);

function withClaim(
  step: Step, { claimId: id }: { readonly claimId: Claim['claimId'] }, act: ClaimAct, giver: Giver,
  run: (claim: Claim) => Result,
): Result {
  const claim = step.state.claims.get(id);
  const isHers = claim !== undefined && mayKnow(step.state, claim, giver);
  if (claim === undefined || !isHers) return refused(`no such claim: ${id}`);
  const why = DECIDING.has(act) ? decidingRefusal(step.state, claim, giver) : strangerRefusal(claim.claimantId, giver);
  const no = why ?? claimRefusal(claim, act);
  return no === null ? run(claim) : refused(no);
}

/** Others do not even learn that there is one. */
function mayKnow(state: State, claim: Claim, { by, role }: Giver): boolean {
  return by === claim.claimantId || may(role, 'claims.read') || runs(state, claim, by);
}

/** Whoever runs the group, or an operator; never the claimant, whatever else she is. */
function decidingRefusal(state: State, claim: Claim, { by, role }: Giver): string | null {
  if (by === claim.claimantId) return 'nobody decides about a claim of her own';
  if (may(role, 'claims.decide') || runs(state, claim, by)) return null;
  return `only an operator, or who runs the group ${claim.groupId}, decides about its claims`;
}

function runs(state: State, { groupId }: Claim, by: string): boolean {
  return runnersOf(state.groups.get(groupId)).includes(userId(by));
}

/** People claim for themselves; operators enter for others what came on paper. */
function strangerRefusal(claimantId: UserId, { by, role }: Giver): string | null {
  return by === claimantId || may(role, 'claims.decide') ? null : 'people claim for themselves alone';
}

function draftsRefusal(state: State, claimantId: UserId): string | null {
  const drafts = [...state.claims.values()].filter((each) => each.claimantId === claimantId && each.state === 'draft');
  return drafts.length < LIMITS.draftsOfUser ? null
    : `${claimantId} has ${drafts.length} drafts: change one of them, or submit it`;
}

function memberRefusal(
  state: State, { groupId, claimantId, meterId }: Pick<Claim, 'groupId' | 'claimantId' | 'meterId'>,
): string | null {
  const group = state.groups.get(groupId);
  if (group === undefined || !group.members.some((member) => member.userId === claimantId)) {
    return `${claimantId} is no member of a group ${groupId}`;
  }
  const terms = state.claimTerms.get(groupId);
  if (terms === undefined) return `${groupId} has agreed no rate for charging at home`;
  const isAgreed = terms.meters.some((each) => each.userId === claimantId && each.meterId === meterId);
  return isAgreed ? null : `${groupId} has agreed no meter ${meterId} of ${claimantId}`;
}

function payeeRefusal(state: State, { claimantId, currency, amountMinor }: Claim): string | null {
  const wallet = state.users.get(claimantId);
  if (wallet === undefined) return `no such user: ${claimantId}`;
  if (wallet.currency !== currency) {
    return `the wallet of ${claimantId} is in ${wallet.currency}, the claim in ${currency}`;
  }
  return Number.isSafeInteger(wallet.balanceMinor + amountMinor) ? null : `${claimantId} cannot hold that amount`;
}

function tell(step: Step, driverId: UserId, claim: Claim): void {
  const { claimId: id, claimantId, groupId, state, energyWh, amountMinor, currency, reason } = claim;
  notifyDriver(step, { driverId, requestId: null, corr: correlationId(`claim-${id}`) }, {
    type: 'claim', claimId: id, claimantId, groupId, state, energyWh, amountMinor, currency, reason,
  });
}

function inWords({ claimantId, meterId, energyWh, amountMinor, currency }: Claim): string {
  return `${claimantId}: ${formatEnergy(energyWh)} at ${meterId}, ${formatMoney(amountMinor, currency)}`;
}
