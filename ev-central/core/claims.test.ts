import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupWallet, userWallet } from '../../shared/account.ts';
import { claimId, groupId, meterId, requestId, type UserId } from '../../shared/ids.ts';
import { LIMITS } from '../../shared/limits.ts';
import { type Claim, CLAIM_STATES, type ClaimBasis, type ClaimTerms } from '../../shared/messages/claim.ts';
import type { Order } from '../../shared/messages/orders.ts';
import type { Role } from '../../shared/messages/values.ts';
import { currency } from '../../shared/money.ts';
import { amountAt } from './claim-energy.ts';
import { CLAIM_TABLE, type ClaimAct, claimRefusal } from './claim-states.ts';
import { ANA, BEN, CAT, Network, POINT } from './core-harness.ts';

const FLEET = groupId('fleet');
const HOME = meterId('home-ana');
const DAY_MS = 86_400_000;
const FILE = { reference: 'Bill 4711', sha256: 'a'.repeat(64), mediaType: 'application/pdf', bytes: 1_000 } as const;
const TERMS: ClaimTerms = {
  groupId: FLEET, rate: { minor: 2_875, perKwh: 100 }, perClaimMinor: null, perMonthMinor: null,
  meters: [
    { userId: ANA, meterId: HOME }, { userId: BEN, meterId: meterId('home-ben') },
    { userId: ANA, meterId: meterId(POINT) },
  ],
};

/** Ana and ben are members of a fleet that cat runs; the fleet has 100.00. */
function ready(change: Partial<ClaimTerms> = {}): Network {
  const network = new Network();
  network.connect();
  network.order({ kind: 'put-group', group: {
    groupId: FLEET, name: '', kind: 'fleet', currency: currency('EUR'), active: true,
    members: [ANA, BEN, CAT].map((userId) =>
      ({ userId, role: userId === CAT ? 'manager' : 'member', paid: false, limits: null })),
    limits: { perSessionMinor: null, perMonthMinor: null }, siteIds: null, hours: null, timeZone: 'Europe/Madrid',
  } });
  network.order({ kind: 'book-group', groupId: FLEET, amountMinor: 10_000, reason: 'start' });
  expect(network.order({ kind: 'put-claim-terms', terms: { ...TERMS, ...change } }).outcome).toBe('done');
  return network;
}

let orders = 0;
function give(network: Network, by: UserId | 'olga', order: Order, role: Role = by === 'olga' ? 'operator' : 'user') {
  orders += 1;
  const orderId = requestId(`claim-order-${orders}`);
  network.feed({ kind: 'order', orderId, order, by, role, address: '127.0.0.1', answer: null });
  return network.state.orders.must(orderId);
}

/** Ana's week before now, from 1,000 to 26,300 Wh; `daysAgo`: it ends then. */
function week(network: Network, { daysAgo = 0, fromWh = 1_000, toWh = 26_300 } = {}): ClaimBasis {
  const toMs = network.now - daysAgo * DAY_MS;
  return { kind: 'registers', fromMs: toMs - 7 * DAY_MS, toMs, fromWh, toWh };
}

function putClaim(basis: ClaimBasis, meter = HOME): Order {
  return {
    kind: 'put-claim', claimId: null, claim: { groupId: FLEET, claimantId: ANA, meterId: meter, basis },
  };
}

/** A claim of ana's with evidence, submitted; what the submission was answered. */
function submitted(network: Network, basis: ClaimBasis = week(network)) {
  const put = give(network, ANA, putClaim(basis));
  expect(put.outcome).toBe('done');
  const id = claimId(put.lines[0]?.what ?? '');
  give(network, ANA, { kind: 'add-claim-evidence', claimId: id, evidence: FILE });
  return { id, answer: give(network, ANA, { kind: 'submit-claim', claimId: id }) };
}

function stateOf(network: Network, id: Claim['claimId']): string {
  return network.state.claims.must(id).state;
}

