import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../shared/ids.ts';
import { sessionId } from '../../shared/ids.ts';
import { ANA, BEN, Network, OTHER_POINT, POINT } from './core-harness.ts';
import type { Session } from './rows.ts';

const DAY_MS = 24 * 3_600_000;

function connected(): Network {
  const network = new Network();
  network.connect();
  network.connect(OTHER_POINT);
  return network;
}

/** The point returns and says what it holds; the stops that it is sent for that. */
function returns(network: Network, sessionIds: SessionId[], point = POINT): unknown[] {
  const before = network.commands.length;
  network.fact('sessions-held', { sessionIds }, point);
  return stopsSince(network, before);
}

function stopsSince(network: Network, from: number): unknown[] {
  return network.commands.slice(from).flatMap(({ to, command }) =>
    (command.type === 'stop' ? [{ to, sessionId: command.sessionId, reason: command.reason }] : []));
}

describe('when a point returns and says what it holds', () => {
  it('what Central holds open there goes on', () => {
    const network = connected();
    const { sessionId: id } = network.charging(ANA);
    const asked = network.sessionOf(network.charge(BEN, {
      target: { kind: 'point', pointId: OTHER_POINT, connectorNo: null },
    }));
    expect(returns(network, [id])).toEqual([]);
    expect(returns(network, [asked.sessionId], OTHER_POINT)).toEqual([]);
  });

  it('a charge of which nothing was heard for a day, and that was closed, is stopped without a reading of it', () => {
    const network = connected();
    const { sessionId: id } = network.charging(ANA);
    network.health('unreachable');
    network.later(DAY_MS + 1_000);
    expect(network.state.sessions.must(id)).toMatchObject({ settled: true });
    expect(returns(network, [id])).toEqual([{ to: POINT, sessionId: id, reason: 'never-reported' }]);
  });

  it('a charge that an operator closed, and one that Central does not know, are stopped', () => {
    const network = connected();
    const { sessionId: id } = network.charging(ANA);
    network.health('unreachable');
    expect(network.order({ kind: 'close-session', sessionId: id, note: '' }).outcome).toBe('done');
    const unknown = sessionId('k7f2-999');
    const { endReason } = network.state.sessions.must(id);
    network.later(20_000);
    expect(returns(network, [id, unknown])).toEqual([
      { to: POINT, sessionId: id, reason: endReason }, { to: POINT, sessionId: unknown, reason: 'not-authorized' },
    ]);
  });

  it('the stop is sent once, also when it says so again, and readings come before the stop has arrived', () => {
    const network = connected();
    const session = network.charging(ANA);
    network.health('unreachable');
    network.later(DAY_MS + 1_000);
    const before = network.commands.length;
    returns(network, [session.sessionId]);
    returns(network, [session.sessionId]);
    network.later(1_000);
    network.sample(session, 5, 1_500);
    expect(stopsSince(network, before)).toHaveLength(1);
  });

  it('an authorization that was taken back is not stopped again while that stop is on its way, and is after it', () => {
    const network = connected();
    const request = network.charge(ANA);
    network.authorize();
    const { sessionId: id } = network.sessionOf(request);
    network.cancel(ANA, request);
    expect(returns(network, [id])).toEqual([]);
    network.later(11_000);
    expect(returns(network, [id])).toEqual([{ to: POINT, sessionId: id, reason: 'not-authorized' }]);
  });

  it('a session that another point serves since is stopped here, and goes on there', () => {
    const network = connected();
    const { sessionId: id } = network.charging(BEN, 1_000, OTHER_POINT);
    expect(returns(network, [id])).toEqual([{ to: POINT, sessionId: id, reason: 'not-authorized' }]);
    expect(network.state.sessions.must(id).state).toBe('charging');
  });

  it('a charge whose stop was lost is told again', () => {
    const network = connected();
    const { sessionId: id } = network.charging(ANA);
    network.stop(ANA, id);
    expect(returns(network, [id])).toEqual([]);
    network.later(11_000);
    expect(returns(network, [id])).toEqual([{ to: POINT, sessionId: id, reason: 'driver' }]);
  });

  it('a charge that Central does not know is stopped when the report of its beginning comes, once', () => {
    const network = connected();
    const before = network.commands.length;
    const id = sessionId('k7f2-999');
    network.fact('session-started', { sessionId: id, connectorNo: 1, meterStartWh: 1_000, socPercent: 40 });
    expect(stopsSince(network, before)).toEqual([{ to: POINT, sessionId: id, reason: 'not-authorized' }]);
    expect(returns(network, [id])).toEqual([]);
  });

  it('a charge that runs is not stopped by a report that it has begun at another connector of its point', () => {
    const network = connected();
    const { sessionId: id } = network.charging(ANA);
    const before = network.commands.length;
    network.fact('session-started', { sessionId: id, connectorNo: 2, meterStartWh: 1_000, socPercent: 40 });
    expect(stopsSince(network, before)).toEqual([]);
  });

  it('a charge that began while nobody heard of it is known by then: its start came before, in order', () => {
    const network = connected();
    const request = network.charge(ANA);
    network.authorize();
    const { sessionId: id } = network.sessionOf(request);
    network.fact('plugged', { connectorNo: 1, vehicle: null });
    network.fact('session-started', { sessionId: id, connectorNo: 1, meterStartWh: 1_000, socPercent: 40 });
    expect(returns(network, [id])).toEqual([]);
    expect(network.state.sessions.must(id).state).toBe('charging' satisfies Session['state']);
  });
});
