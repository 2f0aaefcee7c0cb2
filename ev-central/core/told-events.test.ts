// Events that the core writes so that people can be told: each once, and for whom.
import { describe, expect, it } from 'vitest';
import { siteId, userId } from '../../shared/ids.ts';
import { NO_GOAL } from '../../shared/messages/values.ts';
import { ANA, BEN, Network, POINT } from './core-harness.ts';
import { sampleIssuer } from './issuer-for-tests.ts';

function connected(settings: ConstructorParameters<typeof Network>[0] = {}): Network {
  const network = new Network(settings);
  network.connect();
  return network;
}

function events(network: Network, kind: string): { driverId: unknown; data: Readonly<Record<string, unknown>> }[] {
  return network.appended.flatMap((each) => (each.table === 'events' && each.row.kind === kind
    ? [{ driverId: each.row.driverId, data: each.row.data }] : []));
}

describe('a charge that is nearly done', () => {
  it('is told once, when a reading crosses nine tenths of the energy that was asked for', () => {
    const network = connected();
    const id = network.charge(ANA, { goal: { ...NO_GOAL, energyWh: 1_000 } });
    network.authorize();
    network.fact('plugged', { connectorNo: 1, vehicle: null });
    const { sessionId } = network.sessionOf(id);
    network.fact('session-started', { sessionId, connectorNo: 1, meterStartWh: 5_000, socPercent: 40 });
    [5_100, 5_890, 5_900, 5_950, 5_999].forEach((registerWh, i) => {
      network.later(60_000);
      network.sample(network.sessionOf(id), i + 1, registerWh);
    });
    expect(events(network, 'nearly-done')).toMatchObject([
      { driverId: 'ana', data: { energyWh: 900, socPercent: 50 } },
    ]);
  });
});

describe('a low balance', () => {
  it('is told when it falls below what a charge holds, and again only after it was above', () => {
    const network = new Network({ defaultHoldMinor: 1_000 });
    const { balanceMinor } = network.state.users.must(ANA);
    const book = (amountMinor: number): unknown =>
      network.order({ kind: 'book', userId: ANA, amountMinor, reason: 'test' }).outcome;
    expect(book(1_000 - balanceMinor)).toBe('done');
    expect(events(network, 'low-balance')).toEqual([]);
    for (const amount of [-1, -100, 500, -400]) book(amount); // 999, 899, 1399, 999
    expect(events(network, 'low-balance')).toEqual([
      { driverId: 'ana', data: { balanceMinor: 999, currency: 'EUR' } },
      { driverId: 'ana', data: { balanceMinor: 999, currency: 'EUR' } },
    ]);
  });
});

describe('an invoice', () => {
  it('is told to its payer', () => {
    const network = connected({ issuer: sampleIssuer({ policy: 'per-session' }) });
    const session = network.charging(ANA);
    network.later(600_000);
    network.end(session, 2_000);
    expect(events(network, 'invoice')).toMatchObject([
      { driverId: 'ana', data: { kind: 'invoice', ticketCount: 1, currency: 'EUR' } },
    ]);
  });
});

describe('an offer of the queue', () => {
  it('says until when the connector is kept', () => {
    const network = connected();
    const first = network.charging(ANA);
    network.charge(BEN, { target: { kind: 'point', pointId: POINT, connectorNo: null } });
    network.later(60_000);
    network.end(first, 1_500);
    network.fact('unplugged', { connectorNo: 1 });
    network.authorize();
    const offered = events(network, 'session-state')
      .filter(({ data }) => data['from'] === 'queued' && data['to'] === 'authorized');
    expect(offered).toMatchObject([{ driverId: 'ben', data: { plugByMs: expect.any(Number) } }]);
  });
});

it('belongs to the first site where it is about no site', () => {
  const network = new Network({ defaultHoldMinor: 1_000 });
  const { balanceMinor } = network.state.users.must(userId('ana'));
  network.order({
    kind: 'book', userId: ANA, amountMinor: -balanceMinor, reason: 'test',
  });
  const row = network.appended.flatMap((each) => (each.table === 'events' && each.row.kind === 'low-balance'
    ? [each.row] : []))[0];
  expect(row).toMatchObject({ siteId: siteId('ALC'), pointId: null, sessionId: null });
});
