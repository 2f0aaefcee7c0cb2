import { describe, expect, it } from 'vitest';
import { connectionId, messageId } from '../../shared/ids.ts';
import { ANA, BEN, Network, POINT } from './core-harness.ts';
import { pointStatus } from './point-status.ts';

function charging(settings = {}) {
  const network = new Network(settings);
  network.connect();
  const session = network.charging(ANA);
  network.later(60_000);
  network.sample(session, 1, 1_180);
  return { network, session };
}

describe('when an engine dies in the middle of a charge', () => {
  it('a connector that was registered while a point restarted is still there after the report of the restart', () => {
    const network = new Network();
    network.connect();
    const connectors = [1, 2].map((connectorNo) => ({ connectorNo, type: 'IEC_62196_T2' as const, maxPowerW: 22_000 }));
    const { secretSha256: _secret, ...point } = network.state.points.must(POINT);
    network.order({ kind: 'put-point', secretSha256: null, point: { ...point, connectors } });
    network.reboot();
    expect(network.state.pointStates.must(POINT).connectors.map(({ connectorNo }) => connectorNo)).toEqual([1, 2]);
  });

  it('the session is provisional, and becomes final, with one ticket, by the report of its true end', () => {
    const { network, session } = charging();
    network.health('unreachable');
    expect(pointStatus(network.state, POINT).status).toBe('Faulted');
    expect(network.lastNotice(ANA, 'ended')).toMatchObject({ provisional: true, energyWh: 180, state: 'interrupted' });
    expect(network.state.users.must(ANA).heldMinor).toBe(2_000);
    network.health('ok');
    network.reboot();
    network.end(session, 1_185, 'engine-restarted');
    expect(network.lastNotice(ANA, 'ticket').ticket).toMatchObject({ energyWh: 185, endReason: 'engine-restarted' });
    expect(network.state.sessions.must(session.sessionId)).toMatchObject({ state: 'interrupted', settled: true });
    expect(network.state.users.must(ANA).heldMinor).toBe(0);
  });

  it('its final state is the normal one when the report says that it had ended before', () => {
    const { network, session } = charging();
    network.health('unreachable');
    network.end(session, 1_200, 'unplugged');
    expect(network.state.sessions.must(session.sessionId).state).toBe('completed');
  });

  it('the session goes on when only the way to the engine was cut', () => {
    const { network, session } = charging();
    network.health('unreachable');
    network.health('ok');
    network.later(1_000);
    network.sample(session, 2, 1_190);
    expect(network.state.sessions.must(session.sessionId)).toMatchObject({ state: 'charging', provisional: false });
  });

  it('her stop is taken and sent to the point; the session stays provisional until the point reports its end', () => {
    const { network, session } = charging();
    network.health('unreachable');
    network.stop(ANA, session.sessionId);
    expect(network.noticesOf(ANA)).not.toContain('refused');
    expect(network.lastCommand('stop')).toMatchObject({ sessionId: session.sessionId, reason: 'driver' });
    network.health('ok');
    network.later(1_000);
    network.sample(session, 2, 1_190);
    const row = () => network.state.sessions.must(session.sessionId);
    expect(row()).toMatchObject({ state: 'interrupted', provisional: true, stopping: { reason: 'driver' } });
    network.end(session, 1_191, 'driver');
    expect(row()).toMatchObject({ state: 'completed', provisional: false, settled: true });
    expect(network.lastNotice(ANA, 'ticket').ticket).toMatchObject({ energyWh: 191, endReason: 'driver' });
    network.stop(ANA, session.sessionId);
    expect(network.lastNotice(ANA, 'refused').reason).toBe('session-over');
  });

  it('her second stop sends no second command, and the end may be another than the one she asked for', () => {
    const { network, session } = charging();
    network.health('unreachable');
    network.stop(ANA, session.sessionId);
    const { number } = network.lastCommand('stop');
    network.stop(ANA, session.sessionId);
    network.cancel(ANA, session.requestId);
    expect(network.lastCommand('stop').number).toBe(number);
    network.reboot();
    network.end(session, 1_185, 'engine-restarted');
    expect(network.state.sessions.must(session.sessionId)).toMatchObject({ state: 'interrupted', settled: true });
    network.stop(ANA, session.sessionId);
    expect(network.lastNotice(ANA, 'refused').reason).toBe('session-over');
  });

  it('the request that began it can be taken back: it is stopped', () => {
    const { network, session } = charging();
    network.health('unreachable');
    network.cancel(ANA, session.requestId);
    expect(network.lastCommand('stop')).toMatchObject({ sessionId: session.sessionId, reason: 'driver' });
  });

  it('an operator ends it, too, as long as it is not final', () => {
    const { network, session } = charging();
    network.health('unreachable');
    const order = { kind: 'end-session' as const, sessionId: session.sessionId, note: '' };
    expect(network.order(order).outcome).toBe('done');
    expect(network.lastCommand('stop')).toMatchObject({ sessionId: session.sessionId, reason: 'operator' });
    network.end(session, 1_185, 'engine-restarted');
    expect(network.order(order)).toMatchObject({ outcome: 'refused' });
  });

  it('a session that nobody reports is closed at its last value after a day; a late report corrects it', () => {
    const { network, session } = charging();
    network.health('unreachable');
    network.later(24 * 3_600_000 + 1_000);
    const first = network.lastNotice(ANA, 'ticket').ticket;
    expect(first).toMatchObject({ kind: 'final', energyWh: 180, endReason: 'never-reported' });
    network.end(session, 1_280, 'engine-restarted');
    const second = network.lastNotice(ANA, 'ticket').ticket;
    expect(second).toMatchObject({ kind: 'correction', corrects: first.ticketId, energyWh: 100 });
    expect(network.state.users.must(ANA).balanceMinor).toBe(10_000 - first.totalMinor - second.totalMinor);
  });

  it('authorizes again what the engine forgot', () => {
    const network = new Network();
    network.connect();
    const id = network.charge(ANA);
    network.authorize();
    const before = network.lastCommand('authorize').number;
    network.reboot();
    expect(network.lastCommand('authorize').number).toBeGreaterThan(before);
    expect(network.sessionOf(id).commandNumber).toBe(network.lastCommand('authorize').number);
  });

  it('frees the connector when the journal is gone and the end will never be reported', () => {
    const { network, session } = charging();
    network.reboot(POINT, true);
    expect(network.state.sessions.must(session.sessionId)).toMatchObject({ state: 'interrupted', provisional: true });
    network.fact('unplugged', { connectorNo: 1 });
    network.charge(BEN, { mayQueue: false });
    expect(network.lastNotice(BEN, 'accepted').pointId).toBe(POINT);
  });
});

