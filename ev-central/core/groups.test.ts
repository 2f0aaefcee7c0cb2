import { describe, expect, it } from 'vitest';
import { groupWallet } from '../../shared/account.ts';
import { groupId, siteId, userId } from '../../shared/ids.ts';
import type { GroupRow } from '../../shared/messages/group-row.ts';
import { NO_GOAL } from '../../shared/messages/values.ts';
import { currency } from '../../shared/money.ts';
import { ANA, BEN, Network, OTHER_POINT, POINT, SITE } from './core-harness.ts';

const FLEET = groupId('fleet');
const NO_LIMITS = { perSessionMinor: null, perMonthMinor: null };

function group(change: Partial<GroupRow> = {}): GroupRow {
  return {
    groupId: FLEET, name: 'Vans', kind: 'fleet', currency: currency('EUR'), active: true,
    members: [{ userId: ANA, role: 'member', paid: true, limits: null }], limits: NO_LIMITS, siteIds: null, hours: null,
    timeZone: 'Europe/Madrid', ...change,
  };
}

/** Ana is paid for by a fleet that has 100.00. */
function ready(change: Partial<GroupRow> = {}): Network {
  const network = new Network();
  network.connect();
  network.connect(OTHER_POINT);
  expect(network.order({ kind: 'put-group', group: group(change) }).outcome).toBe('done');
  const money = { kind: 'book-group', groupId: FLEET, amountMinor: 10_000, reason: 'start' } as const;
  expect(network.order(money).outcome).toBe('done');
  return network;
}

function refusalOf(network: Network, goalMinor: number | null = null): unknown {
  network.charge(ANA, { goal: { ...NO_GOAL, amountMinor: goalMinor } });
  const { reason, facts } = network.lastNotice(ANA, 'refused');
  return { reason, facts };
}

describe("a member's charge", () => {
  it('is held and paid by the wallet of the group, and her own stays as it is', () => {
    const network = ready();
    const session = network.charging(ANA);
    expect(session.payer).toBe(groupWallet(FLEET));
    expect(network.state.groups.must(FLEET)).toMatchObject({ balanceMinor: 10_000, heldMinor: 2_000 });
    network.end(session, 2_205);
    expect(network.state.groups.must(FLEET)).toMatchObject({
      balanceMinor: 9_926, heldMinor: 0, spent: [{ userId: ANA, month: '2025-11', amountMinor: 74 }],
    });
    expect(network.state.users.must(ANA)).toMatchObject({ balanceMinor: 10_000, heldMinor: 0 });
    expect(network.lastNotice(ANA, 'ticket').balanceMinor).toBe(10_000);
    expect(network.appended.findLast((a) => a.table === 'holds')?.row).toMatchObject({
      userId: ANA, account: 'wallet:group:fleet', change: 'settled',
    });
  });

  it('goes on being paid by who held it, also when she leaves the group meanwhile', () => {
    const network = ready();
    const session = network.charging(ANA);
    network.order({ kind: 'put-group', group: group({ members: [] }) });
    network.end(session, 2_205);
    expect(network.state.groups.must(FLEET).balanceMinor).toBe(9_926);
    expect(network.charging(ANA, 2_205).payer).toBe('wallet:user:ana');
  });

  it('is her own affair when the group does not pay for her', () => {
    const network = ready({ members: [{ userId: ANA, role: 'owner', paid: false, limits: null }] });
    expect(network.charging(ANA).payer).toBe('wallet:user:ana');
  });

  it('needs a wallet that is not below zero, and has enough', () => {
    const network = ready();
    network.order({ kind: 'book-group', groupId: FLEET, amountMinor: -9_000, reason: 'out' });
    expect(refusalOf(network)).toEqual({ reason: 'balance-too-low', facts: { missingMinor: 1_000, currency: 'EUR' } });
    network.order({ kind: 'book-group', groupId: FLEET, amountMinor: -1_001, reason: 'out' });
    expect(refusalOf(network)).toMatchObject({ reason: 'balance-negative', facts: { balanceMinor: -1 } });
  });
});

