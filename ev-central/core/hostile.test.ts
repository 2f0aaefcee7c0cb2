// What nobody well-behaved does: points that report the impossible, orders against what is under way, guesses at once.
import { describe, expect, it } from 'vitest';
import { connectionId, correlationId, messageId, requestId, userId } from '../../shared/ids.ts';
import { NO_GOAL } from '../../shared/messages/values.ts';
import { ANA, BEN, Network, OTHER_POINT, POINT, SITE } from './core-harness.ts';
import type { Session } from './rows.ts';

const HOUR_MS = 3_600_000;

function connected(): Network {
  const network = new Network();
  // Noon in Madrid: minutes cost something.
  network.now = 1_763_722_800_000;
  network.connect();
  return network;
}

function ended(session: Session, change: Record<string, unknown> = {}) {
  return {
    sessionId: session.sessionId, connectorNo: 1, meterStartWh: 1_000, meterStopWh: 1_500,
    startedAtMs: 1_763_722_800_000, endedAtMs: 1_763_722_860_000, chargedUptimeMs: null,
    reason: 'engine-restarted' as const, socPercent: null, ...change,
  };
}

describe('a report that nobody expected', () => {
  it('of an end whose beginning was lost with a damaged journal is billed, in whatever state the session is', () => {
    const network = connected();
    const session = network.sessionOf(network.charge(ANA));
    expect(session.state).toBe('requested');
    network.fact('session-ended', ended(session));
    expect(network.lastNotice(ANA, 'ticket').ticket).toMatchObject({ energyWh: 500, meterStartWh: 1_000 });
    const values = network.appended.flatMap((a) => (a.table === 'meter_values' ? [a.row] : []));
    expect(values.map((v) => [v.sample, v.registerWh])).toEqual([[0, 1_000], [1, 1_500]]);
  });

  it('of another point that served a charge given away since is listed as disputed, once, and billed to nobody', () => {
    const network = connected();
    network.connect(OTHER_POINT);
    const session = network.charging(ANA);
    network.fact('session-ended', ended(session), OTHER_POINT);
    network.fact('session-ended', ended(session), OTHER_POINT);
    network.end(session, 1_200);
    expect(network.lastNotice(ANA, 'ticket').ticket.energyWh).toBe(200);
    expect(network.state.sessions.must(session.sessionId)).toMatchObject({ disputedWh: 500, energyWh: 200 });
  });

  it('of another connector of the same point bills nothing of its meter', () => {
    const network = connected();
    const session = network.charging(ANA);
    network.fact('session-ended', ended(session, { connectorNo: 2, meterStartWh: 5_000, meterStopWh: 5_300 }));
    network.end(session, 1_200);
    expect(network.lastNotice(ANA, 'ticket').ticket.energyWh).toBe(200);
    expect(network.state.sessions.must(session.sessionId)).toMatchObject({ disputedWh: 300, energyWh: 200 });
  });

  it('of another point about a charge that is not its own does not end it', () => {
    const network = connected();
    network.connect(OTHER_POINT);
    const session = network.charging(ANA);
    network.fact('session-ended', ended(session, { meterStopWh: 9_000_000 }), OTHER_POINT);
    expect(network.state.sessions.must(session.sessionId)).toMatchObject({ state: 'charging', ticketId: null });
  });

  it('of the start of another point’s charge begins nothing: it was never asked to', () => {
    const network = connected();
    network.connect(OTHER_POINT);
    const { sessionId } = network.sessionOf(network.charge(ANA));
    network.authorize();
    const start = { sessionId, connectorNo: 1, meterStartWh: 9_000, socPercent: null };
    network.fact('session-started', start, OTHER_POINT);
    expect(network.state.sessions.must(sessionId)).toMatchObject({ state: 'authorized', pointId: POINT, usage: null });
    network.fact('session-ended', ended(network.state.sessions.must(sessionId)), OTHER_POINT);
    expect(network.state.sessions.must(sessionId)).toMatchObject({ state: 'authorized', disputedWh: 500 });
    network.fact('session-started', { ...start, meterStartWh: 1_000 });
    expect(network.state.sessions.must(sessionId)).toMatchObject({ state: 'charging', pointId: POINT });
  });

  it('of a second start beside a running charge stops the second, which is billed by its end', () => {
    const network = connected();
    network.connect(OTHER_POINT);
    const running = network.charging(ANA);
    const target = { kind: 'point' as const, pointId: OTHER_POINT, connectorNo: null };
    const second = network.sessionOf(network.charge(BEN, { target }));
    network.authorize(OTHER_POINT);
    const first = network.sessionOf(network.charge(BEN, { target: { ...target, pointId: POINT } }));
    expect(first.state).toBe('queued');
    // A point that was asked before: it reports both at its one connector.
    const asked = { ...network.state.commands.must(`${POINT}#1`), number: 900, sessionId: second.sessionId };
    network.state.commands.put(asked);
    network.state.pointStates.put({ ...network.state.pointStates.must(POINT), commandNumber: 900 });
    network.fact('session-started', {
      sessionId: second.sessionId, connectorNo: 1, meterStartWh: 1_000, socPercent: null,
    });
    expect(network.state.sessions.must(second.sessionId).usage).toBeNull();
    expect(network.state.sessions.must(running.sessionId).state).toBe('charging');
    expect(network.lastCommand('stop')).toMatchObject({ sessionId: second.sessionId, reason: 'not-authorized' });
    network.fact('session-ended', ended(second));
    expect(network.lastNotice(BEN, 'ticket').ticket.energyWh).toBe(500);
  });

  it('of a start where a charge had broken off takes the connector; the readings of the old one change nothing', () => {
    const network = connected();
    const old = network.charging(ANA);
    network.health('ko');
    network.health('ok');
    const asked = { ...network.state.commands.must(`${POINT}#1`), number: 900 };
    network.connect(OTHER_POINT);
    const target = { kind: 'point' as const, pointId: OTHER_POINT, connectorNo: null };
    const next = network.sessionOf(network.charge(BEN, { target }));
    network.state.commands.put({ ...asked, sessionId: next.sessionId });
    network.state.pointStates.put({ ...network.state.pointStates.must(POINT), commandNumber: 900 });
    network.fact('session-started', {
      sessionId: next.sessionId, connectorNo: 1, meterStartWh: 1_000, socPercent: null,
    });
    expect(network.state.sessions.must(next.sessionId)).toMatchObject({ state: 'charging', pointId: POINT });
    expect(network.lastCommand('stop', OTHER_POINT).sessionId).toBe(next.sessionId);
    network.sample(old, 1, 1_100);
    expect(network.state.sessions.must(old.sessionId).state).toBe('interrupted');
  });

  it('of a charge that was taken back keeps it open until its end, however long that takes', () => {
    const network = connected();
    const id = network.charge(ANA);
    network.authorize();
    network.fact('plugged', { connectorNo: 1, vehicle: null });
    network.cancel(ANA, id);
    const { sessionId: cancelled } = network.sessionOf(id);
    network.fact('session-started', { sessionId: cancelled, connectorNo: 1, meterStartWh: 1_000, socPercent: 40 });
    expect(network.state.sessions.must(cancelled)).toMatchObject({ state: 'finishing', settled: false });
  });

  it('with a time far away neither stops Central nor bills centuries', () => {
    const network = connected();
    const session = network.charging(ANA);
    network.fact('session-ended', ended(session, { endedAtMs: 200_000_000_000_000 }));
    const { ticket } = network.lastNotice(ANA, 'ticket');
    expect(ticket.lines.reduce((ms, line) => (line.kind === 'TIME' ? ms + line.quantity : ms), 0))
      .toBeLessThanOrEqual(31 * 24 * HOUR_MS);
    expect(ticket.flags).toContain('clock-ahead');
  });
});

