// Commands that no engine could open: its key was replaced while they were on their way.
import { describe, expect, it } from 'vitest';
import { connectionId, messageId } from '../../shared/ids.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { ANA, Network, POINT } from './core-harness.ts';

const OUT_OF_ORDER: Order = {
  kind: 'set-operative', scope: { kind: 'points', pointIds: [POINT] }, operative: false, note: '',
};

function connected(): Network {
  const network = new Network();
  network.connect();
  return network;
}

describe('a command that was lost on its way, sealed with a key that is gone', () => {
  const outcomes = (network: Network, type: string) => [...network.state.commands.values()]
    .filter((command) => command.type === type).map(({ outcome, reason }) => [outcome, reason]);
  const results = (network: Network) => network.appended.flatMap((append) =>
    (append.table === 'events' && append.row.kind === 'command' ? [append.row.data['outcome']] : []));

  it.each<[string, Order]>([
    ['set-power-limit', { kind: 'set-power-limit', pointId: POINT, connectorNo: null, limitW: 7_000 }],
    ['reset', { kind: 'reset-point', pointId: POINT, how: 'soft' }],
    ['unlock', { kind: 'unlock-connector', pointId: POINT, connectorNo: 1 }],
    ['set-operative', OUT_OF_ORDER],
  ])('%s has a result all the same, and its event; a late answer corrects both', (type, order) => {
    const network = connected();
    network.order(order);
    network.later(11_000);
    expect(outcomes(network, type)).toEqual([['timed-out', 'timed-out']]);
    const number = network.state.pointStates.must(POINT).commandNumber;
    network.fact('command-result', { number, outcome: 'done', reason: null });
    expect(outcomes(network, type)).toEqual([['done', null]]);
    expect(results(network)).toEqual(['timed-out', 'done']);
  });

  it('is in the welcome that brings the new key, where it says how the point is to be', () => {
    const network = connected();
    network.order(OUT_OF_ORDER);
    network.feed({ kind: 'renew-key', connectionId: connectionId(1), re: messageId('f-2'), keyBase64: 'bmV3' });
    const frames = network.effects.flatMap((e) => (e.kind === 'frame' ? [e.frame] : []));
    expect(frames).toMatchObject([{ type: 'welcome-monitor', operative: false }]);
  });

  it('is of no harm where it took an authorization back: the point is stopped when it begins', () => {
    const network = connected();
    const id = network.charge(ANA);
    network.authorize();
    network.cancel(ANA, id);
    const { number } = network.lastCommand('stop');
    network.fact('session-started', {
      sessionId: network.sessionOf(id).sessionId, connectorNo: 1, meterStartWh: 1_000, socPercent: null,
    });
    expect(network.lastCommand('stop').number).toBeGreaterThan(number);
  });
});
