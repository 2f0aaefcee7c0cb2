import { describe, expect, it } from 'vitest';
import { connectionId, type KeyId, keyId, messageId, userId } from '../../shared/ids.ts';
import type { Order } from '../../shared/messages/orders.ts';
import type { CodeFound } from './code-found.ts';
import { ANA, BEN, Network } from './core-harness.ts';

const SECRET = `${'A'.repeat(27)}=`;
const RECOVERY = ['1', '2'].map((digit) => `${digit.repeat(43)}=`);
const NONE: CodeFound = { kind: 'none' };

function enrol(counter: number | null = 100, id = ANA): Order {
  return { kind: 'enrol-second-factor', userId: id, secretBase64: SECRET, recoverySha256s: RECOVERY, counter };
}

/** A log-in whose password was right, with this code: `let in`, or the reason why not. */
function logIn(network: Network, code: CodeFound, { ok = true, address = '10.0.0.9' } = {}): unknown {
  network.feed({
    kind: 'login', connectionId: connectionId(50), re: messageId('f-9'), userId: ANA, address, purpose: 'driver',
    lastNotice: 0, loginKeyBase64: 'bG9naW4=', readingKeyBase64: 'cmVhZA==',
  });
  const check = network.effects.find((e) => e.kind === 'check-password');
  if (check?.kind === 'check-password') network.feed({ kind: 'password-checked', checkId: check.checkId, ok, code });
  const frame = network.effects.find((e) => e.kind === 'frame')?.frame;
  return frame?.type === 'welcome-driver' ? 'let in' : frame?.['reason'];
}

function timed(counter: number): CodeFound {
  return { kind: 'timed', counter };
}

function enrolled(counter: number | null = 100): Network {
  const network = new Network();
  expect(network.order(enrol(counter)).outcome).toBe('done');
  return network;
}

describe('who has a second factor', () => {
  it('is let in with a code, and told that one is needed when the password alone was right', () => {
    const network = enrolled();
    expect(logIn(network, NONE)).toBe('code-required');
    expect(logIn(network, NONE, { ok: false })).toBe('unknown-or-wrong');
    expect(logIn(network, timed(101))).toBe('let in');
  });

  it('is let in by no code twice, nor by one before it, nor by the one of the enrolment', () => {
    const network = enrolled();
    expect(logIn(network, timed(100))).toBe('code-wrong');
    expect(logIn(network, timed(102))).toBe('let in');
    expect(logIn(network, timed(102))).toBe('code-wrong');
    expect(logIn(network, timed(101))).toBe('code-wrong');
    expect(logIn(network, timed(103))).toBe('let in');
  });

  it('is let in once by each recovery code', () => {
    const network = enrolled();
    const [sha256 = ''] = RECOVERY;
    expect(logIn(network, { kind: 'recovery', sha256 })).toBe('let in');
    expect(logIn(network, { kind: 'recovery', sha256 })).toBe('code-wrong');
    expect(network.state.secondFactors.must(ANA).recoverySha256s).toEqual(RECOVERY.slice(1));
  });

  it('is locked out after five wrong codes, from any address, and a right password does not count them anew', () => {
    const network = enrolled();
    for (let i = 0; i < 5; i += 1) {
      expect(logIn(network, NONE, { address: `10.1.0.${i}` })).toBe('code-required');
      expect(logIn(network, { kind: 'wrong' }, { address: `10.0.0.${i}` })).toBe('code-wrong');
    }
    expect(logIn(network, timed(101))).toBe('locked-out');
    network.later(300_001);
    expect(logIn(network, timed(101))).toBe('let in');
  });

  it('keeps her code when her account is not active', () => {
    const network = enrolled();
    network.state.users.put({ ...network.state.users.must(ANA), active: false });
    expect(logIn(network, timed(101))).toBe('user-inactive');
    expect(network.state.secondFactors.must(ANA).lastCounter).toBe(100);
  });
});

