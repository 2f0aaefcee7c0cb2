// Random life of wallets against an independent, slow reckoning: it keeps nothing but the list of what was asked for
// and sums it anew each time.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Account, groupWallet, userWallet } from '../../shared/account.ts';
import { groupId, type TicketId } from '../../shared/ids.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { currency } from '../../shared/money.ts';
import { ANA, BEN, CAT, Network, OTHER_POINT, POINT } from './core-harness.ts';
import type { Movement } from './rows.ts';
import { walletOf } from './wallet.ts';

const FLEET = groupId('fleet');
const WALLETS: readonly Account[] = [userWallet(ANA), userWallet(BEN), userWallet(CAT), groupWallet(FLEET)];
const DRIVERS = [ANA, BEN, CAT];
const POINTS = [POINT, OTHER_POINT];

type Act =
  | { readonly do: 'book'; readonly wallet: number; readonly amountMinor: number }
  | { readonly do: 'transfer'; readonly from: number; readonly to: number; readonly amountMinor: number }
  | { readonly do: 'charge'; readonly driver: number; readonly point: number }
  | { readonly do: 'meter' | 'end' | 'late'; readonly point: number; readonly energyWh: number }
  | { readonly do: 'cancel'; readonly point: number }
  | { readonly do: 'refund'; readonly ticket: number; readonly amountMinor: number | null }
  | { readonly do: 'members'; readonly paid: readonly boolean[]; readonly perMonthMinor: number | null };

const index = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    do: fc.constant('book' as const), wallet: index(3), amountMinor: fc.integer({ min: -9_000, max: 9_000 }),
  }),
  fc.record({
    do: fc.constant('transfer' as const), from: index(3), to: index(3),
    amountMinor: fc.integer({ min: 1, max: 12_000 }),
  }),
  fc.record({ do: fc.constant('charge' as const), driver: index(2), point: index(1) }),
  fc.record({ do: fc.constantFrom('meter' as const, 'end' as const, 'late' as const), point: index(1),
    energyWh: fc.integer({ min: 0, max: 90_000 }) }),
  fc.record({ do: fc.constant('cancel' as const), point: index(1) }),
  fc.record({ do: fc.constant('refund' as const), ticket: index(5),
    amountMinor: fc.option(fc.integer({ min: 1, max: 900 })) }),
  fc.record({ do: fc.constant('members' as const), paid: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
    perMonthMinor: fc.option(fc.integer({ min: 0, max: 3_000 })) }),
);

it('wallets, holds and refunds are what was asked for, in any order of events', () => {
  fc.assert(fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
    const life = new Life();
    for (const each of acts) {
      life.take(each);
      life.compare();
    }
  }), { numRuns: 150 });
});

class Life {
  readonly #network = new Network();
  /** What was asked for and not refused: on which wallet, how much. */
  readonly #asked: { readonly account: Account; readonly amountMinor: number; readonly ticketId?: TicketId }[] = [];
  readonly #meters = [1_000, 1_000];
  #samples = 0;

  constructor() {
    for (const point of POINTS) this.#network.connect(point);
    this.#members([true, false, true], null);
    for (const account of WALLETS.slice(0, 3)) this.#asked.push({ account, amountMinor: 10_000 });
    this.take({ do: 'book', wallet: 3, amountMinor: 6_000 });
  }

