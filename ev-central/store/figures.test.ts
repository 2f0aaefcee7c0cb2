import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANA, BEN, CAT, SITE } from '../core/core-harness.ts';
import type { CauseRow, CountsRow, FigureAsk, Grouping, MoneyRow } from '../core/figures/ask.ts';
import { revenueRow } from '../core/figures/reports.ts';
import { isReservationFee } from '../../shared/messages/ticket-line.ts';
import type { Ticket } from '../../shared/messages/values.ts';
import { IN_MEMORY, openDatabase, type Sqlite } from '../../shared/sqlite/database.ts';
import { actArbitrary, type Act, FigureLife, FLEET } from './figure-life-for-tests.ts';
import { openStore, type Store } from './store.ts';

const RUNS = 25;
let db: Sqlite;
let store: Store;

function open(bytes?: Buffer): void {
  db = openDatabase(bytes ?? IN_MEMORY);
  store = openStore({ file: db, masterKeyFile: null, clock: { now: () => 0 }, log: () => undefined });
}

beforeEach(() => open());
afterEach(() => store.close());

const ask = (change: Partial<FigureAsk>): FigureAsk => ({
  kind: 'counts', by: 'total', scope: 'network', id: '', siteId: null, from: '2000-01-01', to: '2099-12-31', offset: 0,
  limit: 100_000, ...change,
});
const money = (change: Partial<FigureAsk>): readonly MoneyRow[] =>
  store.figures(ask({ kind: 'money', ...change })).rows as MoneyRow[];
const netOf = (change: Partial<FigureAsk>): number => sum(money(change), (row) => Number(revenueRow(row)['netMinor']));
const counts = (change: Partial<FigureAsk>): readonly CountsRow[] => store.figures(ask(change)).rows as CountsRow[];

/** A life of its own for each run: the database is made anew. */
function live(acts: readonly Act[], then: (life: FigureLife, tickets: readonly Ticket[]) => void): void {
  store.close();
  open();
  const life = new FigureLife(store);
  for (const act of acts) life.take(act);
  then(life, life.appended.flatMap((append) => (append.table === 'tickets' ? [append.row] : [])));
}

const lives = (then: (life: FigureLife, tickets: readonly Ticket[]) => void): void =>
  fc.assert(fc.property(fc.array(actArbitrary, { maxLength: 60 }), (acts) => live(acts, then)), { numRuns: RUNS });

/** Every row of every table of figures. */
function everything(): unknown {
  return ['figures', 'figure_sums', 'figure_causes'].map((table) =>
    (db.prepare(`SELECT * FROM ${table}`).all() as Record<string, unknown>[])
      .filter((row) => Object.values(row).some((value) => typeof value === 'number' && value !== 0)));
}

const sum = <T>(rows: readonly T[], of: (row: T) => number): number => rows.reduce((all, row) => all + of(row), 0);