describe('a request that would hold for years', () => {
  it('is refused with words: it could come again when nobody remembers it', () => {
    const network = connected();
    network.charge(ANA, { expiresAtMs: 253_000_000_000_000 });
    expect(network.lastNotice(ANA, 'refused').reason).toBe('expires-too-late');
    expect(network.state.sessions.size).toBe(0);
  });
});

describe('a monitor that says nonsense of its clock', () => {
  it.each([[Number.MAX_SAFE_INTEGER], [Number.MIN_SAFE_INTEGER]])('(%d ms) changes no time into none', (offsetMs) => {
    const network = connected();
    const link = network.state.monitorLinks.get(POINT);
    if (link !== undefined) network.state.monitorLinks.set(POINT, { ...link, clockOffsetMs: offsetMs });
    const session = network.charging(ANA);
    network.later(1_000);
    network.sample(session, 1, 1_010);
    network.end(session, 1_020);
    expect(network.lastNotice(ANA, 'ticket').ticket.energyWh).toBe(20);
  });
});

describe('a point whose clock jumps within a charge', () => {
  it('is billed by its uptime, also for what was metered on the way', () => {
    const network = connected();
    const session = network.charging(ANA);
    network.later(60_000);
    const uptimeMs = network.now - 1_763_600_000_000;
    network.feed({
      kind: 'meter', sender: POINT,
      sample: {
        v: 1, id: messageId('m'), atMs: network.now + HOUR_MS, corr: session.corr, type: 'meter', pointId: POINT,
        sessionId: session.sessionId, connectorNo: 1, bootId: 100, sample: 1, registerWh: 1_100, powerW: 6_000,
        socPercent: 50, uptimeMs, state: 'charging',
      },
    });
    network.later(60_000);
    network.fact('session-ended', {
      ...ended(session, { reason: 'driver', meterStopWh: 1_200, startedAtMs: session.startedRawMs ?? 0,
        endedAtMs: network.now + HOUR_MS, chargedUptimeMs: 120_000 }),
    });
    const { ticket } = network.lastNotice(ANA, 'ticket');
    expect(ticket.flags).toContain('clock-jump');
    expect(ticket.lines.filter((line) => line.kind === 'TIME')).toMatchObject([{ quantity: 120_000 }]);
  });

  it('is billed by the offset of its beginning when its monitor has gone meanwhile', () => {
    const network = connected();
    const link = network.state.monitorLinks.get(POINT);
    if (link === undefined) throw new Error('no link');
    const behindMs = 2 * HOUR_MS;
    network.state.monitorLinks.set(POINT, { ...link, clockOffsetMs: behindMs });
    const id = network.charge(ANA);
    network.authorize();
    network.fact('plugged', { connectorNo: 1, vehicle: null });
    const { sessionId: sid } = network.sessionOf(id);
    network.fact('session-started', {
      sessionId: sid, connectorNo: 1, meterStartWh: 1_000, socPercent: 40, atMs: network.now - behindMs,
    });
    const startedAtMs = network.now;
    network.feed({ kind: 'link-closed', connectionId: link.connectionId, reason: 'gone' });
    network.later(60_000);
    network.fact('session-ended', ended(network.state.sessions.must(sid), {
      startedAtMs: startedAtMs - behindMs, endedAtMs: network.now - behindMs, chargedUptimeMs: 60_000, reason: 'driver',
    }));
    expect(network.lastNotice(ANA, 'ticket').ticket).toMatchObject({ startedAtMs, endedAtMs: startedAtMs + 60_000 });
  });
});

