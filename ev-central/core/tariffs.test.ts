import { describe, expect, it } from 'vitest';
import { type TariffId, tariffId } from '../../shared/ids.ts';
import type { NetworkTariff, OcpiTariffElement } from '../../shared/messages/ocpi-tariff.ts';
import { currency } from '../../shared/money.ts';
import { ANA, BEN, Network, OTHER_POINT, POINT, SITE } from './core-harness.ts';
import { tariffFor, versionAt } from './tariffs.ts';

const DAY = tariffId('day');
const HOUR_MS = 3_600_000;

describe('a tariff', () => {
  it('gets a new version when it differs, and none when it is put again as it is', () => {
    const network = new Network();
    expect(put(network, flat(0.3)).text).toBe('tariff day (version 2) is in force for sessions that begin now');
    expect(put(network, flat(0.3)).text).toBe('tariff day is unchanged (version 2)');
    expect(network.state.tariffVersions.sortedKeys()).toEqual(['day#1', 'day#2']);
  });

  it('holds with its newest version that is valid: one of later begins later, one that has ended gives way', () => {
    const network = new Network();
    const at = (hours: number): number | undefined =>
      versionAt(network.state, DAY, network.now + hours * HOUR_MS)?.version;
    const [from, until] = [iso(network.now + HOUR_MS), iso(network.now + 2 * HOUR_MS)];
    put(network, { ...flat(0.3), start_date_time: from, end_date_time: until });
    expect([at(0), at(1.5), at(3)]).toEqual([1, 2, 1]);
  });

  it('leaves a session under the version that it was authorized under, when it changes and when it is gone', () => {
    const network = connected();
    const session = network.charging(ANA);
    put(network, flat(9));
    network.order({ kind: 'put-site', site: { ...network.state.sites.must(SITE), tariffId: other(network) } });
    expect(network.order({ kind: 'remove-tariff', tariffId: DAY }).outcome).toBe('done');
    network.later(HOUR_MS);
    network.end(session, 11_000);
    // From 05:40 on, at night: 10 kWh at 0.20 and the fee of 0.50.
    expect(network.lastNotice(ANA, 'ticket').ticket).toMatchObject({ tariffId: 'day', totalMinor: 250 });
  });

  it('is given to who waited as it is when her turn comes', () => {
    const network = connected();
    const first = network.charging(ANA);
    const request = network.charge(BEN);
    expect(network.sessionOf(request).tariff).toBe('day#1');
    put(network, flat(0.3));
    network.end(first, 2_000);
    network.fact('unplugged', { connectorNo: 1 });
    expect(network.sessionOf(request)).toMatchObject({ offered: true, tariff: 'day#2' });
  });

  it('of a point comes before its site\'s, of a connector before its point\'s', () => {
    const network = new Network();
    const { state } = network;
    const [forPoint, forConnector] = [other(network, 'point'), other(network, 'connector')];
    const idAt = (connectorNo: number | null, pointId = POINT): string | undefined =>
      tariffFor(state, { siteId: SITE, pointId, connectorNo, userId: ANA }, network.now)?.tariffId;
    const { secretSha256: _secret, ...point } = state.points.must(POINT);
    const [connector] = point.connectors;
    if (connector === undefined) throw new Error('no connector');
    network.order({ kind: 'put-point', secretSha256: null, point: {
      ...point, tariffId: forPoint, connectors: [connector, { ...connector, connectorNo: 2, tariffId: forConnector }],
    } });
    expect([idAt(null), idAt(1), idAt(2), idAt(1, OTHER_POINT)]).toEqual(['point', 'point', 'connector', 'day']);
    expect(network.order({ kind: 'remove-tariff', tariffId: forConnector }).text).toContain('in use at point ALC-01');
  });

  it('that is not valid yet begins no charge, and the driver is told', () => {
    const network = connected();
    const later = other(network, 'later', { start_date_time: iso(network.now + HOUR_MS) });
    network.order({ kind: 'put-site', site: { ...network.state.sites.must(SITE), tariffId: later } });
    network.charge(ANA);
    expect(network.lastNotice(ANA, 'refused').reason).toBe('no-tariff');
    network.later(HOUR_MS);
    network.charge(ANA);
    expect(network.noticesOf(ANA)).toContain('accepted');
  });

  it.each([
    ['keeps its currency', { ...flat(1), currency: currency('USD') }, 'under another id'],
    ['fits into a frame', { ...flat(1), tariff_alt_text: [
      ...Array.from({ length: 50 }, () => ({ language: 'en', text: 'x'.repeat(500) })),
    ] }, 'are the most'],
  ])('%s', (_what, tariff, why) => {
    const network = new Network();
    const result = put(network, tariff);
    expect(result).toMatchObject({ outcome: 'refused' });
    expect(result.text).toContain(why);
  });

  it('that nobody has cannot be given to a point', () => {
    const network = new Network();
    const { secretSha256: _secret, ...point } = network.state.points.must(POINT);
    const order = { kind: 'put-point', secretSha256: null, point: { ...point, tariffId: tariffId('none') } } as const;
    expect(network.order(order).text).toBe('no such tariff: none');
  });

  it('that was removed begins with a new version when it comes back', () => {
    const network = new Network();
    const id = other(network, 'gone');
    network.order({ kind: 'remove-tariff', tariffId: id });
    expect(versionAt(network.state, id, network.now)).toBeUndefined();
    put(network, { ...flat(2), id, start_date_time: iso(network.now + HOUR_MS) });
    expect(versionAt(network.state, id, network.now)).toBeUndefined();
    expect(versionAt(network.state, id, network.now + HOUR_MS)?.version).toBe(2);
  });
});