describe('figures that were added up while charges ran', () => {
  it('are those that a fresh count of all that is stored comes to', () => {
    lives(() => {
      const before = everything();
      store.rebuildFigures();
      expect(everything()).toEqual(before);
    });
  });

  it('hold the energy of every ticket, corrections too, by hour, day, month, site, point, driver and group', () => {
    lives((_life, tickets) => {
      const energyWh = sum(tickets, (ticket) => ticket.energyWh);
      for (const by of ['hour', 'day', 'month', 'year', 'total'] as const) {
        const span = by === 'hour' ? { from: '2000-01-01T00', to: '2099-12-31T23' } : {};
        expect([by, sum(counts({ by, ...span }), (row) => row.energyWh)]).toEqual([by, energyWh]);
      }
      for (const by of ['site', 'point', 'user'] as const) {
        expect([by, sum(counts({ by, scope: by }), (row) => row.energyWh)]).toEqual([by, energyWh]);
      }
      const ofBen = sum(tickets.filter((ticket) => ticket.driverId === BEN), (ticket) => ticket.energyWh);
      expect(sum(counts({ by: 'group', scope: 'group' }), (row) => row.energyWh)).toBe(ofBen);
      const finals = tickets.filter((ticket) => ticket.kind === 'final' && !isReservationFee(ticket)).length;
      expect(sum(counts({}), (row) => row.sessions)).toBe(finals);
    });
  });

  it('hold the money of tickets and of what was given back, as the ledger has it', () => {
    lives((life, tickets) => {
      const [row] = store.figures(ask({ kind: 'money' })).rows as MoneyRow[];
      expect(row?.totalMinor ?? 0).toBe(sum(tickets, (ticket) => ticket.totalMinor));
      const postings = life.appended.flatMap((append) => (append.table === 'movements' ? append.row.postings : []));
      const revenue = sum(postings.filter(({ account }) => account === `revenue:${SITE}`), (p) => p.amountMinor);
      const { totalMinor = 0, vatMinor = 0, refundedMinor = 0, refundedVatMinor = 0 } = row ?? {};
      expect(totalMinor - vatMinor - (refundedMinor - refundedVatMinor)).toBe(revenue);
      expect(store.checkFigures()).toBe(null);
    });
  });

  it('come to the net revenue of the ledger in every report, with the fees of plans where these belong', () => {
    lives((life) => {
      const movements = life.appended.flatMap((append) => (append.table === 'movements' ? [append.row] : []));
      const earnedIn = (account: string, of = movements): number => sum(of.flatMap(({ postings }) => postings)
        .filter((posting) => posting.account === account), ({ amountMinor }) => amountMinor);
      const [ofSite, ofPlans] = [earnedIn(`revenue:${SITE}`), earnedIn('subscriptions')];
      for (const by of ['hour', 'day', 'month', 'year', 'total'] as const) {
        const span = by === 'hour' ? { from: '2000-01-01T00', to: '2099-12-31T23' } : {};
        expect([by, netOf({ by, ...span }), netOf({ by, ...span, scope: 'site', id: SITE })])
          .toEqual([by, ofSite + ofPlans, ofSite]);
      }
      const owners = ['site', 'point', 'user', 'group'] as const;
      const paidByFleet = movements.filter(({ kind, postings }) => kind !== 'adjustment' && kind !== 'top-up'
        && postings[0]?.account === `wallet:group:${FLEET}`);
      expect(owners.map((by) => netOf({ by, scope: by })))
        .toEqual([ofSite, ofSite, ofSite + ofPlans, earnedIn(`revenue:${SITE}`, paidByFleet)]);
      for (const userId of [ANA, BEN, CAT]) {
        const fees = earnedIn('subscriptions', movements.filter(({ postings }) =>
          postings[0]?.account === `wallet:user:${userId}`));
        const rows = money({ scope: 'user', id: userId });
        expect(sum(rows, (row) => row.planFeesMinor - row.planFeesVatMinor)).toBe(fees);
      }
    });
  });

  it('hold the fee of a plan, the fee of a slot to which nobody came, a charge and what was given back of it', () => {
    const act = (its: Act['do'], change: Partial<Act> = {}): Act =>
      ({ do: its, driver: 1, point: 0, energyWh: 0, minutes: 1, ...change });
    live([
      act('plan'), act('charge'), act('end', { energyWh: 10_000 }), act('refund', { energyWh: 120 }),
      act('reserve', { driver: 0, point: 1 }), act('wait', { minutes: 120 }), act('month'),
    ], () => {
      // The plan's discount of 15 % is on the charge, which Ben's group pays; the fees are his own.
      const [charge, noShow, given, fees] = [411, 500, 121, 2 * 990];
      expect(money({})).toMatchObject([{
        totalMinor: charge + noShow, refundedMinor: given, planFeesMinor: fees, planFeesVatMinor: 2 * 172,
      }]);
      expect(money({ by: 'site', scope: 'site' })).toMatchObject([{ key: SITE, planFeesMinor: 0 }]);
      expect(money({ by: 'user', scope: 'user' })).toMatchObject([
        { key: ANA, totalMinor: noShow, planFeesMinor: 0 }, { key: BEN, totalMinor: charge, planFeesMinor: fees },
      ]);
      expect(money({ by: 'group', scope: 'group' })).toMatchObject([
        { key: FLEET, totalMinor: charge, refundedMinor: given, planFeesMinor: 0 },
      ]);
      expect(money({ by: 'month' }).map((row) => [row.key, row.planFeesMinor]))
        .toEqual([['2025-11', 990], ['2025-12', 990]]);
      expect(store.checkFigures()).toBe(null);
      db.exec("UPDATE figure_sums SET plan_fees_minor = plan_fees_minor + 1 WHERE scope = 'network'");
      expect(store.checkFigures()).toContain('plan_fees_minor 991');
    });
  });

  it('count the time in which a vehicle stands at a connector after its charge for her group, too', () => {
    const act = (its: Act['do'], energyWh: number, minutes: number): Act =>
      ({ do: its, driver: 1, point: 0, energyWh, minutes });
    live([act('charge', 0, 1), act('end', 6_000, 60)], () => {
      // 6,000 Wh: the vehicle stands there for 600 seconds more.
      const rows = (by: 'user' | 'group'): unknown => counts({ by, scope: by }).map(({ key, idleMs }) => [key, idleMs]);
      expect(rows('user')).toEqual([[BEN, 600_000]]);
      expect(rows('group')).toEqual([[FLEET, 600_000]]);
    });
  });

  it('are compared with the accounts of the ledger, too, for what would be left out of every count', () => {
    live([{ do: 'plan', driver: 0, point: 0, energyWh: 0, minutes: 1 }], () => {
      expect(store.checkFigures()).toBe(null);
      db.exec(`INSERT INTO movements VALUES (99, 5, 'adjustment', 'EUR', NULL, NULL, 'x', 'olga');
        INSERT INTO postings VALUES (99, 0, 'adjustments', -7, NULL), (99, 1, 'subscriptions', 7, NULL)`);
      expect(store.checkFigures()).toBe('revenue of EUR subscriptions was added up to 818, the ledger has 825');
    });
  });

  it('count each request once, with a cause where it came to no charge', () => {
    lives((life) => {
      const all = new Map<string, { outcome: string | null; cause: string | null }>();
      for (const append of life.appended) if (append.table === 'attempts') all.set(append.row.requestId, append.row);
      const decided = [...all.values()].filter(({ outcome }) => outcome !== null);
      const [row] = counts({});
      expect([row?.attempts ?? 0, row?.charged ?? 0]).toEqual([
        decided.length, decided.filter(({ outcome }) => outcome === 'charged').length,
      ]);
      const causes = store.figures(ask({ kind: 'causes' })).rows as CauseRow[];
      expect(sum(causes.filter(({ what }) => what === 'failure'), ({ times }) => times))
        .toBe(decided.filter(({ outcome }) => outcome === 'failed').length);
      expect(row?.firstAttempts ?? 0).toBeLessThanOrEqual(decided.length);
    });
  });

  it('are the same however a range of days is cut', () => {
    lives((life) => {
      const from = '2025-11-01';
      const to = '2026-02-28';
      const byDay = counts({ by: 'day', from, to });
      const total = counts({ from, to });
      expect(total[0]?.energyWh ?? 0).toBe(sum(byDay, (row) => row.energyWh));
      expect(sum(counts({ by: 'month', from, to }), (row) => row.energyWh)).toBe(total[0]?.energyWh ?? 0);
      expect(life.network.now).toBeGreaterThan(0);
    });
  });
});

