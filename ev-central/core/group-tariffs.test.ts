import { describe, expect, it } from 'vitest';
import { groupId, pointId, tariffId, type TariffId } from '../../shared/ids.ts';
import type { TariffPlace } from '../../shared/messages/group-tariff.ts';
import { currency } from '../../shared/money.ts';
import { ANA, BEN, Network, OTHER_POINT, POINT, SITE } from './core-harness.ts';
import { estimateFor } from './price-estimate.ts';
import { tariffIdOf } from './tariffs.ts';

const FLEET = groupId('fleet');
const CLUB = groupId('club');
const EVERYWHERE: TariffPlace = { kind: 'everywhere' };
const AT_SITE: TariffPlace = { kind: 'site', siteId: SITE };
const AT_POINT: TariffPlace = { kind: 'point', pointId: POINT };
const AT_CONNECTOR: TariffPlace = { kind: 'connector', pointId: POINT, connectorNo: 1 };

/** Ana is a member of a club, and of a fleet that pays for her. */
function ready(): Network {
  const network = new Network();
  network.connect();
  for (const [id, paid] of [[CLUB, false], [FLEET, true]] as const) {
    network.order({ kind: 'put-group', group: {
      groupId: id, name: '', kind: 'fleet', currency: currency('EUR'), active: true, timeZone: 'UTC', siteIds: null,
      hours: null, limits: { perSessionMinor: null, perMonthMinor: null },
      members: [{ userId: ANA, role: 'member', paid, limits: null }],
    } });
  }
  network.order({ kind: 'book-group', groupId: FLEET, amountMinor: 10_000, reason: 'start' });
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) tariff(network, id, 1);
  return network;
}

function tariff(network: Network, id: string, price: number): void {
  const made = network.order({ kind: 'put-tariff', tariff: {
    id: tariffId(id), currency: currency('EUR'),
    elements: [{ price_components: [{ type: 'ENERGY', price, step_size: 1 }] }],
  } });
  expect(made.outcome).toBe('done');
}

function assign(network: Network, place: TariffPlace, id: string | null, group = FLEET) {
  return network.order({
    kind: 'assign-tariff', groupId: group, place, tariffId: id === null ? null : tariffId(id),
  });
}

function idAt({ state }: Network, userId = ANA, pointAt = POINT): TariffId {
  return tariffIdOf(state, { siteId: SITE, pointId: pointAt, connectorNo: 1, userId });
}

describe("a group's tariff", () => {
  it('comes before those of connector, point and site, and of several the narrowest place decides', () => {
    const network = ready();
    const { secretSha256: _secret, ...point } = network.state.points.must(POINT);
    network.order({ kind: 'put-point', secretSha256: null, point: {
      ...point, connectors: point.connectors.map((each) => ({ ...each, tariffId: tariffId('f') })),
    } });
    const found = [EVERYWHERE, AT_SITE, AT_POINT, AT_CONNECTOR].map((place, i) => {
      expect(assign(network, place, 'abcd'[i] ?? '').outcome).toBe('done');
      return idAt(network);
    });
    expect(found).toEqual(['a', 'b', 'c', 'd']);
    expect([idAt(network, BEN), idAt(network, ANA, OTHER_POINT)]).toEqual(['f', 'b']);
    assign(network, AT_CONNECTOR, null);
    expect(idAt(network)).toBe('c');
  });

  it('of the group that pays comes before one of another group at the same place, and that before a wider one', () => {
    const network = ready();
    assign(network, AT_SITE, 'a', CLUB);
    expect(idAt(network)).toBe('a');
    assign(network, EVERYWHERE, 'b', FLEET);
    expect(idAt(network)).toBe('a');
    assign(network, AT_SITE, 'c', FLEET);
    expect(idAt(network)).toBe('c');
    network.order({ kind: 'put-group', group: { ...network.state.groups.must(FLEET), active: false } });
    expect(idAt(network)).toBe('a');
  });

  it('bills her charge and is what she is told before it; others pay the price of the place', () => {
    const network = ready();
    tariff(network, 'a', 0.1);
    assign(network, AT_SITE, 'a');
    const asked = { pointId: POINT, energyWh: 10_000 };
    expect(estimateFor(network.state, asked, ANA, network.now)).toMatchObject({ tariffId: 'a', totalMinor: 100 });
    expect(estimateFor(network.state, asked, BEN, network.now)).toMatchObject({ tariffId: 'day' });
    const session = network.charging(ANA);
    // What is taken from the group meanwhile stays with who began under it.
    assign(network, AT_SITE, null);
    network.later(3_600_000);
    network.end(session, 11_000);
    expect(network.lastNotice(ANA, 'ticket').ticket).toMatchObject({ tariffId: 'a', totalMinor: 100 });
  });

  it('goes with its group and its place, and keeps its tariff from being removed', () => {
    const network = ready();
    assign(network, AT_CONNECTOR, 'a');
    assign(network, EVERYWHERE, 'b', CLUB);
    expect(network.order({ kind: 'remove-tariff', tariffId: tariffId('a') }).text)
      .toBe('tariff a is in use by group fleet (point:ALC-01#1)');
    network.order({ kind: 'remove-point', pointId: POINT });
    network.order({ kind: 'remove-group', groupId: CLUB });
    expect(network.state.groupTariffs.size).toBe(0);
    expect(network.order({ kind: 'remove-tariff', tariffId: tariffId('a') }).outcome).toBe('done');
  });

  it.each([
    ['a group that is not there', AT_SITE, 'a', groupId('none'), 'no such group: none'],
    ['a tariff that is not there', AT_SITE, 'none', FLEET, 'no such tariff: none'],
    ['a point that is not there', { kind: 'point', pointId: pointId('none') }, 'a', FLEET, 'no such point: none'],
    ['a connector that is not there', { ...AT_CONNECTOR, connectorNo: 7 }, 'a', FLEET, 'ALC-01 has no connector 7'],
    ['nothing to take away', AT_CONNECTOR, null, FLEET,
      'group fleet has no tariff of its own at ALC-01 connector 1'],
  ] as const)('is refused for %s', (_what, place, id, group, why) => {
    expect(assign(ready(), place as TariffPlace, id, group)).toMatchObject({ outcome: 'refused', text: why });
  });
});