describe('when a monitor goes', () => {
  it('the point is disconnected, the charge goes on to its end and is billed', () => {
    const { network, session } = charging();
    network.feed({ kind: 'link-closed', connectionId: connectionId(1), reason: 'dead-peer' });
    expect(pointStatus(network.state, POINT).status).toBe('Disconnected');
    expect(network.state.sessions.must(session.sessionId).state).toBe('charging');
    network.end(session, 2_000);
    expect(network.lastNotice(ANA, 'ticket').ticket.energyWh).toBe(1_000);
    network.charge(BEN);
    expect(network.lastNotice(BEN, 'refused').reason).toBe('point-disconnected');
  });

  it('the charge stops at once under the other policy', () => {
    const { network } = charging({ monitorLossPolicy: 'stop' });
    network.feed({ kind: 'link-closed', connectionId: connectionId(1), reason: 'dead-peer' });
    expect(network.lastCommand('stop').reason).toBe('monitor-lost');
  });

  it('a newer connection of the same point wins, and the third within a minute bars the identity', () => {
    const network = new Network();
    network.connect();
    network.connect(POINT, 11);
    expect(network.state.monitorLinks.get(POINT)?.connectionId).toBe(11);
    network.connect(POINT, 12);
    network.feed({
      kind: 'monitor-proof', connectionId: connectionId(13), re: messageId('f'), pointId: POINT, address: 'x',
      proved: true, byHand: false, keyBase64: 'a2V5', clockOffsetMs: 0,
    });
    expect(network.state.monitorLinks.get(POINT)).toBeUndefined();
    expect(network.state.pointStates.must(POINT).barred?.why).toBe('two-monitors');
    network.order({ kind: 'unbar-point', pointId: POINT, note: '' });
    network.connect(POINT, 14);
    expect(pointStatus(network.state, POINT).status).toBe('Available');
  });
});

describe('a monitor that is refused', () => {
  it('is seen by the operator with the reason, said once', () => {
    const network = new Network();
    const knock = () => network.feed({
      kind: 'monitor-proof', connectionId: connectionId(9), re: messageId('f'), pointId: POINT, address: 'x',
      proved: false, byHand: false, keyBase64: 'a2V5', clockOffsetMs: 0,
    });
    const messages = () => knock().filter((effect) => effect.kind === 'message').length;
    expect(messages()).toBe(1);
    expect(pointStatus(network.state, POINT)).toMatchObject({
      status: 'Disconnected', why: 'refused: unknown-or-wrong',
    });
    expect(messages()).toBe(0);
  });
});

