import { describe, expect, it } from 'vitest';
import { keyId, sessionId } from '../../shared/ids.ts';
import { ANA, Network, POINT } from './core-harness.ts';
import { pruneKeys } from './key-ring.ts';
import type { KeyRow } from './rows.ts';

const DAY_MS = 24 * 3_600_000;

function key(network: Network, change: Partial<KeyRow>): KeyRow {
  const row: KeyRow = {
    keyId: keyId('p-old'), kind: 'point', ownerId: POINT, keyBase64: 'a2V5', createdAtMs: network.now - 90 * DAY_MS,
    expiresAtMs: null, replacedAtMs: null, revokedAtMs: null, ...change,
  };
  network.state.keys.put(row);
  return row;
}

function isKept(network: Network, row: KeyRow): boolean {
  return network.state.keys.get(row.keyId) !== undefined;
}

describe('a key', () => {
  it.each<[string, (now: number) => Partial<KeyRow>, boolean]>([
    ['replaced 32 days ago goes', (now) => ({ replacedAtMs: now - 32 * DAY_MS }), false],
    ['replaced 30 days ago stays: the topics may still hold what it sealed', (now) => ({
      replacedAtMs: now - 30 * DAY_MS }), true],
    ['revoked 32 days ago goes', (now) => ({ revokedAtMs: now - 32 * DAY_MS }), false],
    ['revoked 30 days ago stays', (now) => ({ revokedAtMs: now - 30 * DAY_MS }), true],
    ['expired 32 days ago goes', (now) => ({ expiresAtMs: now - 32 * DAY_MS }), false],
    ['of a log-in that expired 32 days ago goes', (now) => ({
      kind: 'login', ownerId: ANA, expiresAtMs: now - 32 * DAY_MS }), false],
    ['expired 30 days ago stays', (now) => ({ expiresAtMs: now - 30 * DAY_MS }), true],
    ['that is old but holds stays', () => ({}), true],
    ['of the services stays', () => ({ kind: 'service', ownerId: 'services' }), true],
  ])('%s', (_title, change, kept) => {
    const network = new Network();
    const row = key(network, change(network.now));
    pruneKeys(network.state, network.now);
    expect(isKept(network, row)).toBe(kept);
  });

  it('that its point still holds stays, however long ago it expired', () => {
    const network = new Network();
    const row = key(network, { expiresAtMs: network.now - 60 * DAY_MS });
    network.state.pointStates.put({ ...network.state.pointStates.must(POINT), keyId: row.keyId });
    pruneKeys(network.state, network.now);
    expect(isKept(network, row)).toBe(true);
  });

  it('of a point with a charge from before it was replaced stays until that is over, unless it was revoked', () => {
    const network = new Network();
    network.connect();
    const session = network.charging(ANA);
    const row = key(network, { replacedAtMs: network.now + DAY_MS });
    const revoked = key(network, { keyId: keyId('p-revoked'), revokedAtMs: network.now + DAY_MS });
    pruneKeys(network.state, network.now + 40 * DAY_MS);
    expect([isKept(network, row), isKept(network, revoked)]).toEqual([true, false]);
    network.end(network.state.sessions.must(sessionId(session.sessionId)), 2_000);
    pruneKeys(network.state, network.now + 40 * DAY_MS);
    expect(isKept(network, row)).toBe(false);
  });

  it('is looked for at a tick, once an hour', () => {
    const network = new Network();
    network.later(3_600_000);
    const row = key(network, { replacedAtMs: network.now - 32 * DAY_MS });
    network.later(3_599_999);
    expect(isKept(network, row)).toBe(true);
    network.later(1);
    expect(isKept(network, row)).toBe(false);
  });
});
