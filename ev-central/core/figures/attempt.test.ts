import { describe, expect, it } from 'vitest';
import { ANA, BEN, Network, OTHER_POINT, POINT } from '../core-harness.ts';
import { booked, connected, HOUR, pass } from '../reservations-for-tests.ts';
import type { AttemptRow } from './attempt-row.ts';

/** The last row of each request. */
function attempts({ appended }: Network): AttemptRow[] {
  const found = new Map<string, AttemptRow>();
  for (const append of appended) {
    if (append.table !== 'attempts') continue;
    const before = found.get(append.row.requestId);
    found.set(append.row.requestId, {
      ...append.row, leftQueueAtMs: append.row.leftQueueAtMs ?? before?.leftQueueAtMs ?? null,
    });
  }
  return [...found.values()];
}

describe('what became of a request for a charge', () => {
  it('is a charge when energy has flowed, known with the ticket', () => {
    const network = new Network();
    network.connect();
    const session = network.charging(ANA);
    expect(attempts(network)).toEqual([]);
    network.later(60_000);
    network.end(session, 2_000);
    expect(attempts(network)).toMatchObject([{
      driverId: ANA, siteId: 'ALC', pointId: POINT, outcome: 'charged', cause: null, queuedAtMs: null,
      requestedAtMs: session.requestedAtMs, decidedAtMs: network.now, timeZone: 'Europe/Madrid',
    }]);
  });

  it('is a failure with its cause, wherever it came to nothing', () => {
    const network = new Network();
    network.charge(ANA);
    network.connect();
    network.charge(ANA);
    network.authorize(POINT, 'refused');
    network.later(10_000);
    const silent = network.charge(ANA);
    network.later(60_000);
    network.later(10_000);
    network.charge(BEN, { expiresAtMs: network.now - 1 });
    const taken = network.charge(ANA);
    network.cancel(ANA, taken);
    network.charge(ANA);
    network.authorize();
    network.later(3_600_000);
    const empty = network.charging(BEN);
    network.end(empty, 1_000, 'fault');
    expect(silent).not.toBe('');
    expect(attempts(network).map(({ cause, outcome }) => [cause, outcome])).toEqual([
      ['point-disconnected', 'failed'], ['point-refused', 'failed'], ['point-silent', 'failed'], ['expired', 'failed'],
      ['taken-back', 'failed'], ['not-plugged-in', 'failed'], ['fault', 'failed'],
    ]);
  });

  it('says how long she waited in the queue, whether a charge came of it or not', () => {
    const network = new Network();
    network.connect();
    const running = network.charging(ANA);
    const waiting = network.charge(BEN);
    network.later(120_000);
    network.end(running, 2_000);
    network.fact('unplugged', { connectorNo: 1 });
    network.authorize();
    expect(attempts(network).find(({ requestId }) => requestId === waiting)).toMatchObject({
      outcome: null, queuedAtMs: network.now - 120_000, leftQueueAtMs: network.now,
    });
    network.later(3_600_000);
    expect(attempts(network).find(({ requestId }) => requestId === waiting)).toMatchObject({
      outcome: 'failed', cause: 'not-plugged-in', leftQueueAtMs: network.now - 3_600_000,
    });
  });

  it('is a charge after all when a point had begun what was taken back', () => {
    const network = new Network();
    network.connect();
    const id = network.charge(ANA);
    network.authorize();
    const session = network.sessionOf(id);
    network.cancel(ANA, id);
    network.fact('session-started', { sessionId: session.sessionId, connectorNo: 1, meterStartWh: 5, socPercent: 1 });
    network.end({ ...session, pointId: POINT, meterStartWh: 5 }, 905);
    expect(attempts(network)).toMatchObject([{ outcome: 'charged', cause: null, sessionId: session.sessionId }]);
  });

  it('is nothing of who reserved and did not come: she asked for no charge', () => {
    const network = connected();
    booked(network, { inMs: 0 });
    pass(network, HOUR);
    expect(network.lastNotice(ANA, 'ticket').ticket.endReason).toBe('no-show');
    expect(attempts(network)).toEqual([]);
  });

  it('is noted of who asks for any place near her, too', () => {
    const network = new Network();
    network.connect(OTHER_POINT);
    network.charge(ANA, { target: { kind: 'near', latitude: 0, longitude: 0, radiusM: 10 } });
    expect(attempts(network)).toMatchObject([{ siteId: null, pointId: null, outcome: 'failed' }]);
  });
});