describe('a claim for charging at home', () => {
  it('is put, submitted, approved by who runs the group, and paid from its wallet, once', () => {
    const network = ready();
    const { id, answer } = submitted(network);
    expect(answer.text).toBe(`claim ${id} is submitted: ana: 25.300 kWh at home-ana, 7.27 EUR`);
    expect(network.lastNotice(CAT, 'claim')).toMatchObject({ claimId: id, state: 'submitted', claimantId: ANA });
    expect(give(network, CAT, { kind: 'approve-claim', claimId: id }).outcome).toBe('done');
    expect(network.lastNotice(ANA, 'claim')).toMatchObject({ state: 'approved', amountMinor: 727, currency: 'EUR' });
    expect(network.state.users.must(ANA).balanceMinor).toBe(10_000);
    expect(give(network, CAT, { kind: 'pay-claim', claimId: id, from: 'group' }).outcome).toBe('done');
    expect(network.appended.findLast((append) => append.table === 'movements')?.row).toMatchObject({
      kind: 'reimbursement', currency: 'EUR', by: CAT, reason: `home charging, claim ${id}`,
      postings: [
        { account: groupWallet(FLEET), amountMinor: -727, balanceMinor: 9_273 },
        { account: userWallet(ANA), amountMinor: 727, balanceMinor: 10_727 },
      ],
    });
    expect(give(network, CAT, { kind: 'pay-claim', claimId: id, from: 'group' }).text)
      .toBe(`claim ${id} is paid: only what is approved can be paid`);
    expect(network.state.users.must(ANA).balanceMinor).toBe(10_727);
    expect(network.state.claims.must(id)).toMatchObject({ state: 'paid', decidedBy: CAT, paidFrom: 'group' });
  });

  it('is paid from the account of reimbursements by operators alone', () => {
    const network = ready();
    const { id } = submitted(network);
    give(network, 'olga', { kind: 'approve-claim', claimId: id });
    const pay = { kind: 'pay-claim', claimId: id, from: 'reimbursements' } as const;
    expect(give(network, CAT, pay).text).toBe('only an operator pays from the account of reimbursements');
    expect(give(network, 'olga', pay).outcome).toBe('done');
    expect(network.state.groups.must(FLEET).balanceMinor).toBe(10_000);
    expect(network.state.users.must(ANA).balanceMinor).toBe(10_727);
  });

  it('is not paid by a wallet that has not enough free', () => {
    const network = ready();
    const { id } = submitted(network);
    give(network, CAT, { kind: 'approve-claim', claimId: id });
    network.order({ kind: 'book-group', groupId: FLEET, amountMinor: -9_500, reason: 'out' });
    expect(give(network, CAT, { kind: 'pay-claim', claimId: id, from: 'group' }).text)
      .toBe('wallet:group:fleet has 5.00 EUR that is not held: 7.27 EUR cannot be paid');
    expect(stateOf(network, id)).toBe('approved');
  });

  it('is rejected with a reason that the claimant reads, and makes room for another one', () => {
    const network = ready();
    const { id } = submitted(network);
    give(network, CAT, { kind: 'reject-claim', claimId: id, reason: 'the bill is an old one' });
    expect(network.lastNotice(ANA, 'claim')).toMatchObject({ state: 'rejected', reason: 'the bill is an old one' });
    expect(submitted(network).answer.outcome).toBe('done');
  });

  it('of charges at a point at home has their period and energy, and needs no file', () => {
    const network = ready();
    const session = network.charging(ANA);
    network.later(3_600_000);
    network.end(session, 6_000);
    network.fact('unplugged', { connectorNo: 1 });
    network.later(1_000);
    const basis = { kind: 'sessions', sessionIds: [session.sessionId] } as const;
    const put = give(network, ANA, putClaim({ ...basis, sessionIds: [...basis.sessionIds] }, meterId(POINT)));
    const id = claimId(put.lines[0]?.what ?? '');
    expect(network.state.claims.must(id)).toMatchObject({
      energyWh: 5_000, amountMinor: 144, fromMs: session.startedAtMs, toMs: network.now - 1_000,
    });
    expect(give(network, ANA, { kind: 'submit-claim', claimId: id }).outcome).toBe('done');
  });

  it('that is a draft can be changed, and keeps its evidence', () => {
    const network = ready();
    const put = give(network, ANA, putClaim(week(network)));
    const id = claimId(put.lines[0]?.what ?? '');
    give(network, ANA, { kind: 'add-claim-evidence', claimId: id, evidence: FILE });
    give(network, ANA, { ...putClaim(week(network, { toWh: 2_000 })), claimId: id } as Order);
    expect(network.state.claims.must(id)).toMatchObject({ energyWh: 1_000, amountMinor: 29, evidence: [FILE] });
  });
});