  take(each: Act): void {
    const network = this.#network;
    switch (each.do) {
      case 'book': {
        const account = this.#wallet(each.wallet);
        const whom = each.wallet === 3 ? { kind: 'book-group', groupId: FLEET } as const
          : { kind: 'book', userId: DRIVERS[each.wallet] ?? ANA } as const;
        const isDone = this.#order({ ...whom, amountMinor: each.amountMinor, reason: 'r' });
        expect(isDone).toBe(each.amountMinor !== 0);
        if (isDone) this.#asked.push({ account, amountMinor: each.amountMinor });
        return;
      }
      case 'transfer': {
        const [from, to] = [this.#wallet(each.from), this.#wallet(each.to)];
        const free = this.#sum(from) - this.#held(from);
        const isDone = this.#order({ kind: 'transfer', from, to, amountMinor: each.amountMinor, reason: 'r' });
        expect(isDone).toBe(from !== to && free >= each.amountMinor);
        if (!isDone) return;
        this.#asked.push({ account: from, amountMinor: -each.amountMinor });
        this.#asked.push({ account: to, amountMinor: each.amountMinor });
        return;
      }
      case 'members': return this.#members(each.paid, each.perMonthMinor);
      case 'refund': return this.#refund(each);
      case 'charge': {
        const point = POINTS[each.point] ?? POINT;
        const id = network.charge(DRIVERS[each.driver] ?? ANA, {
          target: { kind: 'point', pointId: point, connectorNo: null }, mayQueue: false,
        });
        const session = network.state.requests.get(id as never)?.sessionId;
        if (typeof session !== 'string') return;
        network.authorize(point);
        network.fact('plugged', { connectorNo: 1, vehicle: null }, point);
        network.fact('session-started', {
          sessionId: session, connectorNo: 1, meterStartWh: this.#meters[each.point] ?? 0, socPercent: 40,
        }, point);
        return;
      }
      case 'cancel': {
        const session = this.#running(each.point);
        if (session !== undefined) network.order({ kind: 'end-session', sessionId: session.sessionId, note: '' });
        return;
      }
      default: return this.#meter(each);
    }
  }

  /** Everything that must be true between any two events. */
  compare(): void {
    const { state, appended } = this.#network;
    const movements = appended.flatMap((append) => (append.table === 'movements' ? [append.row] : []));
    for (const { postings } of movements) expect(total(postings)).toBe(0);
    for (const account of WALLETS) {
      const postings = movements.flatMap((movement) => movement.postings.filter((p) => p.account === account));
      const wallet = walletOf(state, account);
      expect([wallet?.balanceMinor, total(postings)]).toEqual([this.#sum(account), this.#sum(account)]);
      expect(wallet?.heldMinor).toBe(this.#held(account));
    }
    const tickets = appended.flatMap((append) => (append.table === 'tickets' ? [append.row] : []));
    for (const { ticketId, totalMinor } of tickets) {
      const of = (kind: Movement['kind'][]): Movement[] =>
        movements.filter((movement) => movement.ticketId === ticketId && kind.includes(movement.kind));
      const paid = of(['charge', 'correction']);
      expect(paid.map(({ postings }) => postings[0]?.amountMinor)).toEqual([0 - totalMinor]);
      const refunded = of(['refund']).reduce((sum, { postings }) => sum + (postings[0]?.amountMinor ?? 0), 0);
      expect(refunded).toBeLessThanOrEqual(totalMinor);
      expect(state.ticketPayments.must(ticketId).refundedMinor).toBe(refunded);
    }
  }

  #meter(each: Extract<Act, { energyWh: number }>): void {
    const network = this.#network;
    const before = this.#meters[each.point] ?? 0;
    const running = this.#running(each.point);
    if (each.do === 'late') {
      // A report that comes when its session is over: a correction, if it says more than was known.
      const over = [...network.state.sessions.values()].findLast((s) => s.settled && s.ticketId !== null
        && s.pointId === POINTS[each.point]);
      if (over === undefined || running !== undefined) return;
      const was = network.appended.filter((append) => append.table === 'tickets').length;
      network.end(over, (over.meterStopWh ?? 0) + each.energyWh);
      this.#meters[each.point] = Math.max(before, (over.meterStopWh ?? 0) + each.energyWh);
      return this.#askedByTickets(was);
    }
    if (running === undefined) return;
    const registerWh = before + each.energyWh;
    this.#meters[each.point] = registerWh;
    network.later(30_000);
    if (each.do === 'meter') return network.sample(running, (this.#samples += 1), registerWh);
    const was = network.appended.filter((append) => append.table === 'tickets').length;
    network.end(running, registerWh);
    network.fact('unplugged', { connectorNo: 1 }, POINTS[each.point]);
    this.#askedByTickets(was);
  }

  /** Who pays for a new ticket is whoever held for its session first. */
  #askedByTickets(from: number): void {
    const { appended } = this.#network;
    const tickets = appended.flatMap((append) => (append.table === 'tickets' ? [append.row] : [])).slice(from);
    for (const { sessionId, ticketId, totalMinor } of tickets) {
      const opened = appended.find((a) => a.table === 'holds' && a.row.sessionId === sessionId);
      const account = opened?.table === 'holds' ? opened.row.account : WALLETS[0];
      if (account !== undefined) this.#asked.push({ account, amountMinor: 0 - totalMinor, ticketId });
    }
  }

  #refund({ ticket, amountMinor }: Extract<Act, { do: 'refund' }>): void {
    const paid = this.#asked.filter(({ ticketId, amountMinor: minor }) => ticketId !== undefined && minor <= 0)[ticket];
    if (paid?.ticketId === undefined) return;
    const { ticketId, account } = paid;
    const leftMinor = 0 - this.#asked.filter((each) => each.ticketId === ticketId)
      .reduce((sum, each) => sum + each.amountMinor, 0);
    const isDone = this.#order({ kind: 'refund-ticket', ticketId, amountMinor, reason: 'r' });
    expect(isDone).toBe(leftMinor > 0 && (amountMinor ?? leftMinor) <= leftMinor);
    if (isDone) this.#asked.push({ account, amountMinor: amountMinor ?? leftMinor, ticketId });
  }

  #members(paid: readonly boolean[], perMonthMinor: number | null): void {
    this.#order({ kind: 'put-group', group: {
      groupId: FLEET, name: '', kind: 'fleet', currency: currency('EUR'), active: true, siteIds: null, hours: null,
      timeZone: 'UTC', limits: { perSessionMinor: null, perMonthMinor },
      members: DRIVERS.map((userId, i) => ({ userId, role: 'member', paid: paid[i] === true, limits: null })),
    } });
  }

  #order(order: Order): boolean {
    return this.#network.order(order).outcome === 'done';
  }

  #wallet(at: number): Account {
    return WALLETS[at] ?? userWallet(ANA);
  }

  #running(point: number) {
    return [...this.#network.state.sessions.values()].find((s) => !s.settled && s.usage !== null
      && s.pointId === POINTS[point]);
  }

  #sum(account: Account): number {
    return this.#asked.reduce((sum, each) => sum + (each.account === account ? each.amountMinor : 0), 0);
  }

  /** From the rows of holds alone: what was opened and not closed. */
  #held(account: Account): number {
    return this.#network.appended.reduce((sum, append) => {
      if (append.table !== 'holds' || append.row.account !== account) return sum;
      const opens = append.row.change === 'opened' || append.row.change === 'enlarged';
      return sum + (opens ? append.row.amountMinor : -append.row.amountMinor);
    }, 0);
  }
}

function total(postings: readonly { readonly amountMinor: number }[]): number {
  return postings.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
}
