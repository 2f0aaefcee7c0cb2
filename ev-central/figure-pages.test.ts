import { describe, expect, it } from 'vitest';
import { groupId, userId } from '../shared/ids.ts';
import { currency } from '../shared/money.ts';
import type { FigureAsk } from './core/figures/ask.ts';
import { ANA, BEN, Network, SITE } from './core/core-harness.ts';
import { figuresPage } from './figure-pages.ts';
import type { Asker, PageQuery } from './links/drivers.ts';

const { state, now } = new Network();
const FLEET = groupId('fleet');
const OPERATOR: Asker = { role: 'operator', userId: userId('olga') };
const BEN_ASKS: Asker = { role: 'user', userId: BEN };
state.groups.put({
  groupId: FLEET, name: '', kind: 'fleet', currency: currency('EUR'), active: true, siteIds: null, hours: null,
  timeZone: 'UTC', limits: { perSessionMinor: null, perMonthMinor: null }, balanceMinor: 0, heldMinor: 0, spent: [],
  members: [
    { userId: BEN, role: 'manager', paid: true, limits: null },
    { userId: ANA, role: 'member', paid: true, limits: null },
  ],
});

/** What the store was asked for, or why nothing was. */
function asked(asker: Asker, what: 'figures' | 'my-figures', filter: PageQuery['filter']): FigureAsk | string {
  let found: FigureAsk | undefined;
  const page = figuresPage(asker, { what, filter, after: null, limit: 50 }, {
    state, nowMs: () => now, watched: () => [],
    figures: (ask) => {
      found = ask;
      return { rows: [], more: false };
    },
  });
  return page.error ?? found ?? 'nothing';
}

describe('an operator asks for figures', () => {
  it.each([
    [{ report: 'use' }, {
      kind: 'counts', by: 'day', scope: 'network', id: '', from: '2025-10-23', to: '2025-11-21',
    }],
    [{ report: 'use', by: 'point', siteId: SITE }, { scope: 'point', id: '', siteId: SITE }],
    [{ report: 'revenue', by: 'site', from: '2025-01-01', to: '2025-12-31' }, {
      kind: 'money', scope: 'site', id: '', from: '2025-01-01', to: '2025-12-31',
    }],
    [{ report: 'failures', by: 'total', userId: ANA }, { kind: 'causes', scope: 'user', id: ANA }],
    // A day of Madrid begins an hour, or two, before that of UTC.
    [{ report: 'use', by: 'hour', siteId: SITE, from: '2025-11-01', to: '2025-11-01' }, {
      scope: 'site', from: '2025-10-31T23', to: '2025-11-01T22',
    }],
    [{ report: 'use', by: 'hour', siteId: SITE, from: '2025-10-26', to: '2025-10-26' }, {
      from: '2025-10-25T22', to: '2025-10-26T22',
    }],
  ])('%j', (filter, expected) => {
    expect(asked(OPERATOR, 'figures', filter)).toMatchObject(expected);
  });

  it.each([
    [{ report: 'weather' }, 'report must be one of use, revenue'],
    [{ report: 'use', by: 'week' }, 'by must be one of hour, day, month, year, site, point, user, group, total'],
    [{ report: 'use', color: 'red' }, 'unknown filter "color": figures know report, by, from'],
    [{ report: 'use', from: '2025-02-30' }, 'from: must be a day such as 2026-03-31'],
    [{ report: 'use', from: '2025-03-02', to: '2025-03-01' }, 'from 2025-03-02 is after to 2025-03-01'],
    [{ report: 'use', by: 'hour', userId: ANA }, 'people and groups are counted by the day'],
    [{ report: 'use', siteId: SITE, userId: ANA }, 'name one of siteId, pointId, userId and groupId'],
    [{ report: 'use', by: 'user', siteId: SITE }, 'figures of one site are not kept by user'],
  ])('%j is refused in words', (filter, expected) => {
    expect(asked(OPERATOR, 'figures', filter)).toEqual(expect.stringContaining(expected));
  });
});

describe('a driver asks for her figures', () => {
  it('and gets hers alone', () => {
    expect(asked(BEN_ASKS, 'my-figures', { report: 'use' })).toMatchObject({ scope: 'user', id: BEN });
    expect(asked(BEN_ASKS, 'my-figures', { report: 'use', userId: ANA })).toBe('you see your own figures alone');
    expect(asked(BEN_ASKS, 'my-figures', { report: 'use', siteId: SITE })).toContain('these figures are yours');
  });

  it('and those of a group only if she runs it', () => {
    expect(asked(BEN_ASKS, 'my-figures', { report: 'use', groupId: FLEET }))
      .toMatchObject({ scope: 'group', id: FLEET });
    expect(asked({ role: 'user', userId: ANA }, 'my-figures', { report: 'use', groupId: FLEET }))
      .toBe('you see the figures of the groups that you run');
  });
});
