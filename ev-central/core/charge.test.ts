import { describe, expect, it } from 'vitest';
import { pointId, requestId, sessionId, siteId, userId } from '../../shared/ids.ts';
import { ANA, BEN, CAT, Network, OTHER_POINT, POINT, SITE } from './core-harness.ts';
import { pointStatus } from './point-status.ts';
import { NO_GOAL } from '../../shared/messages/values.ts';

function ready(): Network {
  const network = new Network();
  network.connect();
  return network;
}

describe('a charge from request to ticket', () => {
  it('tells the driver every step and bills what the meter says, once', () => {
    const network = ready();
    const session = network.charging(ANA);
    expect(pointStatus(network.state, POINT).status).toBe('Charging');
    for (let i = 1; i <= 120; i++) {
      network.later(1_000);
      network.sample(session, i, 1_000 + i * 10);
    }
    network.stop(ANA, session.sessionId);
    expect(network.lastCommand('stop').reason).toBe('driver');
    const report = network.end(session, 2_205);
    expect(network.noticesOf(ANA)).toEqual(['accepted', 'authorized', 'started', 'ended', 'ticket']);
    const { ticket, balanceMinor } = network.lastNotice(ANA, 'ticket');
    // 2025-11-21 05:40 in Madrid is the night band: 1,205 Wh at 0.20, 0.50 a session, no minutes.
    expect(ticket).toMatchObject({ energyWh: 1_205, meterStartWh: 1_000, meterStopWh: 2_205, totalMinor: 74 });
    expect(balanceMinor).toBe(10_000 - 74);
    network.again(report);
    expect(network.noticesOf(ANA).filter((type) => type === 'ticket')).toHaveLength(1);
  });

  it('keeps the connector for the driver until she unplugs', () => {
    const network = ready();
    const session = network.charging(ANA);
    network.end(session, 1_500);
    expect(pointStatus(network.state, POINT).status).toBe('Finishing');
    network.charge(BEN, { mayQueue: false });
    expect(network.lastNotice(BEN, 'refused').reason).toBe('point-busy');
    network.later(60_000);
    network.fact('unplugged', { connectorNo: 1 });
    expect(pointStatus(network.state, POINT)).toMatchObject({ status: 'Available', sinceMs: network.now });
  });

  it('begins for a driver who plugged in before she asked', () => {
    const network = ready();
    network.fact('plugged', { connectorNo: 1, vehicle: null });
    const id = network.charge(ANA);
    network.authorize();
    expect(network.sessionOf(id).state).toBe('preparing');
  });

  it('gives up on a driver who does not plug in, and releases her money', () => {
    const network = ready();
    const id = network.charge(ANA);
    network.authorize();
    expect(network.state.users.must(ANA).heldMinor).toBe(2_000);
    network.later(121_000);
    expect(network.sessionOf(id).state).toBe('expired');
    expect(network.state.users.must(ANA).heldMinor).toBe(0);
    expect(network.lastCommand('stop').reason).toBe('not-authorized');
  });

  it('bills what flowed although the request had been taken back meanwhile', () => {
    const network = ready();
    const id = network.charge(ANA);
    network.authorize();
    network.cancel(ANA, id);
    const session = network.sessionOf(id);
    expect(session.state).toBe('cancelled');
    const begun = { sessionId: session.sessionId, connectorNo: 1, meterStartWh: 1_000, socPercent: null };
    network.fact('session-started', begun);
    network.end({ ...network.sessionOf(id) }, 1_100);
    expect(network.lastNotice(ANA, 'ticket').ticket.energyWh).toBe(100);
  });

  it('is refused when the point does not answer in time', () => {
    const network = ready();
    const id = network.charge(ANA);
    network.later(11_000);
    expect(network.sessionOf(id).state).toBe('rejected');
    expect(network.lastNotice(ANA, 'refused').reason).toBe('point-silent');
  });

  it('stops when the cost reaches the goal in money', () => {
    const network = ready();
    const id = network.charge(ANA, { goal: { ...NO_GOAL, amountMinor: 100 } });
    network.authorize();
    network.fact('plugged', { connectorNo: 1, vehicle: null });
    const { sessionId: sid } = network.sessionOf(id);
    network.fact('session-started', { sessionId: sid, connectorNo: 1, meterStartWh: 0, socPercent: null });
    network.later(1_000);
    network.sample(network.sessionOf(id), 1, 2_600);
    expect(network.lastCommand('stop').reason).toBe('amount-reached');
    expect(network.sessionOf(id).state).toBe('finishing');
  });

  it('enlarges the hold at 80 %, and stops when there is no more', () => {
    const network = ready();
    const session = network.charging(ANA, 0);
    network.later(1_000);
    network.sample(session, 1, 60_000); // 12.50 of 20.00
    expect(network.state.users.must(ANA).heldMinor).toBe(2_000);
    network.later(1_000);
    network.sample(session, 2, 80_000); // 16.50: a larger hold
    expect(network.state.users.must(ANA).heldMinor).toBe(4_000);
    network.order({ kind: 'book', userId: ANA, amountMinor: -7_000, reason: 'spent elsewhere' });
    network.later(1_000);
    network.sample(session, 3, 300_000);
    expect(network.lastCommand('stop').reason).toBe('hold-used-up');
  });

  it('takes a repeated request in once', () => {
    const network = ready();
    const id = network.charge(ANA);
    network.charge(ANA, { requestId: requestId(id) });
    expect(network.state.sessions.size).toBe(1);
  });

  it('never starts a request that was cancelled before it came', () => {
    const network = ready();
    network.cancel(ANA, 'r-late');
    network.charge(ANA, { requestId: requestId('r-late') });
    expect(network.state.sessions.size).toBe(0);
    expect(network.lastNotice(ANA, 'refused').reason).toBe('cancelled');
  });
});