describe('a hold', () => {
  it('covers at least what a charge costs that has only begun', () => {
    const network = connected();
    put(network, { ...flat(0.4), min_price: { excl_vat: 30, incl_vat: 36.3 } });
    network.charge(ANA);
    expect(network.lastNotice(ANA, 'accepted').holdMinor).toBe(3_630);
  });

  it('is not used up by a minimum price that is due anyway', () => {
    const network = connected();
    put(network, { ...flat(0.4), min_price: { excl_vat: 30 } });
    const session = network.charging(ANA);
    network.order({ kind: 'book', userId: ANA, amountMinor: -7_000, reason: 'spent' });
    sample(network, 1, 2_000);
    expect(network.state.sessions.must(session.sessionId)).toMatchObject({ stopping: null });
    // 75.001 kWh at 0.40: above the minimum, and nothing is left to hold.
    sample(network, 2, 1_000 + 75_030);
    expect(network.state.sessions.must(session.sessionId).stopping?.reason).toBe('hold-used-up');

    function sample(net: Network, no: number, wh: number): void {
      net.later(1_000);
      net.sample(session, no, wh);
    }
  });

  it('stops a charge whose step would come to more than it, at the moment when the step begins', () => {
    const network = connected({ defaultHoldMinor: 500 });
    put(network, stepped());
    const session = network.charging(ANA);
    network.order({ kind: 'book', userId: ANA, amountMinor: -9_500, reason: 'spent' });
    network.later(1_000);
    network.sample(session, 1, 1_000 + 9_990);
    expect(network.state.sessions.must(session.sessionId).stopping).toBeNull();
    network.later(1_000);
    network.sample(session, 2, 1_000 + 10_001);
    expect(network.state.sessions.must(session.sessionId).stopping?.reason).toBe('hold-used-up');
  });
});

describe('an amount that a driver named', () => {
  it('is reached by what she used, not by a step that she has paid with its first Wh', () => {
    const network = connected();
    put(network, stepped());
    const session = charging(network, 600);
    network.later(1_000);
    network.sample(session, 1, 1_000 + 10_001);
    // 20 kWh are due, 8.00; used are 4.01. The hold is made to cover what is due.
    expect(network.state.sessions.must(session.sessionId)).toMatchObject({ stopping: null, holdMinor: 800 });
    network.later(1_000);
    network.sample(session, 2, 1_000 + 15_000);
    expect(network.state.sessions.must(session.sessionId).stopping?.reason).toBe('amount-reached');
    network.end(session, 1_000 + 15_010);
    expect(network.lastNotice(ANA, 'ticket').ticket.totalMinor).toBe(800);
  });

  it('below a minimum price buys what that pays for', () => {
    const network = connected();
    put(network, { ...flat(0.4), min_price: { excl_vat: 5 } });
    const session = charging(network, 300);
    network.later(1_000);
    network.sample(session, 1, 1_000 + 7_000);
    expect(network.state.sessions.must(session.sessionId)).toMatchObject({ stopping: null, holdMinor: 500 });
    network.later(1_000);
    network.sample(session, 2, 1_000 + 7_500);
    expect(network.state.sessions.must(session.sessionId).stopping?.reason).toBe('amount-reached');
  });

  function charging(network: Network, amountMinor: number) {
    const request = network.charge(ANA, { goal: { energyWh: null, amountMinor, socPercent: null } });
    network.authorize();
    network.fact('plugged', { connectorNo: 1, vehicle: null });
    const { sessionId } = network.sessionOf(request);
    network.fact('session-started', { sessionId, connectorNo: 1, meterStartWh: 1_000, socPercent: 40 });
    return network.state.sessions.must(sessionId);
  }
});

function connected(settings: ConstructorParameters<typeof Network>[0] = {}): Network {
  const network = new Network(settings);
  network.connect();
  return network;
}

function put(network: Network, tariff: NetworkTariff) {
  return network.order({ kind: 'put-tariff', tariff });
}

function flat(price: number): NetworkTariff {
  return { id: DAY, currency: currency('EUR'), elements: elementsOf(price, 1) };
}

/** Each 10 kWh that have begun cost 4.00. */
function stepped(): NetworkTariff {
  return { id: DAY, currency: currency('EUR'), elements: elementsOf(0.4, 10_000) };
}

function elementsOf(price: number, step: number): OcpiTariffElement[] {
  return [{ price_components: [{ type: 'ENERGY', price, step_size: step }] }];
}

/** Puts another tariff, and says its id. */
function other(network: Network, id = 'other', change: Partial<NetworkTariff> = {}): TariffId {
  put(network, { ...flat(0.9), id: tariffId(id), ...change });
  return tariffId(id);
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}