describe('a charge whose start is reported while no monitor is there', () => {
  it('is priced by the offset of the point’s clock that was known last, also after a restart of Central', () => {
    const network = connected();
    const link = network.state.monitorLinks.get(POINT);
    if (link === undefined) throw new Error('no link');
    const behindMs = 2 * HOUR_MS;
    network.feed({
      kind: 'point-health', connectionId: link.connectionId, engine: 'ok', reason: '', sinceMs: network.now,
      clockOffsetMs: behindMs,
    });
    expect(network.state.pointStates.must(POINT).clockOffsetMs).toBe(behindMs);
    const id = network.charge(ANA);
    network.authorize();
    network.fact('plugged', { connectorNo: 1, vehicle: null });
    network.feed({ kind: 'link-closed', connectionId: link.connectionId, reason: 'gone' });
    const { sessionId: sid } = network.sessionOf(id);
    network.fact('session-started', {
      sessionId: sid, connectorNo: 1, meterStartWh: 1_000, socPercent: 40, atMs: network.now - behindMs,
    });
    expect(network.state.sessions.must(sid).startedAtMs).toBe(network.now);
  });
});

describe('a stop that was lost on its way', () => {
  it('is sent again while the point goes on charging', () => {
    const network = connected();
    const session = network.charging(ANA);
    network.stop(ANA, session.sessionId);
    const first = network.lastCommand('stop').number;
    network.later(5_000);
    network.sample(session, 1, 1_010);
    expect(network.lastCommand('stop').number).toBe(first);
    network.later(20_000);
    network.sample(session, 2, 1_020);
    expect(network.lastCommand('stop')).toMatchObject({ sessionId: session.sessionId, reason: 'driver' });
    expect(network.lastCommand('stop').number).toBeGreaterThan(first);
  });

  it('is sent to a point that did not answer an authorization in time', () => {
    const network = connected();
    const id = network.charge(ANA);
    network.later(11_000);
    expect(network.lastCommand('stop').sessionId).toBe(network.sessionOf(id).sessionId);
  });
});

