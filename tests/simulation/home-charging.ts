// People who charge at home and claim it back from a club, in towns of some seeds: they claim what they read off their
// meters, or charges at a point that stands at their house, often the same twice; who decides is in no better order.
// Draws of its own, so that other seeds stay as they were.
import { groupWallet, REIMBURSEMENTS, userWallet } from '../../shared/account.ts';
import { groupId, meterId, type UserId } from '../../shared/ids.ts';
import type { Claim, ClaimBasis } from '../../shared/messages/claim.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { currency } from '../../shared/money.ts';
import { createChance, type Chance } from './chance.ts';
import type { Town } from './town.ts';
import { START_MS } from './world.ts';

const HOMES = groupId('homes');
const RATE = { minor: 2_875, perKwh: 100 };
const DECIDED_EVERY_MS = 3_000;

type Reading = { readonly atMs: number; readonly registerWh: number };

/** The first seeds, by which broken builds are found, stay as they are. */
export function claimsAtHome(seed: number): boolean {
  return seed > 24 && seed % 3 === 2;
}

export class HomeCharging {
  readonly counts = { claims: 0, claimsPaid: 0, claimsRejected: 0 };
  readonly #town: Town;
  readonly #chance: Chance;
  readonly #readings = new Map<UserId, Reading[]>();
  #isCalm = false;

  constructor(town: Town) {
    this.#town = town;
    this.#chance = createChance(town.seed + 41_000_007);
    for (const { driverId } of town.drivers) {
      this.#readings.set(driverId, [{ atMs: START_MS, registerWh: this.#chance.whole(0, 50_000) }]);
    }
    for (const order of this.#firstOrders()) this.#order(order);
    this.#goesOn();
  }

  /** Nobody claims anything new, and what was claimed is decided. */
  comeToAnEnd(): void {
    this.#isCalm = true;
    this.#decidesAll();
  }

  /** What somebody still waits for; null: nothing. */
  unsettled(): string | null {
    const open = this.#claims().find(({ state }) => state === 'submitted' || state === 'approved');
    return open === undefined ? null : `claim ${open.claimId} is ${open.state}`;
  }

  /** Nothing was paid for twice, each payout is booked once, and each claimant was told what became of her claims. */
  check(): void {
    const claims = this.#claims();
    for (const claim of claims) {
      if (claim.state === 'paid') this.counts.claimsPaid += 1;
      if (claim.state === 'rejected') this.counts.claimsRejected += 1;
      this.#checkPayout(claim);
      this.#checkTold(claim);
    }
    this.#checkEnergy(claims.filter(({ state }) => state === 'paid'));
  }

  #firstOrders(): Order[] {
    const members = this.#town.drivers.map(({ driverId: userId }, at) =>
      ({ userId, role: at === 0 ? 'owner' as const : 'member' as const, paid: false, limits: null }));
    return [
      { kind: 'put-group', group: {
        groupId: HOMES, name: '', kind: 'fleet', currency: currency('EUR'), active: true, timeZone: 'Europe/Madrid',
        members, limits: { perSessionMinor: null, perMonthMinor: null }, siteIds: null, hours: null,
      } },
      {
        kind: 'book-group', groupId: HOMES, amountMinor: this.#chance.whole(100, 9_000), reason: 'start', as: 'opening',
      },
      { kind: 'put-claim-terms', terms: {
        groupId: HOMES, rate: RATE, perClaimMinor: null,
        perMonthMinor: this.#chance.is(0.5) ? null : this.#chance.whole(500, 4_000),
        // Each has a meter at home; the points stand at somebody's house, too.
        meters: [
          ...members.map(({ userId }) => ({ userId, meterId: meterId(`HOME-${userId}`) })),
          ...this.#town.points.map(({ pointId }) =>
            ({ userId: this.#chance.of(members).userId, meterId: meterId(pointId) })),
        ],
      } },
    ];
  }

  #goesOn(): void {
    const isDay = this.#town.kind === 'day';
    const pauseMs = isDay ? this.#chance.between(300_000, 3_600_000) : this.#chance.between(500, 9_000);
    this.#town.world.after(pauseMs, () => {
      if (this.#isCalm) return;
      this.#goesOn();
      const claims = this.#claims();
      const claim = claims.length === 0 || this.#chance.is(0.35) ? null : this.#chance.of(claims);
      const order = claim === null ? this.#newClaim() : this.#stepOf(claim);
      if (order === null) return;
      this.#order(order);
      // A finger that slipped: the same is asked twice, and must not be done twice.
      if (this.#chance.is(0.3)) this.#order(order);
    });
  }

