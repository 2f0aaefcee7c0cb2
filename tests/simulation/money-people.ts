// Groups that pay for some of a town's drivers, and what operators do with money: top-ups, refunds, transfers.
import { groupWallet, userWallet } from '../../shared/account.ts';
import { groupId, type SiteId, type UserId } from '../../shared/ids.ts';
import type { GroupRow } from '../../shared/messages/group-row.ts';
import type { Order } from '../../shared/messages/orders.ts';
import type { Ticket } from '../../shared/messages/values.ts';
import { currency } from '../../shared/money.ts';
import { type Chance, createChance } from './chance.ts';

const FLEET = groupId('fleet');

/** In most towns a fleet pays for some drivers, with limits of any kind. Draws of its own: the rest stays as it was. */
export function firstGroups(seed: number, drivers: readonly UserId[], sites: readonly SiteId[]): Order[] {
  const chance = createChance(seed + 7_000_003);
  if (chance.is(0.3)) return [];
  return [
    { kind: 'put-group', group: fleet(chance, drivers, sites) },
    { kind: 'book-group', groupId: FLEET, amountMinor: chance.whole(500, 40_000), reason: 'start', as: 'opening' },
  ];
}

/**
 * In most towns somebody owes from the beginning, a little more than she was given: the gifts of operators settle it,
 * or reminders come to their end. Before, somebody owes for a moment. `before`: the orders until then.
 */
export function firstDebts(seed: number, before: readonly Order[]): Order[] {
  const chance = createChance(seed + 90_000_049);
  if (chance.is(0.4)) return [];
  const given = before.flatMap((order) => (order.kind === 'book' ? [order] : []));
  const [debtor, other] = [chance.of(given), chance.of(given)];
  const change = (userId: UserId, amountMinor: number): Order =>
    ({ kind: 'book', userId, amountMinor, reason: 'old debt', as: 'adjustment' });
  return [
    change(other.userId, -other.amountMinor - 1), change(other.userId, other.amountMinor + 1),
    change(debtor.userId, -debtor.amountMinor - chance.whole(1, 800)),
  ];
}

/** An operator's order about money. */
export function moneyOrder(
  chance: Chance,
  { drivers, sites, tickets, month }: {
    readonly drivers: readonly UserId[]; readonly sites: readonly SiteId[]; readonly tickets: readonly Ticket[];
    /** This one, for the issuer. */
    readonly month: string;
  },
): Order {
  const driver = chance.of(drivers);
  const wallets = [groupWallet(FLEET), ...drivers.map(userWallet)];
  switch (chance.whole(0, 5)) {
    case 0: return {
      kind: 'transfer', from: chance.of(wallets), to: chance.of(wallets), amountMinor: chance.whole(1, 3_000),
      reason: 'gift',
    };
    case 1: return { kind: 'put-group', group: fleet(chance, drivers, sites) };
    case 2: return { kind: 'book-group', groupId: FLEET, amountMinor: chance.whole(-500, 5_000), reason: 'gift' };
    case 3: {
      const refund = refundOrder(chance, tickets);
      if (refund !== null) return refund;
      break;
    }
    case 4: return { kind: 'invoice-month', payer: chance.is(0.7) ? groupWallet(FLEET) : chance.of(wallets), month };
    default:
  }
  return { kind: 'book', userId: driver, amountMinor: chance.whole(-200, 3_000), reason: 'gift' };
}

/** Somebody is given back all or some of what a ticket took, or more: that is refused. */
export function refundOrder(chance: Chance, tickets: readonly Ticket[]): Order | null {
  if (tickets.length === 0) return null;
  const { ticketId, totalMinor } = chance.of(tickets);
  const amountMinor = chance.is(0.3) ? null : chance.whole(1, totalMinor + 1);
  return { kind: 'refund-ticket', ticketId, amountMinor, reason: 'sorry' };
}

function fleet(chance: Chance, drivers: readonly UserId[], sites: readonly SiteId[]): GroupRow {
  const limit = (from: number, to: number): number | null => (chance.is(0.5) ? null : chance.whole(from, to));
  return {
    groupId: FLEET, name: '', kind: 'fleet', currency: currency('EUR'), active: chance.is(0.9),
    timeZone: 'Europe/Madrid',
    members: drivers.filter(() => chance.is(0.5)).map((userId, at) => ({
      userId, role: at === 0 ? 'owner' : 'member', paid: chance.is(0.8),
      limits: chance.is(0.3) ? { perSessionMinor: limit(50, 2_000), perMonthMinor: limit(100, 5_000) } : null,
    })),
    limits: { perSessionMinor: limit(50, 3_000), perMonthMinor: limit(500, 9_000) },
    siteIds: chance.is(0.8) ? null : [chance.of(sites)],
    hours: chance.is(0.8) ? null : { fromMinute: chance.whole(0, 1_440), toMinute: chance.whole(0, 1_440) },
  };
}