describe('orders of the registry', () => {
  const point = (no: number) => ({
    kind: 'put-point' as const, secretSha256: null,
    point: {
      pointId: POINT, siteId: SITE, address: '', latitude: 38.34, longitude: -0.48,
      connectors: [{ connectorNo: no, type: 'IEC_62196_T2' as const, maxPowerW: 22_000 }],
    },
  });

  it('do not take a connector away under a charge', () => {
    const network = connected();
    network.charging(ANA);
    expect(network.order(point(2))).toMatchObject({ outcome: 'refused' });
    expect(network.order({ kind: 'remove-point', pointId: POINT })).toMatchObject({ outcome: 'refused' });
  });

  it('do not remove a point whose engine charges at a connector that the registry does not know', () => {
    const network = connected();
    const id = network.charge(ANA);
    network.authorize();
    const { sessionId: sid } = network.sessionOf(id);
    network.fact('session-started', { sessionId: sid, connectorNo: 5, meterStartWh: 1_000, socPercent: 40 });
    expect(network.order({ kind: 'remove-point', pointId: POINT })).toMatchObject({ outcome: 'refused' });
  });

  it('let nobody wait for a point that is gone', () => {
    const network = connected();
    const session = network.charging(ANA);
    const id = network.charge(BEN);
    expect(network.sessionOf(id).state).toBe('queued');
    network.order({ kind: 'set-operative', scope: { kind: 'all' }, operative: false, note: '' });
    network.end(session, 1_200);
    network.order({ kind: 'remove-point', pointId: POINT });
    expect(network.sessionOf(id)).toMatchObject({ state: 'rejected', refusal: 'point-unknown', holdMinor: 0 });
  });

  it('give a driver who was offered a point her place back when the point goes out of order', () => {
    const network = connected();
    const session = network.charging(ANA);
    const id = network.charge(BEN);
    network.end(session, 1_200);
    network.fact('unplugged', { connectorNo: 1 });
    expect(network.sessionOf(id)).toMatchObject({ state: 'queued', offered: true });
    network.order({ kind: 'set-operative', scope: { kind: 'all' }, operative: false, note: '' });
    expect(network.sessionOf(id)).toMatchObject({ state: 'queued', offered: false, pointId: null });
  });

  it('refuse a booking that no balance can hold', () => {
    const network = connected();
    const order = { kind: 'book' as const, userId: ANA, amountMinor: Number.MAX_SAFE_INTEGER, reason: 'a slip' };
    expect(network.order(order)).toMatchObject({ outcome: 'refused' });
  });
});