  #newClaim(): Order | null {
    const claimantId = this.#chance.of([...this.#readings.keys()]);
    const chosen = this.#chance.is(0.6) ? this.#fromMeter(claimantId) : this.#fromCharges(claimantId);
    if (chosen === null) return null;
    this.counts.claims += 1;
    return { kind: 'put-claim', claimId: null, claim: { groupId: HOMES, claimantId, ...chosen } };
  }

  /** Between any two readings of hers, which other claims may hold already. */
  #fromMeter(claimantId: UserId): Pick<Claim, 'meterId' | 'basis'> {
    const readings = this.#readings.get(claimantId) ?? [];
    const last = readings.at(-1) ?? { atMs: START_MS, registerWh: 0 };
    const now: Reading = {
      atMs: START_MS + Math.floor(this.#town.world.nowMs), registerWh: last.registerWh + this.#chance.whole(1, 9_000),
    };
    const from = this.#chance.of(readings);
    readings.push(now);
    return { meterId: meterId(`HOME-${claimantId}`), basis: {
      kind: 'registers', fromMs: from.atMs, toMs: now.atMs, fromWh: from.registerWh, toWh: now.registerWh,
    } };
  }

  #fromCharges(claimantId: UserId): Pick<Claim, 'meterId' | 'basis'> | null {
    const { pointId } = this.#chance.of(this.#town.points);
    const sessions = [...this.#town.central.running?.state.sessions.values() ?? []]
      .filter((session) => session.driverId === claimantId && session.pointId === pointId && session.settled);
    const sessionIds = sessions.filter(() => this.#chance.is(0.7)).map(({ sessionId }) => sessionId).slice(0, 5);
    const basis: ClaimBasis = { kind: 'sessions', sessionIds };
    return sessionIds.length === 0 ? null : { meterId: meterId(pointId), basis };
  }

  /** Whatever somebody may want of a claim, in any state. */
  #stepOf({ claimId, state }: Claim): Order | null {
    if (state === 'draft') {
      if (this.#chance.is(0.6)) return { kind: 'submit-claim', claimId };
      const sha256 = `${this.#chance.whole(1, 3)}`.repeat(64);
      const evidence = { reference: 'reading', sha256, mediaType: 'image/png' as const, bytes: 9 };
      return { kind: 'add-claim-evidence', claimId, evidence };
    }
    return this.#chance.of<Order>([
      { kind: 'approve-claim', claimId }, { kind: 'approve-claim', claimId },
      { kind: 'reject-claim', claimId, reason: 'not clear' }, { kind: 'pay-claim', claimId, from: 'group' },
      { kind: 'pay-claim', claimId, from: 'reimbursements' },
    ]);
  }

  #decidesAll(): void {
    for (const { claimId, state } of this.#claims()) {
      if (state === 'submitted') this.#order({ kind: 'approve-claim', claimId });
      if (state === 'approved') this.#order({ kind: 'pay-claim', claimId, from: 'reimbursements' });
    }
    this.#town.world.after(DECIDED_EVERY_MS, () => this.#decidesAll());
  }

  #checkPayout({ claimId, claimantId, state, energyWh, amountMinor, paidFrom }: Claim): void {
    const { world, history } = this.#town;
    const booked = history.movements.filter(({ kind, reason }) =>
      kind === 'reimbursement' && reason.split(' ').includes(claimId));
    const giver = paidFrom === 'group' ? groupWallet(HOMES) : REIMBURSEMENTS;
    const found = booked.map(({ postings }) => postings
      .map((posting) => `${posting.account} ${posting.amountMinor}`).join(', '));
    const expected = `${giver} ${-amountMinor}, ${userWallet(claimantId)} ${amountMinor}`;
    const wanted = state === 'paid' ? [expected] : [];
    if (found.join('; ') !== wanted.join('; ')) {
      world.fail(`claim ${claimId} is ${state}, expected ${wanted.join()}, booked ${found.join('; ')}`);
    }
    // In rationals, by other words than those of the core.
    const twice = 2n * BigInt(energyWh) * BigInt(RATE.minor) - 2n * BigInt(amountMinor) * BigInt(RATE.perKwh) * 1_000n;
    const half = BigInt(RATE.perKwh) * 1_000n;
    if (twice > half || twice < -half) world.fail(`claim ${claimId} of ${energyWh} Wh comes to ${amountMinor}`);
  }

  #checkTold({ claimId, claimantId, state }: Claim): void {
    const { world, drivers } = this.#town;
    const pocket = drivers.find(({ driverId }) => driverId === claimantId)?.pocket;
    const told = (pocket?.notices ?? []).flatMap((notice) =>
      (notice.type === 'claim' && notice.claimId === claimId && notice.state !== 'submitted' ? [notice.state] : []));
    const right: Readonly<Record<Claim['state'], readonly string[]>> = {
      draft: [''], submitted: [''], approved: ['approved'], rejected: ['rejected', 'approved,rejected'],
      paid: ['approved,paid'],
    };
    if (!right[state].includes(told.join())) {
      world.fail(`claim ${claimId} is ${state}, ${claimantId} was told: ${told.join() || 'nothing'}`);
    }
  }

  /** No stretch of a meter, and no charge, was paid for twice. */
  #checkEnergy(paid: readonly Claim[]): void {
    const { world } = this.#town;
    const charges = paid.flatMap(({ basis }) => (basis.kind === 'sessions' ? basis.sessionIds : []));
    if (new Set(charges).size !== charges.length) world.fail(`a charge was paid for twice: ${charges.sort().join()}`);
    for (const [driver, readings] of this.#readings) {
      const claimedWh = paid.reduce((sum, { claimantId, basis }) =>
        (claimantId === driver && basis.kind === 'registers' ? sum + basis.toWh - basis.fromWh : sum), 0);
      const countedWh = (readings.at(-1)?.registerWh ?? 0) - (readings[0]?.registerWh ?? 0);
      if (claimedWh > countedWh) world.fail(`${driver} was paid ${claimedWh} Wh, her meter counted ${countedWh}`);
    }
  }

  #claims(): Claim[] {
    return [...this.#town.central.running?.state.claims.values() ?? []]
      .filter((claim) => claim.groupId === HOMES);
  }

  #order(order: Order): void {
    const { central, world } = this.#town;
    if (central.running === null) return;
    const { kind, ...fields } = order;
    world.note('home', kind, fields);
    void central.running.order(order, 'olga').then(({ text }) => world.note('home', 'answer', { kind, text }));
  }
}