describe('a group refuses to pay', () => {
  // The harness's clock stands at 05:40 in Madrid.
  it.each<[string, Partial<GroupRow>, number | null, unknown]>([
    ['when it is not active', { active: false }, null, { reason: 'group-inactive', facts: { groupId: FLEET } }],
    ['at another site', { siteIds: [] }, null, { reason: 'group-site', facts: { groupId: FLEET, siteId: SITE } }],
    ['at another time', { hours: { fromMinute: 360, toMinute: 1_200 } }, null,
      { reason: 'group-hours', facts: { groupId: FLEET, fromMinute: 360, toMinute: 1_200 } }],
    ['more than a charge may cost', { limits: { ...NO_LIMITS, perSessionMinor: 500 } }, 501,
      { reason: 'group-limit-session', facts: { groupId: FLEET, limitMinor: 500, currency: 'EUR' } }],
    ['more than is left of the month', { limits: { ...NO_LIMITS, perMonthMinor: 500 } }, 501,
      { reason: 'group-limit-month', facts: { groupId: FLEET, leftMinor: 500, currency: 'EUR' } }],
    ['when nothing is left of the month', { limits: { ...NO_LIMITS, perMonthMinor: 0 } }, null,
      { reason: 'group-limit-month', facts: { groupId: FLEET, leftMinor: 0, currency: 'EUR' } }],
    ["by her own limits before the group's", {
      limits: NO_LIMITS,
      members: [{ userId: ANA, role: 'member', paid: true, limits: { perSessionMinor: 10, perMonthMinor: null } }],
    }, 11, { reason: 'group-limit-session', facts: { groupId: FLEET, limitMinor: 10, currency: 'EUR' } }],
    ['in another currency', { currency: currency('JPY') }, null,
      { reason: 'currency-mismatch', facts: { currency: 'EUR', wallet: 'JPY' } }],
  ])('%s', (_what, change, goalMinor, refusal) => {
    expect(refusalOf(ready(change), goalMinor)).toEqual(refusal);
  });

  it('until the month is over, in its own zone', () => {
    const network = ready({ limits: { ...NO_LIMITS, perMonthMinor: 74 } });
    network.end(network.charging(ANA), 2_205);
    network.fact('unplugged', { connectorNo: 1 });
    expect(refusalOf(network)).toMatchObject({ reason: 'group-limit-month' });
    network.now = Date.UTC(2025, 10, 30, 22, 59);
    network.connect();
    expect(refusalOf(network)).toMatchObject({ reason: 'group-limit-month' });
    network.now = Date.UTC(2025, 10, 30, 23, 0);
    const id = network.charge(ANA);
    expect(network.sessionOf(id)).toMatchObject({ holdMinor: 74, payer: groupWallet(FLEET) });
  });
});

describe('limits', () => {
  it('bound the hold, and two charges at once do not pass them together', () => {
    const network = ready({ limits: { perSessionMinor: 1_500, perMonthMinor: 2_000 } });
    expect(network.charging(ANA).holdMinor).toBe(1_500);
    const id = network.charge(ANA, { target: { kind: 'point', pointId: OTHER_POINT, connectorNo: null } });
    expect(network.sessionOf(id).holdMinor).toBe(500);
  });

  it('stop a charge that reaches them', () => {
    const network = ready({ limits: { ...NO_LIMITS, perSessionMinor: 60 } });
    const session = network.charging(ANA);
    network.later(60_000);
    network.sample(session, 1, 2_000);
    expect(network.lastCommand('stop', POINT).reason).toBe('hold-used-up');
  });

  it('let the hold of a running charge grow up to them', () => {
    const network = ready({ limits: { ...NO_LIMITS, perMonthMinor: 2_500 } });
    const session = network.charging(ANA);
    network.later(60_000);
    network.sample(session, 1, 90_000);
    expect(network.state.sessions.must(session.sessionId).holdMinor).toBe(2_500);
  });
});

describe('an order about a group', () => {
  it.each<[string, Partial<GroupRow>, string]>([
    ['a member whom nobody knows', { members: [{ userId: userId('eve'), role: 'member', paid: true, limits: null }] },
      'no such user: eve'],
    ['a site that nobody knows', { siteIds: [siteId('X')] }, 'no such site: X'],
    ['a zone that is none', { timeZone: 'Mars/Base' },
      'no such time zone: Mars/Base (use a name such as Europe/Madrid)'],
    ['another currency while there is money', { currency: currency('JPY') },
      'the currency of fleet can change only when its balance is zero and nothing is held'],
    ['a member who is paid for already', { groupId: groupId('other') },
      'ana is paid for by the group fleet already: one group pays for a user'],
  ])('is refused with %s', (_what, change, text) => {
    expect(ready().order({ kind: 'put-group', group: group(change) })).toMatchObject({ outcome: 'refused', text });
  });

  it('removes a group only when it has no money and pays for nothing, and a user only when she is in none', () => {
    const network = ready();
    const remove = (): string => network.order({ kind: 'remove-group', groupId: FLEET }).text;
    const session = network.charging(ANA);
    expect(remove()).toBe(`fleet pays for the open session ${session.sessionId}`);
    network.end(session, 1_001);
    expect(remove()).toMatch(/the balance of fleet is .* EUR: book it out first/);
    network.order({ kind: 'book', userId: ANA, amountMinor: -10_000, reason: 'out' });
    expect(network.order({ kind: 'remove-user', userId: ANA }).text)
      .toBe('ana is a member of the group fleet: take her out first');
    const { balanceMinor } = network.state.groups.must(FLEET);
    network.order({ kind: 'book-group', groupId: FLEET, amountMinor: -balanceMinor, reason: 'out' });
    expect(remove()).toBe('group fleet is removed');
    expect(remove()).toBe('no such group: fleet');
    expect(network.state.paidBy.size).toBe(0);
  });

  it('keeps money and spending when the group is put again', () => {
    const network = ready();
    network.end(network.charging(ANA), 2_205);
    const members = [ANA, BEN].map((each) => ({ userId: each, role: 'member' as const, paid: true, limits: null }));
    network.order({ kind: 'put-group', group: group({ members }) });
    expect(network.state.groups.must(FLEET)).toMatchObject({ balanceMinor: 9_926, spent: [{ amountMinor: 74 }] });
    expect(network.state.paidBy.get(BEN)).toBe(FLEET);
  });
});
