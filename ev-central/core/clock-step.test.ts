import { describe, expect, it } from 'vitest';
import { connectionId, messageId } from '../../shared/ids.ts';
import { stepClock } from './clock-step.ts';
import { ANA, Network } from './core-harness.ts';
import { boundLockouts } from './lockout.ts';

const HOUR_MS = 3_600_000;
const LOCKOUT_MS = 5 * 60_000;

/** Answers a log-in; true when it was refused because of the lock-out. */
function isLockedOut(network: Network, ok = true): boolean {
  network.feed({
    kind: 'login', connectionId: connectionId(50), re: messageId('f-9'), userId: ANA, address: '10.0.0.9',
    purpose: 'driver', lastNotice: 0, loginKeyBase64: 'bG9naW4=', readingKeyBase64: 'cmVhZA==',
  });
  const check = network.effects.find((e) => e.kind === 'check-password');
  if (check?.kind === 'check-password') network.feed({ kind: 'password-checked', checkId: check.checkId, ok });
  const frame = network.effects.find((e) => e.kind === 'frame');
  return frame?.kind === 'frame' && frame.frame['reason'] === 'locked-out';
}

function lockedOut(): Network {
  const network = new Network();
  for (let i = 0; i < 5; i += 1) isLockedOut(network, false);
  return network;
}

/** As the loop does when the wall clock was set. */
function setClock(network: Network, byMs: number): void {
  network.now += byMs;
  stepClock(network.state, byMs);
}

describe.each([['forward', 5 * HOUR_MS], ['back', -5 * HOUR_MS]])('a clock that is set %s by hours', (_way, byMs) => {
  it('neither releases nor prolongs a lock-out', () => {
    const network = lockedOut();
    setClock(network, byMs);
    expect(isLockedOut(network)).toBe(true);
    network.later(LOCKOUT_MS - 1_000);
    expect(isLockedOut(network)).toBe(true);
    network.later(2_000);
    expect(isLockedOut(network)).toBe(false);
  });

  it('keeps a stop that was lost from being sent again no longer than before', () => {
    const network = new Network();
    network.connect();
    const session = network.charging(ANA);
    network.stop(ANA, session.sessionId);
    const { number } = network.lastCommand('stop');
    setClock(network, byMs);
    network.later(20_000);
    network.sample(session, 1, 1_010);
    expect(network.lastCommand('stop').number).toBeGreaterThan(number);
  });
});

describe('a Central that starts with its clock set back', () => {
  it('locks nobody out for longer than the setting says', () => {
    const network = lockedOut();
    network.now -= 5 * HOUR_MS;
    boundLockouts(network.state, network.now);
    expect(isLockedOut(network)).toBe(true);
    network.later(LOCKOUT_MS + 1_000);
    expect(isLockedOut(network)).toBe(false);
  });
});