describe('every refusal names its reason', () => {
  const cases: [string, (n: Network) => void][] = [
    ['expired', (n) => n.charge(ANA, { expiresAtMs: n.now - 1 })],
    ['user-inactive', (n) => {
      const { passwordHash: _p, pinHash: _q, ...user } = n.state.users.must(ANA);
      n.order({ kind: 'put-user', user: { ...user, active: false }, passwordHash: null, pinHash: null });
      n.charge(ANA);
    }],
    ['balance-negative', (n) => {
      n.order({ kind: 'book', userId: ANA, amountMinor: -10_001, reason: 'debt' });
      n.charge(ANA);
    }],
    ['balance-too-low', (n) => {
      n.order({ kind: 'book', userId: ANA, amountMinor: -8_500, reason: 'spent' });
      n.charge(ANA);
    }],
    ['too-many-sessions', (n) => {
      n.connect(OTHER_POINT);
      n.charge(ANA);
      n.charge(ANA, { target: { kind: 'point', pointId: OTHER_POINT, connectorNo: null } });
      n.charge(ANA);
    }],
    ['outside-hours', (n) => {
      const user = n.state.users.must(ANA);
      n.state.users.put({ ...user, limits: { ...user.limits, hours: { fromMinute: 600, toMinute: 660 } } });
      n.charge(ANA);
    }],
    ['power-above-limit', (n) => {
      const user = n.state.users.must(ANA);
      n.state.users.put({ ...user, limits: { ...user.limits, maxPowerW: 3_700 } });
      n.charge(ANA, { fit: { connectorType: null, minPowerW: 11_000 } });
    }],
    ['point-unknown', (n) => n.charge(ANA, { target: { kind: 'point', pointId: pointId('X'), connectorNo: null } })],
    ['connector-unknown', (n) => n.charge(ANA, { target: { kind: 'point', pointId: POINT, connectorNo: 7 } })],
    ['site-unknown', (n) => n.charge(ANA, { target: { kind: 'site', siteId: siteId('X') } })],
    ['nothing-fits', (n) => n.charge(ANA, { fit: { connectorType: 'CHADEMO', minPowerW: null } })],
    ['point-disconnected', (n) => {
      n.charge(ANA, { target: { kind: 'point', pointId: OTHER_POINT, connectorNo: null } });
    }],
    ['point-faulted', (n) => {
      n.health('ko');
      n.charge(ANA);
    }],
    ['point-out-of-order', (n) => {
      n.order({ kind: 'set-operative', scope: { kind: 'all' }, operative: false, note: 'paint' });
      n.charge(ANA);
    }],
    ['point-busy', (n) => {
      n.charge(BEN);
      n.charge(ANA, { mayQueue: false });
    }],
    ['already-waiting', (n) => {
      n.charge(BEN);
      n.charge(ANA);
      n.charge(ANA);
    }],
    ['point-refused', (n) => {
      n.charge(ANA);
      n.authorize(POINT, 'refused');
    }],
    ['no-such-session', (n) => n.stop(ANA, sessionId('k7f2-999'))],
    ['not-yours', (n) => {
      const id = n.charge(BEN);
      n.stop(ANA, n.sessionOf(id).sessionId);
    }],
    ['session-over', (n) => {
      const session = n.charging(ANA);
      n.end(session, 1_010);
      n.stop(ANA, session.sessionId);
    }],
    ['central-overloaded', (n) => {
      n.feed({ kind: 'outbox-backlog', rows: 20_001 });
      n.charge(ANA);
    }],
  ];
  it.each(cases)('%s', (reason, happen) => {
    const network = ready();
    happen(network);
    expect(network.lastNotice(ANA, 'refused').reason).toBe(reason);
    expect(network.state.users.must(ANA).heldMinor).toBe(reason === 'too-many-sessions' ? 4_000
      : reason === 'already-waiting' ? 2_000 : 0);
  });

  it('tells nobody when there is no such user', () => {
    const network = ready();
    network.charge(userId('nobody'));
    expect(network.notices).toEqual([]);
  });
});