describe('facts', () => {
  it('are accepted only in order: a gap is asked for, a known one is acknowledged again', () => {
    const network = new Network();
    network.connect();
    const first = network.fact('plugged', { connectorNo: 1, vehicle: null });
    network.again({ ...first, seq: 3 });
    expect(network.lastCommand('accepted')).toMatchObject({ seq: 1, resend: true });
    network.again(first);
    expect(network.lastCommand('accepted')).toMatchObject({ seq: 1, resend: false });
  });

  it('of a new boot wait for the rest of the boot before', () => {
    const network = new Network();
    network.connect();
    const fact = network.fact('plugged', { connectorNo: 1, vehicle: null });
    network.later(2_000);
    network.again({
      ...fact, type: 'booted', bootId: 200, seq: 1, previous: { bootId: 100, seq: 2 }, connectors: [],
    });
    expect(network.lastCommand('accepted')).toMatchObject({ bootId: 100, seq: 1, resend: true });
  });

  it('of a session that Central does not know are reported, not lost in silence', () => {
    const network = new Network();
    network.connect();
    const { session } = charging();
    network.end({ ...session, pointId: POINT }, 1_200);
    expect(network.effects.some((e) => e.kind === 'message' && e.level === 'error')).toBe(true);
  });
});

describe('a revoked key', () => {
  it('closes what was under way at the last accepted meter value, disputed, and lists what came later', () => {
    const { network, session } = charging();
    network.order({ kind: 'revoke-point-key', pointId: POINT, note: 'stolen' }, 'operator');
    const { ticket } = network.lastNotice(ANA, 'ticket');
    expect(ticket).toMatchObject({ energyWh: 180, endReason: 'key-revoked', flags: ['disputed'] });
    expect(network.state.monitorLinks.get(POINT)).toBeUndefined();
    network.feed({
      kind: 'monitor-proof', connectionId: connectionId(5), re: messageId('f'), pointId: POINT, address: 'x',
      proved: true, byHand: false, keyBase64: 'a2V5', clockOffsetMs: 0,
    });
    expect(network.state.monitorLinks.get(POINT)).toBeUndefined();
    network.feed({
      kind: 'monitor-proof', connectionId: connectionId(6), re: messageId('f'), pointId: POINT, address: 'x',
      proved: true, byHand: true, keyBase64: 'a2V5', clockOffsetMs: 0,
    });
    expect(network.state.monitorLinks.get(POINT)?.connectionId).toBe(6);
    network.end(session, 1_300);
    expect(network.state.sessions.must(session.sessionId).disputedWh).toBe(120);
    expect(network.noticesOf(ANA).filter((type) => type === 'ticket')).toHaveLength(1);
  });
});

describe('times', () => {
  it('of a point are corrected with the offset of its link, above the noise', () => {
    const { network } = charging();
    network.feed({
      kind: 'point-health', connectionId: connectionId(1), engine: 'ok', reason: '', sinceMs: network.now,
      clockOffsetMs: 10_000,
    });
    const other = network.charge(BEN, { mayQueue: true });
    expect(network.sessionOf(other).state).toBe('queued');
    expect(network.state.monitorLinks.get(POINT)?.clockOffsetMs).toBe(10_000);
  });

  it('that jump within a session are flagged, and the session is billed by uptime', () => {
    const { network, session } = charging();
    network.fact('session-ended', {
      sessionId: session.sessionId, connectorNo: 1, meterStartWh: 1_000, meterStopWh: 1_200,
      startedAtMs: session.startedAtMs ?? 0, endedAtMs: network.now + 7_200_000, chargedUptimeMs: 60_000,
      reason: 'unplugged', socPercent: null,
    });
    const { ticket } = network.lastNotice(ANA, 'ticket');
    expect(ticket.flags).toContain('clock-jump');
    expect(ticket.endedAtMs - ticket.startedAtMs).toBe(60_000);
  });

  it('far in the future are flagged', () => {
    const { network, session } = charging();
    network.fact('session-ended', {
      sessionId: session.sessionId, connectorNo: 1, meterStartWh: 1_000, meterStopWh: 1_200,
      startedAtMs: session.startedAtMs ?? 0, endedAtMs: network.now + 600_000, chargedUptimeMs: 660_000,
      reason: 'unplugged', socPercent: null,
    });
    expect(network.lastNotice(ANA, 'ticket').ticket.flags).toContain('clock-ahead');
  });
});