describe('a database that is older than its figures', () => {
  it('has them counted when it is opened, from what is stored', () => {
    const acts: Act[] = (['charge', 'meter', 'end'] as const)
      .map((act) => ({ do: act, driver: 0, point: 0, energyWh: 5_000, minutes: 30 }));
    live(acts, () => {
      const before = everything();
      db.exec('DELETE FROM figures; DELETE FROM figure_sums; DELETE FROM figure_causes; DELETE FROM attempts;'
        + 'UPDATE figure_upkeep SET is_built = 0');
      const bytes = db.serialize();
      store.close();
      open(bytes);
      expect(everything()).toEqual(before);
      expect(counts({ by: 'user', scope: 'user' })).toMatchObject([{ key: ANA, sessions: 1, energyWh: 10_000 }]);
    });
  });
});

describe('a database that is older than the fees of plans in its figures', () => {
  it('has them counted when it is opened', () => {
    live([{ do: 'plan', driver: 0, point: 0, energyWh: 0, minutes: 1 }], () => {
      const before = everything();
      // As the migration leaves it.
      db.exec('UPDATE figure_sums SET plan_fees_minor = 0, plan_fees_vat_minor = 0;'
        + 'UPDATE figure_upkeep SET is_built = 0');
      const bytes = db.serialize();
      store.close();
      open(bytes);
      expect(everything()).toEqual(before);
      expect(money({})).toMatchObject([{ planFeesMinor: 990, planFeesVatMinor: 172 }]);
    });
  });
});

describe('a page of owners', () => {
  it('goes on behind owners that have nothing in the days asked for', () => {
    // On the first day one point charges, on a later one the other.
    const acts = [0, 1].flatMap((point) => (['back', 'charge', 'end', 'wait'] as const)
      .map((act): Act => ({
        do: act, driver: point, point, energyWh: 700 + point, minutes: act === 'wait' ? 3 * 1_440 : 1,
      })));
    live(acts, () => {
      const days = counts({ by: 'day' }).filter((row) => row.energyWh > 0).map(({ key }) => key);
      expect(days).toHaveLength(2);
      const [from = '', to = ''] = [days[1], days[1]];
      const first = store.figures(ask({ by: 'point', scope: 'point', limit: 1, from, to }));
      expect(first).toEqual({ rows: [], more: true });
      const second = store.figures(ask({ by: 'point', scope: 'point', limit: 1, offset: 1, from, to }));
      expect(second).toMatchObject({ rows: [{ key: 'ALC-02', energyWh: 701 }], more: false });
    });
  });

  it('ends after its rows and says where the next one begins', () => {
    const by: Grouping = 'point';
    live([0, 1].flatMap((point) => (['charge', 'end'] as const)
      .map((act) => ({ do: act, driver: point, point, energyWh: 700 + point, minutes: 1 }))), () => {
      const [first, second] = [0, 1].map((offset) => store.figures(ask({ by, scope: by, limit: 1, offset })));
      expect(first).toMatchObject({ rows: [{ key: 'ALC-01', energyWh: 700 }], more: true });
      expect(second).toMatchObject({ rows: [{ key: 'ALC-02', energyWh: 701 }], more: false });
      const ofNone = store.figures(ask({ by, scope: by, siteId: 'elsewhere' }));
      expect(ofNone.rows).toEqual([]);
      expect(store.figures(ask({ by: 'group', scope: 'group', id: FLEET })).rows).toHaveLength(1);
    });
  });
});