describe('the waiting queue', () => {
  it('gives places, offers what is free to the first in line, and goes on to the next when she does not come', () => {
    const network = ready();
    const session = network.charging(ANA);
    const ben = network.charge(BEN);
    const cat = network.charge(CAT);
    expect(network.lastNotice(BEN, 'queued').place).toBe(1);
    expect(network.lastNotice(CAT, 'queued').place).toBe(2);
    network.end(session, 1_500);
    expect(network.sessionOf(ben).offered).toBe(false);
    network.fact('unplugged', { connectorNo: 1 });
    network.authorize();
    expect(network.lastNotice(BEN, 'offered').pointId).toBe(POINT);
    expect(network.lastNotice(CAT, 'queued').place).toBe(1);
    network.later(121_000);
    expect(network.sessionOf(ben).state).toBe('expired');
    network.authorize();
    expect(network.lastNotice(CAT, 'offered').pointId).toBe(POINT);
    expect(network.sessionOf(cat).state).toBe('authorized');
  });

  it('estimates the wait from the running charge', () => {
    const network = ready();
    const id = network.charge(ANA, { goal: { ...NO_GOAL, energyWh: 11_000 } });
    network.authorize();
    network.fact('plugged', { connectorNo: 1, vehicle: null });
    const { sessionId: sid } = network.sessionOf(id);
    network.fact('session-started', { sessionId: sid, connectorNo: 1, meterStartWh: 0, socPercent: null });
    network.sample(network.sessionOf(id), 1, 0);
    network.charge(BEN);
    expect(network.lastNotice(BEN, 'queued').estimatedWaitMs).toBe(3_600_000);
  });

  it('lets a driver leave', () => {
    const network = ready();
    network.charging(ANA);
    const ben = network.charge(BEN);
    network.charge(CAT);
    network.cancel(BEN, ben);
    expect(network.sessionOf(ben).state).toBe('cancelled');
    expect(network.lastNotice(CAT, 'queued').place).toBe(1);
  });

  it('serves higher classes first, but ageing lets nobody starve', () => {
    const network = ready();
    network.charging(ANA);
    const ben = network.charge(BEN);
    network.state.users.put({ ...network.state.users.must(CAT), priorityClass: 'priority' });
    const cat = network.charge(CAT);
    expect(network.lastNotice(CAT, 'queued').place).toBe(1);
    expect(network.lastNotice(BEN, 'queued').place).toBe(2);
    network.later(31 * 60_000);
    expect(network.lastNotice(BEN, 'queued').place).toBe(1);
    expect(network.sessionOf(cat).toldPlace).toBe(2);
    expect(network.sessionOf(ben).state).toBe('queued');
  });

  it('puts a driver back in line when the offered point breaks', () => {
    const network = ready();
    const session = network.charging(ANA);
    const ben = network.charge(BEN);
    network.end(session, 1_500);
    network.fact('unplugged', { connectorNo: 1 });
    network.authorize();
    network.health('unreachable');
    expect(network.sessionOf(ben)).toMatchObject({ state: 'queued', offered: false, pointId: null });
    network.health('ok');
    network.later(6_000);
    expect(network.sessionOf(ben).pointId).toBe(POINT);
  });

  it('serves a driver who waits for the site at whichever point is free first', () => {
    const network = ready();
    network.connect(OTHER_POINT);
    network.charging(ANA);
    const other = network.charging(BEN, 500, OTHER_POINT);
    const cat = network.charge(CAT, { target: { kind: 'site', siteId: SITE } });
    network.end(other, 700);
    network.fact('unplugged', { connectorNo: 1 }, OTHER_POINT);
    expect(network.sessionOf(cat).pointId).toBe(OTHER_POINT);
  });
});

describe('a request for any point near', () => {
  const near = (radiusM: number) => ({ kind: 'near' as const, latitude: 38.35, longitude: -0.48, radiusM });

  it('takes a free point of the nearest site that fits', () => {
    const network = ready();
    const id = network.charge(ANA, { target: near(5_000) });
    expect(network.sessionOf(id)).toMatchObject({ pointId: POINT, siteId: SITE });
  });

  it('waits at the nearest site when all that fit are taken', () => {
    const network = ready();
    network.charging(BEN);
    const id = network.charge(ANA, { target: near(5_000) });
    expect(network.sessionOf(id)).toMatchObject({ state: 'queued', siteId: SITE });
  });

  it('is refused when nothing is that near', () => {
    const network = ready();
    network.charge(ANA, { target: near(100) });
    expect(network.lastNotice(ANA, 'refused').reason).toBe('nothing-fits');
  });
});