describe('a charge that broke off and goes on after all', () => {
  /** What the driver was told after its beginning. */
  const told = (network: Network): string[] => network.noticesOf(ANA).slice(3);

  it('is told to its driver once, with its figures so far, and what was provisional is withdrawn', () => {
    const { network, session } = charging();
    network.health('unreachable');
    const broken = network.lastNotice(ANA, 'ended');
    network.health('ok');
    expect(told(network)).toEqual(['ended']);
    network.later(1_000);
    network.sample(session, 2, 1_190);
    const resumed = network.lastNotice(ANA, 'resumed');
    expect(resumed).toMatchObject({
      sessionId: session.sessionId, requestId: session.requestId, pointId: POINT, connectorNo: 1, state: 'charging',
      resumedAtMs: network.now, energyWh: 190, currency: 'EUR', number: broken.number + 1,
    });
    expect(resumed.amountMinor).toBeGreaterThanOrEqual(broken.amountMinor);
    expect(network.state.sessions.must(session.sessionId)).toMatchObject({
      state: 'charging', provisional: false, endReason: null, energyWh: 0, costMinor: 0,
    });
    network.later(1_000);
    network.sample(session, 3, 1_195, 'suspended-ev');
    network.sample(session, 4, 1_200);
    expect(told(network)).toEqual(['ended', 'resumed']);
    network.end(session, 1_200);
    expect(told(network)).toEqual(['ended', 'resumed', 'ended', 'ticket']);
  });

  it('is told each time that it broke off, also when its car pauses', () => {
    const { network, session } = charging();
    for (const [sample, state] of [[2, 'charging'], [3, 'suspended-ev']] as const) {
      network.health('ko');
      network.later(1_000);
      network.sample(session, sample, 1_190);
      network.health('ok');
      network.later(1_000);
      network.sample(session, sample + 10, 1_190, state);
    }
    network.sample(session, 20, 1_190, 'suspended-ev');
    expect(told(network)).toEqual(['ended', 'resumed', 'ended', 'resumed']);
    expect(network.lastNotice(ANA, 'resumed').state).toBe('suspended');
  });

  it('is not told once its end is final, nor while a stop is on its way', () => {
    const { network, session } = charging();
    network.health('unreachable');
    network.stop(ANA, session.sessionId);
    network.health('ok');
    network.later(1_000);
    network.sample(session, 2, 1_190);
    network.end(session, 1_191, 'driver');
    network.later(1_000);
    network.sample(session, 3, 1_195);
    expect(told(network)).toEqual(['ended', 'ended', 'ticket']);
  });

  it('is not taken from a reading of before the restart of its point that comes late', () => {
    const { network, session } = charging();
    network.health('unreachable');
    network.health('ok');
    network.reboot();
    network.sample(session, 2, 1_190);
    network.end(session, 1_190, 'engine-restarted');
    expect(told(network)).toEqual(['ended', 'ended', 'ticket']);
  });
});

describe('meter rules', () => {
  it('a register that goes back is flagged and not believed', () => {
    const { network, session } = charging();
    network.later(1_000);
    network.sample(session, 2, 900);
    expect(network.state.sessions.must(session.sessionId).flags).toContain('meter-rollback');
    network.end(session, 1_100);
    expect(network.lastNotice(ANA, 'ticket').ticket.energyWh).toBe(180);
  });

  it('an old sample changes nothing', () => {
    const { network, session } = charging();
    network.sample(session, 1, 5_000);
    expect(network.state.meters.must(session.sessionId).registerWh).toBe(1_180);
  });

  it('a session that Central holds as ended is told to stop', () => {
    const { network, session } = charging();
    network.end(session, 1_200);
    network.later(1_000);
    network.sample(session, 9, 1_210);
    expect(network.lastCommand('stop').sessionId).toBe(session.sessionId);
  });
});

describe('stored meter values', () => {
  it('of a session that was closed and corrected have numbers of their own, in the order of the fold', () => {
    const { network, session } = charging();
    network.health('unreachable');
    network.later(24 * 3_600_000 + 1_000);
    network.end(session, 1_280, 'engine-restarted');
    const numbers = network.appended.flatMap((append) =>
      (append.table === 'meter_values' ? [append.row.sample] : []));
    expect(new Set(numbers).size).toBe(numbers.length);
    expect([...numbers].sort((a, b) => a - b)).toEqual(numbers);
  });
});
