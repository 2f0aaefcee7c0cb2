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

  describe('of which she asked for an amount of money', () => {
    /** Charges for an amount, a reading a minute; what the event says, and after which reading it came. */
    function told(
      network: Network, goal: Partial<typeof NO_GOAL>, registers: readonly number[],
    ): Record<string, unknown>[] {
      const id = network.charge(ANA, { goal: { ...NO_GOAL, ...goal } });
      network.authorize();
      network.fact('plugged', { connectorNo: 1, vehicle: null });
      const { sessionId } = network.sessionOf(id);
      network.fact('session-started', { sessionId, connectorNo: 1, meterStartWh: 0, socPercent: 40 });
      return registers.flatMap((registerWh, i) => {
        const before = events(network, 'nearly-done').length;
        network.later(60_000);
        network.sample(network.sessionOf(id), i + 1, registerWh);
        return events(network, 'nearly-done').slice(before).map(({ data }) => ({ registerWh, ...data }));
      });
    }

    it('is told once, when what was used comes to nine tenths of it', () => {
      const network = connected();
      put(network, 0.4);
      // 4.00: nine tenths are 3.60, 9 kWh.
      expect(told(network, { amountMinor: 400 }, [1_000, 8_900, 8_980, 9_010, 9_500, 9_900, 9_950])).toEqual([
        expect.objectContaining({ registerWh: 9_010, energyWh: 9_010, costMinor: 360, currency: 'EUR' }),
      ]);
    });

    it('is told once also when its price changes meanwhile, and by the price that then holds', () => {
      const network = connected();
      const fromMs = network.now + 3.5 * 60_000;
      put(network, 0.4, { dearerFromMs: fromMs, dearer: 0.8 });
      // Until then 1 kWh a minute at 0.40; then at 0.80: 3.60 is reached within the seventh minute.
      const registers = [1, 2, 3, 4, 5, 6, 7].map((kWh) => kWh * 1_000);
      const [only, ...more] = told(network, { amountMinor: 400 }, registers);
      expect(more).toEqual([]);
      expect(only?.registerWh).toBe(6_000);
      expect(Number(only?.['costMinor'])).toBeGreaterThanOrEqual(360);
    });

    it('is told by whatever is near first, and once', () => {
      const network = connected();
      put(network, 0.4);
      const registers = [1_000, 7_190, 7_210, 8_990, 9_010, 9_100];
      expect(told(network, { amountMinor: 400, energyWh: 8_010 }, registers).map((each) => each.registerWh))
        .toEqual([7_210]);
      const other = connected();
      put(other, 0.4);
      expect(told(other, { amountMinor: 400, energyWh: 11_000 }, [1_000, 9_010, 9_890, 9_910, 9_950])
        .map((each) => each.registerWh)).toEqual([9_010]);
    });

    it('is not told when the reading that comes near also ends it', () => {
      const network = connected();
      put(network, 0.4);
      expect(told(network, { amountMinor: 400 }, [1_000, 10_100])).toEqual([]);
      expect(network.lastCommand('stop').reason).toBe('amount-reached');
    });

    it('is not told again when what is kept in memory was lost', () => {
      const network = connected();
      put(network, 0.4);
      expect(told(network, { amountMinor: 400 }, [1_000, 9_010])).toHaveLength(1);
      network.state.costWatches.clear();
      const [id] = network.state.sessionIndex.open();
      if (id === undefined) throw new Error('no charge');
      [9_100, 9_200].forEach((registerWh, i) => {
        network.later(60_000);
        network.sample(network.state.sessions.must(id), 3 + i, registerWh);
      });
      expect(events(network, 'nearly-done')).toHaveLength(1);
    });
  });
});

/** The tariff of the site: so much a kWh, and another price from a time of the day on. */
function put(network: Network, price: number, later?: { dearerFromMs: number; dearer: number }): void {
  const element = (each: number, restrictions?: object) => ({
    price_components: [{ type: 'ENERGY', price: each, step_size: 1 }],
    ...(restrictions === undefined ? {} : { restrictions }),
  });
  const { timeZone, tariffId } = network.state.sites.must(siteId('ALC'));
  const at = (ms: number): string => new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short' }).format(ms);
  const { outcome, text } = network.order({
    kind: 'put-tariff',
    tariff: {
      id: tariffId, currency: 'EUR',
      elements: [
        ...(later === undefined ? [] : [element(later.dearer, {
          start_time: at(later.dearerFromMs), end_time: at(later.dearerFromMs + 7_200_000),
        })]),
        element(price),
      ],
    },
  } as never);
  expect([outcome, text]).toEqual(['done', expect.any(String)]);
}

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