describe('a client that was let in with a code', () => {
  /** The key that the check of a new log-in allows a proof with, for who says that she has this one. */
  const allowed = (network: Network, proofBy: KeyId, who = ANA): string | null | undefined => {
    network.feed({
      kind: 'login', connectionId: connectionId(51), re: messageId('f-1'), userId: who, address: '10.0.0.9',
      purpose: 'driver', lastNotice: 0, loginKeyBase64: 'bmV3', readingKeyBase64: 'cmVhZA==', proofBy,
    });
    const check = network.effects.find((e) => e.kind === 'check-password');
    return check?.kind === 'check-password' ? check.loginKeyBase64 : undefined;
  };
  const loginKeyOf = (network: Network): KeyId => {
    const key = [...network.state.keys.values()].findLast(({ kind, ownerId }) => kind === 'login' && ownerId === ANA);
    return key?.keyId ?? keyId('none');
  };

  it('comes back with a proof by its login key in place of one more code', () => {
    const network = enrolled();
    expect(logIn(network, timed(101))).toBe('let in');
    expect(allowed(network, loginKeyOf(network))).toBe('bG9naW4=');
    expect(logIn(network, { kind: 'proved' })).toBe('let in');
    expect(logIn(network, { kind: 'proved' }, { ok: false })).toBe('unknown-or-wrong');
  });

  it.each([
    ['is revoked', (network: Network) => network.order({ kind: 'revoke-user-keys', userId: ANA, note: '' })],
    ['has expired', (network: Network) => network.later(network.state.settings.loginKeyLifeMs)],
    ['is older than the second factor', (network: Network) => {
      network.later(1);
      network.state.secondFactors.put({ ...network.state.secondFactors.must(ANA), madeAtMs: network.now });
    }],
  ])('needs a code when its key %s', (_why, change) => {
    const network = enrolled();
    expect(logIn(network, timed(101))).toBe('let in');
    const key = loginKeyOf(network);
    change(network);
    expect(allowed(network, key)).toBe(null);
  });

  it('can prove nothing with a key of somebody else, nor with one that is for something else', () => {
    const network = enrolled();
    expect(logIn(network, timed(101))).toBe('let in');
    network.order({ ...enrol(100, BEN) });
    expect(allowed(network, loginKeyOf(network), BEN)).toBe(null);
    expect(allowed(network, network.state.users.must(ANA).readingKeyId ?? keyId('none'))).toBe(null);
    expect(allowed(network, keyId('l-99999'))).toBe(null);
  });
});

describe('a second factor that is not confirmed', () => {
  it('is not asked for, and is confirmed by the first log-in with a right code', () => {
    const network = enrolled(null);
    expect(logIn(network, NONE)).toBe('let in');
    expect(logIn(network, { kind: 'wrong' })).toBe('code-wrong');
    expect(logIn(network, { kind: 'recovery', sha256: RECOVERY[0] ?? '' })).toBe('code-wrong');
    expect(logIn(network, NONE)).toBe('let in');
    expect(logIn(network, timed(7))).toBe('let in');
    expect(logIn(network, NONE)).toBe('code-required');
  });
});

describe('an account whose role needs a second factor', () => {
  it('is let in only with one', () => {
    const network = new Network({ secondFactorRoles: ['user'] });
    expect(logIn(network, NONE)).toBe('second-factor-missing');
    network.order(enrol(null));
    expect(logIn(network, NONE)).toBe('second-factor-missing');
    expect(logIn(network, timed(101))).toBe('let in');
  });
});

describe('an order about a second factor', () => {
  it('puts none in the place of one that is confirmed', () => {
    const network = enrolled();
    expect(network.order(enrol())).toMatchObject({
      outcome: 'refused', text: 'ana has a second factor: remove it first',
    });
    expect(network.order({ kind: 'remove-second-factor', userId: ANA, note: 'lost' }).outcome).toBe('done');
    expect(logIn(network, NONE)).toBe('let in');
    expect(network.order(enrol()).outcome).toBe('done');
  });

  it('is given by an admin, and by everybody about herself', () => {
    const network = new Network();
    const by = (who: typeof ANA, order: Order) => {
      const orderId = `o-${who}-${order.kind}` as never;
      network.feed({ kind: 'order', orderId, order, by: who, role: 'user', address: '10.0.0.9', answer: null });
      return network.state.orders.must(orderId).outcome;
    };
    expect(by(BEN, enrol())).toBe('refused');
    expect(by(ANA, enrol())).toBe('done');
    expect(by(BEN, { kind: 'remove-second-factor', userId: ANA, note: '' })).toBe('refused');
    expect(network.order({ kind: 'remove-second-factor', userId: ANA, note: '' }, 'operator').outcome).toBe('refused');
    expect(by(ANA, { kind: 'renew-recovery-codes', userId: ANA, recoverySha256s: [] })).toBe('done');
    expect(by(ANA, { kind: 'remove-second-factor', userId: ANA, note: '' })).toBe('done');
  });

  it('leaves no secret in the audit log', () => {
    const network = enrolled();
    const rows = network.appended.flatMap((a) => (a.table === 'audit' ? [a.row] : []));
    expect(rows.at(-1)).toEqual({
      atMs: network.now, who: 'olga', address: '127.0.0.1', action: 'enrol-second-factor', outcome: 'done',
      parameters: { kind: 'enrol-second-factor', userId: 'ana', counter: 100 },
    });
  });

  it('about nobody is refused, and who is removed takes hers along', () => {
    const network = enrolled();
    expect(network.order(enrol(100, userId('zoe')))).toMatchObject({ outcome: 'refused', text: 'no such user: zoe' });
    network.order({ kind: 'book', userId: ANA, amountMinor: -10_000, reason: 'out' });
    network.order({ kind: 'remove-user', userId: ANA });
    expect(network.state.secondFactors.size).toBe(0);
  });
});