describe('nobody', () => {
  it('decides about a claim of her own, whatever else she is', () => {
    const network = ready();
    const group = network.state.groups.must(FLEET);
    network.state.groups.put({ ...group, members: group.members.map((each) => ({ ...each, role: 'owner' })) });
    const { id } = submitted(network);
    for (const role of ['user', 'operator', 'admin'] as const) {
      expect(give(network, ANA, { kind: 'approve-claim', claimId: id }, role).text)
        .toBe('nobody decides about a claim of her own');
    }
    expect(give(network, BEN, { kind: 'approve-claim', claimId: id }).outcome).toBe('done');
  });

  it('decides who neither runs the group nor is an operator, nor learns that there is a claim', () => {
    const network = ready();
    const { id } = submitted(network);
    expect(give(network, BEN, { kind: 'approve-claim', claimId: id }).text).toBe(`no such claim: ${id}`);
    expect(give(network, 'olga', { kind: 'approve-claim', claimId: id }, 'technician').text)
      .toBe(`no such claim: ${id}`);
  });

  it('claims for somebody else, except operators for what came on paper', () => {
    const network = ready();
    expect(give(network, BEN, putClaim(week(network))).text).toBe('people claim for themselves alone');
    expect(give(network, 'olga', putClaim(week(network))).outcome).toBe('done');
  });
});

describe('a claim is refused', () => {
  const basisOf = (network: Network, change: Partial<Extract<ClaimBasis, { kind: 'registers' }>>): ClaimBasis =>
    ({ ...week(network), ...change } as ClaimBasis);

  it.each<[string, (network: Network) => ClaimBasis, string]>([
    ['whose period has not ended', (net) => basisOf(net, { toMs: net.now + 1 }), 'its period has not ended yet'],
    ['whose period is too long', (net) => basisOf(net, { fromMs: net.now - (LIMITS.claimDays + 1) * DAY_MS }),
      `its period is longer than ${LIMITS.claimDays} days`],
    ['whose period is none', (net) => basisOf(net, { fromMs: net.now }), 'its period does not end after it begins'],
    ['whose register went back', (net) => basisOf(net, { toWh: 999 }), 'the register cannot have gone back'],
    ['without energy', (net) => basisOf(net, { toWh: 1_000 }), 'it has no energy'],
  ])('%s', (_what, basis, text) => {
    const network = ready();
    expect(give(network, ANA, putClaim(basis(network))).text).toContain(text);
  });

  it('at a meter that was not agreed upon', () => {
    const network = ready();
    expect(give(network, ANA, putClaim(week(network), meterId('home-ben'))).text)
      .toBe('fleet has agreed no meter home-ben of ana');
  });

  it('when its readings have no evidence', () => {
    const network = ready();
    const id = claimId(give(network, ANA, putClaim(week(network))).lines[0]?.what ?? '');
    expect(give(network, ANA, { kind: 'submit-claim', claimId: id }).text).toContain('has no evidence');
  });

  it('when another one counts a part of the same time, or of the same stretch of the register', () => {
    const network = ready();
    const { id } = submitted(network);
    const half = week(network, { daysAgo: 4, fromWh: 26_300, toWh: 30_000 });
    expect(submitted(network, half).answer.text).toContain(`claim ${id} (submitted) counts a part of the same period`);
    const register = week(network, { daysAgo: 7, fromWh: 500, toWh: 1_001 });
    expect(submitted(network, register).answer.outcome).toBe('refused');
    expect(submitted(network, week(network, { daysAgo: 7, fromWh: 500, toWh: 1_000 })).answer.outcome).toBe('done');
  });

  it('beyond what is agreed for one claim, and for the claims of one month', () => {
    const small = ready({ perClaimMinor: 726 });
    expect(submitted(small).answer.text).toContain('7.27 EUR are more than a claim may come to: 7.26 EUR');
    const network = ready({ perMonthMinor: 750 });
    expect(submitted(network).answer.outcome).toBe('done');
    const before = week(network, { daysAgo: 7, fromWh: 0, toWh: 1_000 });
    expect(submitted(network, before).answer.text)
      .toBe('with it, ana claims 7.56 EUR for 2025-11: at most 7.50 EUR are agreed');
    // It begins in October.
    expect(submitted(network, week(network, { daysAgo: 14, fromWh: 0, toWh: 1_000 })).answer.outcome).toBe('done');
  });

  it('when its claimant has too many drafts', () => {
    const network = ready();
    for (let i = 0; i < LIMITS.draftsOfUser; i++) give(network, ANA, putClaim(week(network)));
    expect(give(network, ANA, putClaim(week(network))).text).toContain(`${LIMITS.draftsOfUser} drafts`);
  });
});