describe('guesses and repetitions at once', () => {
  function login(network: Network, connection: number): number {
    const checkId = network.state.nextCheckId;
    network.feed({
      kind: 'login', connectionId: connectionId(connection), re: messageId(`f-${connection}`), userId: ANA,
      address: '10.0.0.7', purpose: 'driver', lastNotice: 0, loginKeyBase64: 'a2V5', readingKeyBase64: 'a2V5',
    });
    return checkId;
  }

  it('a right password among many sent at once is refused when the wrong ones have locked the account', () => {
    const network = connected();
    const checks = Array.from({ length: 6 }, (_, i) => login(network, 100 + i));
    checks.slice(0, 5).forEach((checkId) => network.feed({ kind: 'password-checked', checkId, ok: false }));
    network.feed({ kind: 'password-checked', checkId: checks[5] ?? 0, ok: true });
    expect(network.state.driverLinks.size).toBe(0);
  });

  it('a request at the point that comes twice before its PIN is compared starts one charge', () => {
    const network = connected();
    const input = {
      kind: 'local-request' as const, connectionId: connectionId(1), re: messageId('f-9'), requestId: requestId('p-1'),
      driverId: ANA, connectorNo: 1, goal: NO_GOAL, corr: correlationId('c'),
    };
    network.feed(input, { ...input, re: messageId('f-10') });
    for (const checkId of [1, 2]) network.feed({ kind: 'password-checked', checkId, ok: true });
    expect([...network.state.sessions.values()].length).toBe(1);
  });

  it('leave no row for every name that somebody invents', () => {
    const network = connected();
    for (let i = 0; i < 1_100; i += 1) {
      const checkId = network.state.nextCheckId;
      network.feed({
        kind: 'login', connectionId: connectionId(9), re: messageId('f'), userId: userId(`nobody-${i}`),
        address: `10.0.${i % 200}.7`, purpose: 'driver', lastNotice: 0,
        loginKeyBase64: 'a2V5', readingKeyBase64: 'a2V5',
      });
      network.feed({ kind: 'password-checked', checkId, ok: false });
      network.now += 60_000;
    }
    expect(network.state.lockouts.size).toBeLessThanOrEqual(1_001);
  });

  it('a new password ends the log-ins with the old one', () => {
    const network = connected();
    network.feed({ kind: 'password-checked', checkId: login(network, 7), ok: true });
    expect(network.state.logIns.get(ANA)).toBe(1);
    const { passwordHash } = network.state.users.must(ANA);
    const { active, priorityClass, currency, limits } = network.state.users.must(ANA);
    network.order({
      kind: 'put-user', passwordHash, pinHash: null,
      user: { userId: ANA, role: 'user', active, priorityClass, currency, limits },
    });
    expect(network.effects).toContainEqual({ kind: 'close', connectionId: connectionId(7), reason: 'refused' });
  });

  it('nobody takes back a request of somebody else before it has come', () => {
    const network = connected();
    network.cancel(ANA, 'r-ben-1');
    network.charge(BEN, { requestId: requestId('r-ben-1') });
    expect(network.sessionOf('r-ben-1').state).toBe('requested');
  });
});

describe('what is over', () => {
  it('does not bar the connector for the car that came after it', () => {
    const network = connected();
    const session = network.charging(ANA);
    network.reboot(POINT, true);
    network.fact('unplugged', { connectorNo: 1 });
    network.fact('plugged', { connectorNo: 1, vehicle: null });
    network.order({ kind: 'close-session', sessionId: session.sessionId, note: '' });
    expect(network.state.pointStates.must(POINT).connectors[0]?.finishedSessionId).toBeNull();
  });

  it('is disputed once, however often its end is reported', () => {
    const network = connected();
    const session = network.charging(ANA);
    network.order({ kind: 'revoke-point-key', pointId: POINT, note: '' });
    network.end(session, 1_100);
    network.end(session, 1_100);
    expect(network.state.sessions.must(session.sessionId).disputedWh).toBe(100);
  });

});
