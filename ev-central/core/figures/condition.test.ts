import { describe, expect, it } from 'vitest';
import { connectionId } from '../../../shared/ids.ts';
import { ANA, Network, POINT } from '../core-harness.ts';
import type { ConditionRow } from './condition-row.ts';
import { figuresOfSpan } from './condition.ts';
import { uptimeOf } from './uptime.ts';

const CONNECTOR = `${POINT}/1`;
const MINUTE_MS = 60_000;
const YEAR_MS = 525_600 * MINUTE_MS;

function conditions({ appended }: Network): string[] {
  return appended.flatMap((append) => (append.table === 'conditions' && append.row.connector === CONNECTOR
    ? [append.row.condition] : []));
}

describe('how a connector is', () => {
  it('is written when it changes, from the first tick on', () => {
    const network = new Network();
    network.connect();
    expect(conditions(network)).toEqual([]);
    network.later(1_000);
    expect(conditions(network)).toEqual(['up']);
    network.health('ko');
    network.health('ok');
    network.feed({ kind: 'link-closed', connectionId: connectionId(1), reason: 'test' });
    network.connect();
    network.later(1_000);
    expect(conditions(network)).toEqual(['up', 'faulted', 'up', 'disconnected', 'up']);
  });

  it('is planned maintenance when the order says so, whatever happens to the point meanwhile', () => {
    const network = new Network();
    network.connect();
    network.later(1_000);
    const order = (operative: boolean, note: string): void => void network.order({
      kind: 'set-operative', scope: { kind: 'points', pointIds: [POINT] }, operative, note,
    });
    order(false, 'Maintenance: new cable');
    network.health('ko');
    network.health('ok');
    order(true, '');
    order(false, 'broken screen');
    expect(conditions(network)).toEqual(['up', 'maintenance', 'up', 'out-of-order']);
  });

  it('is what the order says of it, whatever its note begins with', () => {
    const network = new Network();
    network.connect();
    network.later(1_000);
    const order = (operative: boolean, note: string, planned?: boolean): void => void network.order({
      kind: 'set-operative', scope: { kind: 'points', pointIds: [POINT] }, operative, note,
      ...(planned === undefined ? {} : { planned }),
    });
    order(false, 'new cable', true);
    order(false, 'new cable', false);
    order(false, 'new cable', true);
    order(true, '', true);
    expect(network.state.pointStates.must(POINT).operative).toMatchObject({ on: true, planned: false });
    order(false, 'maintenance of the fuse that blew', false);
    expect(conditions(network)).toEqual(['up', 'maintenance', 'out-of-order', 'maintenance', 'up', 'out-of-order']);
  });

  it('is `standing` while a vehicle that has charged blocks it', () => {
    const network = new Network();
    network.connect();
    network.later(1_000);
    const session = network.charging(ANA);
    network.later(MINUTE_MS);
    network.end(session, 2_000);
    network.later(MINUTE_MS);
    network.fact('unplugged', { connectorNo: 1 });
    const rows = network.appended.flatMap((append) => (append.table === 'conditions' ? [append.row] : []))
      .filter(({ connector }) => connector === CONNECTOR);
    expect(rows.map(({ condition, userId }) => [condition, userId])).toEqual([
      ['up', null], ['standing', ANA], ['up', null],
    ]);
  });

  it('is `removed` when its point is', () => {
    const network = new Network();
    network.later(1_000);
    network.order({ kind: 'remove-point', pointId: POINT });
    expect(conditions(network)).toEqual(['disconnected', 'removed']);
  });
});

it('an outage counts in the days of its site over which it goes, once', () => {
  const row: Omit<ConditionRow, 'atMs'> = {
    connector: CONNECTOR, pointId: POINT, connectorNo: 1, siteId: 'ALC' as ConditionRow['siteId'],
    timeZone: 'Europe/Madrid', condition: 'faulted', userId: null, groupId: null,
  };
  const fromMs = Date.UTC(2026, 0, 1, 22);
  expect(figuresOfSpan({ ...row, fromMs, untilMs: fromMs + 90 * MINUTE_MS })).toMatchObject([
    { day: '2026-01-01', what: 'outage', cause: 'faulted', times: 1, ms: 60 * MINUTE_MS, connector: CONNECTOR },
    { day: '2026-01-02', times: 0, ms: 30 * MINUTE_MS },
  ]);
});

describe('the uptime of a year', () => {
  it('is ((525,600 - (T_outage - T_excluded)) / 525,600) x 100 under the rule of the United States', () => {
    const minutes = {
      faulted: 10_000, disconnected: 4_000, maintenance: 5_000, 'out-of-order': 1_000, 'central-away': 768,
    };
    const outages = Object.fromEntries(Object.entries(minutes).map(([cause, each]) => [cause, each * MINUTE_MS]));
    const row = uptimeOf([{ watchedMs: YEAR_MS, isRapid: false, outages }]);
    expect(row.uptimePercent).toBe(97);
    expect([row.outageMs, row.excludedMs]).toEqual([20_768 * MINUTE_MS, 5_000 * MINUTE_MS]);
    expect(row.reliablePercent).toBe(null);
  });

  it('is that of all rapid connectors in the United Kingdom, where an unknown state counts as reliable', () => {
    const outages = {
      faulted: 5_256 * MINUTE_MS, disconnected: 100_000 * MINUTE_MS, 'central-away': 50_000 * MINUTE_MS,
    };
    const row = uptimeOf([
      { watchedMs: YEAR_MS, isRapid: true, outages }, { watchedMs: YEAR_MS, isRapid: true, outages: {} },
      { watchedMs: YEAR_MS, isRapid: false, outages: { faulted: YEAR_MS } },
    ]);
    expect(row.reliablePercent).toBe(99.5);
    expect(row.exemptMs).toBe(150_000 * MINUTE_MS);
  });

  it('never looks as if it met a limit that it misses', () => {
    const outages = { faulted: 15_769 * MINUTE_MS };
    expect(uptimeOf([{ watchedMs: YEAR_MS, isRapid: false, outages }]).uptimePercent).toBe(96.999);
  });
});