describe('what is under way', () => {
  it('keeps its group', () => {
    const network = ready();
    const { id } = submitted(network);
    network.order({ kind: 'book-group', groupId: FLEET, amountMinor: -10_000, reason: 'out' });
    expect(network.order({ kind: 'remove-group', groupId: FLEET }).text)
      .toBe(`claim ${id} is submitted: reject it, or pay it first`);
  });
});

describe('the table of what a claim allows', () => {
  const ACTS: readonly ClaimAct[] = ['put', 'add-evidence', 'submit', 'approve', 'reject', 'pay'];
  // x: in the order of ACTS, then whether it counts.
  it.each([
    ['draft', 'xxx...', false], ['submitted', '...xx.', true], ['approved', '....xx', true],
    ['rejected', '......', false], ['paid', '......', true],
  ] as const)('%s: %s', (state, acts, counts) => {
    expect(ACTS.map((act) => (CLAIM_TABLE[state][act] ? 'x' : '.')).join('')).toBe(acts);
    expect(CLAIM_TABLE[state].counts).toBe(counts);
    for (const act of ACTS) {
      const refusal = claimRefusal({ claimId: claimId('c'), state } as Claim, act);
      expect(refusal === null).toBe(CLAIM_TABLE[state][act]);
    }
  });

  it('has a row for each state', () => {
    expect(Object.keys(CLAIM_TABLE)).toEqual([...CLAIM_STATES]);
  });
});

describe('the amount', () => {
  it.each([
    [25_300, 727], [1_000, 29], [999, 29], [17, 0], [18, 1], [100_000, 2_875],
  ])('of %i Wh at 28.75 is %i', (wh, minor) => {
    expect(amountAt({ minor: 2_875, perKwh: 100 }, wh)).toBe(minor);
  });

  it('is rounded once, a half to the even one', () => {
    const half = { minor: 1, perKwh: 1 };
    expect([500, 1_500, 2_500].map((wh) => amountAt(half, wh))).toEqual([0, 2, 2]);
  });

  it('is never more than half a minor unit away from the exact one', () => {
    const whole = fc.integer({ min: 1, max: 1_000_000 });
    fc.assert(fc.property(whole, whole, whole, (wh, minor, perKwh) => {
      const away = BigInt(amountAt({ minor, perKwh }, wh)) * BigInt(perKwh) * 1_000n - BigInt(wh) * BigInt(minor);
      expect((away < 0n ? -away : away) * 2n).toBeLessThanOrEqual(BigInt(perKwh) * 1_000n);
    }));
  });
});
